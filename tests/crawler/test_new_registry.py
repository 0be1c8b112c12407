"""A new registry by the walk of docs/new-registry.md, command by command, in a copy of the source code.

One spider, one reader, one fixture folder and one test are new, and no other file changes.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import scrapy
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.registry_spider import RegistrySpider
from tests.support.running import ROOT, environment, rows
from tests.support.small_registry import serve_json

ROOMS = ("calcitrials", "crawler", "db", "matcher", "tests")
WALK = (ROOT / "docs/new-registry.md").read_text(encoding="utf-8")
IDS = ("ABC00000001", "ABC00000002")


def trial(trial_id: str, *conditions: str) -> dict[str, Any]:
    return {"id": trial_id, "title": f"Trial {trial_id}", "status": "Recruiting", "conditions": conditions}


def files(house: Path) -> set[str]:
    return {
        path.relative_to(house).as_posix()
        for path in house.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


class House:
    """A copy of the source code, and the commands of the walk in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        for room in ROOMS:
            shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """A command of the walk, by the code of the copy."""
        program, *arguments = command.split()
        start = {"calcitrials": ["-c", "from calcitrials.cli import main; main()"], "pytest": ["-m", "pytest"]}[program]
        env = environment({"abc": self.url}, PYTHONPATH=os.fspath(self.folder))
        return subprocess.run(
            [sys.executable, *start, *arguments],
            env=env, cwd=self.folder, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip


def test_the_walk_of_the_docs_ends_in_a_registry(tmp_path: Path) -> None:
    house = House(tmp_path / "house")
    before = files(house.folder)
    commands = re.findall(r"^    ((?:calcitrials|pytest) .*)$", WALK, re.M)
    assert [command.split()[:2] for command in commands] == [
        ["calcitrials", "new-registry"],
        ["calcitrials", "record-expected"],
        ["pytest", "-q"],
        ["calcitrials", "crawl"],
        ["calcitrials", "show"],
    ]
    scaffold, record, test, crawl, show = commands

    run = house.run(scaffold)
    assert run.returncode == 0, run.stderr
    again = house.run(scaffold)
    assert (again.returncode, "is there already" in again.stderr) == (2, True)
    spider = house.folder / "crawler/spiders/abc.py"
    text = spider.read_text()
    assert "FILL IN" in text
    spider.write_text(re.sub(r'terms = ".*"', 'terms = "ABC registry (CC0)"', text))

    run = house.run(record)
    assert run.returncode == 0, run.stderr
    assert files(house.folder) - before == {
        "crawler/spiders/abc.py",
        "crawler/readers/abc.py",
        "tests/crawler/test_spider_abc.py",
        "tests/fixtures/abc/one/payload.json",
        "tests/fixtures/abc/one/expected.json",
    }
    run = house.run(test)
    assert run.returncode == 0, run.stdout
    assert re.search(r"^[4-9] passed", run.stdout, re.M), run.stdout

    both = [trial(IDS[0], "calcinosis cutis"), trial(IDS[1], "dermatomyositis")]
    answers: dict[str, Any] = {"/trials": {"total": 2, "trials": both}}
    with serve_json(answers) as house.url:
        # both trials answer each of the 35 default conditions
        run = house.run(f"{crawl} --delay 0")
        assert run.returncode == 0, run.stderr
        catalog = house.folder / "catalog"
        (report,) = rows(catalog, "SELECT complete, expected, received FROM crawls")
        assert report == (True, 2, 2)
        run = house.run(show)
        assert "Registry: ABC registry (CC0)" in " ".join(run.stdout.split())

        # one that no search brings any more, and that the registry does not know, is gone
        answers["/trials"] = {"total": 1, "trials": both[:1]}
        assert house.run(f"{crawl} --delay 0").returncode == 0
        gone = rows(catalog, "SELECT trial_id FROM trials WHERE missing_since IS NOT NULL")
        assert gone == [(IDS[1],)]


WHOLE = {
    "name": "abc",
    "default_url": "https://abc.example",
    "terms": "ABC",
    "id_pattern": "ABC[0-9]+",
    "id_meaning": "an id of abc",
    "start": lambda self: None,
    "requests_for": lambda self, ids: (),
}


@pytest.mark.parametrize("missing", WHOLE)
def test_a_spider_that_lacks_something_is_refused_where_it_is_defined(missing: str) -> None:
    type("Whole", (RegistrySpider,), WHOLE)
    with pytest.raises(TypeError, match=f"Partial needs `(async def )?{missing}"):
        type("Partial", (RegistrySpider,), {name: value for name, value in WHOLE.items() if name != missing})


def test_a_registry_that_cannot_tell_what_is_gone_says_so() -> None:
    without = {name: value for name, value in WHOLE.items() if name != "requests_for"}
    assert type("Declared", (RegistrySpider,), {**without, "finds_removed": False})


@pytest.mark.parametrize(("status", "unanswered"), [(404, 0), (410, 0), (400, 0), (500, 1)])
def test_an_id_that_nobody_knows_is_a_final_answer_and_leaves_nothing_to_resume(status: int, unanswered: int) -> None:
    spider = type("Whole", (RegistrySpider,), WHOLE)()
    request = scrapy.Request("https://abc.example/trials/ABC1")
    failure: Any = Failure(HttpError(Response(request.url, status=status, request=request)))  # type: ignore[no-untyped-call]
    failure.request = request
    spider.failed(failure)
    assert (len(spider.problems), spider.unanswered) == (1, unanswered)
