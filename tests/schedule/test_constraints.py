"""Constraints, deadlines and floats: examples in calendar days of open-planner-studio."""

from dataclasses import replace

import pandas as pd
import pytest
from day_plan import critical, day_plan, days, floats, free

from pmtools.schedule import PRESETS, schedule

HARD = replace(PRESETS["primavera_p6"], are_constraints_hard=True)


def test_start_no_earlier_than_waits_and_gives_its_predecessor_float():
    """A3 FS B2, B not before 8 June: A may slip two days."""
    plan = schedule(day_plan("A3 B2:SNET=2026-06-08", "A>B"))
    assert (days(plan, "A"), days(plan, "B")) == ("06-01..03", "06-08..09")
    assert floats(plan, "A", "B") == [2, 0]
    assert free(plan, "A") == [2]
    assert critical(plan) == {"B"}


def test_a_late_limit_that_cannot_be_kept_shows_as_negative_float():
    """A3 FS B2, B to start by 3 June: the dates stay, the float says by how much it is missed."""
    plan = schedule(day_plan("A3 B2:SNLT=2026-06-03", "A>B"))
    assert days(plan, "B") == "06-04..05"
    assert floats(plan, "A", "B") == [-1, -1]
    plan = schedule(day_plan("A2 B3:FNLT=2026-06-04", "A>B"))
    assert floats(plan, "A", "B") == [-1, -1]
    assert days(plan, "B") == "06-03..05"


def test_finish_no_earlier_than_holds_the_finish_back():
    """A2 FS B3, B not finished before the end of 10 June."""
    plan = schedule(day_plan("A2 B3:FNET=2026-06-10", "A>B"))
    assert days(plan, "B") == "06-08..10"
    assert floats(plan, "A") == [3]


def test_a_soft_must_date_waits_for_it_and_limits_late_dates():
    """Must start or finish on a day that the predecessors allow."""
    plan = schedule(day_plan("A1 B2:MSO=2026-06-04 C1", "A>B B>C"))
    assert days(plan, "B") == "06-04..05"
    assert days(plan, "C") == "06-08..08"
    assert floats(plan, "A", "B") == [2, 0]
    plan = schedule(day_plan("A2 B3:MFO=2026-06-10 P12", "A>B"))
    assert days(plan, "B") == "06-08..10"
    assert floats(plan, "A", "B") == [3, 0]


def test_a_mandatory_start_breaks_the_logic_and_a_soft_one_does_not():
    """A5 FS B2, B on 3 June: mandatory B is put there, soft B waits; both show what is missed."""
    project = day_plan("A5 B2:MSO=2026-06-03", "A>B")
    hard = schedule(project, options=HARD)
    assert days(hard, "B") == "06-03..04"
    assert floats(hard, "A", "B") == [-3, 0]
    assert f"{hard.finish:%m-%d}" == "06-05"
    assert hard.links["float_hours"].tolist() == [-24]
    soft = schedule(project)
    assert days(soft, "B") == "06-08..09"
    assert floats(soft, "A", "B") == [-3, -3]
    assert f"{soft.finish:%m-%d}" == "06-09"


def test_microsoft_project_honours_its_constraint_dates():
    """There a must or no-later-than date wins over the predecessors."""
    for rule in ("MSO=2026-06-03", "SNLT=2026-06-03", "MFO=2026-06-04", "FNLT=2026-06-04"):
        project = day_plan(f"A5 B2:{rule}", "A>B", scheduling="microsoft_project")
        plan = schedule(project)
        assert days(plan, "B") == "06-03..04"
        assert floats(plan, "A") == [-3]
        assert "3 Jun" in plan.tasks["driver"][1] or "4 Jun" in plan.tasks["driver"][1]


def test_as_late_as_possible_uses_up_the_float():
    """A1 FS B2 as late as possible beside a longer C5."""
    for scheduling in PRESETS:
        plan = schedule(day_plan("A1 B2:ALAP C5", "A>B A>C", scheduling=scheduling))
        assert days(plan, "B") == "06-05..08"
        assert free(plan, "B") == [0]
        assert f"{plan.finish:%m-%d}" == "06-08"
        assert plan.tasks["driver"][1] == "as late as possible"


def test_as_late_as_possible_pushes_its_successors_only_in_microsoft_project():
    """P6 uses up free float, Microsoft Project total float."""
    tasks, links = "A1 B2:ALAP D1 C5", "A>B B>D A>C"
    p6 = schedule(day_plan(tasks, links))
    assert (days(p6, "B"), days(p6, "D")) == ("06-02..03", "06-04..04")
    project = schedule(day_plan(tasks, links, scheduling="microsoft_project"))
    assert (days(project, "B"), days(project, "D")) == ("06-04..05", "06-08..08")


def test_a_deadline_caps_the_late_finish_and_moves_nothing():
    """A3 with a deadline beside P10; a deadline that is missed gives negative float."""
    plan = schedule(day_plan("A3:deadline=2026-06-05 P10"))
    late = plan.tasks["late_finish"][0]
    assert f"{late:%m-%d %H:%M}" == "06-05 17:00"
    assert floats(plan, "A") == [2]
    missed = schedule(day_plan("A5:deadline=2026-06-03"))
    assert floats(missed, "A") == [-2]
    assert days(missed, "A") == "06-01..05"


def test_interfering_float_is_total_less_free_float():
    """X has five days, two of them without touching Y."""
    links = "A>X X>Y W>Y P>END Y>END"
    plan = schedule(day_plan("A2 X2 Y2 W6 P11 END1", links))
    assert floats(plan, "X", "Y") == [5, 3]
    assert free(plan, "X") == [2]
    assert critical(plan) == {"P", "END"}


def test_float_grows_from_path_to_path():
    """Three paths into one end, of 5, 4 and 2 days."""
    plan = schedule(day_plan("A5 B4 C2 END1", "A>END B>END C>END"))
    assert floats(plan, "A", "B", "C", "END") == [0, 1, 3, 0]
    assert critical(plan) == {"A", "END"}


def test_of_two_links_the_later_one_drives():
    """The ladder: B may start two days after A's start and finish two days after its finish."""
    plan = schedule(day_plan("A5 B2", "A>B:SS+2 A>B:FF+2"))
    assert days(plan, "B") == "06-08..09"
    assert plan.links["is_driving"].tolist() == [False, True]
    assert plan.links["float_hours"].tolist() == [24, 0]
    assert plan.tasks["driver"][1] == 'finish of "A" + 2 working days (finish to finish)'
    assert plan.tasks["driver_id"][1] == "A"


def test_an_elapsed_lag_counts_the_weekend():
    """A ends on Friday; two working days later is Wednesday, two elapsed days later Monday."""
    plan = schedule(day_plan("A5 B2 C2", "A>B:FS+2 A>C:FS+2e"))
    assert (days(plan, "B"), days(plan, "C")) == ("06-10..11", "06-08..09")
    assert plan.tasks["driver"][2] == 'finish of "A" + 2 elapsed days'


@pytest.mark.parametrize("scheduling", PRESETS)
@pytest.mark.parametrize(
    ("rule", "stands"),
    [("MFO=2026-06-05", "06-05 17:00"), ("FNET=2026-06-05", "06-05 17:00"),
     ("MFO=2026-06-06", "06-05 17:00"), ("MSO=2026-06-05", "06-05 08:00"),
     ("SNET=2026-06-06", "06-08 08:00")],
)  # fmt: skip
def test_a_milestone_stands_on_the_day_of_its_constraint(rule, stands, scheduling):
    """What must finish on Friday is a date on Friday, not the next working morning."""
    milestone = schedule(day_plan(f"A7 M0:{rule}", scheduling=scheduling)).tasks.iloc[1]
    assert f"{milestone['start']:%m-%d %H:%M}" == stands
    assert f"{milestone['finish']:%m-%d %H:%M}" == stands


@pytest.mark.parametrize("rule", ["MFO=2026-06-05", "FNLT=2026-06-05"])
def test_a_milestone_that_is_put_before_its_predecessors_stands_on_its_day(rule):
    """Microsoft Project honours the date; float shows what is missed."""
    plan = schedule(day_plan(f"A7 M0:{rule}", "A>M", scheduling="microsoft_project"))
    assert f"{plan.tasks['finish'][1]:%m-%d %H:%M}" == "06-05 17:00"
    assert f"{plan.tasks['late_finish'][1]:%m-%d %H:%M}" == "06-05 17:00"
    assert floats(plan, "A") == [-2]


def on_evenings(project, *tasks):
    """A plan with these tasks on the evenings of Monday, Tuesday and Wednesday."""
    evening = {"id": "evening", "shift_start": "20:00", "shift_finish": "23:00"}
    week = [evening | {"weekday": day} for day in ("mon", "tue", "wed")]
    own = project.tasks["id"].isin(tasks).map({True: "evening", False: ""})
    return project.replace(
        calendars=pd.DataFrame(week), tasks=project.tasks.assign(calendar_id=own)
    )


def test_a_milestone_that_must_finish_stands_on_that_evening():
    """What starts with it may do so on another calendar, on the same evening."""
    project = day_plan("M0:MFO=2026-06-01 B1", "M>B:SS", scheduling="primavera_p6")
    tasks = project.tasks.assign(constraint_date=[pd.Timestamp("2026-06-01 17:00"), pd.NaT])
    plan = schedule(on_evenings(project.replace(tasks=tasks), "B"))
    starts = plan.tasks.set_index("id")["start"]
    assert starts["M"] == pd.Timestamp("2026-06-01 17:00")
    assert starts["B"] == pd.Timestamp("2026-06-01 20:00")


def test_what_waits_for_a_milestone_waits_for_its_next_shift():
    """Done after its shift, a milestone stands on the next one: too late for what follows it."""
    plan = schedule(on_evenings(day_plan("A1 M0 B1", "A>M M>B"), "M"))
    assert days(plan, "B") == "06-02..02"
    assert floats(plan, "A", "B") == [0, 0]


def test_what_finishes_with_a_task_in_its_free_time_is_critical_for_what_follows():
    """B has finished when A has, on Thursday: C follows on Friday, and A has no float."""
    project = on_evenings(day_plan("A4 B1 C1", "A>B:FF B>C", scheduling="primavera_p6"), "B")
    plan = schedule(project)
    assert days(plan, "B") == "06-01..03"
    assert days(plan, "C") == "06-05..05"
    assert floats(plan, "A", "C") == [0, 0]


def test_as_late_as_possible_starts_in_a_shift_before_its_successor():
    """A starts with the last minute of its shift, in time for B in the evening."""
    project = day_plan("A1:ALAP B1 P9", "A>B:SS", scheduling="primavera_p6")
    plan = schedule(on_evenings(project, "B"))
    starts = plan.tasks.set_index("id")["start"]
    assert starts["A"] == pd.Timestamp("2026-06-01 16:59")
    assert starts["B"] == pd.Timestamp("2026-06-01 20:00")


def test_a_summary_hands_down_its_finish_to_the_minute():
    """23:59 is the end of the day for a summary as it is for a task."""
    project = day_plan("S0 A1 P9")
    project = project.replace(tasks=project.tasks.assign(
        parent_id=["", "S", ""], is_elapsed=True, constraint=["FNLT", "", ""],
        constraint_date=pd.Timestamp("2026-06-02 23:59"),
    ))  # fmt: skip
    assert f"{schedule(project).tasks['late_finish'][1]:%m-%d %H:%M}" == "06-03 00:00"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("SNET=2026-06-08", "starts no earlier than 8 Jun 2026"),
        ("FNET=2026-06-10", "finishes no earlier than 10 Jun 2026"),
        ("MSO=2026-06-08", "must start on 8 Jun 2026"),
    ],
)
def test_a_constraint_that_sets_a_date_is_named(rule, words):
    """The driver of a date says which rule holds it."""
    plan = schedule(day_plan(f"A1 B2:{rule}", "A>B"))
    assert plan.tasks["driver"].tolist() == ["project start", words]
    assert plan.tasks["driver_id"].tolist() == ["", ""]


def delayed(project, task, hours):
    tasks = project.tasks
    return project.replace(tasks=tasks.assign(
        levelling_delay_hours=(tasks["id"] == task) * float(hours)))  # fmt: skip


@pytest.mark.parametrize("scheduling", PRESETS)
def test_a_levelling_delay_counts_elapsed_hours_after_what_links_allow(scheduling):
    """A ends on Friday; B could start on Monday and waits three days; its predecessor is critical.

    Hours of the night and of the weekend count; then the next working time.
    """
    project = delayed(day_plan("A5 B1 C1", "A>B B>C", scheduling=scheduling), "B", 72)
    plan = schedule(project)
    assert [days(plan, name) for name in "BC"] == ["06-11..11", "06-12..12"]
    assert floats(plan, "A", "B", "C") == [0, 0, 0]
    assert free(plan, "A", "B", "C") == [0, 0, 0]
    assert plan.links["is_driving"].all()
    assert f"{schedule(delayed(project, 'B', 10)).tasks['start'][1]:%m-%d %H:%M}" == "06-09 08:00"
    overnight = schedule(delayed(project, "B", 14)).tasks
    assert overnight["start"][1] == pd.Timestamp("2026-06-09 08:00")
    assert overnight["total_float_hours"].tolist() == [8 - 1 / 60, 0, 0]  # 17:00 is 08:00


def test_a_levelling_delay_counts_after_the_constraint_and_gives_way_to_a_must():
    """What is bound to a day by a hard constraint is not delayed."""
    plan = schedule(delayed(day_plan("A1:SNET=2026-06-03"), "A", 24))
    assert days(plan, "A") == "06-04..04"
    plan = schedule(delayed(day_plan("A1:MSO=2026-06-03", scheduling="microsoft_project"), "A", 24))
    assert days(plan, "A") == "06-03..03"


def test_open_ends_can_be_critical():
    """P6: a task that nothing waits for has no float to the end of the project."""
    project = day_plan("A1 B2 C1 D9", "A>B")
    assert floats(schedule(project), "A", "B", "C", "D") == [6, 6, 8, 0]
    options = replace(PRESETS["primavera_p6"], open_ends="critical")
    plan = schedule(project, options=options)
    assert floats(plan, "A", "B", "C", "D") == [0, 0, 0, 0]
    assert critical(plan) == {"A", "B", "C", "D"}
