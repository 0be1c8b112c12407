"""The demonstration has a folder of its own, and its samples are never taken for a registry's records."""

import json
from pathlib import Path

import pytest

from tests.support.ctgov_answers import ANCHOR
from tests.support.running import calcitrials, crawl, environment, rows, scrapy


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    run = calcitrials("demo", env=environment(CALCITRIALS_CATALOG=str(folder / "catalog")), cwd=folder)
    assert run.status == 0, run.err
    assert ANCHOR in run.out
    return folder


def test_the_demo_leaves_the_catalogue_alone(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["demo-catalog"]
    assert rows(folder / "demo-catalog", "SELECT count(*) FROM trials")[0][0] > 40


def test_samples_are_called_samples_and_never_fresh_or_stale(folder: Path) -> None:
    run = calcitrials("status", "--stale-after", "0", "--catalog", folder / "demo-catalog")
    assert (run.status, run.err) == (0, "")
    assert "samples" in run.out
    assert "Samples of the demo, of no registry." in run.out
    said = json.loads(calcitrials("status", "--format", "json", "--catalog", folder / "demo-catalog").out)
    assert {row["registry"] for row in said} >= {"ctgov", "isrctn", "listing"}
    assert {(row["samples"], row["stale"], row["state"]) for row in said} == {(True, False, "samples")}


def test_samples_are_no_base_of_a_real_catalogue_nor_the_other_way_round(
    folder: Path, sample_url: str, tmp_path: Path
) -> None:
    samples = folder / "demo-catalog"
    before = (samples / "current.duckdb").readlink()
    refused = f"the catalogue in {samples} holds samples of the demo"
    run = crawl(samples, sample_url, "--since", "last")
    assert (run.status, run.error) == (1, f"{refused}: crawl registries into a folder of its own with --catalog")
    export = tmp_path / "export.xml"
    export.write_text("<Trials_downloaded_from_ICTRP></Trials_downloaded_from_ICTRP>")
    assert calcitrials("import", "ictrp", export, "--catalog", samples).error.startswith(refused)
    bare = scrapy("crawl", "ctgov", env=environment({"ctgov": sample_url}, CALCITRIALS_CATALOG=str(samples)))
    assert refused in bare.err
    assert (samples / "current.duckdb").readlink() == before
    assert calcitrials("reread", "--catalog", samples).status == 0  # of what is there anyway
    assert crawl(tmp_path / "catalog", sample_url, "--id", ANCHOR).status == 0
    run = calcitrials("demo", "--catalog", tmp_path / "catalog")
    assert run.status == 1
    assert run.err.endswith(
        f"calcitrials: the catalogue in {tmp_path / 'catalog'} holds records of registries: give the demo a folder of "
        "its own with --catalog\n"
    )
    assert rows(tmp_path / "catalog", "SELECT count(*) FROM trials") == [(1,)]
