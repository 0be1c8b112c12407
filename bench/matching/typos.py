"""Typing errors and look-alikes over the MeSH names, ours and rivals on the same phrases, drawn anew by a seed."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence

from bench.matching.distortions import Decoy, decoys, typos, variants
from bench.matching.headings import SLOW, Linked, disease_names, link_all, vocabulary
from bench.matching.report import OURS, Mark, Row
from bench.matching.scores import share

TYPOS, DECOYS, VARIANTS = 500, 200, 200
SLOW_SAMPLE = 120
FEW = Mark(0.02, at_least=False)


def hit_share(linked: Linked, wanted: Sequence[str], start: int = 0) -> float:
    """Share of the asked phrases from ``start`` on that are linked to the wanted heading (small letters)."""
    pairs = _slice(linked, start, start + len(wanted))
    return share(answer == wanted[place - start] for place, answer in pairs)


def measure(seed: int, quick: bool) -> tuple[list[Row], list[str]]:
    """hit@1 on misspelt names; look-alikes taken for their target; other spellings of the same that are kept."""
    names = vocabulary()
    diseases = disease_names(names)
    rng = random.Random(seed)
    misspelt = typos(diseases, TYPOS, rng)
    lookalikes = decoys(diseases, names, DECOYS, rng)
    same = variants(diseases, VARIANTS, rng)
    phrases = [phrase for phrase, _ in misspelt] + [decoy.phrase for decoy in lookalikes] + [way for way, _ in same]
    first, second, end = len(misspelt), len(misspelt) + len(lookalikes), len(phrases)
    size = SLOW_SAMPLE // (4 if quick else 1)
    part = [
        place
        for low, high in ((0, first), (first, second), (second, end))
        for place in rng.sample(range(low, high), min(size, high - low))
    ]
    linked, missing = link_all(names, phrases, part)
    meant = [names[name].lower() for _, name in misspelt]
    targets = [decoy.heading.lower() for decoy in lookalikes]
    kept = [names[name].lower() for _, name in same]
    rows = [
        Row("typos", f"hit@1, {len(misspelt)} names", _each(linked, meant, 0), Mark(0.97)),
        Row("look-alikes", f"taken for it, {len(lookalikes)}", _each(linked, targets, first), FEW),
        Row("look-alikes", f"variants kept, {len(same)}", _each(linked, kept, second), Mark(0.95)),
    ]
    made_up = [place for place, decoy in enumerate(lookalikes) if decoy.phrase not in names]
    details = [
        f"typos: over {len(names):,} names; {' and '.join(SLOW)} are asked {size} phrases of each kind",
        *missing,
        f"look-alikes: {len(made_up)} of {len(lookalikes)} are no name of the vocabulary; linked to some heading: "
        + ", ".join(f"{system} {_linked_share(found, made_up, first):.2f}" for system, found in linked.items()),
        *_ours(linked[OURS], misspelt, lookalikes, same, names),
    ]
    return rows, details


def _slice(linked: Linked, low: int, high: int) -> list[tuple[int, str | None]]:
    return [(place, answer) for place, answer in zip(linked.places, linked.answers, strict=True) if low <= place < high]


def _each(linked: Mapping[str, Linked], wanted: Sequence[str], start: int) -> dict[str, float]:
    return {system: hit_share(found, wanted, start) for system, found in linked.items()}


def _linked_share(linked: Linked, places: Sequence[int], start: int) -> float:
    among = {place + start for place in places}
    pairs = zip(linked.places, linked.answers, strict=True)
    return share(answer is not None for place, answer in pairs if place in among)


def _ours(
    linked: Linked,
    misspelt: Sequence[tuple[str, str]],
    lookalikes: Sequence[Decoy],
    same: Sequence[tuple[str, str]],
    names: Mapping[str, str],
) -> list[str]:
    """What ours got wrong, for whoever improves it."""
    answers = linked.answers
    first, second = len(misspelt), len(misspelt) + len(lookalikes)
    missed = [
        f"{phrase} ({name}) -> {answer}"
        for (phrase, name), answer in zip(misspelt, answers, strict=False)
        if answer != names[name].lower()
    ]
    taken = [
        decoy
        for decoy, answer in zip(lookalikes, answers[first:second], strict=True)
        if answer == decoy.heading.lower()
    ]
    lost = [
        f"{phrase} ({name}) -> {answer}"
        for (phrase, name), answer in zip(same, answers[second:], strict=True)
        if answer != names[name].lower()
    ]
    rules = Counter(decoy.rule for decoy in taken)
    return [
        *(f"typos, ours missed: {line}" for line in missed[:15]),
        f"look-alikes, ours took by rule: {dict(rules)}",
        *(f"look-alikes, ours took: {decoy.phrase} for {decoy.heading} ({decoy.rule})" for decoy in taken[:10]),
        *(f"look-alikes, ours lost: {line}" for line in lost[:10]),
    ]
