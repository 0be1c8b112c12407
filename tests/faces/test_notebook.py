"""The notebook of the documentation, its cells run one after the other over the samples as Jupyter would run them."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.running import ROOT

NOTEBOOK = ROOT / "docs" / "analyst.ipynb"
pytest.importorskip("pandas")
pytest.importorskip("altair")


def run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell; the value of its last expression, which a notebook shows."""
    tree = ast.parse(source)
    shown = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(ast.Expression(shown.value), "cell", "eval"), names) if isinstance(shown, ast.Expr) else None


def test_every_cell_runs_and_shows_something(sampled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCITRIALS_CATALOG", str(sampled))
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert not any(cell.get("outputs") for cell in notebook["cells"]), "it is kept without what it printed"
    names: dict[str, Any] = {}
    shown = [run(cell, names) for cell in cells]
    frames = [frame for frame in shown if hasattr(frame, "columns")]
    assert len(frames) == 6
    assert all(len(frame) for frame in frames)
    assert "mark" in names["picture"].to_dict()
    assert (names["out"] / "manifest.json").exists()
