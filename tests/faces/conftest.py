"""A catalogue of several registries with a history: the bundled samples, and one record that its registry amended."""

from pathlib import Path
from typing import Any

import pytest

from tests.support import faults
from tests.support.ctgov_answers import ANCHOR
from tests.support.faults import Rule, always, faulty, path_ends
from tests.support.running import calcitrials, crawl


def amended(page: dict[str, Any]) -> None:
    """The registry amends one record: it has ended with eleven participants, a criterion is dropped, one is added."""
    for record in page["studies"]:
        protocol = record["protocolSection"]
        if protocol["identificationModule"]["nctId"] == ANCHOR:
            protocol["statusModule"]["overallStatus"] = "COMPLETED"
            protocol["statusModule"]["completionDateStruct"]["date"] = "2023-09-30"
            protocol["designModule"]["enrollmentInfo"] = {"count": 11, "type": "ACTUAL"}
            protocol["conditionsModule"]["conditions"].append("Calcinosis Cutis")
            criteria = protocol["eligibilityModule"]["eligibilityCriteria"].splitlines()
            criteria[-1] = "* Allergy to sulphites"
            protocol["eligibilityModule"]["eligibilityCriteria"] = "\n".join(criteria)


@pytest.fixture(scope="session")
def sampled(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of that catalogue. Read it only."""
    catalog = tmp_path_factory.mktemp("sampled") / "catalog"
    assert calcitrials("demo", "--catalog", catalog).status == 0
    with faulty(sample_url, [Rule(faults.rewritten_json(amended), always, path_ends("/studies"))]) as registry:
        assert crawl(catalog, registry.url, "--all").status == 0
    return catalog
