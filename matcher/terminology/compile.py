"""Merging vocabularies into one set of concepts with lookup tables."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from matcher.terminology import curated as curated_table
from matcher.terminology import hierarchy
from matcher.terminology.compiled import Tables, Terminology
from matcher.terminology.hierarchy import Claim
from matcher.terminology.merging import is_abbreviation, merged
from matcher.terminology.model import ANY_LANGUAGE, NameKind, NameRow, Vocabulary
from matcher.terminology.trigrams import NGramIndex
from matcher.text import ordinary_words
from matcher.text.normalise import bag_key, loose_key, name_words, phrase_key, sound

LONGEST_NAME_WORDS = 12
"""Longer names are definitions; nobody types them."""
_SHORTEST_SHARED = 4
"""Letters of an abbreviation of one language that counts in the others too: EMA and PAC mean much else elsewhere."""
_SEVERAL = 4
"""Concepts from whose names on a word is general."""
_SHORT_WORD = 5
"""Letters up to which a lone synonym in small letters may be an abbreviation ("caped", "cello")."""


def _csr(groups: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    pointers = np.zeros(len(groups) + 1, dtype=np.int32)
    np.cumsum([len(group) for group in groups], out=pointers[1:])
    flat = np.fromiter((item for group in groups for item in group), dtype=np.int32, count=int(pointers[-1]))
    return pointers, flat


def compile_terminology(vocabularies: Sequence[Vocabulary], version: str) -> Terminology:
    """Merge vocabularies (the earlier ones win) and build all lookup tables; some 20 s for 200,000 names."""
    texts = {row.label for v in vocabularies for row in v.concepts} | {
        row.name for v in vocabularies for row in v.names
    }
    words_of = {text: name_words(text) for text in texts}
    clusters = merged(vocabularies, words_of)
    roots: dict[str, int] = {}
    ids: list[str] = []
    labels: list[str] = []
    kinds: list[int] = []
    members: list[list[str]] = []
    for vocabulary in vocabularies:
        for concept in vocabulary.concepts:
            root = clusters.root(concept.id)
            place = roots.get(root)
            if place is None:
                roots[root] = len(ids)
                ids.append(concept.id)
                labels.append(concept.label)
                kinds.append(int(concept.kind))
                members.append([concept.id])
            else:
                members[place].append(concept.id)
    place_of = {identifier: roots[clusters.root(identifier)] for identifier in clusters}
    names = _names(vocabularies, place_of, words_of)
    curated = frozenset(place_of[row.id] for vocabulary in vocabularies[:1] for row in vocabulary.concepts)
    tree = hierarchy.Concepts(labels, kinds, members, names.keys, curated, _detailed(vocabularies, place_of))
    edges, sources = hierarchy.edges(vocabularies, place_of, tree, words_of)
    codes = _codes(vocabularies, place_of)
    arrays = _name_arrays(names) | hierarchy.arrays(edges, len(ids)) | ordinary_words.build()
    keys = list(names.keys)
    words = sorted({word for key in keys for word in key.split(" ") if len(word) > 3 and not word[0].isdigit()})
    foreign = [word for word in words if word not in names.english_words]
    sounds = [sound(word) if word in names.english_words else "" for word in words]
    for label, strings in (("key", keys), ("word", words)):
        arrays |= {f"{label}_gram_{name}": array for name, array in NGramIndex.build(strings).arrays.items()}
    arrays["descendants"] = hierarchy.descendant_counts(edges, tree.detailed, len(ids))
    starts: dict[str, int] = {}
    for key in keys:
        parts = key.split(" ")
        if len(parts) > 1:
            start = f"{parts[0]} {parts[1]}"
            starts[start] = max(starts.get(start, 0), len(parts))
    bags = list(names.bags)
    arrays["bag_pointers"], arrays["bag_keys"] = _csr([names.bags[bag] for bag in bags])
    tables = Tables(
        version, tuple(v.info for v in vocabularies), ids, labels, kinds, members, keys, bags, words, foreign, sounds,
        starts, names.abbreviations, names.local_abbreviations, names.rare_abbreviations, codes, names.patterns,
        sources, sorted(arrays),
    )  # fmt: skip
    return Terminology(tables, arrays)


def _detailed(vocabularies: Sequence[Vocabulary], place_of: dict[str, int]) -> frozenset[int]:
    """Concepts that only ICD-10-CM or a supplementary vocabulary tells apart."""
    plain = {
        place_of[row.id]
        for vocabulary in vocabularies
        if not vocabulary.is_supplementary
        for row in vocabulary.concepts
        if not row.id.startswith("ICD10CM:")
    }
    return frozenset(place_of.values()) - plain


def _codes(vocabularies: Sequence[Vocabulary], place_of: dict[str, int]) -> dict[str, list[int]]:
    """Concepts of each code, as the first vocabulary says that knows it; the curated table first, then the one whose
    concept the code is.
    """
    codes: dict[str, list[int]] = {}
    for rank, vocabulary in sorted(enumerate(vocabularies), key=lambda item: item[1].is_loaded):
        own: dict[str, list[int]] = defaultdict(list)
        for row in vocabulary.codes:
            is_open = row.code not in codes and (not rank or row.code not in place_of)
            if is_open and row.id in place_of and place_of[row.id] not in own[row.code]:
                own[row.code].append(place_of[row.id])
        codes |= {code: concepts for code, concepts in own.items() if concepts}
    return codes


_WIDE_WORD = Claim(False, int(NameKind.BROAD), 0)
"""The curated table says that it is a wide word."""


class _Names:
    def __init__(self) -> None:
        self.keys: dict[str, dict[int, Claim]] = {}
        self.bags: dict[str, list[int]] = {}
        self.abbreviations: dict[str, list[int]] = {}
        self.rare_abbreviations: dict[str, list[int]] = {}
        self.local_abbreviations: dict[str, dict[str, list[int]]] = {}
        self.patterns: list[tuple[int, list[list[str]], str]] = []
        self.english_words: set[str] = set()


def _names(vocabularies: Sequence[Vocabulary], place_of: dict[str, int], words_of: dict[str, list[str]]) -> _Names:
    names = _Names()
    general = _general_words(vocabularies, words_of)
    everyday = curated_table.everyday_names()
    settled: frozenset[str] = frozenset()
    for rank, vocabulary in enumerate(vocabularies):
        if vocabulary.is_loaded and not settled:
            settled = frozenset(names.keys)  # what is built in says what these mean
        labels = (NameRow(row.id, row.label, NameKind.LABEL) for row in vocabulary.concepts)
        curated = rank == 0
        for row in (*vocabulary.names, *labels):
            if row.id not in place_of:
                continue
            concept = place_of[row.id]
            if row.kind is NameKind.WORDS:
                sets = [
                    sorted({" ".join(name_words(word)) for word in part.split("|")}) for part in row.name.split(" ")
                ]
                names.patterns.append((concept, sets, row.language))
                continue
            if row.kind is NameKind.ABBREVIATION or (not curated and _may_be_abbreviation(row, vocabulary)):
                spelt = row.name if not row.name.islower() else row.name.upper()
                if vocabulary.is_supplementary:
                    held = names.rare_abbreviations.setdefault(spelt, [])
                elif row.language == "en":
                    held = names.abbreviations.setdefault(spelt, [])
                else:
                    held = names.local_abbreviations.setdefault(row.language, {}).setdefault(spelt, [])
                if concept not in held:
                    held.append(concept)
                continue
            words = words_of[row.name]
            if not words or len(words) > LONGEST_NAME_WORDS:
                continue
            is_lone = len(words) == 1 and vocabulary.is_supplementary and row.kind is not NameKind.LABEL
            if is_lone and words[0] in general:
                continue
            key = phrase_key(words)
            if key in everyday and not curated:
                continue
            if vocabulary.is_loaded and key in settled and concept not in names.keys[key]:
                continue
            if row.language == "en":
                names.english_words.update(words)
            kind = int(row.kind) if rank else min(int(row.kind), NameKind.SYNONYM)
            claim = Claim(vocabulary.is_supplementary, kind, rank)
            if curated and row.kind is NameKind.BROAD:
                claim = _WIDE_WORD
            held_key = names.keys.setdefault(key, {})
            if held_key.get(concept) != _WIDE_WORD:
                held_key[concept] = min(claim, held_key.get(concept, claim))
    _share_abbreviations(names)
    for place, key in enumerate(names.keys):
        bag = bag_key(key.split(" "))
        if bag:
            names.bags.setdefault(bag, []).append(place)
    _share_curated(names)
    loose: dict[str, list[int]] = {}
    keys = list(names.keys)
    for place, key in enumerate(keys):
        found = loose_key(key.split(" "))
        if found:
            loose.setdefault(found, []).append(place)
    best = list(names.keys.values())
    for found, places in loose.items():
        # Under a mark of its own among the bags; only where one concept has the better claim to the names that meet.
        claims: dict[int, Claim] = {}
        for place in places:
            concept = min(best[place], key=best[place].__getitem__)
            claims[concept] = min(best[place][concept], claims.get(concept, best[place][concept]))
        first, *others = sorted(claims.items(), key=lambda item: item[1])
        if all(order > first[1] for _, order in others):
            names.bags[f"~ {found}"] = sorted(places, key=lambda place: first[0] not in best[place])
    return names


def _general_words(vocabularies: Sequence[Vocabulary], words_of: dict[str, list[str]]) -> frozenset[str]:
    """Words in the names of several concepts, which alone are none of them ("calcification", "amyloid")."""
    held: dict[str, set[str]] = defaultdict(set)
    for vocabulary in vocabularies:
        if vocabulary.is_supplementary or vocabulary.is_loaded:
            continue
        for row in vocabulary.names:
            words = words_of[row.name]
            if len(words) > 1:
                for word in words:
                    held[word].add(row.id)
    return frozenset(word for word, concepts in held.items() if len(concepts) >= _SEVERAL)


def _may_be_abbreviation(row: NameRow, vocabulary: Vocabulary) -> bool:
    if row.kind is NameKind.LABEL:
        return vocabulary.is_supplementary and row.name.isupper() and is_abbreviation(row.name)
    is_short_word = " " not in row.name and len(row.name) <= _SHORT_WORD and vocabulary.is_supplementary
    return is_short_word or is_abbreviation(row.name)


def _share_abbreviations(names: _Names) -> None:
    """Abbreviations of one language count in every text unless they mean something else there; what is no disease in
    most texts of a language stands there without one.
    """
    for language in sorted(names.local_abbreviations):
        for spelt, concepts in names.local_abbreviations[language].items():
            if len(spelt) < _SHORTEST_SHARED:
                continue
            held = names.abbreviations.setdefault(spelt, concepts)
            if held is not concepts and language == ANY_LANGUAGE:
                held += [concept for concept in concepts if concept not in held]
    for language, spelt in curated_table.other_senses():
        names.local_abbreviations.setdefault(language, {}).setdefault(spelt, [])


def _share_curated(names: _Names) -> None:
    """What the curated table says of a name holds for the same words in any order, before what others say."""
    keys = list(names.keys.values())
    for places in names.bags.values():
        if len(places) < 2:
            continue
        curated = {concept: claim for place in places for concept, claim in keys[place].items() if claim.rank == 0}
        for place in places:
            for concept, claim in curated.items():
                keys[place][concept] = min(claim, keys[place].get(concept, claim))


def _name_arrays(names: _Names) -> dict[str, np.ndarray]:
    concepts: list[list[int]] = []
    kinds: list[list[int]] = []
    for held in names.keys.values():
        # what the curated table says of a name comes before what any other vocabulary says
        order = sorted(held, key=lambda concept: (held[concept].rank > 0, held[concept], concept))
        concepts.append(order)
        kinds.append([held[concept].kind for concept in order])
    pointers, flat = _csr(concepts)
    return {"key_pointers": pointers, "key_concepts": flat, "key_kinds": _csr(kinds)[1]}
