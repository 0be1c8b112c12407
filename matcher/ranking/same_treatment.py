"""Further trials that the best ones lead to: the same treatment in a related disease."""

from collections.abc import Collection, Iterator, Sequence

from matcher import weights
from matcher.patient.case import PatientCase
from matcher.ranking.scoring import Link, Scored, Scorer
from matcher.terminology.expansion import ConceptPath


def same_treatment(
    best: Sequence[Scored], seen: Collection[int], patient: PatientCase, scorer: Scorer
) -> Iterator[Scored]:
    """Trials, not seen yet, that give what one of the best ones gives, for a disease or finding related to the
    patient's: one that a common group holds. They are hints, and stand behind what the diagnosis itself leads to.
    None gives what the patient is to avoid, or is for what the patient is said not to have.
    """
    catalogue = scorer.catalogue
    barred = {place for word in patient.avoided for place in catalogue.trials_saying(word).tolist()}
    found: dict[int, Scored] = {}
    for like in best:
        for treatment in catalogue.treatments(like.place):
            places = catalogue.trials_stating(treatment)
            for place in places if len(places) <= weights.USUAL else ():
                if place in seen or place in found or place in barred:
                    continue
                link = _kinship(like, place, scorer)
                if link is not None and link.naming.concept not in patient.denied:
                    words = catalogue.words(catalogue.treatments(place)[treatment])
                    note = f'It gives "{words}", as {catalogue.trial_ids[like.place]} does.'
                    found[place] = Scored(place, link.value, (link,), (note,), "treatment", firm=False)
    yield from sorted(found.values(), key=lambda scored: (-scored.score, scored.place))


def _kinship(like: Scored, place: int, scorer: Scorer) -> Link | None:
    """The closest tie between what led to a trial and what another one is about."""
    profile = scorer.catalogue.profile(place)
    best: Link | None = None
    about = profile.diseases | profile.findings
    for link in like.links:
        concept = link.element.concept
        kin = scorer.expansion.kin(concept) if scorer.terminology.holds(concept) else frozenset()
        for other, naming in about.items():
            common = kin & scorer.expansion.kin(other) if scorer.terminology.holds(other) else None
            if common:
                group = min(common, key=lambda held: (int(scorer.terminology.descendants[held]), held))
                how = ConceptPath(weights.SAME_TREATMENT, "treatment", scorer.terminology.ids[group])
                value = weights.SAME_TREATMENT * link.value * naming.weight
                if best is None or value > best.value:
                    best = Link(link.element, naming, how, value)
    return best
