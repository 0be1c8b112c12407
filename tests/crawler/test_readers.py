"""Every reader on the payloads of tests/fixtures/<registry>/<case>/: payload.* in, expected.json out."""

import json
from pathlib import Path

import pytest

from crawler.fixtures import EXPECTED, cases, read_case
from tests.support.running import ROOT

FIXTURES = ROOT / "tests/fixtures"


@pytest.mark.parametrize("case", cases(FIXTURES), ids=lambda case: f"{case.parent.name}-{case.name}")
def test_reader_gives_the_expected_record(case: Path) -> None:
    assert read_case(case) == json.loads((case / EXPECTED).read_text(encoding="utf-8"))


def test_there_are_fixtures_of_every_registry() -> None:
    readers = {path.name.removesuffix(".py") for path in (ROOT / "crawler/readers").iterdir() if path.name[0] != "_"}
    assert {case.parent.name for case in cases(FIXTURES)} == readers
