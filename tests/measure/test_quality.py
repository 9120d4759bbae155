"""The quality of a schedule: each check passes and fails, and says what it would change."""

import pytest
from sound_plan import BEGUN, DONE, rows_of, sound_plan

from pmtools.measure.quality import schedule_quality

FAILING = {
    "1": {"links": {"S A": None, "A P": None, "P D": None}},
    "1b": {"links": {"P D": {"kind": "SS"}}},
    "2": {"links": {"B C": {"lag_hours": -8}}},
    "3": {"links": {"B C": {"lag_hours": 8}}},
    "4": {"links": {"B C": {"kind": "SS"}}},
    "5": {"tasks": {"C": {"constraint": "SNLT", "constraint_date": "2026-03-16"}}},
    "6": {"tasks": {"C": {"duration_hours": 480}}},
    "7": {"tasks": {"D": {"deadline": "2026-03-20"}}},
    "8": {"tasks": {"C": {"duration_hours": 480}}, "baseline": []},
    "9a": {"progress": [DONE, BEGUN],
           "header": {"scheduling": "microsoft_project"}},
    "9b": {"progress": [DONE, BEGUN | {"actual_start": "2026-03-12"}]},
    "11": {"progress": [DONE | {"actual_finish": "2026-03-09 17:00"}]},
    "12": {"tasks": {"D": {"constraint": "MFO", "constraint_date": "2026-03-27"}},
           "header": {"scheduling": "microsoft_project"}},
    "13": {"header": {"deadline": "2026-03-23"}},
    "14": {"progress": []},
    "14b": {"progress": []},
    "14c": {"progress": [DONE | {"actual_finish": "2026-03-09 17:00"}]},
    "A": {"tasks": {"C": {"owner_id": ""}}},
    "B": {"tasks": {"C": {"name": "Configure"}}},
    "C": {"progress": [DONE]},
    "D": {"tasks": {"D": {"owner_id": "dora"}, "C": {"owner_id": "dora"}}},
    "E": {"links": {"B C": {"lag_hours": 24}}},
    "F": {"links": {"P D": {"lag_hours": 40}}},
}  # fmt: skip


def quality_of(**changes):
    return schedule_quality(sound_plan(**changes))


def check_of(quality, number):
    return quality.checks.set_index("number").loc[number]


def findings_of(quality, number):
    return quality.findings[quality.findings["check"] == number]


def test_a_sound_plan_passes_every_check_that_has_a_limit():
    """No noise: where nothing is wrong, nothing is found and everything can be said."""
    quality = quality_of()
    checks = quality.checks.set_index("number")
    assert checks["is_passed"].drop("10").eq(True).all(), str(quality)
    assert checks.loc["10", "reason"] == "the protocol sets no limit"
    assert quality.findings["check"].tolist() == ["10"] * 4


@pytest.mark.parametrize("number", FAILING)
def test_every_check_can_fail(number):
    """What breaks the rule is found, with the task, the words and the remedy."""
    quality = quality_of(**FAILING[number])
    assert check_of(quality, number)["is_passed"] is False
    if number not in ("14b", "14c"):
        found = findings_of(quality, number)
        assert len(found)
        assert (
            found["name"].isin([row["name"] for row in rows_of(**FAILING[number])["tasks"]]).all()
        )
        assert (found[["found", "remedy"]] != "").all(axis=None)
