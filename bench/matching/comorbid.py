"""The gold queries in a whole registry, with a common disease beside each: the rare one is still to lead.

Each query is asked over the registry's catalogue alone and with each comorbidity before and behind it. Rankings are
condensed to the trials of the facts file, for which alone the gold set says what is relevant.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

import matcher
from bench.matching.catalogue import FACTS, open_matcher, registry_catalogue
from bench.matching.gold import GOLD, lines
from bench.matching.report import OURS, Mark, Row
from bench.matching.scores import ANCHOR, canonical, mean, ndcg

COMORBIDITIES = (
    "hypertension", "type 2 diabetes", "obesity", "asthma", "depression", "hypothyroidism", "osteoarthritis",
    "gastroesophageal reflux disease", "hyperlipidemia", "chronic pain",
)  # fmt: skip
DEPTH, SHOWN = 200, 20


def measure(seed: int, quick: bool) -> tuple[list[Row], list[str]]:
    """nDCG@10 with and without comorbidities, the least of them, and how often the anchor is among the first twenty."""
    folder, said = registry_catalogue()
    suggests, connection = open_matcher(folder)
    held = {canonical(fact["id"]) for fact in lines(FACTS)}
    gold = [query for query in lines(GOLD) if query["relevant"] and not query["query"].lstrip().startswith("{")]
    alone, anchored = asked(suggests, gold, held, ("",))
    by_disease = {disease: asked(suggests, gold, held, (f"{disease}, @", f"@, {disease}")) for disease in COMORBIDITIES}
    connection.close()
    beside = [value for values, _ in by_disease.values() for value in values]
    shown = [value for _, values in by_disease.values() for value in values]
    values = mean(beside)
    rows = [
        Row("comorbid", f"nDCG@10, {len(gold)} queries alone", {OURS: mean(alone)}),
        Row("comorbid", "nDCG@10, common disease beside", {OURS: values}, Mark(0.93)),
        Row("comorbid", "how far under alone", {OURS: mean(alone) - values}, Mark(0.02, at_least=False)),
        Row("comorbid", "anchor within 20, alone", {OURS: mean(anchored)}),
        Row("comorbid", "anchor within 20, beside", {OURS: mean(shown)}, Mark(0.97)),
    ]
    details = [f"comorbid, {name}: nDCG@10 {mean(found):.3f}" for name, (found, _) in by_disease.items()]
    return rows, [f"comorbid: {said}", *details]


def asked(
    suggests: matcher.Matcher, gold: Sequence[Mapping[str, Any]], held: set[str], forms: Sequence[str]
) -> tuple[list[float], list[float]]:
    """nDCG@10 of each query in each form ("@" is the query), and whether the anchor is shown where it belongs."""
    values: list[float] = []
    shown: list[float] = []
    for query in gold:
        patient = msgspec.convert(query.get("patient") or {}, matcher.Patient)
        relevant = {canonical(trial_id): grade for trial_id, grade in query["relevant"].items()}
        for form in forms:
            text = form.replace("@", query["query"]) if form else query["query"]
            try:
                found = suggests.suggest(text, patient=patient, limit=DEPTH).matches
            except matcher.DiagnosisError:
                found = ()
            ranked = [canonical(match.trial_id) for match in found]
            values.append(ndcg([trial_id for trial_id in dict.fromkeys(ranked) if trial_id in held], relevant))
            if query["anchor"] in ("top1", "top3", "listed"):
                shown.append(float(ANCHOR in ranked[:SHOWN]))
    return values, shown
