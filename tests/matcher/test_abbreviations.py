"""Abbreviations need a sense that the text supports; without one they are a question, not a diagnosis."""

import pytest

from matcher.patient.reader import PatientReader
from matcher.terminology import default
from matcher.terminology.expansion import Expansion


@pytest.fixture(scope="module")
def reader() -> PatientReader:
    return PatientReader(default(), Expansion(default()))


def meanings(reader: PatientReader, text: str) -> dict[str, str]:
    return {
        mention.words: reader.terminology.labels[mention.concepts[0]]
        for mention in reader.read(text).mentions
        if mention.concepts
    }


@pytest.mark.parametrize(
    "text",
    [
        "Seen in the ED with BP 120/80, PR 80, RA sat 96% and pH 7.4 before she was sent home by her PCP.",
        "His oxygen saturation was 98% on RA and he was breathing comfortably without any distress at rest.",
        "The CBD measured 8 mm without stones; CP on exertion was not reported on three separate occasions.",
        "The patient will follow up with her PCP next week, and the PAP test will be repeated in one year.",
        "BLOOD AT THE MEATUS was seen, and THERE WAS NOTHING ELSE ON INSPECTION of the whole thigh today.",
        "Paziente visitata presso la Clinica Rossi S.p.A. nel mese di marzo per un controllo di routine.",
        "All'ecocardiogramma pressione in arteria polmonare ai limiti superiori (PAPs 32 mmHg) nel controllo odierno.",
        "RMN L-S: riduzione del segnale dei dischi, senza altre alterazioni di rilievo nel tratto esaminato oggi.",
        "Patient présentant depuis plusieurs semaines un gonflement des MI, sans autre plainte à l'interrogatoire.",
        "Dosage de l'acide vanylmandélique urinaire (VMA) normal chez ce patient suivi depuis plusieurs années.",
        "Agudeza visual de 0,5 en ojo izquierdo (OI). El OI presenta una pupila de tamaño normal y reactiva.",
        "Ecocardiografía con paso de burbujas por FOP en la aurícula izquierda del paciente ingresado ayer noche.",
        "Enfermedad profesional según el RD 1299/2006, de 10 de noviembre, en este trabajador de la construcción.",
        "Puls 80, RR 140/80, der Patient wurde vom FA gesehen und am folgenden Tag nach Hause entlassen.",
    ],
)
def test_measures_and_other_senses_are_no_diseases(reader: PatientReader, text: str) -> None:
    assert meanings(reader, text) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FOP", {"FOP": "Fibrodysplasia ossificans progressiva"}),
        ("RA", {"RA": "Rheumatoid arthritis"}),
        ("SSc", {"SSc": "Systemic sclerosis"}),
        (
            "35 yo woman with FOP and jaw ankylosis since her early twenties, now in a wheelchair and on steroids",
            {"FOP": "Fibrodysplasia ossificans progressiva", "jaw ankylosis": "Jaw ankylosis"},
        ),
        (
            "She has a long history of RA and was started on methotrexate two years ago by her doctor in town.",
            {"RA": "Rheumatoid arthritis"},
        ),
        (
            "PMH: HTN, RA, OA. Medications include lisinopril, methotrexate and omeprazole every single day.",
            {"HTN": "Hypertension", "RA": "Rheumatoid arthritis", "OA": "Osteoarthritis"},
        ),
        (
            "Echocardiogram showed mild MR/AS and a normal left ventricle with a normal ejection fraction.",
            {"MR": "Mitral Valve Insufficiency", "AS": "Aortic valve stenosis"},
        ),
        (
            "Patient présentant une FA connue, sous anticoagulants depuis plusieurs années déjà, suivie en ville.",
            {"FA": "Atrial fibrillation"},
        ),
        (
            "Bekannte KHK und VHF, seit mehreren Jahren unter Antikoagulation, zuletzt im März ambulant vorgestellt.",
            {"KHK": "Coronary artery disease", "VHF": "Atrial fibrillation"},
        ),
        (
            "Paciente con antecedentes de IAM y EPOC que acude a la consulta por empeoramiento progresivo.",
            {"IAM": "Myocardial infarction", "EPOC": "Chronic obstructive pulmonary disease"},
        ),
        ("SC calc both elbows", {"SC calc": "Calcinosis cutis"}),
        ("coronary Ca score 400", {"coronary Ca score": "Coronary artery calcification"}),
        ("SC ossif L foot", {"SC ossif": "Subcutaneous ossification"}),
        (
            "knee/hip osteoarthritis",
            {"knee": "Osteoarthritis of the knee", "hip osteoarthritis": "Osteoarthritis of the hip"},
        ),
        ("hypo/hyperthyroidism", {"hypo": "Hypothyroidism", "hyperthyroidism": "Hyperthyroidism"}),
        ("calcinosis x2 recurred", {"calcinosis": "Calcinosis (soft-tissue calcification)"}),
    ],
)
def test_what_the_text_supports_is_read(reader: PatientReader, text: str, expected: dict[str, str]) -> None:
    assert meanings(reader, text) == expected


def test_an_abbreviation_without_support_is_a_question(reader: PatientReader) -> None:
    text = "Ecocardiografía con paso de burbujas por FOP en la aurícula izquierda del paciente ingresado ayer noche."
    (mention,) = reader.read(text).mentions
    assert (mention.words, mention.concepts) == ("FOP", ())
    assert mention.near == ("Fibrodysplasia ossificans progressiva",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ATCD : HTA, DT2, FA, IRC.", {"HTA": "Hypertension", "FA": "Atrial fibrillation"}),
        ("APR: TVP, SM, MRGE, IPB.", {"TVP": "Venous Thrombosis", "SM": "Multiple sclerosis"}),
        ("VG: LE, PAV, HNP, UWI.", {"LE": "Pulmonary Embolism", "UWI": "Urinary tract infection"}),
        ("AP: HAS, FA, DRC, DPOC, AVC.", {"HAS": "Hypertension", "DRC": "Chronic kidney disease"}),
        ("Il bambino ha la FOP da quando aveva tre anni", {"FOP": "Fibrodysplasia ossificans progressiva"}),
    ],
)
def test_lists_of_abbreviations_are_read_in_their_language(
    reader: PatientReader, text: str, expected: dict[str, str]
) -> None:
    found = meanings(reader, text)
    assert {words: found.get(words) for words in expected} == expected


@pytest.mark.parametrize("text", ["malaria, meningite", "gozzo, morbo di Addison", "metastasi epatiche, adenoma"])
def test_names_of_other_languages_end_at_a_comma(reader: PatientReader, text: str) -> None:
    assert not any("," in words for words in meanings(reader, text))
    assert len(meanings(reader, text)) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PKAN, dystonia", {"PKAN": "Pantothenate Kinase-Associated Neurodegeneration"}),
        ("patient with NBIA since childhood", {"NBIA": "neurodegeneration with brain iron accumulation"}),
        ("known HHT and epistaxis", {"HHT": "Telangiectasia, Hereditary Hemorrhagic"}),
        ("CTX; tendon xanthomas", {"CTX": "Xanthomatosis, Cerebrotendinous"}),
        ("ACDC deficiency", {"ACDC": "Arterial calcification due to deficiency of CD73"}),
        ("AADC deficiency", {"AADC deficiency": "Aromatic L-amino acid decarboxylase deficiency"}),
        ("Mädchen mit hEDS", {"hEDS": "Ehlers-danlos syndrome, Hypermobility type"}),
        ("classical EDS", {"classical EDS": "Classical Ehlers-Danlos syndrome"}),
        ("vascular Ehlers-Danlos", {"vascular Ehlers-Danlos": "Vascular Ehlers-Danlos syndrome"}),
        ("basal ganglia calc", {"basal ganglia calc": "Intracranial calcification"}),
        ("hyperphos, CKD", {"hyperphos": "Hyperphosphatemia"}),
    ],
)
def test_abbreviations_and_clipped_names_count_where_a_diagnosis_stands(
    reader: PatientReader, text: str, expected: dict[str, str]
) -> None:
    assert meanings(reader, text).items() >= expected.items()


@pytest.mark.parametrize(
    "text",
    [
        "After the induction of general anaesthesia she had a left upper lobectomy by VATS without conversion today.",
        "On admission the measurement of FBS was repeated in this diabetic patient who had eaten late at night before.",
        "ALL PATIENTS ON THE WARD WERE SEEN BY THE TEAM FROM EMEA DURING THE VISIT OF THE WHOLE DEPARTMENT",
    ],
)
def test_the_same_letters_elsewhere_in_a_letter_are_no_disease(reader: PatientReader, text: str) -> None:
    assert not {"VATS", "FBS", "EMEA"} & meanings(reader, text).keys()
