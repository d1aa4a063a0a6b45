"""Names in generated Go: initialisms, keywords, clashes, and comments that gofmt leaves as they are."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Before a capital that starts a word: `createdAt`, and the last capital of `APIKey`.
_WORD_STARTS: Final = re.compile(
    r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=\d)(?=[A-Z][^\W\d_A-Z])|(?<=[A-Z])(?=[A-Z][^\W\d_A-Z])"
)
# As in Go's own code review comments; plurals keep their small letter.
_INITIALISMS: Final = {
    word.lower(): word
    for word in (
        *(
            "ACL",
            "API",
            "ASCII",
            "CPU",
            "CSS",
            "DNS",
            "EOF",
            "GPU",
            "GUID",
            "HTML",
            "HTTP",
            "HTTPS",
            "ID",
            "IP",
            "JSON",
        ),
        *(
            "JWT",
            "LHS",
            "OS",
            "QPS",
            "RAM",
            "RHS",
            "RPC",
            "SDK",
            "SLA",
            "SMTP",
            "SQL",
            "SSH",
            "TCP",
            "TLS",
            "TTL",
            "UDP",
        ),
        *("UI", "UID", "UUID", "URI", "URL", "UTF8", "VM", "XML", "YAML", "IDs", "IPs", "URLs", "URIs", "APIs"),
    )
}
_SIGNS: Final = {"+": " plus ", "-": " minus "}
KEYWORDS: Final = frozenset(
    {
        *("break", "case", "chan", "const", "continue", "default", "defer", "else", "fallthrough", "for", "func", "go"),
        *("goto", "if", "import", "interface", "map", "package", "range", "return", "select", "struct", "switch"),
        *("type", "var"),
    }
)
# Names used in the bodies of generated methods.
LOCALS: Final = frozenset(
    {
        *("ctx", "opts", "body", "query", "params", "res", "err", "r", "c", "d", "v", "any", "string", "int64", "bool"),
        *("float64", "nil", "true", "false", "byte", "error", "len", "new", "string"),
        *("context", "time", "url", "http", "option", "param", "check", "jsonwalk", "pagination", "requestconfig"),
        *("respjson", "constant", "fmt", "slog", "regexp", "redact"),
    }
)
# Methods and fields of the runtime's types that a field of the same name would hide.
MEMBERS: Final = frozenset(
    {
        *("JSON", "RawJSON", "MarshalJSON", "UnmarshalJSON", "URLQuery", "Format", "LogValue", "String", "GoString"),
        *("ExtraFields", "SetExtraFields", "Overrides", "AsAny"),
    }
)
METHODS: Final = {"create": "New", "retrieve": "Get"}
"""Methods whose names in the public client differ from the contract's."""
SERVICE: Final = frozenset({"Options", "Execute", "Get", "Post", "Put", "Patch", "Delete"})


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFC", text)
    if text[:1] in _SIGNS and text[1:2].isdigit():
        text = _SIGNS[text[0]] + text[1:]
    letters = (letter if letter.isalnum() else " " for letter in text)
    return [word for part in "".join(letters).split() for word in _WORD_STARTS.split(part) if word]


def _initialism(word: str) -> str:
    return _INITIALISMS.get(word.lower()) or word[:1].upper() + (word[1:].lower() if word.isupper() else word[1:])


def exported(text: str) -> str:
    """``text`` as an exported name: ``allowed_ips`` is ``AllowedIPs``."""
    name = "".join(_initialism(word) for word in _words(text))
    # Letters without case begin no exported name.
    return name if name[:1].isupper() else f"X{name}"


def local(text: str) -> str:
    """``text`` as the name of an argument: ``api_key_id`` is ``apiKeyID``."""
    first, *rest = _words(text) or ["x"]
    name = first.lower() + "".join(_initialism(word) for word in rest)
    if not name[:1].isalpha():
        name = f"x{name}"
    return f"{name}_" if name in KEYWORDS | LOCALS else name


def singular(text: str) -> str:
    """The last word of ``text`` for one thing of its kind: resources are called by what they hold."""
    for ending, replacement in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("xes", "x")):
        if text.endswith(ending):
            return text.removesuffix(ending) + replacement
    return text[:-1] if text.endswith("s") and not text.endswith(("ss", "us", "is")) else text


class Names:
    """Names that must differ from each other, and from some that are taken from the start."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def is_free(self, name: str) -> bool:
        """True if ``claim`` would return ``name`` unchanged."""
        return name not in self._taken

    def claim(self, name: str) -> str:
        """``name``, with an underscore for each time that it was taken."""
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


def quoted(text: str) -> str:
    """``text`` as a string of Go."""
    escaped = (
        f"\\{mark}" if mark in '"\\' else mark if mark.isprintable() else _escape(mark)
        for mark in text
    )  # fmt: skip
    return f'"{"".join(escaped)}"'


def _escape(mark: str) -> str:
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(mark)
    return named or (f"\\u{ord(mark):04x}" if ord(mark) < 0x10000 else f"\\U{ord(mark):08x}")


def raw_quoted(text: str) -> str:
    """``text`` between backquotes if it can be, as Go writes patterns and tags."""
    return quoted(text) if "`" in text or not text.isprintable() else f"`{text}`"


def comment(text: str, indent: str = "", width: int = 118) -> list[str]:
    """``text`` as the lines of a comment. Paragraphs are filled: gofmt reads indented lines as lists and as code."""
    # gofmt makes typographic quotes of these.
    text = text.replace("``", "`").replace("''", '"')
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]
    lines: list[str] = []
    for paragraph in paragraphs:
        printable = "".join(mark if mark.isprintable() else " " for mark in paragraph)
        filled = textwrap.wrap(printable, width - len(indent), break_long_words=False, break_on_hyphens=False)
        lines += ([f"{indent}//"] if lines else []) + [f"{indent}// {line}" for line in filled]
    return lines


def aligned(rows: Sequence[Sequence[str]], indent: str = "\t") -> list[str]:
    """Lines whose columns stand below each other, as gofmt puts those of fields and constants."""
    widths = [
        max((len(row[at]) for row in rows if len(row) > at + 1), default=0)
        for at in range(max(map(len, rows), default=0))
    ]
    return [
        indent + " ".join(cell.ljust(widths[at]) if at + 1 < len(row) else cell for at, cell in enumerate(row)).rstrip()
        for row in rows
    ]
