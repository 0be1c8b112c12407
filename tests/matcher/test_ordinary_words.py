"""Ordinary words are no diseases: the commonest of each language, alone and in a sentence, and others that were one."""

from collections.abc import Iterator

import pytest
import wordfreq

from matcher.linking.linker import EntityLinker, clean_tokens
from matcher.linking.running_text import RunningText
from matcher.patient.reader import PatientReader
from matcher.terminology import default
from matcher.terminology.expansion import Expansion

SENTENCES = {
    "en": "The patient told us about {} during the visit",
    "fr": "Le patient nous a parlé de {} pendant la visite",
    "de": "Der Patient hat uns bei der Visite von {} erzählt",
    "es": "El paciente nos habló de {} durante la visita",
    "it": "Il paziente ci ha parlato di {} durante la visita",
    "pt": "O paciente falou de {} durante a visita",
    "nl": "De patiënt vertelde ons over {} tijdens het bezoek",
}
COMMONEST_ENGLISH, COMMONEST = 1_000, 500
FINDINGS = {"en": {"pain": "a symptom by any dictionary"}, "fr": {"peur": "fear, a symptom by any dictionary"}}
"""Of the commonest words those that name a disease or a finding, with the reason why they may."""


@pytest.fixture(scope="module")
def reader() -> PatientReader:
    return PatientReader(default(), Expansion(default()))


def labels(reader: PatientReader, text: str) -> Iterator[str]:
    for mention in reader.read(text).mentions:
        yield from (reader.terminology.labels[concept] for concept in mention.concepts)


@pytest.mark.parametrize("language", SENTENCES)
def test_the_commonest_words_name_nothing(reader: PatientReader, language: str) -> None:
    words = wordfreq.top_n_list(language, COMMONEST_ENGLISH if language == "en" else COMMONEST)
    texts = {word: (word, SENTENCES[language].format(word)) for word in words}
    naming = {word for word, said in texts.items() if any(any(labels(reader, text)) for text in said)}
    assert naming == set(FINDINGS.get(language, ()))


@pytest.mark.parametrize(
    "text",
    [
        *("Combined", "prognosis", "magic", "influence", "candidate", "pending", "overnight", "arrest", "litigation"),
        *("protection", "cell", "young", "adult", "cast", "share", "self-control", "evacuation", "animation", "share"),
        *("symptômes", "diurétiques", "libération", "arrêtés", "variée", "réalisation", "parece", "negativos"),
        *("analítico", "escaleras", "función renal", "personales", "etiología", "hepáticos", "neurología", "escasa"),
        *(
            "ricetta",
            "sinistro-destro",
            "parete",
            "norma",
            "negativi.",
            "zonas afectas",
            "geachte collega",
            "hemipelvis",
        ),
        *("Voraussetzung", "Verlaufskontrolle", "schriftelijk", "fotografia", "hiperdensas", "S.p.A."),
        "treatment of adults with the combined vaccine",
        "syndrome in adults",
    ],
)
def test_ordinary_words_name_no_disease(reader: PatientReader, text: str) -> None:
    assert list(labels(reader, text)) == []


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("alzhimers", "Alzheimer disease"),
        ("arthritus", "Arthritis"),
        ("diabetis", "Diabetes mellitus"),
        ("calcinosus cutis", "Calcinosis cutis"),
        ("systemic sclerosus", "Systemic sclerosis"),
        ("astma", "Asthma"),
        ("artritis", "Arthritis"),
        ("infección", "Infections"),
        ("diarrea", "Diarrhea"),
        ("zona", None),
        ("Le patient a eu un zona en 2019", "Herpes Zoster"),
        ("Asperger syndrome in adults", "Asperger Syndrome"),
        ("Alzheimer", "Alzheimer disease"),
        ("deficiency of vitamin D", "Vitamin D deficiency"),
        ("low vitamin D level", "Vitamin D deficiency"),
        ("Non fratture", "Fracture NOS"),
        ("Lungenembolie", "Pulmonary Embolism"),
        ("MPS, not hypertensive", "Mucopolysaccharidoses"),
    ],
)
def test_what_is_a_disease_stays_one(reader: PatientReader, text: str, label: str | None) -> None:
    assert next(labels(reader, text), None) == label


@pytest.mark.parametrize(
    "title",
    [
        "Combined Spinal and Epidural Techniques in Young Adults: Influence on Prognosis",
        "Overnight Protection of Donor Cells Pending Arrest",
        "Magic Mirrors to Share Self-Control in Candidate Programs",
    ],
)
def test_ordinary_words_of_titles_name_no_disease(title: str) -> None:
    linker = EntityLinker(default())
    assert list(RunningText(default(), linker).named(title)) == []
    assert linker.scan(title, clean_tokens(title), patterns=False) == []
