"""A long batch: several processes answer what one would."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from calcitrials import matching
from calcitrials.matching import Options, answer_batch
from db.catalogue import Catalogue
from tests.support.running import calcitrials, crawl, start

QUERIES = (
    "systemic sclerosis with calcinosis",
    "migraine",
    "",
    "PHP1A",
    "calciphylaxis",
    "CREST",
    "tumoral calcinosis",
)


def test_several_processes_answer_in_order_what_one_does(
    sample_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "MANY_LINES", 5)
    monkeypatch.setattr(matching, "CHUNK_LINES", 2)
    assert crawl(tmp_path / "catalog", sample_url, "--all").status == 0
    catalogue = Catalogue(tmp_path / "catalog")
    lines = [json.dumps({"id": number, "query": query}).encode() for number, query in enumerate(QUERIES)]
    lines.insert(2, b"\n")
    alone = list(answer_batch(catalogue, lines, Options(limit=3), workers=1))
    assert list(answer_batch(catalogue, lines, Options(limit=3), workers=2)) == alone
    answers = [json.loads(line.text) for line in alone]
    assert [answer["id"] for answer in answers] == list(range(len(QUERIES)))
    assert [line.failed for line in alone] == [not query for query in QUERIES]
    assert "NCT03582800" in [match["trial_id"] for match in answers[0]["matches"]]


def test_one_process_answers_each_line_before_it_takes_the_next(sample_url: str, tmp_path: Path) -> None:
    assert crawl(tmp_path / "catalog", sample_url, "--all").status == 0
    taken: list[str] = []

    def lines() -> Iterator[bytes]:
        for query in QUERIES:
            taken.append(query)
            yield json.dumps({"query": query}).encode()

    answers = answer_batch(Catalogue(tmp_path / "catalog"), lines(), Options(limit=3), workers=1)
    next(answers)
    assert taken == list(QUERIES[:1])


def test_processes_end_without_a_word(sample_url: str, tmp_path: Path) -> None:
    assert crawl(tmp_path / "catalog", sample_url, "--all").status == 0
    (tmp_path / "batch.jsonl").write_text('{"id": 1, "query": "PHP1A"}\n' * matching.MANY_LINES)
    run = calcitrials("match", "--batch", tmp_path / "batch.jsonl", "--workers", "2", "--catalog", tmp_path / "catalog")
    assert (run.status, run.err, run.out.count("\n")) == (0, "", matching.MANY_LINES)


@pytest.fixture(scope="module")
def crawled(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    catalog = tmp_path_factory.mktemp("batch") / "catalog"
    assert crawl(catalog, sample_url, "--all").status == 0
    return catalog


def asked(crawled: Path, **line: object) -> dict[str, Any]:
    """The answer to one line of a batch."""
    run = calcitrials("match", "--batch", "-", "--catalog", crawled, stdin=json.dumps({"id": 7, **line}) + "\n")
    answer = json.loads(run.out)
    assert answer["id"] == 7
    assert run.status == ("error" in answer)
    return dict(answer)


@pytest.mark.parametrize(
    ("patient", "understood"),
    [
        ({"age_years": 45, "sex": "female"}, {"age_years": 45.0, "sex": "female"}),
        ({"age": "45y", "gender": "male"}, {"age_years": 45.0, "sex": "male"}),
        ({"age": 45, "sex": "F"}, {"age_years": 45.0, "sex": "female"}),
        ({"age": "18m", "gender": "unknown"}, {"age_years": 1.5}),
        ({"age": "3 years", "country": "FR"}, {"age_years": 3.0, "country": "France"}),
        ({"age": None, "sex": None, "country": None}, {}),
        ({"age_years": 45, "life_stage": "adult", "other_ages": [4]}, {"age_years": 45.0, "other_ages": [4.0]}),
    ],
)
def test_a_patient_is_said_as_on_the_command_line_or_as_fhir_names_it(
    crawled: Path, patient: dict[str, object], understood: dict[str, object]
) -> None:
    said = asked(crawled, query="calcinosis", patient=patient)["query"]["patient"]
    assert {name: said.get(name) for name in understood} == understood


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            {"patient": {"age_yeras": 45}},
            "unknown in a patient: 'age_yeras'; known are age, age_years, sex, gender, country, life_stage, other_ages",
        ),
        ({"patient": {"age": "old"}}, "'old' is not an age: write 45y, 18m, 6w or 10d"),
        ({"patient": {"age": -1}}, "age: -1 is no number of years from 0 to 150"),
        ({"patient": {"age_years": True}}, "age_years: true is no number of years from 0 to 150"),
        ({"patient": {"age": 4, "age_years": 5}}, "a patient has age or age_years, not both"),
        ({"patient": {"sex": "x"}}, "'x' is not a sex the registries tell apart: write female or male"),
        ({"patient": {"country": "Narnia"}}, "'Narnia' is no country: write its name or its code of two letters"),
        ({"age": "45y"}, '"age" belongs into "patient"'),
        ({"gender": "female"}, '"gender" belongs into "patient"'),
    ],
    ids=str,
)
def test_what_is_no_patient_is_that_line_s_error(crawled: Path, line: dict[str, Any], error: str) -> None:
    assert asked(crawled, query="calcinosis", **line)["error"] == error


def test_a_killed_process_costs_no_line(crawled: Path, tmp_path: Path) -> None:
    lines = 2 * matching.MANY_LINES
    (tmp_path / "batch.jsonl").write_text('{"id": 1, "query": "PHP1A"}\n' * lines)
    running = start("match", "--batch", tmp_path / "batch.jsonl", "--workers", "2", "--catalog", crawled)
    assert running.popen.stdout is not None
    first = running.popen.stdout.readline()
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    answering = [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    os.kill(answering[-1], signal.SIGKILL)
    ended = running.wait()
    assert (ended.status, ended.err) == (0, "")
    assert (first + ended.out).count("\n") == lines
    assert '"error"' not in ended.out
