"""What an inclusion criterion denies keeps people out, by the cues and scopes of charts."""

import pytest

from matcher import Matcher
from matcher.trials.indexing import TrialMapper
from matcher.trials.trial_text import TrialText

CRITERIA = [
    # criterion, label asked for, label excluded
    ("Dermatomyositis without interstitial lung disease", "Dermatomyositis", "Interstitial lung disease"),
    ("No history of systemic sclerosis", "", "Systemic sclerosis"),
    ("Patients with gout who do not have psoriasis", "Gout", "Psoriasis"),
    ("Free of lupus", "", "Systemic lupus erythematosus"),
    ("Absence of gout; dermatomyositis for at least one year", "Dermatomyositis", "Gout"),
    ("Dermatomyositis, no prior treatment", "Dermatomyositis", ""),
    ("Not responding to treatment of dermatomyositis", "Dermatomyositis", ""),
    ("Dermatomyosite sans sclérodermie systémique", "Dermatomyositis", "Systemic sclerosis"),
    ("Dermatomyositis ohne systemische Sklerose", "Dermatomyositis", "Systemic sclerosis"),
    ("Dermatomyositis on prednisone 0.5 mg/kg", "Dermatomyositis", ""),
    ("Dermatomyositis with normal chest X-ray", "Dermatomyositis", ""),
    ("No other disease except gout", "Gout", ""),
]


@pytest.mark.parametrize(("criterion", "asked", "excluded"), CRITERIA)
def test_what_a_criterion_asks_for_and_denies(matcher: Matcher, criterion: str, asked: str, excluded: str) -> None:
    trial = TrialText(
        trial_id="T1", content_hash="", titles=(), conditions=(("Calcinosis", None, None),), interventions=(),
        keywords=(), mesh=(), mesh_ancestors=(), inclusion=(criterion,), exclusion=(),
    )  # fmt: skip
    (rows,) = TrialMapper(matcher.terminology).rows_of([trial])
    labels = {field: {row[1] for row in rows if row[2] == field} for field in ("inclusion", "exclusion")}
    assert labels["inclusion"] == ({asked} if asked else set())
    assert labels["exclusion"] == ({excluded} if excluded else set())
