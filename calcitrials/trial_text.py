"""A trial's view as text for a terminal: headings, wrapped lines, at most so many columns wide."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text as RichText

from calcitrials.trial_view import Block, Facts, Item, Items, Table, Text, TrialView

NARROWEST, WIDEST = 40, 100
"""Columns: narrower no word fits, wider no line is read with ease."""
WITHOUT_TERMINAL = 80
LONGEST_LIST = 40
"""Lines of a list that are shown; a trial may have hundreds of sites, and the JSON form has them all."""
_INDENT = "  "


def print_view(view: TrialView, console: Console) -> None:
    """Print a trial. The head names it, below it stand its sections."""
    width = max(NARROWEST, min(console.width, WIDEST)) if console.is_terminal else WITHOUT_TERMINAL
    lines = [RichText(view.trial_id, style="bold"), *_wrapped(view.title, console, width, style="bold")]
    lines += _wrapped(", ".join((view.status, *view.headline)), console, width)
    for section in view.sections:
        lines += [RichText(), RichText(section.heading, style="bold")]
        before: Block | None = None
        for block in section.blocks:
            if before and (_stands_apart(before) or _stands_apart(block)):
                lines.append(RichText())
            before = block
            lines += _block(block, console, width)
    for line in lines:
        line.rstrip()
        console.print(line, soft_wrap=True, highlight=False)


def _stands_apart(block: Block) -> bool:
    return isinstance(block, Text) or block.heading is not None


def _block(block: Block, console: Console, width: int) -> Iterator[RichText]:
    match block:
        case Text(text):
            for paragraph in text.splitlines():
                yield from _wrapped(paragraph, console, width, _INDENT)
        case Facts(facts, heading):
            yield from _heading(heading, console, width)
            for fact in facts:
                yield from _wrapped(f"{fact.label}: {fact.value}", console, width, _INDENT, hanging=_INDENT)
        case Items(items, heading):
            yield from _heading(heading, console, width)
            for item in items[:LONGEST_LIST]:
                yield from _item(item, console, width)
            if len(items) > LONGEST_LIST:
                yield RichText(f"{_INDENT}- and {len(items) - LONGEST_LIST:,} more (--format json has them all)")
        case Table():
            yield from _heading(block.heading, console, width)
            yield from _table(block, width)


def _heading(heading: str | None, console: Console, width: int) -> Iterator[RichText]:
    if heading:
        yield from _wrapped(heading, console, width, _INDENT, style="italic")


def _item(item: Item, console: Console, width: int) -> Iterator[RichText]:
    yield from _wrapped(item.text, console, width, f"{_INDENT}- ", hanging=_INDENT)
    is_in_text = item.link is None or item.link.removeprefix("mailto:").removeprefix("tel:") in item.text
    if item.link and not is_in_text and not item.link.startswith("tel:"):
        yield RichText(f"{_INDENT}  {item.link}")


def _wrapped(
    text: str, console: Console, width: int, indent: str = "", *, hanging: str = "", style: str = ""
) -> Iterator[RichText]:
    """The lines of a text. indent: before the first one; hanging: what the others have beyond that of a paragraph.

    An address is never broken: it could not be opened any more.
    """
    clean = "".join(letter if letter.isprintable() else " " for letter in text).strip()
    after = (_INDENT if indent else "") + hanging
    room = width - len(indent)
    lines = RichText(clean, style=style).wrap(console, room, overflow="fold")
    if any(len(word) > room and "://" in word for word in clean.split()):
        lines = RichText(clean, style=style).wrap(console, room, overflow="ignore")
    for number, line in enumerate(lines):
        yield RichText(after if number else indent) + line


def _table(block: Table, width: int) -> Iterator[RichText]:
    table = RichTable(show_edge=False, box=None, padding=(0, 2, 0, 0), header_style="")
    for column in block.columns:
        table.add_column(RichText(column), overflow="fold")
    for row in block.rows:
        table.add_row(*map(RichText, row))
    console = Console(width=width - len(_INDENT), color_system=None)
    with console.capture() as captured:
        console.print(table)
    yield from (RichText(_INDENT + line) for line in captured.get().splitlines())
