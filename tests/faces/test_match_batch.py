"""A long batch: several processes answer what one would."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from calcitrials import matching
from calcitrials.matching import Options, answer_batch
from db.catalogue import Catalogue
from tests.support.running import calcitrials, crawl

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
