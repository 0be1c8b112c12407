"""The rooms of the house: imports run downwards, and the crawler and the matcher never see each other."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("db", "crawler", "matcher", "calcitrials")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter with the contracts of pyproject.toml, over the rooms in this folder."""
    linter = Path(sys.executable).with_name("lint-imports")
    command = [str(linter), "--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    env = {"PYTHONPATH": str(folder), "PATH": "", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_imports_run_downwards() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout
    assert "2 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("db.wrong", "crawler"),
        ("db.wrong", "matcher"),
        ("crawler.wrong", "matcher"),
        ("matcher.wrong", "crawler"),
        ("crawler.wrong", "calcitrials"),
        ("matcher.text.wrong", "matcher.terminology"),
        ("matcher.linking.wrong", "matcher.patient"),
        ("matcher.trials.wrong", "matcher.patient"),
        ("matcher.ranking.wrong", "matcher.service"),
    ],
)
def test_the_rule_sees_an_import_that_runs_upwards(tmp_path: Path, module: str, forbidden: str) -> None:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "*.tsv", "*.jsonl"))
    wrong = tmp_path.joinpath(*module.split(".")).with_suffix(".py")
    wrong.write_text(f"import {forbidden}\n")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert f"{module} -> {forbidden}" in result.stdout
