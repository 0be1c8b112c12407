"""The documentation says what the program does: reference pages are generated, links lead somewhere."""

import re
import subprocess
import sys

from tests.support.running import ROOT

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


def test_reference_pages_are_up_to_date() -> None:
    run = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_begins_with_the_two_commands() -> None:
    first = (ROOT / "README.md").read_text(encoding="utf-8").split("```console", 1)[1].split("```", 1)[0]
    assert [line.split("#")[0].split() for line in first.strip().splitlines()] == [
        ["$", "make", "demo"],
        ["$", "make", "test"],
    ]
