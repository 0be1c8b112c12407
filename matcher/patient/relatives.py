"""Whose disease it is: what the patient is to an affected relative."""

import re

from matcher.text.kin import any_of
from matcher.text.sentences import flat

_SIBLING = any_of(("sibling",))
_PARENT = any_of(("parent",))
_CHILD = any_of(("child",))
_OF = (
    r"(?: (?!died|dead|mort|muri)\w+)? "
    r"(?:of|to|d['’]|d|de|du|di|del|della|dello|da|do|von|van|eines|einer|zweier)\b ?+"
)
_NOT_THE_PATIENT = (
    r"(?!(?:the|our|this|la|le|el|il|o|a|l['’]|de) ?(?:patient|patiente|paciente|paziente|doente)|two |three |\d)"
)
_SAID_TO_HAVE = (
    r"(?:'s)?,?(?: who| who also| also)? (?:has|have|had|with|affected|diagnosed|was|is|atteinte?|souffre|a une?|hat|"
    r"mit|leidet|con|tiene|padece|afect\w+|ha|affett\w+|com|tem|afetad\w+|met|heeft)\b"
)
_OWN = r"(?:her|his|their|whose|sa|son|ses|ihre?|seine?|su|sus|sua|suo|seu|haar|zijn|has an?|have an?|with an?)"
_SIBLING_OF = re.compile(rf"\b{_SIBLING}{_OF}|\b{_SIBLING}{_SAID_TO_HAVE}|\b{_OWN}(?: \w+)? {_SIBLING}\b")
_PARENT_OF = re.compile(
    rf"\b{_PARENT}{_OF}{_NOT_THE_PATIENT}|\b{_OWN}(?: \w+)? {_CHILD}{_SAID_TO_HAVE}|\b{_CHILD} (?:has|with)\b"
)


def affected_relative(text: str) -> str | None:
    """What the patient is to an affected relative ("sibling" or "parent"), for trials that take relatives."""
    lower = flat(text)
    if _SIBLING_OF.search(lower):
        return "sibling"
    return "parent" if _PARENT_OF.search(lower) else None
