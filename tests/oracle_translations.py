"""Rules that MPXJ's Microsoft scheduler lacks, said in those it has: the same dates by definition.

Where the oracle schedules the translation as we schedule the network, all its dates are shown.
"""

import pandas as pd
from oracle_comparison import Case

from pmtools.project import Project


def in_other_words(case: Case) -> tuple[Project, set[str]]:
    """The network translated, and the rules that were said in other words."""
    project, rules = case.project, set()
    for rule, translated in TRANSLATIONS.items():
        told = translated(case, project)
        if told is not None:
            project, rules = told, rules | {rule}
    return project, rules


def elapsed_duration(case: Case, project: Project) -> Project | None:
    """An elapsed duration is one on a calendar that works day and night."""
    mine = project.tasks["is_elapsed"]
    tasks, links = project.tasks.assign(is_elapsed=False), project.links.copy()
    tasks.loc[mine, "calendar_id"] = "always"
    shares = links["predecessor_id"].isin(tasks.loc[mine, "id"]) & (links["lag_kind"] == "percent")
    _count(links, shares, case.tasks["duration_hours"], "elapsed")
    return project.replace(tasks=tasks, links=links) if mine.any() else None


def percent_of_summary(case: Case, project: Project) -> Project | None:
    """A share of a summary is so many hours of its duration."""
    links = project.links.copy()
    shares = (links["predecessor_id"] == "S") & (links["lag_kind"] == "percent")
    _count(links, shares, case.plan.tasks.set_index("id")["duration_hours"], "working")
    return project.replace(links=links) if shares.any() else None


def finish_lag(case: Case, project: Project) -> Project | None:
    """An elapsed lag from finish to finish is one to a milestone, and from there none."""
    links, tasks = project.links, project.tasks
    chosen = links.eval("kind == 'FF' and lag_kind == 'elapsed' and lag_hours != 0")
    active = tasks.loc[tasks["is_active"], "id"]
    chosen &= links["predecessor_id"].isin(active) & links["successor_id"].isin(active)
    if not chosen.any():
        return None
    names = [f"f{n}" for n in range(chosen.sum())]
    to = links[chosen].assign(successor_id=names, kind="FS")
    on = links[chosen].assign(predecessor_id=names, lag_hours=0.0, lag_kind="working")
    milestones = [_milestone(tasks, name, "always") for name in names]
    return project.replace(
        tasks=pd.concat([tasks, *milestones], ignore_index=True),
        links=pd.concat([links[~chosen], to, on], ignore_index=True),
    )


def constraint_of_the_past(case: Case, project: Project) -> Project | None:
    """What has started has no limit on its start; a finish on a date is one not before or after."""
    tasks = project.tasks.copy()
    at_work = tasks["id"].isin(case.ours.index[case.ours["is_started"]])
    past = at_work & tasks["constraint"].isin(["MSO", "SNLT", "SNET", "ALAP"])
    tasks.loc[past, "constraint"], tasks.loc[past, "constraint_date"] = "", pd.NaT
    on = at_work & (tasks["constraint"] == "MFO")
    limits = tasks.loc[on, ["deadline", "constraint_date"]].min(axis=1)
    tasks.loc[on, "constraint"], tasks.loc[on, "deadline"] = "FNET", limits
    return project.replace(tasks=tasks) if (past | on).any() else None


def start_of_the_past(case: Case, project: Project) -> Project | None:
    """What counts from the start of work under way counts from a milestone reached then."""
    at_work = case.ours.index[case.ours["is_started"]]
    links = project.links
    chosen = links["predecessor_id"].isin(at_work) & (links["kind"] == "SF")
    return _from_reached(project, links.index[chosen])


def pause(case: Case, project: Project) -> Project | None:
    """What remains of paused work is not started, and not before the work done has ended."""
    links, tasks = project.links.copy(), project.tasks
    facts = case.ours
    paused = facts.index[facts["is_started"] & (facts["percent_complete"] > 0)]
    paused = paused.intersection(case.leaf_links["successor_id"])
    paused = paused.intersection(tasks.loc[tasks["constraint"] == "", "id"])
    if paused.empty:
        return None
    mine = links["predecessor_id"].isin(paused)
    _count(links, mine & (links["lag_kind"] == "percent"), case.tasks["duration_hours"], "working")
    project = project.replace(links=links)
    project = (
        _from_reached(project, links.index[mine & links["kind"].isin(["SS", "SF"])]) or project
    )
    tasks = project.tasks.set_index("id")
    for task in paused:
        calendar = case.plan.calendars[tasks.at[task, "calendar_id"]]
        left = facts.at[task, "remaining_hours"]
        at = calendar.add(facts.at[task, "actual_start"], tasks.at[task, "duration_hours"] - left)
        values = left, "SNET", calendar.next_work(at)
        tasks.loc[task, ["duration_hours", "constraint", "constraint_date"]] = values
    progress = project.progress[~project.progress["task_id"].isin(paused)].reset_index(drop=True)
    return project.replace(tasks=tasks.reset_index(), progress=progress)


def _from_reached(project: Project, rows: pd.Index) -> Project | None:
    """These links lead from milestones that were reached when their predecessors started."""
    if not len(rows):
        return None
    links, tasks = project.links.copy(), project.tasks
    ids = links.loc[rows, "predecessor_id"].unique()
    ids = [task for task in ids if f"r{task}" not in set(tasks["id"])]  # by another rule
    links.loc[rows, "predecessor_id"] = "r" + links.loc[rows, "predecessor_id"]
    facts = project.progress[project.progress["task_id"].isin(ids)]
    facts = facts.assign(
        task_id="r" + facts["task_id"], actual_finish=facts["actual_start"], percent_complete=100.0,
        remaining_hours=0.0,
    )  # fmt: skip
    milestones = [_milestone(tasks, f"r{task}", "") for task in ids]
    return project.replace(
        tasks=pd.concat([tasks, *milestones], ignore_index=True), links=links,
        progress=pd.concat([project.progress, facts], ignore_index=True),
    )  # fmt: skip


def _milestone(tasks: pd.DataFrame, name: str, calendar_id: str) -> pd.DataFrame:
    return tasks.tail(1).assign(
        id=name, name=name, kind="milestone", duration_hours=0.0, parent_id="", is_elapsed=False,
        calendar_id=calendar_id, constraint="", constraint_date=pd.NaT, deadline=pd.NaT,
        levelling_delay_hours=0.0, is_active=True,
    )  # fmt: skip


def _count(links: pd.DataFrame, rows: pd.Series, hours: pd.Series, kind: str) -> None:
    """Lags in percent as hours."""
    share = links["lag_hours"] / 100 * links["predecessor_id"].map(hours).fillna(0.0)
    links["lag_hours"] = links["lag_hours"].mask(rows, share)
    links["lag_kind"] = links["lag_kind"].mask(rows, kind)


TRANSLATIONS = {
    "elapsed duration": elapsed_duration,
    "percent lag of a link from a summary": percent_of_summary,
    "elapsed lag of a finish-to-finish link": finish_lag,
    "constraints of work under way": constraint_of_the_past,
    "start-to-finish link from work under way": start_of_the_past,
    "work under way pauses until its predecessors are done": pause,
}
