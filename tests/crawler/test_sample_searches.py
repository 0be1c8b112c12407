"""What the searches of the ClinicalTrials.gov stand-in find among the bundled records."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.samples.server import serve
from tests.support.ctgov_answers import ANCHOR, BUNDLED_IDS, BUNDLED_STUDIES, Answer, found, page

TUMORAL, ACDC, FAHR = "NCT00024804", "NCT01585402", "NCT05662111"
FOP = {
    "NCT02190747",
    "NCT02279095",
    "NCT02322255",
    "NCT02521792",
    "NCT03312634",
    "NCT04307953",
    "NCT05027802",
    "NCT05394116",
}
CALCINOSIS = {
    TUMORAL,
    "NCT01572844",
    "NCT01918904",
    "NCT02419040",
    "NCT02663895",
    "NCT03267277",
    "NCT05870852",
    "NCT06155578",
}
OF_SYSTEMIC_SCLEROSIS = {"NCT02663895", "NCT05870852", "NCT06155578"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve("ctgov") as urls:
        yield urls["ctgov"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("calcinosis", CALCINOSIS),
        ("CALCINOSIS", CALCINOSIS),
        ("fibrodysplasia ossificans progressiva", FOP),
        ('"fibrodysplasia ossificans progressiva"', FOP),
        ("progressiva fibrodysplasia ossificans", FOP),
        ('"progressiva fibrodysplasia ossificans"', set()),
        ("systemic sclerosis calcinosis", OF_SYSTEMIC_SCLEROSIS),
        ('"systemic sclerosis" AND calcinosis', OF_SYSTEMIC_SCLEROSIS),
        ('"systemic sclerosis" calcinosis', OF_SYSTEMIC_SCLEROSIS),
        ("tumoral calcinosis", {TUMORAL}),
        ('"tumoral calcinosis" OR "fahr disease"', {TUMORAL, FAHR}),
        (
            'calcinosis AND (cutis OR "juvenile dermatomyositis")',
            {"NCT01572844", "NCT01918904", "NCT03267277", "NCT05870852"},
        ),
        ("ectopic calcification", {ANCHOR, FAHR}),
        ("ectopic calcification NOT etidronate", {ANCHOR}),
        ("iPPSD2", {ANCHOR}),
        ("pseudoxanthoma elasticum", {"NCT00510965", "NCT01525875", "NCT07006649"}),
        ("calciphylaxis", {"NCT01289626", "NCT04195906"}),
        ("cd73", {ACDC}),
        ("generalized arterial calcification of infancy", {"NCT03478839"}),
        ("multiple sclerosis", {"NCT00001156", "NCT03073603"}),
        ("inclusion body myositis", {"NCT05046821"}),
        ("amyotrophic lateral sclerosis", {"NCT04454892"}),
        ("morphea", {"NCT01808937", "NCT02680717"}),
        ("migraine", set()),
        ("calcinos", set()),
    ],
)
def test_condition_query(url: str, query: str, expected: set[str]) -> None:
    assert found(url, query_cond=query) == expected


def test_hypoparathyroidism_is_not_found_within_a_longer_word(url: str) -> None:
    alone = found(url, query_cond="hypoparathyroidism")
    assert "NCT04701203" in alone
    assert "NCT03029429" not in alone
    assert "NCT03029429" in found(url, query_cond="pseudohypoparathyroidism")


def test_a_phrase_does_not_run_from_one_condition_into_the_next(url: str) -> None:
    assert ANCHOR in found(url, query_cond='"systemic sclerosis" AND dermatomyositis')
    assert found(url, query_cond='"systemic sclerosis dermatomyositis"') == set()


def test_word_queries_are_a_set_algebra(url: str) -> None:
    one, other = found(url, query_cond="dermatomyositis"), found(url, query_cond="calcinosis")
    assert one & other
    assert found(url, query_cond="dermatomyositis AND calcinosis") == one & other
    assert found(url, query_cond="dermatomyositis OR calcinosis") == one | other
    assert found(url, query_cond="dermatomyositis NOT calcinosis") == one - other
    assert found(url, query_cond="NOT (dermatomyositis OR calcinosis)") == set(BUNDLED_IDS) - one - other
    assert page(url, query_cond="dermatomyositis", countTotal="true").json()["totalCount"] == len(one)


@pytest.mark.parametrize("separator", [",", "|"])
def test_ids_filter_leaves_out_what_is_not_there(url: str, separator: str) -> None:
    asked = separator.join(["nct03582800", "NCT02663895", "NCT99999999"])
    assert found(url, filter_ids=asked) == {ANCHOR, "NCT02663895"}


def test_status_filter(url: str) -> None:
    wanted = {"WITHDRAWN", "TERMINATED"}
    expected = {
        nct_id
        for nct_id, one in zip(BUNDLED_IDS, BUNDLED_STUDIES, strict=True)
        if one["protocolSection"].get("statusModule", {}).get("overallStatus") in wanted
    }
    assert expected
    assert found(url, filter_overallStatus="WITHDRAWN|TERMINATED") == expected
    assert found(url, filter_overallStatus="WITHDRAWN", query_cond="calcinosis") == {"NCT01918904"}


def updated_in(low: str, high: str) -> set[str]:
    dates = {
        nct_id: one["protocolSection"].get("statusModule", {}).get("lastUpdatePostDateStruct", {}).get("date")
        for nct_id, one in zip(BUNDLED_IDS, BUNDLED_STUDIES, strict=True)
    }
    return {nct_id for nct_id, date in dates.items() if date and low <= date <= high}


def test_update_range_includes_both_ends_and_drops_records_without_the_date(url: str) -> None:
    def updated(text: str) -> set[str]:
        return found(url, filter_advanced=text)

    since = updated("AREA[LastUpdatePostDate]RANGE[2022-01-18,MAX]")
    assert since == updated_in("2022-01-18", "9999")
    assert ANCHOR in since
    assert ANCHOR not in updated("AREA[LastUpdatePostDate]RANGE[2022-01-19, MAX]")
    assert ANCHOR in updated("AREA[LastUpdatePostDate]RANGE[2022-01-18,2022-01-18]")
    assert updated("AREA[LastUpdatePostDate]RANGE[MIN,MAX]") == updated_in("", "9999") < set(BUNDLED_IDS)
    either = "AREA[LastUpdatePostDate]RANGE[MIN,2010-01-01] OR (AREA[LastUpdatePostDate]RANGE[2025-01-01,MAX])"
    assert updated(either) == updated_in("", "2010-01-01") | updated_in("2025-01-01", "9999")
    both = "AREA[LastUpdatePostDate]RANGE[2020-01-01,MAX] AND AREA[LastUpdatePostDate]RANGE[MIN,2021-12-31]"
    assert updated(both) == updated_in("2020-01-01", "2021-12-31")


@settings(deadline=None, max_examples=50)
@given(st.text(st.sampled_from('ab "()[],-|') | st.characters(codec="utf-8"), max_size=40))
def test_any_query_text_is_answered_or_refused(url: str, text: str) -> None:
    for name in ("query.cond", "filter.advanced", "filter.ids", "pageToken"):
        assert Answer(f"{url}/studies", **{name: text}).status in (200, 400)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["calcinosis", "x", '"a b"', "AND", "OR", "NOT", "(", ")"]), min_size=1, max_size=12))
def test_any_arrangement_of_query_symbols_is_answered_or_refused(url: str, symbols: list[str]) -> None:
    assert page(url, query_cond=" ".join(symbols)).status in (200, 400)


def test_a_very_long_query_is_no_trouble(url: str) -> None:
    assert found(url, query_cond=" OR ".join(["calcinosis"] * 3000)) == CALCINOSIS
