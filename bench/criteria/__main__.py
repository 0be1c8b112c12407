"""How well criteria are split and typed: where items begin, and what they ask about, against labels made by hand.

Eighty real texts of six registries, one line and many, prose and lists of several levels. A label is where an item
begins, behind its mark, and on which side; the texts themselves are not part of the repository (../shared/data). The
labels were made by correcting what an early version proposed, so that they say where it is wrong rather than what
another reader would have done unasked.
"""

import argparse
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.criteria import kinds
from bench.criteria.texts import texts
from crawler.wording import criteria

LABELS = Path(__file__).with_name("labels.jsonl")
LEAST = 0.97
"""Precision and recall below which the bench ends with status 1."""


class Label(msgspec.Struct):
    """Where the items of a text begin. text: registry, trial and field. length: of the text, in characters."""

    text: str
    length: int
    inclusion: list[int] = []
    exclusion: list[int] = []

    @property
    def starts(self) -> set[tuple[int, bool]]:
        """Places, each with whether it is of the inclusion side."""
        return {(at, True) for at in self.inclusion} | {(at, False) for at in self.exclusion}


class Counts(NamedTuple):
    """Items found where one is, found, and there."""

    right: int = 0
    found: int = 0
    there: int = 0


def found_starts(text: str, is_inclusion: bool) -> set[tuple[int, bool]]:
    """Where the splitter lets items begin: at the first letter or digit of each."""
    found = set()
    for start, end, of_inclusion in criteria.spans(text, is_inclusion):
        first = next((at for at in range(start, end) if text[at].isalnum()), start)
        found.add((first, of_inclusion))
    return found


def main() -> int:
    """Print precision and recall by registry; 1 where they are too low, 0 otherwise and where data are missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print what differs, too")
    shows = parser.parse_args().show
    known = texts()
    if not known:
        print("skipped: the real criteria texts of ../shared/data are not there")
        return 0
    counts: dict[str, Counts] = defaultdict(Counts)
    for line in LABELS.read_bytes().splitlines():
        label = msgspec.json.decode(line, type=Label)
        text = known.get(label.text, "")
        if len(text) != label.length:
            raise SystemExit(f"{label.text} is not the text that was labelled")
        found = found_starts(text, "exclusion" not in label.text)
        for name in (label.text.split()[0], "all"):
            before = counts[name]
            more = (len(found & label.starts), len(found), len(label.starts))
            counts[name] = Counts(*(a + b for a, b in zip(before, more, strict=True)))
        if shows:
            for at, of_inclusion in sorted(found ^ label.starts):
                kind = "missed" if (at, of_inclusion) in label.starts else "invented"
                print(
                    f"{label.text} {kind} {'inclusion' if of_inclusion else 'exclusion'} {at}: {text[at : at + 60]!r}"
                )
    print(f"{'registry':10} {'items':>6} {'precision':>10} {'recall':>8}")
    for name, (right, all_found, there) in counts.items():
        print(f"{name:10} {there:6} {right / max(all_found, 1):10.3f} {right / max(there, 1):8.3f}")
    right, all_found, there = counts["all"]
    is_split = min(right / max(all_found, 1), right / max(there, 1)) >= LEAST
    return int(not (kinds.score(known, shows) and is_split))


if __name__ == "__main__":
    sys.exit(main())
