"""Registry identifiers: one canonical spelling each, and nothing linked by junk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.identifiers import StrongIdentifier, find, is_junk, normalise

CANONICAL = [
    ("NCT03582800", "ctgov", "NCT03582800"),
    (" nct 03582800 ", "ctgov", "NCT03582800"),
    ("NCT-03582800", "ctgov", "NCT03582800"),
    ("ClinicalTrials.gov Identifier: NCT03582800", "ctgov", "NCT03582800"),
    ("(NCT03582800)", "ctgov", "NCT03582800"),
    ("NCT No. 03582800", "ctgov", "NCT03582800"),
    ("NCT\u200b03582800", "ctgov", "NCT03582800"),
    ("ＮＣＴ０３５８２８００", "ctgov", "NCT03582800"),
    ("https://clinicaltrials.gov/study/NCT03582800?rank=1", "ctgov", "NCT03582800"),
    ("www.clinicaltrialsregister.eu/ctr-search/trial/2018-001719-65/NL", "euctr", "EUCTR2018-001719-65"),
    ("https://euclinicaltrials.eu/search?lang=en&EUCT=2023-505678-12-00", "ctis", "CTIS2023-505678-12-00"),
    ("10.1186/ISRCTN73380053", "isrctn", "ISRCTN73380053"),
    ("ISRCTN number: 73380053", "isrctn", "ISRCTN73380053"),
    ("2018 – 001719 – 65", "euctr", "EUCTR2018-001719-65"),
    ("2018-001719-65 (EudraCT)", "euctr", "EUCTR2018-001719-65"),
    ("EudraCT-Nr. 2018-001719-65", "euctr", "EUCTR2018-001719-65"),
    ("EUCTR 2018-001719-65 NL", "euctr", "EUCTR2018-001719-65"),
    ("CTRI/2018/05/013799 [Registered on: 11/05/2018]", "ctri", "CTRI/2018/05/013799"),
    ("NL-OMON 51234", "nl", "NL-OMON51234"),
    ("ISRCTN 73380053", "isrctn", "ISRCTN73380053"),
    ("2018-001719-65", "euctr", "EUCTR2018-001719-65"),
    ("EUCTR2018-001719-65-NL", "euctr", "EUCTR2018-001719-65"),
    ("EudraCT number: 2018-001719-65", "euctr", "EUCTR2018-001719-65"),
    ("EUDRACT 2018-001719-65", "euctr", "EUCTR2018-001719-65"),
    ("2018‑001719–65", "euctr", "EUCTR2018-001719-65"),
    ("2004-000020-32-3RD", "euctr", "EUCTR2004-000020-32"),
    ("EUCTR2011-004742-18-Outside-EU/EEA", "euctr", "EUCTR2011-004742-18"),
    ("2022-002568-62", "euctr", "EUCTR2022-002568-62"),
    ("2016-500123-12", "euctr", "EUCTR2016-500123-12"),
    ("2023-505678-12-00", "ctis", "CTIS2023-505678-12-00"),
    ("CTIS2023-505678-12-00", "ctis", "CTIS2023-505678-12-00"),
    ("EudraCT 2023-505678-12", "ctis", "CTIS2023-505678-12"),
    ("EU CT number: 2023-505678-12-01", "ctis", "CTIS2023-505678-12-01"),
    ("DRKS00038775", "drks", "DRKS00038775"),
    ("ACTRN12615001356550", "anzctr", "ACTRN12615001356550"),
    ("actrn12615001356550p", "anzctr", "ACTRN12615001356550"),
    ("jRCTs031180001", "jrct", "jRCTs031180001"),
    ("JPRN-jRCT1080220001", "jrct", "jRCT1080220001"),
    ("JPRN-UMIN000020267", "umin", "UMIN000020267"),
    ("JapicCTI-050001", "japic", "JapicCTI-050001"),
    ("JMA-IIA00012", "jma", "JMA-IIA00012"),
    ("CTRI/2020/03/023900", "ctri", "CTRI/2020/03/023900"),
    ("CTRI/2009/091/000010", "ctri", "CTRI/2009/091/000010"),
    ("ChiCTR2000029814", "chictr", "ChiCTR2000029814"),
    ("ChiCTR-2000029814", "chictr", "ChiCTR2000029814"),
    ("chictr-trc-08000123", "chictr", "ChiCTR-TRC-08000123"),
    ("IRCT20080901001157N12", "irct", "IRCT20080901001157N12"),
    ("KCT0001234", "kct", "KCT0001234"),
    ("RBR-4ZZCRH", "rebec", "RBR-4zzcrh"),
    ("RPCEC00000123", "rpcec", "RPCEC00000123"),
    ("PACTR201503001076205", "pactr", "PACTR201503001076205"),
    ("PER-012-08", "repec", "PER-012-08"),
    ("SLCTR/2014/025", "slctr", "SLCTR/2014/025"),
    ("TCTR20160829004", "tctr", "TCTR20160829004"),
    ("LBCTR2019030208", "lbctr", "LBCTR2019030208"),
    ("ITMCTR2023000010", "itmctr", "ITMCTR2023000010"),
    ("NL-OMON12345", "nl", "NL-OMON12345"),
    ("NTR1234", "nl", "NTR1234"),
    ("NL7432", "nl", "NL7432"),
    ("1111-1272-2514", "utn", "U1111-1272-2514"),
    ("UTN: U1111-1272-2514", "utn", "U1111-1272-2514"),
]

JUNK = [
    *("NCT00000000", "NCT11111111", "NCT12345678", "NCT87654321", "NCT99999999", "ISRCTN00000000", "DRKS00000000"),
    *("Nil known", "none", "n/a", "N/A", "not applicable", "No Entry", "not known", "pending", "TBD", "-", "0", ""),
    *("101", "001", "Protocol 1", "AVB-PGRN-001", "U10HD012345", "R01AR056789", "IRAS 123456", "CPMS 40123"),
    *("2011-000000-12", "2012-123456-12", "0000-000000-00", "1111-1111-1111", "2022-002568-62-00"),
    *("https://clinicaltrials.gov/study/NCT03582800?also=NCT02322255", "(EudraCT)", "www.isrctn.com", "2018/001719/65"),
    *("NL54321.018.15", "RBR-MYSTIC", "NCT0358280", "NCT035828000", "XNCT03582800", "NCT03582800 and NCT02322255"),
]


@pytest.mark.parametrize(("text", "scheme", "identifier"), CANONICAL)
def test_every_spelling_becomes_the_canonical_one(text: str, scheme: str, identifier: str) -> None:
    assert normalise(text) == StrongIdentifier(scheme, identifier)


@pytest.mark.parametrize(("text", "scheme", "identifier"), CANONICAL)
def test_canonical_spelling_stays_as_it_is(text: str, scheme: str, identifier: str) -> None:
    assert normalise(identifier) == StrongIdentifier(scheme, identifier)


@pytest.mark.parametrize("text", JUNK)
def test_junk_is_no_identifier(text: str) -> None:
    assert normalise(text) is None


def test_resubmissions_of_a_ctis_trial_share_their_key() -> None:
    numbers = [item for text in ("2023-505678-12", "2023-505678-12-00", "2023-505678-12-01") for item in find(text)]
    assert [item.key for item in numbers] == ["CTIS2023-505678-12"] * 3


def test_short_repetitive_numbers_may_be_real() -> None:
    assert not is_junk("NTR2222")
    assert is_junk("NTR0000")


def test_universal_trial_number_is_recognised_but_links_nothing() -> None:
    utn = normalise("U1111-1272-2514")
    assert utn is not None
    assert not utn.is_strong
    assert find("UTN U1111-1272-2514") == []


def test_identifiers_are_found_inside_free_text() -> None:
    text = (
        "Extension of NCT02322255/nct02663895 (EudraCT: 2018-001719-65, EU CT 2023-505678-12-00); phone "
        "012-2018-001719-65; ISRCTN: not applicable, later ISRCTN73380053. See NCT02322255, NL54321.018.15."
    )
    assert [item.identifier for item in find(text)] == [
        "NCT02322255",
        "NCT02663895",
        "EUCTR2018-001719-65",
        "CTIS2023-505678-12-00",
        "ISRCTN73380053",
    ]


@given(st.text(max_size=200))
def test_any_text_can_be_searched(text: str) -> None:
    for item in find(text):
        assert normalise(item.identifier) == item


@given(st.from_regex(r"(?:NCT|ISRCTN|DRKS|EUCTR|CTIS|jRCT|RBR-|NL|ACTRN)[ -]?[0-9a-zA-Z/-]{0,20}", fullmatch=True))
def test_normalising_again_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert once is None or normalise(once.identifier) == once


@given(st.integers(2004, 2030), st.integers(0, 999_999), st.integers(0, 99))
def test_an_eu_number_is_of_one_register_only(year: int, serial: int, check: int) -> None:
    text = f"{year}-{serial:06}-{check:02}"
    found = normalise(text)
    if is_junk(text):
        assert found is None
    else:
        assert found == normalise(f"EUCTR{text}") == normalise(f"{text}-DE")
        assert found is not None
        assert found.scheme == ("ctis" if year >= 2022 and 500_000 <= serial <= 599_999 else "euctr")
