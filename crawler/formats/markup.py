"""The markup of a web page in regular form: every label a person sees or hears stands before its value.

Pages put labels into attributes that style sheets or screen readers show, into the tabs above their panels, below or
behind their values, into the first row of a table that calls it no heading. The tree is changed so that what reads it
need not know.
"""

from collections.abc import Container

from bs4 import BeautifulSoup, Tag

# Attributes that hold the label of an element: for screen readers, and for tables that style sheets fold up.
_LABELS = ("aria-label", "data-label", "data-title", "data-th")
_STRESSED = ("b", "strong")
_NO_LABELS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "p"))
_CELLS = ("td", "th")
_LONGEST_VALUE = 300


def make_regular(soup: BeautifulSoup, labels: Container[str]) -> None:
    """Change the page in place. labels: the words of labels, in lower case."""
    elements = _elements(soup)
    if any("role" in element.attrs for element in elements):
        _show_tabs(soup, elements)
        elements = _elements(soup)
    _show_attributes(soup, elements, labels)
    _show_values(elements)
    elements = _elements(soup)
    for row in elements:
        if row.name == "tr":
            _put_heading_first(row)
    for table in elements:
        if table.name == "table":
            _name_columns(table, labels)
            _drop_numbering(table)
    for element in elements:
        if len(element.contents) > 1:
            _put_label_first(element, labels)


def _elements(soup: BeautifulSoup) -> list[Tag]:
    """All elements in their order, looked for once instead of for every question that is asked of them."""
    return [node for node in soup.descendants if isinstance(node, Tag)]


def cells_of(row: Tag) -> list[Tag]:
    """The cells of a row, without those of rows within them."""
    return [cell for cell in row.contents if isinstance(cell, Tag) and cell.name in _CELLS]


def rows_of(table: Tag) -> list[Tag]:
    """Rows of the table itself, without those of tables within it."""
    found: list[Tag] = []
    agenda = [node for node in reversed(table.contents) if isinstance(node, Tag)]
    while agenda:
        node = agenda.pop()
        if node.name == "tr":
            found.append(node)
        if node.name != "table":
            agenda.extend(part for part in reversed(node.contents) if isinstance(part, Tag))
    return found


def wording(text: str) -> str:
    """A label as the tables of labels have it: lower case, without the colon or question mark at its end."""
    return " ".join(text.split()).rstrip(":：? ").lower()


def _words(element: Tag) -> str:
    return " ".join(element.get_text(" ").split())


def _show_tabs(soup: BeautifulSoup, elements: list[Tag]) -> None:
    """Give every panel the text of its tab as a heading, and take the list of tabs away."""
    tabs = {_value(element, "id"): element for element in elements if _value(element, "role") == "tab"}
    for panel in elements:
        if _value(panel, "role") != "tabpanel":
            continue
        named = _value(panel, "aria-labelledby").split()
        text = next((_words(tabs[name]) for name in named if name in tabs), None)
        if text and not wording(_words(panel)).startswith(wording(text)):
            panel.insert(0, _heading(soup, text))
    for element in elements:
        if _value(element, "role") == "tablist":
            element.extract()


def _show_attributes(soup: BeautifulSoup, elements: list[Tag], labels: Container[str]) -> None:
    """Write a label that stands in an attribute alone before what it labels."""
    for element in elements:
        if not element.attrs:
            continue
        stated = [_value(element, attribute) for attribute in _LABELS if attribute in element.attrs]
        for label in stated:
            if wording(label) not in labels or wording(_words(element)).startswith(wording(label)):
                continue
            element.insert(0, _heading(soup, label))
            if element.name in ("td", "th", "dd"):
                element.name = "div"


def _show_values(elements: list[Tag]) -> None:
    """Write out what stands in fields that nobody can fill in, and what folds up without hiding anything."""
    for element in elements:
        if element.name == "input" and "value" in element.attrs:
            if element.has_attr("readonly") or element.has_attr("disabled"):
                element.replace_with(str(element["value"]))
        elif element.name == "details":
            inside = [child for child in element.children if isinstance(child, Tag) or str(child).strip()]
            if len(inside) == 1 and isinstance(inside[0], Tag) and inside[0].name == "summary":
                inside[0].name = "p"


def _put_heading_first(row: Tag) -> None:
    """Turn a row round whose heading cell stands behind its value."""
    cells = cells_of(row)
    if len(cells) == 2 and [cell.name for cell in cells] == ["td", "th"]:
        cells[0].insert_before(cells[1].extract())


def _name_columns(table: Tag, labels: Container[str]) -> None:
    """Call the cells of the first row headings where they are: all of them labels, or all stressed as no others are."""
    rows = [cells_of(row) for row in rows_of(table)]
    if len(rows) < 2 or len(rows[0]) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return
    first, *others = rows
    are_labels = all(wording(_words(cell)) in labels for cell in first)
    if are_labels and any(wording(_words(row[0])) in labels for row in others):
        return
    if are_labels or (all(map(_is_stressed, first)) and not any(_is_stressed(row[0]) for row in others)):
        for cell in first:
            cell.name = "th"


def _drop_numbering(table: Tag) -> None:
    """Take the column away that only counts the rows."""
    rows = [cells for row in rows_of(table) if len(cells := cells_of(row)) > 1]
    counted = [_words(cells[0]).strip("().: ") for cells in rows]
    if len(rows) > 1 and counted == [str(number) for number in range(1, len(rows) + 1)]:
        for cells in rows:
            cells[0].decompose()


def _put_label_first(element: Tag, labels: Container[str]) -> None:
    """Turn an element round that holds a value and, below or behind it, its label."""
    inside = [child for child in element.children if isinstance(child, Tag) or str(child).strip()]
    if len(inside) != 2:
        return
    value, label = inside
    if not isinstance(value, Tag) or not isinstance(label, Tag) or value.name in _NO_LABELS | {"dt", "th", "br"}:
        return
    if label.name in _NO_LABELS or wording(_words(label)) not in labels:
        return
    text = _words(value)
    if len(text) <= _LONGEST_VALUE and wording(text) not in labels and not _begins_with_label(text, labels):
        value.insert_before(label.extract())


def _begins_with_label(text: str, labels: Container[str]) -> bool:
    return wording(text.partition(":")[0]) in labels


def _is_stressed(cell: Tag) -> bool:
    """Whether all that a cell says is bold."""
    if cell.name == "th":
        return True
    texts = [text for text in cell.find_all(string=True) if text.strip()]
    return bool(texts) and all(text.find_parent(_STRESSED) for text in texts)


def _heading(soup: BeautifulSoup, text: str) -> Tag:
    heading = soup.new_tag("h6")
    heading.string = text
    return heading


def _value(element: Tag, attribute: str) -> str:
    """The value of an attribute, "" where there is none."""
    value = element.attrs.get(attribute) or ""
    return value if isinstance(value, str) else " ".join(value)
