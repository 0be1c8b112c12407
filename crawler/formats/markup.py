"""The markup of a web page in regular form: every label a person sees or hears stands before its value.

Pages put labels into attributes that style sheets or screen readers show, into the tabs above their panels, below or
behind their values, into the first row of a table that calls it no heading. The tree is changed so that what reads it
need not know.
"""

from collections.abc import Container, Iterator

from bs4 import BeautifulSoup, Tag

# Attributes that hold the label of an element: for screen readers, and for tables that style sheets fold up.
_LABELS = ("aria-label", "data-label", "data-title", "data-th")
_STRESSED = ("b", "strong")
_NO_LABELS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "p"))
_LONGEST_VALUE = 300


def make_regular(soup: BeautifulSoup, labels: Container[str]) -> None:
    """Change the page in place. labels: the words of labels, in lower case."""
    _show_tabs(soup)
    _show_attributes(soup, labels)
    _show_values(soup)
    for row in soup.find_all("tr"):
        _put_heading_first(row)
    for table in soup.find_all("table"):
        _name_columns(table, labels)
        _drop_numbering(table)
    for element in list(soup.find_all(True)):
        _put_label_first(element, labels)


def wording(text: str) -> str:
    """A label as the tables of labels have it: lower case, without the colon or question mark at its end."""
    return " ".join(text.split()).rstrip(":：? ").lower()


def _words(element: Tag) -> str:
    return " ".join(element.get_text(" ").split())


def _show_tabs(soup: BeautifulSoup) -> None:
    """Give every panel the text of its tab as a heading, and take the list of tabs away."""
    for panel in soup.find_all(attrs={"role": "tabpanel"}):
        named = " ".join(_values(panel, "aria-labelledby")).split()
        tabs = (soup.find(id=name, attrs={"role": "tab"}) for name in named)
        text = next((_words(tab) for tab in tabs if isinstance(tab, Tag)), None)
        if text and not wording(_words(panel)).startswith(wording(text)):
            panel.insert(0, _heading(soup, text))
    for tabs in soup.find_all(attrs={"role": "tablist"}):
        tabs.decompose()


def _show_attributes(soup: BeautifulSoup, labels: Container[str]) -> None:
    """Write a label that stands in an attribute alone before what it labels."""
    for attribute in _LABELS:
        for element in soup.find_all(attrs={attribute: True}):
            label = next((value for value in _values(element, attribute) if wording(value) in labels), None)
            if label is None or wording(_words(element)).startswith(wording(label)):
                continue
            element.insert(0, _heading(soup, label))
            if element.name in ("td", "th", "dd"):
                element.name = "div"


def _show_values(soup: BeautifulSoup) -> None:
    """Write out what stands in fields that nobody can fill in, and what folds up without hiding anything."""
    for field in soup.find_all("input", value=True):
        if field.has_attr("readonly") or field.has_attr("disabled"):
            field.replace_with(str(field["value"]))
    for folded in soup.find_all("details"):
        inside = [child for child in folded.children if isinstance(child, Tag) or str(child).strip()]
        if len(inside) == 1 and isinstance(inside[0], Tag) and inside[0].name == "summary":
            inside[0].name = "p"


def _put_heading_first(row: Tag) -> None:
    """Turn a row round whose heading cell stands behind its value."""
    cells = row.find_all(["td", "th"], recursive=False)
    if len(cells) == 2 and [cell.name for cell in cells] == ["td", "th"]:
        cells[0].insert_before(cells[1].extract())


def _name_columns(table: Tag, labels: Container[str]) -> None:
    """Call the cells of the first row headings where they are: all of them labels, or all stressed as no others are."""
    rows = [row.find_all(["td", "th"], recursive=False) for row in _rows(table)]
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
    rows = [cells for row in _rows(table) if len(cells := row.find_all(["td", "th"], recursive=False)) > 1]
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


def _rows(table: Tag) -> Iterator[Tag]:
    """Rows of the table itself, without those of tables within it."""
    return (row for row in table.find_all("tr") if row.find_parent("table") is table)


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


def _values(element: Tag, attribute: str) -> list[str]:
    value = element.get(attribute) or []
    return [value] if isinstance(value, str) else list(value)
