"""The scenario panel without a front end: its controls are moved by the test."""

import time
from pathlib import Path

import pandas as pd
import pytest

import pmtools as pm
from pmtools.words import Statement

PROJECTS = Path(__file__).parents[2] / "templates" / "projects"


@pytest.fixture
def panel(tmp_path):
    project = pm.read_project(PROJECTS / "network-upgrade")
    made = pm.panel_scenario(project, n_trials=200, path=str(tmp_path / "tried.yml"))
    made.build()
    return made


def said(panel):
    return panel.chart.said


MOVES = {
    "deadline": lambda c: c.options[-1][1],
    "confidence": lambda c: 60,
    "estimate": lambda c: c.value + 4,
    "overtime": lambda c: 2.0,
    "person": lambda c: c.options[2][1],
    "scope": lambda c: True,
    "response": lambda c: "Accepted",
}


@pytest.mark.parametrize("name", MOVES)
def test_each_control_changes_the_scenario_and_undo_takes_it_back(panel, name):
    """A step forward and a step back end where they began."""
    before, state = said(panel), (panel.draft.changes, panel.draft.confidence)
    control = panel.at[name]
    start = control.value
    control.value = MOVES[name](control)
    assert (panel.draft.changes, panel.draft.confidence) != state
    assert panel.draft.said == ""
    panel.buttons["Undo"].click()
    assert (panel.draft.changes, panel.draft.confidence) == state
    assert said(panel) == before
    assert control.value == start


def test_steps_of_one_slider_are_undone_as_one(panel):
    """A drag is one decision, however many values it passes."""
    for _ in range(5):
        panel.at["estimate"].value += 0.5
    assert len(panel.draft.changes) == 1
    panel.buttons["Undo"].click()
    assert panel.draft.changes == ()
    panel.buttons["Undo"].click()
    assert panel.said.value == "<p>There is nothing to undo.</p>"


def test_another_task_shows_its_own_changes(panel):
    """Controls tell of the task that is looked at, not of the one before."""
    panel.at["overtime"].value = 1.5
    first = panel.at["task"].value
    panel.at["task"].value = panel.at["task"].options[3][1]
    assert panel.at["overtime"].value == 0
    panel.at["task"].value = first
    assert panel.at["overtime"].value == 1.5


def test_what_cannot_be_done_together_is_refused_in_words(panel):
    """A contradiction is told, not raised, and the control goes back."""
    panel.at["overtime"].value = 2.0
    before = panel.draft.changes
    panel.at["scope"].value = True
    assert "contradicts" in panel.said.value
    assert panel.draft.changes == before
    assert panel.at["scope"].value is False


def test_a_scenario_is_saved_loaded_and_used_in_the_report(panel, tmp_path):
    """What was saved is what is loaded, and what papermill is told of."""
    panel.at["estimate"].value += 3
    panel.text["name"].value = "Slower"
    panel.buttons["Save"].click()
    changes, told = panel.draft.changes, said(panel)
    panel.buttons["Reset"].click()
    assert panel.draft.changes == ()
    panel.text["saved"].value = "Slower"
    panel.buttons["Load"].click()
    assert (panel.draft.changes, said(panel)) == (changes, told)
    panel.buttons["Use in the report"].click()
    path = tmp_path / "tried-report.yml"
    assert panel.line.value == f"-p scenario {path}"
    assert pm.read_scenarios(str(path))[0].changes == changes


def test_a_file_that_cannot_be_read_or_written_is_told(panel, tmp_path):
    """Somebody else's file is no reason to lose the panel."""
    (tmp_path / "tried.yml").write_text("name: [")
    panel.buttons["Load"].click()
    assert "no YAML" in panel.said.value
    panel.draft.path = ""
    panel.buttons["Save"].click()
    assert "cannot be saved" in panel.said.value


def test_a_scenario_of_another_snapshot_is_refused(panel, tmp_path):
    """It is said for which snapshot it was made."""
    other = pm.Scenario("Old", (), "another-project", pd.Timestamp("2020-01-01"))
    pm.write_scenarios([other], str(tmp_path / "tried.yml"))
    panel.draft.load("Old")
    assert 'made for project "another-project"' in panel.draft.said


def test_the_cheapest_way_back_comes_into_the_panel(panel):
    """The search runs beside the panel, says how far it is, and can be stopped."""
    panel.at["deadline"].value = panel.at["deadline"].options[-18][1]
    panel.buttons["Find the cheapest way back"].click()
    assert panel.buttons["Stop"].disabled is False
    panel.buttons["Stop"].click()
    panel.search.join(120)
    assert panel.buttons["Stop"].disabled is True
    assert panel.progress.value != "<p>Searching ...</p>"


def test_rows_of_the_chart_are_few_and_those_that_stay_are_not_sent(panel):
    """A step sends what changed: the widget state is small."""
    sent = []
    panel.chart.send_state = lambda key=None: sent.append(key)
    panel.at["confidence"].value = 65
    names = {name for key in sent for name in ([key] if isinstance(key, str) else key or ())}
    assert not names & {"finish", "cost", "moved", "spec"}
    assert len(panel.chart.finish) == 100


def test_without_anybody_there_the_panel_shows_the_plan_as_it_is(panel):
    """A report has the sentence, the goals and the chart of the state that it opens with."""
    words, goals, chart = panel.static()
    assert isinstance(words, Statement)
    assert "as planned" in words.text
    assert len(goals.frame) > 2
    assert chart.to_dict()["datasets"]["finish"]


def test_a_plan_without_deadline_people_and_risks_has_a_panel_too():
    """What is not there cannot be chosen; a deadline can be set, and taken away."""
    from risky_plan import risky_plan

    made = pm.panel_scenario(risky_plan([8, 16], [(1, 2)], estimates={1: (6, 8, 20)}))
    made.build()
    assert "no deadline is set" in said(made)
    made.at["deadline"].value = made.at["deadline"].options[-1][1]
    assert "the deadline of" in said(made)
    made.buttons["Undo"].click()
    assert "no deadline is set" in said(made)


def test_a_finished_project_has_nothing_to_change():
    """A sentence stands in place of the panel."""
    project = pm.read_project(PROJECTS / "network-upgrade")
    done = pd.DataFrame({
        "status_date": project.header.status_date, "task_id": project.tasks["id"],
        "actual_start": project.header.start, "actual_finish": project.header.status_date,
        "percent_complete": 100.0,
    })  # fmt: skip
    shown = pm.panel_scenario(project.replace(progress=done))
    assert shown.signal == "unknown"


def test_a_step_is_quick_on_five_hundred_tasks():
    """The part that computes, by the time of this process; three times the aim is a regression."""
    from risky_plan import risky_plan

    hours = [8 + n % 40 for n in range(500)]
    links = [(max(1, n - 1 - n % 7), n) for n in range(2, 501)]
    estimates = {n: (0.8 * h, h, 1.6 * h) for n, h in enumerate(hours, 1)}
    plan = pm.schedule(risky_plan(hours, links, estimates=estimates))
    draft = pm.panel_scenario(plan).draft
    draft.put(["crash"], "5", pm.Crash("5", 9.0))
    began = time.process_time()
    for n in range(20):
        draft.put(["crash"], "5", pm.Crash("5", 10.0 + n))
    assert (time.process_time() - began) / 20 < 0.03


def test_the_commitment_panel_answers_to_both_sliders():
    """Another confidence and another budget give another sentence, and keep the trials."""
    found = pm.simulate(pm.read_project(PROJECTS / "network-upgrade"), n_trials=500)
    panel = pm.panel_commitment(found)
    panel.build()
    first = said(panel)
    panel.at_sure.value = 50
    second = said(panel)
    panel.is_free.value = False
    panel.at_budget.value = panel.at_budget.max
    assert len({first, second, said(panel)}) == 3
    assert [type(each).__name__ for each in panel.static()] == ["Commitment", "LayerChart"]
    assert isinstance(pm.panel_commitment(pm.CannotSay("it was not simulated")), Statement)
