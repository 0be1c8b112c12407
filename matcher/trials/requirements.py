"""What a trial asks of participants beside a diagnosis, as far as its words say it plainly."""

import re
from collections.abc import Iterable, Iterator

from matcher.text.kin import any_of
from matcher.text.plain_words import plain_words
from matcher.trials.trial_text import Named, TrialText

_EARLIER_STUDY = re.compile(
    r"\brollover\b|\bwho have completed\b|\bcompleted (?:both|the|an?|study|nct|parent|previous|treatment|"
    r"participation|earlier)"
    r"|\bcompleted\b[^.]{0,40}\b(?:stud(?:y|ies)|trial)\b|\bpreviously (?:treated with [A-Z]|enrolled)"
    r"|\btook part in an? (?:earlier|previous|prior)|\bparticipat\w+ in (?:an?|the) (?:earlier|previous|prior|"
    r"parent)",
    re.I,
)
_NEW_ENTRANTS = re.compile(r"\bor\b (?:an? )?new\b|\bnew (?:entrants|adult|participants|patients)", re.I)
_NEW_ONSET = re.compile(r"\bnew[- ]onset\b|\bnewly diagnosed\b|\buntreated\b|\btreatment[- ]naive\b", re.I)
_CHILDREN = re.compile(r"\b(?:child(?:hood|ren)?|pa?ediatric|juvenile|adolescents?|infants?|infancy)\b", re.I)
_YOUNG_PEOPLE = r"(?:children|pa?ediatric|adolescents?|infants|newborns|neonates|toddlers)\b(?![- ]onset)"
_OF_YOUNG_PEOPLE = re.compile(rf"\b{_YOUNG_PEOPLE}", re.I)
_TAKES_YOUNG_PEOPLE = re.compile(rf"\W*(?:\w+ )?{_YOUNG_PEOPLE}", re.I)
_ADULTS = re.compile(r"\badults?\b|\bsurvivors?\b", re.I)
_SIBLINGS, _PARENTS = (any_of((relation,), language="en") for relation in ("sibling", "parent"))
_RELATIVES = re.compile(
    rf"\b(?:(?P<sibling>{_SIBLINGS})|(?P<parent>{_PARENTS})|(?P<relative>relatives?|family members?))\b", re.I
)

# What some part of a text holds that any of the expressions finds, in small letters: most texts hold nothing of it, and
# are not searched.
_EARLIER = ("complet", "participat", "previously", "rollover", "took part")
_NEW = ("new-onset", "new onset", "newly diagnosed", "untreated", "treatment-naive", "treatment naive")
_YOUNG = ("child", "ediatric", "juvenile", "adolescent", "infan", "newborn", "neonate", "toddler")
_GROWN_UP = ("adult", "survivor")
_KIN = frozenset(re.findall(r"[a-z]+", f"{_SIBLINGS} {_PARENTS} relative relatives family"))


def _holds(text: str, hints: tuple[str, ...]) -> bool:
    return any(map(text.__contains__, hints))


def _first(
    expression: re.Pattern[str], text: str, parts: Iterable[str], hints: tuple[str, ...]
) -> re.Match[str] | None:
    """What an expression finds first, in the parts that hold a hint of it. text: all of them, in small letters."""
    if not _holds(text, hints):
        return None
    return next(filter(None, (expression.search(part) for part in parts if _holds(part.lower(), hints))), None)


def _takes_young_people(trial: TrialText) -> bool:
    """Whether a title or the beginning of a criterion says that those who take part are young."""
    return any(map(_OF_YOUNG_PEOPLE.search, trial.titles)) or any(map(_TAKES_YOUNG_PEOPLE.match, trial.inclusion))


def requirements(trial: TrialText) -> Iterator[Named]:
    """What a trial asks of participants beside a diagnosis, as far as titles and inclusion criteria say it plainly.

    requires:earlier-study (a rollover study), requires:new-onset, admits:children-only or -and-adults,
    admits:parent|sibling|relative. Children only: these words name the people, or a disease of childhood that is new;
    who has a juvenile disease may be grown up.
    """
    parts = (*trial.titles, *trial.inclusion)
    text = "\n".join(parts).lower()
    if (match := _first(_EARLIER_STUDY, text, parts, _EARLIER)) and not any(map(_NEW_ENTRANTS.search, parts)):
        yield Named("requires:earlier-study", "took part in an earlier study", "text", 1.0, match[0])
    match = _first(_NEW_ONSET, text, parts, _NEW)
    if match:
        yield Named("requires:new-onset", "newly diagnosed or untreated", "text", 1.0, match[0])
    if _holds(text, _YOUNG):
        children = _first(_CHILDREN, text, parts, _YOUNG)
        if children and _holds(text, _GROWN_UP) and any(map(_ADULTS.search, parts)):
            yield Named("admits:children-and-adults", "children and adults", "text", 1.0, children[0])
        elif (children and match) or _takes_young_people(trial):
            yield Named("admits:children-only", "children", "text", 1.0, "children")
    if not _KIN.isdisjoint(plain_words(text)):
        yield from _relatives(trial)


def _relatives(trial: TrialText) -> Iterator[Named]:
    """The relatives whom its inclusion criteria admit, each kind once."""
    kinds: set[str] = set()
    for part in trial.inclusion:
        for found in _RELATIVES.finditer(part):
            kind = found.lastgroup or ""
            if kind not in kinds:
                kinds.add(kind)
                yield Named(f"admits:{kind}", f"{kind}s of affected people", "text", 1.0, found[0])
