"""Where MPXJ's schedulers are simpler than the tools, or contradict themselves: one rule each."""

import pandas as pd
from mpxj_oracle import DATES
from oracle_comparison import LATE, Case, Differences, Explanation

EARLY = {"early_start", "early_finish"}


def of_network(applies):
    """All differences of a network, where a statement about it is true."""
    return lambda case: case.differences if applies(case) else set()


def contradicts_itself(case: Case, start: str, finish: str) -> set[str]:
    """Tasks not started whose two dates of the oracle are not one duration apart."""
    return {
        task
        for task in case.ours.index[~case.ours["is_started"]]
        if case.ours.at[task, "kind"] == "task"
        and not case.tasks.at[task, "is_elapsed"]
        and abs(
            case.hours(task, case.theirs.at[task, start], case.theirs.at[task, finish])
            - case.tasks.at[task, "duration_hours"]
        )
        > 0.01
    }


def late_start_contradicts(case: Case) -> Differences:
    tasks = contradicts_itself(case, "late_start", "late_finish")
    return {(task, name) for task, name in case.differences if task in tasks and name in LATE}


def has_constraint_under_way(case: Case, *kinds: str) -> bool:
    """Whether a task that is under way has a constraint of one of these kinds."""
    at_work = case.ours.index[case.ours["is_started"]]
    return bool(case.tasks.loc[at_work, "constraint"].isin(kinds).any())


def calendars_of_links(case: Case) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Of each link, the calendars of predecessor, successor and lag."""
    own = case.tasks["calendar_id"].replace("", "office")
    own = own.where(~case.tasks["is_elapsed"], "always")
    before, after = (case.links[f"{end}_id"].map(own) for end in ("predecessor", "successor"))
    usual = case.plan.options.lag_calendar
    fixed = {"project": "office", "24h": "always"}.get(usual, "")
    lag = {"predecessor": before, "successor": after}.get(usual, before.mask(before != "", fixed))
    return before, after, lag.where(case.links["lag_kind"] == "working", "always")


def is_lag_elsewhere(case: Case, kinds: tuple[str, ...], constraint: str = "") -> pd.Series:
    """Which links of these kinds have a lag that counts on another calendar than a task's."""
    before, after, lag = calendars_of_links(case)
    links = case.links
    found = ((before != lag) | (after != lag)) & (links["lag_hours"] != 0)
    late = links["predecessor_id"].map(case.tasks["constraint"]) == constraint
    return found & links["kind"].isin(kinds) & (late | (not constraint))


def has_lead_elsewhere(case: Case) -> bool:
    """Whether a lead counts on another calendar than its successor's."""
    _, after, lag = calendars_of_links(case)
    return bool(((after != lag) & (case.links["lag_hours"] < 0)).any())


def has_milestone_in_free_time(case: Case) -> bool:
    """Whether the oracle puts a milestone in free time, not on the border of a shift."""
    for task in case.ours.index[case.ours["kind"] == "milestone"]:
        at = case.theirs.at[task, "early_start"]
        calendar = case.plan.calendars[case.tasks.at[task, "calendar_id"]]
        if at not in (calendar.next_work(at), calendar.previous_work(at)):
            return True
    return False


def starts_on_constraint_before_links(case: Case) -> bool:
    """Whether the oracle starts a task on its constraint, and we later on that day or after."""
    tasks = case.tasks.loc[case.ours.index]
    start = case.theirs["early_start"].reindex(case.ours.index)
    is_on_date = (tasks["constraint"] == "SNET") & (start == tasks["constraint_date"])
    return bool((is_on_date & (case.ours["early_start"] > start)).any())


def has_finish_at_start_of_shift(case: Case) -> bool:
    """Whether the oracle finishes a task with work at the start of a shift, after free time."""
    for task in case.ours.index[case.ours["kind"] == "task"]:
        at = case.theirs.at[task, "early_finish"]
        calendar = case.plan.calendars[case.tasks.at[task, "calendar_id"]]
        if calendar.previous_work(at) < at == calendar.next_work(at):
            return True
    return False


def has_midnight(case: Case) -> bool:
    """Whether a date of the oracle is a midnight, and a calendar has no work before it."""
    dates = case.theirs[[*DATES]].dropna()
    is_midnight = (dates == dates.apply(lambda column: column.dt.normalize())).to_numpy().any()
    return bool(is_midnight and (case.tasks["calendar_id"] != "always").any())


COMMON = (
    Explanation(
        "counting back from midnight",
        "MPXJ's calendar takes 1 working hour off 2026-06-16 00:00 and finds 23:00, with shifts "
        "that end at 17:00 (see test_mpxj_counts_back_from_midnight_without_its_calendar).",
        of_network(has_midnight),
    ),
    Explanation(
        "start before the project",
        "Work that has not started does not start before the project. MPXJ lets start-to-finish "
        "links and leads pull it there, where no constraint holds it.",
        of_network(
            lambda case: (
                case.theirs["early_start"].reindex(case.ours.index[~case.ours["is_started"]])
                < case.project.header.start
            ).any()
        ),
    ),
    Explanation(
        "lag of a start-to-finish link on another calendar than its tasks",
        "The lag counts from the start of the predecessor to the finish of the successor. MPXJ "
        "adds it to the start of the successor, after it has taken the duration off; between two "
        "calendars the order matters.",
        of_network(lambda case: is_lag_elsewhere(case, ("SF",)).any()),
    ),
    Explanation(
        "early start and finish are not one duration apart",
        "MPXJ moves the start for a constraint and keeps the finish that a finish-to-finish link "
        "gave, even before that start; what follows is counted from it.",
        of_network(lambda case: contradicts_itself(case, "early_start", "early_finish")),
    ),
)
