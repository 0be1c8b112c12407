"""Whether a disease lasts once it is there, ends or is a passing symptom: by where the vocabularies' trees put it.

"History of gout" is said of somebody who has gout, "history of pneumonia" of somebody who is over it. The trees know
the kind: infections, injuries, clots, bleeding and what is treated away end; what is inborn, autoimmune or metabolic
lasts, and so does all else, for a diagnosis that nobody tells as ended is not to be lost. The nearest heading above
decides.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from matcher.assertion.context import Course
from matcher.terminology import Kind, Relation, Terminology

_MESH_ENDING = (
    *("Infections", "Bacterial Infections", "Virus Diseases", "Mycoses", "Parasitic Diseases", "Suppuration"),
    *("Respiratory Tract Infections", "Skin Diseases, Infectious", "Intraabdominal Infections", "Mediastinitis"),
    *("Wounds and Injuries", "Fractures, Bone", "Poisoning", "Chemically-Induced Disorders"),
    *("Postoperative Complications", "Pregnancy Complications"),
    *("Embolism and Thrombosis", "Embolism", "Thrombosis", "Stroke", "Infarction", "Myocardial Infarction"),
    *("Acute Coronary Syndrome", "Hemorrhage", "Shock", "Heart Arrest", "Syncope", "Delirium"),
    *("Intestinal Obstruction", "Pancreatitis", "Peptic Ulcer", "Diverticulitis", "Cholecystitis", "Appendicitis"),
    *("Peritonitis", "Gastroenteritis", "Lithiasis", "Urolithiasis", "Cholelithiasis", "Rhabdomyolysis"),
    *("Renal Colic", "Colic", "Cystitis", "Otitis", "Conjunctivitis", "Pericarditis", "Myocarditis", "Phlebitis"),
    *("Thrombophlebitis", "Bell Palsy", "Mucocutaneous Lymph Node Syndrome", "Rheumatic Fever", "Joint Dislocations"),
    *("Thyroiditis, Subacute", "Hepatitis A", "Hepatitis E", "Infectious Mononucleosis", "Guillain-Barre Syndrome"),
    *("Acute Kidney Injury", "Water-Electrolyte Imbalance", "Acid-Base Imbalance", "Pleural Effusion", "Pneumothorax"),
)
_MESH_LASTING = (
    *("Autoimmune Diseases", "Genetic Diseases, Inborn", "Congenital Abnormalities", "Metabolic Diseases"),
    *("Rheumatic Diseases", "Connective Tissue Diseases", "Endocrine System Diseases", "Blood-Borne Infections"),
    *("Vascular Diseases", "Myocardial Ischemia", "Lung Diseases, Obstructive", "Inflammatory Bowel Diseases"),
    *("Mental Disorders", "Behavioral Symptoms", "Emotions", "Neurodegenerative Diseases"),
    *(
        "Hypersensitivity, Delayed",
        "HIV Infections",
        "Calcinosis",
        "Ossification, Heterotopic",
        "Pancreatitis, Chronic",
        "Hepatitis, Chronic",
    ),
)
_TREATED = tuple(
    f"MeSH:{name}" for name in ("Neoplasms", "Brain Injuries", "Brain Injuries, Traumatic", "Spinal Cord Injuries")
)
"""Headings whose members treatment may end, or what they leave behind may last."""
_ENDING = frozenset((*(f"MeSH:{name}" for name in _MESH_ENDING), "HP:0002719", "HP:0001907"))
"""Headings whose members end; of HPO recurrent infections and thromboembolism."""
_ENDING_CODES = re.compile(
    r"ICD10CM:(?:A|B(?!1[6-9]|2[0-4]|9[0-4])|O|S|T)\d|ICD10CM:(?:J(?:[01]\d|2[0-2])|I(?:2[126]|6[0-4]|8[0-2])|K3[5-7])"
)
"""The same by chapters and blocks of ICD-10: infections but for chronic ones, pregnancy, injuries, acute infections of
the airways, infarctions, bleeding and strokes, clots, appendicitis."""
_LASTING = (*(f"MeSH:{name}" for name in _MESH_LASTING), "ICD10CM:I73")
"""Headings whose members last; of ICD-10-CM other peripheral vascular diseases."""
_PASSING = re.compile(r"MeSH:Signs and Symptoms|ICD10CM:R\d|HP:0025142$")
"""Headings whose members, but for diseases, come and go: signs and symptoms, chapter R of ICD-10, constitutional
symptoms of HPO."""
_CHRONIC = re.compile(r"\b(?:chronic|congenital|hereditary|familial|inherited|lifelong)\b", re.I)
_UPWARDS = (Relation.IS_A, Relation.IN_GROUP, Relation.ACCEPTS)
_FARTHEST = 6
"""Steps upwards after which no heading is looked for."""


class Courses:
    """Tells what lasts from what ends and what passes, with one terminology."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        place_of = terminology.place_of
        self._headings = {
            Course.TREATED: frozenset(place_of[name] for name in _TREATED if name in place_of),
            Course.ENDS: frozenset(
                place for name, place in place_of.items() if name in _ENDING or _ENDING_CODES.match(name)
            ),
            Course.PASSES: frozenset(place for name, place in place_of.items() if _PASSING.match(name)),
            Course.LASTS: frozenset(place_of[name] for name in _LASTING if name in place_of),
        }
        self.of = lru_cache(maxsize=50_000)(self._of)

    def _of(self, concept: int) -> Course:
        """Course of a concept; what only a trial's own words name lasts."""
        terminology = self._terminology
        if not terminology.holds(concept) or _CHRONIC.search(terminology.labels[concept]):
            return Course.LASTS
        symptom = terminology.kind(concept) is Kind.SYMPTOM
        return self._nearest(concept) or (Course.PASSES if symptom else Course.LASTS)

    def _nearest(self, concept: int) -> Course | None:
        """What the nearest heading above says that says anything."""
        passes = self._terminology.kind(concept) is not Kind.DISEASE
        level: Sequence[int] = [concept]
        seen = {concept}
        for _ in range(_FARTHEST):
            for course, headings in self._headings.items():
                if (passes or course is not Course.PASSES) and not headings.isdisjoint(level):
                    return course
            above = (edge.other for one in level for edge in self._terminology.edges(one) if edge.relation in _UPWARDS)
            level = [other for other in dict.fromkeys(above) if other not in seen]
            seen.update(level)
        return None
