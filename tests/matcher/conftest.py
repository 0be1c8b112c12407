"""A small catalogue of real facts (ids, titles, conditions, ages) for the matcher's tests."""
# ruff: noqa: E501

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from db import tables
from db.ages import age_limit
from matcher import Matcher

TRIALS = (
    # id, title, conditions, keywords, interventions, inclusion, exclusion, minimum age, maximum age, sex, status
    ("NCT03582800", "Subcutaneous Injection of Sodium Thiosulfate for Ectopic Calcifications or Ossifications. A Pilot Study",
     ("Systemic Sclerosis", "Dermatomyositis", "iPPSD2"), ("progressive systemic sclerosis",), ("Sodium Thiosulfate",), (), (),
     "2 Years", None, "all", "recruiting"),
    ("NCT02663895", "Oral Treprostinil in the Treatment of Calcinosis in Patients With Systemic Sclerosis",
     ("Systemic Sclerosis Calcinosis",), (), ("Oral treprostinil",), (), (), None, None, None, "completed"),
    ("NCT03267277", "Sodium Thiosulfate for Treatment of Calcinosis Associated With Juvenile and Adult Dermatomyositis",
     ("Calcinosis", "Dermatomyositis", "Juvenile Dermatomyositis"), (), ("Sodium Thiosulfate",), (), (), "7 Years", None,
     None, "completed"),
    ("NCT01918904", "Topical Sodium Thiosulfate Therapy for Calcinosis Cutis", ("Calcinosis Cutis",),
     ("connective tissue disease",), ("Sodium thiosulfate",), ("Adults with calcinosis lesions",), (), "18 Years", None,
     "all", "withdrawn"),
    ("ISRCTN73380053", "A clinical trial with Sodium Thiosulfate for the treatment of Calciphylaxis", ("Calciphylaxis",), (),
     ("Sodium thiosulphate 25 g intravenously",), (), (), "18 Years", None, None, "completed"),
    ("NCT00074568", "Scleroderma Registry", ("Systemic Sclerosis", "Scleroderma"), (), (),
     ("Scleroderma patients, parents, brothers and sisters",), (), None, None, None, "unknown"),
    ("NCT05524311", "Baricitinib in the Treatment of New-onset Juvenile Dermatomyositis", ("Juvenile Dermatomyositis",), (),
     ("Baricitinib",), (), (), "3 Years", "18 Years", "all", "recruiting"),
    ("NCT03029429", "Theophylline Treatment for Pseudohypoparathyroidism", ("Pseudohypoparathyroidism",), (),
     ("Theophylline",), (), (), "2 Years", "25 Years", None, "recruiting"),
    ("NCT04240821", None, ("Pseudohypoparathyroidism type 1a",), (), ("Theophylline",),
     ("Completed NCT03029429 or NCT04551170",), (), None, None, None, "unknown"),
    ("NCT04701203", "TransCon PTH Administered Daily in Adults With Hypoparathyroidism", ("Hypoparathyroidism",), (),
     ("TransCon PTH",), (), ("PTH-resistance (pseudohypoparathyroidism)",), "18 Years", None, None, "completed"),
    ("NCT00001248", "Magnetic Resonance Imaging to Evaluate Activity of Multiple Sclerosis", ("Multiple Sclerosis",), (), (),
     (), (), "18 Years", None, None, "recruiting"),
    ("NCT05039515", None, ("Fibrodysplasia Ossificans Progressiva",), (), ("Fidrisertib",), (), (), "5 Years", None, None,
     "unknown"),
    ("NCT00262392", "Pamidronate for the Prevention of Heterotopic Ossification", ("Heterotopic Ossification",), (),
     ("Pamidronate",), (), (), None, None, None, "withdrawn"),
    ("NCT02419040", "Treatment of Calcific Tendinitis of the Rotator Cuff", ("Shoulder Pain", "Tendonitis", "Calcinosis"), (),
     ("Barbotage",), (), (), "30 Years", None, None, "completed"),
    ("NCT03225339", "Diet and Metabolism in Diabetes", ("Diabetes Mellitus, Type 2",), (), ("Low Energy Diet",), (), (),
     "18 Years", "50 Years", "all", "completed"),
    ("ACTRN12615000750583", "Calcium Intake Fracture Outcome Study", ("Osteoporosis",), (), ("Calcium carbonate",), (), (),
     "70 Years", None, "female", "unknown"),
)  # fmt: skip


def make_catalogue(path: Path, trials: Sequence[tuple[Any, ...]] = TRIALS) -> None:
    """Write trials, those above if none are given, into a new catalogue file."""
    now = dt.datetime(2026, 11, 22)
    with duckdb.connect(str(path)) as connection:
        connection.execute(tables.CREATE)

        def insert(table: str, **values: object) -> None:
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))

        for row in trials:
            trial_id, title, conditions, keywords, drugs, inclusion, exclusion, low, high, sex, status = row
            least = age_limit(low) if low else None
            most = age_limit(high) if high else None
            until = most.days + most.unit_days if most and most.days and most.unit_days else None
            insert(
                "trials", trial_id=trial_id, registry="ctgov", brief_title=title, status=status, phase=[], sex=sex,
                min_age_days=least.days if least else None, max_age_until_days=until, ages_are_bands=False,
                removed_countries=[],
                url=f"https://clinicaltrials.gov/study/{trial_id}", source_url="https://clinicaltrials.gov",
                fetched_at=now, payload_sha256="0", content_hash=f"hash {trial_id}", crawl_id="1", first_seen_at=now,
                changed_at=now,
            )  # fmt: skip
            for position, condition in enumerate(conditions, start=1):
                insert("conditions", trial_id=trial_id, position=position, condition=condition)
            for position, keyword in enumerate(keywords, start=1):
                insert("keywords", trial_id=trial_id, position=position, keyword=keyword)
            for position, drug in enumerate(drugs, start=1):
                insert("interventions", trial_id=trial_id, position=position, name=drug, other_names=[])
            insert("eligibility", trial_id=trial_id, inclusion=list(inclusion), exclusion=list(exclusion))
        if trials is TRIALS:
            insert("locations", trial_id="NCT03582800", position=1, country="France")


@pytest.fixture(scope="session")
def catalogue_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.duckdb"
    make_catalogue(path)
    return path


@pytest.fixture(scope="session")
def matcher(catalogue_file: Path) -> Iterator[Matcher]:
    with duckdb.connect(str(catalogue_file), read_only=True) as connection:
        yield Matcher.open(connection)
