"""Criticality, significance, cruciality and the schedule sensitivity index."""

import numpy as np
import pytest

from pmtools.simulate.sensitivity import association, sensitivity_of

RUNS = {
    "A": [4, 5, 6, 5, 4, 6, 5, 7, 5, 3],
    "B": [8, 6, 9, 7, 10, 6, 8, 7, 9, 5],
    "C": [7, 9, 6, 8, 7, 9, 8, 6, 7, 9],
    "D": [3, 2, 4, 3, 3, 2, 4, 3, 2, 4],
}
"""Ten runs of A -> {B, C} -> D (standards of the field, derived and checked by hand)."""
A, B, C, D = (np.array(runs, float) for runs in RUNS.values())
LENGTH = A + np.maximum(B, C) + D


def ten_runs():
    """The four measures of the ten runs; ties are critical on both branches."""
    slack = np.stack([0 * A, np.maximum(C - B, 0), np.maximum(B - C, 0), 0 * D])
    each = np.stack([A, B, C, D])
    significance = (each / (each + slack) * LENGTH / LENGTH.mean()).mean(axis=1)
    correlation = [association(d, LENGTH, "pearson") for d in each]
    return sensitivity_of(
        (slack == 0).mean(axis=1), each.std(axis=1), correlation, significance, LENGTH.std()
    )


def test_ten_runs_give_the_published_measures():
    """CI, SI, CRI(r) and SSI of four tasks, to six digits."""
    found = ten_runs()
    assert LENGTH.mean() == 16.6 and LENGTH.std() == pytest.approx(1.0198, abs=5e-5)
    assert found["criticality"].tolist() == [1, 0.6, 0.5, 1]
    assert found["significance"].tolist() == pytest.approx([1, 0.878849, 0.88378, 1], abs=1e-5)
    expected = [0.537086, 0.32686, 0.40507, 0.379777]
    assert found["cruciality"].tolist() == pytest.approx(expected, abs=1e-5)
    expected = [1.074172, 0.882523, 0.545964, 0.759555]
    assert found["sensitivity"].tolist() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("runs", "rho", "tau"), [(A, 0.604245, 0.515127), (B, 0.301065, 0.244677)])
def test_ten_runs_give_the_published_rank_correlations(runs, rho, tau):
    """Spearman's rho with mean ranks, Kendall's tau-b with ties left out of the count."""
    assert association(runs, LENGTH, "spearman") == pytest.approx(rho, abs=1e-6)
    assert association(runs, LENGTH, "kendall") == pytest.approx(tau, abs=1e-6)


def test_what_does_not_vary_is_not_crucial():
    """A certain task, or a certain finish, goes with nothing."""
    for method in ("pearson", "spearman", "kendall"):
        assert association(np.ones(5), np.arange(5), method) == 0
    assert sensitivity_of([1.0], [0.0], [np.nan], [1.0], 0.0)["sensitivity"].tolist() == [0]
