"""Laws of every schedule, and independent ways to compute the same dates."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pmtools.calendars import WorkCalendar
from pmtools.project import Header, Project, frame_of
from pmtools.schedule import PRESETS, kernel, schedule
from pmtools.schedule.arrays import clocks_of

START = pd.Timestamp("2026-06-01")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHIFTS = {
    "24h": (("00:00", "24:00"), DAYS),
    "office": (("08:00", "16:00"), DAYS[:5]),
    "night": (("22:00", "06:00"), DAYS[1:]),
}
CALENDARS = pd.DataFrame(
    [
        {"id": name, "weekday": day, "shift_start": shift[0], "shift_finish": shift[1]}
        for name, (shift, days) in SHIFTS.items()
        for day in days
    ]
)
EXCEPTIONS = [
    {"calendar_id": "office", "from": "2026-06-03"},
    {"calendar_id": "night", "from": "2026-06-03", "shifts": "10:00-12:00"},
]


@st.composite
def networks(draw, calendars=("24h",)):
    """Up to nine tasks, links only forwards (then renumbered), leads and lags in hours."""
    count = draw(st.integers(1, 9))
    hours = st.integers(0, 12)
    ids = draw(st.permutations([str(i) for i in range(count)]))
    tasks = [
        {"id": i, "name": i, "duration_hours": draw(hours),
         "calendar_id": draw(st.sampled_from(calendars))}
        for i in ids
    ]  # fmt: skip
    pair = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
        lambda p: p[0] < p[1]
    )
    kinds, lags = st.sampled_from(["FS", "SS", "FF", "SF"]), st.integers(-6, 9)
    rows = draw(st.lists(st.tuples(pair, kinds, lags), max_size=14)) if count > 1 else []
    links = {(ids[a], ids[b], kind): lag for (a, b), kind, lag in rows}
    frame = pd.DataFrame(
        [(*key, lag) for key, lag in links.items()],
        columns=["predecessor_id", "successor_id", "kind", "lag_hours"],
    )
    ordered = pd.DataFrame(tasks).sort_values("id")
    return Project(
        Header("p", "P", START, calendar_id="24h"),
        tasks=ordered, links=frame, calendars=CALENDARS,
    )  # fmt: skip


def relaxed(project):
    """Bellman and Ford on an axis of hours: early starts, finish, late starts.

    Every link is a least distance between two starts; distances grow (late: shrink) until no link
    is broken any more.
    """
    duration = project.tasks.set_index("id")["duration_hours"].astype(int).to_dict()
    arcs = []
    for before, after, kind, lag in project.links.iloc[:, :4].itertuples(index=False):
        distance = int(lag)
        distance += duration[before] if kind[0] == "F" else 0
        distance -= duration[after] if kind[1] == "F" else 0
        arcs.append((before, after, distance))
    early = dict.fromkeys(duration, 0)
    for _ in duration:
        for before, after, distance in arcs:
            early[after] = max(early[after], early[before] + distance)
    end = max(early[task] + hours for task, hours in duration.items())
    late = {task: end - hours for task, hours in duration.items()}
    for _ in duration:
        for before, after, distance in arcs:
            late[before] = min(late[before], late[after] - distance)
    return early, late, end, arcs


@given(networks())
@settings(max_examples=100, deadline=None)
def test_dates_are_the_longest_paths_of_an_independent_oracle(project):
    """All link kinds, leads and lags, on 24 hours, against Bellman and Ford."""
    plan = schedule(project)
    early, late, end, arcs = relaxed(project)
    tasks = plan.tasks.set_index("id")
    hours = (tasks[["early_start", "late_start"]] - START) / pd.Timedelta(hours=1)
    assert hours["early_start"].astype(int).to_dict() == early
    assert hours["late_start"].astype(int).to_dict() == late
    assert (plan.finish - START) == pd.Timedelta(hours=end)
    slack = [early[after] - early[before] - distance for before, after, distance in arcs]
    assert plan.links["float_hours"].tolist() == slack
    free = {task: end - early[task] - project.tasks.set_index("id")["duration_hours"][task]
            for task in early}  # fmt: skip
    for before in {before for before, _, _ in arcs}:
        free[before] = min(s for (b, _, _), s in zip(arcs, slack, strict=True) if b == before)
    assert tasks["free_float_hours"].to_dict() == free


@given(networks(calendars=tuple(SHIFTS)), st.sampled_from(sorted(PRESETS)))
@settings(max_examples=50, deadline=None)
def test_no_schedule_breaks_a_link_and_none_has_idle_critical_work(project, preset):
    """On several calendars: links hold, floats are not negative, something is critical."""
    project = project.replace(header=Header("p", "P", START, scheduling=preset))
    plan = schedule(project)
    tasks = plan.tasks
    assert (plan.links["float_hours"] >= 0).all()
    assert (tasks["total_float_hours"] >= 0).all()
    assert (tasks["free_float_hours"] >= 0).all()
    assert tasks["is_critical"].any()
    for _, task in tasks.iterrows():
        calendar = plan.calendars[project.tasks.set_index("id")["calendar_id"][task["id"]]]
        for side in ("early", "late"):
            between = calendar.hours_between(task[f"{side}_start"], task[f"{side}_finish"])
            assert between == task["duration_hours"]
    driven = tasks[tasks["driver_id"] != ""]
    assert set(driven["id"]) <= set(plan.links.loc[plan.links["is_driving"], "successor_id"])


@given(networks(calendars=tuple(SHIFTS)), st.integers(0, 8), st.integers(1, 20))
@settings(max_examples=30, deadline=None)
def test_a_longer_task_never_makes_the_project_shorter(project, position, more):
    """Without late constraints, dates only move out when work grows (SF and FF from its finish)."""
    tasks = project.tasks.copy()
    position %= len(tasks)
    tasks.loc[position, "duration_hours"] += more
    to_finish = project.links["kind"].isin(["FF", "SF"])
    project = project.replace(links=project.links[~to_finish])
    assert schedule(project.replace(tasks=tasks)).finish >= schedule(project).finish


BREAKS = WorkCalendar(week=(tuple((at, at + 7) for at in range(483, 1030, 11)),) * 3 + ((),) * 4)


@given(
    st.sampled_from([*sorted(SHIFTS), "a break every eleven minutes"]),
    st.integers(-(10**7), 10**8), st.integers(-(10**6), 10**7),
)  # fmt: skip
@settings(max_examples=400)
def test_the_clocks_of_the_passes_are_the_calendar(name, minute, worked):
    """The scalar twin gives what the calendar gives for arrays."""
    calendar = BREAKS
    if name in SHIFTS:
        calendar = WorkCalendar.from_tables(
            frame_of("calendars", CALENDARS), frame_of("exceptions", EXCEPTIONS), name
        )
    clocks = clocks_of((WorkCalendar.always(), calendar))
    assert kernel.before(clocks, 1, minute) == calendar.minutes_before(minute)
    assert kernel.start_at(clocks, 1, worked) == calendar.instant_at(worked, "start")
    assert kernel.finish_at(clocks, 1, worked) == calendar.instant_at(worked, "finish")


@given(networks(), st.data())
@settings(max_examples=30, deadline=None)
def test_what_is_finished_stays_and_the_rest_is_not_before_the_status_date(project, data):
    """Primavera's rules: facts are kept, remaining work is never in the past."""
    status = START + pd.Timedelta(hours=data.draw(st.integers(1, 40)))
    rows = []
    for task in project.tasks["id"]:
        state = data.draw(st.sampled_from(["open", "started", "finished"]))
        start = START + (status - START) * data.draw(st.floats(0, 0.5))
        finish = status if state == "finished" else pd.NaT
        if state != "open":
            rows.append({"status_date": status, "task_id": task, "percent_complete": 30,
                         "actual_start": start.floor("min"), "actual_finish": finish})  # fmt: skip
    header = Header("p", "P", START, status, calendar_id="24h")
    plan = schedule(project.replace(header=header, progress=pd.DataFrame(rows)))
    tasks = plan.tasks
    done = tasks[tasks["is_finished"]]
    assert (done["finish"] == status).all()
    assert done["total_float_hours"].isna().all()
    running = tasks[~tasks["is_finished"]]
    assert (running["early_start"] >= status).all()
    assert (running["remaining_hours"] <= running["duration_hours"] + 1e-9).all()
    started = running[running["is_started"]]
    assert (started["start"] == started["actual_start"]).all()
    assert np.isfinite(running["total_float_hours"]).all()
