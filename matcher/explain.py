"""Why a trial stands where it stands, or why it was not suggested."""

from typing import TYPE_CHECKING

from matcher.presentation import PatientConcepts
from matcher.profiles import FIELD_WEIGHT
from matcher.results import Suggestions

if TYPE_CHECKING:
    from matcher.service import Matcher


def explain_trial(
    matcher: "Matcher", trial_id: str, patient: PatientConcepts, suggestions: Suggestions
) -> tuple[str, ...]:
    """Lines that say what was understood, what the trial names, how they meet and what each step costs.

    Raises:
        TrialNotFoundError: the catalogue holds no such trial.
    """
    from matcher.service import grade_of

    place = matcher.place(trial_id)
    ranker, catalogue = matcher.ranker, matcher.catalogue
    trial_id = catalogue.trial_ids[place]
    lines = [f"{trial_id}: {catalogue.facts[place].title or ''}"]
    for concept, field, row in sorted(catalogue.namings(place), key=lambda item: -FIELD_WEIGHT.get(item[1], 0.0)):
        if concept in catalogue.requirement_names:
            lines.append(f'It asks: {catalogue.requirement_names[concept]} ("{catalogue.words(row)}").')
        elif concept in catalogue.treatment_names:
            lines.append(f'It gives "{catalogue.words(row)}".')
        else:
            lines.append(f'It names {ranker.label(concept)} as {field} ("{catalogue.words(row)}").')
    elements = (*patient.diseases, *patient.findings)
    for element in elements:
        source = " (implied)" if element.inferred else ""
        lines.append(
            f'You name {ranker.label(element.concept)}{source}: "{element.words}", {element.rule}, '
            f"weight {element.weight:.2f}."
        )
    for concept, words in patient.denied.items():
        if concept in {named for named, _, _ in catalogue.namings(place)}:
            lines.append(f'You deny {ranker.label(concept)}: "{words}".')
    ranked = list(matcher.ranked(patient))
    rank = next((number for number, scored in enumerate(ranked, start=1) if scored.place == place), None)
    if rank is None:
        lines.append(_no_way(matcher, place, patient))
        return tuple(lines)
    scored = ranked[rank - 1]
    lines += [
        f"{ranker.label(link.element.concept)} -> {ranker.label(link.naming.concept)} ({link.reached.relation}, "
        f"{link.reached.weight:.2f}, source {link.reached.evidence}) x {link.naming.field} "
        f"({FIELD_WEIGHT[link.naming.field]:.2f}) = {link.value:.2f}."
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
    else:
        lines.append("It is not shown: its status is not asked for, or hints of its kind or others stand before it.")
    return tuple(lines)


def _no_way(matcher: "Matcher", place: int, patient: PatientConcepts) -> str:
    named = {concept for concept, _, _ in matcher.catalogue.namings(place)}
    if not patient.diseases and not patient.findings:
        return "Nothing of what you typed was recognised as a present diagnosis, so nothing leads to this trial."
    kinds = ", ".join(sorted(matcher.ranker.label(concept) for concept in named if matcher.ranker.label(concept))[:4])
    return f"No edge leads from your diagnoses to what this trial names ({kinds}): it is not suggested."
