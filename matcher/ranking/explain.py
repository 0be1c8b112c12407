"""Why a trial stands where it stands, or why it was not suggested."""

from collections.abc import Iterator

from matcher import weights
from matcher.patient.case import PatientCase
from matcher.ranking.best_first import Ranker
from matcher.ranking.eligibility import check
from matcher.ranking.scoring import Scored, Scorer, grade_of
from matcher.results import Suggestions


def explain_trial(ranker: Ranker, trial_index: int, patient: PatientCase, suggestions: Suggestions) -> tuple[str, ...]:
    """Lines that say what was understood, what the trial names, how they meet and what each step costs."""
    scorer, catalogue = ranker.scorer, ranker.scorer.catalogue
    trial_id = catalogue.trial_ids[trial_index]
    lines = [f"{trial_id}: {catalogue.facts[trial_index].title or ''}"]
    for concept, field, said in sorted(catalogue.namings(trial_index), key=lambda item: -weights.of_field(item[1])):
        if required := catalogue.requirement(concept):
            lines.append(f'It asks: {required} ("{catalogue.words(said)}").')
        elif catalogue.is_treatment(concept):
            lines.append(f'It gives "{catalogue.words(said)}".')
        else:
            lines.append(f'It names {scorer.label(concept)} as {field} ("{catalogue.words(said)}").')
    elements = (*patient.diseases, *patient.findings)
    for element in elements:
        source = " (implied)" if element.inferred else ""
        lines.append(
            f'You name {scorer.label(element.concept)}{source}: "{element.words}", {element.rule}, '
            f"weight {element.weight:.2f}."
        )
    for concept, words in patient.denied.items():
        if concept in {named for named, _, _ in catalogue.namings(trial_index)}:
            lines.append(f'You deny {scorer.label(concept)}: "{words}".')
    ranked = list(ranker.ranked(patient, least=0.0))
    rank = next((number for number, scored in enumerate(ranked, start=1) if scored.trial_index == trial_index), None)
    if rank is None:
        lines.append(_no_way(scorer, trial_index, patient))
    else:
        lines += _way(ranker, ranked[rank - 1])
        lines.append(f"Place {rank} of {len(ranked)} before limits of age and sex.")
    lines.append(_outcome(ranker, trial_index, patient, suggestions, ranked[rank - 1] if rank else None))
    return tuple(lines)


def _way(ranker: Ranker, scored: Scored) -> Iterator[str]:
    """How a trial was reached, what each step costs, and what speaks against it."""
    for link in scored.links:
        yield (
            f"{ranker.scorer.label(link.element.concept)} -> {ranker.scorer.label(link.naming.concept)} "
            f"({link.reached.relation}, {link.reached.weight:.2f}, source {link.reached.evidence}) x "
            f"{link.naming.field} ({weights.of_field(link.naming.field):.2f}) = {link.value:.2f}."
        )
    yield from scored.notes
    yield f"Score {scored.score:.2f}, {grade_of(scored)}."


def _outcome(
    ranker: Ranker, trial_index: int, patient: PatientCase, suggestions: Suggestions, scored: Scored | None
) -> str:
    """Whether a trial is shown, and where; else what kept it away, the plainest reason first."""
    catalogue = ranker.scorer.catalogue
    facts = catalogue.facts[trial_index]
    places = enumerate(suggestions.matches, start=1)
    shown = next(((place, match) for place, match in places if match.trial_id == facts.trial_id), None)
    if shown is not None:
        place, match = shown
        why = f", {match.relation}: {' '.join(match.because)}" if scored is None else ""
        return f"It is shown at place {place}{why}".rstrip(".") + "."
    _, excluded = check(facts, suggestions.query.patient, None)
    if excluded is not None:
        return f"It is ruled out: {excluded}"
    harmful = ranker.harmful(trial_index, patient)
    if harmful and (scored is None or scored.beside):
        return f"It is not shown: it gives {harmful}, which is dangerous for this patient or to be avoided."
    if scored is None:
        return "It is not suggested."
    if scored.score < weights.FAINT:
        return "It is not shown: it is too faint a hint."
    if scored.beside:
        words = ranker.leading.diagnosis_of(scored.links).words
        return f"It is not shown: it is for {words}, and trials for what leads stand before it."
    if suggestions.fit > len(suggestions.matches):
        return f"It is not shown: {suggestions.fit} trials fit, and the best {len(suggestions.matches)} are shown."
    return "It is not shown: better ones are, its status is not asked for, or it is one of many hints alike."


def _no_way(scorer: Scorer, trial_index: int, patient: PatientCase) -> str:
    """Why nothing leads to a trial: what of the patient does reach it, and what keeps that from counting."""
    if not patient.diseases and not patient.findings:
        return "Nothing of what you typed was recognised as a present diagnosis, so nothing leads to this trial."
    named = {concept for concept, _, _ in scorer.catalogue.namings(trial_index)}
    denied = {words: scorer.label(concept) for concept, words in sorted(patient.denied.items()) if concept in named}
    if denied:
        said = "; ".join(f"{words} ({label})" for words, label in list(denied.items())[:3])
        return f"It names what you say is absent or past: {said}."
    near = [
        f"{element.words} leads to {scorer.label(concept)}"
        for element in (*patient.diseases, *patient.findings)
        for concept in sorted(named.intersection(element.reached))
    ]
    if near:
        return f"{'; '.join(near[:3])}, but that is not what the trial is about."
    kinds = ", ".join(sorted(scorer.label(concept) for concept in named if scorer.label(concept))[:4])
    return f"No edge leads from your diagnoses to what this trial names ({kinds})."
