"""Web pages of the stand-ins that serve HTML, made from labels and values."""

from collections.abc import Iterable, Sequence
from html import escape

Value = str | Sequence[str]


def document(title: str, body: Iterable[str]) -> bytes:
    """A whole page."""
    head = f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head>\n<body>'
    return "\n".join([head, *body, "</body></html>\n"]).encode()


def definitions(facts: Iterable[tuple[str, Value]]) -> str:
    """A definition list of labels and values; several values of a label are a list."""
    return "<dl>" + "".join(f"<dt>{escape(label)}</dt><dd>{_value(value)}</dd>" for label, value in facts) + "</dl>"


def table(facts: Iterable[tuple[str, Value]]) -> str:
    """A table of labels and values."""
    rows = (f"<tr><th>{escape(label)}</th><td>{_value(value)}</td></tr>" for label, value in facts)
    return "<table>" + "".join(rows) + "</table>"


def items(texts: Iterable[str]) -> str:
    """An unordered list."""
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def paragraphs(texts: Iterable[str]) -> str:
    """One paragraph a text."""
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def _value(value: Value) -> str:
    return escape(value) if isinstance(value, str) else items(value)
