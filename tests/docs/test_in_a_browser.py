"""The site in headless Chromium, used with mouse and keyboard: what this project adds to the theme."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Literal, TypedDict

import pytest
from attrs import Factory, define

playwright = pytest.importorskip("playwright.sync_api", reason="the dependency group docs is not installed")
from playwright.sync_api import (  # noqa: E402  # after the check
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
    expect,
)  # fmt: skip

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]

CREATE = "admin/api-keys/create.html"
LIST = "admin/api-keys/list.html"
WIDE = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
AXE = files("axe_playwright_python") / "axe.min.js"
# It would look up hosts of its maker at every start.
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name it overrides
        pass


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    handler = functools.partial(QuietHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@define(slots=False)  # the driver hangs its own attribute on whom it calls
class Watch:
    """Records faults of a page: requests to other hosts, failed ones, and messages on the console."""

    address: str
    faults: list[str] = Factory(list[str])

    def over(self, page: Page) -> None:
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"asks another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A browser without history; no page that it opens may have a fault."""
    watch = Watch(address)
    opened = browser.new_context(viewport=WIDE, base_url=address)
    opened.on("page", watch.over)
    opened.set_default_timeout(5_000)
    yield opened
    opened.close()
    assert watch.faults == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def all_pages(site: Path) -> list[str]:
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


def open_tab(page: Page) -> str:
    return str(page.locator(".tabbed-set > input:checked").first.evaluate("input => input.labels[0].innerText"))


# What a reader at a desk would have to scroll sideways to see.
CUT_OFF = """() => [...document.querySelectorAll("pre > code, table")]
    .filter(shown => shown.scrollWidth > shown.clientWidth + 1)
    .map(shown => shown.textContent.slice(0, 60))"""


def test_every_page_loads_fits_and_keeps_the_rules_of_accessibility(page: Page, site: Path) -> None:
    found: list[str] = []
    for name in all_pages(site):
        page.set_viewport_size(WIDE)
        page.goto(name)
        expect(page.locator("h1").first).to_be_visible()
        found += [f"{name}: is cut off: {text}" for text in page.evaluate(CUT_OFF)]
        found += broken_rules(page, ALL_BUT_CONTRAST)
        page.set_viewport_size(PHONE)
        if page.evaluate("() => document.documentElement.scrollWidth") > PHONE["width"]:
            found.append(f"{name}: a phone scrolls sideways")
    assert found == []


def test_the_page_for_wrong_addresses_leads_on(page: Page) -> None:
    page.goto("404.html")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    page.get_by_role("link", name="Start at the beginning").click()
    page.wait_for_url("**/index.html")


def test_tabs_switch_and_are_remembered(page: Page) -> None:
    page.goto(CREATE)
    assert open_tab(page) == "HTTP"
    page.get_by_text("Async Python", exact=True).click()
    expect(page.get_by_text("await client.admin.api_keys.create(").first).to_be_visible()
    expect(page.get_by_text("curl https://").first).to_be_hidden()
    page.goto(LIST)
    assert open_tab(page) == "Async Python"
    page.reload()
    assert open_tab(page) == "Async Python"


def test_search_finds_a_field(page: Page) -> None:
    page.goto("index.html")
    page.get_by_role("button", name="Search").first.click()
    page.get_by_role("combobox", name="Search").fill("expires_in_days")
    first = page.get_by_role("option").first
    expect(first).to_contain_text("expires_in_days")
    expect(first).to_contain_text("Days until the key expires.")
    first.click()
    page.wait_for_url("**/admin/api-keys/create.html*")
    expect(page.locator("#python-parameters-expires-in-days")).to_be_in_viewport()


def test_trees_expand_and_collapse(page: Page) -> None:
    page.goto(CREATE)
    tree = page.locator(".tree").filter(has=page.locator("#http-returns"))
    nested = page.locator("#http-returns-apikeycreateresponse-key-details-livemode")
    expect(nested).to_be_hidden()
    tree.get_by_role("button", name="Expand").click()
    expect(nested).to_be_visible()
    tree.get_by_role("button", name="Collapse").click()
    expect(nested).to_be_hidden()
    expect(page.locator("#http-returns-apikeycreateresponse-key")).to_be_hidden()
    # The other tree stays as it was.
    expect(page.get_by_text("Days until the key expires.").first).to_be_visible()
    page.locator("#http-returns-apikeycreateresponse > details > summary").click()
    page.locator("#http-returns-apikeycreateresponse-key-details > details > summary").click()
    expect(nested).to_be_visible()


def test_an_address_opens_what_it_points_at(page: Page) -> None:
    target = "python-returns-class-apikeycreateresponse-key-details-livemode"
    page.goto(f"{CREATE}#{target}")
    expect(page.locator(f"#{target}")).to_be_in_viewport()
    assert open_tab(page) == "Python"
    # What it points at is itself unfolded.
    page.goto(f"{CREATE}#async-python-returns-class-apikeycreateresponse-key-details")
    expect(page.locator("#async-python-returns-class-apikeycreateresponse-key-details-id")).to_be_visible()
    assert open_tab(page) == "Async Python"


def test_light_and_dark_follow_the_system_until_the_reader_chooses(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("command-line.html")
    background = "() => getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    picture = page.locator("article img").first
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    expect(picture).to_have_css("color-scheme", "dark")
    page.locator("label[for^='__palette']:visible").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")
    expect(picture).to_have_css("color-scheme", "light")
    assert page.evaluate(background) != dark
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")


@pytest.mark.parametrize("width", [PHONE["width"], 320])
def test_tabs_do_not_shift_the_page_on_a_phone(page: Page, width: int) -> None:
    page.set_viewport_size(ViewportSize(width=width, height=844))
    page.goto(LIST)
    left = "() => document.querySelector('h1').getBoundingClientRect().left"
    before = page.evaluate(left)
    page.get_by_text("Command line", exact=True).click()
    for label in page.locator(".tabbed-labels > label").all():
        expect(label).to_be_in_viewport(ratio=1)
    assert page.evaluate(left) == before
    assert page.evaluate("() => document.documentElement.scrollLeft") == 0


# What has the focus, as far as the walk below goes.
FOCUSED = """() => {
    const focused = document.activeElement;
    if (focused.matches(".tabbed-set > input")) return "tabs";
    if (focused.closest(".tree summary")) return "entry";
    return focused.textContent.trim();
}"""


def test_the_keyboard_is_enough(page: Page) -> None:
    page.goto(CREATE)
    seen: list[str] = []
    while "entry" not in seen:
        assert len(seen) < 40, seen
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
        if seen[-1] == "tabs":
            page.keyboard.press("ArrowRight")
            assert open_tab(page) == "Python"
    assert seen[0] == "Skip to content"
    assert seen[seen.index("tabs") :] == ["tabs", "¶", "Expand", "Collapse", "entry"]
    expect(page.locator("summary:focus")).not_to_have_css("outline-style", "none")
    description = page.locator("#python-parameters-name .entry-description")
    expect(description).to_be_visible()
    page.keyboard.press("Enter")
    expect(description).to_be_hidden()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")  # Expand
    expect(description).to_be_visible()


class Violation(TypedDict):
    """A rule of axe-core that a page breaks."""

    id: str
    help: str
    nodes: list[dict[str, object]]


# Contrast takes longer than all other rules together, and is the same wherever the same kinds of things stand.
EVERY_KIND = ["index.html", CREATE, "admin/api-keys/index.html", "changing-the-contract.html", "errors.html"]
CONTRAST = {"runOnly": ["color-contrast"]}
ALL_BUT_CONTRAST = {"rules": {"color-contrast": {"enabled": False}}}
RUN = "async options => (await axe.run(document, options)).violations"


def broken_rules(page: Page, rules: Mapping[str, object]) -> list[str]:
    """The rules of axe-core that the open page breaks."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    violations: list[Violation] = page.evaluate(RUN, {"resultTypes": ["violations"], "preload": False, **rules})
    return [
        f"{page.url}: {violation['id']}: {violation['help']}: {[node['target'] for node in violation['nodes']]}"
        for violation in violations
    ]


def test_accessibility_rules_pass_on_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    for name in EVERY_KIND:
        page.goto(name)
        assert broken_rules(page, ALL_BUT_CONTRAST) == []


@pytest.mark.parametrize(("scheme", "shown"), [("light", "default"), ("dark", "slate")])
def test_contrast_is_enough(page: Page, scheme: Literal["light", "dark"], shown: str) -> None:
    page.emulate_media(color_scheme=scheme)
    for name in EVERY_KIND:
        page.goto(name)
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", shown)
        assert broken_rules(page, CONTRAST) == []
