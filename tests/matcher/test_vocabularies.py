"""How vocabularies go together: what is one concept, whose word counts, and which edges hold."""

from pathlib import Path

import pytest

from matcher.linking.linker import EntityLinker, clean_tokens
from matcher.terminology import Kind, NameKind, Relation, Terminology, default, store
from matcher.terminology.compile import compile_terminology
from matcher.terminology.model import (
    CodeRow,
    ConceptRow,
    EdgeRow,
    NameRow,
    UnknownVocabularyError,
    Vocabulary,
    VocabularyInfo,
)
from matcher.text.normalise import name_words, phrase_key

INFO = VocabularyInfo("example", "1", "CC0 1.0", "https://example.org")
CURATED = Vocabulary(INFO, (ConceptRow("OWN:1", "motor ailment"),), (NameRow("OWN:1", "nerve ailment"),))


def vocabulary(
    *concepts: tuple[str, str], names: tuple[tuple[str, str], ...] = (), is_supplementary: bool = False, **rows: object
) -> Vocabulary:
    """A vocabulary of diseases with these labels and synonyms."""
    return Vocabulary(
        INFO,
        tuple(ConceptRow(identifier, label) for identifier, label in concepts),
        tuple(NameRow(identifier, name) for identifier, name in names),
        is_supplementary=is_supplementary,
        **rows,  # type: ignore[arg-type]
    )


def compiled(*vocabularies: Vocabulary) -> Terminology:
    return compile_terminology([CURATED, *vocabularies], "test")


def members(terminology: Terminology, identifier: str) -> set[str]:
    """All ids of the concept that has this one."""
    return set(terminology.tables.members[terminology.place_of[identifier]])


def named(terminology: Terminology, key: str) -> str:
    """Id of the likeliest concept of a normalised name."""
    return terminology.ids[terminology.concepts_of_key(terminology.key_index[key])[0][0]]


def test_a_label_and_the_synonym_of_one_concept_are_the_same() -> None:
    terminology = compiled(
        vocabulary(("A:1", "Sample disease"), names=(("A:1", "disease of example"),)),
        vocabulary(("B:1", "example disease")),
    )
    assert members(terminology, "A:1") == {"A:1", "B:1"}


def test_a_synonym_of_two_concepts_is_an_ambiguity() -> None:
    terminology = compiled(
        vocabulary(("A:1", "first sample"), ("A:2", "second sample"), names=(("A:1", "ailment"), ("A:2", "ailment"))),
        vocabulary(("B:1", "ailment")),
    )
    assert members(terminology, "B:1") == {"B:1"}
    held = {terminology.ids[concept] for concept, _ in terminology.concepts_of_key(terminology.key_index["ailment"])}
    assert held == {"A:1", "A:2", "B:1"}


def test_what_a_vocabulary_tells_apart_stays_apart() -> None:
    terminology = compiled(
        vocabulary(("A:1", "first sample"), ("A:2", "second sample")),
        vocabulary(("B:1", "first sample"), names=(("B:1", "second sample"),)),
    )
    assert members(terminology, "A:1") == {"A:1", "B:1"}
    assert members(terminology, "A:2") == {"A:2"}


def test_a_code_that_one_concept_has_alone_joins_and_several_codes_do_not() -> None:
    codes = (CodeRow("B:1", "A:1"), CodeRow("B:2", "A:2"), CodeRow("B:2", "A:3"))
    terminology = compiled(
        vocabulary(("A:1", "one"), ("A:2", "two"), ("A:3", "three")),
        vocabulary(("B:1", "other one"), ("B:2", "other two"), codes=codes),
    )
    assert members(terminology, "A:1") == {"A:1", "B:1"}
    assert members(terminology, "B:2") == {"B:2"}
    assert terminology.by_code("A:2") == [terminology.place_of["A:2"]]


def test_a_large_vocabulary_takes_no_name_from_the_others() -> None:
    leading = vocabulary(("A:1", "wide sample"), ("A:2", "other sample"), names=(("A:1", "narrow sample"),))
    large = vocabulary(("B:1", "narrow sample"), ("B:2", "wide sample"), is_supplementary=True)
    terminology = compiled(leading, large)
    assert members(terminology, "A:1") == {"A:1", "B:2"}
    assert named(terminology, "narrow sample") == "A:1"
    assert terminology.by_code("B:1") == [terminology.place_of["B:1"]]


def test_what_is_loaded_neither_parts_nor_joins_what_is_built_in() -> None:
    """By a code that would take a concept away, a name that would make one of two, and an edge between two."""
    inside = (
        vocabulary(("A:1", "sample disease"), ("A:2", "wide disease")),
        vocabulary(("B:1", "disease of example"), names=(("B:1", "sample disease"),)),
    )
    loaded = vocabulary(
        *(("C:1", "wide disease"), ("C:2", "new disease"), ("C:3", "newer disease")),
        names=(("C:1", "disease of example"), ("C:2", "sample disease")),
        codes=(CodeRow("C:2", "B:1"),),
        edges=(EdgeRow("C:3", Relation.IS_A, "C:1", 1.0, "C:3"), EdgeRow("A:1", Relation.IS_A, "C:3", 1.0, "A:1")),
        is_supplementary=True,
        is_loaded=True,
    )
    before, after = compiled(*inside), compiled(*inside, loaded)
    for identifier in ("A:1", "A:2", "B:1"):
        assert members(before, identifier) == members(after, identifier) - {"C:1", "C:2"}
    assert members(after, "A:2") == {"A:2", "C:1"}
    assert named(after, "sample disease") == named(before, "sample disease")
    assert before.edges(before.place_of["A:1"]) == after.edges(after.place_of["A:1"])
    assert [edge.other for edge in after.edges(after.place_of["C:3"])] == [after.place_of["A:2"]]


def test_a_lone_word_of_many_names_is_no_name_of_a_large_vocabulary() -> None:
    samples = [(f"A:{number}", f"{kind} calcareous") for number, kind in enumerate(("red", "blue", "green", "grey"))]
    names = tuple(samples)
    large = vocabulary(
        ("B:1", "stone sample"), names=(("B:1", "calcareous"), ("B:1", "petrous")), is_supplementary=True
    )
    terminology = compiled(vocabulary(*samples, names=names), large)
    assert named(terminology, "petrous") == "B:1"
    assert "calcareous" not in terminology.key_index


def test_an_abbreviation_of_a_large_vocabulary_is_no_system_of_codes() -> None:
    large = vocabulary(("B:1", "impulse sample"), names=(("B:1", "ICXA"), ("B:1", "ICY")), is_supplementary=True)
    linker = EntityLinker(compiled(large))
    for text, found in (("ICXA", ["B:1"]), ("ICXA-10 H52.1", []), ("ICXA code", []), ("icxa", []), ("ICY", [])):
        hits = linker.scan(text, clean_tokens(text), misspelt=False)
        assert [linker.terminology.ids[hit.concepts[0]] for hit in hits] == found, text


def test_a_label_in_capitals_is_no_word() -> None:
    terminology = compiled(vocabulary(("B:1", "AIDX"), ("B:2", "Sample"), is_supplementary=True))
    assert "aidx" not in terminology.key_index
    assert terminology.rare_abbreviations["AIDX"] == [terminology.place_of["B:1"]]
    assert named(terminology, "sample") == "B:2"


def test_what_is_no_neoplasm_in_a_classification_is_none_by_an_index() -> None:
    index = vocabulary(
        ("A:1", "weakness"), ("A:2", "growth"), ("A:3", "wart"),
        edges=tuple(EdgeRow(child, Relation.IS_A, "A:2", 1.0, "index") for child in ("A:1", "A:3")),
    )  # fmt: skip
    classification = vocabulary(
        ("B:1", "weakness"), ("B:2", "growth"), ("B:3", "wart"),
        edges=(EdgeRow("B:3", Relation.IS_A, "B:2", 1.0, "classification"),), definite=("B:2",),
    )  # fmt: skip
    terminology = compiled(index, classification)
    assert terminology.edges(terminology.place_of["A:1"]) == ()
    assert [terminology.ids[edge.other] for edge in terminology.edges(terminology.place_of["A:3"])] == ["A:2"]


def test_what_stands_above_a_curated_concept_is_no_kind_of_it() -> None:
    tree = vocabulary(
        ("A:1", "motor ailment"), ("A:2", "nerve ailment"), ("A:3", "spinal ailment"),
        edges=tuple(EdgeRow(child, Relation.IS_A, "A:2", 1.0, "tree") for child in ("A:1", "A:3")),
    )  # fmt: skip
    terminology = compiled(tree)
    own = terminology.place_of["OWN:1"]
    assert own not in {edge.other for edge in terminology.edges(terminology.place_of["A:2"])}


def above(name: str) -> set[str]:
    """Labels of all that a name's concept is a kind of, by the vocabularies that are built in."""
    terminology = default()
    stack = [terminology.place_of[named(terminology, phrase_key(name_words(name)))]]
    found: set[int] = set()
    while stack:
        wider = [edge.other for edge in terminology.edges(stack.pop()) if edge.relation is Relation.IS_A]
        stack += [concept for concept in wider if concept not in found]
        found.update(wider)
    return {terminology.labels[concept] for concept in found}


@pytest.mark.parametrize(
    ("name", "wider"),
    [
        ("spinal muscular atrophy", "Amyotrophic lateral sclerosis"),
        ("myasthenia gravis", "Neoplasms"),
        ("rabies", "Deglutition Disorders"),
    ],
)
def test_edges_that_no_source_holds(name: str, wider: str) -> None:
    assert wider not in above(name)


@pytest.mark.parametrize(
    ("name", "wider"),
    [
        ("idiopathic pulmonary fibrosis", "Pulmonary Fibrosis"),
        ("sjogren syndrome", "Dry Eye Syndromes"),
        ("lambert eaton myasthenic syndrome", "Neuromuscular Diseases"),
        ("meningioma", "Neoplasms"),
    ],
)
def test_edges_of_the_vocabularies(name: str, wider: str) -> None:
    assert wider in above(name)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("pompe disease", "ORPHA:365"),
        ("glycogen storage disease due to acid maltase deficiency", "MONDO:0009290"),
        ("friedreich ataxia", "ORPHA:95"),
    ],
)
def test_mondo_and_its_codes_are_built_in(name: str, code: str) -> None:
    terminology = default()
    place, kind = terminology.concepts_of_key(terminology.key_index[name])[0]
    assert kind in (NameKind.LABEL, NameKind.SYNONYM)
    assert terminology.by_code(code) == [place]
    assert terminology.kind(place) is Kind.DISEASE


PRODUCT_1 = """<?xml version="1.0" encoding="ISO-8859-1"?>
<JDBOR date="2026-06-20 07:05:00" version="1.3.42" copyright="Orphanet (c) 2026">
  <DisorderList count="3">
    <Disorder id="2">
      <OrphaCode>999901</OrphaCode>
      <Name lang="{language}">{name}</Name>
      <SynonymList count="1"><Synonym lang="{language}">{synonym}</Synonym></SynonymList>
      <ExternalReferenceList count="2">
        <ExternalReference id="3"><Source>OMIM</Source><Reference>999777</Reference>
          <DisorderMappingRelation id="21527"><Name lang="en">E (Exact mapping: the two concepts are equivalent)</Name>
          </DisorderMappingRelation></ExternalReference>
        <ExternalReference id="4"><Source>OMIM</Source><Reference>999778</Reference>
          <DisorderMappingRelation id="21534"><Name lang="en">BTNT (broader term maps to a narrower term)</Name>
          </DisorderMappingRelation></ExternalReference>
      </ExternalReferenceList>
    </Disorder>
    <Disorder id="5"><OrphaCode>999902</OrphaCode><Name lang="{language}">NON RARE IN EUROPE: frequent sample</Name>
      <SynonymList count="0"/><ExternalReferenceList count="0"/></Disorder>
    <Disorder id="6"><OrphaCode>999903</OrphaCode><Name lang="{language}">OBSOLETE: former sample</Name>
      <SynonymList count="0"/><ExternalReferenceList count="0"/></Disorder>
  </DisorderList>
</JDBOR>
"""


def test_orphanets_nomenclature_is_loaded_in_its_languages(tmp_path: Path) -> None:
    for language, name, synonym in (("en", "rare sample", "odd sample"), ("fr", "échantillon rare", "cas étrange")):
        path = tmp_path / f"{language}_product1.xml"
        path.write_bytes(PRODUCT_1.format(language=language, name=name, synonym=synonym).encode("latin-1"))
        info = store.load_file(path, tmp_path / "terms")
        assert (info.name, info.version, info.licence) == ("Orphanet", "2026-06-20", "CC BY 4.0 (Orphanet)")
    terminology = compiled(*store.vocabularies(tmp_path / "terms"))
    rare = terminology.place_of["ORPHA:999901"]
    assert terminology.labels[rare] == "rare sample"
    for key in ("odd sample", "echantillon rare", "cas etrange"):
        assert named(terminology, key) == "ORPHA:999901", key
    assert terminology.by_code("OMIM:999777") == [rare]
    assert terminology.by_code("OMIM:999778") == []
    assert named(terminology, "frequent sample") == "ORPHA:999902"
    assert "ORPHA:999903" not in terminology.place_of


def test_a_cut_nomenclature_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "en_product1.xml"
    path.write_text(PRODUCT_1[:900], encoding="latin-1")
    with pytest.raises(UnknownVocabularyError, match="cannot be read"):
        store.load_file(path, tmp_path / "terms")


MONDO = """format-version: 1.2
data-version: releases/2026-11-01
ontology: mondo

[Term]
id: MONDO:0700096
name: human disease

[Term]
id: MONDO:7770006
name: disease by body system
is_a: MONDO:0700096

[Term]
id: MONDO:9999901
name: loaded sample
synonym: "LSX" EXACT ABBREVIATION [OMIM:999777]
synonym: "related sample" RELATED []
xref: Orphanet:999901 {source="MONDO:equivalentTo", source="OMIM:999777"}
xref: ICD10CM:Q99.9 {source="DOID:0000001"}
is_a: MONDO:7770006 {source="DOID:0000001"} ! disease by body system

[Term]
id: MONDO:9999902
name: loaded sample of a dog
"""


def test_a_whole_mondo_takes_the_place_of_the_built_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCITRIALS_TERMS", str(tmp_path / "terms"))
    path = tmp_path / "mondo.obo"
    path.write_text(
        MONDO.replace("\n\n[Term]\nid: MONDO:9999902", "\nis_a: MONDO:7770006\n\n[Term]\nid: MONDO:9999902")
    )
    store.load_file(path)
    (loaded,) = store.vocabularies()
    assert [row.id for row in loaded.concepts] == ["MONDO:9999901"]
    assert [row.code for row in loaded.codes] == ["ORPHA:999901"]
    assert {row.name for row in loaded.names} == {"loaded sample", "LSX"}
