"""The published vectors of networks, read from the file beside the real data.

Those in calendar days (Monday to Friday) are in test_constraints, test_progress and test_paths.
"""

import json

import pytest
from real_data import DATA, needs_data
from unit_plan import finish_to_start, hours, unit_plan

from pmtools.schedule import PRESETS, schedule


def published(name):
    return json.loads((DATA.parent / "vectors.json").read_text(encoding="utf-8"))[name]


@needs_data
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", ["vanhoucke_p1", "vanhoucke_p2"])
def test_dates_and_floats_of_vanhoucke_are_as_published(name, preset):
    """Both presets say the same of a network with nothing but links."""
    network = published(name)
    links = finish_to_start(zip(network["from"], network["to"], strict=True))
    tasks = schedule(unit_plan(network["dur"], links), options=PRESETS[preset]).tasks
    assert max(hours(tasks["early_finish"])) == network["D"]
    assert hours(tasks["early_start"]) == network["ES"]
    assert tasks["total_float_hours"].tolist() == network["TF"]
    assert tasks["free_float_hours"].tolist() == network["FF"]
    assert tasks["is_critical"].tolist() == [total == 0 for total in network["TF"]]


@needs_data
@pytest.mark.parametrize("preset", PRESETS)
def test_early_and_late_dates_of_lags_are_as_published(preset):
    """The 20 cases of the package criticalpath that both tools share; all four dates of all."""
    cases = published("pdm_lags")["clean"]
    assert len(cases) == 20
    for case in cases:
        links = [(1, 2, "FS", 0), (2, 3, case["rel"], case["lag"]), (3, 4, "FS", 0)]
        plan = schedule(unit_plan([1, case["A"], case["B"], 1], links), options=PRESETS[preset])
        for name in ("early_start", "early_finish", "late_start", "late_finish"):
            expected = [case["expect"][task][name] for task in ("begin", "a", "b", "end")]
            assert hours(plan.tasks[name]) == expected, (case["rel"], case["lag"], name)
        assert max(hours(plan.tasks["early_finish"])) == case["finish"]


@needs_data
@pytest.mark.parametrize("preset", PRESETS)
def test_the_other_cases_of_lags_never_start_before_the_project_nor_end_after_it(preset):
    """That package lets tasks start before the project and late dates pass its finish.

    No tool of record does, so that its dates are no example for those cases.
    """
    cases = published("pdm_lags")["excluded_not_msp_p6"]
    assert len(cases) == 16
    for case in cases:
        links = [(1, 2, "FS", 0), (2, 3, case["rel"], case["lag"]), (3, 4, "FS", 0)]
        plan = schedule(unit_plan([1, case["A"], case["B"], 1], links), options=PRESETS[preset])
        finish = max(hours(plan.tasks["early_finish"]))
        assert min(hours(plan.tasks["early_start"])) >= 0
        assert max(hours(plan.tasks["late_finish"])) == finish
