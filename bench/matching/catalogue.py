"""Catalogues for the matching bench, through our own readers and writer."""

import datetime as dt
import gzip
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import duckdb

import matcher
from bench.matching.cache import SHARED, code_hash, current
from bench.matching.facts import Fact, export, is_ctgov, shuffled, study
from crawler.readers import ctgov, ictrp
from crawler.registries import registries
from db.catalogue import Catalogue
from db.payload import Payload, Reading
from db.publication import derive
from db.registries import save_registries
from db.trial import Trial
from db.words import write_words
from db.writer import encode, write_trials
from matcher.terminology import default
from matcher.trials.indexing import mapping_version

BATCH = 4000
FACTS = SHARED / "data" / "trials" / "calcinosis_trials.jsonl"
STUDIES = SHARED / "data" / "ctgov" / "studies.ndjson.gz"
SCALE = SHARED / "data" / "ctgov" / "scale.ndjson.gz"
FACTS_ORDER = 7
"""Seed of the order in which the facts are loaded: it decides nothing here, but a catalogue is to be the same again."""


def read_facts(facts: Sequence[Fact], seed: int) -> list[Trial]:
    """Trials of fact records, read from a registry's shape by its own reader, in random order.

    Raises ValueError when a reader rejects one.
    """
    trials: list[Trial] = []
    page = json.dumps({"studies": [study(fact) for fact in facts if is_ctgov(fact)]}).encode()
    trials += _accepted(ctgov.read(_payload("ctgov", page)))
    trials += _accepted(ictrp.read(_payload("ictrp", export(fact for fact in facts if not is_ctgov(fact)))))
    by_number = {str(place): trial for place, trial in enumerate(trials)}
    return [by_number[fact["id"]] for fact in shuffled([{"id": number} for number in by_number], seed)]


def publish(folder: Path, batches: Iterable[Sequence[Trial]]) -> int:
    """Write trials into a new catalogue, map them to concepts, publish; how many there are."""
    catalogue = Catalogue(folder)
    now = dt.datetime.now(dt.UTC)
    with catalogue.writing("bench") as connection:
        save_registries(connection, registries())
        trials = sum(
            write_trials(connection, [encode(trial) for trial in batch], "bench", now).new for batch in batches
        )
        matcher.map_trials(connection)
        write_words(connection)
        derive(connection, now)
        catalogue.publish(connection)
    return trials


def registry_catalogue() -> tuple[Path, str]:
    """The catalogue of the large file of studies, the whole studies and the trials of the facts file (18,914), kept
    between runs; its folder, and a line that says how it was made.

    It is loaded anew when the readers or the writer changed, and mapped anew when what maps trials changed.
    """
    sources = [FACTS, STUDIES, SCALE]
    folder = current("registry", code_hash(["db", "crawler/readers"], sources))
    matched, mark = mapping_version(default().version), folder / "mapped"
    if mark.exists() and mark.read_text() == matched:
        return folder, "catalogue kept from an earlier run"
    began = time.perf_counter()
    if mark.exists():
        catalogue = Catalogue(folder)
        with catalogue.writing("bench") as connection:
            connection.execute("DROP TABLE trial_concepts")
            trials = matcher.map_trials(connection)
            catalogue.publish(connection)
        said = "mapped anew"
    else:
        trials = publish(folder, _all_trials())
        said = "loaded and mapped"
    mark.write_text(matched)
    return folder, f"{said}: {trials:,} trials in {time.perf_counter() - began:.0f} s"


def open_matcher(folder: Path) -> tuple[matcher.Matcher, duckdb.DuckDBPyConnection]:
    """The matcher over a published catalogue, as the commands open it."""
    connection = Catalogue(folder).connect()
    return matcher.Matcher.open(connection), connection


def _all_trials() -> Iterator[list[Trial]]:
    """Trials in batches; of those that stand in two files the first is kept, the facts before the whole studies."""
    with FACTS.open(encoding="utf-8") as lines:
        batches = chain(
            [read_facts([json.loads(line) for line in lines], FACTS_ORDER)], _studies(STUDIES), _studies(SCALE)
        )
        seen: set[str] = set()
        for batch in batches:
            fresh = {trial.trial_id: trial for trial in batch if trial.trial_id not in seen}
            seen.update(fresh)
            yield list(fresh.values())


def _studies(source: Path) -> Iterator[list[Trial]]:
    with gzip.open(source) as lines:
        while batch := list(islice(lines, BATCH)):
            page = b'{"studies":[' + b",".join(batch) + b"]}"
            yield _accepted(ctgov.read(_payload("ctgov", page)))


def _payload(registry: str, body: bytes) -> Payload:
    return Payload(registry, f"bench:{registry}", dt.datetime.now(dt.UTC), body)


def _accepted(reading: Reading) -> list[Trial]:
    if reading.rejects:
        raise ValueError(f"{len(reading.rejects)} records were rejected, the first because {reading.rejects[0].reason}")
    return reading.trials
