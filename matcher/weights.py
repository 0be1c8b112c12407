"""Every number by which trials are chosen, scored and shown, and by which findings point at a disease.

Their module lies below all rooms that use them (the patient, the index of trials, the ranking, the service), so it is
not in the ranking's folder. What a step from one concept to another costs stands in `matcher/terminology/weights.py`,
for those numbers also decide how trials are mapped. `python -m bench.matching --only ablation` takes each out in turn.
"""

TITLE = 0.97
"""A trial's title names it: a condition, which says most, counts 1."""
MESH = 0.9
"""The registry indexed the trial under it."""
KEYWORD = 0.8
"""It is a keyword of the trial."""
INCLUSION = 0.7
"""The trial's inclusion criteria name it."""

STRONG = 0.7
"""Score from which a suggestion is strong."""
POSSIBLE = 0.42
"""Score from which a trial is a suggestion at all."""
JUST_A_HINT = 0.416
"""The most that a trial scores which is to be a hint, however close it is to something."""
FAINT = 0.1
"""Score below which a trial is not even a hint."""
ALIKE = 3
"""How many hints are shown that rest on one and the same wider disease, heading or possible manifestation."""

HINT = 0.35
"""Score of a trial for what the disease may come with, or of the same treatment in a related disease."""
USUAL_TREATMENT = 60
"""A treatment that more trials give tells nothing of a disease."""

UNSTATED_FINDING = 0.5
"""The trial requires a finding that is not stated and with which the patient's disease does not come."""
ONE_SIDE = 0.6
"""Disease or finding of the trial is not the patient's: it treats another finding, or in no or one other disease."""
SISTER_CAUSE = 0.4
"""The trial is of the same finding in another disease than the patient's."""
SISTER_CAUSES = 0.75
"""The same, of a trial that takes the finding whatever it comes of."""
SEVERAL = 3
"""A trial of so many unrelated diseases with a finding takes the finding whatever it comes of."""
SETTING = 0.9
"""The trial names a setting, no more than a heading of the disease, or asks for new patients."""
WIDER_CRITERION = 0.7
"""The trial is about something else, and what its criteria or keywords name is wider than the diagnosis too."""
LEADS = 1.2
"""By how many nats more a diagnosis must say to lead, and the other one to be context."""
USUAL = 0.01
"""Share of a catalogue's trials from which what they are about is common."""
FEW = 10
"""Trials that are added to each count of them, for small numbers say little of how rare a disease is."""
BOTH_DISEASES = 0.3
"""What is added for a trial that meets two of the patient's diseases."""
AGAINST = 0.3
"""The trial is about, excludes or gives what is denied, had, past or to be avoided, or is for another age."""
EARLIER_STUDY = 0.6
"""The trial takes those alone who took part in an earlier study."""

JOINABLE = 0.955
"""Among trials of a grade: by how much one counts less where its status is stale; closed ones twice, those that are
over four times.
"""
FORGOTTEN_YEARS = 10
"""Years without an update after which a trial of unknown status is hardly one that can be joined."""
LEXICAL = 0.1
"""What is added, at most, for rare words that a trial shares with the input."""
ENOUGH_WORDS = 5.0
"""Rarity in nats of the shared words that brings most of that."""
TREATING = 3
"""How many of the best trials are asked for their treatments."""

RARE = 5.5
"""Information in nats of a finding of less than one disease in 250."""
FEWEST_RARE = 2
"""How many rare findings point at a disease."""
FEWEST = 3
"""How many findings of any kind do."""
CURATED_BONUS = 1.15
"""How much more a disease counts of which the curated table tells something."""
RIVALS = 2
"""How many unrelated diseases may be as likely: more, and the findings point at none."""
AS_GOOD = 0.97
"""Share of the best disease's score from which an unrelated one is as likely."""

SAID_UNCERTAIN = 0.5
"""What is only suspected counts so much among the words by which trials are compared with a text."""
SAID_PAST = 0.3
"""The same of what is past or told as history."""
OTHER_WORDS = 0.5
"""The same of a word that belongs to no diagnosis; in a note by the root of how often it stands there."""
UNKNOWN_IN_NOTE = 0.5
"""The same of a name in a note that no vocabulary knows."""

NAMED_AGAIN = 0.5
"""Power of how often a note names a diagnosis, or its kinds, by which it puts it forward."""
GIVEN_AS_DIAGNOSIS = 2.0
"""How much more it puts forward what it gives as the diagnosis ("consistent with", "a case of")."""
OPENING = 1.3
"""The same of what its first sentence names."""
EXPLAINS = 2.0
"""The same of a disease that comes with something else that it tells."""
COMMON_IN_NOTE = 0.6
"""The same of what is common."""
FINDING_IN_NOTE = 0.5
"""The same of a finding, beside a disease."""
WITH_MANY = 30
"""Diseases with which something comes that counts as a finding in a note, whatever else it is (a rash, proteinuria)."""
IN_PASSING = 0.35
"""Below this a note names something in passing (what is common, and once), so that it does not lead."""
RARITY_IN_NOTE = 2.0
"""Power of what a diagnosis says, in nats, with which it counts towards leading in a note."""
LEADING_IN_NOTE = 2
"""How many diagnoses lead in a note at most."""
AS_FORWARD = 0.7
"""Share of the first one's from which a diagnosis of a note leads too."""
REPEATED = 0.5
"""Power of how often a diagnosis is named: four times counts twice."""
TOLD = 0.5
"""A word in a trial's interventions or summary, beside one in its title, conditions or keywords."""
ADMITTING = 0.3
"""A word of a note in the criteria of those whom a trial takes, beside one in its title, conditions or keywords."""
DENSE_WHOLE = 0.5
"""Share of a text as a whole in its likeness of meaning; its nearest sentence and diagnosis share the rest."""
DENSE_PARTS = 16
"""Sentences, and diagnoses, whose meaning is compared: more of a long note cost time and changed nothing."""
NOTE_WORDS = 25
"""Words that say something from which on a text is a note, in which not every diagnosis matters alike."""
LOOKED_AT = 400
"""Of a note, how many trials are scored, those to which its concepts and words point most; others are no suggestion."""
BY_WORDS = 2.0
"""What the words of a note count beside its concepts."""
MET_IN_NOTE = 1.5
"""What counts more towards a trial to which several diagnoses of a note lead."""
POINTED_AT = 0.75
"""Share of what points at the first trial of a note from which one that concepts lead to is strong."""
POINTED_AT_FAINTLY = 0.6
"""The same from which it is possible."""
BY_MEANING = 2.0
"""What its meaning counts beside its concepts, where a model is there."""
RECIPROCAL = 60
"""Constant of reciprocal rank fusion: the larger, the less the first places count."""
WORDED = 0.7
"""Share of the words of a diagnosis, by rarity, from which a trial's title, conditions and keywords name it."""
MEANT = 0.5
"""Cosine of meaning from which a trial that names a diagnosis, which no concept found, is possible."""
MEANT_FAINTLY = 0.3
"""Cosine from which a trial is a hint."""
MEANT_IN_NOTE = 0.25
"""The same in a note, which is never as near to a title as a diagnosis is."""
UNLIKE = 0.4
"""Cosine below which a trial of one of a note's diagnoses is unlike the note as a whole, and possible at most."""
UNLIKE_AT_ALL = 0.3
"""The same, and a hint at most."""


def of_field(field: str) -> float:
    """How much it says that a trial names a concept in a field: 1 for a condition, 0 where it admits nobody."""
    return 1.0 if field == "condition" else float(globals().get(field.upper(), 0.0))
