"""What headings say of what stands under them: "Family history:", "Ruled out:", "Differential diagnosis"."""

from collections.abc import Iterator

from matcher.assertion.cues import Cue
from matcher.assertion.marked_text import MarkedText, Sentence, roles
from matcher.assertion.reach import NEAR
from matcher.assertion.small_words import WITH


def sections(text: MarkedText) -> Iterator[tuple[int, int, str]]:
    """Words that a heading speaks of, first and after, and what it says of them."""
    section, inline = "", False
    for sentence in text.sentences:
        begin = sentence.first
        heading = _heading(text, sentence)
        if heading is not None:
            cue, section = heading
            begin = min(cue.after + 1, sentence.after)
            inline = begin < sentence.after
            if inline and _is_nothing(text, begin, sentence.after):
                section = ""
        elif inline and _is_unknown_heading(text, sentence):
            section = ""
        if not section or section == "none":
            continue
        if section == "uncertain":
            begin = _asked(text, begin, sentence)
        turns = ("own", "self") if section == "family" else ("own", "turn")
        turning = (cue.first for cue in text.cues_from(begin, sentence.after) if not roles(cue).isdisjoint(turns))
        end = next(turning, sentence.after)
        if begin < end:
            yield begin, end, section
        over = inline and (sentence.ends_line or section == "family")
        if over or end < sentence.after:
            section = ""


def _heading(text: MarkedText, sentence: Sentence) -> tuple[Cue, str] | None:
    """The heading that a sentence begins with, and what it says."""
    cue = text.cue_from.get(sentence.first)
    if cue is None:
        return None
    alone = cue.after == sentence.after and sentence.ends_line
    if not alone and not text.is_word(cue.after, ":") and not text.is_word(cue.after, "-"):
        return None
    return next(((cue, sense.assertion) for sense in cue.senses if sense.side == "heading"), None)


def _asked(text: MarkedText, begin: int, sentence: Sentence) -> int:
    """Where what is asked begins, behind a description of the patient: "Query: scleroderma with rash, reflux?"."""
    if not text.is_word(sentence.after, "?") and "?" not in text.words[begin : sentence.after]:
        return begin
    commas = [index for index in range(begin, sentence.after) if text.is_word(index, ",")]
    described = bool(commas) and any(text.is_any(index, WITH) for index in range(begin, commas[-1]))
    return commas[-1] + 1 if described else begin


def _is_unknown_heading(text: MarkedText, sentence: Sentence) -> bool:
    """Whether a sentence begins with few words and a colon that name neither a diagnosis nor a relative."""
    first = sentence.first
    for index in range(first + 1, min(first + NEAR, sentence.after)):
        if text.is_word(index, ":"):
            return not text.mentioned(first, index) and not text.has_role("family", first, index)
    return False


def _is_nothing(text: MarkedText, begin: int, end: int) -> bool:
    """Whether "none", "negative" is all that stands under a heading."""
    cue = text.cue_from.get(begin)
    return cue is not None and "negated" in roles(cue) and not text.mentioned(begin, end)
