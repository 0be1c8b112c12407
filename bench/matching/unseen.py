"""Diseases that nobody curated, asked by name, code, synonym and with typing errors over a registry's trials.

Diseases are MeSH headings (signs and symptoms apart) that ClinicalTrials.gov gave to 3 to 60 trials of the large file
of studies, none of whose names, Mondo numbers or codes stands in our own tables; they are drawn with a fixed seed, so
that figures of different days are of the same questions. Relevant is a trial that the registry gave the heading (grade
2) or, if not that, a heading right below it in the MeSH tree (grade 1). The catalogue is mapped as every one is, MeSH
headings too.
"""

import gzip
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

import matcher
from bench.matching.catalogue import SCALE, open_matcher, registry_catalogue
from bench.matching.distortions import typo
from bench.matching.headings import TERMINOLOGY, disease_names, rows, squeeze, vocabulary
from bench.matching.report import OURS, Mark, Row
from bench.matching.scores import mean, ndcg
from matcher.terminology import curated

A_FORM, FEWEST_TRIALS, MOST_TRIALS, SEED = 120, 3, 60, 20261130
SHORTEST_MISSPELT = 8
FORMS = ("MeSH name", "ICD-10-CM code", "typing error", "rare-disease synonym", "ORPHA code")
LIMIT = 20
_WORDS = re.compile(r"[a-z]{4}")
_SIGNS = re.compile(r"C23|$")
"""Branch of the MeSH tree that holds signs, symptoms and processes, which are no diseases."""


class Question(NamedTuple):
    """What is asked in which form, and the relevant trials with their grade."""

    text: str
    form: str
    relevant: Mapping[str, int]


class Ids(NamedTuple):
    """What Mondo says of a heading: its own number, and codes of ICD-10-CM and Orphanet."""

    mondo: str
    icd10cm: tuple[str, ...]
    orphanet: tuple[str, ...]


def measure(seed: int, quick: bool) -> tuple[list[Row], list[str]]:
    """nDCG@10 over all questions, and by form; the seed of the bench plays no part."""
    folder, said = registry_catalogue()
    asked = questions()
    suggests, connection = open_matcher(folder)
    values = [ndcg(ask(suggests, question.text), question.relevant) for question in asked]
    connection.close()
    by_form: dict[str, list[float]] = defaultdict(list)
    for question, value in zip(asked, values, strict=True):
        by_form[question.form].append(value)
    found = [Row("unseen diseases", f"nDCG@10, all {len(values)} questions", {OURS: mean(values)}, Mark(0.82))]
    found += [
        Row("unseen diseases", f"nDCG@10, {form} ({len(by_form[form])})", {OURS: mean(by_form[form])}) for form in FORMS
    ]
    worst = sorted(zip(values, asked, strict=True), key=lambda pair: pair[0])[:15]
    details = [f"unseen: {question.form} {question.text!r}: {value:.2f}" for value, question in worst]
    return found, [f"unseen: {said}", *details]


def ask(suggests: matcher.Matcher, text: str, limit: int = LIMIT) -> list[str]:
    """Trials suggested for a text, none where it cannot be read."""
    try:
        return [match.trial_id for match in suggests.suggest(text, limit=limit).matches]
    except matcher.DiagnosisError:
        return []


@cache
def questions() -> tuple[Question, ...]:
    """All questions, always the same ones: of each form as many diseases as there are, at most ``A_FORM``."""
    trials, below = _trials_by_heading(), _children()
    names = _diseases()
    ids, synonyms = _ids(names), _rare_synonyms()
    rng = random.Random(SEED)
    asked: dict[str, list[Question]] = {form: [] for form in FORMS}
    usable = [
        heading for heading in sorted(set(names.values())) if FEWEST_TRIALS <= len(trials[heading]) <= MOST_TRIALS
    ]
    for heading in rng.sample(usable, len(usable)):
        known = ids.get(heading)
        if _is_curated(heading, known):
            continue
        for form, text in _forms(heading, known, synonyms, names, rng):
            if len(asked[form]) < A_FORM:
                asked[form].append(Question(text, form, _relevant(heading, trials, below)))
    return tuple(question for form in FORMS for question in asked[form])


def _forms(
    heading: str, known: Ids | None, synonyms: Mapping[str, list[str]], names: Mapping[str, str], rng: random.Random
) -> Iterator[tuple[str, str]]:
    """The forms in which a heading can be asked for, each with a text. A block of codes is no code, an abbreviation no
    synonym, and in a short word one edit makes another word.
    """
    yield "MeSH name", heading
    misspelt = typo(heading.lower(), 1, rng) if len(heading) >= SHORTEST_MISSPELT else ""
    if misspelt and misspelt != heading.lower() and misspelt not in names:
        yield "typing error", misspelt
    for code in known.icd10cm if known else ():
        if "-" not in code:
            yield "ICD-10-CM code", f"ICD-10-CM {code}"
            break
    for number in known.orphanet[:1] if known else ():
        yield "ORPHA code", f"ORPHA:{number}"
        said = [name for name in synonyms.get(number, ()) if squeeze(name) not in names and _WORDS.search(name)]
        if said:
            yield "rare-disease synonym", said[0]


def _relevant(heading: str, trials: Mapping[str, list[str]], below: Mapping[str, frozenset[str]]) -> Mapping[str, int]:
    narrower = {trial_id: 1 for other in below.get(heading, ()) for trial_id in trials.get(other, ())}
    return {**narrower, **dict.fromkeys(trials[heading], 2)}


def _trials_by_heading() -> dict[str, list[str]]:
    """Trials of the large file by the headings that the registry gave them."""
    found: dict[str, list[str]] = defaultdict(list)
    with gzip.open(SCALE) as lines:
        for line in lines:
            study = json.loads(line)
            browse = study.get("derivedSection", {}).get("conditionBrowseModule", {})
            trial_id = study["protocolSection"]["identificationModule"]["nctId"]
            for term in {mesh["term"] for mesh in browse.get("meshes", ())}:
                found[term].append(trial_id)
    return found


def _diseases() -> dict[str, str]:
    """Heading by name of what is more than a sign or symptom."""
    trees = {row["descriptor_name"]: row["tree_numbers"].split(";") for row in _mesh()}
    names = disease_names(vocabulary())
    return {name: heading for name, heading in names.items() if not all(map(_SIGNS.match, trees[heading]))}


def _mesh() -> list[dict[str, str]]:
    return rows(TERMINOLOGY / "derived" / "mesh_variants.tsv.gz")


def _ids(names: Mapping[str, str]) -> dict[str, Ids]:
    """What Mondo says of each heading that bears the name of one of its diseases."""
    icd10cm, orphanet = _codes("icd10cm"), _codes("orphanet")
    found: dict[str, Ids] = {}
    for row in _mondo("mesh"):
        heading = names.get(squeeze(row["subject_label"]))
        if heading:
            mondo = row["subject_id"]
            found.setdefault(heading, Ids(mondo, icd10cm.get(mondo, ()), orphanet.get(mondo, ())))
    return found


def _codes(vocabulary: str) -> dict[str, tuple[str, ...]]:
    """Codes of another vocabulary that are exactly a disease of Mondo, by its number."""
    found: dict[str, tuple[str, ...]] = {}
    for row in _mondo(vocabulary):
        code = row["object_id"].partition(":")[2]
        found[row["subject_id"]] = (*found.get(row["subject_id"], ()), code)
    return found


def _mondo(vocabulary: str) -> Iterable[dict[str, str]]:
    return rows(TERMINOLOGY / "mondo" / f"mondo_exactmatch_{vocabulary}.sssom.tsv.gz")


def _is_curated(heading: str, known: Ids | None) -> bool:
    """Whether one of our own concepts bears the heading's name, or its Mondo number or a code."""
    names, ids = _curated()
    if squeeze(heading) in names:
        return True
    if known is None:
        return False
    stated = {known.mondo, *(f"ICD10CM:{code}" for code in known.icd10cm), *(f"ORPHA:{x}" for x in known.orphanet)}
    return not ids.isdisjoint(stated)


@cache
def _curated() -> tuple[frozenset[str], frozenset[str]]:
    """Names, and ids and codes, of our own concepts."""
    own = curated.load()
    names = {squeeze(row.name) for row in own.names} | {squeeze(row.label) for row in own.concepts}
    return frozenset(names), frozenset({row.id for row in own.concepts} | {row.code for row in own.codes})


def _children() -> dict[str, frozenset[str]]:
    """Headings right below each heading in the MeSH tree."""
    of_number: dict[str, str] = {}
    for row in _mesh():
        of_number.update(dict.fromkeys(row["tree_numbers"].split(";"), row["descriptor_name"]))
    found: dict[str, set[str]] = defaultdict(set)
    for number, heading in of_number.items():
        above = of_number.get(number.rpartition(".")[0])
        if above and above != heading:
            found[above].add(heading)
    return {heading: frozenset(below) for heading, below in found.items()}


def _rare_synonyms() -> dict[str, list[str]]:
    """Synonyms of Orphanet's rare disease ontology by its numbers."""
    with gzip.open(TERMINOLOGY / "mondo" / "ordo-2_6-2018-07-12.json.gz") as file:
        nodes = json.load(file)["graphs"][0]["nodes"]
    return {
        node["id"].rpartition("_")[2]: [synonym["val"] for synonym in node.get("meta", {}).get("synonyms", ())]
        for node in nodes
        if "/Orphanet_" in node["id"]
    }
