"""Which trials the bundled samples hold, to tell what a demonstration brought from what another registry did."""

import re
from functools import cache
from pathlib import Path

_ID = re.compile(
    r'"(?:nctId|id|ctNumber)"\s*:\s*"(?P<json>(?:DRKS|NCT)\d{8}|\d{4}-5\d{5}-\d\d-\d\d)"'
    r"|EudraCT Number:\s*(?P<eudract>\d{4}-\d{6}-\d{2})"
    r"|publicIdentifierCanonical=\"(?P<isrctn>ISRCTN\d{8})\"|<isrctn\b[^>]*>(?P<number>\d{8})<"
)


@cache
def trial_ids() -> frozenset[str]:
    """Ids of the sample records as the catalogue has them."""
    found = set()
    for path in Path(__file__).parent.iterdir():
        if path.suffix in (".jsonl", ".txt", ".xml"):
            for match in _ID.finditer(path.read_text(encoding="utf-8")):
                stated = match["json"] or match["isrctn"]
                if stated:
                    found.add(f"CTIS{stated}" if stated[0].isdigit() else stated)
                else:
                    found.add(f"EUCTR{match['eudract']}" if match["eudract"] else f"ISRCTN{match['number']}")
    return frozenset(found)
