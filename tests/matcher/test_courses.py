"""What lasts and what ends, by the trees of the vocabularies."""

import pytest

from matcher import Matcher
from matcher.assertion.context import Course
from matcher.linking.courses import Courses

LASTING = (
    "dermatomyositis", "systemic sclerosis", "calcinosis", "heterotopic ossification", "multiple sclerosis", "gout",
    "hypertension", "COPD", "type 2 diabetes", "Crohn disease", "psoriasis", "schizophrenia", "HIV infection",
    "pseudohypoparathyroidism", "cystic fibrosis", "hypothyroidism", "chronic pancreatitis", "epilepsy",
)  # fmt: skip
ENDING = (
    "pneumonia", "hip fracture", "deep vein thrombosis", "pulmonary embolism", "stroke", "myocardial infarction",
    "appendicitis", "cellulitis", "measles", "pancreatitis", "urinary tract infection", "septic shock", "burns",
)  # fmt: skip
TREATED = ("breast cancer", "traumatic brain injury")
PASSING = ("headache", "fever", "nausea", "abdominal pain", "cough")


@pytest.mark.parametrize(
    ("name", "course"),
    [
        *((name, Course.LASTS) for name in LASTING),
        *((name, Course.ENDS) for name in ENDING),
        *((name, Course.TREATED) for name in TREATED),
        *((name, Course.PASSES) for name in PASSING),
    ],
)
def test_course(matcher: Matcher, name: str, course: Course) -> None:
    (mention,) = matcher.reader.read(name).mentions
    assert Courses(matcher.terminology).of(mention.concepts[0]) is course
