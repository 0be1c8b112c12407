"""What the page calls the values of the catalogue and of the matcher: English texts, which catalogues translate."""

import re


def N_(text: str) -> str:
    """Mark a text for the catalogues without translating it here."""
    return text


STATUS = {
    "recruiting": N_("Recruiting"),
    "not_yet_recruiting": N_("Not yet recruiting"),
    "by_invitation": N_("By invitation"),
    "active_not_recruiting": N_("Running, recruitment closed"),
    "suspended": N_("Suspended"),
    "completed": N_("Completed"),
    "terminated": N_("Stopped early"),
    "withdrawn": N_("Withdrawn"),
    "expanded_access": N_("Expanded access"),
    "moved": N_("Moved to another registry"),
    "unknown": N_("Status unknown"),
}
GRADE = {"strong": N_("Strong"), "possible": N_("Possible"), "weak": N_("Weak hint")}
RELATION = {
    "same": N_("same"),
    "narrower": N_("narrower"),
    "broader": N_("broader"),
    "manifestation": N_("manifestation"),
    "cause": N_("cause"),
    "treatment": N_("treatment"),
    "wording": N_("wording"),
}
LEGEND = {
    "same": N_("The trial is about the very disease or finding."),
    "narrower": N_("The trial is about a kind of it."),
    "broader": N_("The trial is about a wider group that includes it."),
    "manifestation": N_("The trial is about something that the disease can come with."),
    "cause": N_("The trial is about the same finding in another disease."),
    "treatment": N_("The trial gives what a better match gives, in a related disease."),
    "wording": N_("No concept leads to the trial; its words or their meaning are alike."),
}
GRADE_LEGEND = {
    "strong": N_("worth opening first"),
    "possible": N_("worth a look"),
    "weak": N_("a hint, often beside the point"),
}
ASSERTION = {
    "present": N_("present"),
    "negated": N_("denied in the text"),
    "family": N_("of a relative"),
    "historical": N_("in the past"),
    "uncertain": N_("suspected"),
}
ELIGIBILITY = {"met": N_("met"), "not met": N_("not met"), "unknown": N_("not known")}
VERDICT = {"possible": N_("Possible"), "excluded": N_("Excluded"), "unknown": N_("Not known yet")}
SEX = {"all": N_("All"), "female": N_("Female"), "male": N_("Male")}
STUDY_TYPE = {
    "interventional": N_("Interventional"),
    "observational": N_("Observational"),
    "expanded_access": N_("Expanded access"),
    "other": N_("Other"),
}
PHASE = {
    "early_phase1": N_("Early phase 1"),
    "phase1": N_("Phase 1"),
    "phase2": N_("Phase 2"),
    "phase3": N_("Phase 3"),
    "phase4": N_("Phase 4"),
}
REGISTRY = {
    "ctgov": "ClinicalTrials.gov",
    "isrctn": "ISRCTN",
    "ctis": "CTIS (EU)",
    "euctr": "EU CTR",
    "drks": "DRKS",
    "listing": N_("Recruitment page"),
    "ictrp": "WHO ICTRP",
    "anzctr": "ANZCTR",
    "chictr": "ChiCTR",
    "jrct": "jRCT",
    "ctri": "CTRI",
    "umin": "UMIN-CTR",
    "rebec": "ReBEC",
    "nl": "NTR (NL)",
}
SENTENCES = (
    N_('"{words}" includes {label}'),
    N_('"{words}" is {label}'),
    N_('{start}: the trial lists as a condition "{words}".'),
    N_('{start}: the trial names in its title "{words}".'),
    N_('{start}: the trial is indexed under "{words}".'),
    N_('{start}: the trial has the keyword "{words}".'),
    N_('{start}: the trial admits in its criteria "{words}".'),
    N_('{start}: the trial lists as a condition "{words}", {relation} (source: {evidence}).'),
    N_('{start}: the trial names in its title "{words}", {relation} (source: {evidence}).'),
    N_('{start}: the trial is indexed under "{words}", {relation} (source: {evidence}).'),
    N_('{start}: the trial has the keyword "{words}", {relation} (source: {evidence}).'),
    N_('{start}: the trial admits in its criteria "{words}", {relation} (source: {evidence}).'),
    N_("which is a kind of {label}"),
    N_("which includes {label}"),
    N_("which {label} can come with"),
    N_("which is related to {label}"),
    N_("The trial takes female participants only."),
    N_("The trial takes male participants only."),
    N_("The patient is {age} old; the trial takes people from {limit} on."),
    N_("The patient is {age} old; the trial takes people up to {limit}."),
    N_("The patient is an adult; the trial takes people up to {limit}."),
    N_("The patient is a child; the trial takes people from {limit} on."),
    N_("{number} years"),
    N_("{number} months"),
    N_("{number} days"),
    N_("from {least} up to {most}"),
    N_("from {least}"),
    N_("up to {most}"),
    N_("{ages} (age bands)"),
    N_("any age"),
    N_("The record says that it is open (said on {day}; {passed})."),
    N_("It says '{opposite}', the patient's diagnosis '{stated}'."),
)
"""Sentences that other rooms make, with the names of their parts (sentences.py)."""

_TAG = re.compile(r"<[^<>]*>")


def plain(text: str | None) -> str:
    """A registry's text without what looks like markup; it is escaped in any case where it is shown."""
    return _TAG.sub(" ", text or "")
