"""Further trials that the best ones lead to: the same treatment in a related disease."""

from collections.abc import Collection, Iterator, Sequence

from matcher import weights
from matcher.patient.case import PatientCase
from matcher.ranking.scoring import Link, Scored, Scorer
from matcher.terminology.expansion import ConceptPath
from matcher.trials.index import Flags


def same_treatment(
    best: Sequence[Scored],
    seen: Collection[int],
    patient: PatientCase,
    scorer: Scorer,
    among: Flags | None = None,
) -> Iterator[Scored]:
    """Trials, not seen yet and among those looked at, that give what one of the best ones gives, for a disease or
    finding related to the patient's: one that a common group holds. They are hints, and stand behind what the diagnosis
    itself leads to. None gives what the patient is to avoid, or is for what the patient is said not to have.
    """
    catalogue = scorer.catalogue
    barred = {trial_index for word in patient.avoided for trial_index in catalogue.trials_saying(word).tolist()}
    found: dict[int, Scored] = {}
    for like in best:
        for treatment in catalogue.treatments(like.trial_index):
            giving = catalogue.trials_stating(treatment)
            for trial_index in giving if len(giving) <= weights.USUAL_TREATMENT else ():
                if trial_index in seen or trial_index in found or trial_index in barred:
                    continue
                if among is not None and not among[trial_index]:
                    continue
                link = _kinship(like, trial_index, scorer)
                if link is not None and link.naming.concept not in patient.denied:
                    words = catalogue.words(catalogue.treatments(trial_index)[treatment])
                    note = f'It gives "{words}", as {catalogue.trial_ids[like.trial_index]} does.'
                    found[trial_index] = Scored(trial_index, link.value, (link,), (note,), "treatment", firm=False)
    yield from sorted(found.values(), key=lambda scored: (-scored.score, scored.trial_index))


def _kinship(like: Scored, trial_index: int, scorer: Scorer) -> Link | None:
    """The closest tie between what led to a trial and what another one is about."""
    profile = scorer.catalogue.profile(trial_index)
    best: Link | None = None
    about = profile.diseases | profile.findings
    for link in like.links:
        concept = link.element.concept
        kin = scorer.expansion.kin(concept) if scorer.terminology.holds(concept) else frozenset()
        for other, naming in about.items():
            common = kin & scorer.expansion.kin(other) if scorer.terminology.holds(other) else None
            if common:
                group = min(common, key=lambda held: (int(scorer.terminology.descendants[held]), held))
                how = ConceptPath(weights.HINT, "treatment", scorer.terminology.ids[group])
                value = weights.HINT * link.value * naming.weight
                if best is None or value > best.value:
                    best = Link(link.element, naming, how, value)
    return best
