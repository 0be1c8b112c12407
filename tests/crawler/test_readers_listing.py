"""The listing reader: one page in many markups, and bytes that no fixture foresees."""

import datetime as dt
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.readers.listing import page as listing
from db.payload import Payload, Reading
from db.trial import Trial
from tests.support.listing_markup import DESCRIPTION, EXCLUSION, INCLUSION, MARKUPS, TAGS, TITLE
from tests.support.mutations import damaged
from tests.support.shared_data import SHARED, needs_shared

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
SEED = SHARED.parent / "seed"
REAL_PAGES = sorted((SHARED / "html").glob("*.html")) + sorted(SEED.glob("*.txt"))


def read(body: bytes, url: str = "https://trials.example/study/1") -> Reading:
    return listing.read(Payload("listing", url, NOW, body))


def trial_of(body: bytes) -> Trial:
    (trial,) = read(body).trials
    return trial


def without_hash(trial: Trial) -> Trial:
    return msgspec.structs.replace(
        trial, provenance=msgspec.structs.replace(trial.provenance, payload_sha256="the page's own")
    )


@pytest.mark.parametrize("markup", list(MARKUPS))
def test_all_that_the_page_shows_is_read(markup: str) -> None:
    trial = trial_of(MARKUPS[markup].encode())
    assert trial.trial_id == "listing:NCT03582800@trials.example"
    assert trial.brief_title == TITLE
    assert trial.completion_date is not None
    assert (trial.completion_date.text, trial.completion_date.date) == ("Mar 18, 2023", dt.date(2023, 3, 18))
    assert trial.enrollment is None
    assert [sponsor.name for sponsor in trial.sponsors] == ["University Hospital, Limoges"]
    assert trial.last_update_date is not None
    assert trial.last_update_date.date == dt.date(2022, 1, 18)
    assert list(trial.keywords) == TAGS
    assert trial.brief_summary == "\n\n".join(DESCRIPTION)
    assert [c.condition for c in trial.conditions] == ["Systemic Sclerosis", "Dermatomyositis", "iPPSD2"]
    assert [intervention.name for intervention in trial.interventions] == ["STS"]
    assert [(i.identifier, i.source) for i in trial.identifiers] == [("NCT03582800", "listing page")]
    assert list(trial.eligibility.inclusion) == INCLUSION
    assert list(trial.eligibility.exclusion) == EXCLUSION


def test_markup_makes_no_difference() -> None:
    trials = {without_hash(trial_of(page.encode())) for page in MARKUPS.values()}
    assert len(trials) == 1


def test_criteria_beside_their_label() -> None:
    page = """<h1>A trial of calcinosis</h1><p><b>Condition:</b> Calcinosis</p><p><b>Inclusion criteria:</b> Adults</p>
    <p><b>Exclusion criteria:</b> Pregnancy</p><p>Sponsor: A hospital</p>"""
    trial = trial_of(page.encode())
    assert (trial.eligibility.inclusion, trial.eligibility.exclusion) == (("Adults",), ("Pregnancy",))
    assert [sponsor.name for sponsor in trial.sponsors] == ["A hospital"]


def test_a_line_of_a_bulleted_list_that_goes_on() -> None:
    page = """<h1>A trial of calcinosis</h1><p>Condition: Calcinosis</p><p><b>Inclusion criteria:</b><br>
    - Adults with deposits that<br>hurt<br>Consent<br>- Age over 18</p>"""
    assert trial_of(page.encode()).eligibility.inclusion == ("Adults with deposits that hurt", "Consent", "Age over 18")


def test_line_ends_of_preformatted_text_count() -> None:
    page = """<h1>A trial of calcinosis</h1><pre>Condition: <b>Calcinosis</b>
Sponsor: A hospital
</pre><p>Treatment:
STS</p>"""
    trial = trial_of(page.encode())
    assert [c.condition for c in trial.conditions] == ["Calcinosis"]
    assert [sponsor.name for sponsor in trial.sponsors] == ["A hospital"]
    assert [intervention.name for intervention in trial.interventions] == ["STS"]


def test_names_under_a_heading_and_beside_each_other() -> None:
    page = """<h1>A trial of calcinosis</h1><h3>Conditions</h3><p>Systemic <i>sclerosis</i></p><p>Calcinosis</p>
    <h3>Treatment</h3><p><b>STS</b> <b>Placebo</b></p><h3>Tags</h3><ul><li>skin</li></ul><p>bone</p>
    <h3>Description</h3><p>Short.</p>"""
    trial = trial_of(page.encode())
    assert [c.condition for c in trial.conditions] == ["Systemic sclerosis", "Calcinosis"]
    assert [intervention.name for intervention in trial.interventions] == ["STS", "Placebo"]
    assert (trial.keywords, trial.brief_summary) == (("skin", "bone"), "Short.")


def test_what_linked_data_say_of_the_subjects_of_a_study() -> None:
    page = b"""<script type="application/ld+json">{"@type": "MedicalTrial", "name": "Calcinosis", "studySubject":
    [{"@type": "Drug", "name": "STS"}, {"@type": "MedicalCondition", "name": "Gout"}, {"@type": "Thing", "name": "?"}]}
    </script>"""
    trial = trial_of(page)
    assert [intervention.name for intervention in trial.interventions] == ["STS"]
    assert [condition.condition for condition in trial.conditions] == ["Gout"]


def test_values_in_fields_and_beside_colons_of_their_own() -> None:
    page = """<h1>A trial of calcinosis</h1><label>Sponsor</label><input readonly value="A hospital"><br>
    <label>Status</label><input value="your status"><table><tr><td>Condition</td><td>:</td><td>Calcinosis</td></tr>
    </table><p>Tags: skin • bone | pain</p>"""
    trial = trial_of(page.encode())
    assert [sponsor.name for sponsor in trial.sponsors] == ["A hospital"]
    assert ([c.condition for c in trial.conditions], trial.registry_status) == (["Calcinosis"], None)
    assert trial.keywords == ("skin", "bone", "pain")


def test_items_that_fold_up_and_items_behind_ticks() -> None:
    page = """<h1>A trial of calcinosis</h1><p>Condition: Calcinosis</p><h3>Inclusion criteria</h3>
    <details><summary>Adults</summary></details><details><summary>Consent</summary></details>
    <h3>Exclusion criteria</h3><div><span>✗</span><span>Pregnancy</span></div>"""
    eligibility = trial_of(page.encode()).eligibility
    assert (eligibility.inclusion, eligibility.exclusion) == (("Adults", "Consent"), ("Pregnancy",))


def test_tabs_name_their_panels() -> None:
    page = """<h1>A trial of calcinosis</h1><p>Condition: Calcinosis</p><div role="tablist"><button role="tab" id="a">
    Inclusion Criteria</button><button role="tab" id="b">Exclusion Criteria</button></div>
    <div role="tabpanel" aria-labelledby="a"><ul><li>Adults</li></ul></div>
    <div role="tabpanel" aria-labelledby="b"><ul><li>Pregnancy</li></ul></div>"""
    eligibility = trial_of(page.encode()).eligibility
    assert (eligibility.inclusion, eligibility.exclusion) == (("Adults",), ("Pregnancy",))


def test_a_column_that_counts_the_rows_is_no_label() -> None:
    rows = "<tr><td>1.</td><td>Adults</td></tr><tr><td>2.</td><td>Consent</td></tr>"
    page = f"<h1>A trial of calcinosis</h1><p>Condition: Gout</p><h2>Inclusion criteria</h2><table>{rows}</table>"
    assert trial_of(page.encode()).eligibility.inclusion == ("Adults", "Consent")


LINKED = {
    "@type": "MedicalTrial",
    "name": "Vitamin K2 for tumoral calcinosis",
    "healthCondition": "Calcinosis, Hyperphosphatemia",
    "description": "A summary.\nOf two lines.",
}


@pytest.mark.parametrize("wrapped", ["{}", "<!--\n{}\n-->", "//<![CDATA[\n{}\n//]]>", "/*<![CDATA[*/{}/*]]>*/", "{};"])
def test_linked_data_in_any_wrapping_name_a_page_that_shows_nothing(wrapped: str) -> None:
    script = wrapped.replace("{}", json.dumps(LINKED).replace("\\n", "\n"))
    page = f"""<title>Some Site</title><body><script type="application/ld+json">{script}</script>
    <div>Loading the page, please wait</div>"""
    trial = trial_of(page.encode())
    assert (trial.brief_title, trial.brief_summary) == (LINKED["name"], LINKED["description"])
    assert [condition.condition for condition in trial.conditions] == ["Calcinosis", "Hyperphosphatemia"]


def test_microdata() -> None:
    page = """<title>Some Site</title><div itemscope itemtype="https://schema.org/MedicalWebPage"><div itemscope
    itemprop="mainEntity" itemtype="https://schema.org/MedicalTrial"><b itemprop="name">Vitamin K2 for calcinosis</b>
    <meta itemprop="identifier" content="NCT05551234"><time itemprop="endDate" datetime="2027-11-30">next year</time>
    <p itemprop="description">A summary.</p><i itemprop="sponsor" itemscope><b itemprop="name">A hospital</b></i>
    <span itemprop="healthCondition" itemscope itemtype="https://schema.org/MedicalCondition"><b itemprop="name">
    Calcinosis</b></span><span itemprop="healthCondition" itemscope><meta itemprop="name" content="Gout"></span>
    </div></div>"""
    trial = trial_of(page.encode())
    assert (trial.trial_id, trial.brief_title) == (
        "listing:NCT05551234@trials.example",
        "Vitamin K2 for calcinosis",
    )
    assert [condition.condition for condition in trial.conditions] == ["Calcinosis", "Gout"]
    assert [sponsor.name for sponsor in trial.sponsors] == ["A hospital"]
    assert trial.completion_date is not None
    assert (trial.completion_date.text, trial.brief_summary) == ("2027-11-30", "A summary.")


@needs_shared
def test_the_text_of_a_real_page() -> None:
    (text,) = SEED.glob("*.txt")
    trial = trial_of(text.read_bytes())
    assert trial.trial_id == "listing:NCT03582800@trials.example"
    assert trial.keywords == tuple(TAGS)
    assert (len(trial.eligibility.inclusion), len(trial.eligibility.exclusion)) == (11, 9)
    assert trial.eligibility.inclusion[1] == "ectopic ossification secondary to iPPSD2 or"
    assert [c.condition for c in trial.conditions] == ["Systemic Sclerosis", "Dermatomyositis", "iPPSD2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_the_encoding_makes_no_difference(encoding: str) -> None:
    page = f"<meta charset='{encoding}'><h1>Étude NCT03582800</h1><p>Condition: Ossification hétérotopique</p>"
    trial = trial_of(page.encode(encoding))
    assert (trial.brief_title, trial.conditions[0].condition) == ("Étude NCT03582800", "Ossification hétérotopique")


def test_a_page_without_an_identifier_goes_by_its_address() -> None:
    page = b"<h1>A trial of calcinosis</h1><h2>Inclusion criteria</h2><ul><li>Adults</li></ul>"
    (trial,) = read(page, "https://Trials.example/Study/7?from=mail").trials
    assert trial.trial_id == "listing:trials.example/Study/7"
    assert trial.identifiers == ()


@pytest.mark.parametrize(
    ("age", "least", "most"),
    [
        ("18 - 65 years", 18, 65),
        ("18 Years and older", 18, None),
        ("6 Months to 17 Years", 0.5, 17),
        ("18+", 18, None),
        ("Up to 17 years", None, 17),
    ],
)
def test_ages(age: str, least: float | None, most: float | None) -> None:
    trial = trial_of(f"<h1>NCT03582800</h1><p>Condition: Gout</p><p>Age: {age}</p>".encode())
    for limit, years in ((trial.min_age, least), (trial.max_age, most)):
        assert (limit is None) == (years is None)
        assert limit is None or limit.text == age
        assert limit is None or limit.days == pytest.approx((years or 0) * 365.25)


@settings(deadline=None)
@given(st.binary() | st.text().map(str.encode))
def test_arbitrary_bytes_are_a_reject(body: bytes) -> None:
    reading = read(body)
    assert reading.trials == []
    assert [reject.payload for reject in reading.rejects] == [body]


@settings(deadline=None)
@given(st.sampled_from(list(MARKUPS.values())).flatmap(lambda page: damaged(page.encode())))
def test_a_damaged_page_gives_a_trial_or_a_reject(body: bytes) -> None:
    reading = read(body)
    assert len(reading.trials) + len(reading.rejects) == 1


@needs_shared
@settings(deadline=None, max_examples=30)
@given(st.data())
def test_a_damaged_real_page_gives_a_trial_or_a_reject(data: st.DataObject) -> None:
    page = data.draw(st.sampled_from(REAL_PAGES))
    reading = read(data.draw(damaged(page.read_bytes())))
    assert len(reading.trials) + len(reading.rejects) == 1
