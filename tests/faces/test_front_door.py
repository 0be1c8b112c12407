"""``import calcitrials`` as a library: cheap, typed, and enough to ask a question."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from tests.matcher.conftest import make_catalogue
from tests.support.running import ROOT, calcitrials

CALLER = """
import sys

import calcitrials
import matcher


def ask(folder: str, diagnosis: str) -> list[str]:
    opened: calcitrials.Matcher = calcitrials.open(folder)
    suggestions = opened.suggest(diagnosis, patient=matcher.Patient(age_years=40.0), limit=5)
    return [match.trial_id for match in suggestions.matches]


def count(folder: str) -> int:
    with calcitrials.Catalogue(folder).connect() as connection:
        return len(connection.execute("SELECT trial_id FROM trials").fetchall())


if __name__ == "__main__":
    version: str = calcitrials.__version__
    print(version, count(sys.argv[1]), *ask(*sys.argv[1:]))
    assert callable(matcher.suggest_arrow) and callable(matcher.map_trials)
"""


def python(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def caller(tmp_path: Path) -> Path:
    script = tmp_path / "caller.py"
    script.write_text(CALLER, encoding="utf-8")
    return script


def test_a_script_asks_a_published_catalogue(tmp_path: Path, caller: Path) -> None:
    make_catalogue(tmp_path / "made.duckdb")
    folder = tmp_path / "catalog"
    folder.mkdir()
    (folder / "current.duckdb").symlink_to(tmp_path / "made.duckdb")
    run = python(caller, folder, "calciphylaxis")
    assert run.stderr == ""
    version, trials, first, *_ = run.stdout.split()
    assert (version, trials, first) == (metadata.version("calcitrials"), "16", "ISRCTN73380053")


def test_a_folder_without_a_catalogue_is_said(tmp_path: Path, caller: Path) -> None:
    run = python(caller, tmp_path, "calciphylaxis")
    assert "CatalogueMissing: there is no catalogue in" in run.stderr


def test_type_checkers_know_the_front_door(caller: Path) -> None:
    mypy = ("-m", "mypy", "--strict", "--config-file", "pyproject.toml", caller)
    assert python(*mypy).stdout.startswith("Success: no issues found in 1 source file")
    caller.write_text(CALLER.replace("calcitrials.Catalogue", "calcitrials.Catalog"), encoding="utf-8")
    assert "has no attribute" in python(*mypy).stdout


def test_importing_costs_nothing() -> None:
    heavy = "{'duckdb', 'numpy', 'scrapy', 'pyarrow', 'typer'}"
    run = python("-c", f"import sys, calcitrials, matcher; print(sorted({heavy} & sys.modules.keys()))")
    assert run.stdout.strip() == "[]", run.stderr


def test_the_command_says_its_version() -> None:
    run = calcitrials("--version")
    assert (run.status, run.out) == (0, f"calcitrials {metadata.version('calcitrials')}\n")
