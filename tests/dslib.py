"""The executed projects of `dslib_csv` (Ghent OR-AS database) as Projects, to check against.

Working time is counted here on a plain grid of hours, apart from `pmtools.calendars`, so that
both can be compared. Costs follow the rules of `../shared/data/README.md`.
"""

from functools import cache

import numpy as np
import pandas as pd
from real_data import DATA

from pmtools.project import Header, Project

DSLIB = DATA / "dslib_csv"
DSLIB_IDS = tuple(sorted(folder.name for folder in DSLIB.glob("C*"))) if DSLIB.is_dir() else ()
TRACKED_IDS = tuple(i for i in DSLIB_IDS if (DSLIB / i / "evm_series_derived.csv").is_file())
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TEXT_IDS = dict.fromkeys(("id", "pred", "succ", "task", "resource"), "str")


def dslib_table(project_id: str, table: str) -> pd.DataFrame:
    """A file of the project as it is, ids as text and dates as dates."""
    frame = pd.read_csv(DSLIB / project_id / f"{table}.csv", dtype=TEXT_IDS)
    for name in {"baseline_start", "actual_start", "status_date"} & set(frame):
        frame[name] = pd.to_datetime(frame[name])
    return frame


def dslib_tasks(project_id: str) -> pd.DataFrame:
    """The tasks as stored, with `baseline_start_workhours` counted by the source tool itself."""
    return dslib_table(project_id, "tasks")


@cache
def read_dslib(project_id: str) -> Project:
    """One of the 16 projects; its status date is the last one tracked, if any."""
    tasks, resources = dslib_tasks(project_id), dslib_table(project_id, "resources")
    assignments, tracking = dslib_table(project_id, "assignments"), tracking_of(project_id)
    week = Week(project_id)
    return Project(
        header=week.header(dslib_summary().loc[project_id], tracking["status_date"].max()),
        tasks=_tasks(tasks),
        links=_links(dslib_table(project_id, "links")),
        resources=_resources(resources),
        rates=_rates(resources),
        assignments=_assignments(assignments, tasks),
        calendars=pd.DataFrame(week.shifts()),
        exceptions=pd.DataFrame({"calendar_id": "1", "from": week.holidays, "name": "holiday"}),
        baseline=_baseline(tasks, week),
        progress=_progress(tracking, week),
        costs=_costs(tracking, tasks, resources, assignments),
    )


@cache
def dslib_summary() -> pd.DataFrame:
    """One row a project, by its id."""
    return pd.read_csv(DSLIB / "SUMMARY_dev.csv", index_col="project_id")


def tracking_of(project_id: str) -> pd.DataFrame:
    """What was known of each task on each status date."""
    return dslib_table(project_id, "tracking")


class Week:
    """The working hours of a project, one by one for twenty years."""

    def __init__(self, project_id: str) -> None:
        table = dslib_table(project_id, "calendar")
        value = dict(zip(table["key"], table["value"].fillna(""), strict=True))
        self.start = pd.Timestamp(value["project_start"])
        self.hours = sorted(set(range(24)) - {int(h) for h in value["nonworking_hours"].split()})
        off = value["nonworking_weekdays_mon0"].split()
        self.weekdays = [day for day in range(7) if str(day) not in off]
        rows = table.loc[table["key"] == "holiday", "value"]
        self.holidays = pd.to_datetime(rows).drop_duplicates().reset_index(drop=True)
        days = pd.date_range(self.start.normalize(), periods=20 * 365)
        days = days[days.day_of_week.isin(self.weekdays) & ~days.isin(self.holidays)]
        hours = days.to_numpy()[:, None] + np.array(self.hours, "timedelta64[h]")
        self.begins = hours.ravel().astype("datetime64[h]")

    def header(self, summary: pd.Series, status_date: pd.Timestamp) -> Header:
        return Header(
            id=str(summary.name),
            name=summary["name"].strip(),
            start=self.start,
            status_date=None if pd.isna(status_date) else status_date,
            currency="EUR",
            hours_per_day=float(summary["hours_per_day"]),
            calendar_id="1",
        )

    def shifts(self) -> list[dict[str, str]]:
        first = [h for h in self.hours if h - 1 not in self.hours]
        last = [h + 1 for h in self.hours if h + 1 not in self.hours]
        return [
            {"id": "1", "name": "project", "weekday": WEEKDAYS[day]}
            | {"shift_start": f"{a:02}:00", "shift_finish": f"{b:02}:00"}
            for day in self.weekdays
            for a, b in zip(first, last, strict=True)
        ]

    def after(self, starts: pd.Series, hours: pd.Series) -> np.ndarray:
        """When so many working hours after each start are over; a start without hours itself."""
        starts = starts.to_numpy().astype("datetime64[h]")
        n = hours.to_numpy().astype(int)
        last = self.begins[np.searchsorted(self.begins, starts) + np.maximum(n, 1) - 1]
        return np.where(n > 0, last + np.timedelta64(1, "h"), starts).astype("datetime64[s]")


def _tasks(tasks: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": tasks["id"],
            "name": tasks["name"],
            "kind": np.where(tasks["baseline_duration_h"] == 0, "milestone", "task"),
            "duration_hours": tasks["baseline_duration_h"],
            "fixed_cost": tasks["fixed_cost"],
            "cost_accrual": "start",
        }
    )


def _links(links: pd.DataFrame) -> pd.DataFrame:
    return links.rename(
        columns={
            "pred": "predecessor_id",
            "succ": "successor_id",
            "type": "kind",
            "lag_h": "lag_hours",
        }
    )


def _resources(resources: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": resources["id"],
            "name": resources["name"].fillna("resource " + resources["id"]),
            "kind": np.where(resources["renewable"] == 1, "role", "material"),
            "capacity": resources["availability"].where(resources["availability"] >= 0),
            "cost_per_use": resources["cost_per_use"],
        }
    )


def _rates(resources: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {"resource_id": resources["id"], "hourly_rate": resources["cost_per_unit_h"]}
    )


def _assignments(assignments: pd.DataFrame, tasks: pd.DataFrame) -> pd.DataFrame:
    duration = assignments["task"].map(tasks.set_index("id")["baseline_duration_h"])
    fixed = assignments["fixed_assignment"] != 0
    return pd.DataFrame(
        {
            "task_id": assignments["task"],
            "resource_id": assignments["resource"],
            "units": assignments["demand"],
            "work_hours": assignments["demand"] * duration.where(~fixed),
            "is_fixed_quantity": fixed,
        }
    )


def _baseline(tasks: pd.DataFrame, week: Week) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "task_id": tasks["id"],
            "start": tasks["baseline_start"],
            "finish": week.after(tasks["baseline_start"], tasks["baseline_duration_h"]),
            "duration_hours": tasks["baseline_duration_h"],
            "fixed_cost": tasks["fixed_cost"],
            "cost": tasks["baseline_cost_total"],
        }
    )


def _progress(tracking: pd.DataFrame, week: Week) -> pd.DataFrame:
    finished = tracking["fraction_complete"] == 1
    done = tracking[finished]
    return pd.DataFrame(
        {
            "status_date": tracking["status_date"],
            "task_id": tracking["task"],
            "actual_start": tracking["actual_start"],
            "actual_finish": pd.Series(
                week.after(done["actual_start"], done["actual_duration_h"]), index=done.index
            ).reindex(tracking.index),
            "remaining_hours": tracking["remaining_duration_h"],
            "percent_complete": 100 * tracking["fraction_complete"],
        }
    )


def _costs(
    tracking: pd.DataFrame, tasks: pd.DataFrame, resources: pd.DataFrame, assignments: pd.DataFrame
) -> pd.DataFrame:
    """What each status date adds to the cost of each task: fixed, per use, per hour, deviation."""
    once, hourly = _cost_rates(tasks, resources, assignments)
    started = tracking["actual_start"].notna()
    cost = tracking["actual_cost_deviation"] + started * (
        tracking["task"].map(once) + tracking["task"].map(hourly) * tracking["actual_duration_h"]
    )
    amount = cost.groupby(tracking["task"]).diff().fillna(cost)
    rows = {"date": tracking["status_date"].dt.normalize(), "task_id": tracking["task"]}
    return pd.DataFrame({**rows, "amount": amount})[amount != 0]


def _cost_rates(
    tasks: pd.DataFrame, resources: pd.DataFrame, assignments: pd.DataFrame
) -> tuple[pd.Series, pd.Series]:
    """Cost of each task that falls once, and with each hour of its duration."""
    task = tasks.set_index("id")
    used = assignments.merge(resources, left_on="resource", right_on="id")
    renewable, fixed = used["renewable"] == 1, used["fixed_assignment"] != 0
    amount = used["demand"] * used["cost_per_unit_h"]
    once = used["cost_per_use"] * used["demand"].where(renewable, 1) + amount.where(
        ~renewable & fixed, 0
    )
    grows = amount.where(renewable | ~fixed, 0)
    return (
        task["fixed_cost"].add(once.groupby(used["task"]).sum(), fill_value=0),
        task["cost_per_h"].add(grows.groupby(used["task"]).sum(), fill_value=0),
    )
