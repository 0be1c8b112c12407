"""Finding the concepts that a piece of text names: exact, in another order, abbreviated, described or misspelt."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

from matcher.linking import stretches
from matcher.linking.abbreviations import ABBREVIATION, IN_DOUBT, abbreviated, rarely_abbreviated
from matcher.linking.clipped_words import ClippedWords
from matcher.linking.cognates import ORDINARY, Cognates
from matcher.linking.coordination import coordinated, slashed, with_suspended_words
from matcher.linking.descriptions import LIKELY, Descriptions
from matcher.linking.links import EntityLink, chosen_of, is_denied
from matcher.linking.misspellings import Misspellings
from matcher.linking.shorthand import shortened_names
from matcher.linking.stretches import asides, borders, is_crossed, list_items, open_runs, part_numbers, typed_word
from matcher.terminology import Kind, NameKind, Terminology
from matcher.text.language import is_filler
from matcher.text.lexical_filters import QUALIFIERS, SAYS_NOTHING, affixes, is_another_thing, says_something
from matcher.text.normalise import STOPWORDS, TYPE_WORDS, Token, content_indices, loose_key, phrase_key, tokens

LONGEST_BAG = 6
SHORTEST_OF_BAG = 4
"""Letters of the longest word of a name that stands in another order: "4 mL" is no ML IV."""
"""Content words of a name that is looked for in another order."""
DENYING_WITH_NON = ("it", "fr")
"""Languages that deny with the word "non"."""
PREFIX_WORDS = frozenset({"non", "anti", "pseudo", "pre"})
"""Words that make another thing of the name that they are hyphened to."""
CUT_SHORT = 0.93
"""How sure a name with words cut short is."""
DESCRIBED = 0.85
"""How sure a description in plain words is."""
COGNATE, COGNATE_ALONE = 0.92, 0.88
"""How sure a name in another language is, by words that are like the English ones; of one word."""
SHORTENED = 0.93
LONGEST_LOOSE = 7
AND = frozenset({"and", "or", "et", "ou", "und", "oder", "ed"})
"""Words that names in another order do not cross, unless they have one of them."""
COMMON, COMMON_ALONE = 4.0, 3.3
"""Zipf frequency of a word that alone tells no disease in another order, and none in another form."""
WIDE_HEAD = 100
"""A one-word name with more concepts below it is a heading."""


def clean_tokens(text: str) -> list[Token]:
    """Tokens of a text without "type" before a number."""
    found = tokens(text)
    return [
        token
        for token_index, token in enumerate(found)
        if not (token.text in TYPE_WORDS and token_index + 1 < len(found) and found[token_index + 1].text[0].isdigit())
    ]


class EntityLinker:
    """Maps text onto the concepts of a terminology."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self.concepts_of = lru_cache(maxsize=50_000)(self._concepts_of)
        self.misspellings = Misspellings(terminology)
        self.clipped_words = ClippedWords(terminology)
        self.descriptions = Descriptions(terminology)
        self.cognates = Cognates(terminology)

    @cached_property
    def _first_words(self) -> frozenset[str]:
        """Words that names of several words begin with."""
        return frozenset(start.partition(" ")[0] for start in self.terminology.starts)

    def _concepts_of(self, name_index: int) -> tuple[tuple[int, ...], bool]:
        """Concepts of a name, and whether it is only a broad word for them."""
        found = self.terminology.concepts_of_key(name_index)
        best = found[0][1]
        return tuple(concept for concept, kind in found if kind <= max(best, NameKind.SYNONYM)), best is NameKind.BROAD

    def completed(self, text: str, found: Sequence[Token]) -> list[Token]:
        """The tokens of a clause with those completed that end in a hyphen (see `with_suspended_words`)."""
        return with_suspended_words(text, found, self.terminology.key_index)

    def scan(
        self, text: str, found: Sequence[Token], misspelt: bool = True, patterns: bool = True, language: str = ""
    ) -> list[EntityLink]:
        """All non-overlapping hits in a clause, longest names first.

        misspelt: look for misspelt names too. patterns: look for descriptions in plain words and for shortened names
        too (charts, not trials). language: of the text that the clause is part of, empty where it is not known.
        """
        candidates = self._candidates(text, found, patterns, language)
        typed = [typed_word(text, token) for token in found]
        if misspelt:
            candidates = self._with_misspelt(text, found, typed, candidates, language)
        chosen = chosen_of(candidates)
        if patterns:
            chosen = self._without_heads_of_unknown_names(text, found, chosen)
            words = [token.text for token in found]
            parts = part_numbers(len(words), borders(text, found, ",;:()[]"))
            owners = {token_index: hit.concepts[0] for hit in chosen for token_index in range(hit.start, hit.end)}
            chosen = [self._at_site(hit, words, parts, owners) for hit in chosen]
            for start, end, concept, rule in self.descriptions.find(words, typed, parts, owners):
                chosen.append(EntityLink(start, end, (concept,), rule, DESCRIBED, rule == LIKELY))
            chosen.sort()
        return chosen

    def readings_of_term(self, text: str, found: Sequence[Token]) -> Iterator[list[EntityLink]]:
        """The hits in a trial's condition or keyword, then those with misspelt names too. What is a name as a whole
        is not searched for others.
        """
        words = [token.text for token in found]
        name_index = self.terminology.key_index.get(phrase_key(words))
        if name_index is not None and (len(words) > 1 or says_something(words[0])):
            concepts, broad = self.concepts_of(name_index)
            if not broad:
                yield [EntityLink(0, len(words), concepts, "exact", 1.0)]
                return
        candidates = self._candidates(text, found, patterns=False, language="")
        yield chosen_of(candidates)
        typed = [typed_word(text, token) for token in found]
        yield chosen_of(self._with_misspelt(text, found, typed, candidates, language=""))

    def _candidates(self, text: str, found: Sequence[Token], patterns: bool, language: str) -> list[EntityLink]:
        """Hits in a clause that may overlap, without misspelt names (see `scan`)."""
        candidates = list(self._exact(found))
        candidates += self._reordered(text, found)
        candidates += self._around_brackets(text, found)
        candidates += self._coordinated(text, found)
        candidates += self._joined(found)
        candidates += self._abbreviated(text, found, language, patterns)
        candidates += self._foreign(text, found, language)
        if patterns:
            candidates += self._cut_short(text, found, language)
            candidates += self._shortened(text, found, candidates)
        candidates = [
            self._of_stated_type(found, hit)
            for hit in candidates
            if not self._reversed(text, found, hit.start, language)
        ]
        if any(hit.rule == "word order" for hit in candidates):
            typed = [typed_word(text, token) for token in found]
            candidates = [hit for hit in candidates if hit.rule != "word order" or not is_denied(typed, hit)]
        if "," in text:
            candidates = list(self._untorn(found, candidates, sorted(borders(text, found, ","))))
        return [*candidates, *self._whole(found, chosen_of(candidates))]

    def _with_misspelt(
        self,
        text: str,
        found: Sequence[Token],
        typed: Sequence[str],
        candidates: Sequence[EntityLink],
        language: str,
    ) -> list[EntityLink]:
        misspellings = self._misspelt(text, found, typed, chosen_of(candidates), language)
        return [*candidates, *(hit for hit in misspellings if not is_denied(typed, hit))]

    def _untorn(
        self, found: Sequence[Token], candidates: Sequence[EntityLink], commas: Sequence[int]
    ) -> Iterable[EntityLink]:
        """Hits without those that take over a comma what belongs to the next item: the beginning of a longer name there
        ("pseudohypoparathyroidism, type 2 diabetes") or, behind the end of one here, the whole of it ("generalized
        scleroderma, systemic sclerosis"), or words in another order that are no name turned round.

        commas: indices of the tokens behind one, in order.
        """
        farthest: dict[int, int] = {}
        earliest: dict[int, int] = {}
        for hit in candidates:
            farthest[hit.start] = max(hit.end, farthest.get(hit.start, 0))
            earliest[hit.end] = min(hit.start, earliest.get(hit.end, hit.start))
        edges = {0, *commas, len(found)}
        names = {(hit.start, hit.end) for hit in candidates if hit.rule != "word order"}
        for hit in candidates:
            inner = commas[bisect_right(commas, hit.start) : bisect_left(commas, hit.end)]
            reordered = bool(inner) and hit.rule == "word order"
            if not (reordered and not stretches.is_inverted([hit.start, *inner, hit.end], edges, names)) and not any(
                farthest.get(comma, 0) >= hit.end + (earliest.get(comma, hit.start) >= hit.start) for comma in inner
            ):
                yield hit
            elif not reordered:
                before = self._exact(found[hit.start : inner[0]])
                yield from (
                    other._replace(start=hit.start, end=hit.start + other.end) for other in before if other.start == 0
                )

    def _at_site(
        self, hit: EntityLink, words: Sequence[str], parts: Sequence[int], owners: dict[int, int]
    ) -> EntityLink:
        """A deposit named generically as the one of the site that stands beside it."""
        concept = self.descriptions.at_site(hit.concepts[0], hit.start, hit.end, words, parts, owners)
        return hit if concept is None else hit._replace(concepts=(concept, *hit.concepts))

    def _reversed(self, text: str, found: Sequence[Token], start: int, language: str) -> bool:
        """Whether a hyphenated prefix or unknown word before a name makes it another thing: non-hematologic,
        pre-eclampsia, pseudohajdu-cheney syndrome.
        """
        if not start:
            return False
        before = found[start - 1]
        if before.text in PREFIX_WORDS:
            if language in DENYING_WITH_NON and text[before.end : found[start].start].isspace():
                return False
            return found[start].start - before.end <= 1
        unknown = len(before.text) > 3 and before.text.isalpha() and before.text not in self.terminology.word_set
        return unknown and bool(affixes(before.text)) and text[before.end : found[start].start] == "-"

    def _of_stated_type(self, found: Sequence[Token], hit: EntityLink) -> EntityLink:
        """A hit without those of its concepts that are another type than the number behind it says:
        neurofibromatosis 5 is not type 1.
        """
        if hit.end == len(found) or not found[hit.end].text[0].isdigit():
            return hit
        words = [token.text for token in found[hit.start : hit.end]]
        rest = tuple(concept for concept in hit.concepts if not self._has_type(concept, words))
        return hit._replace(concepts=rest) if rest else hit

    def _has_type(self, concept: int, words: Sequence[str]) -> bool:
        """Whether a concept is called like the words with a type number behind them."""
        label = [token.text for token in clean_tokens(self.terminology.labels[concept])]
        return label[:-1] == list(words) and label[-1][0].isdigit()

    def _exact(self, found: Sequence[Token]) -> Iterable[EntityLink]:
        index, starts = self.terminology.key_index, self.terminology.starts
        words = [token.text for token in found]
        size = len(words)
        for start in range(size):
            longest = starts.get(f"{words[start]} {words[start + 1]}", 1) if start + 1 < size else 1
            for length in range(min(longest, size - start), 0, -1):
                name_index = index.get(" ".join(words[start : start + length]) if length > 1 else words[start])
                if name_index is None:
                    continue
                if length == 1 and (
                    not says_something(words[start]) or is_another_thing(words[start], words[start + 1 : start + 2])
                ):
                    continue
                concepts, broad = self.concepts_of(name_index)
                yield EntityLink(start, start + length, concepts, "exact", 0.95 if broad else 1.0)
                break

    def _reordered(self, text: str, found: Sequence[Token]) -> Iterable[EntityLink]:
        """Names whose words stand in another order; brackets and words such as "with" are not crossed."""
        content = content_indices([token.text for token in found])
        words = [found[token_index].text for token_index in content]
        bags = self.terminology.bag_index
        for first in range(len(content)):
            for last in range(first + 2, min(first + LONGEST_BAG, len(content)) + 1):
                bag = " ".join(sorted(set(words[first:last])))
                if bag not in bags or not self._tell_a_disease(words[first:last], COMMON):
                    continue
                if not is_crossed(text, found[content[first] : content[last - 1] + 1]):
                    concepts: list[int] = []
                    joined = any(token.text in AND for token in found[content[first] : content[last - 1] + 1])
                    for name_index in self.terminology.keys_of_bag(bag):
                        if joined and AND.isdisjoint(self.terminology.keys[name_index].split(" ")):
                            continue  # "son and daughter" are not the daughter's son
                        concepts += [concept for concept in self.concepts_of(name_index)[0] if concept not in concepts]
                    if concepts:
                        yield EntityLink(content[first], content[last - 1] + 1, tuple(concepts), "word order", 0.97)

    def _around_brackets(self, text: str, found: Sequence[Token]) -> Iterable[EntityLink]:
        """Names with another word for one of theirs in brackets: "fibrodysplasia (myositis) ossificans"."""
        if "(" not in text:
            return
        for first, after in asides(text, found):
            if any(self.terminology.kind(hit.concepts[0]) is Kind.FINDING for hit in self._exact(found[first:after])):
                continue  # "limited (calcinosis) scleroderma" names both
            for hit in self._exact([*found[:first], *found[after:]]):
                if hit.start < first < hit.end:
                    yield hit._replace(end=hit.end + after - first, rule="word order", score=0.97)

    def _coordinated(self, text: str, found: Sequence[Token]) -> Iterable[EntityLink]:
        """Names that share a word with another one."""
        words = [token.text for token in found]
        for token_index in range(len(words)):
            for start, end, name_index in coordinated(words, token_index, self.terminology.key_index):
                yield EntityLink(start, end, self.concepts_of(name_index)[0], "exact", 0.95)
        if "/" in text:
            for start, end, name_index in slashed(text, found, self.terminology.key_index):
                yield EntityLink(start, end, self.concepts_of(name_index)[0], "exact", 0.95)

    def _joined(self, found: Sequence[Token]) -> Iterable[EntityLink]:
        """ "pseudo hypoparathyroidism": two words that are one name."""
        index = self.terminology.key_index
        for token_index in range(len(found) - 1):
            first, second = found[token_index].text, found[token_index + 1].text
            if len(first) < 3 or len(second) < 4:
                continue
            for length in (3, 2):
                rest = [token.text for token in found[token_index + 2 : token_index + length]]
                name_index = index.get(" ".join([first + second, *rest]))
                if name_index is not None and token_index + length <= len(found):
                    yield EntityLink(token_index, token_index + length, self.concepts_of(name_index)[0], "exact", 0.97)
                    break

    def _abbreviated(self, text: str, found: Sequence[Token], language: str, chart: bool) -> Iterable[EntityLink]:
        for start, end, meanings, rule in abbreviated(self.terminology, text, found, language, chart):
            yield EntityLink(start, end, meanings, rule, 0.95, rule in IN_DOUBT or len(meanings) > 1)
        for start, end, meanings, rule in rarely_abbreviated(self.terminology, text, found, chart):
            yield EntityLink(start, end, meanings, rule, 0.95, rule in IN_DOUBT or len(meanings) > 1)

    def _cut_short(self, text: str, found: Sequence[Token], language: str) -> Iterable[EntityLink]:
        """Names with words that a full stop cuts short, where they can only mean one concept."""
        for start, end, name_indices in self.clipped_words.find(text, found, language):
            concepts = {self.concepts_of(name_index)[0][0] for name_index in name_indices}
            if len(concepts) == 1:
                yield EntityLink(start, end, tuple(concepts), "cut short", CUT_SHORT)

    def _misspelt(
        self, text: str, found: Sequence[Token], typed: Sequence[str], chosen: Sequence[EntityLink], language: str
    ) -> Iterable[EntityLink]:
        """Misspelt names in what is not explained, and those that a short clause or a list item is as a whole."""
        words = [token.text for token in found]
        covered = {token_index for hit in chosen for token_index in range(hit.start, hit.end)}
        corrections = list(self.misspellings.words(typed, words, covered, language))
        stretches = [(0, len(words)), *list_items(text, found), *open_runs(found, covered)]
        short = {token_index for hit in chosen if hit.rule == ABBREVIATION for token_index in range(hit.start, hit.end)}
        corrections += self.misspellings.phrases(typed, words, stretches, short, not chosen, language)
        for start, end, name_index, _, score, rivals in corrections:
            concepts = self.concepts_of(name_index)[0]
            others = tuple(self.concepts_of(rival)[0][0] for rival in rivals)
            others = tuple(dict.fromkeys(concept for concept in others if concept not in concepts))
            yield EntityLink(
                start, end, (*concepts[:1], *others) if others else concepts, "misspelt", score, bool(others)
            )

    def _foreign(self, text: str, found: Sequence[Token], language: str) -> Iterable[EntityLink]:
        """Names in other languages by their English words."""
        for start, end, name_index, alone in self.cognates.find(text, found, language):
            yield EntityLink(
                start, end, self.concepts_of(name_index)[0], "cognate", COGNATE_ALONE if alone else COGNATE
            )

    def _shortened(self, text: str, found: Sequence[Token], candidates: Iterable[EntityLink]) -> list[EntityLink]:
        """Names that stand shortened."""
        short = {
            (hit.start, hit.end): hit.concepts for hit in candidates if hit.rule == ABBREVIATION or hit.rule in IN_DOUBT
        }
        names = shortened_names(self.terminology, text, found, short)
        return [
            EntityLink(start, end, self.concepts_of(name_index)[0], "shortened", SHORTENED)
            for start, end, name_index in names
        ]

    def _whole(self, found: Sequence[Token], chosen: Sequence[EntityLink]) -> Iterable[EntityLink]:
        """A short phrase that no name covers whole, by what its words are about (see `loose_key`)."""
        if len(found) > LONGEST_LOOSE or (len(chosen) == 1 and chosen[0].end - chosen[0].start == len(found)):
            return
        words = [token.text for token in found]
        spans = [(start, len(words)) for start in range(len(words))] + [(0, end) for end in range(1, len(words))]
        for start, end in spans:
            if (start, end) != (0, len(words)) and any(word not in QUALIFIERS for word in words[:start] + words[end:]):
                continue
            part = words[start:end]
            if (
                part[0] in STOPWORDS
                or part[-1] in STOPWORDS
                or not self._tell_a_disease(part, COMMON_ALONE if len(part) == 1 else COMMON)
            ):
                continue
            name_indices = self.terminology.keys_of_bag(f"~ {loose_key(part)}")
            head = "infection" if part[-1] == "virus" else "" if chosen else "disease"  # "Alzheimer" alone
            if not name_indices and head:
                name_indices = self.terminology.keys_of_bag(f"~ {loose_key([*part, head])}")
            if name_indices:
                yield EntityLink(start, end, self.concepts_of(name_indices[0])[0], "word forms", 0.9)
                return

    def _tell_a_disease(self, words: Sequence[str], common: float) -> bool:
        """Whether words in another order or form can tell a disease: two that say which one, or one that is a name
        itself or met less often than the Zipf frequency stated. "Syndrome in adults" is no ADULT syndrome.
        """
        telling = [word for word in words if _says_which(word)]
        if max(map(len, words)) < SHORTEST_OF_BAG:
            return False
        if len(telling) != 1:
            return bool(telling)
        word = telling[0]
        return word in self.terminology.key_index or self.terminology.ordinary_words.commonest(word) < common

    def without_wide_heads(self, found: Sequence[Token], hits: list[EntityLink]) -> list[EntityLink]:
        """Hits of a term without a lone wide word of it: "Helicobacter pylori infection" is not "infection"."""
        content = sum(map(_tells, found))
        covered = sum(_tells(token) for hit in hits for token in found[hit.start : hit.end])
        if covered >= content:
            return hits
        counts = self.terminology.descendants
        return [hit for hit in hits if hit.end - hit.start > 1 or int(counts[hit.concepts[0]]) <= WIDE_HEAD]

    def _without_heads_of_unknown_names(
        self, text: str, found: Sequence[Token], chosen: list[EntityLink]
    ) -> list[EntityLink]:
        """Hits without a lone wide word behind one that says which it is: "steroid myopathy" is not "myopathy"."""
        counts = self.terminology.descendants
        covered = {token_index for hit in chosen for token_index in range(hit.start, hit.end)}

        def names_a_kind(token: Token) -> bool:
            word = token.text
            return len(word) > 3 and word in self._first_words and _tells(token) and not is_filler(word)

        def is_head(hit: EntityLink) -> bool:
            before = hit.start - 1
            if hit.end - hit.start > 1 or before < 0 or before in covered or not names_a_kind(found[before]):
                return False
            apart = not text[found[before].end : found[hit.start].start].isspace()
            concept = hit.concepts[0]
            return not apart and int(counts[concept]) > WIDE_HEAD and self.terminology.kind(concept) is Kind.DISEASE

        return [hit for hit in chosen if not is_head(hit)]

    def near_misses(self, text: str, limit: int = 3) -> list[int]:
        """Concepts whose names look most alike, for "did you mean"."""
        words = [token.text for token in clean_tokens(text) if token.text not in STOPWORDS]
        if not words or len(words) > 8:
            return []
        key = phrase_key(words)
        if len(words) == 1 and self.terminology.ordinary_words.commonest(words[0]) >= ORDINARY:
            spelt = self.terminology.abbreviations.get(words[0].upper())
            if spelt:
                return list(spelt[:limit])
            headed = self.terminology.keys_of_bag(f"~ {loose_key([*words, 'disease'])}")  # "Wilson"
            return [self.concepts_of(name_index)[0][0] for name_index in headed[:1]]
        found: list[int] = []
        from rapidfuzz import fuzz

        index = self.terminology.key_grams
        ranked = sorted(index.nearest(key, 30), key=lambda name_index: -fuzz.ratio(key, index.strings[name_index]))
        for name_index in ranked:
            if fuzz.ratio(key, index.strings[name_index]) < 70:
                break
            concept = self.concepts_of(name_index)[0][0]
            if concept not in found:
                found.append(concept)
        return found[:limit]


def _tells(token: Token) -> bool:
    """Whether a word says which disease it is."""
    return _says_which(token.text)


def _says_which(word: str) -> bool:
    return word not in STOPWORDS and word not in SAYS_NOTHING and word not in QUALIFIERS
