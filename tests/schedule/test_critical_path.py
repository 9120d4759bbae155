"""Early and late dates and floats of published networks."""

import pytest
from unit_plan import finish_to_start, hours, unit_plan

from pmtools.schedule import schedule

VANHOUCKE_1 = {
    "durations": [1, 2, 2, 4, 3, 3, 3, 2, 1, 1, 2, 1, 1, 1, 1, 2, 1],
    "links": [
        *((1, 2), (1, 3), (2, 4), (2, 5), (2, 6), (3, 7), (3, 8), (3, 9), (3, 10)),
        *((4, 11), (5, 11), (6, 11), (7, 12), (8, 13), (9, 14), (10, 15)),
        *((before, after) for before in range(11, 16) for after in (16, 17)),
    ],
    "finish": 11,
    "critical": ["1", "2", "4", "11", "16"],
    "early_start": [0, 1, 1, 3, 3, 3, 3, 3, 3, 3, 7, 6, 5, 4, 4, 9, 9],
    "total_float": [0, 0, 2, 0, 1, 1, 2, 3, 4, 4, 0, 2, 3, 4, 4, 0, 1],
    "free_float": [0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 2, 3, 4, 4, 0, 1],
}
VANHOUCKE_2 = {
    "durations": [1, 1, 3, 2, 2, 2, 2, 1, 4, 5, 3, 3, 4, 5, 1, 5, 2],
    "links": [
        *((1, 2), (2, 3), (3, 4), (3, 6), (4, 5), (5, 8), (6, 7), (7, 8)),
        *((8, after) for after in range(9, 14)),
        *((before, 14) for before in range(9, 14)),
        *((13, 15), (14, 16), (14, 17), (15, 16), (15, 17)),
    ],
    "finish": 25,
    "critical": ["1", "2", "3", "4", "5", "6", "7", "8", "10", "14", "16"],
    "early_start": [0, 1, 2, 5, 7, 5, 7, 9, 10, 10, 10, 10, 10, 15, 14, 20, 20],
    "total_float": [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 2, 1, 0, 5, 0, 3],
    "free_float": [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 2, 0, 0, 5, 0, 3],
}


@pytest.mark.parametrize("network", [VANHOUCKE_1, VANHOUCKE_2], ids=["P1", "P2"])
def test_two_networks_of_vanhoucke(network):
    """Vanhoucke, Integrated Project Management and Control (2014), projects 1 and 2."""
    tasks = schedule(unit_plan(network["durations"], finish_to_start(network["links"]))).tasks
    assert max(hours(tasks["early_finish"])) == network["finish"]
    assert hours(tasks["early_start"]) == network["early_start"]
    assert tasks["total_float_hours"].tolist() == network["total_float"]
    assert tasks["free_float_hours"].tolist() == network["free_float"]
    assert tasks.loc[tasks["is_critical"], "id"].tolist() == network["critical"]


def test_floats_of_the_critpath_example():
    """R package critpath, cpmexample1: six activities on arcs, eight periods."""
    links = finish_to_start([(1, 4), (2, 5), (3, 6), (4, 6), (5, 6)])
    tasks = schedule(unit_plan([3, 2, 5, 1, 1, 3], links)).tasks
    assert max(hours(tasks["early_finish"])) == 8
    assert tasks["total_float_hours"].tolist() == [1, 2, 0, 1, 2, 0]
    assert tasks["free_float_hours"].tolist() == [0, 0, 0, 1, 2, 0]


PDM = [
    *(("FS", 3, 3, 0, 8, 4, 7), ("FS", 3, 3, 2, 10, 6, 9), ("FS", 3, 3, -2, 6, 2, 5)),
    *(("FS", 3, 5, 0, 10, 4, 9), ("FS", 3, 5, 2, 12, 6, 11), ("FS", 3, 5, -2, 8, 2, 7)),
    *(("FS", 5, 3, 0, 10, 6, 9), ("FS", 5, 3, 2, 12, 8, 11), ("FS", 5, 3, -2, 8, 4, 7)),
    *(("FF", 3, 3, 0, 5, 1, 4), ("FF", 3, 3, 2, 7, 3, 6), ("FF", 3, 5, 2, 7, 1, 6)),
    *(("FF", 5, 3, 0, 7, 3, 6), ("FF", 5, 3, 2, 9, 5, 8), ("SS", 3, 3, 0, 5, 1, 4)),
    *(("SS", 3, 3, 2, 7, 3, 6), ("SS", 3, 5, 0, 7, 1, 6), ("SS", 3, 5, 2, 9, 3, 8)),
    *(("SS", 5, 3, 2, 7, 3, 6), ("SF", 3, 3, 2, 4, 0, 3)),
]


@pytest.mark.parametrize(("kind", "a", "b", "lag", "finish", "start", "end"), PDM)
def test_four_link_kinds_with_lead_and_lag(kind, a, b, lag, finish, start, end):
    """Cases of the package criticalpath (the 20 clean ones): begin, A, B, end in a row."""
    links = [(1, 2, "FS", 0), (2, 3, kind, lag), (3, 4, "FS", 0)]
    tasks = schedule(unit_plan([1, a, b, 1], links)).tasks
    assert hours(tasks["early_start"])[2] == start
    assert hours(tasks["early_finish"])[2] == end
    assert max(hours(tasks["early_finish"])) == finish
