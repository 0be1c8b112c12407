"""What is kept (compiled terminology, mapped trials) is made anew when what makes it changes, and only then."""

import shutil
from functools import cache
from pathlib import Path

import grimp
import pytest

from matcher.fingerprints import MAPPING, TERMINOLOGY, Parts, digest

ROOT = Path(__file__).resolve().parents[2] / "matcher"


@cache
def imported_by(entry: str) -> frozenset[str]:
    """Modules that a module imports, directly or not, and itself: as paths below the matcher, without ending."""
    graph = grimp.build_graph("matcher", cache_dir=None)
    modules = graph.find_upstream_modules(entry) | {entry}
    files = {module.removeprefix("matcher.").replace(".", "/") for module in modules}
    return frozenset(file if (ROOT / f"{file}.py").exists() else f"{file}/__init__" for file in files)


@pytest.mark.parametrize(
    ("parts", "entry"), [(MAPPING, "matcher.trials.indexing"), (TERMINOLOGY, "matcher.terminology")]
)
def test_what_counts_is_what_the_entry_module_imports(parts: Parts, entry: str) -> None:
    files = [path.relative_to(ROOT) for path in ROOT.rglob("*.py")]
    counted = {str(file.with_suffix("")) for file in files if parts.hold(file.as_posix())}
    counted -= {f"{room}/__init__" for room in counted if (ROOT / room).is_dir()}
    empty = {str(file.with_suffix("")) for file in files if not (ROOT / file).read_text(encoding="utf-8").strip()}
    assert counted - empty == imported_by(entry) - empty


def with_a_change(folder: Path, file: str) -> Path:
    """A copy of the matcher in which one more line stands at the end of one file."""
    copy = folder / "matcher"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("__pycache__"))
    with (copy / file).open("a", encoding="utf-8") as changed:
        changed.write("\n# a remark\n")
    return copy


@pytest.mark.parametrize(
    ("file", "mapping", "terminology"),
    [
        ("text/normalise.py", True, True),
        ("text/sentences.py", True, False),
        ("text/words/fr.tsv", True, True),
        ("terminology/names.tsv", True, True),
        ("terminology/expansion.py", True, False),
        ("assertion/scopes.py", True, False),
        ("assertion/avoidance.py", False, False),
        ("assertion/cues/de.tsv", True, False),
        ("linking/deposits.tsv", True, False),
        ("linking/bare_findings.tsv", False, False),
        ("trials/indexing.py", True, False),
        ("trials/index.py", False, False),
        ("patient/reader.py", False, False),
        ("ranking/scoring.py", False, False),
        ("service.py", False, False),
        ("batch/arrow.py", False, False),
    ],
)
def test_a_change_counts_where_it_is_used(tmp_path: Path, file: str, mapping: bool, terminology: bool) -> None:
    copy = with_a_change(tmp_path, file)
    assert (digest(MAPPING, copy) != digest(MAPPING)) is mapping
    assert (digest(TERMINOLOGY, copy) != digest(TERMINOLOGY)) is terminology


def test_a_moved_file_counts(tmp_path: Path) -> None:
    copy = tmp_path / "matcher"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("__pycache__"))
    assert digest(MAPPING, copy) == digest(MAPPING)
    (copy / "linking" / "codes.py").rename(copy / "linking" / "coded.py")
    assert digest(MAPPING, copy) != digest(MAPPING)
