import time

import pandas as pd
from small_plan import FRIDAYS, small_plan

from pmtools.report import provenance


def test_the_same_facts_have_the_same_provenance_whenever_it_is_made():
    """No clock: last week's report can be made again and compared byte by byte."""
    first = provenance(small_plan(FRIDAYS[0]), run_id="a")
    time.sleep(0.01)
    again = provenance(small_plan(FRIDAYS[0]), run_id="a")
    assert first == again
    assert first._repr_mimebundle_() == again._repr_mimebundle_()


def test_the_reader_sees_project_day_input_parameters_seed_and_versions():
    shown = provenance(small_plan(FRIDAYS[0]), parameters={"weeks": 4, "history": ""}, seed=7)
    text = str(shown)
    for words in ("Rollout (P1)", "6 Mar 2026", "weeks = 4", "Seed: 7", "pandas " + pd.__version__):
        assert words in text
    assert "history" not in text


def test_a_path_of_somebodys_machine_is_shown_by_its_name(tmp_path):
    """The report goes to people outside; the kept notebook still has the whole path."""
    shown = provenance(small_plan(), parameters={"project": str(tmp_path / "plan.mpp")})
    assert "project = plan.mpp" in str(shown)
    assert str(tmp_path) not in str(shown)
    sentinel = shown._repr_mimebundle_()["application/vnd.pmtools.sentinel+json"]
    assert sentinel["parameters"] == {"project": str(tmp_path / "plan.mpp")}
    assert sentinel["status_date"] == ""
