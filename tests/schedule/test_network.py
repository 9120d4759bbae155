"""Networks: summaries, inactive tasks, links that lead nowhere, and loops."""

import time
from itertools import pairwise

import pandas as pd
import pytest
from day_plan import day_plan, days, floats

from pmtools.errors import ProjectError
from pmtools.project import Header, Project
from pmtools.schedule import schedule


def outline(project, **parents):
    """The plan with parents: `A="S"` puts task A below task S."""
    tasks = project.tasks
    return project.replace(tasks=tasks.assign(parent_id=tasks["id"].map(parents).fillna("")))


def changed(project, task, **values):
    tasks = project.tasks.copy()
    for name, value in values.items():
        tasks.loc[tasks["id"] == task, name] = value
    return project.replace(tasks=tasks)


def row(plan, task):
    return plan.tasks.set_index("id").loc[task]


def test_a_summary_spans_its_tasks():
    """First start to last finish, progress weighted by duration, the least float of its tasks."""
    plan = schedule(outline(day_plan("S0 A2 B3 C9", "A>B"), A="S", B="S"))
    summary = row(plan, "S")
    assert summary["kind"] == "summary"
    assert days(plan, "S") == "06-01..05"
    assert summary["duration_hours"] == 40
    assert summary["total_float_hours"] == 32
    assert not summary["is_critical"]
    assert plan.tasks["level"].tolist() == [1, 2, 2, 1]
    facts = {"actual_start": "2026-06-01 08:00", "actual_finish": "2026-06-02 17:00"}
    project = outline(day_plan("S0 A2 B3", "A>B", status="2026-06-03",
                               progress=[{"task_id": "A", **facts}]), A="S", B="S")  # fmt: skip
    summary = row(schedule(project), "S")
    assert summary["percent_complete"] == 40
    assert summary["remaining_hours"] == 24
    assert summary["actual_start"] == pd.Timestamp("2026-06-01 08:00")
    assert pd.isna(summary["actual_finish"])
    assert summary["is_started"]
    assert not summary["is_finished"]


def test_a_link_from_a_summary_waits_for_all_its_tasks():
    """Also through a summary inside it; the driver is the task that finishes last."""
    project = outline(day_plan("S0 T0 A2 B4 C1", "S>C"), T="S", A="S", B="T")
    plan = schedule(project)
    assert days(plan, "C") == "06-05..05"
    assert floats(plan, "A", "B") == [2, 0]
    assert row(plan, "C")["driver_id"] == "B"
    assert row(plan, "C")["driver"] == 'finish of "S"'
    assert plan.links["is_driving"].tolist() == [True]


def test_a_link_into_a_summary_holds_all_its_tasks():
    """None of them starts before; its float is that to the first start."""
    project = outline(day_plan("X2 S0 T0 A2 B4:SNET=2026-06-10", "X>S:FS+1"), T="S", A="S", B="T")
    plan = schedule(project)
    assert days(plan, "A") == "06-04..05"
    assert row(plan, "A")["driver"] == 'finish of "X" + 1 working day'
    assert row(plan, "A")["driver_id"] == "X"
    assert days(plan, "B") == "06-10..15"
    assert floats(plan, "X", "B") == [4, 0]
    assert plan.links["float_hours"].tolist() == [0]
    late = changed(project, "A", constraint="SNET", constraint_date=pd.Timestamp("2026-06-08"))
    assert schedule(late).links["float_hours"].tolist() == [16]


def test_a_start_to_start_link_from_a_summary_counts_from_its_first_task():
    """The summary has started when the first of its tasks has."""
    project = outline(day_plan("S0 A2:SNET=2026-06-03 B4:SNET=2026-06-08 C9", "S>C:SS+1"),
                      A="S", B="S")  # fmt: skip
    plan = schedule(project)
    assert days(plan, "C") == "06-04..16"
    assert floats(plan, "A", "B", "C") == [0, 3, 0]
    assert row(plan, "C")["driver"] == 'start of "S" + 1 working day'
    assert row(plan, "C")["driver_id"] == "A"


def test_constraints_of_a_summary_concern_its_tasks():
    """No earlier start for any of them, no later finish for any of them."""
    project = outline(day_plan("S0:SNET=2026-06-03 A2 B1 P9"), A="S", B="S")
    plan = schedule(project)
    assert (days(plan, "A"), days(plan, "B")) == ("06-03..04", "06-03..03")
    assert row(plan, "A")["driver"] == 'starts no earlier than 3 Jun 2026 (summary "S")'
    project = outline(day_plan("S0:FNLT=2026-06-03 A2 B1 P9"), A="S", B="S")
    assert floats(schedule(project), "A", "B") == [1, 2]


def test_inactive_tasks_are_left_out_with_all_below_them():
    """They have no dates, and their links hold nothing."""
    project = outline(day_plan("S0 A5 B2 C1", "A>B B>C A>C"), A="S")
    assert days(schedule(project), "B") == "06-08..09"
    plan = schedule(changed(project, "S", is_active=False))
    assert plan.tasks["id"].tolist() == ["B", "C"]
    assert days(plan, "B") == "06-01..02"
    assert len(plan.links) == 1
    with pytest.raises(ProjectError, match="there is no active task"):
        schedule(changed(day_plan("A1"), "A", is_active=False))


def test_a_summary_with_nothing_to_do_has_no_dates():
    """Nor has a summary of such summaries; what was imported as its duration counts for nothing."""
    project = changed(outline(day_plan("S90 T90 A5 B2"), T="S", A="T"), "A", is_active=False)
    project = changed(changed(project, "S", kind="summary"), "T", kind="summary")
    plan = schedule(project)
    assert plan.tasks["id"].tolist() == ["B"]
    assert days(plan, "B") == "06-01..02"


def test_level_of_effort_is_never_critical():
    """Support work goes along with the project and decides nothing."""
    plan = schedule(changed(day_plan("A5 B5"), "B", kind="level_of_effort"))
    assert plan.tasks["is_critical"].tolist() == [True, False]


def test_level_of_effort_that_lasts_longer_takes_no_float_from_others():
    """The critical path is that of the work: support after its end changes no late date."""
    plan = schedule(changed(day_plan("A5 B3 L20 M0", "B>L:SS"), "L", kind="level_of_effort"))
    assert floats(plan, "A", "B", "L", "M") == [0, 2, 0, 5]
    assert plan.tasks["is_critical"].tolist() == [True, False, False, False]
    assert f"{plan.finish:%m-%d}" == "06-26"
    alone = schedule(changed(day_plan("L20"), "L", kind="level_of_effort"))
    assert floats(alone, "L") == [0]


def test_level_of_effort_stretches_between_its_ends():
    """P6: from the first start to the last finish that links tie it to, whatever its duration.

    It moves no other task, and links hold both ways.
    """
    project = day_plan("A2 B5 C3 L1", "A>B B>C A>L:SS+1 L>B:FF L>C:FF-1")
    plan = schedule(changed(project, "L", kind="level_of_effort"))
    assert [days(plan, name) for name in "ABC"] == ["06-01..02", "06-03..09", "06-10..12"]
    assert days(plan, "L") == "06-02..15"
    assert row(plan, "L")["duration_hours"] == 80
    assert plan.links["is_driving"].tolist() == [True, True, True, False, False]
    assert row(plan, "L")["driver"] == 'start of "A" + 1 working day'
    late = changed(project, "B", constraint="SNET", constraint_date=pd.Timestamp("2026-06-15"))
    assert days(schedule(changed(late, "L", kind="level_of_effort")), "L") == "06-02..25"


def test_level_of_effort_has_no_negative_length():
    """Tied to end before it begins, it stands where it begins."""
    project = changed(day_plan("A2 B3 L1", "A>L L>B"), "L", kind="level_of_effort")
    plan = schedule(project)
    assert row(plan, "L")["start"] == row(plan, "L")["finish"] == pd.Timestamp("2026-06-02 17:00")
    assert row(plan, "L")["duration_hours"] == 0


def test_level_of_effort_has_the_float_of_what_it_goes_along_with():
    """Its late dates follow its links as its early dates do, also where they cannot be kept."""
    project = day_plan("A3:FNLT=2026-06-02 L1", "A>L:SS A>L:FF")
    plan = schedule(changed(project, "L", kind="level_of_effort"))
    assert floats(plan, "A", "L") == [-1, -1]


def test_level_of_effort_may_be_tied_to_another():
    """Meetings go along with the support that goes along with the work."""
    project = day_plan("A2 B3 K1 L1 S9", "A>B A>L:SS L>B:FF L>K:SS L>K:FF")
    project = changed(changed(project, "L", kind="level_of_effort"), "K", kind="level_of_effort")
    plan = schedule(project)
    assert (days(plan, "L"), days(plan, "K")) == ("06-01..05", "06-01..05")
    assert not row(plan, "K")["is_critical"]


def test_a_link_to_a_task_that_does_not_exist_is_left_out():
    """The check reports it; the dates are those of the other links."""
    plan = schedule(day_plan("A2 B1", "A>B gone>B A>gone"))
    assert days(plan, "B") == "06-03..03"
    assert plan.links["predecessor_id"].tolist() == ["A"]


@pytest.mark.parametrize(
    ("tasks", "links", "words"),
    [
        ("A1 B1", "A>B B>A", '"A" > "B" > "A"'),
        ("A1 B1 C1 D1", "A>B B>C C>A C>D", '"A" > "B" > "C" > "A"'),
    ],
)
def test_links_in_a_circle_are_an_error_that_prints_them(tasks, links, words):
    """The names along the loop, in the order of its links."""
    with pytest.raises(ProjectError) as caught:
        schedule(day_plan(tasks, links))
    printed = str(caught.value)
    rotations = [words.split(" > ")[:-1]]
    rotations = [rotations[0][i:] + rotations[0][:i] for i in range(len(rotations[0]))]
    assert any(" > ".join([*r, r[0]]) in printed for r in rotations)


def test_a_circle_through_a_summary_is_found():
    """A task cannot wait for the summary it belongs to, directly or by way of others."""
    for links in ("S>A", "A>S", "A>X X>S", "S>X X>B"):
        with pytest.raises(ProjectError, match="links run in a circle"):
            schedule(outline(day_plan("S0 A1 B1 X1", links), A="S", B="S"))


def chain(count, extra=()):
    ids = [str(number) for number in range(count)]
    links = [*pairwise(ids), *extra]
    return Project(
        Header("p", "Chain", pd.Timestamp("2026-06-01")),
        tasks=pd.DataFrame({"id": ids, "name": [f"T{i}" for i in ids], "duration_hours": 0.5}),
        links=pd.DataFrame(links, columns=["predecessor_id", "successor_id"]),
    )


def test_a_circle_of_ten_thousand_tasks_is_told_in_short():
    """No recursion limit; the first and last names and how many stand between."""
    project = chain(10_000, [("9999", "0")])
    began = time.perf_counter()
    with pytest.raises(ProjectError, match=r"\(9978 more\)"):
        schedule(project)
    assert time.perf_counter() - began < 10


def test_a_chain_of_ten_thousand_tasks_is_scheduled():
    """A long plan is no deep recursion."""
    plan = schedule(chain(10_000))
    assert plan.calendars[""].hours_between(plan.start, plan.finish) == 5000
    assert plan.tasks["is_critical"].all()


def test_dates_past_the_horizon_are_an_error_that_names_the_task():
    """Durations beyond reason do not run over the end of time."""
    with pytest.raises(ProjectError, match='"B" would finish after 2200'):
        schedule(day_plan("A1 B99999", "A>B"))
    project = changed(day_plan("A1 B1", "A>B"), "A", duration_hours=1e5)
    project = project.replace(links=project.links.assign(lag_kind="percent", lag_hours=1e6))
    with pytest.raises(ProjectError, match='"B" would finish after 2200'):
        schedule(project)


def test_tasks_work_on_their_own_calendar():
    """Several calendars in one network; an elapsed duration runs through the weekend."""
    project = day_plan("A5 B1 C2 E1", "A>B B>C A>E")
    saturday = {"id": "sat", "weekday": "sat", "shift_start": "08:00", "shift_finish": "16:00"}
    project = project.replace(calendars=pd.DataFrame([saturday]))
    project = changed(project, "B", calendar_id="sat")
    project = changed(project, "E", is_elapsed=True, duration_hours=72.0)
    plan = schedule(project)
    assert days(plan, "B") == "06-06..06"
    assert days(plan, "C") == "06-08..09"
    assert row(plan, "E")["finish"] == pd.Timestamp("2026-06-08 17:00")
    assert floats(plan, "A", "B", "C") == [0, 0, 0]


def test_a_milestone_stands_where_its_predecessor_finished():
    """On Friday evening, not on Monday morning; without predecessors at the first shift."""
    tasks = "A5 M0 N0:SNET=2026-06-06 B1"
    plan = schedule(day_plan(tasks, "A>M M>B A>N"))
    assert row(plan, "M")["start"] == pd.Timestamp("2026-06-05 17:00")
    assert row(plan, "N")["start"] == pd.Timestamp("2026-06-08 08:00")
    assert row(schedule(day_plan("M0 A1")), "M")["start"] == pd.Timestamp("2026-06-01 08:00")


def test_a_milestone_that_only_opens_what_follows_stands_on_the_next_morning():
    """P6: a start milestone is one whose links all lead from its start; else it is a finish."""
    for links, scheduling, stands in (
        ("A>M M>B:SS", "primavera_p6", "06-08 08:00"),
        ("A>M M>B:SS M>C", "primavera_p6", "06-05 17:00"),
        ("A>M M>B:SS", "microsoft_project", "06-05 17:00"),
    ):
        plan = schedule(day_plan("A5 M0 B1 C1", links, scheduling=scheduling))
        assert f"{row(plan, 'M')['start']:%m-%d %H:%M}" == stands
        assert days(plan, "B") == "06-08..08"


def test_a_percent_lag_is_a_share_of_the_predecessor():
    """FS - 50% of four days is two days before its finish."""
    project = day_plan("A4 B1", "A>B:FS-50")
    project = project.replace(links=project.links.assign(lag_kind="percent", lag_hours=-50.0))
    plan = schedule(project)
    assert days(plan, "B") == "06-03..03"
    assert row(plan, "B")["driver"] == 'finish of "A" - 50% of its duration'


def test_a_percent_lag_of_a_summary_is_a_share_of_what_its_tasks_take():
    """SS + 50% of four days, whatever duration was imported for it; also one after the other."""
    links = "A>B S>C:SS+1 T>D:SS+1"
    project = outline(day_plan("S9 A2 B2 T1 C4 D1", links), A="S", B="S", C="T")
    lags = project.links["lag_hours"].where(project.links["kind"] == "FS", 50.0)
    kinds = project.links["lag_kind"].where(project.links["kind"] == "FS", "percent")
    plan = schedule(project.replace(links=project.links.assign(lag_kind=kinds, lag_hours=lags)))
    assert [days(plan, name) for name in "CD"] == ["06-03..08", "06-05..05"]


@pytest.mark.parametrize(
    ("scheduling", "lag_calendar", "start"),
    [("primavera_p6", "", "06-03"), ("microsoft_project", "", "06-05"),
     ("primavera_p6", "two", "06-05"), ("microsoft_project", "six", "06-03")],
)  # fmt: skip
def test_a_lag_counts_on_the_calendar_of_the_rules(scheduling, lag_calendar, start):
    """P6 on the predecessor's, Microsoft Project on the successor's, or the one named."""
    shifts = [
        {"id": name, "weekday": day, "shift_start": "08:00", "shift_finish": "16:00"}
        for name, weekdays in (("six", "mon tue wed thu fri sat"), ("two", "mon wed fri"))
        for day in weekdays.split()
    ]
    project = day_plan("A1 B1", "A>B:FS+1", scheduling=scheduling)
    project = project.replace(calendars=pd.DataFrame(shifts),
                              links=project.links.assign(lag_calendar=lag_calendar))  # fmt: skip
    project = changed(changed(project, "A", calendar_id="six"), "B", calendar_id="two")
    assert f"{row(schedule(project), 'B')['start']:%m-%d}" == start


def test_microsoft_project_works_a_task_in_the_hours_of_its_people():
    """Their leave moves the task; of a task with its own calendar the hours that both have."""
    week = [{"id": "ann", "weekday": day, "shift_start": "08:00", "shift_finish": "16:00"}
            for day in ("mon", "tue", "wed", "thu", "sat")]  # fmt: skip
    project = day_plan("A2 B2", scheduling="microsoft_project").replace(
        calendars=pd.DataFrame([*week, {"id": "site"}]),
        exceptions=pd.DataFrame([{"calendar_id": "ann", "from": "2026-06-02"}]),
        resources=pd.DataFrame([{"id": "1", "name": "Ann", "calendar_id": "ann"}]),
        assignments=pd.DataFrame([{"task_id": t, "resource_id": "1"} for t in "AB"]),
    )
    project = changed(project, "B", calendar_id="site")
    plan = schedule(project)
    assert days(plan, "A") == "06-01..03"
    assert plan.tasks["finish"][1] == pd.Timestamp("2026-06-04 10:00")
    p6 = Header("v", "V", pd.Timestamp("2026-06-01"))
    assert days(schedule(project.replace(header=p6)), "A") == "06-01..02"
    own = schedule(changed(project, "A", ignores_resource_calendars=True))
    assert days(own, "A") == "06-01..02"


def test_a_calendar_may_be_a_single_weekend():
    """A cut-over with a gate before it and a milestone after it, and nothing to work on else."""
    project = day_plan("G0 A1 M0 B0 C1", "G>A A>M A>B").replace(
        calendars=pd.DataFrame([{"id": "cut", "weekday": "mon"}]),
        exceptions=pd.DataFrame([{"calendar_id": "cut", "from": "2026-06-13", "to": "2026-06-14",
                                  "shifts": "08:00-12:00"}]),
    )  # fmt: skip
    for task in "GAM":
        project = changed(project, task, calendar_id="cut")
    plan = schedule(project)
    assert row(plan, "G")["start"] == pd.Timestamp("2026-06-13 08:00")
    assert days(plan, "A") == "06-13..14"
    assert row(plan, "M")["finish"] == pd.Timestamp("2026-06-14 12:00")
    assert row(plan, "B")["finish"] == pd.Timestamp("2026-06-15 08:00")
    assert floats(plan, "G", "A", "M", "B") == [0, 0, 0, 0]
    with pytest.raises(ProjectError, match="no working time is left"):
        schedule(changed(project, "A", duration_hours=9.0))


NIGHT = [{"id": "night", "weekday": day, "shift_start": "22:00", "shift_finish": "06:00"}
         for day in ("mon", "tue", "wed", "thu", "fri")]  # fmt: skip
LATE = [{"id": "late", "weekday": day, "shift_start": "20:00", "shift_finish": "04:00"}
        for day in ("mon", "tue", "wed", "thu", "fri")]  # fmt: skip
EARLY = [{"id": "early", "weekday": day, "shift_start": "04:00", "shift_finish": "12:00"}
         for day in ("mon", "tue", "wed", "thu", "fri")]  # fmt: skip


def staffed(task_calendar, resource_calendar, calendars, exceptions=()):
    """One task of a day with a calendar, done by someone with another."""
    project = day_plan("A1", scheduling="microsoft_project").replace(
        calendars=pd.DataFrame(calendars),
        exceptions=pd.DataFrame(exceptions),
        resources=pd.DataFrame([{"id": "1", "name": "Ann", "calendar_id": resource_calendar}]),
        assignments=pd.DataFrame([{"task_id": "A", "resource_id": "1"}]),
    )
    return schedule(changed(project, "A", calendar_id=task_calendar)).tasks.iloc[0]


def test_the_hours_of_both_may_lie_after_midnight():
    """A shift belongs to the day it starts on, but is worked on the next one too."""
    task = staffed("late", "night", LATE + NIGHT)
    assert task["finish"] == pd.Timestamp("2026-06-03 00:00")
    task = staffed("early", "night", EARLY + NIGHT)
    assert task["start"] == pd.Timestamp("2026-06-02 04:00")
    assert task["finish"] == pd.Timestamp("2026-06-05 06:00")
    off = [{"calendar_id": "night", "from": "2026-06-02"}]
    assert staffed("early", "night", EARLY + NIGHT, off)["finish"] == pd.Timestamp(
        "2026-06-09 06:00"
    )


def test_a_task_keeps_its_calendar_where_its_people_share_no_week_with_it():
    """One exceptional day in common is not a calendar that a plan can be worked on."""
    day = [{"id": "day", "weekday": "mon", "shift_start": "08:00", "shift_finish": "16:00"}]
    extra = [{"calendar_id": "night", "from": "2026-06-08", "shifts": "08:00-10:00"}]
    task = staffed("day", "night", day + NIGHT, extra)
    assert task["finish"] == pd.Timestamp("2026-06-01 16:00")


def test_a_schedule_says_what_it_is():
    """For a terminal in one line, for a notebook with its tasks; names cannot run as HTML."""
    plan = schedule(changed(day_plan("A2 B1", "A>B"), "A", name="<script>x</script>"))
    assert str(plan) == "Vector: 1 Jun 2026 to 3 Jun 2026, 2 tasks, 2 critical, 0 finished"
    assert "<script>" not in plan._repr_html_()
