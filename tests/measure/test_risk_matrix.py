"""The probability-impact matrix, by the figures of the PMBOK Guide."""

import numpy as np
import pandas as pd
import pytest
import risk_frames
from risk_frames import RISKS, weeks
from small_plan import small_plan

from pmtools.measure.milestones import schedule_weeks
from pmtools.measure.risk_matrix import impact_level, probability_level, risk_matrix

PMBOK = {
    0.9: (0.05, 0.09, 0.18, 0.36, 0.72),
    0.7: (0.04, 0.07, 0.14, 0.28, 0.56),
    0.5: (0.03, 0.05, 0.10, 0.20, 0.40),
    0.3: (0.02, 0.03, 0.06, 0.12, 0.24),
    0.1: (0.01, 0.01, 0.02, 0.04, 0.08),
}


@pytest.mark.parametrize("probability", PMBOK)
def test_scores_are_those_of_the_guide(probability):
    """Probability x impact of .05, .10, .20, .40 and .80, rounded up to hundredths."""
    cells = risk_matrix(weeks()).cells
    rows = cells[cells["probability"] == probability].sort_values("impact_level")
    assert tuple(rows["score"]) == PMBOK[probability]


def test_bands_are_those_of_the_guide():
    """High from .18 on, low up to .05, moderate between: .06 to .14 of the matrix."""
    cells = risk_matrix(weeks()).cells
    for band, (low, high) in {
        "low": (0, 0.05),
        "moderate": (0.06, 0.14),
        "high": (0.18, 1),
    }.items():
        assert cells.loc[cells["band"] == band, "score"].between(low, high).all()
    assert cells["band"].value_counts().to_dict() == {"low": 10, "high": 8, "moderate": 7}


def test_of_one_to_five_the_score_is_level_times_level():
    """1 to 4 is low, 15 to 25 high; an organisation may set other bands."""
    cells = risk_matrix(weeks(), scale="1-5").cells
    assert sorted(cells["score"]) == sorted(a * b for a in range(1, 6) for b in range(1, 6))
    assert cells.loc[cells["score"] <= 4, "band"].eq("low").all()
    assert cells.loc[cells["score"].between(5, 12), "band"].eq("moderate").all()
    assert cells.loc[cells["score"] >= 15, "band"].eq("high").all()
    own = risk_matrix(weeks(), scale="1-5", bands=(6, 10)).cells
    assert own.loc[own["score"] == 10, "band"].eq("high").all()
    with pytest.raises(ValueError, match='scale "1-10"'):
        risk_matrix(weeks(), scale="1-10")


@pytest.mark.parametrize(
    ("percent", "of_cost", "of_time"),
    [(0.5, 1, 1), (1, 2, 2), (4.9, 2, 2), (5, 2, 3), (9.9, 2, 3), (10, 3, 3), (10.1, 3, 4),
     (20, 3, 4), (20.1, 4, 5), (40, 4, 5), (40.1, 5, 5)],
)  # fmt: skip
def test_impacts_are_rated_by_their_share_of_budget_and_duration(percent, of_cost, of_time):
    """Cost: under 10, 10 to 20, 20 to 40, over 40 %; time: under 5, to 10, to 20, over."""
    share = pd.Series([percent])
    assert impact_level(share, (1, 10, 20, 40)).iloc[0] == of_cost
    assert impact_level(share, (1, 5, 10, 20)).iloc[0] == of_time


def test_the_nearest_probability_counts_and_of_two_the_higher():
    """0.4 lies between .3 and .5: doubt counts as danger."""
    said = pd.Series([0.0, 0.1, 0.19, 0.2, 0.3, 0.4, 0.5, 0.6, 0.79, 0.8, 1.0, np.nan])
    assert probability_level(said).fillna(0).tolist() == [1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 0]


def test_a_risk_stands_where_the_worse_of_cost_and_time_is():
    """R1: five of fifteen days are very high, 3,000 of 10,000 only high."""
    risks = risk_matrix(weeks()).risks.set_index("id")
    assert risks.loc["R1", ["probability_level", "impact_level"]].tolist() == [3, 5]
    assert risks.loc["R1", ["score", "band"]].tolist() == [0.4, "high"]
    assert risks.loc["R2", ["probability_level", "impact_level"]].tolist() == [1, 2]


def test_chances_are_told_from_threats():
    """A rebate is an opportunity; what costs anything is a threat."""
    risks = risk_matrix(weeks()).risks.set_index("id")["is_threat"]
    assert risks.to_dict() == {"R1": True, "R2": True, "R3": False, "R4": True, "R0": True}


def test_what_cannot_be_rated_has_no_cell():
    """R4 has no impact: no cell is made up for it."""
    row = risk_matrix(weeks()).risks.set_index("id").loc["R4"]
    assert row[["probability_level", "impact_level", "score"]].isna().all()
    assert row["band"] == ""


def test_risks_move_between_cells():
    """R1 from the second row to the third; R3 is new; R0 is no longer open."""
    risks = risk_matrix(weeks()).risks.set_index("id")
    expected = {"R1": "up", "R2": "same", "R3": "new", "R4": "new", "R0": "gone"}
    assert risks["movement"].to_dict() == expected
    assert risks.loc["R1", "before_probability_level"] == 2
    assert np.isnan(risks.loc["R0", "impact_level"])
    assert risk_matrix(weeks(risk_frames.WEEK_BEFORE, RISKS)).risks["movement"].iloc[0] == "down"


def test_the_first_week_has_no_movement():
    """Nothing is new where nothing was before."""
    assert set(risk_matrix(weeks()[:1]).risks["movement"]) == {""}
    assert risk_matrix(schedule_weeks([small_plan()])).risks.empty


def test_a_response_in_place_moves_its_risk():
    """From then on the residual figures count."""
    said = {**RISKS[0], "residual_probability": 0.1, "residual_impact_hours": 4,
            "residual_impact_cost": 50}  # fmt: skip
    done = {**said, "response_done_date": "2026-03-10"}
    risks = risk_matrix(weeks([done], [said])).risks.iloc[0]
    levels = ["probability_level", "impact_level"]
    assert risks[[f"before_{name}" for name in levels]].tolist() == [3, 5]
    assert risks[levels].tolist() == [1, 2]


def test_without_a_budget_the_days_count_alone():
    """What a cost means cannot be said then."""
    plans = [plan.project for plan in weeks()]
    plans = [p.replace(baseline=p.baseline[:0], header=small_plan(p.header.status_date).header)
             for p in plans]  # fmt: skip
    risks = risk_matrix(schedule_weeks(plans)).risks.set_index("id")
    assert risks.loc["R1", "impact_level"] == 5
    assert np.isnan(risks.loc["R3", "impact_level"])


def test_growth_counts_on_the_longest_task_of_a_risk():
    """Twenty percent of five days are one of fifteen: 6.7 percent."""
    growing = [{"id": "R1", "title": "Slow", "probability": 0.5, "impact_percent": 20,
                "task_ids": "2; 3"}]  # fmt: skip
    row = risk_matrix(weeks(growing)).risks.iloc[0]
    assert row[["impact_days", "impact_level"]].tolist() == [1, 3]
