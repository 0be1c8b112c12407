"""The bundled sample records of ClinicalTrials.gov: complete, marked and varied."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest

from crawler.samples.ctgov_records import BUNDLED
from tests.support.ctgov_answers import BUNDLED_IDS, BUNDLED_STUDIES


def test_bundled_ids_are_sorted_and_unique() -> None:
    assert all(one < other for one, other in pairwise(BUNDLED_IDS))
    assert len(BUNDLED_IDS) >= 60


@pytest.mark.parametrize("record", BUNDLED_STUDIES, ids=BUNDLED_IDS)
def test_bundled_record(record: dict[str, Any]) -> None:
    protocol = record["protocolSection"]
    identification = protocol["identificationModule"]
    assert re.fullmatch(r"NCT\d{8}", identification["nctId"])
    assert identification.get("briefTitle") or identification.get("officialTitle")
    assert protocol["conditionsModule"]["conditions"]
    assert protocol["descriptionModule"]["briefSummary"]
    assert record["derivedSection"]["miscInfoModule"]["versionHolder"] == "2026-11-22"
    criteria = protocol.get("eligibilityModule", {}).get("eligibilityCriteria")
    assert criteria is None or re.fullmatch(
        r"(Inclusion Criteria:\n\n(\* .+\n?)+)(\nExclusion Criteria:\n\n(\* .+\n?)+)?", criteria
    )
    assert not re.search(r'null|""|\[\]|\{\}', json.dumps(record))


def test_bundled_records_vary_as_the_registry_does() -> None:
    text = BUNDLED.read_text(encoding="utf-8")
    for part in (
        '"phases":["PHASE2","PHASE3"]',
        '"phases":["EARLY_PHASE1"]',
        '"type":"EUDRACT_NUMBER"',
        '"type":"REGISTRY"',
        '"minimumAge":"2 Months"',
        '"minimumAge":"18 Months"',
        '"studyType":"OBSERVATIONAL"',
        '"type":"COMBINATION_PRODUCT"',
    ):
        assert part in text
    assert re.search(r'"date":"\d{4}-\d\d"', text)
