"""The labels of a DRKS trial page in English, and in German where a page has no English."""

from crawler.formats.labelled import Label, Span, vocabulary

LABELS = vocabulary(
    {
        Label("id"): "drks-id | drks id | drks-id of the trial | drks-id der studie | drks-nummer",
        Label("title"): "title | titel | title of the study | brief title | titel der studie | studientitel",
        Label("acronym"): "acronym | acronym/abbreviation of the study | akronym | akronym/abkürzung der studie",
        Label("status"): "recruitment status | rekrutierungsstatus | status der rekrutierung",
        Label("why_stopped", Span.PARAGRAPHS): (
            "reason, if recruiting stopped or withdrawn | reason if recruiting stopped or withdrawn | "
            "reason for stopping | grund für den abbruch | grund für abbruch | "
            "grund, falls rekrutierung abgebrochen oder zurückgezogen"
        ),
        Label("first_posted"): (
            "date of registration in drks | date of registration | registration date | registrierungsdatum | "
            "datum der registrierung in drks | datum der registrierung im drks | datum der registrierung"
        ),
        Label("last_update"): (
            "last update in drks | last update | letzte aktualisierung in drks | letzte aktualisierung im drks | "
            "letzte aktualisierung"
        ),
        Label("study_type"): "study type | studientyp | art der studie",
        Label("phase"): "phase | study phase | studienphase | phase der studie",
        Label("purpose"): "purpose | zweck | study purpose | studienzweck | zweck der studie",
        Label("allocation"): (
            "allocation | type of allocation | zuteilung | art der zuteilung | zuteilung zur intervention | "
            "zuteilung zur intervention/vergleichsgruppe"
        ),
        Label("assignment"): "assignment | gruppenzuteilung | zuordnung | interventionsmodell",
        Label("masking"): "blinding | masking | verblindung | maskierung",
        Label("country", Span.ITEMS): (
            "recruitment countries | recruitment country | rekrutierungsländer | rekrutierungsland | "
            "land/länder der rekrutierung | länder, in denen rekrutiert wird"
        ),
        Label("site", Span.ITEMS): (
            "recruitment locations | recruitment location(s) | recruitment sites | trial sites | "
            "rekrutierungsstandorte | rekrutierungsorte | rekrutierungsort(e) | rekrutierungszentren | "
            "prüfzentren | studienzentren"
        ),
        Label("actual_start"): (
            "actual study start date | tatsächlicher studienstart | "
            "tatsächlicher studienbeginn | tatsächliches startdatum der studie | tatsächlicher start der studie"
        ),
        Label("planned_start"): (
            "planned study start date | geplanter studienstart | "
            "geplanter studienbeginn | geplantes startdatum der studie | geplanter start der studie"
        ),
        Label("actual_end"): (
            "actual study completion date | tatsächliches studienende | "
            "tatsächlicher studienabschluss | tatsächliches abschlussdatum der studie | tatsächliches ende der studie"
        ),
        Label("planned_end"): (
            "planned study completion date | geplantes studienende | "
            "geplanter studienabschluss | geplantes abschlussdatum der studie | geplantes ende der studie"
        ),
        Label("actual_number"): (
            "final sample size | actual number of participants | total number of participants | "
            "tatsächliche anzahl studienteilnehmer | tatsächliche anzahl der teilnehmer | "
            "tatsächliche stichprobengröße | finale stichprobengröße | gesamtzahl der studienteilnehmer"
        ),
        Label("planned_number"): (
            "target sample size | planned number of participants | planned sample size | "
            "geplante anzahl studienteilnehmer | geplante anzahl der teilnehmer | geplante stichprobengröße | "
            "zielstichprobengröße | geplante fallzahl"
        ),
        Label("sponsor", Span.PARAGRAPHS): "primary sponsor | primärer sponsor | primärsponsor | hauptsponsor",
        Label("support", Span.PARAGRAPHS): (
            "sources of monetary or material support | secondary sponsor | finanzierungsquellen | "
            "sekundärer sponsor | finanzielle und materielle unterstützung | "
            "quellen finanzieller oder materieller unterstützung"
        ),
        Label("address", Span.PARAGRAPHS): "address | adresse | anschrift",
        Label("icd", Span.ITEMS): "icd-10-gm | icd-10 | icd10 | icd 10 | icd-10 code | icd-10-code",
        Label(
            "orpha", Span.ITEMS
        ): "orpha | orphanet | orpha code | orphacode | orpha number | orphanet number | orpha-nummer | orpha-code",
        Label("free_text", Span.PARAGRAPHS): "free text | freitext | freie angabe",
        Label("arm", Span.PARAGRAPHS): " | ".join(
            f"{name} {number}" for name in ("arm", "group", "gruppe", "studienarm") for number in range(1, 21)
        ),
        Label("investigator", Span.PARAGRAPHS): (
            "principal investigator | coordinating investigator | principal/coordinating investigator | "
            "principal investigator / coordinating investigator | leiter der klinischen prüfung | hauptprüfer | "
            "studienleiter | leiter/in der studie | hauptprüfer/koordinierender prüfer"
        ),
        Label("scientific", Span.PARAGRAPHS): (
            "contact for scientific queries | wissenschaftliche anfragen | kontakt für wissenschaftliche anfragen | "
            "ansprechpartner für wissenschaftliche anfragen"
        ),
        Label("public", Span.PARAGRAPHS): (
            "contact for public queries | allgemeine anfragen | kontakt für allgemeine anfragen | "
            "ansprechpartner für allgemeine anfragen | öffentliche anfragen | kontakt für öffentliche anfragen"
        ),
        Label("phone"): "telephone | phone | telefon",
        Label("email"): "e-mail | email | e-mail-adresse",
        Label("contact"): "fax | url | contact | kontakt",
        Label("heading", Span.PARAGRAPHS): (
            "endpoints | interventions, observational groups | interventions/observational groups | trial design | "
            "study design | recruitment | inclusion criteria and exclusion criteria | "
            "health condition or problem studied | trial attributes | characteristics | organizational data | "
            "secondary ids | addresses | "
            "endpunkte | interventionen, beobachtungsgruppen | studiendesign | rekrutierung | "
            "untersuchte krankheit/gesundheitsproblem | einschlusskriterien und ausschlusskriterien | "
            "sekundäre ids | ethics committee | ethikkommission"
        ),
        Label("primary_outcome", Span.PARAGRAPHS): (
            "primary outcome | primary endpoint | primärer endpunkt | primäre endpunkte | primärer zielparameter | "
            "primäre zielgröße | hauptzielgröße"
        ),
        Label("secondary_outcome", Span.PARAGRAPHS): (
            "secondary outcome | secondary endpoint | sekundäre endpunkte | sekundärer endpunkt | "
            "sekundäre zielparameter | sekundäre zielgrößen | sekundäre zielgröße"
        ),
        Label("sex"): "sex | gender | sexes | geschlecht",
        Label("min_age"): "minimum age | mindestalter | minimales alter | alter (minimum)",
        Label("max_age"): "maximum age | höchstalter | maximales alter | alter (maximum)",
        Label("healthy"): "healthy volunteers | gesunde probanden | gesunde freiwillige | gesunde studienteilnehmer",
        Label("inclusion", Span.PARAGRAPHS, is_criteria=True): (
            "additional inclusion criteria | inclusion criteria | weitere einschlusskriterien | einschlusskriterien | "
            "zusätzliche einschlusskriterien"
        ),
        Label("exclusion", Span.PARAGRAPHS, is_criteria=True): (
            "exclusion criteria | additional exclusion criteria | ausschlusskriterien | weitere ausschlusskriterien"
        ),
        Label(
            "EudraCT Number", ends_criteria=True
        ): "eudract number | eudract-no. | eudract-nr. | eudract-nummer | eudract nummer",
        Label(
            "UTN", ends_criteria=True
        ): "utn (universal trial number) | utn | universal trial number (utn) | universal trial number",
        Label("EUDAMED", ends_criteria=True): "eudamed | eudamed number | eudamed-no. | eudamed-nr. | eudamed-nummer",
        Label("other register", ends_criteria=True): (
            "other who primary registry or data provider id | other primary register id | "
            "other who primary register or data provider id | anderes who-primärregister oder datenlieferanten-id | "
            "id eines anderen who-primärregisters oder datenlieferanten | andere primärregister-id"
        ),
        Label(
            "other secondary ids", Span.ITEMS, ends_criteria=True
        ): "other secondary ids | other secondary id | weitere sekundäre ids | andere sekundäre ids | weitere ids",
        Label("summary", Span.PARAGRAPHS): (
            "brief summary in lay language | brief summary | summary | kurzbeschreibung in laiensprache | "
            "laienverständliche kurzbeschreibung | allgemeinverständliche kurzbeschreibung | "
            "kurzbeschreibung in allgemeinverständlicher sprache | kurzbeschreibung"
        ),
        Label("details", Span.PARAGRAPHS): (
            "brief summary in scientific language | scientific summary | wissenschaftliche kurzbeschreibung | "
            "kurzbeschreibung in wissenschaftlicher sprache"
        ),
        Label("who_masked", Span.ITEMS): "who is blinded | wer ist verblindet",
        Label("perspective"): "retrospective/prospective | zeitperspektive | retrospektiv/prospektiv",
        Label("vote"): "vote of the ethics committee | votum der ethikkommission | votum | vote",
        Label("vote_date"): "date of the vote | date of vote | datum des votums",
        Label("vote_number"): (
            "ethics committee number | ethics committee no. | nummer der ethikkommission | ethikkommissionsnummer"
        ),
        Label("ipd"): (
            "do you plan to make participant-related data (ipd) available to other researchers in an anonymized form?"
            " | "
            "do you plan to make participant-related data (ipd) available to other researchers in an anonymized form | "
            "ist geplant, teilnehmerbezogene daten (ipd) anderen forschern anonymisiert zur verfügung zu stellen? | "
            "ist geplant, teilnehmerbezogene daten (ipd) anderen forschern anonymisiert zur verfügung zu stellen"
        ),
        Label("ipd_plan", Span.PARAGRAPHS): "ipd sharing plan | ipd-sharing-plan | plan zur weitergabe der ipd",
        Label("publication", Span.PARAGRAPHS): (
            "publications/study results | publications / study results | trial publications | "
            "publikationen/studienergebnisse | publikationen / studienergebnisse | publikationen"
        ),
        Label("literature", Span.PARAGRAPHS): "background literature | hintergrundliteratur",
        Label("protocol", Span.PARAGRAPHS): "study protocol | study protocols | studienprotokoll | studienprotokolle",
        Label("document", Span.PARAGRAPHS): (
            "study abstract | other study documents | abstract zur studie | weitere studiendokumente"
        ),
        Label("results_date"): (
            "first publication of study results | erste veröffentlichung der studienergebnisse | "
            "erstveröffentlichung der studienergebnisse"
        ),
    }
)
