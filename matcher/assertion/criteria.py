"""What a trial's criterion says of the diseases it names: that they are denied, or that the item excludes them."""

import re

_CLAUSE_END = re.compile(r"[.;:\n](?=\s|$)|\s[-*•]\s")
_DENIAL = re.compile(
    r"\b(?:no|not|without|absence of|free of|free from|exclud\w+|negative for|never|non|sans|pas de|ohne|"
    r"kein\w*|sin|senza|sem|geen)\b"
    r"(?![^,]*\b(?:but|with)\b)[^,]{0,60}$"
)
_FARTHEST_BEFORE = 120
"""Characters before a name in which its denial stands."""
_EXCLUDED_ITEM = re.compile(r"\s*(?:excluded?|exclusion|not |no )", re.I)


def excludes(criterion: str) -> bool:
    """Whether an inclusion criterion says what keeps people out."""
    return _EXCLUDED_ITEM.match(criterion) is not None


def is_denied(lower: str, start: int) -> bool:
    """Whether the clause before a name denies it. lower: the criterion, flat; start: where the name begins."""
    begin = max(0, start - _FARTHEST_BEFORE)
    before = lower[begin:start]
    last = None
    for match in _CLAUSE_END.finditer(before):
        last = match
    return _DENIAL.search(before[last.end() :] if last else before) is not None
