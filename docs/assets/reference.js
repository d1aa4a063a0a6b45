"use strict";

// The trees of the reference: expand and collapse a whole one, and open what an address points at.

for (const button of document.querySelectorAll("[data-tree]")) {
  button.addEventListener("click", () => {
    const open = button.dataset.tree === "expand";
    for (const details of button.closest(".tree").querySelectorAll("details")) details.open = open;
  });
}

function reveal() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const block = target.closest(".tabbed-block");
  if (block) {
    const tabs = block.closest(".tabbed-set").querySelectorAll(":scope > input");
    tabs[[...block.parentElement.children].indexOf(block)].click();
  }
  for (let details = target.closest("details"); details; details = details.parentElement.closest("details")) {
    details.open = true;
  }
  for (const details of target.querySelectorAll(":scope > details")) details.open = true;
  target.scrollIntoView();
}

// The theme wraps each copy button in a nav of its own; without names, a screen reader could not tell them apart.
new MutationObserver(() => {
  document.querySelectorAll("nav.md-code__nav").forEach((nav, index) => {
    const name = `Code block ${index + 1}`;
    if (nav.getAttribute("aria-label") !== name) nav.setAttribute("aria-label", name);
  });
}).observe(document.body, { childList: true, subtree: true });

addEventListener("hashchange", reveal);
addEventListener("load", reveal);
