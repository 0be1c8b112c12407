"""The index beside a snapshot: made where it is missing or does not fit, shared, and no reason for other answers."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import bm25s
import duckdb
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import Matcher, Patient, weights, write_index
from matcher.index_folder import folder_of
from matcher.similarity.lexical import K1, B, LexicalBuilder
from tests.matcher.conftest import make_catalogue


def trial(trial_id: str, title: str, *conditions: str, least: str | None = None) -> tuple[object, ...]:
    return (trial_id, title, conditions, (), (), (), (), least, None, "all", "recruiting")


TRIALS = (
    trial("NCT90000001", "Sodium Thiosulfate for Calcinosis Cutis", "Calcinosis Cutis", "Systemic Sclerosis"),
    trial("NCT90000002", "Bandages for Zorblatt Ulcers", "Zorblatt Ulcer", least="18 Years"),
    trial("NCT90000003", "Rituximab in Dermatomyositis", "Dermatomyositis"),
    trial("NCT90000004", "Tamoxifen in Breast Cancer", "Breast Cancer"),
    trial("NCT90000005", "Bandages for Those Who Need Them", "Übel bei Dermatomyositis"),
)
QUESTIONS = (
    ("calcinosis cutis", None), ("zorblatt ulcer", Patient(3.0)), ("dermatomyositis with calcinosis", None),
    ("breast cancer", Patient(45.0, "female", "France")), ("CREST", None), ("bandages for an ulcer", None),
)  # fmt: skip


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    path = tmp_path / "catalog-1.duckdb"
    make_catalogue(path, TRIALS)
    return path


def answers(matcher: Matcher) -> list[bytes]:
    return [msgspec.json.encode(matcher.suggest(text, patient=patient)) for text, patient in QUESTIONS]


def answered(snapshot: Path) -> list[bytes]:
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        return answers(Matcher.open(connection))


@pytest.mark.parametrize("text", ["übel bei dermatomyositis", "ÜBEL BEI DERMATOMYOSITIS"])
def test_a_condition_is_found_as_a_trial_lists_it_in_large_letters_or_small(snapshot: Path, text: str) -> None:
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        first = Matcher.open(connection).suggest(text).matches[0]
    assert first.because[0] == f'The trial lists "{text}" as a condition, word for word.'


def without_index(snapshot: Path, tmp_path: Path) -> list[bytes]:
    """Answers over a copy that may change, beside which nothing is kept."""
    copy = tmp_path / "elsewhere" / "writer.duckdb"
    copy.parent.mkdir(exist_ok=True)
    shutil.copyfile(snapshot, copy)
    with duckdb.connect(str(copy)) as connection:
        found = answers(Matcher.open(connection))
    assert [path.name for path in copy.parent.iterdir()] == ["writer.duckdb"]
    return found


def files(snapshot: Path) -> dict[str, int]:
    found = sorted(path for path in folder_of(snapshot).rglob("*") if path.is_file())
    return {str(path.relative_to(folder_of(snapshot))): path.stat().st_mtime_ns for path in found}


def parts(snapshot: Path) -> list[str]:
    return sorted(path.name for path in folder_of(snapshot).iterdir())


def test_it_is_made_once_and_answers_as_without_it(snapshot: Path, tmp_path: Path) -> None:
    write_index(snapshot)
    made = files(snapshot)
    assert [name.split("-")[0] for name in parts(snapshot)] == ["trials", "wording"]
    found = answered(snapshot)
    assert found == without_index(snapshot, tmp_path)
    assert any(json.loads(answer)["matches"] for answer in found)
    assert files(snapshot) == made


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-8])


@pytest.mark.parametrize("damage", [cut, Path.unlink, lambda path: path.write_bytes(b"")], ids=["cut", "gone", "empty"])
@pytest.mark.parametrize(
    "name", ["trials-*/rows.npy", "trials-*/facts_letters.npy", "trials-*/posted_trial.npy", "trials-*/tables.msgpack"]
)
def test_a_damaged_one_is_made_anew(snapshot: Path, name: str, damage: Callable[[Path], object]) -> None:
    write_index(snapshot)
    expected = answered(snapshot)
    (file,) = folder_of(snapshot).glob(name)
    whole = file.read_bytes()
    damage(file)
    assert answered(snapshot) == expected
    assert file.read_bytes() == whole


def test_a_reader_makes_the_one_of_an_old_snapshot(snapshot: Path, tmp_path: Path) -> None:
    assert not folder_of(snapshot).exists()
    assert answered(snapshot) == without_index(snapshot, tmp_path)
    made = files(snapshot)
    answered(snapshot)
    assert made
    assert files(snapshot) == made


def test_that_of_another_version_is_replaced(snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_index(snapshot)
    before, found = parts(snapshot), answered(snapshot)
    monkeypatch.setattr(weights, "TITLE", 0.2)
    monkeypatch.setattr(weights, "MESH", 0.1)
    answered(snapshot)
    now = parts(snapshot)
    assert len(now) == 2
    assert len(set(now) & set(before)) == 1
    monkeypatch.undo()
    assert answered(snapshot) == found


def test_that_of_another_snapshot_of_the_same_name_is_replaced(snapshot: Path, tmp_path: Path) -> None:
    write_index(snapshot)
    snapshot.unlink()
    make_catalogue(snapshot, (*TRIALS[1:], trial("NCT90000009", "Lasers for Calcinosis Cutis", "Calcinosis Cutis")))
    found = answered(snapshot)
    assert found == without_index(snapshot, tmp_path)
    assert b"NCT90000009" in found[0]
    assert b"NCT90000001" not in found[0]


def test_where_nothing_can_be_written_it_stays_in_memory(snapshot: Path, tmp_path: Path) -> None:
    folder_of(snapshot).write_text("in the way")
    assert answered(snapshot) == without_index(snapshot, tmp_path)
    assert folder_of(snapshot).read_text() == "in the way"


_ANSWER = """
import sys
from pathlib import Path
from tests.matcher.test_trial_index import answered
sys.stdout.buffer.write(b"\\n".join(answered(Path(sys.argv[1]))))
"""


def test_two_processes_that_begin_together_share_one(snapshot: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _ANSWER, str(snapshot)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    found = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert found == [b"\n".join(without_index(snapshot, tmp_path))] * 2
    assert [name.split("-")[0] for name in parts(snapshot)] == ["trials", "wording"]


words = st.lists(st.sampled_from(["gout", "knee", "pain", "ulcer", "of"]), max_size=8)


@settings(max_examples=40, deadline=None)
@given(st.lists(words, min_size=1, max_size=12).filter(any))
def test_the_numbers_of_words_are_those_of_the_library(texts: list[list[str]]) -> None:
    builder = LexicalBuilder()
    for text in texts:
        builder.add(text)
    ours = builder.build()
    theirs = bm25s.BM25(method="lucene", k1=K1, b=B)
    theirs.index(texts, show_progress=False)
    for word in {word for text in texts for word in text}:
        assert ours.scores({word: 1.0}).tolist() == theirs.get_scores([word]).tolist()
