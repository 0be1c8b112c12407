"""Whether a further vocabulary makes any answer worse: the same questions with each combination of what is loaded.

Gold queries, diseases that nobody curated (`bench.matching.unseen`, over its relevant trials and a part of the others)
and codes of ICD-10-CM. The marks are the figures of what is built in, less a tolerance.
"""

import json
import random
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

import matcher
from bench.matching import unseen
from bench.matching.catalogue import registry_catalogue
from bench.matching.folds import ask
from bench.matching.gold import GOLD, lines, load_catalogue, score
from bench.matching.headings import TERMINOLOGY
from bench.matching.report import OURS, Mark, Row
from bench.matching.scores import mean, ndcg, share
from db.catalogue import Catalogue
from matcher.terminology import NameKind, Relation, Terminology, Vocabulary, built_in, together
from matcher.terminology.compile import compile_terminology
from matcher.terminology.files import read_vocabulary

ONE_OF, CODES = 6, 400
"""Every so many of the trials that are relevant to no question is there; so many codes are looked up."""
TOLERANCE = 0.005
BUILT_IN, WITHOUT_MONDO = "built in", "built in without Mondo"
"""All of the wheel, by which what is loaded beside it is judged; and, to see what its largest part is worth, less."""
_FORMS = ("ICD-10-CM code", "rare-disease synonym", "ORPHA code")
_ORDO = TERMINOLOGY / "mondo" / "ordo-2_6-2018-07-12.json.gz"


def measure(seed: int, quick: bool) -> tuple[list[Row], list[str]]:
    """A row for each figure and combination. quick: what is built in and everything together only."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        small = _copy_of_gold(folder, seed)
        large = _part_of_registry(folder)
        marks: dict[str, float] = {}
        for name, vocabularies in _combinations(folder):
            if quick and name not in (BUILT_IN, "and Mondo as OBO, ORDO 2018"):
                continue
            terminology = compile_terminology(vocabularies, f"bench {name}")
            for figure, value in _figures(terminology, small, large, folder, seed).items():
                is_more = figure in marks and name != WITHOUT_MONDO
                mark = Mark(round(marks[figure] - TOLERANCE, 3)) if is_more else None
                rows.append(Row("vocabularies", f"{figure}: {name}", {OURS: value}, mark))
                if name == BUILT_IN:
                    marks[figure] = value
    return sorted(rows, key=lambda row: row.measure.partition(":")[0]), []


def _combinations(folder: Path) -> Iterator[tuple[str, list[Vocabulary]]]:
    """What is loaded, by name. Of the files of ``terms update`` those that the shared data have."""
    inside = built_in()
    updated = [read_vocabulary(path) for path in _update_files()]
    written = _written(next(vocabulary for vocabulary in inside if vocabulary.info.name == "Mondo"), folder)
    yield BUILT_IN, inside
    yield WITHOUT_MONDO, [vocabulary for vocabulary in inside if vocabulary.info.name != "Mondo"]
    yield "and mapping tables, DOID, translations", together(inside, updated)
    yield "and Mondo as OBO, ORDO 2018", together(inside, [*updated, written, read_vocabulary(_ORDO)])
    yield "Mondo as OBO alone", together(inside, [written])


def _update_files() -> list[Path]:
    tables = ("orphanet", "mesh", "omim", "doid", "icd10cm")
    return [
        *(TERMINOLOGY / "mondo" / f"mondo_exactmatch_{table}.sssom.tsv.gz" for table in tables),
        TERMINOLOGY / "doid" / "DO_rare_slim.obo.gz",
        *sorted((TERMINOLOGY / "hpo").glob("hp-*.babelon.tsv.gz")),
    ]


def _written(mondo: Vocabulary, folder: Path) -> Vocabulary:
    """Mondo's names and tree through an OBO file."""
    names: dict[str, list[str]] = {row.id: [] for row in mondo.concepts}
    for row in mondo.names:
        if row.kind is NameKind.SYNONYM:
            escaped = row.name.replace("\\", "\\\\").replace('"', '\\"')
            names[row.id].append(f'synonym: "{escaped}" EXACT []')
    for edge in mondo.edges:
        if edge.relation is Relation.IS_A:
            names[edge.subject].append(f"is_a: {edge.object}")
    terms = ["\n".join(("[Term]", f"id: {row.id}", f"name: {row.label}", *names[row.id], "")) for row in mondo.concepts]
    path = folder / "mondo.obo"
    head = f"format-version: 1.2\ndata-version: releases/{mondo.info.version}\nontology: mondo\n"
    path.write_text("\n".join((head, *terms)), encoding="utf-8")
    return read_vocabulary(path)


def _copy_of_gold(folder: Path, seed: int) -> Path:
    load_catalogue(folder / "gold", seed)
    return _copy(folder / "gold", folder / "gold.duckdb")


def _copy(catalogue: Path, target: Path) -> Path:
    published = Catalogue(catalogue).published
    assert published is not None
    return Path(shutil.copy(published, target))


def _part_of_registry(folder: Path) -> Path:
    """The large catalogue without most of the trials that no question is about."""
    catalogue, _ = registry_catalogue()
    target = _copy(catalogue, folder / "registry.duckdb")
    target.chmod(0o644)
    relevant = sorted({trial_id for question in unseen.questions() for trial_id in question.relevant})
    with duckdb.connect(str(target)) as connection:
        connection.execute(
            """CREATE TEMP TABLE kept AS SELECT trial_id FROM trials
               WHERE list_contains(?, trial_id) OR hash(trial_id) % ? = 0""",
            [relevant, ONE_OF],
        )
        tables = connection.execute(
            """SELECT DISTINCT table_name FROM duckdb_columns() SEMI JOIN duckdb_tables() USING (table_name)
               WHERE column_name = 'trial_id' AND table_name <> 'kept'"""
        ).fetchall()
        for (table,) in tables:
            connection.execute(f'DELETE FROM "{table}" WHERE trial_id NOT IN (SELECT trial_id FROM kept)')
    return target


def _figures(terminology: Terminology, small: Path, large: Path, folder: Path, seed: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    with duckdb.connect(str(small)) as connection:
        answers = ask(connection, terminology, lines(GOLD))
        figures["gold, nDCG@10"] = _gold(answers, folder / "answers.jsonl")["ndcg10"]
    with duckdb.connect(str(large)) as connection:
        matcher.map_trials(connection, terminology=terminology)
        suggests = matcher.Matcher.open(connection, terminology)
        values = [
            (question.form, ndcg(unseen.ask(suggests, question.text), question.relevant))
            for question in unseen.questions()
        ]
        figures["unseen, nDCG@10"] = mean([value for _, value in values])
        for asked in _FORMS:
            figures[f"unseen {asked}, nDCG@10"] = mean([value for form, value in values if form == asked])
        figures["ICD-10-CM codes read as such alone"] = share(
            _is_code_alone(suggests, code) for code in _icd_codes(seed)
        )
    return figures


def _gold(answers: Sequence[Mapping[str, Any]], path: Path) -> dict[str, float]:
    path.write_text("".join(json.dumps(answer) + "\n" for answer in answers), encoding="utf-8")
    return score(path)[0]


def _icd_codes(seed: int) -> list[str]:
    import simple_icd_10_cm as icd

    codes = [code for code in icd.get_all_codes(True) if icd.is_category_or_subcategory(code)]
    return random.Random(seed).sample(codes, CODES)


def _is_code_alone(suggests: matcher.Matcher, code: str) -> bool:
    """Whether a code with the name of its system is read as that code and as nothing else."""
    try:
        diagnoses = suggests.suggest(f"ICD-10-CM {code}", limit=1).diagnoses
    except matcher.DiagnosisError:
        return False
    rules = {concept.rule for diagnosis in diagnoses for concept in diagnosis.concepts}
    return len(diagnoses) == 1 and rules <= {"code", "nearest code above"}
