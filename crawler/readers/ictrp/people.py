"""Whom an ICTRP record names: contacts (WHO data set items 7 and 8), supporters (item 4), the ethics review (item 22).

Registries put several persons into one field, apart by semicolons, in the same order in each field.
"""

from collections.abc import Callable, Iterator

from crawler.readers.ictrp import words as ictrp_words
from crawler.wording.words import lower, stated, unique
from db.design import Oversight
from db.people import Contact

Line = Callable[[str], str | None]
"""Gives a field of the record on one line, None for what says nothing."""

_GROUPS = (("contact", "central"), ("publiccontact", "public"), ("scientificcontact", "scientific"))
_PARTS = ("firstname", "lastname", "tel", "email", "affiliation", "address")


def contacts(line: Line) -> Iterator[Contact]:
    """The contacts, each once."""
    seen = set()
    for group, kind in _GROUPS:
        fields = {part: line(group + part) for part in _PARTS}
        for first, last, phone, email, affiliation, address in _apart([fields[part] or "" for part in _PARTS]):
            name = " ".join(unique((first, last))) or None
            contact = Contact(kind, None, name, affiliation, phone, None, email, address)
            if (name or phone or email) and contact not in seen:
                seen.add(contact)
                yield contact


def _apart(fields: list[str]) -> Iterator[list[str | None]]:
    """The fields person by person, where names, numbers and addresses for e-mail name as many of them."""
    if not any(fields):
        return
    columns = [field.rstrip("; ").split(";") for field in fields]
    names, ways = columns[:2], columns[2:4]
    number = max(map(len, names if any(fields[:2]) else ways))
    if number == 1 or any(len(column) not in (1, number) for column in columns[:4]):
        yield [stated(field.strip("; ")) for field in fields]
        return
    for at in range(number):
        # what is stated once holds for all of them, but a name or a number is one person's
        shared = [column[0] if len(column) != number else column[at] for column in columns[4:]]
        own = [column[at] if at < len(column) else "" for column in columns[:4]]
        yield [stated(part.strip()) for part in (*own, *shared)]


def oversight(line: Line) -> Oversight:
    """The state of the ethics review, its day and the committee."""
    status = lower(line("ethicsstatus"))
    day = ictrp_words.date(line("ethicsapprovaldate"))
    told = (status, day.text if day else None, line("ethicscontactname"))
    return Oversight(ethics_review=", ".join(filter(None, told)) or None, ethics_approval_date=day)
