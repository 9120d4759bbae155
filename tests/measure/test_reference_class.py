"""The outside view."""

import numpy as np
import pandas as pd
import pytest
from small_plan import small_plan

from pmtools.measure.reference_class import PUBLISHED, reference_check, reference_class
from pmtools.schedule import schedule

PLAN = schedule(small_plan())


def own(ratios):
    return pd.DataFrame({"cost_ratio": ratios, "duration_ratio": ratios})


def test_a_published_tail_is_said_of_this_plan():
    """18 % of IT projects cost more than half as much again: 15,000 instead of 10,000."""
    row = reference_class(PLAN).iloc[0]
    assert (row["probability"], row["overrun_percent"], row["amount"]) == (0.18, 50, 15_000)
    assert "How Big Things Get Done" in row["source"]


def test_a_duration_is_stretched_from_start_to_finish():
    """19 days 9 hours from 2 to 20 March, 70 % longer."""
    rows = reference_class(PLAN)
    row = rows[(rows["quantity"] == "duration") & (rows["overrun_percent"] == 70)].iloc[0]
    span = pd.Timestamp("2026-03-20 17:00") - pd.Timestamp("2026-03-02 08:00")
    assert row["finish"] == pd.Timestamp("2026-03-02 08:00") + 1.7 * span
    assert pd.isna(row["amount"])


def test_no_mean_of_overruns_is_used():
    """The mean cost overrun of IT does not exist (heavy tail): 27, 45, 55, 73 and 447 % are out."""
    assert not {27.0, 45.0, 55.0, 73.0, 447.0} & {overrun for *_, overrun in PUBLISHED}
    assert all(source for source, *_ in PUBLISHED)


def test_our_own_projects_give_quantiles_by_nearest_rank():
    """Of ten ratios the fifth is P50, the eighth P80, the ninth P90."""
    rows = reference_class(PLAN, finished=own(np.arange(1.0, 2.0, 0.1)))
    rows = rows[rows["source"] == "Our own 10 finished projects"]
    cost = rows[rows["quantity"] == "cost"]
    assert cost["probability"].tolist() == [0.5, 0.2, 0.1]
    assert cost["overrun_percent"].round(6).tolist() == [40, 70, 80]
    assert cost["amount"].round().tolist() == [14_000, 17_000, 18_000]


@pytest.mark.parametrize(("finished", "n"), [(None, 0), (own([1.1] * 9), 9)])
def test_fewer_than_ten_projects_are_no_record(finished, n):
    """The count is told in place of quantiles."""
    rows = reference_class(PLAN, finished=finished).tail(2)
    assert rows["overrun_percent"].isna().all()
    assert (
        rows["cannot_say"]
        .str.contains(f"because {n} finished projects are known, and it takes 10")
        .all()
    )


def test_ranges_narrower_than_the_record_are_told():
    """We give 1 % to what happened to 18 % of the projects."""
    rows = reference_class(PLAN)
    told = reference_check(PLAN, rows.assign(our_chance=np.where(rows.index == 0, 0.01, np.nan)))
    assert told.signal == "amber"
    assert "18% of the projects of the reference class exceed their cost by more than 50%" in (
        told.text
    )
    wide = reference_check(PLAN, rows.assign(our_chance=np.where(rows.index == 0, 0.15, np.nan)))
    assert wide.signal == "green"


def test_without_ranges_of_our_own_nothing_is_compared():
    """A chance that was not simulated is not made up."""
    assert reference_check(PLAN, reference_class(PLAN)).signal == "unknown"


def test_ranges_are_not_judged_when_most_of_the_time_has_passed():
    """The record counts from the approval; near the end ranges ought to be narrow."""
    late = schedule(small_plan(pd.Timestamp("2026-03-27 23:59")))
    rows = reference_class(late)
    told = reference_check(late, rows.assign(our_chance=np.where(rows.index == 0, 0.0, np.nan)))
    assert told.signal == "info"
    assert "our ranges give that <1%" in told.text
