"""All 209 real studies of the shared data through a real crawl: every one loads, none is rejected."""

import gzip
import json
from pathlib import Path

from crawler.samples.server import serve
from tests.support.running import crawl, last_report, rows, trial_ids
from tests.support.shared_data import SHARED, needs_shared

STUDIES = SHARED / "ctgov" / "studies.ndjson.gz"


@needs_shared
def test_every_real_study_loads(tmp_path: Path) -> None:
    records = [json.loads(line)["protocolSection"] for line in gzip.decompress(STUDIES.read_bytes()).splitlines()]
    assert len(records) == 209
    with serve("ctgov", records={"ctgov": STUDIES}) as urls:
        ended = crawl(tmp_path, urls["ctgov"], "--all")
    assert ended.status == 0, ended.err
    assert trial_ids(tmp_path) == {record["identificationModule"]["nctId"] for record in records}
    report = last_report(tmp_path)
    assert [report[name] for name in ("expected", "received", "new", "rejected")] == [209, 209, 209, 0]
    assert all(word.startswith("elements never read") for word in json.loads(report["unknown_words"]))
    for table, module, key in (
        ("conditions", "conditionsModule", "conditions"),
        ("keywords", "conditionsModule", "keywords"),
        ("locations", "contactsLocationsModule", "locations"),
        ("interventions", "armsInterventionsModule", "interventions"),
    ):
        stated = sum(len(record.get(module, {}).get(key, [])) for record in records)
        assert rows(tmp_path, f"SELECT count(*) FROM {table}") == [(stated,)]
