"""Which registry's number names a study of several records: the ranks of the spiders, through a harvest."""

import datetime as dt
from itertools import combinations
from pathlib import Path

from crawler.harvest import harvesting
from db.catalogue import Catalogue
from db.payload import Reading
from db.publication import publish
from db.trial import Identifier, Provenance, Trial
from tests.support.running import rows

IN_ORDER = {
    "ctgov": "NCT000001{0:02}",
    "ctis": "CTIS2023-5001{0:02}-10",
    "euctr": "EUCTR2010-0201{0:02}-11",
    "isrctn": "ISRCTN733801{0:02}",
    "drks": "DRKS000387{0:02}",
}


def test_the_living_record_names_the_study(tmp_path: Path) -> None:
    provenance = Provenance("https://registry.example", dt.datetime(2026, 11, 22, tzinfo=dt.UTC), "0")
    named: dict[str, str] = {}
    trials = []
    for number, (first, second) in enumerate(combinations(IN_ORDER, 2), start=11):
        name, other = IN_ORDER[first].format(number), IN_ORDER[second].format(number)
        for trial_id, states in ((name, ()), (other, (Identifier(name, "any"),))):
            trials.append(
                Trial(
                    trial_id=trial_id,
                    registry="any",
                    url="https://registry.example",
                    identifiers=states,
                    provenance=provenance,
                )
            )
            named[trial_id] = name
    catalogue = Catalogue(tmp_path)
    with harvesting(catalogue, "test") as harvest:
        registry = harvest.begin("ctgov", "all", None, archive=False)
        registry.take(Reading(trials, []))
        registry.finish()
        publish(catalogue, harvest.connection, harvest.reports)
    assert dict(rows(tmp_path, "SELECT trial_id, study_id FROM trials")) == named
