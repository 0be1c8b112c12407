"""A web page as the lines a person sees, each with the part it plays, and the objects it describes for machines."""

import re
from collections.abc import Container, Iterator
from enum import Enum
from typing import Any, NamedTuple

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PreformattedString
from bs4.exceptions import ParserRejectedMarkup
from w3lib.encoding import html_body_declared_encoding

from crawler.formats.encodings import decoded
from crawler.formats.linked_data import linked_data
from crawler.formats.markup import cells_of, make_regular, rows_of
from crawler.wording.words import squeeze


class Role(Enum):
    """The part that a line plays by its markup."""

    HEADING = "h1 to h6, caption, legend, summary, th alone in its row"
    LABEL = "dt, th, first cell of a row"
    VALUE = "dd, further cells of a row"
    ITEM = "li"
    TEXT = "anything else"


class Line(NamedTuple):
    """A line of a page. parts: its text, cut where an inline element begins or ends. level: of a heading.

    Between two elements side by side a part is blank or empty. is_marked: a bullet stands before it.
    """

    parts: tuple[str, ...]
    role: Role = Role.TEXT
    level: int = 0
    is_marked: bool = False

    @property
    def text(self) -> str:
        """The line as one text."""
        return squeeze("".join(self.parts))

    @property
    def pieces(self) -> list[str]:
        """The texts that stand side by side in the line, with nothing but a mark or a blank between their elements."""
        texts = [""]
        for part in self.parts:
            if part.strip(_BETWEEN):
                texts[-1] += part
            else:
                texts.append("")
        return [piece for text in texts if (piece := squeeze(text).strip(_BETWEEN))]


class Page(NamedTuple):
    """A page: its lines, the text of its title element, its JSON-LD objects and microdata items."""

    lines: list[Line]
    title: str | None = None
    linked_data: tuple[dict[str, Any], ...] = ()


class _Place(NamedTuple):
    role: Role = Role.TEXT
    level: int = 0
    is_preformatted: bool = False


_IGNORED = frozenset(
    (
        "head",
        "script",
        "style",
        "template",
        "noscript",
        "nav",
        "footer",
        "svg",
        "select",
        "textarea",
        "iframe",
        "object",
    )
)
# Inline elements whose text runs on into their neighbours'; between two of the others browsers leave room.
_JOINED = frozenset(
    ("a", "b", "strong", "i", "em", "u", "mark", "abbr", "code", "q", "cite", "small", "font", "sup", "sub", "var")
)
_APART = frozenset(("span", "label", "time", "data", "output", "button"))
_ROLES = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "caption", "legend", "summary"), Role.HEADING),
    "dt": Role.LABEL,
    "th": Role.LABEL,
    "td": Role.VALUE,
    "dd": Role.VALUE,
    "li": Role.ITEM,
    "pre": Role.TEXT,
}
_LONGEST_LABEL = 80
_CUT = "\ue000"
# Soft hyphen, zero width space, word joiner, byte order mark: places where a word may be broken, or may not.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_BETWEEN = ",;|/•· \t\r\n\xa0"
# Answers that a page offers to choose from; two of them in a row are not what it says.
_CHOICES = frozenset(("yes", "no", "not sure", "unsure", "maybe", "i don't know"))
_BULLETS = "•·◦▪●○■►▸→✓✔✗✘☐☑*-–— \t\xa0"
_TAG = re.compile(r"<[a-zA-Z!/]")
_XML_DECLARATION = re.compile(r"<\?xml\b[^>]*>?", re.I)


def page(body: bytes, labels: Container[str] = frozenset()) -> Page:
    """Read a page, or a plain text, whatever its encoding; raises ValueError for markup that no parser takes.

    labels: the words of labels, in lower case, by which some kinds of markup tell a label from a value.
    """
    text = decoded(body, html_body_declared_encoding(body)).replace(_CUT, "")
    if not _TAG.search(text):
        return Page([line for raw in text.splitlines() for line in _complete([raw], _Place())])
    try:
        # lists of values, such as classes, are never looked at: to take them apart costs a tenth of the parsing
        soup = BeautifulSoup(_XML_DECLARATION.sub("", text), "lxml", multi_valued_attributes=None)
    except (ParserRejectedMarkup, RecursionError) as error:
        raise ValueError(f"the page cannot be parsed: {error}") from error
    found = tuple(linked_data(soup))
    make_regular(soup, labels)
    title = squeeze(soup.title.get_text()) if soup.title else None
    return Page(list(_lines(soup)), title or None, found)


def _lines(soup: BeautifulSoup) -> Iterator[Line]:
    """The visible lines in reading order. A line ends where a block begins or ends, and at a line break.

    A table with a row of headings is read by columns, each heading with its cells.
    """
    by_columns: set[int] = set()
    parts: list[str] = []
    places = [_Place()]
    agenda: list[tuple[Any, bool]] = [(soup, True)]
    while agenda:
        node, is_entry = agenda.pop()
        if not isinstance(node, Tag):
            yield from _add_text(parts, node, places[-1])
            continue
        name = node.name.lower()
        if is_entry and (name in _IGNORED or node.has_attr("hidden")):
            continue
        if name in _JOINED or name in _APART:
            parts.append(_CUT if name in _JOINED else f" {_CUT}")
        else:
            yield from _complete(parts, places[-1])
        if not is_entry:
            if name in _ROLES:
                places.pop()
            continue
        if name in _ROLES:
            places.append(_Place(Role.VALUE) if id(node) in by_columns else _place(node, name, places[-1]))
        agenda.append((node, False))
        columns = _columns(node) if name == "table" else []
        by_columns.update(id(cell) for column in columns for cell in column[1:])
        inside = [cell for column in columns for cell in column] or node.contents
        agenda.extend((child, True) for child in reversed(inside))
    yield from _complete(parts, places[-1])


def _add_text(parts: list[str], node: Any, place: _Place) -> Iterator[Line]:
    """Take the text in; a line end in preformatted text ends a line."""
    if not isinstance(node, NavigableString) or isinstance(node, PreformattedString):
        return
    if place.is_preformatted:
        for piece in node.split("\n"):
            parts.append(piece)
            yield from _complete(parts, place)
    else:
        parts.append(str(node))


def _complete(parts: list[str], place: _Place) -> Iterator[Line]:
    """The line that the parts make, if it says anything; they are emptied."""
    raw = "".join(parts).translate(_INVISIBLE)
    parts.clear()
    cut = _without_choices(raw.split(_CUT))
    while cut and not cut[0].strip(_BULLETS + "\r\n"):
        del cut[0]
    if cut and squeeze("".join(cut)).strip(":："):
        first = cut[0].lstrip(_BULLETS + "\r\n")
        is_marked = not raw.replace(_CUT, "").lstrip().startswith(first[:1])
        yield Line((first, *cut[1:]), place.role, place.level, is_marked)


def _without_choices(parts: list[str]) -> list[str]:
    kept = [part for part in parts if squeeze(part).lower() not in _CHOICES]
    return kept if len(parts) - len(kept) > 1 else parts


def _place(node: Tag, name: str, outer: _Place) -> _Place:
    if name == "th" and node.parent is not None and len(cells_of(node.parent)) == 1:
        return _Place(Role.HEADING)
    if name == "pre":
        return outer._replace(is_preformatted=True)
    if name == "td":
        return _cell(node, outer)
    if name == "li" and outer.role is Role.VALUE:
        return outer
    return _Place(_ROLES[name], int(name[1]) if name[1:].isdigit() else 0)


def _cell(cell: Tag, outer: _Place) -> _Place:
    """A row with a short first cell is a label with its values; a question with its choices and others are layout."""
    row = cell.find_parent("tr")
    cells = cells_of(row) if row else []
    if len(cells) < 2 or not 0 < len(squeeze(cells[0].get_text())) <= _LONGEST_LABEL:
        return outer
    beside = [squeeze(text).lower() for other in cells[1:] for text in other.stripped_strings]
    if len(beside) > 1 and _CHOICES.issuperset(beside):
        return outer
    return _Place(Role.LABEL if cells[0] is cell else Role.VALUE)


def _columns(table: Tag) -> list[tuple[Tag, ...]]:
    """The columns of a table whose first row, and no other, is all headings."""
    rows = [cells for row in rows_of(table) if (cells := cells_of(row))]
    if len(rows) < 2 or len(rows[0]) < 2 or any(cell.name != "th" for cell in rows[0]):
        return []
    if any(len(row) != len(rows[0]) or row[0].name == "th" for row in rows[1:]):
        return []
    return list(zip(*rows, strict=True))
