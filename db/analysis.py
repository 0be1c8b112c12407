"""Views and macros for what analysts ask most: recruitment, results, sponsors, enrollment, phases, durations."""

from db.saved_queries import Macro, Saved, View

OPEN = "'recruiting', 'not_yet_recruiting', 'by_invitation'"
"""Statuses of trials that take participants in, or are about to."""
AGENCY_CLASSES = {
    "industry": ("industry", "commercial", "pharmaceutical company", "industrial sponsor"),
    "government": ("nih", "fed", "other_gov", "government", "research council", "public funding"),
    "network": ("network", "cooperative group"),
    "individual": ("indiv", "individual", "investigator initiated"),
    "other": (
        "other", "non-commercial", "university/education", "hospital/treatment centre", "research organisation",
        "charity", "hospital/clinic/other health care facility", "educational institution",
        "laboratory/research/testing facility", "patient organisation/association", "health care",
    ),
}  # fmt: skip
"""One vocabulary for the registries' classes of sponsors, by their words in small letters. Universities, hospitals and
charities are one class, because ClinicalTrials.gov and EU CTR do not tell them apart."""
_CLASS = " ".join(
    f"WHEN lower(class) IN ({', '.join(repr(word) for word in words)}) THEN '{name}'"
    for name, words in AGENCY_CLASSES.items()
)
_PHASES = (
    "CASE WHEN len(phases) = 0 OR phases IS NULL THEN 'Not stated' ELSE array_to_string(list_transform(phases, "
    "lambda one: CASE one WHEN 'early_phase1' THEN 'Early Phase 1' ELSE replace(one, 'phase', 'Phase ') END), '/') END"
)
_COUNTS = (
    "LEFT JOIN (SELECT trial_id, count(facility) AS sites, count(DISTINCT country) AS countries, "
    "bool_or(country = 'United States') AS in_us FROM locations GROUP BY ALL) l USING (trial_id) "
    "LEFT JOIN (SELECT trial_id, count(*) FILTER (kind = 'primary') AS primary_outcomes, "
    "count(*) FILTER (kind = 'secondary') AS secondary_outcomes, count(*) FILTER (kind NOT IN ('primary', 'secondary'))"
    " AS other_outcomes FROM outcomes GROUP BY ALL) o USING (trial_id) "
    "LEFT JOIN (SELECT trial_id, count(*) AS arms FROM arms GROUP BY ALL) a USING (trial_id) "
    "LEFT JOIN (SELECT trial_id, sum(subjects_affected) FILTER (kind = 'serious') AS serious, "
    "sum(subjects_affected) FILTER (kind = 'other') AS other FROM result_adverse_event_totals GROUP BY ALL) e "
    "USING (trial_id)"
)
_MONTHS = "round(date_diff('day', {}, {}) / 30.4375, 1)"
_TO_COMPLETION = _MONTHS.format("t.start_date", "t.primary_completion_date")

SAVED: tuple[Saved, ...] = (
    Macro(
        "catalogue_day",
        "",
        "Day when the opened snapshot was published: what is overdue or open is counted from it, so that a snapshot "
        "gives the same answer on any day.",
        "SELECT coalesce((SELECT max(value) FROM catalogue_info WHERE key = 'published_at')::TIMESTAMP::DATE, "
        "current_date)",
        is_table=False,
    ),
    Macro(
        "phase_words",
        "phases",
        "A set of phases in words, as trials.phase has it: Phase 2/Phase 3, Early Phase 1, Not stated.",
        _PHASES,
        is_table=False,
    ),
    Macro(
        "agency_class_of",
        "class",
        "A registry's class of a sponsor in one vocabulary: industry, government, network, individual, other "
        "(universities, hospitals, charities), unknown.",
        f"CASE {_CLASS} ELSE 'unknown' END",
        is_table=False,
    ),
    View(
        "sponsor_classes",
        "Sponsors with one vocabulary of agency classes for all registries.",
        {
            "trial_id": "The trial.",
            "name": "Name of the sponsor.",
            "role": "lead or collaborator.",
            "class": "industry, government, network, individual, other (universities, hospitals, charities), unknown.",
            "agency_class": "Class of the sponsor in the registry's words.",
        },
        "SELECT trial_id, name, role, agency_class_of(agency_class) AS class, agency_class FROM sponsors",
    ),
    View(
        "trial_phases",
        "Phase of a trial in words, one row a trial.",
        {"trial_id": "The trial.", "phase": "Phase in words: Phase 2/Phase 3, Early Phase 1, Not stated."},
        "SELECT trial_id, phase_words(phase) AS phase FROM trials",
    ),
    View(
        "recruiting_trials",
        "Trials that take participants in or are about to, one row a condition and country; of a trial whose sites say "
        "that they do not recruit, only countries where another one does.",
        {
            "trial_id": "The trial.",
            "study_id": "The study: several records of one have the same.",
            "brief_title": "Title for the public.",
            "status": "Harmonised recruitment status.",
            "phase": "Phase in words.",
            "condition": "A condition in the registry's own words.",
            "country": "Country in English; NULL where the record names none.",
            "sites": "Sites of the trial in that country that are not said to be closed.",
            "last_update_date": "Last update at the registry.",
            "url": "Page of the record that a person reads.",
        },
        "SELECT t.trial_id, t.study_id, t.brief_title, t.status, phase_words(t.phase) AS phase, c.condition, "
        "l.country, l.sites, t.last_update_date, t.url FROM trials t LEFT JOIN conditions c USING (trial_id) "
        "LEFT JOIN (SELECT trial_id, country, count(*) AS sites, bool_or(is_open) AS is_open FROM (SELECT trial_id, "
        "country, coalesce(NOT regexp_matches(lower(status), 'complet|terminat|withdrawn|suspend|ended|not_recruiting|"
        "active, not|not recruiting|halt'), true) AS is_open FROM locations) WHERE is_open GROUP BY ALL) l "
        "USING (trial_id) LEFT JOIN (SELECT DISTINCT trial_id FROM locations WHERE country IS NOT NULL) has "
        f"USING (trial_id) WHERE t.status IN ({OPEN}) AND t.missing_since IS NULL "
        "AND (l.country IS NOT NULL OR has.trial_id IS NULL)",
    ),
    View(
        "results_overdue",
        "Interventional trials whose primary completion lies more than twelve months back and that show no results, as "
        "the rule of 42 CFR 11.44 counts; who must report by law this cannot tell for certain.",
        {
            "trial_id": "The trial.",
            "brief_title": "Title for the public.",
            "sponsor": "Lead sponsor.",
            "status": "Harmonised recruitment status.",
            "phase": "Phase in words.",
            "primary_completion_date": "Last data for the primary outcome, actual or past by the record's estimate.",
            "due_date": "Twelve months later.",
            "days_overdue": "Days from then to the snapshot's publication.",
            "is_likely_applicable": "A drug or device that the US FDA regulates, and not of phase 1: the law asks for "
            "results. NULL where the record does not say.",
            "is_delay_certified": "A delay was certified or asked for: not due yet, perhaps.",
            "is_submitted": "Results were submitted and are not posted yet.",
        },
        "SELECT t.trial_id, t.brief_title, t.sponsor, t.status, phase_words(t.phase) AS phase, "
        "t.primary_completion_date, (t.primary_completion_date + INTERVAL 12 MONTH)::DATE AS due_date, "
        "catalogue_day() - due_date AS days_overdue, "
        "(o.is_fda_regulated_drug OR o.is_fda_regulated_device) AND t.phase NOT IN (['phase1'], ['early_phase1']) "
        "AS is_likely_applicable, t.disposition_first_submitted_date IS NOT NULL AS is_delay_certified, "
        "t.results_first_submitted_date IS NOT NULL OR p.trial_id IS NOT NULL AS is_submitted "
        "FROM trials t LEFT JOIN oversight o USING (trial_id) "
        "LEFT JOIN (SELECT DISTINCT trial_id FROM result_pending) p USING (trial_id) "
        "WHERE t.registry = 'ctgov' AND t.study_type = 'interventional' AND t.status <> 'withdrawn' "
        "AND NOT coalesce(t.has_results, false) AND t.primary_completion_date + INTERVAL 12 MONTH < catalogue_day()",
    ),
    View(
        "enrollment_by_phase_and_year",
        "Participants of interventional trials by phase and year of start; each study counts once.",
        {
            "year": "Year of start; NULL = not stated.",
            "phase": "Phase in words.",
            "studies": "Studies.",
            "with_enrollment": "Those of them that state a number of participants.",
            "mean_enrollment": "Mean number of participants.",
            "median_enrollment": "Median number of participants.",
            "participants": "Participants in all.",
        },
        "SELECT year(start_date) AS year, phase_words(phase) AS phase, count(*) AS studies, "
        "count(enrollment) AS with_enrollment, round(avg(enrollment), 1) AS mean_enrollment, "
        "median(enrollment) AS median_enrollment, sum(enrollment) AS participants "
        "FROM studies WHERE study_type = 'interventional' GROUP BY ALL",
    ),
    View(
        "calculated_values",
        "What follows from a trial's dates and lists, as users of AACT know it, and more. Months have 30.4375 days.",
        {
            "trial_id": "The trial.",
            "number_of_facilities": "Sites with a name.",
            "number_of_countries": "Countries of all sites.",
            "has_us_facility": "Whether a site is in the United States.",
            "has_single_facility": "Whether there is one site.",
            "is_multinational": "Whether the sites lie in more than one country.",
            "duration": "Months from start to primary completion, planned or actual.",
            "actual_duration": "Months from start to primary completion, where that has passed.",
            "months_to_register": "Months from start to first posting; negative = registered before it began.",
            "months_to_report_results": "Months from primary completion to the first submission of results.",
            "were_results_reported": "Whether the registry shows results.",
            "registered_in_calendar_year": "Year of the first submission, or where unknown of the first posting.",
            "number_of_arms": "Arms or groups listed, or else the number that the registry states.",
            "number_of_primary_outcomes_to_measure": "Planned primary outcomes.",
            "number_of_secondary_outcomes_to_measure": "Planned secondary outcomes.",
            "number_of_other_outcomes_to_measure": "Other planned outcomes.",
            "number_of_sae_subjects": "Participants with serious adverse events, over all groups.",
            "number_of_nsae_subjects": "Participants with other adverse events, over all groups.",
            "minimum_age_years": "Lower age limit in years of 365.25 days.",
            "maximum_age_years": "Upper age limit in such years.",
        },
        "SELECT t.trial_id, coalesce(l.sites, 0) AS number_of_facilities, coalesce(l.countries, 0) AS "
        "number_of_countries, coalesce(l.in_us, false) AS has_us_facility, coalesce(l.sites, 0) = 1 AS "
        "has_single_facility, coalesce(l.countries, 0) > 1 AS is_multinational, "
        f"{_TO_COMPLETION} AS duration, "
        f"CASE WHEN t.primary_completion_date <= catalogue_day() THEN {_TO_COMPLETION} END AS actual_duration, "
        f"{_MONTHS.format('t.start_date', 't.first_posted_date')} AS months_to_register, "
        f"{_MONTHS.format('t.primary_completion_date', 't.results_first_submitted_date')} AS months_to_report_results, "
        "coalesce(t.has_results, false) AS were_results_reported, "
        "year(coalesce(t.first_submitted_date, t.first_posted_date)) AS registered_in_calendar_year, "
        "coalesce(a.arms, d.number_of_arms) AS number_of_arms, "
        "coalesce(o.primary_outcomes, 0) AS number_of_primary_outcomes_to_measure, "
        "coalesce(o.secondary_outcomes, 0) AS number_of_secondary_outcomes_to_measure, "
        "coalesce(o.other_outcomes, 0) AS number_of_other_outcomes_to_measure, "
        "e.serious AS number_of_sae_subjects, e.other AS number_of_nsae_subjects, "
        "round(t.min_age_days / 365.25, 2) AS minimum_age_years, "
        "round(t.max_age_days / 365.25, 2) AS maximum_age_years "
        f"FROM trials t {_COUNTS} LEFT JOIN design_details d USING (trial_id)",
    ),
    View(
        "mesh_headings",
        "The headings of MeSH that trials of the catalogue have, and those above them, as the registries give them.",
        {
            "branch": "What the heading describes: condition or intervention.",
            "mesh_id": "MeSH unique id, such as D002114.",
            "term": "The heading.",
            "trials": "Trials to which it is assigned.",
            "trials_under": "Trials to which it or a narrower heading is assigned.",
        },
        "SELECT branch, mesh_id, term, count(DISTINCT trial_id) FILTER (NOT is_ancestor) AS trials, "
        "count(DISTINCT trial_id) AS trials_under FROM mesh_terms GROUP BY ALL",
    ),
    Macro(
        "trials_under_mesh",
        "heading",
        "Trials to which a heading of MeSH or a narrower one is assigned, by its name or id: "
        "FROM trials_under_mesh('Connective Tissue Diseases'). Columns: headings (those assigned), wider (all that the "
        "registry gives above them), and all of trials. Trials that their registry does not code are not there.",
        "SELECT m.headings, m.wider, t.* FROM trials t JOIN ("
        "SELECT trial_id, coalesce(list(term ORDER BY position) FILTER (NOT is_ancestor), []) AS headings, "
        "coalesce(list(term ORDER BY position) FILTER (is_ancestor), []) AS wider "
        "FROM mesh_terms SEMI JOIN (SELECT trial_id, branch FROM mesh_terms "
        "WHERE lower(term) = lower(heading) OR lower(mesh_id) = lower(heading)) USING (trial_id, branch) GROUP BY ALL"
        ") m USING (trial_id)",
    ),
    Macro(
        "trials_in",
        "land",
        "Trials with a site in a country (English name, capitals or not), as rows of trials: FROM trials_in('France').",
        "SELECT * FROM trials SEMI JOIN (SELECT trial_id FROM countries "
        "WHERE lower(country) = lower(land) AND NOT is_removed) USING (trial_id)",
    ),
)
