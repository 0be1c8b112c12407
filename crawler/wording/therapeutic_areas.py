"""Therapeutic areas of the two EU registers: top branches of the MeSH tree, chosen by the sponsor from a list."""

import re
from collections.abc import Iterable

from db.trial import MeshTerm

_AREA = re.compile(r"(?:Diseases \[C\]|Psychiatry and Psychology \[F\]) - (.+?) \[[CF]\d+\]\s*$")


def mesh_terms(areas: Iterable[str | None]) -> tuple[MeshTerm, ...]:
    """Areas such as "Diseases [C] - Virus Diseases [C02]" as MeSH headings; other areas are no diseases.

    A branch of the tree says as little as the ancestor of an assigned heading, and is marked like one.
    """
    found = [_AREA.match(area) for area in areas if area]
    return tuple(dict.fromkeys(MeshTerm(match[1], "condition", is_ancestor=True) for match in found if match))
