"""The labels of recruitment pages, with what each means."""

from crawler.formats.labelled import Label, Span, vocabulary

LABELS = vocabulary(
    {
        Label("end_date", runs_on=True, ends_criteria=True): (
            "end date | study end date | study end | completion date | study completion date | study completion | "
            "estimated completion date | estimated study completion date | estimated end date"
        ),
        Label("primary_end_date"): "primary completion date | estimated primary completion date",
        Label("start_date", runs_on=True, ends_criteria=True): "start date | study start date | study start",
        Label("enrollment"): (
            "participants needed | number of participants | participants | enrollment | target enrollment | "
            "estimated enrollment | volunteers needed | sample size | patients needed | "
            "enrollment/number of participants"
        ),
        Label("sponsor", runs_on=True, ends_criteria=True): (
            "sponsor | lead sponsor | study sponsor | trial sponsor | primary sponsor | sponsored by"
        ),
        Label("collaborator", Span.ITEMS): "collaborator | collaborators | other collaborators",
        Label("updated", runs_on=True, ends_criteria=True): (
            "updated on | updated | last updated | last updated on | last update | last modified | last modified "
            "on | date modified"
        ),
        Label("tags", Span.ITEMS): "tags | keywords | topics | related topics | related terms",
        Label("summary", Span.PARAGRAPHS): (
            "description | summary | brief summary | study summary | study description | study overview | "
            "overview | about this study | about the study | about this trial | brief description | what is this "
            "study about"
        ),
        Label("details", Span.PARAGRAPHS): "detailed description | full description | more details | details",
        Label("condition", Span.ITEMS, runs_on=True): (
            "condition | conditions | medical condition | medical conditions | conditions studied | disease | "
            "diseases | condition or disease | condition/disease | condition(s) | diagnosis"
        ),
        Label("treatment", Span.ITEMS, runs_on=True): (
            "treatment | treatments | intervention | interventions | intervention/treatment | study treatment | "
            "treatment(s) | study drug | drug | drugs | investigational product | compound"
        ),
        Label("identifier", Span.ITEMS, runs_on=True, ends_criteria=True): (
            "clinical study identifier | clinicaltrials.gov identifier | clinicaltrials.gov id | study identifier "
            "| trial identifier | other trial ids | identifier | identifiers | nct number | nct id | trial id "
            "| study id | registry id | registry number | eudract number | eu ct number | other study ids | study ids"
        ),
        Label("official_title"): "official title | scientific title | full title",
        Label("status"): "status | recruitment status | study status | trial status | overall status",
        Label("phase"): "phase | study phase | trial phase | phases",
        Label("study_type"): "study type | trial type | type of study",
        Label("sex"): "sex | gender | sexes | sexes eligible for study | genders",
        Label("age"): "age | ages | age range | ages eligible for study | eligible ages | age group",
        Label("min_age"): "minimum age | min age",
        Label("max_age"): "maximum age | max age",
        Label("healthy"): "healthy volunteers | accepts healthy volunteers",
        Label("location", Span.ITEMS): (
            "location | locations | study locations | study location | sites | study sites | where"
        ),
        Label("primary_outcome", Span.ITEMS): "primary outcome measures | primary outcomes | primary outcome",
        Label("secondary_outcome", Span.ITEMS): "secondary outcome measures | secondary outcomes | secondary outcome",
        Label("design"): "study design | trial design | design | trial arms/groups or cohorts",
        Label("eligibility", Span.PARAGRAPHS, is_criteria=True): "eligibility | eligibility criteria | who can join",
        Label("inclusion", Span.PARAGRAPHS, is_criteria=True): (
            "inclusion criteria | key inclusion criteria | main inclusion criteria | inclusion"
        ),
        Label("exclusion", Span.PARAGRAPHS, is_criteria=True): (
            "exclusion criteria | key exclusion criteria | main exclusion criteria | exclusion"
        ),
        Label("contact", Span.PARAGRAPHS, ends_criteria=True): (
            "study contact | study contacts | central contact | central contacts"
        ),
        # What a site says to its visitors ends the trial's own text.
        Label("visitors", Span.PARAGRAPHS, ends_criteria=True): (
            "clear my responses | how to participate | how to take part | what happens next | you are contacting "
            "| primary contact | contact | contacts | learn more | similar trials | similar trials to consider | "
            "browse trials for | not finding what you're looking for | sign up as volunteer | contact information "
            "| interested in this trial | share this trial | related trials | related articles | apply now"
        ),
    }
)
