"""The rooms of the house: imports run downwards, and the crawler and the matcher never see each other."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("db", "crawler", "matcher", "app")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter with the contracts of pyproject.toml, over the rooms in this folder."""
    linter = Path(sys.executable).with_name("lint-imports")
    command = [str(linter), "--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    env = {"PYTHONPATH": str(folder), "PATH": "", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_imports_run_downwards() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout
    assert "1 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("room", "forbidden"),
    [("db", "crawler"), ("db", "matcher"), ("crawler", "matcher"), ("matcher", "crawler"), ("crawler", "app")],
)
def test_the_rule_sees_an_import_that_runs_upwards(tmp_path: Path, room: str, forbidden: str) -> None:
    for name in ROOMS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
    (tmp_path / room / "wrong.py").write_text(f"import {forbidden}\n")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert f"{room}.wrong -> {forbidden}" in result.stdout
