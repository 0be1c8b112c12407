"""A crawl of several questions whose answers overlap: when it is complete, and what its report says is missing."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crawler.harvest import RegistryHarvest, harvesting
from db.catalogue import Catalogue
from db.crawls import CrawlReport
from db.payload import Reading
from db.trial import Provenance, Reject, Trial

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
PROVENANCE = Provenance("https://registry.example", NOW, "0")


def reading(*ids: str) -> Reading:
    return Reading(
        [Trial(trial_id=name, registry="ctgov", url="https://any.example", provenance=PROVENANCE) for name in ids], []
    )


def crawled(folder: Path, answers: Mapping[Any, list[Reading]], announced: dict[str, int]) -> CrawlReport:
    with harvesting(Catalogue(folder), "test") as harvest:
        registry: RegistryHarvest = harvest.begin("ctgov", "all", None, archive=False)
        for question, readings in answers.items():
            for one in readings:
                registry.take(one, None, question)
        return registry.finish(announced=announced)


def test_a_trial_that_answers_two_questions_is_expected_once(tmp_path: Path) -> None:
    answers = {"calcinosis": [reading("A", "B"), reading("C")], "dermatomyositis": [reading("B", "C")]}
    report = crawled(tmp_path, answers, {"calcinosis": 3, "dermatomyositis": 2, "CREST": 0})
    assert (report.complete, report.expected, report.received) == (True, 3, 3)


def test_what_is_missing_is_named_by_question(tmp_path: Path) -> None:
    answers = {"calcinosis": [reading("A", "B")], "dermatomyositis": [reading("B")]}
    report = crawled(tmp_path, answers, {"calcinosis": 3, "dermatomyositis": 1, "CREST": 2})
    assert (report.complete, report.expected, report.received) == (False, 5, 2)
    assert report.problems == ("3 of 5 announced records were not received (calcinosis: 1, CREST: 2)",)


def test_a_record_that_cannot_be_read_was_received(tmp_path: Path) -> None:
    rejects = [
        Reject("ctgov", "cut short", b"B", "https://any.example", NOW, "B"),
        Reject("ctgov", "no id", b"?", "https://any.example", NOW),
    ]
    answers = {"calcinosis": [Reading(reading("A").trials, rejects)]}
    report = crawled(tmp_path, answers, {"calcinosis": 3})
    assert (report.complete, report.expected, report.received, report.rejected) == (True, 3, 3, 2)


def test_without_questions_on_the_answers_the_largest_total_is_what_is_certain(tmp_path: Path) -> None:
    for total, is_complete in ((2, True), (3, False)):
        report = crawled(tmp_path / str(total), {None: [reading("A", "B")]}, {"calcinosis": total, "CREST": 2})
        assert (report.complete, report.expected) == (is_complete, total)
