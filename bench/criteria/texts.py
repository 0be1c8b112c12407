"""The criteria texts that are labelled, out of the real records of ../shared/data, by registry, trial and field."""

import gzip
import html
import json
from collections.abc import Iterator
from pathlib import Path

from crawler.readers.euctr.form import blocks, version
from crawler.readers.ictrp.file import records
from crawler.wording.words import marked_up

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def texts() -> dict[str, str]:
    """Every criteria text of the real records, as its reader hands it to the splitter; empty where there are none."""
    if not SHARED.exists():
        return {}
    return {key: text for source in _SOURCES for key, text in source() if text and text.strip()}


def _ctgov() -> Iterator[tuple[str, str]]:
    for line in (SHARED / "registries/ctgov.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        text = record.get("eligibility", {}).get("criteria", {}).get("textblock") or ""
        yield f"ctgov-xml {record['id_info']['nct_id']} both", html.unescape(text).replace("\r", "")
    for name in ("scale", "studies"):
        with gzip.open(SHARED / f"ctgov/{name}.ndjson.gz") as lines:
            for study in lines:
                protocol = json.loads(study)["protocolSection"]
                text = protocol.get("eligibilityModule", {}).get("eligibilityCriteria") or ""
                yield f"ctgov {protocol['identificationModule']['nctId']} both", text


def _ictrp() -> Iterator[tuple[str, str]]:
    with (SHARED / "registries/ictrp_export.xml.gz").open("rb") as file:
        for record in records(file):
            for side in ("inclusion", "exclusion"):
                text = marked_up(record.fields.get(f"{side}criteria", ""))
                yield f"ictrp {record.fields.get('trialid', '').strip()} {side}", text


def _euctr() -> Iterator[tuple[str, str]]:
    for line in (SHARED / "registries/euctr.jsonl").read_text(encoding="utf-8").splitlines():
        fields = json.loads(line)
        for side, key in (
            ("inclusion", "e3_principal_inclusion_criteria"),
            ("exclusion", "e4_principal_exclusion_criteria"),
        ):
            yield f"euctr {fields['a2_eudract_number']} {side}", fields.get(key) or ""
    for raw in blocks((SHARED / "registries/euctr_full_download.txt").read_bytes()):
        filed = version(raw)
        for side, key in (("inclusion", "E.3"), ("exclusion", "E.4")):
            for entry in filed.entries:
                if entry.key == key and entry.language is None:
                    yield f"euctr {filed.header['EudraCT Number']} {side}", entry.value


def _isrctn() -> Iterator[tuple[str, str]]:
    for line in (SHARED / "registries/isrctn.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        for side in ("inclusion", "exclusion"):
            yield f"isrctn {record['isrctn']} {side}", str(record.get("participants", {}).get(side) or "")


def _ctis() -> Iterator[tuple[str, str]]:
    for line in (SHARED / "registries/ctis.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        part = record.get("authorizedApplication", record)["authorizedPartI"]
        stated = part["trialDetails"]["trialInformation"]["eligibilityCriteria"]
        for side in ("Inclusion", "Exclusion"):
            for item in stated.get(f"principal{side}Criteria") or ():
                key = f"ctis {record['ctNumber']} {side.lower()} {item.get('number')}"
                yield key, item.get(f"principal{side}Criteria") or ""


def _drks() -> Iterator[tuple[str, str]]:
    for path in sorted((SHARED / "registries").glob("drks_*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        for text in record["recruitment"]["recruitmentDescriptions"]:
            for side in ("inclusion", "exclusion"):
                yield f"drks {record['drksId']} {side} {text['idLocale']['locale']}", text.get(f"{side}Criteria") or ""


_SOURCES = (_ctgov, _ictrp, _euctr, _isrctn, _ctis, _drks)
