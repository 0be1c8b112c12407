"""The objects that a web page describes for machines: JSON-LD scripts, and microdata in attributes."""

import json
import re
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag

_JSON_LD = re.compile(r"\s*application/ld\+json", re.I)
# Comment and character-data marks that keep old browsers and XML parsers from reading a script as markup.
_WRAPPING = re.compile(r"^(?:\s|//|/\*|<!--|<!\[CDATA\[|\*/)+|(?:\s|//|/\*|-->|\]\]>|\*/|;)+$")
_PARTS = ("@graph", "mainEntity", "about")
_IN_ATTRIBUTES = {
    "meta": "content",
    **dict.fromkeys(("a", "area", "link"), "href"),
    **dict.fromkeys(("img", "audio", "embed", "iframe", "source", "video"), "src"),
    **dict.fromkeys(("data", "meter"), "value"),
    "time": "datetime",
}


def linked_data(soup: BeautifulSoup) -> Iterator[dict[str, Any]]:
    """The objects of a page, those in lists and graphs one by one; a script that is no JSON is passed over."""
    elements = [node for node in soup.descendants if isinstance(node, Tag)]
    for script in elements:
        if script.name != "script" or not _JSON_LD.match(str(script.get("type") or "")):
            continue
        try:
            agenda = [json.loads(_WRAPPING.sub("", script.get_text()), strict=False)]
        except (ValueError, RecursionError):
            continue
        while agenda:
            value = agenda.pop(0)
            if isinstance(value, list):
                agenda.extend(value)
            elif isinstance(value, dict):
                yield value
                agenda.extend(part for key in _PARTS if (part := value.get(key)))
    for element in elements:
        if "itemscope" in element.attrs and "itemprop" not in element.attrs:
            agenda = [_item(element)]
            while agenda:
                item = agenda.pop(0)
                yield item
                agenda.extend(part for key in _PARTS if isinstance(part := item.get(key), dict))


def _item(element: Tag) -> dict[str, Any]:
    """An item in the form of JSON-LD (HTML standard, microdata)."""
    types = element.get("itemtype") or ""
    item: dict[str, list[Any]] = {"@type": types.split() if isinstance(types, str) else list(types)}
    agenda = list(element.find_all(True, recursive=False))
    while agenda:
        child = agenda.pop(0)
        names = child.get("itemprop") or ""
        for name in names.split() if isinstance(names, str) else names:
            item.setdefault(name, []).append(_item(child) if child.has_attr("itemscope") else _value(child))
        if not child.has_attr("itemscope"):
            agenda[:0] = child.find_all(True, recursive=False)
    return {key: values[0] if len(values) == 1 else values for key, values in item.items()}


def _value(element: Tag) -> str:
    stated = element.get(_IN_ATTRIBUTES.get(element.name, ""))
    return stated if isinstance(stated, str) else "\n".join(element.stripped_strings)
