"""How charts put a diagnosis, through the matcher's reader: a table of phrases in seven languages."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import Matcher
from matcher.assertion.context import AssertedText, Span

PHRASES = Path(__file__).with_name("assertions.txt")
MARK = re.compile(r"\{([pnfhu]):([^}]*)\}")
ASSERTIONS = {"p": "present", "n": "negated", "f": "family", "h": "historical", "u": "uncertain"}
ANCHOR = "NCT03582800"


def phrases() -> list[str]:
    lines = PHRASES.read_text(encoding="utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("phrase", phrases())
def test_phrases(matcher: Matcher, phrase: str) -> None:
    """Each marked word of the phrase is read with the assertion of its mark."""
    mentions = matcher.reader.read(MARK.sub(lambda mark: mark[2], phrase)).mentions
    left = [(mention.words.lower(), mention.assertion.value) for mention in mentions]
    for mark in MARK.finditer(phrase):
        words = mark[2].lower()
        found = next(item for item in left if words in item[0] or item[0] in words)
        if found[0].count(" ") <= words.count(" "):
            left.remove(found)
        assert (words, found[1]) == (words, ASSERTIONS[mark[1]])


@pytest.mark.parametrize(
    "text",
    [
        "Systemic sclerosis; calcinosis of the thumb excised in 2016, no recurrence",
        "CREST syndrome, calcinosis excised in 2015 without recurrence",
        "Past dermatomyositis with calcinosis, cured. Now psoriasis.",
    ],
)
def test_a_finding_that_is_past_keeps_its_trials_out(matcher: Matcher, text: str) -> None:
    found = matcher.suggest(text)
    assert ANCHOR not in {match.trial_id for match in found.matches if match.grade != "weak"}


def test_the_note_says_that_the_finding_is_past(matcher: Matcher) -> None:
    found = matcher.suggest("Systemic sclerosis; calcinosis of the thumb excised in 2016, no recurrence")
    anchor = next(match for match in found.matches if match.trial_id == ANCHOR)
    assert any("now past" in reason for reason in anchor.because)


def test_a_present_finding_outweighs_its_past_and_past_diseases(matcher: Matcher) -> None:
    for text in ("Dermatomyositis in remission; residual calcinosis", "Calcinosis excised 2019, SSc, new calcinosis"):
        found = matcher.suggest(text)
        assert ANCHOR in {match.trial_id for match in found.matches if match.grade != "weak"}, text


def test_a_line_is_read_in_a_blink(matcher: Matcher) -> None:
    """Cues and scopes of a typical line; the bound is wide, a full scan of the table would break it."""
    text = "54-year-old woman with systemic sclerosis, no Raynaud phenomenon"
    AssertedText(text).assertions([Span(23, 41), Span(46, 64)])
    began = time.perf_counter()
    for _ in range(200):
        AssertedText(text).assertions([Span(23, 41), Span(46, 64)])
    assert (time.perf_counter() - began) / 200 < 0.002


CUES = st.sampled_from(
    [
        *("no", "mother", "of", "the", "patient", "excised", "in", "2010", "but", "ruled out", "was considered", "now"),
        *(
            "calcinosis",
            "history:",
            "Familienanamnese:",
            "V. a.",
            "non-",
            "1.",
            "\n",
            ",",
            ".",
            ";",
            ":",
            "(",
            ")",
            " - ",
        ),
    ]
)


@settings(deadline=None)
@given(st.lists(CUES, max_size=40).map(" ".join))
def test_every_mention_of_any_text_gets_an_assertion(text: str) -> None:
    spans = [Span(*match.span()) for match in re.finditer("calcinosis", text)]
    read = AssertedText(text)
    assert len(read.assertions(spans)) == len(spans)
    assert all(0 <= start < end <= len(text) for start, end in read.relatives())


def test_what_lasts_leads_to_trials_when_it_is_told_as_history(matcher: Matcher) -> None:
    found = matcher.suggest("PMH: multiple sclerosis. Presents with dermatomyositis and calcinosis.")
    grades = {match.trial_id: match.grade for match in found.matches}
    assert grades["NCT00001248"] == "possible"
    assert list(grades).index(ANCHOR) < list(grades).index("NCT00001248")
    alone = matcher.suggest("PMH: multiple sclerosis")
    assert alone.matches[0].trial_id == "NCT00001248"
    assert alone.matches[0].grade == "strong"
