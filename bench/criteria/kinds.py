"""How well criteria are typed: what each asks about, against two hundred items labelled by hand.

The items were drawn at random from the texts of six registries and labelled before there were any rules. The rules
were made with the hundred "known" ones in sight; the hundred "unseen" ones say what they are worth on other criteria
(read for the first time: 89). Nearly all are in English, for so are the records: the other languages are held by
tests/matcher/criteria.txt. A label names the item by text and number, with a digest that tells when the splitter counts
otherwise; the first kind is what it mainly asks about ("age|sex" where either is right), the others what else.
"""

import hashlib
from collections import defaultdict
from pathlib import Path

import msgspec

from crawler.wording import criteria
from matcher.linking.linker import EntityLinker
from matcher.screening.items import ItemReader
from matcher.terminology import default

LABELS = Path(__file__).with_name("kinds.jsonl")
LEAST = 0.90
"""Share of items whose main kind is right, below which the bench ends with status 1."""


class Kinds(msgspec.Struct):
    """What one item asks about. drawn: "known" or "unseen"."""

    text: str
    item: int
    digest: str
    kinds: list[str]
    drawn: str


def score(known: dict[str, str], shows: bool) -> bool:
    """Print how many are right, by main kind and by set; whether that is enough for each draw."""
    reader = ItemReader(EntityLinker(default()))
    right: dict[tuple[str, str], int] = defaultdict(int)
    there: dict[tuple[str, str], int] = defaultdict(int)
    same: dict[str, int] = defaultdict(int)
    for line in LABELS.read_bytes().splitlines():
        label = msgspec.json.decode(line, type=Kinds)
        start, end, is_inclusion = _item(known[label.text], label)
        text = known[label.text][start:end]
        item = reader.item(text, "inclusion" if is_inclusion else "exclusion")
        main = label.kinds[0].split("|")
        is_right = item.subject.value in main
        for name in (main[0], "all"):
            right[label.drawn, name] += is_right
            there[label.drawn, name] += 1
        wanted = {kind for kinds in label.kinds for kind in kinds.split("|")}
        same[label.drawn] += wanted - {"plain"} == {kind.value for kind in item.subjects} - {"plain"}
        if shows and not is_right:
            print(f"{label.text} {label.item}: {label.kinds[0]}, typed as {item.subject.value}: {text[:100]!r}")
    print(f"\n{'kind':18} {'known':>12} {'unseen':>12}")
    for name in [*sorted({name for _, name in there} - {"all"}), "all"]:
        cells = (f"{right[drawn, name]}/{there[drawn, name]}" for drawn in ("known", "unseen"))
        print(f"{name:18} {' '.join(f'{cell:>12}' for cell in cells)}")
    print(f"{'every kind right':18} {' '.join(f'{same[drawn]:>12}' for drawn in ('known', 'unseen'))}")
    return all(right[drawn, "all"] >= LEAST * there[drawn, "all"] for drawn in ("known", "unseen"))


def _digest(item: str) -> str:
    return hashlib.sha256(" ".join(item.split()).encode()).hexdigest()[:12]


def _item(text: str, label: Kinds) -> tuple[int, int, bool]:
    """Where a labelled item stands; SystemExit where it is not the one that was labelled."""
    spans = list(criteria.spans(text, "exclusion" not in label.text))
    for start, end, is_inclusion in spans[label.item - 1 : label.item]:
        if _digest(text[start:end]) == label.digest:
            return start, end, is_inclusion
    raise SystemExit(f"item {label.item} of {label.text} is not the one that was labelled")
