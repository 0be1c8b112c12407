"""Why a trial stands where it stands, or why it was not suggested."""

from matcher import weights
from matcher.patient.case import PatientCase
from matcher.ranking.best_first import Ranker
from matcher.ranking.scoring import Scorer, grade_of
from matcher.results import Suggestions


def explain_trial(ranker: Ranker, trial_index: int, patient: PatientCase, suggestions: Suggestions) -> tuple[str, ...]:
    """Lines that say what was understood, what the trial names, how they meet and what each step costs."""
    scorer, catalogue = ranker.scorer, ranker.scorer.catalogue
    trial_id = catalogue.trial_ids[trial_index]
    lines = [f"{trial_id}: {catalogue.facts[trial_index].title or ''}"]
    for concept, field, row in sorted(catalogue.namings(trial_index), key=lambda item: -weights.of_field(item[1])):
        if required := catalogue.requirement(concept):
            lines.append(f'It asks: {required} ("{catalogue.words(row)}").')
        elif catalogue.is_treatment(concept):
            lines.append(f'It gives "{catalogue.words(row)}".')
        else:
            lines.append(f'It names {scorer.label(concept)} as {field} ("{catalogue.words(row)}").')
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
        return tuple(lines)
    scored = ranked[rank - 1]
    lines += [
        f"{scorer.label(link.element.concept)} -> {scorer.label(link.naming.concept)} ({link.reached.relation}, "
        f"{link.reached.weight:.2f}, source {link.reached.evidence}) x {link.naming.field} "
        f"({weights.of_field(link.naming.field):.2f}) = {link.value:.2f}."
        for link in scored.links
    ]
    lines += scored.notes
    lines.append(
        f"Score {scored.score:.2f}, {grade_of(scored)}, place {rank} of {len(ranked)} before limits of age and sex."
    )
    shown = next(
        (number for number, match in enumerate(suggestions.matches, start=1) if match.trial_id == trial_id), None
    )
    ruled = next((item.reason for item in suggestions.ruled_out if item.trial_id == trial_id), None)
    if shown is not None:
        lines.append(f"It is shown at place {shown}.")
    elif ruled is not None:
        lines.append(f"It is ruled out: {ruled}")
    elif scored.score < weights.FAINT:
        lines.append("It is not shown: it is too faint a hint.")
    elif scored.beside:
        diagnosis = ranker.leading.diagnosis_of(scored.links).words
        lines.append(f"It is not shown: it is for {diagnosis}, and trials for what leads stand before it.")
    elif rank > len(suggestions.matches):
        lines.append(f"It is not shown: {rank - 1} trials stand before it, and {len(suggestions.matches)} are shown.")
    else:
        lines.append("It is not shown: its status is not asked for, or it is one of many hints alike.")
    return tuple(lines)


def _no_way(scorer: Scorer, trial_index: int, patient: PatientCase) -> str:
    """Why nothing leads to a trial: what of the patient does reach it, and what keeps that from counting."""
    if not patient.diseases and not patient.findings:
        return "Nothing of what you typed was recognised as a present diagnosis, so nothing leads to this trial."
    named = {concept for concept, _, _ in scorer.catalogue.namings(trial_index)}
    near = [
        f"{element.words} leads to {scorer.label(concept)}"
        for element in (*patient.diseases, *patient.findings)
        for concept in sorted(named.intersection(element.reached))
    ]
    if near:
        return f"It is not suggested: {'; '.join(near[:3])}, but that is not what the trial is about."
    kinds = ", ".join(sorted(scorer.label(concept) for concept in named if scorer.label(concept))[:4])
    return f"No edge leads from your diagnoses to what this trial names ({kinds}): it is not suggested."
