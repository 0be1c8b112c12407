"""A catalogue of several registries with a history: the bundled samples, and one record that its registry amended."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import faults
from tests.support.ctgov_answers import ANCHOR
from tests.support.faults import Rule, always, faulty, path_ends
from tests.support.running import ROOT, calcitrials, environment

AGAIN = """
import sys
from calcitrials.crawling import crawl
from db.catalogue import Catalogue

if __name__ == "__main__":
    (report,) = crawl(Catalogue(sys.argv[1]), ["ctgov"], everything=True, delay_s=0.0, is_sample=True)
    sys.exit(not report.complete)
"""
"""The demo's crawl of one registry once more: the command line keeps samples and registries apart."""


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
        again = [sys.executable, "-c", AGAIN, str(catalog)]
        subprocess.run(again, env=environment({"ctgov": registry.url}), cwd=ROOT, check=True)
    return catalog
