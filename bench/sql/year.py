"""A year of daily crawls over a small catalogue: what the history takes.

    python -m bench.sql.year [--days 365] [--changed 0.01]

By hand. The trials of the facts file are written, and then each day some of them with another number of participants,
another status or title; each day is published. Printed are the seconds of a day beside those of a plain copy of the
snapshot, the bytes of the last snapshot beside the first one, and beside a copy kept a day.
"""

import argparse
import datetime as dt
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.matching.catalogue import FACTS, read_facts
from bench.matching.gold import lines
from db.catalogue import Catalogue
from db.publication import derive
from db.trial import Trial
from db.vocabularies import Status
from db.words import write_words
from db.writer import encode, write_trials

SEED = 7
BEGIN = dt.datetime(2025, 1, 1, 3)


def changed(trial: Trial, day: int, chance: random.Random) -> Trial:
    """A trial as its registry amends it: one thing of it, and the record's bytes."""
    provenance = msgspec.structs.replace(
        trial.provenance, payload_sha256=f"{day:064x}", fetched_at=BEGIN + dt.timedelta(days=day)
    )
    kind = chance.randrange(3)
    if kind == 0:
        return msgspec.structs.replace(trial, provenance=provenance, enrollment=chance.randrange(10, 500))
    if kind == 1:
        return msgspec.structs.replace(trial, provenance=provenance, status=chance.choice(list(Status)))
    return msgspec.structs.replace(trial, provenance=provenance, brief_title=f"{trial.brief_title} ({day})")


def day_of(catalogue: Catalogue, trials: Sequence[Trial], day: int) -> float:
    """Write trials and publish, as a crawl of that day does; seconds."""
    now = BEGIN + dt.timedelta(days=day)
    began = time.perf_counter()
    with catalogue.writing("bench") as connection:
        write_trials(connection, [encode(trial) for trial in trials], f"day-{day:03d}", now)
        write_words(connection)
        derive(connection, now)
        catalogue.publish(connection)
    return time.perf_counter() - began


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--changed", type=float, default=0.01, help="share of the trials that change a day")
    given = parser.parse_args()
    chance = random.Random(SEED)
    trials = {trial.trial_id: trial for trial in read_facts(lines(FACTS), SEED)}
    amended = max(1, round(given.changed * len(trials)))
    with tempfile.TemporaryDirectory() as name:
        catalogue = Catalogue(Path(name) / "catalog")
        print(
            f"{len(trials)} trials, first publication {day_of(catalogue, list(trials.values()), 0):.2f} s", flush=True
        )
        assert catalogue.published is not None
        first = catalogue.published.stat().st_size
        took, copied = [], []
        for day in range(1, given.days + 1):
            some = [changed(trials[one], day, chance) for one in chance.sample(sorted(trials), amended)]
            trials |= {trial.trial_id: trial for trial in some}
            took.append(day_of(catalogue, some, day))
            began = time.perf_counter()
            shutil.copyfile(catalogue.published, Path(name) / "plain.copy")
            copied.append(time.perf_counter() - began)
        last = catalogue.published.stat().st_size
        with catalogue.connect() as connection:
            ((states, changes),) = connection.execute(
                "SELECT (SELECT count(*) FROM trial_versions), (SELECT count(*) FROM changes)"
            ).fetchall()
    print(f"{given.days} days with {amended} changes each: {states} former states, {changes} changes")
    print(f"a day: median {statistics.median(took):.3f} s, a plain copy of the file {statistics.median(copied):.3f} s")
    print(f"bytes: {first:,} on the first day, {last:,} on the last ({last / first:.2f} times), ", end="")
    print(f"{last / (given.days * first):.4f} of a copy kept a day")


if __name__ == "__main__":
    main()
