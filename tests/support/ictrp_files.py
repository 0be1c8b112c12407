"""WHO ICTRP exports of made-up records, in every form of file, and what the reader makes of them."""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from xml.sax.saxutils import escape

from crawler.readers.ictrp import record as ictrp
from crawler.readers.ictrp.file import FULL_EXPORT
from db.payload import Payload, Reading
from db.trial import Trial

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
DUTCH = {
    "TrialID": "EUCTR2018-001719-65-NL",
    "Last_Refreshed_on": "21 September 2026",
    "Public_title": "Synthetic record: calcinosis of systemic sclerosis",
    "Scientific_title": "A synthetic record about calcinosis" + " " * 300,
    "Primary_sponsor": "Synthetic University Hospital",
    "Secondary_Sponsor": "Example Pharma;Example Foundation",
    "Date_registration": "05/06/2018",
    "Date_registration3": "20180605",
    "Source_Register": "EU Clinical Trials Register",
    "web_address": "https://registry.example/2018-001719-65",
    "Recruitment_Status": "Authorised-recruitment may be ongoing or finished",
    "Inclusion_gender": "<br>Female: yes<br>Male: no<br>",
    "Date_enrollement": "1900-01-01",
    "Target_size": "30",
    "Study_type": "Interventional clinical trial of medicinal product",
    "Phase": "Human pharmacology (Phase I): noTherapeutic exploratory (Phase II): yes"
    "Therapeutic confirmatory - (Phase III): yesTherapeutic use (Phase IV): no",
    "Countries": "Netherlands",
    "Condition": "Calcinosis cutis <br>MedDRA version: 20.0Level: PTClassification code 10000001Term: Calcinosis"
    "System Organ Class: 100000000001;Therapeutic area: Diseases [C] - Skin and Connective Tissue Diseases [C17]",
    "Intervention": "<br>Trade Name: Synthio<br>Product Name: Sodium thiosulfate<br>Pharmaceutical Form: <br>",
    "Inclusion_Criteria": "Inclusion criteria: 1. Aged 30 to 75&#x0D;<br>2. A deposit &ge; 5 mm<br>"
    "Are the trial subjects under 18? no<br>Number of subjects for this age range: <br>"
    "F.1.2 Adults (18-64 years) yes<br>F.1.2.1 Number of subjects for this age range 20<br>"
    "F.1.3 Elderly (>=65 years) yes<br>",
    "Exclusion_Criteria": "Exclusion criteria: Pregnancy",
    "Primary_outcome": "Main Objective: To see whether deposits shrink;Secondary Objective: Pain;"
    "Primary end point(s): Volume;Timepoint(s) of evaluation of this end point: 12 months",
    "Secondary_outcome": "Secondary end point(s): Pain;Timepoint(s) of evaluation of this end point: 6 months",
    "Secondary_ID": "SYN-01;NCT09990003, n/a;NCT00000000",
    "Bridged_type": " " * 10,
    "Childs": "ISRCTN99900017",
}
GERMAN = {**DUTCH, "TrialID": "EUCTR2018-001719-65-DE", "Recruitment_Status": "Recruiting", "Countries": "Germany"}
CHINESE = {
    "TrialID": "ChiCTR2000099901",
    "Public_title": "Synthetic record of ChiCTR",
    "Date_registration": "2020-02-14",
    "Source_Register": "ChiCTR",
    "Recruitment_Status": "Not recruiting",
    "Inclusion_agemin": "6",
    "Inclusion_agemax": "0",
    "Inclusion_gender": "Both",
    "Date_enrollement": "February 2020",
    "Target_size": "experimental group \t:50;control group :48;",
    "Phase": "0",
    "Countries": "China;China;??",
    "Condition": "Calcinosis;calcinosis;M11.2",
    "Intervention": "control group:Nil;experimental group:Thiosulfate;",
}
INDIAN = {
    "TrialID": "CTRI/2020/03/099902",
    "Public_title": "Synthetic record of CTRI",
    "Date_registration": "14-02-2020",
    "Recruitment_Status": "Open to the public",
    "Inclusion_agemin": "18.00 Year(s)",
    "Inclusion_agemax": "99.00 Year(s)",
    "Condition": "Health Condition 1: M349- Systemic sclerosis, unspecified",
    "Phase": "Phase 2/ Phase 3",
    "Study_design": "Allocation: Randomized. Primary purpose: Treatment. Masking: Double (Subject).",
}


def xml(records: Iterable[dict[str, str]]) -> bytes:
    """An export as the platform writes it: flat leaves, text escaped, some padded."""
    trials = "".join(
        "<Trial>" + "".join(f"<{name}>{escape(text)}</{name}>\n" for name, text in record.items()) + "</Trial>"
        for record in records
    )
    root = "Trials_downloaded_from_ICTRP"
    return f"<?xml version='1.0' encoding='UTF-8' ?><{root}>{trials}</{root}>".encode()


def full_csv(records: Iterable[dict[str, str]]) -> bytes:
    """The full export: 63 columns, no header row, texts in quotes of their own, NULL for what is absent."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for record in records:
        texts = {"".join(filter(str.isalnum, name)).lower(): text for name, text in record.items()}
        writer.writerow([f'"{texts[name]}"' if name in texts else "NULL" for name in FULL_EXPORT])
    return out.getvalue().encode()


def headed_csv(records: Iterable[dict[str, str]], delimiter: str = ",") -> bytes:
    """A search result as CSV: names of the XML leaves with blanks in a header row."""
    rows = list(records)
    names = list(dict.fromkeys(name for record in rows for name in record))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow([name.replace("_", " ") for name in names])
    writer.writerows([record.get(name, "") for name in names] for record in rows)
    return out.getvalue().encode()


def stream(body: bytes) -> list[Reading]:
    return list(ictrp.stream(io.BytesIO(body), NOW, "file:ictrp"))


def read(body: bytes) -> Reading:
    return ictrp.read(Payload("ictrp", "file:ictrp", NOW, body))


def one(record: dict[str, str]) -> Trial:
    (trial,) = read(xml([record])).trials
    return trial
