"""Texts of an element's children, as ISRCTN writes them."""

import re
from xml.etree.ElementTree import Element

from crawler.readers.isrctn.document import children_by_name
from crawler.wording.words import stated

PMID = re.compile(r"pubmed(?:\.ncbi\.nlm\.nih\.gov|/)/?(\d{4,9})\b", re.I)
DOI = re.compile(r"\b(10\.\d{4,9}/[^\s\"<>,;]+)", re.A)
ADDRESS = re.compile(r"https?://[^\s<>\"]+")


def text(parts: dict[str, Element], name: str, as_is: bool = False) -> str | None:
    """Text of a child; placeholders count as absent unless the registry's word is wanted as it is."""
    element = parts.get(name)
    if element is None or element.text is None:
        return None
    return element.text.strip() or None if as_is else stated(element.text)


def parts_of(parts: dict[str, Element], name: str) -> dict[str, Element]:
    """The children of a child by name."""
    return children_by_name(parts.get(name))
