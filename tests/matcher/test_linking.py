"""One concept for one phrase: `calcitrials terms find`, and the guards behind it."""

import json
import random
from pathlib import Path

import pytest

from matcher.linking.linker import EntityLinker
from matcher.linking.phrase import link
from matcher.terminology import default
from tests.support.running import calcitrials


@pytest.fixture(scope="module")
def mapper() -> EntityLinker:
    return EntityLinker(default())


@pytest.mark.parametrize(
    ("phrase", "heading"),
    [
        ("Breast cancer, stage II", "Breast Neoplasms"),
        ("Advanced solid tumours", "Neoplasms"),
        ("Sjögren's disease", "Sjogren's Syndrome"),
        ("Spinal disorder", "Spinal Diseases"),
        ("Melanoma and brain metastases", "Melanoma"),
        ("Opioid-induced constipation", "Opioid-Induced Constipation"),
        ("Hypertension, uncontrolled", "Hypertension"),
        ("Gouty arthritis", "Arthritis, Gouty"),
        ("Typical atrial flutter", "Atrial Flutter"),
        # typing errors, alone, several, in an ending, in a prefix, in a short word of a longer name
        ("pituitary cajrcnomas", "Pituitary Neoplasms"),
        ("hpolipoproteniemias", "Hypolipoproteinemias"),
        ("atropheis, muscle", "Muscular Atrophy"),
        ("jkers optic atrophy", "Optic Atrophy, Autosomal Dominant"),
        ("pcolyarthritis", "Arthritis"),
    ],
)
def test_what_a_phrase_is_about(mapper: EntityLinker, phrase: str, heading: str) -> None:
    found = link(mapper, phrase, "MeSH")
    assert found is not None
    assert found.label == heading


@pytest.mark.parametrize(
    ("phrase", "never"),
    [
        ("hyperlipoproteinemias", "Hypolipoproteinemias"),
        ("pseudohajdu-cheney syndrome", "Hajdu-Cheney Syndrome"),
        ("hypoexhibitionism", "Exhibitionism"),
        ("usher syndrome type 8", "Usher Syndromes, type 3"),
        ("otic neuritis", "Optic Neuritis"),
        ("DM", "Dermatomyositis"),
        ("no such thing at all", "Metatarsus Varus"),
    ],
)
def test_look_alikes_and_what_is_open_are_not_linked(mapper: EntityLinker, phrase: str, never: str) -> None:
    found = link(mapper, phrase, "MeSH")
    assert found is None or found.label != never


def test_one_error_in_a_long_name_is_seldom_fatal(mapper: EntityLinker) -> None:
    """Names drawn by a fixed seed, one letter left out of each: nine of ten come back at least."""
    rng = random.Random(20261125)
    terminology = mapper.terminology
    labels = [label for label in terminology.labels if label.isascii() and 12 <= len(label) <= 40 and label.isalpha()]
    back = 0
    for label in (drawn := rng.sample(labels, 60)):
        place = rng.randrange(3, len(label) - 2)
        found = link(mapper, label[:place] + label[place + 1 :])
        back += found is not None and terminology.place_of[found.id] == terminology.place_of[link(mapper, label).id]  # type: ignore[union-attr]
    assert back >= 0.9 * len(drawn)


def test_terms_find_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "conditions.txt").write_text("Breast Cancr\n\nno such thing at all\n", encoding="utf-8")
    run = calcitrials("terms", "find", "SSc-ILD", "--file", tmp_path / "conditions.txt", "--format", "json")
    assert (run.status, run.err) == (0, "")
    found = json.loads(run.out)
    assert [row["phrase"] for row in found] == ["SSc-ILD", "Breast Cancr", "no such thing at all"]
    assert [row["label"] for row in found] == ["Systemic sclerosis", "Breast Neoplasms", None]
    assert found[1]["rule"] == "misspelt"


def test_terms_find_says_what_is_wrong(tmp_path: Path) -> None:
    assert calcitrials("terms", "find", cwd=tmp_path).status == 2
    run = calcitrials("terms", "find", "asthma", "--vocabulary", "SNOMED", cwd=tmp_path)
    assert run.status == 2
    assert run.error.startswith("SNOMED is no vocabulary in use: ")
