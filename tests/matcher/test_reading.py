"""How texts are read: words, names, assertions, codes, patients."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matcher.assertion.context import AssertedText
from matcher.linking.linker import EntityLinker, clean_tokens
from matcher.terminology import default
from matcher.terminology.trigrams import NGramIndex, allowed_edits, full_scan
from matcher.text.normalise import bag_key, name_words, tokens
from matcher.text.sentences import flat


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ossification, Heterotopic", "heterotopic ossifications"),
        ("PHP-Ia", "PHP type 1A"),
        ("Raynaud's phenomenon", "Raynaud phenomenon"),
        ("tumoural calcinosis", "tumoral calcinosis"),
        ("calcific uraemic arteriolopathy", "calcific uremic arteriolopathy"),
        ("Münchmeyer disease", "munchmeyer disease"),
        ("hypoparathyroidism, unspecified", "hypoparathyroidism"),
        ("2° hyperparathyroidism", "secondary hyperparathyroidism"),
        ("1º Sjögren syndrome", "primary Sjögren syndrome"),
    ],
)
def test_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert bag_key(name_words(one)) == bag_key(name_words(other))


@settings(deadline=None)  # the first reading loads the table of cues
@given(st.text(max_size=200))
@example("ß8 Größe2 æ1 ㎠")
def test_places_of_words_lie_in_the_text_and_flat_keeps_its_length(text: str) -> None:
    assert len(flat(text)) == len(text)
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)
    for clause in AssertedText(text).clauses:
        assert 0 <= clause.start < clause.end <= len(text)


LETTERS = (
    st.text(alphabet="abcdeimnorst ", min_size=1, max_size=24).map(lambda text: " ".join(text.split())).filter(bool)
)


@settings(max_examples=150, deadline=None)
@given(st.lists(LETTERS, min_size=1, max_size=40, unique=True), LETTERS)
@example(["acidemia", "acid emia"], "acidemias")
def test_the_trigram_index_finds_what_a_full_scan_finds(strings: list[str], text: str) -> None:
    edits = allowed_edits(text)
    if edits:
        index, near = NGramIndex.build(strings), full_scan(strings, text, edits)
        assert index.within(text, edits) == near
        assert index.within(text, edits, 0) == [(place, apart) for place, apart in near if " " not in strings[place]]


@pytest.fixture(scope="module")
def mapper() -> EntityLinker:
    return EntityLinker(default())


def named(mapper: EntityLinker, text: str) -> list[str]:
    """Labels of the concepts that a text names."""
    found = mapper.completed(text, clean_tokens(text))
    return [mapper.terminology.labels[hit.concepts[0]] for hit in mapper.scan(text, found)]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("fibrodisplasia osificans progresiva", "Fibrodysplasia ossificans progressiva"),
        ("Grönblad-Strandberg syndrome", "Pseudoxanthoma elasticum"),
        ("calcification, arterial, generalised, infancy", "Generalized arterial calcification of infancy"),
        ("pseudohypoparathyroidism type 1b", "Pseudohypoparathyroidism type 1B (iPPSD3)"),
        ("pseudohypoparathyroidsm typ 1 b", "Pseudohypoparathyroidism type 1B (iPPSD3)"),
        ("amyotrophe Lateralsklerose", "Amyotrophic lateral sclerosis"),
        ("hypoparathyroidism, pseudo-, type Ia", "Pseudohypoparathyroidism type 1A"),
        ("myositis, dermato-, juvenile", "Juvenile dermatomyositis"),
        ("systemic sclerosus", "Systemic sclerosis"),
        ("carcinoma, non lmall cell lung", "Carcinoma, Non-Small-Cell Lung"),
        ("MS, EDSS 4.5", "Multiple sclerosis"),
        ("her myopathy", "Muscular Diseases"),
        ("DM 2", "Type 2 diabetes mellitus"),
        ("C.R.E.S.T. syndrome", "CREST syndrome"),
        ("A.L.S.", "Amyotrophic lateral sclerosis"),
        ("fibrodysplasia (myositis) ossificans progressiva", "Fibrodysplasia ossificans progressiva"),
        ("pseudohypoparathyroidism (PHP) type 1A", "Pseudohypoparathyroidism type 1A"),
        ("Fibrodysplasie, progressive ossifizierende", "Fibrodysplasia ossificans progressiva"),
        ("mucopolysacchariosis type iv b", "Mucopolysaccharidosis IV"),
    ],
)
def test_names_in_every_form(mapper: EntityLinker, text: str, label: str) -> None:
    assert named(mapper, text) == [label]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("leucémie lymphoïde en rechute", "Leukemia, Lymphoid"),
        ("cardiomyopathie hypertrophique obstructive", "Cardiomyopathy, Hypertrophic"),
        ("épidermolyse bulleuse dystrophique", "Epidermolysis Bullosa Dystrophica"),
        ("maladie de Gaucher", "Gaucher Disease"),
        ("Akromegalie", "Acromegaly"),
        ("Lungenembolie", "Pulmonary Embolism"),
        ("pulmonale Hypertonie", "Hypertension, Pulmonary"),
        ("Masern", "Measles"),
        ("hipertensão pulmonar", "Hypertension, Pulmonary"),
        ("enfermedad de Fabry", "Fabry Disease"),
        ("malattia di Wilson", "Hepatolenticular Degeneration"),
        ("ziekte van Pompe", "Glycogen Storage Disease Type II"),
        ("dystrophie musculaire des ceintures", "Muscular Dystrophies, Limb-Girdle"),
        ("déficit en alpha-1-antitrypsine", "alpha 1-Antitrypsin Deficiency"),
        ("carcinome à cellules rénales", "Carcinoma, Renal Cell"),
        ("drépanocytose", "Anemia, Sickle Cell"),
        ("Alpha-1-Antitrypsin-Mangel", "alpha 1-Antitrypsin Deficiency"),
        ("Sichelzellanämie", "Anemia, Sickle Cell"),
        ("Nierenzellkarzinom", "Carcinoma, Renal Cell"),
        ("Patellasubluxation", "Patellar subluxation"),
        ("venöse Insuffizienz", "Venous Insufficiency"),
        ("Gürtelrose", "Herpes Zoster"),
        ("nicht-kleinzelliges Lungenkarzinom", "Carcinoma, Non-Small-Cell Lung"),
        ("Faktor-VIII-Mangel", "Factor VIII deficiency"),
        ("Morbus Fabry", "Fabry Disease"),
        ("linfoma no Hodgkin", "Lymphoma, Non-Hodgkin"),
        ("deficiencia de alfa-1-antitripsina", "alpha 1-Antitrypsin Deficiency"),
        ("atrofia muscular espinal", "Muscular Atrophy, Spinal"),
        ("ataxia espinocerebelosa tipo 3", "Machado-Joseph Disease"),
        ("cáncer de duodeno", "Duodenal Neoplasms"),
        ("infección por Aspergillus", "Aspergillosis"),
        ("corea", "Chorea"),
        ("ipotensione ortostatica", "Hypotension, Orthostatic"),
        ("cefalea", "Headache"),
        ("aumento della pressione intracranica", "Intracranial Hypertension"),
        ("distrofia muscolare di Duchenne", "Muscular Dystrophy, Duchenne"),
        ("anemia falciforme", "Anemia, Sickle Cell"),
        ("estenose da válvula mitral", "Mitral valve stenosis"),
        ("atrofia muscular espinhal", "Muscular Atrophy, Spinal"),
        ("spinale spieratrofie", "Muscular Atrophy, Spinal"),
        ("niercelcarcinoom", "Carcinoma, Renal Cell"),
        ("sikkelcelziekte", "Anemia, Sickle Cell"),
        ("gordelroos", "Herpes Zoster"),
        ("Granulomatose mit Polyangiitis", "Granulomatosis with Polyangiitis"),
        ("granulomatose avec polyangéite", "Granulomatosis with Polyangiitis"),
        ("emicrania con aura", "Migraine with Aura"),
        ("uvéite", "Uveitis"),
        ("coartação da aorta", "Aortic Coarctation"),
        ("vu pour maladie de Lyme", "Lyme Disease"),
        ("descartar enfermedad de Wilson", "Hepatolenticular Degeneration"),
        ("Knochenmetastasen", "Neoplasm Metastasis"),
        ("longmetastasen", "Neoplasm Metastasis"),
        ("Hautkalzinose", "Calcinosis cutis"),
        ("huidsclerodermie", "Systemic sclerosis"),
        ("Nierenarterienverkalkung", "Arterial calcification"),
        ("weke delen verkalking", "Calcinosis (soft-tissue calcification)"),
        ("Leistenhernie", "Hernia, Inguinal"),
        ("Optikusneuritis", "Optic Neuritis"),
        ("Glaskörperblutung", "Vitreous Hemorrhage"),
    ],
)
def test_names_in_languages_that_no_vocabulary_has_go_by_their_english_cognates(
    mapper: EntityLinker, text: str, label: str
) -> None:
    assert named(mapper, text) == [label]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Hustenanfall",
            "Zahnprothese",
            "Familienanamnese",
            "Blutanalyse",
            "Hautbiopsie",
            "Knochendichte",
            "Blutzucker",
        ),
        *(
            "Tumormarker",
            "Krebsvorsorge",
            "Rheumafaktor",
            "Schmerztherapie",
            "Lungenfunktion",
            "Milzbrand",
            "Lungenarzt",
        ),
        *(
            "familieanamnese",
            "tandprothese",
            "bloedanalyse",
            "longfunctie",
            "kankeronderzoek",
            "hartkatheter",
            "oogarts",
        ),
        *("4 mL", "a rate of 4 mL/minute", "vol 4 mL"),
    ],
)
def test_compounds_and_measures_that_are_no_disease(mapper: EntityLinker, text: str) -> None:
    assert named(mapper, text) == []


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("metastatic castration resistant prostate ca", ["Prostatic Neoplasms, Castration-Resistant"]),
        ("corrected Ca 2.4 mmol/l", []),
        ("knee OA", ["Osteoarthritis of the knee"]),
        ("SLE nephritis", ["Lupus Nephritis"]),
        ("Behçet's with oral ulcers", ["Behçet disease", "Oral Ulcer"]),
        ("Prader-Willi hyperphagia", ["Prader-Willi Syndrome", "Hyperphagia"]),
        ("a patient with Wilson", ["Hepatolenticular Degeneration"]),
        ("letter to Dr Wilson, who saw her with gout", ["Gout"]),
        ("the allergy season", ["Hypersensitivity"]),
        ("female, Malaysia", []),
        ("tender calcified lumps over the olecranon", ["Calcinosis cutis"]),
        ("tender calcified lumps", ["Calcinosis (soft-tissue calcification)"]),
        ("long-standing main lesion of the hand", []),
    ],
)
def test_names_that_charts_shorten(mapper: EntityLinker, text: str, labels: list[str]) -> None:
    assert named(mapper, text) == labels


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("syst. sclerosis", "Systemic sclerosis"),
        ("limit. syst. Sklerose", "Limited cutaneous systemic sclerosis"),
        ("mult. Sklerose", "Multiple sclerosis"),
        ("juv. dermatomyositis", "Juvenile dermatomyositis"),
        ("dermatomyosite juv.", "Juvenile dermatomyositis"),
        ("dermatomyos.", "Dermatomyositis"),
        ("fibrodyspl. ossif. progr.", "Fibrodysplasia ossificans progressiva"),
        ("sclérod. syst. limitée", "Limited cutaneous systemic sclerosis"),
    ],
)
def test_words_that_a_full_stop_cuts_short(mapper: EntityLinker, text: str, label: str) -> None:
    assert named(mapper, text) == [label]


def test_what_says_more_in_brackets_does_not_stand_inside_a_name(mapper: EntityLinker) -> None:
    found = named(mapper, "pseudohypoparathyroidism (seen in Paris by an endocrinologist) 1A")
    assert found[0] == "Pseudohypoparathyroidism"
    assert "Calcinosis (soft-tissue calcification)" in named(mapper, "limited (calcinosis) scleroderma")


def test_a_letter_beside_a_name_is_no_part_of_it(mapper: EntityLinker) -> None:
    text = "c/b calcinosis"
    (hit,) = mapper.scan(text, clean_tokens(text))
    assert (hit.rule, hit.score) == ("exact", 1.0)


@pytest.mark.parametrize("text", ["calc. cutis", "late onset.", "resting. Comfortable"])
def test_what_can_mean_several_things_or_ends_a_sentence_is_not_spelt_out(mapper: EntityLinker, text: str) -> None:
    assert all(hit.rule != "cut short" for hit in mapper.scan(text, clean_tokens(text)))


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("hypo- or hyperparathyroidism", ["Hypoparathyroidism", "Hyperparathyroidism"]),
        ("Hypo- und Hyperparathyreoidismus", ["Hypoparathyroidism", "Hyperparathyroidism"]),
        ("poly-/dermatomyositis", ["Dermatomyositis"]),
        ("non- or hyperparathyroidism", ["Hyperparathyroidism"]),
    ],
)
def test_a_suspended_hyphen_takes_the_rest_of_its_word_from_the_next(
    mapper: EntityLinker, text: str, labels: list[str]
) -> None:
    assert named(mapper, text) == labels


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("pseudohypoparathyroidism", "Hypoparathyroidism"),
        ("nephrocalcinosis", "Calcinosis (soft-tissue calcification)"),
        ("pseudohypoparathyroidism type 1b", "Pseudohypoparathyroidism type 1A"),
        ("anaphylaxis", "Calciphylaxis"),
        ("multiple sclerosis", "Systemic sclerosis"),
        ("non-calcific supraspinatus tendinopathy", "Calcific tendinitis"),
        ("hypophosphatasia", "X-linked hypophosphatemia"),
        ("Rest syndrome", "CREST syndrome"),
        ("neurofibromatosis type 5", "Neurofibromatosis type 1"),
        ("dermatomyositis was refuted", "Wiskott-Aldrich Syndrome"),
        ("scleroderma all over", "Precursor Cell Lymphoblastic Leukemia-Lymphoma"),
        ("Thiosulfat-Injektion bei Kalzinose", "Infections"),
        ("inyección en la calcinosis", "Infections"),
        ("steroid myopathy", "Muscular Diseases"),
        ("calcinosis 2° to DM", "Type 2 diabetes mellitus"),
        ("calcinosis 2/2 DM", "Type 2 diabetes mellitus"),
        ("HE IS WELL, NO COMPLAINTS", "Hepatic Encephalopathy"),
        ("nicht-kleinzelliges Lungenkarzinom", "Small Cell Lung Carcinoma"),
        ("linfoma no Hodgkin", "Hodgkin lymphoma"),
        ("corpo calloso spesso", "Corns and callosities"),
        ("dita ampiamente distanziate", "Broad chin"),
        ("esclerosis irregular de la falange", "Irregular phalanges"),
        ("photoparaxysmal response", "Photoparoxysmal response 1"),
        ("juvenil sialadosis", "Juvenile sialidosis type 2"),
    ],
)
def test_look_alikes_stay_apart(mapper: EntityLinker, text: str, never: str) -> None:
    assert never not in named(mapper, text)
