"""How far a cue reaches: the words behind it or before it that it speaks of."""

from matcher.assertion.cues import Cue, Sense
from matcher.assertion.kinsmen import is_an_aside, leads_on, returns_to_the_patient
from matcher.assertion.marked_text import PAST, MarkedText, denies, roles
from matcher.assertion.past_times import are_long_ago, is_date, name_a_past_time
from matcher.assertion.small_words import BEARERS, MEANS, RELATIVE, WITH
from matcher.text.sentences import PUNCTUATION, STOPS

Stretch = tuple[int, int]
"""Index of the first word and of the one after the last."""
SHORT_ITEM = 5
"""Words of an item of a list; a longer stretch between commas is a clause of its own."""
NEAR = 4
"""Words within which what a bare "not" denies begins."""
FARTHEST = 80
"""Words that a cue reaches, either way, in a text that has no sentences."""
MOST_CROSSED = 5
"""Clauses that a cue which stands alone looks back over."""
_OF_ONE = frozenset(("historical", "ended"))
"""What these say they say of one thing, not of a list: "status post CABG, hypertension"."""
_OF_RESULTS = frozenset(("beside", "count"))
"""Reaches of cues that say how something was measured, and speak of nothing else."""
_OF_CLAUSES = frozenset(("clause", "offers"))
"""Reaches of cues that speak of all that their clause names, over commas."""
_BORDERS = frozenset(("border", "turn", "own"))
_ONESELF = frozenset(("own", "self"))
_RIVALS = frozenset(("negated", "uncertain", "present")) | PAST


class Reach:
    """Finds what cues speak of in one text."""

    def __init__(self, text: MarkedText) -> None:
        self._text = text

    def of(self, cue: Cue, sense: Sense) -> Stretch | None:
        """What a cue speaks of in one of its senses, None when that is nothing."""
        stretch: Stretch | None
        match sense.side:
            case "before":
                behind = self._behind(cue, sense)
                if denies(sense) and self._is_set_off(cue):
                    return self._text.mention_up_to(cue.first - 1)
                alone = sense.reach == "kinsman" and not self._text.mentioned(*behind)
                stretch = (self._of_named_kinsman(cue, sense) if alone else None) or behind
            case "after" | "either" | "else" | "last":
                stretch = self._nearest(cue, sense)
            case "itself":
                stretch = cue.first, self._behind(cue, sense)[1]
            case _:
                return None
        return stretch if stretch is not None and stretch[0] < stretch[1] else None

    def _nearest(self, cue: Cue, sense: Sense) -> Stretch | None:
        """The side that a cue speaks of which may stand on both sides of it, or stands after."""
        stands_last = self._text.ends_here(cue.after)
        if sense.side == "else" and not stands_last:
            answers = self._is_set_off(cue) or self._answers_in_a_form(cue)
            return self._text.mention_up_to(cue.first - 1) if answers else self._behind(cue, sense)
        if sense.side == "last" and not self._text.goes_on_with_nothing(cue.after):
            return None
        dated_now = not (stands_last and are_long_ago(self._text.words[cue.first : cue.after]))
        if sense.assertion == "dated" and dated_now:
            return None
        if sense.assertion == "settled" and self._settles_another(cue):
            return None
        if sense.reach == "joined":
            return self._dated(cue) if sense.assertion in ("dated", "history") else self._text.mention_up_to(cue.first)
        if sense.reach == "exam":
            return self._text.mention_up_to(cue.first - 1) if self._is_set_off(cue) else None
        if sense.reach == "named":
            return self._named_before(cue, sense)
        start = self.clause_start(cue.first, sense)
        if sense.reach in _OF_RESULTS and not self._belongs(cue.first, start, sense.reach == "count"):
            return None
        if sense.reach == "word":
            return (self._text.tests[cue.first], cue.first) if cue.first in self._text.tests else None
        opens = (
            sense.assertion == "family"
            and self._text.follows_nothing(cue)
            and not self._text.mentioned(start, cue.first)
        )
        both = sense.side == "either" and not self._text.is_any(cue.after, MEANS)
        if both or opens or self._colon(cue) is not None:
            behind = self._behind(cue, sense)
            right = next((first for first, _ in self._text.mentions_from(*behind)), None)
            left = self._text.last_mention_end(start, cue.first)
            if right is not None and (left is None or right - cue.after < cue.first - left):
                return behind
        return self._before(cue, sense, start)

    def _dated(self, cue: Cue) -> Stretch | None:
        """The diagnosis right before a date, or with nothing but its place between: "fracture of the hip 2016"."""
        text = self._text
        for edge in range(cue.first, max(cue.first - SHORT_ITEM, 0), -1):
            mention = text.mention_up_to(edge)
            if mention is not None:
                return mention
            if text.words[edge - 1] in PUNCTUATION or edge in text.cue_to:
                return None
        return None

    def _is_set_off(self, cue: Cue) -> bool:
        """Whether a cue that ends its clause stands behind a name with a colon or a dash: "DVT - Doppler negative"."""
        text = self._text
        parted = text.is_word(cue.first - 1, ":") or text.is_word(cue.first - 1, "-")
        if not parted or text.mention_up_to(cue.first - 1) is None:
            return False
        end = text.clause_end(cue.after)
        joins = all("join" in roles(other) for other in text.cues_from(cue.after, end))
        return joins and text.says_nothing(cue.after, end)

    def _answers_in_a_form(self, cue: Cue) -> bool:
        """Whether a cue answers what is named before it, and the next question follows: "Colds : no Otitis : no"."""
        text = self._text
        if not text.is_word(cue.first - 1, ":") or text.mention_up_to(cue.first - 1) is None:
            return False
        return text.is_word(text.clause_end(cue.after), ":") and text.clause_end(cue.after) <= cue.after + NEAR

    def _named_before(self, cue: Cue, sense: Sense) -> Stretch | None:
        """The clause that names last what a pronoun stands for: "lupus was considered, but the biopsy excluded it"."""
        text = self._text
        low = text.sentence(cue.first).first
        if low and not text.mentioned(low, cue.first):
            low = text.sentence(low - 1).first
        end = text.last_mention_end(max(low, cue.first - FARTHEST), cue.first)
        if end is None:
            return None
        start = self.clause_start(end, sense)
        return self._list_start(start, end, sense), end

    def _belongs(self, result: int, start: int, directly: bool) -> bool:
        """Whether a result or a count is that of a diagnosis, not of the analyte named behind it: "gout, ECOG 0".

        directly: nothing may stand between; else a place may ("calcinosis of the hands: negative").
        """
        text = self._text
        end = text.last_mention_end(start, result)
        if end is None:  # it stands alone, and speaks of what is named right before
            end = text.last_mention_end(max(0, result - FARTHEST), result)
            return end is not None and text.says_nothing(end, result)
        if directly:
            return "," not in text.words[end:result] and text.says_nothing(end, result)
        return end in text.cue_from or text.says_nothing(end, min(end + 1, result))

    def _behind(self, cue: Cue, sense: Sense) -> Stretch:
        """Words behind a cue, as far as it reaches."""
        last = min(self._text.sentence(cue.first).after, cue.after + FARTHEST)
        colon = self._colon_of_offers(cue) if sense.reach == "offers" else self._colon(cue)
        begin = cue.after + self._text.is_word(cue.after, "-") if colon is None else colon + 1
        person = sense.reach in ("person", "kinsman")
        if sense.reach == "word":
            return begin, next((after for _, after in self._text.mentions_from(begin, begin + 1)), begin)
        if sense.reach == "lately":
            after = next((after for _, after in self._text.mentions_from(begin, begin + 1)), begin)
            return begin, after if any(map(is_date, self._text.words[after : after + NEAR])) else begin
        aside = sense.reach == "kinsman" and is_an_aside(self._text, cue)
        end = self._reached(begin, last, sense, person, aside)
        if sense.reach == "near" and not self._is_near(begin):
            return begin, begin
        if sense.reach == "dated" and not self._is_dated(cue, begin, end):
            return begin, begin
        return (cue.first if person else begin), end

    def _reached(self, begin: int, last: int, sense: Sense, person: bool, aside: bool) -> int:
        words, depths = self._text.words, self._text.depths
        depth = depths[begin - 1]
        index, commas, joined = begin, 0, False
        while index < last:
            word = words[index]
            cue = self._text.cue_from.get(index)
            if depths[index] < depth or (depths[index] == depth and self._stops(begin, index, cue, person)):
                break
            ends = word == ":" or (word == "-" and index + 1 in self._text.cue_from)
            if ends and sense.reach == "kinsman" and self._text.mentioned(begin, index):
                break
            if depths[index] > depth:
                index += 1
            elif word == "," and person and returns_to_the_patient(self._text, index + 1):
                break
            elif word == "," and aside and not self._text.mentioned(begin, index) and leads_on(self._text, index):
                index += 1
            elif word == "," and (not person or aside) and sense.reach not in _OF_CLAUSES:
                if joined or sense.assertion in _OF_ONE or not self._list_goes_on(index, last, commas):
                    break
                commas += 1
                index += 1
            elif word in sense.ends or self._names_the_bearer(begin, index, sense):
                break
            elif cue is not None:
                if joined and self._is_in_doubt(begin, index, cue, sense):
                    break
                joined = joined or "join" in roles(cue)
                index = cue.after
            else:
                index += 1
        return index

    def _is_in_doubt(self, begin: int, index: int, cue: Cue, sense: Sense) -> bool:
        """Whether a list of what is denied ends with what is only suspected: "no gout and features suggestive of"."""
        return (
            denies(sense)
            and any(other.assertion == "uncertain" and other.side == "before" for other in cue.senses)
            and self._text.mentioned(begin, index)
        )

    def _colon(self, cue: Cue) -> int | None:
        """The colon behind a cue that begins a clause or is in a heading: "Not present on admission:"."""
        first = self._text.sentence(cue.first).first
        if not self._text.follows_nothing(cue) and (cue.first - first > 2 or self._text.mentioned(first, cue.first)):
            return None
        for index in range(cue.after, min(cue.after + NEAR, len(self._text.words))):
            if self._text.words[index] == ":":
                inner = self._text.is_word(cue.first - 1, ",") and not self._text.says_nothing(cue.after, index)
                return None if inner or self._text.mentioned(cue.after, index) else index
            if self._text.words[index] in PUNCTUATION:
                break
        return None

    def _colon_of_offers(self, cue: Cue) -> int | None:
        """The colon behind what possible diseases are to explain: "DD leg ulcer: calciphylaxis, vasculitis"."""
        end = self._text.clause_end(cue.after)
        return end if self._text.is_word(end, ":") and end <= cue.after + 2 * NEAR else None

    def _is_near(self, begin: int) -> bool:
        return bool(self._text.mentions_from(begin, begin + NEAR))

    def _is_dated(self, cue: Cue, begin: int, end: int) -> bool:
        """Whether a time in the past stands behind a cue, or before it and the mention near: "in 1998 she had gout"."""
        if name_a_past_time(self._text.words[begin:end]):
            return True
        low = max(self._text.sentence(cue.first).first, cue.first - NEAR)
        return self._is_near(begin) and any(map(is_date, self._text.words[low : cue.first]))

    def _stops(self, begin: int, index: int, cue: Cue | None, person: bool) -> bool:
        """Whether a word ends what stands behind a cue, whatever else follows."""
        word = self._text.words[index]
        if word in PUNCTUATION and word not in ",()":
            return not (person and word in ":-¿")
        if cue is None:
            return False
        if person:
            return not _ONESELF.isdisjoint(roles(cue))
        return any(
            sense.assertion in _BORDERS
            and (sense.side != "behind" or self._text.mentioned(begin, index))
            and (sense.assertion != "own" or index > begin)
            for sense in cue.senses
        )

    def _names_the_bearer(self, begin: int, index: int, sense: Sense) -> bool:
        return (
            denies(sense)
            and self._text.words[index] in BEARERS
            and self._text.mentioned(begin, index)
            and bool(self._text.mentions_from(index + 1, index + 3))
        )

    def _list_goes_on(self, comma: int, last: int, commas: int) -> bool:
        """Whether a list goes on behind a comma: short items, and the last one joined by a conjunction."""
        if self._text.is_any(comma + 1, WITH):
            return False
        length = 0
        index = comma + 1
        while index < last:
            word = self._text.words[index]
            cue = self._text.cue_from.get(index)
            if word == ",":
                if length > SHORT_ITEM:
                    return False
                commas, length = commas + 1, 0
            elif word in PUNCTUATION:
                return False
            elif cue is not None:
                joins = {sense.side for sense in cue.senses if sense.assertion == "join"}
                if not joins:
                    return False
                return length <= SHORT_ITEM and ("or" in joins or ("along" not in joins and length + commas > 0))
            else:
                length += 1
            index += 1
        return False

    def _before(self, cue: Cue, sense: Sense, start: int) -> Stretch | None:
        """The clause before a cue; when it says nothing, the nearest earlier one with a diagnosis."""
        edge = cue.first
        if self._text.is_any(start - 1, RELATIVE) and start > 1 and self._text.says_nothing(start, edge):
            start = self.clause_start(start - 1, sense)
        if sense.reach == "label" and not self._text.is_labelled(start, edge):
            return None
        everything = sense.reach == "list" or self._text.has_role("all", start, edge)
        if sense.reach != "list" and not self._text.mentioned(start, edge):
            last = (
                sense.assertion == "settled"
                or self._text.ends_here(cue.after)
                or (sense.side != "last" and self._text.goes_on_with_nothing(cue.after))
            )
            alone = last and self._text.says_nothing(start, edge)
            found = self._earlier(start, sense) if alone and sense.reach != "chunk" else None
            if found is None or (
                denies(sense) and self._text.has_role("except", self._text.sentence(found[0]).first, found[1])
            ):
                return None
            start, edge = found
        elif self._is_excepted(sense, start, edge):
            return None
        if self._text.is_word(edge, "(") and edge < cue.first and not everything:
            ending = [first for first, after in self._text.mentions_from(start, edge) if after == edge]
            start = max(ending, default=start)
        farthest = start - FARTHEST
        while everything and start > farthest and self._text.is_word(start - 1, ","):
            start = self.clause_start(start - 1, sense)
        return self._list_start(start, edge, sense), edge

    def _is_excepted(self, sense: Sense, start: int, edge: int) -> bool:
        """Whether a denial, or "all has gone", is of all but what its clause names: "all but the rash has gone"."""
        border = self._text.cue_to.get(start)
        if border is None or "except" not in roles(border):
            return False
        return denies(sense) or (
            sense.assertion in PAST and self._text.has_role("all", self._text.sentence(start).first, edge)
        )

    def _earlier(self, start: int, sense: Sense) -> Stretch | None:
        """The nearest clause with a mention before the clause that begins at a word."""
        jumps, origin = 0, start
        if self._text.is_word(start - 1, ":"):
            asked = self.clause_start(start - 1, sense)
            if not self._text.mentioned(asked, start - 1) and not self._text.says_nothing(asked, start - 1):
                return None
        for _ in range(MOST_CROSSED):
            low = self._text.sentence(start).first if start < len(self._text.words) else start
            if start <= low:
                jumps += 1
                if jumps == 1 and (
                    self._text.has_role("own", start, origin) or not self._text.says_nothing(start, origin)
                ):
                    return None
                asked = self._text.is_word(start - 2, "?")
                if (sense.reach != "back" and not asked) or start == 0 or jumps > 2:
                    return None
                if jumps == 2 and not self._text.says_nothing(start, self._text.sentence(start).after):
                    return None
            cue = self._text.cue_to.get(start)
            edge = cue.first if cue is not None and start > low else start - 1
            while edge > 0 and self._text.words[edge - 1] in PUNCTUATION and self._text.words[edge - 1] not in STOPS:
                edge -= 1
            start = self.clause_start(edge, sense)
            if self._text.mentioned(start, edge):
                return start, edge
        return None

    def clause_start(self, edge: int, sense: Sense) -> int:
        """Where the clause begins that ends before a word."""
        if edge == 0:
            return 0
        depth = (
            self._text.depths[edge - 1]
            if edge == len(self._text.words)
            else min(self._text.depths[edge - 1 : edge + 1])
        )
        if self._text.words[edge - 1] == ")":
            depth = self._text.depths[edge - 1] - 1
        index = edge
        while index > max(0, edge - FARTHEST):
            before = index - 1
            if self._text.depths[before] < depth:
                break
            if self._text.depths[before] > depth:
                index = before
                continue
            word = self._text.words[before]
            cue = self._text.cue_to.get(index)
            if word in PUNCTUATION or word in sense.ends:
                break
            if cue is not None and self._parts(cue, sense) and not self._settles(sense, cue, edge):
                break
            index = cue.first if cue is not None else before
        return index

    def _parts(self, cue: Cue, sense: Sense) -> bool:
        """Whether a cue ends what another one speaks of: a border, or a cue that speaks of the same words otherwise."""
        return any(
            (other.assertion in _BORDERS and other.side != "behind")
            or (
                other.assertion in _RIVALS
                and other.assertion != sense.assertion
                and not (other.assertion in PAST and sense.assertion in PAST)
                and other.side in ("after", "either")
                and other.reach != "word"
            )
            for other in cue.senses
        )

    def _settles(self, sense: Sense, cue: Cue, edge: int) -> bool:
        """Whether a denial follows on the doubt that it settles: "were considered and excluded"."""
        return (
            (denies(sense) or sense.assertion in ("settled", "confirmed"))
            and all(other.assertion in ("uncertain", "present") for other in cue.senses)
            and not self._text.mentioned(cue.after, edge)
            and not any(word in PUNCTUATION for word in self._text.words[cue.after : edge])
        )

    def _settles_another(self, cue: Cue) -> bool:
        """Whether what is confirmed stands behind: "suspected lupus and confirmed gout"."""
        return not self._text.is_any(cue.after, MEANS) and bool(self._text.mentions_from(cue.after, cue.after + 2))

    def _list_start(self, start: int, edge: int, sense: Sense) -> int:
        """Where the list begins whose last items stand in a clause: "A, B and C ruled out"."""
        joined = self._text.has_role("join", start, edge)
        farthest = start - FARTHEST
        while (
            joined
            and start > farthest
            and sense.assertion in ("negated", "uncertain")
            and self._text.is_word(start - 1, ",")
        ):
            before = self.clause_start(start - 1, sense)
            cues = bool(self._text.cues_from(before, start))
            if cues or start - 1 - before > SHORT_ITEM or not self._text.mentioned(before, start - 1):
                break
            start = before
        return start

    def _of_named_kinsman(self, cue: Cue, sense: Sense) -> Stretch | None:
        """ "Scleroderma (mother)", "scleroderma: mother": what stands before, when a relative stands alone."""
        if cue.first and self._text.words[cue.first - 1] in (":", "-", "("):
            return self._earlier(cue.first, sense)
        return None
