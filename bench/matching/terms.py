"""Conditions and mentions to MeSH headings: what the registry or a human reader assigned, ours and rivals."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bench.matching.cache import SHARED
from bench.matching.headings import SLOW, Linked, headings_by_number, link_all, link_ours, mesh_alone, rows, vocabulary
from bench.matching.report import OURS, Mark, Row
from bench.matching.scores import Links, links
from matcher.terminology import default

EVAL = SHARED / "data" / "eval"
MENTIONS = {
    "NCBI Disease": "ncbi_disease_devel_mentions.tsv",
    "BC5CDR": "bc5cdr_CDR_DevelopmentSet_disease_mentions.tsv",
}
RIGHT, WRONG = Mark(0.82), Mark(0.09, at_least=False)
SLOW_SAMPLE = 200


class Pairs(NamedTuple):
    """Phrases with the headings (small letters) that are right for each."""

    name: str
    phrases: list[str]
    accepted: list[frozenset[str]]
    says: str


def conditions(names: Mapping[str, str]) -> Pairs:
    """Conditions as sponsors type them with the one heading that the registry assigned."""
    found = rows(EVAL / "condition_to_mesh_dev.tsv")
    known = {heading.lower() for heading in names.values()}
    reachable = sum(row["mesh_term"].lower() in known for row in found)
    return Pairs(
        "condition",
        [row["condition"] for row in found],
        [frozenset({row["mesh_term"].lower()}) for row in found],
        f"{len(found)} pairs, {reachable} of their headings are in the vocabulary; "
        f"{best_reachable([(row['condition'], row['mesh_term']) for row in found]):.3f} right is the best that "
        "one answer a condition can reach",
    )


def best_reachable(pairs: Sequence[tuple[str, str]]) -> float:
    """Share that is right when every phrase gets its most frequent label: equal phrases have several."""
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, label in pairs:
        labels[phrase.lower()][label.lower()] += 1
    return sum(max(counts.values()) for counts in labels.values()) / max(1, len(pairs))


def mentions(name: str, names: Mapping[str, str]) -> Pairs:
    """Mentions with their human label, each pair once, as far as Mondo ties the label to a name of the vocabulary."""
    headings = headings_by_number(names)
    found = sorted({(row["mention"], row["id"].strip()) for row in rows(EVAL / MENTIONS[name])})
    covered = [(mention, headings[number]) for mention, number in found if number in headings]
    says = f"{len(covered)} of {len(found)} distinct pairs have one MeSH number that Mondo ties to a name"
    return Pairs(name, [mention for mention, _ in covered], [accepted for _, accepted in covered], says)


def scored(linked: Linked, accepted: Sequence[frozenset[str]]) -> Links:
    """Shares over the phrases that a system was asked."""
    return links(linked.answers, [accepted[place] for place in linked.places])


def measure(seed: int, quick: bool) -> tuple[list[Row], list[str]]:
    """Right, wrong and abstained for each set and system."""
    names = vocabulary()
    found: list[Row] = []
    details = [
        f"terms: {len(names):,} names of {len(set(names.values())):,} headings for WRatio, gilda and text2term; MNER "
        "takes no vocabulary and uses its own, which these names are from; ours has them in its own terminology",
        "terms: compared by the heading's name; of ours the nearest heading at or above the concept counts",
    ]
    for pairs in (conditions(names), *(mentions(name, names) for name in MENTIONS)):
        size = min(SLOW_SAMPLE // (4 if quick else 1), len(pairs.phrases))
        part = random.Random(seed).sample(range(len(pairs.phrases)), size)
        linked, missing = link_all(names, pairs.phrases, part)
        shares = {system: scored(answers, pairs.accepted) for system, answers in linked.items()}
        found += [
            Row("to MeSH", f"{pairs.name}: right", {name: share.right for name, share in shares.items()}, RIGHT),
            Row("to MeSH", f"{pairs.name}: wrong", {name: share.wrong for name, share in shares.items()}, WRONG),
            Row("to MeSH", f"{pairs.name}: none", {name: share.abstained for name, share in shares.items()}),
        ]
        details += [f"terms, {pairs.name}: {pairs.says}; {' and '.join(SLOW)} are asked {size} of them", *missing]
        details += _more(pairs, linked)
    return found, details


def _more(pairs: Pairs, linked: Mapping[str, Linked]) -> list[str]:
    """Figures that have no place in the table: other ways to ask ours, a stricter text2term, times, examples."""
    variants = {
        "ours, MeSH names alone": links(link_ours(pairs.phrases, mesh_alone()).answers, pairs.accepted),
        "ours, no wider heading": links(link_ours(pairs.phrases, default(), 0).answers, pairs.accepted),
    }
    strict = linked.get("text2term")
    if strict is not None:
        kept = [answer if score >= 0.6 else None for answer, score in zip(strict.answers, strict.scores, strict=True)]
        variants["text2term from 0.6"] = links(kept, pairs.accepted)
    lines = [
        f"terms, {pairs.name}, {name}: right {share.right:.3f}, wrong {share.wrong:.3f}, none {share.abstained:.3f}"
        for name, share in variants.items()
    ]
    lines.append(
        f"terms, {pairs.name}, ms a phrase: "
        + ", ".join(f"{system} {answers.ms:.2f}" for system, answers in linked.items())
    )
    own = zip(pairs.phrases, linked[OURS].answers, pairs.accepted, strict=True)
    wrong = [
        f"{phrase} -> {got} (not {'/'.join(sorted(want))})" for phrase, got, want in own if got and got not in want
    ]
    return [*lines, *(f"terms, {pairs.name}, ours wrong: {line}" for line in wrong[:12])]
