"""How long a backlog lasts, and how much of it is done by then."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmtools.metrics import CannotSay
from pmtools.simulate.throughput import items_in_weeks, weeks_to_finish

BOWLER = [1, 3, 5, 3, 7, 8, 0, 5, 3, 1, 8, 2]
"""Twelve weeks of throughput published by M. Bowler; the results are exact distributions."""
CHANCES = (0.50, 0.70, 0.85, 0.95)
HOW_MANY = {4: (15, 12, 10, 7), 8: (31, 27, 23, 19), 10: (38, 34, 30, 25), 12: (46, 41, 36, 31)}
WHEN = {20: (6, 7, 8, 9), 50: (13, 15, 16, 18), 105: (28, 30, 32, 34), 110: (29, 31, 33, 36)}
WITHIN = 1
"""Stated with the vectors for 10,000 trials."""


def at_most(trials, chance):
    """Nearest rank: the value that this share of the trials does not exceed."""
    return np.sort(trials)[int(np.ceil(chance * len(trials))) - 1]


@pytest.mark.parametrize(("weeks", "expected"), HOW_MANY.items())
def test_how_many_items_are_done_with_that_chance_or_more(weeks, expected):
    """The lower tail: with 85 % chance at least so many, which is less than the mean."""
    trials = items_in_weeks(BOWLER, weeks)
    found = [-at_most(-trials, chance) for chance in CHANCES]
    assert np.abs(np.subtract(found, expected)).max() <= WITHIN
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(("items", "expected"), [*WHEN.items(), ((100, 120), (29, 31, 33, 36))])
def test_when_so_many_items_are_done(items, expected):
    """Weeks at 50, 70, 85 and 95 %, also of a backlog of which only a range is known."""
    trials = weeks_to_finish(BOWLER, items)
    found = [at_most(trials, chance) for chance in CHANCES]
    assert np.abs(np.subtract(found, expected)).max() <= WITHIN


@pytest.mark.parametrize("weeks", [4, 8, 12])
def test_trials_are_distributed_as_the_exact_sum_of_weeks(weeks):
    """The distribution by convolution; within 1.95 / sqrt(n) by Kolmogorov (one in a thousand).

    Its own lower tail is the published one to the item, and when is how many, turned around.
    """
    one, exact = np.bincount(BOWLER) / len(BOWLER), np.ones(1)
    for _ in range(weeks):
        exact = np.convolve(exact, one)
    at_least = exact[::-1].cumsum()[::-1]
    n_trials, most = 40_000, len(exact)
    bound = 1.95 / np.sqrt(n_trials)
    trials = items_in_weeks(BOWLER, weeks, n_trials=n_trials)
    found = np.bincount(trials, minlength=most)[::-1].cumsum()[::-1] / n_trials
    assert np.abs(found - at_least).max() < bound
    in_time = [np.mean(weeks_to_finish(BOWLER, n, n_trials=n_trials) <= weeks) for n in (20, 50)]
    assert np.abs(np.subtract(in_time, [at_least[n : n + 1].sum() for n in (20, 50)])).max() < bound
    if weeks in HOW_MANY:
        tail = [np.flatnonzero(at_least >= chance)[-1] for chance in CHANCES]
        assert tail == list(HOW_MANY[weeks])


def test_items_over_mean_throughput_is_no_commitment():
    """50 items at 3.83 a week are 13 to 14 weeks: about one chance in two."""
    trials = weeks_to_finish(BOWLER, 50)
    assert 0.4 < np.mean(trials <= np.ceil(50 / np.mean(BOWLER))) < 0.7


def test_weeks_without_a_finished_item_are_drawn_too():
    """They happened, so they will happen again."""
    trials = weeks_to_finish([0, 0, 0, 0, 1], 1, n_trials=20_000)
    assert trials.min() == 1
    standard_error = np.sqrt(20) / np.sqrt(20_000)  # of a geometric distribution with p = 1/5
    assert abs(trials.mean() - 5) < 4 * standard_error


def test_an_item_that_splits_in_two_takes_twice_the_throughput():
    """The split rate is applied to all that remains, and nothing else changes."""
    assert (weeks_to_finish(BOWLER, 30, growth=(2, 2, 2)) == weeks_to_finish(BOWLER, 60)).all()
    halved = items_in_weeks(BOWLER, 8, growth=(2, 2, 2))
    assert (halved == items_in_weeks(BOWLER, 8) // 2).all()
    assert (
        weeks_to_finish(BOWLER, 30, growth=(1, 1.5, 2)).mean() > weeks_to_finish(BOWLER, 30).mean()
    )


def test_items_that_come_meanwhile_are_done_too():
    """Scope change: what arrives each week has to be finished as well."""
    assert (weeks_to_finish(BOWLER, 40, added=1) >= weeks_to_finish(BOWLER, 40)).all()
    as_many_as_done = weeks_to_finish(BOWLER, 40, added=BOWLER)
    assert str(as_many_as_done) == (
        "cannot say, because the backlog is not empty after ten years of that throughput"
    )


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=5, max_size=12).filter(any),
    st.integers(0, 60),
    st.integers(0, 9),
)
def test_more_items_never_take_less_time(weekly, items, more):
    """The same seed draws the same weeks, so a longer backlog is later or equal in every trial."""
    fewer, most = (weeks_to_finish(weekly, n, n_trials=200) for n in (items, items + more))
    assert (most >= fewer).all()
    assert (weeks_to_finish(weekly, items, n_trials=200) == fewer).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=5, max_size=12).filter(any), st.integers(1, 60))
def test_when_and_how_many_are_the_same_statement(weekly, items):
    """In the week in which a trial is done it has finished the items, and not the week before."""
    when = weeks_to_finish(weekly, items, n_trials=50)
    for week in range(1, when.max() + 1):
        done = items_in_weeks(weekly, week, n_trials=50) >= items
        assert (done == (when <= week)).all()


@pytest.mark.parametrize(
    ("weekly", "reason"),
    [
        ([], "throughput is known for 0 weeks, and a forecast needs at least 5"),
        ([4], "throughput is known for 1 week, and a forecast needs at least 5"),
        ([4, 4, 4, 4], "throughput is known for 4 weeks, and a forecast needs at least 5"),
        ([0] * 8, "no item was finished in any week of the record"),
    ],
)
def test_a_backlog_without_history_is_not_forecast(weekly, reason):
    """Below the stated sample nothing is made up."""
    for said in (weeks_to_finish(weekly, 10), items_in_weeks(weekly, 10)):
        assert said == CannotSay(reason)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: weeks_to_finish([1, -1, 1, 1, 1], 5), "not negative in every week"),
        (lambda: weeks_to_finish([1, float("nan"), 1, 1, 1], 5), "must be known"),
        (lambda: weeks_to_finish(BOWLER, -1), "items is -1"),
        (lambda: weeks_to_finish(BOWLER, float("nan")), "items is nan"),
        (lambda: weeks_to_finish(BOWLER, (9, 3)), "the least and the most"),
        (lambda: weeks_to_finish(BOWLER, 5, growth=(2, 1, 3)), "0 < low <= likely <= high"),
        (lambda: items_in_weeks(BOWLER, 5, growth=(0, 1, 1)), "0 < low <= likely <= high"),
        (lambda: items_in_weeks(BOWLER, -2), "weeks is -2"),
    ],
)  # fmt: skip
def test_impossible_arguments_are_refused(call, told):
    """A negative week or a split rate that shrinks to nothing is a mistake of the caller."""
    with pytest.raises(ValueError, match=told):
        call()
