"""Whom a recruitment page names to ask, and whether it says itself how to take part.

Pages differ in everything but this: below a heading of contacts stand a name, a telephone number and an address for
e-mail. A name alone is none to ask; a number or an address outside such headings is the site's own.
"""

import re
from collections.abc import Iterable, Iterator

from crawler.formats.labelled import Section
from crawler.formats.markup import wording
from crawler.wording.words import stated
from db.disclosure import Link
from db.people import Contact

_CONTACTS = {
    **dict.fromkeys(("contact", "contacts", "contact information", "primary contact", "you are contacting"), "central"),
    **dict.fromkeys(("study contact", "study contacts", "central contact", "central contacts"), "central"),
}
_HOW = frozenset(("how to participate", "how to take part", "interested in this trial", "apply now"))
HOW_TO_TAKE_PART = "How to take part"
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?:\+|\(?\d)[\d\s()./-]{6,}\d")
_FIELD = re.compile(r"^(?:name|contact(?: person)?|phone|telephone|tel|e-?mail|fax)\s*[.:]*\s*", re.I)
_FAX = re.compile(r"^fax\b", re.I)
_LONGEST_NAME = 60
_MOST_WORDS = 8


def contacts(found: Iterable[Section]) -> Iterator[Contact]:
    """The contacts of a page, each once."""
    seen = set()
    for kind, lines in _parts(found):
        contact = _contact(kind, lines)
        if contact and contact not in seen:
            seen.add(contact)
            yield contact


def _parts(found: Iterable[Section]) -> Iterator[tuple[str, list[str]]]:
    """The lines of each heading of contacts, those of unknown labels below it ("Phone") included."""
    kind: str | None = None
    lines: list[str] = []
    for section in found:
        named = _CONTACTS.get(wording(section.label))
        if section.key is None and kind is not None and named is None:
            lines += section.texts
            continue
        if kind is not None:
            yield kind, lines
        kind, lines = named, list(section.texts)
    if kind is not None:
        yield kind, lines


def _contact(kind: str, lines: list[str]) -> Contact | None:
    """The contact of some lines; None where they tell no way to reach anybody."""
    name = phone = email = None
    for line in lines:
        text = _FIELD.sub("", line)
        if found := _EMAIL.search(text):
            email = email or found[0]
        if (found := _PHONE.search(text)) and not _FAX.match(line):
            phone = phone or found[0].strip()
        rest = stated(_PHONE.sub("", _EMAIL.sub("", text)).strip(" ,;|:-"))
        if name is None and rest and _is_name(rest):
            name = rest
    return Contact(kind, name=name, phone=phone, email=email) if phone or email else None


def _is_name(text: str) -> bool:
    is_short = len(text) <= _LONGEST_NAME and len(text.split()) <= _MOST_WORDS
    return is_short and text[:1].isupper() and text[-1] not in ".?!"


def links(found: Iterable[Section], url: str) -> Iterator[Link]:
    """The page itself, where it says how to take part."""
    if any(wording(section.label) in _HOW for section in found):
        yield Link(url, HOW_TO_TAKE_PART)
