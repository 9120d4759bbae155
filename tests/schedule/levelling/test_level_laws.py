"""Laws of every levelled plan, on random projects with people, calendars, limits and progress."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from levelling_checker import broken_links, overloads
from random_project import projects

from pmtools.errors import ProjectError
from pmtools.project import Header, Project
from pmtools.schedule import PRESETS, schedule
from pmtools.schedule.levelling import level

START = pd.Timestamp("2026-06-01 08:00")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHIFTS = {
    "24h": ((("00:00", "24:00"),), DAYS),
    "office": ((("08:00", "12:00"), ("13:00", "17:00")), DAYS[:5]),
    "early": ((("06:00", "14:00"),), DAYS[:6]),
    "night": ((("22:00", "06:00"),), DAYS[1:5]),
}
CALENDARS = [
    {"id": name, "weekday": day, "shift_start": start, "shift_finish": finish}
    for name, (shifts, days) in SHIFTS.items()
    for day in days
    for start, finish in shifts
]
EXCEPTIONS = [
    {"calendar_id": "office", "from": "2026-06-03"},
    {"calendar_id": "early", "from": "2026-06-08", "shifts": "08:00-10:00"},
    {"calendar_id": "office", "from": "2026-06-06", "shifts": "08:00-12:00"},
]
CONSTRAINTS = ("SNET", "SNLT", "FNET", "FNLT", "MSO", "MFO", "ALAP")
DATES = st.integers(0, 20).map(lambda n: START.normalize() + pd.Timedelta(hours=12 * n))
HOURS = st.integers(0, 12) | st.integers(1, 300).map(lambda minutes: minutes / 60)


@st.composite
def staffed(draw, *, progress=True, limits=True, calendars=tuple(SHIFTS)):
    """Up to eight tasks in one or two summaries, links of all kinds, up to three people."""
    count = draw(st.integers(1, 8))
    some = st.sampled_from(calendars)
    tasks = [{"id": "s", "name": "s", "kind": "summary"}]
    for number in range(count):
        rule = draw(st.sampled_from(["", "", *CONSTRAINTS])) if limits else ""
        task = {
            "id": str(number), "name": f"task {number}", "calendar_id": draw(some),
            "duration_hours": draw(HOURS), "is_elapsed": draw(st.integers(0, 9)) == 0,
            "priority": draw(st.sampled_from([500, 500, 800, 1000] if limits else [500, 100])),
            "constraint": rule, "constraint_date": draw(DATES) if rule else None,
            "deadline": draw(st.none() | DATES) if limits else None,
            "parent_id": "s" if number < 2 else "",
        }  # fmt: skip
        tasks.append(task)
    pair = st.tuples(st.integers(-1, count - 1), st.integers(0, count - 1))
    pair = pair.filter(lambda p: p[0] < p[1] and (p[0] >= 0 or p[1] > 1))
    rows = draw(st.lists(st.tuples(pair, st.sampled_from(["FS", "SS", "FF", "SF"]),
                st.integers(-4, 6), st.sampled_from(["working", "elapsed"])), max_size=8)
                ) if count > 1 else []  # fmt: skip
    links = {
        (str(a) if a >= 0 else "s", str(b), kind): {"lag_hours": lag, "lag_kind": unit}
        for (a, b), kind, lag, unit in rows
    }
    people = [
        {"id": f"r{n}", "name": f"person {n}", "calendar_id": draw(some),
         "capacity": draw(st.sampled_from([1, 1, 2, 1.5]))}
        for n in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    assigned = st.tuples(st.integers(0, count - 1), st.integers(0, len(people) - 1))
    units = st.sampled_from([1, 1, 0.5, 1 / 3])
    return Project(
        Header("p", "P", START, calendar_id="24h", scheduling=draw(st.sampled_from([*PRESETS]))),
        tasks=tasks, resources=people, calendars=CALENDARS, exceptions=EXCEPTIONS,
        links=[{"predecessor_id": a, "successor_id": b, "kind": kind, **lag}
               for (a, b, kind), lag in links.items()],
        assignments=[{"task_id": str(t), "resource_id": f"r{r}", "units": draw(units)}
                     for t, r in draw(st.sets(assigned, min_size=1, max_size=12))],
        availability=[{"resource_id": "r0", "from": "2026-06-02", "to": "2026-06-04",
                       "capacity": 0}] if draw(st.booleans()) else [],
        progress=_progress(draw, count) if progress else [],
    )  # fmt: skip


def _progress(draw, count):
    status = pd.Timestamp("2026-06-02 23:59")
    facts = ([], ["start"], ["start", "finish"])
    rows = []
    for task in range(count):
        known = draw(st.sampled_from(facts))
        if known:
            finish = "2026-06-02 16:00" if "finish" in known else None
            rows.append({"status_date": status, "task_id": str(task), "actual_finish": finish,
                         "actual_start": "2026-06-01 09:00",
                         "percent_complete": 100 if finish else 40})  # fmt: skip
    return rows


def assert_told(levelling):
    """What is overloaded is what the conflicts name."""
    told = levelling.conflicts
    found = {resource: first for resource, first, _ in overloads(levelling.schedule)}
    assert found == told.groupby("resource_id")["from"].min().to_dict()


@given(staffed(progress=False, limits=False), st.sampled_from([0, 3000]))
@settings(max_examples=40, deadline=None)
def test_a_levelled_plan_is_feasible_and_not_before_the_critical_path(project, n_schedules):
    """Nobody has too much to do, links hold, the finish is not before the bound."""
    levelling = level(project, time_limit=5, max_schedules=n_schedules)
    assert_told(levelling)
    assert set(levelling.conflicts["capacity"]) <= {0}  # days off that a task cannot avoid
    assert broken_links(levelling.schedule) == []
    assert levelling.before.finish <= levelling.bound <= levelling.finish
    assert levelling.finish == levelling.schedule.finish


@given(staffed(), st.sampled_from([0, 1000]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_is_levelled_is_what_the_project_says_again(project, n_schedules, within_float):
    """In both presets the levelled project has the dates of the levelled schedule."""
    levelling = level(project, max_schedules=n_schedules, within_float=within_float)
    pd.testing.assert_frame_equal(schedule(levelling.project).tasks, levelling.schedule.tasks)
    assert_told(levelling)
    before, after = (plan.tasks.set_index("id") for plan in (levelling.before, levelling.schedule))
    stays = before["is_started"] & (before["kind"] != "summary")
    assert (before["start"] == after["start"])[stays].all()
    assert (before["finish"] == after["finish"])[before["is_finished"]].all()
    if project.header.scheduling == "primavera_p6":  # the other breaks links for hard constraints
        assert broken_links(levelling.schedule) == []
    again = level(project, max_schedules=n_schedules, within_float=within_float)
    pd.testing.assert_frame_equal(again.schedule.tasks, levelling.schedule.tasks)


@given(staffed(progress=False))
@settings(max_examples=40, deadline=None)
def test_smoothing_keeps_the_finish_and_all_late_dates(project):
    """Within float nothing comes after its late finish, where it did not before."""
    tasks = project.tasks.assign(constraint=project.tasks["constraint"].replace("ALAP", ""))
    levelling = level(project.replace(tasks=tasks), max_schedules=0, within_float=True)
    before, after = (plan.tasks.set_index("id") for plan in (levelling.before, levelling.schedule))
    assert levelling.schedule.finish == levelling.before.finish
    assert (after["finish"] <= before[["finish", "late_finish"]].max(axis=1)).all()
    assert levelling.is_optimal


@given(projects())
@settings(max_examples=30, deadline=None)
def test_hostile_projects_are_levelled_or_refused(project):
    """Any dates, units and texts: a plan that says what it says again, or a ProjectError."""
    try:
        levelling = level(project, max_schedules=0)
    except ProjectError as error:
        assert all(problem.remedy for problem in error.problems)
        return
    pd.testing.assert_frame_equal(schedule(levelling.project).tasks, levelling.schedule.tasks)
    assert str(levelling) and levelling._repr_html_()
