"""The questions of the documentation, each asked of a catalogue as `calcitrials sql` asks it."""

from pathlib import Path

import pytest

from calcitrials.sql import ask
from db.catalogue import Catalogue
from tests.support.running import ROOT

FILES = sorted((ROOT / "docs" / "questions").glob("*.sql"))
WITHOUT_ROWS = {"07-", "17-"}
"""Questions of which the bundled samples hold nothing."""


def test_there_are_forty_and_each_has_a_title_and_its_like_in_aact() -> None:
    assert len(FILES) == 40
    for file in FILES:
        title, aact, *_ = file.read_text(encoding="utf-8").splitlines()
        assert title.startswith("-- ")
        assert aact.startswith("-- AACT: ")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_question_is_answered(sampled: Path, file: Path) -> None:
    answer = ask(Catalogue(sampled), file.read_text(encoding="utf-8"))
    assert answer.columns
    assert bool(list(answer.rows)) is not file.name.startswith(tuple(WITHOUT_ROWS)), file.name
