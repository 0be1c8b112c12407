"""What the page answers to plain requests: searches, trials, browsing, languages."""

import html
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from calcitrials.trial_view import Facts, Items, trial_view
from calcitrials.trial_view.vocabularies import CODES
from calcitrials.trial_view.words import english, spoken
from calcitrials.web.pages import languages
from db.catalogue import Catalogue
from tests.page.conftest import HOSTILE, Served

ANCHOR = "NCT03582800"


def text_of(markup: str) -> str:
    """What a person reads of a page."""
    without = re.sub(r"<(script|style)\b.*?</\1>", " ", markup, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", without)).split())


def test_an_answer_shows_what_was_understood(served: Served) -> None:
    fields = {
        "diagnosis": "systemic sclerosis with calcinosis, no diabetes",
        "age": "45",
        "sex": "female",
        "which": "all",
    }
    answer = served.post("/search", fields)
    assert answer.status_code == 200
    assert "<s>diabetes</s>" in answer.text
    said = text_of(answer.text)
    assert "Systemic sclerosis" in said
    assert ANCHOR in said
    assert "Strong" in said
    assert "not updated: doubtful" in said
    assert "screening aid" in said
    assert "eligible" not in said.lower()


def test_an_ambiguous_word_is_asked_back_and_the_choice_is_searched(served: Served) -> None:
    asked = served.post("/search", {"diagnosis": "MS", "which": "all"}).text
    choices = re.findall(r'name="choose" value="([^"]+)"', asked)
    assert len(choices) >= 2
    chosen = html.unescape(next(one for one in choices if "ultiple" in one))
    answered = served.post("/search", {"diagnosis": "MS", "which": "all", "choose": chosen}).text
    assert re.search(r"<textarea[^>]*>[^<]*ultiple [Ss]clerosis", answered)


def test_nothing_fits_is_said_with_what_was_tried(served: Served) -> None:
    said = text_of(served.post("/search", {"diagnosis": "plague", "which": "all"}).text)
    for part in ("No trial here fits", "Nothing fits", "What was tried"):
        assert part in said


def test_a_name_that_nobody_knows_is_answered_with_the_nearest_ones(served: Served) -> None:
    answer = served.post("/search", {"diagnosis": "MS"}).text
    assert re.search(r'<button class="chip" [^>]*>Multiple sclerosis', answer, re.IGNORECASE)


def test_closed_trials_are_counted_and_shown_on_request(served: Served) -> None:
    open_only = served.post("/search", {"diagnosis": "calcinosis"}).text
    both = served.post("/search", {"diagnosis": "calcinosis", "which": "all"}).text
    assert "not open" in open_only
    assert both.count('class="study ') > open_only.count('class="study ')


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"diagnosis": ""}, "Say a diagnosis."),
        ({"diagnosis": "gout", "age": "old"}, "This is not an age"),
        ({"diagnosis": "gout", "country": "Atlantis"}, "This country is not known"),
        ({"diagnosis": "gout", "town": "Xyzzyville"}, "This town is not known"),
    ],
)
def test_what_cannot_be_understood_is_said_beside_the_field(served: Served, fields: dict[str, str], error: str) -> None:
    answer = served.post("/search", fields)
    assert answer.status_code == 422
    assert error in text_of(answer.text)


def test_facets_narrow_and_count(served: Served) -> None:
    fields = {"diagnosis": "calcinosis", "which": "all"}
    everything = served.post("/search", fields).text
    option = re.search(r'name="status" value="completed">.*?class="n">(\d+)<', everything, re.DOTALL)
    assert option is not None
    narrowed = served.post("/search", {**fields, "status": "completed"}).text
    assert f">{option[1]} stud" in narrowed
    assert 'name="status" value="completed" checked' in narrowed


def test_an_age_outside_the_limits_rules_out_with_the_reason(served: Served) -> None:
    said = text_of(served.post("/search", {"diagnosis": "juvenile dermatomyositis", "age": "1", "which": "all"}).text)
    assert re.search(r"\d+ trials? fit the diagnosis", said) or "fits the diagnosis" in said
    assert "the trial takes people from" in said


def test_distances_are_told(served: Served) -> None:
    said = text_of(served.post("/search", {"diagnosis": "calcinosis", "town": "Paris", "which": "all"}).text)
    assert re.search(r"nearest site [\d,]+ km", said)


def test_names_are_suggested_while_one_types(served: Served) -> None:
    assert "Dermatomyositis" in served.post("/suggest", {"typed": "dermatomy"}).json()
    assert served.post("/suggest", {"typed": "x"}).json() == []
    assert served.get("/suggest?typed=derm").status_code in (404, 405)


def test_a_trial_is_found_by_any_of_its_numbers(served: Served) -> None:
    other = served.get("/trials/nct03582800")
    assert (other.status_code, other.headers["location"]) == (303, f"/trials/{ANCHOR}")
    said = text_of(served.get(f"/trials/{ANCHOR}").text)
    for part in (
        "Who it is for",
        "University Hospital, Limoges",
        "Taking part in three steps",
        "Similar trials",
        "Source",
    ):
        assert part in said
    assert served.get("/trials/NCT00000000").status_code == 404


def test_answers_change_the_verdict_and_are_taken_back_at_once(served: Served) -> None:
    path = f"/trials/{ANCHOR}/check"
    start = served.post(path, {"age": "45"}).text
    assert 'class="verdict unknown"' in start
    keys = re.findall(r'name="(a-[^"]+)" value="yes"', start)
    said_no = served.post(path, {"age": "45", keys[0]: "no"}).text
    assert 'class="verdict excluded"' in said_no
    assert re.search(rf'name="{re.escape(keys[0])}" value="no" checked', said_no)
    part = served.post(path, {"age": "45", keys[0]: "no", "part": "verdict"}).text
    assert part.lstrip().startswith('<div class="verdict excluded"')
    cleared = served.post(path, {"age": "45", keys[0]: "no", "clear": "1"}).text
    assert 'class="verdict unknown"' in cleared
    assert not re.search(r'type="radio"[^>]* checked', cleared)


def test_chosen_trials_are_printed_with_the_answers(served: Served) -> None:
    shown = served.post("/print", {"chosen": [ANCHOR, "NCT99"], "age": "45", "diagnosis": "systemic sclerosis"})
    said = text_of(shown.text)
    assert shown.text.count('class="sheet') == 1
    assert "Limoges" in said
    assert "Criterion" in said


def test_conditions_countries_and_sponsors_lead_to_trials(served: Served) -> None:
    conditions = served.get("/conditions?letter=C").text
    address = re.search(r'href="(/conditions/[^"?]+)">Calcinosis', conditions)
    assert address is not None
    assert "/trials/" in served.get(html.unescape(address[1])).text
    countries = served.get("/countries").text
    assert 'href="/countries/United%20States"' in countries
    assert "/trials/" in served.get("/countries/United%20States").text
    sponsors = served.get("/sponsors?named=limoges").text
    address = re.search(r'href="(/sponsors/[^"?]+)"', sponsors)
    assert address is not None
    assert ANCHOR in served.get(html.unescape(address[1])).text
    for path in ("/conditions/MeSH:None", "/countries/Atlantis", "/sponsors/nobody"):
        assert served.get(path).status_code == 404


def test_the_page_speaks_the_language_of_the_browser(served: Served) -> None:
    french = {"accept-language": "de;q=0.5, fr;q=0.9"}
    start = served.get("/", **french)
    assert '<html lang="fr">' in start.text
    said = text_of(served.post("/search", {"diagnosis": "systemic sclerosis", "which": "all"}, **french).text)
    assert "Ce qui a été compris" in said
    assert "l’essai nomme la maladie" in said
    assert '<html lang="en">' in served.get("/", **{"accept-language": "zz"}).text


def test_every_text_of_the_program_is_in_every_language() -> None:
    from tests.page.texts import texts

    for code, language in languages().items():
        if code != "en":
            untranslated = [one for one in texts() if language.catalog.get(one) is None]
            assert untranslated == [], code


def test_no_word_of_a_closed_vocabulary_stays_english(page_catalog: Path) -> None:
    french = languages()["fr"]
    words_of = {english(code) for codes in CODES.values() for code in codes}
    untold = {one for one in words_of if french.gettext(one) != one}
    found: set[str] = set()
    with Catalogue(page_catalog).connect() as connection:
        for (trial_id,) in connection.execute("SELECT trial_id FROM trials").fetchall():
            with spoken(french.spoken):
                view = trial_view(connection, trial_id)
            blocks = [block for section in view.sections for block in section.blocks]
            told = [fact.value for block in blocks if isinstance(block, Facts) for fact in block.facts]
            told += [item.text for block in blocks if isinstance(block, Items) for item in block.items]
            found |= {part.strip() for text in (*view.headline, *told) for part in re.split("[;,:()]", text)}
    assert found & untold == set()
    assert {"randomisée", "médicament"} <= found


def test_registry_text_is_never_markup(served: Served) -> None:
    for answer in (
        served.get(f"/trials/{HOSTILE}"),
        served.post("/search", {"diagnosis": "calcinosis", "which": "all"}),
        served.post("/print", {"chosen": HOSTILE}),
        served.post("/search", {"diagnosis": '"><script>alert(5)</script> calcinosis', "town": '"><img src=x>'}),
    ):
        assert HOSTILE in answer.text or "alert(5)" in answer.text
        markup = BeautifulSoup(answer.text, "lxml")
        assert all(script.get("src") and not script.string for script in markup.find_all("script"))
        attributes = [(tag.name, name, str(value)) for tag in markup.find_all() for name, value in tag.attrs.items()]
        assert not [one for one in attributes if one[1].startswith("on") or one[1] == "style"]
        addresses = [value for _, name, value in attributes if name in ("href", "src", "action", "formaction")]
        assert all(address.startswith(("/", "#", "https://", "http://", "mailto:", "tel:")) for address in addresses)
        assert not markup.find_all(["i", "b"])
