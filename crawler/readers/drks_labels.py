"""The labels of a DRKS trial page in English, and in German where a page has no English."""

from crawler.readers.labelled import Label, Span, vocabulary

LABELS = vocabulary(
    {
        Label("id"): "drks-id | drks id | drks-id of the trial | drks-id der studie",
        Label("title"): "title | titel | title of the study | brief title",
        Label("acronym"): "acronym | acronym/abbreviation of the study | akronym | akronym/abkürzung der studie",
        Label("status"): "recruitment status | rekrutierungsstatus",
        Label("why_stopped", Span.PARAGRAPHS): (
            "reason, if recruiting stopped or withdrawn | reason if recruiting stopped or withdrawn | "
            "reason for stopping | grund für den abbruch"
        ),
        Label("first_posted"): (
            "date of registration in drks | date of registration | registration date | registrierungsdatum | "
            "datum der registrierung in drks"
        ),
        Label("last_update"): (
            "last update in drks | last update | letzte aktualisierung in drks | letzte aktualisierung im drks | "
            "letzte aktualisierung"
        ),
        Label("study_type"): "study type | studientyp",
        Label("phase"): "phase | study phase | studienphase",
        Label("purpose"): "purpose | zweck | study purpose",
        Label("allocation"): "allocation | type of allocation | zuteilung",
        Label("assignment"): "assignment | gruppenzuteilung",
        Label("masking"): "blinding | masking | verblindung",
        Label("country", Span.ITEMS): "recruitment countries | recruitment country | rekrutierungsländer",
        Label("site", Span.ITEMS): (
            "recruitment locations | recruitment location(s) | recruitment sites | trial sites | rekrutierungsstandorte"
        ),
        Label("actual_start"): "actual study start date | tatsächlicher studienstart",
        Label("planned_start"): "planned study start date | geplanter studienstart",
        Label("actual_end"): "actual study completion date | tatsächliches studienende",
        Label("planned_end"): "planned study completion date | geplantes studienende",
        Label("actual_number"): (
            "final sample size | actual number of participants | total number of participants | "
            "tatsächliche anzahl studienteilnehmer"
        ),
        Label("planned_number"): (
            "target sample size | planned number of participants | planned sample size | "
            "geplante anzahl studienteilnehmer"
        ),
        Label("sponsor", Span.PARAGRAPHS): "primary sponsor | primärer sponsor",
        Label("support", Span.PARAGRAPHS): (
            "sources of monetary or material support | secondary sponsor | finanzierungsquellen"
        ),
        Label("address", Span.PARAGRAPHS): "address | adresse | anschrift",
        Label("icd", Span.ITEMS): "icd-10-gm | icd-10 | icd10 | icd 10 | icd-10 code",
        Label("orpha", Span.ITEMS): "orpha | orphanet | orpha code | orphacode | orpha number | orphanet number",
        Label("free_text", Span.PARAGRAPHS): "free text | freitext",
        Label("arm", Span.PARAGRAPHS): " | ".join(
            f"{name} {number}" for name in ("arm", "group") for number in range(1, 21)
        ),
        Label("primary_outcome", Span.PARAGRAPHS): "primary outcome | primary endpoint | primärer endpunkt",
        Label("secondary_outcome", Span.PARAGRAPHS): "secondary outcome | secondary endpoint | sekundäre endpunkte",
        Label("sex"): "sex | gender | sexes | geschlecht",
        Label("min_age"): "minimum age | mindestalter",
        Label("max_age"): "maximum age | höchstalter",
        Label("healthy"): "healthy volunteers | gesunde probanden",
        Label("inclusion", Span.PARAGRAPHS, is_criteria=True): (
            "additional inclusion criteria | inclusion criteria | weitere einschlusskriterien | einschlusskriterien"
        ),
        Label("exclusion", Span.PARAGRAPHS, is_criteria=True): (
            "exclusion criteria | additional exclusion criteria | ausschlusskriterien"
        ),
        Label("EudraCT Number", ends_criteria=True): "eudract number | eudract-no. | eudract-nr.",
        Label(
            "UTN", ends_criteria=True
        ): "utn (universal trial number) | utn | universal trial number (utn) | universal trial number",
        Label("EUDAMED", ends_criteria=True): "eudamed | eudamed number | eudamed-no.",
        Label("other register", ends_criteria=True): (
            "other who primary registry or data provider id | other primary register id | "
            "other who primary register or data provider id"
        ),
        Label(
            "other secondary ids", Span.ITEMS, ends_criteria=True
        ): "other secondary ids | other secondary id | weitere sekundäre ids",
        Label("summary", Span.PARAGRAPHS): (
            "brief summary in lay language | brief summary | summary | kurzbeschreibung in laiensprache | "
            "laienverständliche kurzbeschreibung"
        ),
        Label("details", Span.PARAGRAPHS): (
            "brief summary in scientific language | scientific summary | wissenschaftliche kurzbeschreibung"
        ),
        Label("results_date"): "first publication of study results | erste veröffentlichung der studienergebnisse",
    }
)
