"""What a word may and may not stand for: guards against matching look-alikes."""

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from matcher.text.normalise import STOPWORDS

_AFFIXES = (
    "pseudopseudo", "pseudo", "hypo", "hyper", "normo", "non", "anti", "poly", "oligo", "brady", "tachy", "endo", "exo",
    "micro", "macro", "intra", "extra", "supra", "infra", "peri", "para", "post", "pre", "dys", "hemi",
)  # fmt: skip
SAYS_NOTHING = frozenset(
    "disease disorder syndrome condition illness finding symptom complication patient case male female adult "  # noqa: SIM905
    "child infant boy girl man woman pregnancy birth death injury lesion chronic acute primary secondary severe "
    "mild moderate left right bilateral unilateral other all none normal abnormal onset progressive familial "
    "wound sporadic idiopathic history therapy treatment surgery study control healthy type stage grade maladie "
    "krankheit enfermedad malattia doenca ziekte frequent rare recurrent recurrence local generalized localized "
    "diffuse focal distal proximal positive negative current present absent today age time cause risk factor test "
    "result level white black line back hand foot calcium bone skin muscle sugar stone plaque nodule mass lump "
    "swelling inheritance variable phenotype proband accident incident exposure activity contact fall event "
    "screening observation rest alive dead single multiple isolated complete partial total simple complex mixed "
    "minor major early late young old new".split()
)
"""Words that name no disease alone."""
QUALIFIERS = frozenset(
    "advanced solid metastatic refractory relapsed relapsing resistant unresectable resectable locally uncontrolled "  # noqa: SIM905
    "controlled stable unstable active inactive symptomatic asymptomatic early late end terminal newly diagnosed "
    "untreated treated moderate severe mild persistent intermittent pediatric adult adolescent elderly older young "
    "child children childhood infant neonate woman women man men male female patient subject person participant "
    "acute chronic subacute recurrent primary secondary current stage grade type level degree high low very poorly "
    "well moderately severely related associated induced suspected known confirmed established hospitalized "
    "postoperative preoperative perioperative post pre operative surgical risk prevention treatment therapy "
    "management unspecified nos other various multiple complicated uncomplicated".split()
)
"""Words that say how bad a disease is, since when, or whose, and not which it is."""
_ANOTHER_THING = {
    "shock": frozenset({"wave", "block", "therapy"}),
    "stress": frozenset(
        {"test", "testing", "echo", "echocardiography", "echocardiogram", "imaging", "mri", "perfusion", "dose"}
    ),
    "fever": frozenset({"chart", "clinic", "curve"}),
    "cancer": frozenset({"registry", "center", "centre", "institute", "society"}),
    "burn": frozenset({"center", "centre", "unit"}),
    "infection": frozenset({"control"}),
    "pain": frozenset({"clinic", "scale", "score"}),
    "allergy": frozenset({"clinic", "testing", "test"}),
    "fatigue": frozenset({"scale"}),
}
"""Names that are something else before some words."""
MISTYPED_AFFIX = 2


def says_something(word: str) -> bool:
    """Whether a word alone can name a disease: not "chronic", not "calcium", no number."""
    return len(word) >= 3 and word not in SAYS_NOTHING and word not in STOPWORDS and not word.isdigit()


def is_another_thing(word: str, behind: Sequence[str]) -> bool:
    """Whether the word behind a name makes something else of it: shock wave, stress test."""
    return not _ANOTHER_THING.get(word, frozenset()).isdisjoint(behind)


def prefix_of(word: str) -> str:
    """A word that is a reversing prefix alone: the first one of "hypo/hyperthyroidism"."""
    return word if word in _AFFIXES else ""


def affixes(word: str) -> str:
    """The reversing prefixes of a word: "pseudohypo" of pseudohypoparathyroidism."""
    found = ""
    rest = word
    grown = True
    while grown and len(rest) > 5:
        grown = False
        for affix in _AFFIXES:
            if rest.startswith(affix) and len(rest) - len(affix) >= 4:
                found, rest, grown = found + affix, rest[len(affix) :], True
                break
    return found


def affix_differs(word: str, known: str) -> bool:
    """Whether two words differ in a prefix that reverses the meaning (hypo-, hyper-, pseudo-, non-).

    A prefix that only one of them has counts as mistyped in the other ("hpothyroidism") when that is what sets
    them apart, two letters at most.
    """
    mine, theirs = affixes(word), affixes(known)
    if mine == theirs:
        return False
    if mine and theirs:
        return True
    return bool(mine) or OSA.distance(word[: len(theirs)], theirs) > MISTYPED_AFFIX


def same_numbers(words: Sequence[str], others: Sequence[str]) -> bool:
    """Type numbers never count as typing errors: 1a is not 1b."""
    return [word for word in words if word[0].isdigit()] == [word for word in others if word[0].isdigit()]
