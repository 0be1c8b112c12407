"""What names a publication in a citation."""

import re

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+[^\s\"<>.,;:)\]}]")


def doi(text: str | None) -> str | None:
    """The DOI in a citation or an address (DOI Handbook, 2.2: prefix 10. and registrant, slash, suffix)."""
    found = _DOI.search(text or "")
    return found[0] if found else None
