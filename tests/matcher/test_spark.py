"""The batch form under a real local Spark: the function of docs/spark.md, as it stands there."""

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.running import ROOT, crawl

pytest.importorskip("pyspark", reason="needs PySpark: pip install 'calcitrials[spark]'")
if shutil.which("java") is None:
    pytest.skip("needs Java for Spark", allow_module_level=True)


@pytest.mark.filterwarnings("ignore")
def test_map_in_arrow_suggests_trials(sample_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyspark.sql import SparkSession

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    catalog = tmp_path / "catalog"
    crawl(catalog, sample_url)
    page = (ROOT / "docs" / "spark.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.S)
    program = code.split("spark = SparkSession")[0].replace("catalog/current.duckdb", str(catalog / "current.duckdb"))
    names: dict[str, Any] = {}
    exec(program, names)
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        patients = spark.createDataFrame(
            [("1", "systemic sclerosis with calcinosis"), ("2", "migraine"), ("3", "PHP1A with ossifications")],
            "id string, query string",
        )
        (schema,) = re.findall(r"suggest,\n\s+\"(.*?)\",\n\)", page, re.S)
        found = patients.mapInArrow(names["suggest"], re.sub(r'"\s+"', "", schema)).collect()
    finally:
        spark.stop()
    first = {row["id"]: row["trial_id"] for row in found if row["rank"] == 1}
    anchors = {row["id"] for row in found if row["trial_id"] == "NCT03582800" and row["rank"] <= 3}
    assert anchors == {"1", "3"}
    assert "2" not in first
