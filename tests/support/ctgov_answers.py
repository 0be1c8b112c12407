"""HTTP answers in tests, refusals included, the questions of ClinicalTrials.gov API v2, the bundled records."""

import json
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from crawler.samples.ctgov_records import BUNDLED

ANCHOR = "NCT03582800"
BUNDLED_STUDIES: list[dict[str, Any]] = [json.loads(line) for line in BUNDLED.read_bytes().splitlines()]
BUNDLED_IDS = [study["protocolSection"]["identificationModule"]["nctId"] for study in BUNDLED_STUDIES]


class Answer:
    """Status, headers, body and final address of one answer; a refusal is an answer too."""

    def __init__(self, url: str, **parameters: object) -> None:
        address = f"{url}?{urlencode(parameters)}" if parameters else url
        try:
            response = urllib.request.urlopen(address)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            self.status: int = response.status
            self.headers = response.headers
            self.url: str = response.url
            self.body: bytes = response.read()

    @property
    def type(self) -> str:
        return str(self.headers.get_content_type())

    def json(self) -> Any:
        assert (self.status, self.type) == (200, "application/json"), self.body
        return json.loads(self.body)


def page(url: str, **parameters: object) -> Answer:
    """One page of /studies; query_cond stands for the parameter query.cond, filter_ids for filter.ids."""
    named = {re.sub("^(query|filter)_", r"\1.", name): value for name, value in parameters.items()}
    return Answer(f"{url}/studies", **named)


def ids(answer: Answer) -> list[str]:
    return [study["protocolSection"]["identificationModule"]["nctId"] for study in answer.json()["studies"]]


def found(url: str, **parameters: object) -> set[str]:
    return set(ids(page(url, pageSize=1000, **parameters)))


def study(nct_id: str, **identification: object) -> dict[str, Any]:
    """The smallest study of API v2."""
    module = {"nctId": nct_id, "briefTitle": f"Trial {nct_id}", **identification}
    return {"protocolSection": {"identificationModule": module}}


def write_lines(path: Path, studies: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in studies), encoding="utf-8")
    return path
