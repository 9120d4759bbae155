"""Snapshots of the starter projects, and edits of one kind to make of them."""

from dataclasses import replace
from functools import cache

import pandas as pd

from pmtools.files import shipped
from pmtools.formats import read_weeks
from pmtools.schedule import schedule

STARTERS = ("software-rollout", "hardware-installation", "network-upgrade")


@cache
def weeks_of(starter):
    return read_weeks(shipped("templates") / "projects" / starter)


def parts_of(movement):
    """What each group moved, in whole minutes or cents."""
    whole = "cents" if "cents" in movement.parts else "minutes"
    return dict(zip(movement.parts["group"], movement.parts[whole], strict=True))


def shuffled(project, seed):
    tables = {name: frame.sample(frac=1, random_state=seed)
              for name, frame in project.tables.items() if name != "exceptions"}  # fmt: skip
    return project.replace(**tables)


def changed_task(project, task, **values):
    tasks = project.tasks.copy()
    for name, value in values.items():
        tasks.loc[tasks["id"] == task, name] = value
    return project.replace(tasks=tasks)


def with_rows(project, table, *rows):
    frame = pd.concat([getattr(project, table), pd.DataFrame(rows)], ignore_index=True)
    return project.replace(**{table: frame})


def re_estimated(project, task, rng):
    hours = float(rng.choice([8, 40, 200]))
    return changed_task(project, task, duration_hours=hours)


def progressed(project, task, rng):
    """Another remaining duration of work that is under way."""
    plan = schedule(project).tasks
    running = plan.loc[plan["is_started"] & ~plan["is_finished"] & (plan["kind"] == "task"), "id"]
    rows = project.progress.copy()
    known = rows["task_id"] == rng.choice(running)
    last = known & (rows["status_date"] == rows.loc[known, "status_date"].max())
    rows.loc[last, "remaining_hours"] = float(rng.choice([4, 80, 300]))
    return project.replace(progress=rows)


def added(project, task, rng):
    """A new task between the task and all that follow it; these links are replaced."""
    links, new = project.links.copy(), f"new-{task}"
    links.loc[links["predecessor_id"] == task, "predecessor_id"] = new
    row = {"id": new, "name": "Approval", "duration_hours": float(rng.choice([8, 80]))}
    grown = with_rows(project.replace(links=links), "tasks", row)
    grown = with_rows(grown, "progress")
    return with_rows(grown, "links", {"predecessor_id": task, "successor_id": new})


def dropped(project, task, rng):
    """A task is out of scope; what came before it now leads to what follows."""
    links = project.links
    mine = links["predecessor_id"] == task, links["successor_id"] == task
    rows = [
        {"predecessor_id": one, "successor_id": other}
        for one in links.loc[mine[1], "predecessor_id"]
        for other in links.loc[mine[0], "successor_id"]
        if not ((links["predecessor_id"] == one) & (links["successor_id"] == other)).any()
    ]
    kept = project.replace(links=links[~(mine[0] | mine[1])])
    return changed_task(with_rows(kept, "links", *rows), task, is_active=False)


def re_linked(project, task, rng):
    links = project.links.copy()
    links.loc[rng.integers(len(links)), "lag_hours"] += float(rng.choice([8, 80]))
    return project.replace(links=links)


def constrained(project, task, rng):
    day = schedule(project).finish + pd.Timedelta(days=int(rng.integers(-20, 20)))
    return changed_task(project, task, constraint="SNET", constraint_date=day.normalize())


def on_leave(project, task, rng):
    day = project.header.status_date.normalize() + pd.Timedelta(days=int(rng.integers(3, 30)))
    to = day + pd.Timedelta(days=int(rng.integers(0, 9)))
    row = {"calendar_id": project.header.calendar_id, "from": day, "to": to, "name": "Shutdown"}
    return with_rows(project, "exceptions", row)


def week_passed(project, task, rng):
    status = project.header.status_date + pd.Timedelta(days=7)
    return project.replace(header=replace(project.header, status_date=status))


def levelled(project, task, rng):
    return changed_task(project, task, levelling_delay_hours=float(rng.choice([24, 240])))


def other_rules(project, task, rng):
    return project.replace(header=replace(project.header, scheduling="microsoft_project"))


def ahead(project, rng):
    """A random task that has not begun."""
    tasks = schedule(project).tasks
    has_end = tasks["id"].isin(project.links["predecessor_id"])
    return rng.choice(tasks.loc[(tasks["kind"] == "task") & ~tasks["is_started"] & has_end, "id"])
