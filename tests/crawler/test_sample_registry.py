"""The bundled ClinicalTrials.gov stand-in over real HTTP: paging, refusals, single studies, serving."""

import gzip
import http.client
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from crawler.samples.ctgov_records import BUNDLED
from crawler.samples.server import serve, stand_ins
from tests.support.ctgov_answers import ANCHOR, BUNDLED_IDS, BUNDLED_STUDIES, Answer, ids, page, study, write_lines
from tests.support.shared_data import SHARED, needs_shared


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve("ctgov") as urls:
        yield urls["ctgov"]


@pytest.mark.parametrize("size", [1, 7, 68, 69])
def test_pages_hold_every_record_once_and_the_last_has_no_token(url: str, size: int) -> None:
    collected, token, pages = [], None, 0
    while pages == 0 or token:
        answer = page(url, pageSize=size, **({"pageToken": token} if token else {}))
        assert len(ids(answer)) <= size
        collected += ids(answer)
        token = answer.json().get("nextPageToken")
        pages += 1
    assert collected == BUNDLED_IDS
    assert pages == -(-len(BUNDLED_IDS) // size)


@pytest.mark.parametrize(("asked", "given"), [(None, 10), (0, 10), (3, 3), (100000, len(BUNDLED_IDS))])
def test_page_size_has_a_default_that_zero_means_too(url: str, asked: int | None, given: int) -> None:
    assert len(ids(page(url, **({} if asked is None else {"pageSize": asked})))) == given


def test_page_size_is_silently_reduced_to_1000(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "many.jsonl", [study(f"NCT{number:08d}") for number in range(1, 1202)])
    with serve("ctgov", records={"ctgov": path}) as urls:
        first = page(urls["ctgov"], pageSize=5000)
        second = page(urls["ctgov"], pageSize=5000, pageToken=first.json()["nextPageToken"])
        assert (len(ids(first)), len(ids(second))) == (1000, 201)


def test_total_is_counted_on_the_first_page_only_and_only_when_asked(url: str) -> None:
    first = page(url, countTotal="true").json()
    assert first["totalCount"] == len(BUNDLED_IDS)
    assert "totalCount" not in page(url, countTotal="true", pageToken=first["nextPageToken"]).json()
    assert "totalCount" not in page(url).json()


def test_token_belongs_to_its_query_and_data(url: str, tmp_path: Path) -> None:
    token = page(url, query_cond="calcification").json()["nextPageToken"]
    assert page(url, query_cond="calcification", pageSize=3, pageToken=token).status == 200
    other = write_lines(tmp_path / "other.jsonl", BUNDLED_STUDIES)
    with serve("ctgov", records={"ctgov": other}) as urls:
        refused = [
            page(url, query_cond="ossification", pageToken=token),
            page(url, query_cond="calcification", pageToken=token[:-1]),
            page(url, query_cond="calcification", pageToken="abracadabra"),
            page(urls["ctgov"], query_cond="calcification", pageToken=token),
        ]
    assert [(answer.status, answer.type) for answer in refused] == [(400, "text/plain")] * 4


@needs_shared
def test_a_large_registry_is_paged_whole() -> None:
    with serve("ctgov", records={"ctgov": SHARED / "ctgov" / "scale.ndjson.gz"}) as urls:
        collected: set[str] = set()
        first = answer = page(urls["ctgov"], pageSize=1000, countTotal="true")
        collected.update(ids(answer))
        while token := answer.json().get("nextPageToken"):
            answer = page(urls["ctgov"], pageSize=1000, pageToken=token)
            collected.update(ids(answer))
        assert len(collected) == first.json()["totalCount"] == 18534


@pytest.mark.parametrize(
    "parameters",
    [
        {"cond": "calcinosis"},
        {"query.unknown": "x"},
        {"query.term": "sodium thiosulfate"},
        {"format": "csv"},
        {"pageSize": "-1"},
        {"pageSize": "ten"},
        {"countTotal": "yes"},
        {"fields": ""},
        {"sort": "LastUpdatePostDate:up"},
        {"filter.ids": "NCT1"},
        {"filter.overallStatus": "OPEN"},
        {"filter.advanced": "calcinosis"},
        {"filter.advanced": "AREA[StartDate]RANGE[2020-01-01,MAX]"},
        {"filter.advanced": "AREA[LastUpdatePostDate]RANGE[2020-02-30,MAX]"},
        {"filter.advanced": "AREA[LastUpdatePostDate]RANGE[2020-01-01,MAX"},
        {"query.cond": "(calcinosis"},
        {"query.cond": "calcinosis)"},
        {"query.cond": "[calcinosis]"},
        {"query.cond": '"calcinosis'},
        {"query.cond": "calcinosis AND"},
        {"query.cond": "OR calcinosis"},
        {"query.cond": "()"},
        {"query.cond": '""'},
        {"query.cond": "--"},
        {"query.cond": "(" * 500 + "x" + ")" * 500},
        {"query.cond": "NOT " * 500 + "x"},
    ],
    ids=lambda parameters: urlencode(parameters)[:60],
)
def test_what_the_registry_would_not_understand_is_400_in_plain_text(url: str, parameters: dict[str, str]) -> None:
    answer = Answer(f"{url}/studies", **parameters)
    assert (answer.status, answer.type) == (400, "text/plain")
    assert answer.body.strip()


def test_accepted_without_effect(url: str) -> None:
    plain = page(url).body
    assert page(url, format="json", fields="NCTId,BriefTitle|protocolSection.statusModule").body == plain
    assert page(url, sort="LastUpdatePostDate:desc", markupFormat="markdown").body == plain


def test_one_study_whatever_the_case_of_its_id(url: str) -> None:
    for asked in (ANCHOR, ANCHOR.lower(), "Nct3582800", "NCT0003582800"):
        answer = Answer(f"{url}/studies/{asked}")
        assert answer.json()["protocolSection"]["identificationModule"]["nctId"] == ANCHOR


@pytest.mark.parametrize(
    ("asked", "status"), [("NCT99999999", 404), ("NCT123456789", 400), ("ISRCTN73380053", 400), ("metadata", 400)]
)
def test_a_study_that_is_not_there(url: str, asked: str, status: int) -> None:
    answer = Answer(f"{url}/studies/{asked}")
    assert (answer.status, answer.type) == (status, "text/plain")


def test_an_obsolete_id_is_moved_for_good(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "merged.jsonl", [study("NCT00000002", nctIdAliases=["NCT00000001"])])
    with serve("ctgov", records={"ctgov": path}) as urls:
        answer = Answer(f"{urls['ctgov']}/studies/NCT00000001", format="json")
        assert answer.url == f"{urls['ctgov']}/studies/NCT00000002?format=json"
        assert answer.json()["protocolSection"]["identificationModule"]["nctId"] == "NCT00000002"
        address = urlsplit(urls["ctgov"])
        connection = http.client.HTTPConnection(address.hostname or "", address.port)
        connection.request("GET", f"{address.path}/studies/nct00000001")
        assert connection.getresponse().status == 301
        connection.close()


def test_version_is_fixed_for_the_bundled_sample_and_moves_with_a_file(url: str, tmp_path: Path) -> None:
    bundled = Answer(f"{url}/version").json()
    assert bundled == {"apiVersion": "2.0.5", "dataTimestamp": "2026-11-22T09:00:00"}
    path = write_lines(tmp_path / "own.jsonl", [study("NCT00000001")])
    with serve("ctgov", records={"ctgov": path}) as urls:
        own = Answer(f"{urls['ctgov']}/version").json()["dataTimestamp"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", own)
    assert own != bundled["dataTimestamp"]


def test_sizes(url: str) -> None:
    sizes = Answer(f"{url}/stats/size").json()
    lengths = [len(line) for line in BUNDLED.read_bytes().splitlines()]
    assert sizes["totalStudies"] == len(BUNDLED_IDS)
    assert sizes["averageSizeBytes"] == round(sum(lengths) / len(lengths))
    largest = [one["sizeBytes"] for one in sizes["largestStudies"]]
    assert largest == sorted(lengths, reverse=True)[: len(largest)]


def test_robots_of_the_host_forbid_the_api(url: str) -> None:
    robots = Answer(url.removesuffix("/api/v2") + "/robots.txt")
    assert {"Crawl-delay: 1", "Disallow: /api/"} <= set(robots.body.decode().splitlines())
    assert robots.type == "text/plain"


def test_every_answer_says_that_it_is_a_sample(url: str) -> None:
    host = url.removesuffix("/api/v2")
    for address in (f"{url}/studies", f"{url}/studies/x", f"{url}/version", f"{host}/robots.txt", f"{host}/other"):
        assert "2026-11-22" in Answer(address).headers["X-Sample-Data"]
    missing = Answer(f"{host}/api/other")
    assert (missing.status, missing.type) == (404, "text/html")


def test_gzip_records_are_served_byte_for_byte(tmp_path: Path) -> None:
    line = b'{"protocolSection": {"identificationModule":{"nctId":"NCT00000001" } } }'
    path = tmp_path / "records.ndjson.gz"
    path.write_bytes(gzip.compress(line + b"\n\n"))
    with serve("ctgov", records={"ctgov": path}) as urls:
        assert page(urls["ctgov"]).body == b'{"studies":[' + line + b"]}"
        assert path.name in page(urls["ctgov"]).headers["X-Sample-Data"]


def test_an_empty_registry_answers(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "empty.jsonl", [])
    with serve("ctgov", records={"ctgov": path}) as urls:
        assert page(urls["ctgov"], countTotal="true").json() == {"studies": [], "totalCount": 0}
        assert Answer(f"{urls['ctgov']}/stats/size").json()["totalStudies"] == 0


def test_wrong_use_is_said_before_anything_is_served(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"protocolSection":{"identificationModule":{"nctId":"NCT00000001"}}}\n{"no": "study"}\n')
    with pytest.raises(ValueError, match=r"broken\.jsonl, record 2"), serve("ctgov", records={"ctgov": broken}):
        pass
    with pytest.raises(ValueError, match="nowhere"), serve("nowhere"):
        pass
    with pytest.raises(FileNotFoundError), serve("ctgov", records={"ctgov": tmp_path / "none.jsonl"}):
        pass


def test_without_names_every_stand_in_is_served() -> None:
    with serve() as urls:
        assert list(urls) == list(stand_ins())
        assert len(set(urls.values())) == len(urls)


def test_the_server_is_gone_after_the_block_even_with_a_connection_kept_open() -> None:
    with serve("ctgov") as urls:
        address = urlsplit(urls["ctgov"])
        kept = http.client.HTTPConnection(address.hostname or "", address.port)
        for _ in range(2):
            kept.request("GET", f"{address.path}/version")
            assert kept.getresponse().read()
    kept.close()
    with pytest.raises(ConnectionRefusedError):
        kept.request("GET", f"{address.path}/version")
    kept.close()


def test_as_a_program_it_says_its_address_first(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "one.jsonl", [study("NCT00000001")])
    command = [sys.executable, "-m", "crawler.samples", "--records", str(path)]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert ids(page(program.stdout.readline().strip())) == ["NCT00000001"]
        program.terminate()
    missing = subprocess.run([*command[:-1], "none.jsonl"], cwd=root, capture_output=True, text=True, check=False)
    assert missing.returncode == 2
    assert "Traceback" not in missing.stderr
