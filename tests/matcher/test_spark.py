"""The batch form under a real local Spark: the programs of docs/spark.md, as they stand there."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.running import ROOT, calcitrials, crawl, rows

pytest.importorskip("pyspark", reason="needs PySpark: pip install 'calcitrials[spark]'")
if shutil.which("java") is None:
    pytest.skip("needs Java for Spark", allow_module_level=True)


pytestmark = pytest.mark.filterwarnings("ignore")
PAGE = (ROOT / "docs" / "spark.md").read_text(encoding="utf-8")
SNAPSHOT_PROGRAM, EXPORT_PROGRAM = re.findall(r"```python\n(.*?)```", PAGE, re.S)
(SCHEMA,) = re.findall(r"suggest,\n\s+\"(.*?)\",\n\)", PAGE, re.S)
PATIENTS = [("1", "systemic sclerosis with calcinosis"), ("2", "migraine"), ("3", "PHP1A with ossifications")]


@pytest.fixture(scope="module")
def catalog(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spark") / "catalog"
    crawl(folder, sample_url)
    return folder


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
        yield session
        session.stop()


def suggested(spark: Any, suggest: Any) -> list[Any]:
    patients = spark.createDataFrame(PATIENTS, "id string, query string")
    found = patients.mapInArrow(suggest, re.sub(r'"\s+"', "", SCHEMA)).collect()
    return sorted((row["id"], row["rank"], row["trial_id"], row["score"], row["grade"]) for row in found)


def test_map_in_arrow_suggests_trials_from_the_snapshot_and_from_an_export(
    spark: Any, catalog: Path, tmp_path: Path
) -> None:
    names: dict[str, Any] = {}
    program = SNAPSHOT_PROGRAM.split("spark = SparkSession")[0]
    exec(program.replace("catalog/current.duckdb", str(catalog / "current.duckdb")), names)
    found = suggested(spark, names["suggest"])
    anchors = {one for one, rank, trial_id, *_ in found if trial_id == "NCT03582800" and rank <= 3}
    assert anchors == {"1", "3"}
    assert "2" not in {one for one, rank, *_ in found if rank == 1}

    run = calcitrials("export", tmp_path / "out", "--catalog", catalog)
    assert run.status == 0, run.err
    names = {}
    exec(EXPORT_PROGRAM.replace('"out"', repr(str(tmp_path / "out"))), names)
    counted = {(row["country"], row["count"]) for row in names["by_country"].collect()}
    assert counted == set(
        rows(
            catalog,
            "SELECT country, count(DISTINCT trial_id) FROM trials JOIN locations USING (trial_id) "
            "WHERE trials.status = 'recruiting' GROUP BY country",
        )
    )
    assert counted
    assert suggested(spark, names["suggest_over_export"]) == found
