"""The same hostile answers from every registry: elsewhere, without an end, without measure, in signs that steer."""

import gzip
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.samples.listing import KNOWN_IDS as PAGES
from crawler.samples.server import serve
from db import intake
from tests.support import faults
from tests.support.faults import Answer, Exchange, Rule, Seen, always, faulty
from tests.support.running import Run, calcitrials, environment, last_report, rows, trial_ids

TO_ASK = {
    "ctgov": ("--all",),
    "isrctn": ("--all",),
    "ctis": ("--all",),
    "euctr": ("--all",),
    "drks": ("--id", "DRKS00038775"),
    "listing": ("--id", PAGES[0]),
}
SEARCHED = ("ctgov", "isrctn", "ctis", "euctr")
JSON = ("ctgov", "ctis")
every_registry = pytest.mark.parametrize("registry", TO_ASK)


@pytest.fixture(scope="module")
def urls() -> Iterator[dict[str, str]]:
    with serve(*TO_ASK) as found:
        yield found


def asked(request: Seen) -> bool:
    """What is asked of the registry itself."""
    return not request.path.endswith(("/robots.txt", "/version"))


def crawl(catalog: Path, registry: str, url: str, *arguments: str) -> Run:
    """A crawl that ends, however it ends, without a traceback."""
    env = environment({registry: url}, CALCITRIALS_TIMEOUT_S="5")
    what = arguments or TO_ASK[registry]
    run = calcitrials("crawl", registry, "--delay", "0", "--catalog", catalog, *what, env=env)
    assert "Traceback" not in run.err
    return run


def sent_to(where: Callable[[Exchange], str], *, by_page: bool) -> faults.Fault:
    """An answer that sends elsewhere: by its status, or by a refresh in a page."""

    def play(exchange: Exchange) -> None:
        target = where(exchange)
        page = f'<html><head><meta http-equiv="refresh" content="0; url={target}"></head><body>.</body></html>'
        if by_page:
            exchange.send(Answer(page.encode(), headers={"Content-Type": "text/html"}))
        else:
            exchange.send(Answer(b"", 302, {"Location": target}))

    return play


@every_registry
@pytest.mark.parametrize("by_page", [False, True], ids=["by status", "by a refresh"])
def test_nobody_else_answers_for_a_registry(urls: dict[str, str], tmp_path: Path, registry: str, by_page: bool) -> None:
    """The other port would tell the same trials."""
    with faulty(urls[registry]) as elsewhere:
        host = elsewhere.url.removeprefix("http://").partition("/")[0]
        away = sent_to(lambda exchange: f"http://{host}{exchange.request.target}", by_page=by_page)
        with faulty(urls[registry], [Rule(away, always, asked)]) as asking:
            run = crawl(tmp_path, registry, asking.url)
        assert elsewhere.requests == []
    assert run.status == 1
    assert not (tmp_path / "current.duckdb").exists() or trial_ids(tmp_path) == set()


@every_registry
def test_a_registry_that_sends_to_itself_for_ever(urls: dict[str, str], tmp_path: Path, registry: str) -> None:
    round_and_round = sent_to(lambda exchange: exchange.request.target, by_page=False)
    with faulty(urls[registry], [Rule(round_and_round, always, asked)]) as asking:
        assert crawl(tmp_path, registry, asking.url).status == 1
        assert len(asking.requests) < 1000


BOMB = gzip.compress(bytes(300 * 2**20), 9)


@every_registry
def test_an_answer_is_not_unpacked_without_measure(urls: dict[str, str], tmp_path: Path, registry: str) -> None:
    """300 MB of nothing in 300 KB."""
    bomb = Answer(BOMB, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
    with faulty(urls[registry], [Rule(lambda exchange: exchange.send(bomb), always, asked)]) as asking:
        run = crawl(tmp_path, registry, asking.url)
    assert run.status == 1
    assert "DOWNLOAD_MAXSIZE" in run.err


STEERING = "\x1b[31m\u202e\x9b"


def steering(registry: str) -> bytes:
    return b"\\u001b[31m\\u202e\\u009b" if registry in JSON else STEERING.encode()


@every_registry
def test_signs_that_steer_are_in_no_record_and_on_no_terminal(
    urls: dict[str, str], tmp_path: Path, registry: str
) -> None:
    def with_signs(body: bytes) -> bytes:
        return re.sub(
            rb"(?i)(calc|osteo|neurob)(i|l)", rb"\1" + steering(registry).replace(b"\\", rb"\\") + rb"\2", body
        )

    with faulty(urls[registry], [Rule(faults.rewritten(with_signs), always, asked)]) as asking:
        run = crawl(tmp_path, registry, asking.url)
    assert run.status == 0, run.err
    report = last_report(tmp_path)
    assert report["received"] > 0
    assert intake.LEFT_OUT in report["unknown_words"]
    told = calcitrials("sql", "FROM trials JOIN conditions USING (trial_id)", "--catalog", tmp_path).out
    for said in (run.out, run.err, told):
        assert not set(said.replace("\x1b[0m", "")) & set("\x1b\u202e\x9b")
    kept = [f"{row}" for row in rows(tmp_path, "FROM trials LEFT JOIN conditions USING (trial_id)")]
    assert any("[31m" in row for row in kept)  # what they were told by a registry, without what steers
    assert "\\x1b" not in "".join(kept)


@every_registry
@pytest.mark.parametrize("mark", ["<script>alert(1)</script>", "\x1b[31m"], ids=["markup", "escape"])
def test_numbers_that_are_none_name_no_trial(urls: dict[str, str], tmp_path: Path, registry: str, mark: str) -> None:
    number = re.compile(rb"(NCT\d{8}|\d{4}-5\d{5}-\d\d-\d\d|ISRCTN\d{8}|DRKS\d{8}|\b\d{4}-\d{6}-\d\d|>\d{8}(?=<))")
    behind = mark.replace("\x1b", "\\u001b").encode() if registry in JSON else mark.encode()

    def spoilt(body: bytes) -> bytes:
        return number.sub(lambda found: found[0] + behind, body)

    with faulty(urls[registry], [Rule(faults.rewritten(spoilt), always, asked)]) as asking:
        run = crawl(tmp_path, registry, asking.url)
    assert "\x1b[31m" not in run.err + run.out
    if (tmp_path / "current.duckdb").exists():
        assert all(intake.is_id(trial_id) for trial_id in trial_ids(tmp_path))
        links = [url for (url,) in rows(tmp_path, "SELECT url FROM trials")]
        assert not any("<" in url or "\x1b" in url for url in links)


@pytest.mark.parametrize("registry", SEARCHED)
def test_a_total_that_nobody_counted(urls: dict[str, str], tmp_path: Path, registry: str) -> None:
    def huge(body: bytes) -> bytes:
        total = str(10**30).encode()
        body = re.sub(rb'("total(?:Count|Records)"\s*:\s*)\d+', rb"\g<1>" + total, body)
        body = re.sub(rb'(totalCount\s*=\s*")\d+', rb"\g<1>" + total, body)
        return re.sub(rb"(protocol \()[\d,]+", rb"\g<1>" + total, body)

    with faulty(urls[registry], [Rule(faults.rewritten(huge), always, asked)]) as asking:
        assert crawl(tmp_path, registry, asking.url).status == 1
        assert len(asking.requests) < 200


# Crawls that would never end.


def test_pages_of_ever_new_studies(urls: dict[str, str], tmp_path: Path) -> None:
    """One study is announced; each page has another one, and a token that was never there."""
    numbers = itertools.count(90_000_000)

    def further(exchange: Exchange) -> None:
        number = next(numbers)
        study = f'{{"protocolSection":{{"identificationModule":{{"nctId":"NCT{number}","briefTitle":"Calcinosis"}}}}}}'
        page = f'{{"totalCount":1,"nextPageToken":"token-{number}","studies":[{study}]}}'
        exchange.send(Answer(page.encode()))

    with faulty(urls["ctgov"], [Rule(further, always, asked)]) as asking:
        run = crawl(tmp_path, "ctgov", asking.url)
    assert run.status == 1
    assert "goes round in circles" in run.err


def test_parts_whose_totals_grow_for_ever(urls: dict[str, str], tmp_path: Path) -> None:
    totals = itertools.count(5_000)

    def growing(exchange: Exchange) -> None:
        exchange.send(Answer(f'<allTrials totalCount="{next(totals)}"></allTrials>'.encode()))

    with faulty(urls["isrctn"], [Rule(growing, always, asked)]) as asking:
        run = crawl(tmp_path, "isrctn", asking.url)
    assert run.status == 1
    assert "goes round in circles" in run.err


def test_a_part_that_grows_at_every_answer(urls: dict[str, str], tmp_path: Path) -> None:
    def growing(exchange: Exchange) -> None:
        limit = int(exchange.request.query.get("limit", "0"))
        records = b"<fullTrial><trial><isrctn>90000001</isrctn></trial></fullTrial>" * limit
        exchange.send(Answer(b'<allTrials totalCount="%d">%b</allTrials>' % (limit + 1, records)))

    with faulty(urls["isrctn"], [Rule(growing, always, asked)]) as asking:
        run = crawl(tmp_path, "isrctn", asking.url)
        assert len(asking.requests) < 20
    assert run.status == 1
    assert "grew 5 times" in run.err


def test_a_list_whose_rows_and_total_move_at_every_answer(urls: dict[str, str], tmp_path: Path) -> None:
    numbers = itertools.count(500_000)

    def moving(exchange: Exchange) -> None:
        if not exchange.request.path.endswith("/search"):
            exchange.send(Answer(b"{}", 404))
            return
        number = next(numbers)
        page = f'{{"pagination":{{"totalRecords":{number - 499_800}}},"data":[{{"ctNumber":"2023-{number}-10-00"}}]}}'
        exchange.send(Answer(page.encode()))

    with faulty(urls["ctis"], [Rule(moving, always, asked)]) as asking:
        assert crawl(tmp_path, "ctis", asking.url).status == 1
        assert len(asking.requests) < 100


def test_downloads_without_a_trial(urls: dict[str, str], tmp_path: Path) -> None:
    def many(body: bytes) -> bytes:
        return re.sub(rb"(protocol \()[\d,]+", rb"\g<1>900,000", body)

    with faulty(urls["euctr"], [Rule(faults.rewritten(many), always, asked)]) as asking:
        run = crawl(tmp_path, "euctr", asking.url)
        assert len(asking.requests) < 100
    assert run.status == 1
    assert "the others are not asked for" in run.err


def test_a_page_for_every_number(urls: dict[str, str], tmp_path: Path) -> None:
    """The walk upwards ends where numbers name no trial; here each names one."""

    def known(target: str) -> str:
        return re.sub(r"DRKS\d{8}", "DRKS00038775", target)

    def any_number(exchange: Exchange) -> None:
        answer = exchange.answer()
        number = exchange.request.path.rpartition("/")[2].encode()
        exchange.send(Answer(answer.body.replace(b"DRKS00038775", number), answer.status, answer.headers))

    with faulty(urls["drks"], [Rule(any_number, always, asked)], asked_as=known) as asking:
        run = crawl(tmp_path, "drks", asking.url, "--all")
        assert len(asking.requests) < 100
    assert run.status == 1
    assert "goes round in circles" in run.err


def test_a_site_that_leads_on_for_ever(urls: dict[str, str], tmp_path: Path) -> None:
    numbers = itertools.count(1)

    def leading_on(exchange: Exchange) -> None:
        links = "".join(
            f'<a href="/clinical-trials/listings/{next(numbers)}/a-made-up-trial/">.</a>' for _ in range(20)
        )
        page = f'<html><body>{links}<a rel="next" href="/list?page={next(numbers)}">next</a></body></html>'
        exchange.send(Answer(page.encode(), headers={"Content-Type": "text/html"}))

    with faulty(urls["listing"], [Rule(leading_on, always, asked)]) as asking:
        crawl(tmp_path, "listing", asking.url, "--id", "https://site.example/list", "--limit", "3")
        assert len(asking.requests) < 200
