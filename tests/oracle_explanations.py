"""Where MPXJ's schedulers are simpler than the tools, or contradict themselves: one rule each."""

import pandas as pd
from mpxj_oracle import DATES
from oracle_comparison import EARLY, LATE, Case, Differences, Explanation

from pmtools.calendars import WorkCalendar


def touched(case: Case, early=(), late=()) -> Differences:
    """What a rule reaches that sets early (late) dates of these tasks: what follows (precedes).

    Where that moves the finish of the project, all late dates; and with the late dates of a task
    as late as possible its start and what follows it.
    """
    follows = neighbours(case, "predecessor_id", "successor_id")
    precedes = neighbours(case, "successor_id", "predecessor_id")
    late = reached(precedes, late)
    found = reached(follows, early)
    moves = case.tasks.index[case.tasks["constraint"] == "ALAP"]
    for _ in range(len(moves) + 1):
        late = late | (set(case.ours.index) if found & last_tasks(case) else set())
        found = found | reached(follows, late & set(moves))
    return {
        (task, name)
        for task, name in case.differences
        if (task in found and name in EARLY | {"total_float"}) or (task in late and name in LATE)
    }


def last_tasks(case: Case) -> set[str]:
    """The tasks with which the project finishes, if they differ in that."""
    differ = {task for task, name in case.differences if name == "early_finish"}
    finishes = (each["early_finish"].reindex(case.ours.index) for each in (case.ours, case.theirs))
    return {task for each in finishes for task in each.index[each == each.max()]} & differ


def neighbours(case: Case, one: str, other: str) -> dict[str, set[str]]:
    """The tasks at the other end of the links of each."""
    found: dict[str, set[str]] = {}
    for mine, theirs in case.leaf_links[[one, other]].itertuples(index=False):
        found.setdefault(mine, set()).add(theirs)
    return found


def reached(graph: dict[str, set[str]], tasks) -> set[str]:
    """These tasks and all that links lead to from them."""
    found, waiting = set(), list(tasks)
    while waiting:
        if (task := waiting.pop()) not in found:
            found.add(task)
            waiting += graph.get(task, ())
    return found


def contradicts_itself(case: Case, start: str, finish: str) -> set[str]:
    """Tasks not started whose two dates of the oracle are not one duration apart."""
    return {
        task
        for task in case.ours.index[~case.ours["is_started"]]
        if case.ours.at[task, "kind"] != "level_of_effort"
        and not case.tasks.at[task, "is_elapsed"]
        and abs(
            case.hours(task, case.theirs.at[task, start], case.theirs.at[task, finish])
            - case.tasks.at[task, "duration_hours"]
        )
        > 0.01
    }


def under_way(case: Case, *kinds: str) -> set[str]:
    """The tasks that are under way and have a constraint of one of these kinds."""
    at_work = case.ours.index[case.ours["is_started"]]
    return set(at_work[case.tasks.loc[at_work, "constraint"].isin(kinds)])


def ends(case: Case, links: pd.Series, both: bool = True) -> Differences:
    """What is touched by a rule of these links: what follows them, and what precedes (`both`)."""
    rows = case.leaf_links[links.astype(bool)]
    return touched(case, rows["successor_id"], rows["predecessor_id"] if both else ())


def calendars_of_links(case: Case) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Of each link, the calendars of predecessor, successor and lag."""
    own = case.tasks["calendar_id"].replace("", "office")
    own = own.where(~case.tasks["is_elapsed"], "always")
    before, after = (case.leaf_links[f"{end}_id"].map(own) for end in ("predecessor", "successor"))
    usual = case.plan.options.lag_calendar
    fixed = {"project": "office", "24h": "always"}.get(usual, "")
    lag = {"predecessor": before, "successor": after}.get(usual, before.mask(before != "", fixed))
    return before, after, lag.where(case.leaf_links["lag_kind"] == "working", "always")


def is_lag_elsewhere(case: Case, kinds: tuple[str, ...], constraint: str = "") -> pd.Series:
    """Which links of these kinds have a lag that counts on another calendar than a task's."""
    before, after, lag = calendars_of_links(case)
    links = case.leaf_links
    found = ((before != lag) | (after != lag)) & (links["lag_hours"] != 0)
    late = links["predecessor_id"].map(case.tasks["constraint"]) == constraint
    return found & links["kind"].isin(kinds) & (late | (not constraint))


def is_lead_elsewhere(case: Case, end: str) -> pd.Series:
    """Which links have a lead that counts on another calendar than the task `before`, `after`."""
    before, after, lag = calendars_of_links(case)
    own = before if end == "before" else after
    return (own != lag) & (case.leaf_links["lag_hours"] < 0)


def clock(case: Case, task: str) -> WorkCalendar:
    """The calendar of a task."""
    return case.plan.calendars[case.tasks.at[task, "calendar_id"]]


def starts_on_constraint_before_links(case: Case) -> set[str]:
    """The tasks that the oracle starts on their constraint, and we later on that day or after."""
    tasks = case.tasks.loc[case.ours.index]
    start = case.theirs["early_start"].reindex(case.ours.index)
    is_on_date = (tasks["constraint"] == "SNET") & (start == tasks["constraint_date"])
    return set(tasks.index[is_on_date & (case.ours["early_start"] > start)])


def of_midnight(case: Case) -> Differences:
    """What is touched by dates of the oracle at a midnight, where a calendar has no work."""
    dates = case.theirs[[*DATES]].dropna()
    is_midnight = (dates == dates.apply(lambda column: column.dt.normalize())).any(axis=1)
    tasks = set(dates.index[is_midnight])
    if not tasks or not (case.tasks["calendar_id"] != "always").any():
        return set()
    is_end = dates["early_finish"] == dates["early_finish"].max()
    graphs = (
        neighbours(case, "predecessor_id", "successor_id"),
        neighbours(case, "successor_id", "predecessor_id"),
    )
    near = [tasks.union(*(graph.get(task, set()) for task in tasks)) for graph in graphs]
    return touched(case, near[0], set(dates.index) if (is_end & is_midnight).any() else near[1])


def before_project(case: Case) -> set[str]:
    """The tasks not started that the oracle starts before the project."""
    is_open = case.ours.index[~case.ours["is_started"]]
    return set(is_open[case.theirs["early_start"].reindex(is_open) < case.project.header.start])


COMMON = (
    Explanation(
        "counting back from midnight",
        "MPXJ's calendar takes 1 working hour off 2026-06-16 00:00 and finds 23:00, with shifts "
        "that end at 17:00 (see test_mpxj_counts_back_from_midnight_without_its_calendar).",
        of_midnight,
    ),
    Explanation(
        "start before the project",
        "Work that has not started does not start before the project. MPXJ lets start-to-finish "
        "links and leads pull it there, where no constraint holds it.",
        lambda case: touched(case, before_project(case)),
    ),
    Explanation(
        "lag of a start-to-finish link on another calendar than its tasks",
        "The lag counts from the start of the predecessor to the finish of the successor. MPXJ "
        "adds it to the start of the successor, after it has taken the duration off; between two "
        "calendars the order matters.",
        lambda case: ends(case, is_lag_elsewhere(case, ("SF",))),
    ),
    Explanation(
        "early start and finish are not one duration apart",
        "MPXJ moves the start for a constraint and keeps the finish that a finish-to-finish link "
        "gave, even before that start; what follows is counted from it.",
        lambda case: touched(case, contradicts_itself(case, "early_start", "early_finish")),
    ),
)
