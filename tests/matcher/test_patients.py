"""What charts state of the patient: age, sex, country, and what the patient is to an affected relative."""

import datetime as dt
from pathlib import Path

import pytest

from matcher import Matcher
from matcher.patient.demographics import AgeGroup, age_group, age_since, canonical_country, combine, stated_patient
from matcher.patient.relatives import affected_relative
from matcher.results import Patient

PATIENTS = """
54-year-old woman with SSc | 54 | female |
Six-year-old girl | 6 | female |
fifty-four-year-old woman | 54 | female |
vierundfünfzigjährige Patientin | 54 | female |
14-month-old infant | 1.167 | |
14 mo male with PHP1A | 1.167 | male |
3-week-old boy | 0.0575 | male |
5 Monate alter Säugling | 0.417 | |
nourrisson de 8 mois | 0.667 | |
neonate with calcification | 0 | |
newborn screening positive | | |
homme de 62 ans | 62 | male |
femme de 54 ans suivie pour sclérodermie depuis 12 ans | 54 | female |
Mme Dupont, 54 ans, sclérodermie | 54 | female |
54-jährige Patientin | 54 | female |
Alter: 63 Jahre, männlich | 63 | male |
junge Frau mit Sklerodermie | | female |
Mädchen, 8 Jahre | 8 | female |
mujer de 40 años con esclerosis | 40 | female |
niño de seis años | 6 | male |
uomo di 70 anni | 70 | male |
homem, 46 anos | 46 | male |
vrouw van 54 jaar | 54 | female |
54-jarige man met sclerodermie | 54 | male |
45F with lupus | 45 | female |
F, 46, SSc | 46 | female |
M/46 lupus | 46 | male |
46 y/o M | 46 | male |
71yo man on HD | 71 | male |
Age: 54. Sex: F. SSc | 54 | female |
aged 9 | 9 | |
our 10 year old daughter | 10 | female |
my son is 9 and has JDM | 9 | male |
I am 45 and have scleroderma | 45 | |
Mr Jones, 71, on haemodialysis | 71 | male |
she has scleroderma | | female |
pregnant, SSc | | female |
lupus for 12 years | | |
coronary artery calcium score 1450 | | |
esclerosis sistémica de 5 años de evolución | | |
JDM diagnosed at age 5 | | |
history of SSc since age 30 | | |
9-year-old boy with JDM diagnosed at 5 | 9 | male |
JDM, onset at 4 years of age, now 12 years old | 12 | |
OP im Alter von 12 Jahren, jetzt 30 Jahre alt | 30 | |
M33.1 | | |
mother aged 60 has lupus | | |
Her mother, 60, has SSc; the patient, a 30-year-old man, is healthy | 30 | male |
Healthy 4-year-old sister of a boy with JDM | 4 | female |
Padre sano de una niña con dermatomiositis | | male |
54-year-old woman with SSc living in France | 54 | female | France
Patientin aus Deutschland, 60 Jahre alt | 60 | female | Germany
patiente vivant en Belgique, 35 ans | 35 | female | Belgium
vive en España, mujer de 40 años | 40 | female | Spain
paziente di 50 anni residente in Italia | 50 | | Italy
mora no Brasil | | | Brazil
woont in Nederland | | | Netherlands
she lives in Lyon, France | | female | France
Her sister lives in Germany; the patient lives in Spain | | female | Spain
Mrs Eileen T., 71 years, SSc | 71 | female |
Mme D. (62 ans) | 62 | female |
18/12 boy with PHP1A | 1.5 | male |
61 J., w, Sklerodermie | 61 | female |
70j. Pat. mit Kalziphylaxie | 70 | |
Der 45-jährige Patient | 45 | male |
Signora di anni 60, sclerodermia | 60 | female |
Doente do sexo feminino, 57 anos | 57 | female |
De heer Jansen, 70 jaar | 70 | male |
45 y.o. F | 45 | female |
SSc; her son, 12, has FOP | | female |
Age 45, sex M | 45 | male |
operated in Turkey, lives in the UK | | | United Kingdom
calcinosis operated in Turkey | | |
"""


@pytest.mark.parametrize("row", PATIENTS.strip().splitlines())
def test_stated_patients(row: str) -> None:
    text, age, sex, country = (cell.strip() for cell in row.split("|"))
    found = stated_patient(text)
    assert found.age_years == (pytest.approx(float(age), rel=0.01) if age else None)
    assert (found.sex or "", found.country or "") == (sex, country)


LINES = [
    line
    for line in Path(__file__).with_name("patients.txt").read_text(encoding="utf-8").splitlines()
    if line[:1] != "#"
]


@pytest.mark.parametrize("line", LINES)
def test_ages_and_sex_as_charts_state_them(line: str) -> None:
    text, ages, sex = (cell.strip() for cell in line.split("|"))
    found = stated_patient(text, dt.date(2026, 11, 30))
    stated = () if found.age_years is None else (found.age_years, *found.other_ages)
    assert stated == pytest.approx(tuple(float(age) for age in ages.split("/") if age), rel=0.02)
    assert (found.sex or "") == sex


def test_ages_that_differ_are_all_shown_and_none_alone_rules_out(matcher: Matcher) -> None:
    answer = matcher.suggest("dermatomyositis in a 9-year-old girl; a 17-year-old boy")
    assert (answer.query.patient.age_years, answer.query.patient.other_ages) == (9.0, (17.0,))
    one = matcher.suggest("calcinosis cutis in a 9-year-old girl")
    assert "NCT01918904" in {row.trial_id for row in one.ruled_out}
    two = matcher.suggest("calcinosis cutis in a 9-year-old girl; the 30-year-old woman")
    assert "NCT01918904" not in {row.trial_id for row in two.ruled_out}
    (match,) = (match for match in two.matches if match.trial_id == "NCT01918904")
    assert match.eligibility.age == "unknown"
    both = matcher.suggest("calcinosis cutis in a 9-year-old girl; a 12-year-old boy")
    assert "NCT01918904" in {row.trial_id for row in both.ruled_out}
    option = matcher.suggest("calcinosis cutis in a 9-year-old girl; a 30-year-old", patient=Patient(age_years=9.0))
    assert option.query.patient.other_ages == ()
    assert "NCT01918904" in {row.trial_id for row in option.ruled_out}


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("grown-up with dermatomyositis", "adult"),
        ("Erwachsene mit Dermatomyositis", "adult"),
        ("enfant avec dermatomyosite", "child"),
        ("bambina con dermatomiosite", "child"),
        ("juvenile and adult dermatomyositis", None),
        ("adult-onset Still disease", None),
        ("dermatomyositis as a child, now psoriasis", None),
        ("mother of a child with FOP", None),
        ("some kind of calcinosis", None),
        ("16-year-old child", None),
    ],
)
def test_life_stages_count_where_no_age_is_stated(text: str, stage: str | None) -> None:
    assert stated_patient(text).life_stage == stage


def test_dates_of_birth_give_the_age_today() -> None:
    today = dt.date(2026, 11, 22)
    assert age_since(2014, None, None, today) == 12
    assert age_since(2014, 5, 10, today) == pytest.approx(12.54, abs=0.01)
    for text in ("SSc, born 2014", "SSc, née en 2014", "geb. 12.03.2014", "DOB: 2014-03-12"):
        assert 11 < (stated_patient(text).age_years or 0) < 200, text


@pytest.mark.parametrize(
    ("name", "country"),
    [("FR", "France"), ("Alemania", "Germany"), ("pays-bas", "Netherlands"), ("England", "United Kingdom"),
     ("USA", "United States"), ("Turkey", "Türkiye"), ("Atlantis", "Atlantis"), (" ", None)],
)  # fmt: skip
def test_countries_have_one_name(name: str, country: str | None) -> None:
    assert canonical_country(name) == country


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("ingresa al Hospital del Salvador para una cirugía", None),
        ("paciente del Salvador con calcinosis", "El Salvador"),
        ("treated at the University of Jordan, calcinosis", None),
        ("a man from Jordan with calcinosis", "Jordan"),
        ("Clínica de España, calcinosis", None),
        ("natural de España, calcinosis", "Spain"),
    ],
)
def test_what_bears_the_name_of_a_country_is_none(text: str, country: str | None) -> None:
    assert stated_patient(text).country == country


RELATIVES = """
Healthy brother of a girl with GACI | sibling
her sister has SSc | sibling
Frère d'une fille atteinte | sibling
Zus met systemische sclerose | sibling
Sister of the patient has lupus | sibling
padre sano de una niña con fibrodisplasia | parent
Mutter eines Kindes mit Sklerodermie | parent
her daughter was diagnosed with JDM | parent
The mother of the patient has lupus |
Mother of two with SSc |
Father died of systemic sclerosis |
systemic sclerosis |
"""


@pytest.mark.parametrize("row", RELATIVES.strip().splitlines())
def test_what_the_patient_is_to_an_affected_relative(row: str) -> None:
    text, relative = (cell.strip() for cell in row.split("|"))
    assert affected_relative(text) == (relative or None)


@pytest.mark.parametrize(
    ("text", "age_years", "group"),
    [
        ("JDM at age 7", 22.0, AgeGroup.ADULT), ("JDM", 12.0, AgeGroup.OPEN), ("JDM", 18.0, AgeGroup.OPEN),
        ("GACI", 0.5, AgeGroup.INFANT), ("JDM", None, AgeGroup.OPEN),
        ("grown-up with dermatomyositis", None, AgeGroup.ADULT), ("femme adulte, sclérodermie", None, AgeGroup.ADULT),
        ("adult-onset Still disease", None, AgeGroup.OPEN), ("adult patient", 9.0, AgeGroup.OPEN),
    ],
)  # fmt: skip
def test_age_groups(text: str, age_years: float | None, group: AgeGroup) -> None:
    assert age_group(combine(Patient(age_years=age_years), stated_patient(text))) is group
