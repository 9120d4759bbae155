"""Rules on people: availability, responsibilities, register and stakeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from pmtools.check.rules import Case, Hit, Rule, rule
from pmtools.errors import nearest

ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
REVIEWED_WITHIN = pd.Timedelta(days=35)
ITEM = '{kind} {id} "{title}" '


def _overlaps(case: Case) -> pd.DataFrame:
    rows = case.project.availability.sort_values(["resource_id", "from"], kind="stable")
    latest = rows.groupby("resource_id")["to"].cummax().groupby(rows["resource_id"]).shift()
    return rows[rows["from"] <= latest].sort_index()


def _strangers(case: Case) -> pd.DataFrame:
    tables = (case.project.resources, case.project.departments, case.project.stakeholders)
    known = pd.concat([table["id"] for table in tables]).to_list()
    rows = case.project.responsibilities
    strange = rows[~rows["party_id"].isin(known)]
    return strange.assign(near=[nearest(party, known) for party in strange["party_id"]])


def _objects(case: Case) -> pd.DataFrame:
    rows = case.project.responsibilities
    wrong = rows[(rows["deliverable_id"] != "") == (rows["task_id"] != "")]
    said = {True: "both a deliverable and a task", False: "neither deliverable nor task"}
    return wrong.assign(named=(wrong["task_id"] != "").map(said))


def _unseen(case: Case) -> pd.DataFrame:
    rows = case.open_items
    rows = rows.assign(seen=rows["updated_date"].fillna(rows["raised_date"]))
    return rows[rows["seen"] < case.status_date - REVIEWED_WITHIN]


def _unranked(case: Case) -> pd.DataFrame:
    risks = case.open_items[case.open_items["kind"] == "risk"]
    has_impact = risks[["impact_hours", "impact_percent", "impact_cost"]].notna().any(axis=1)
    has_impact |= risks["calendar_id"] != ""
    return risks[risks["probability"].isna() | ~has_impact]


def _unordered(case: Case) -> pd.DataFrame:
    """Rows with what is out of order: `on` hours, percent or cost, and the three values."""
    found = []
    for on in ("hours", "percent", "cost"):
        ends = [f"{end}impact_{on}" for end in ("optimistic_", "", "pessimistic_")]
        low, mode, high = (case.open_items[name] for name in ends)
        rows = case.open_items[(low > mode) | (mode > high) | (low > high)]
        three = rows[ends].set_axis(["low", "mode", "high"], axis=1)
        found.append(rows.join(three).assign(on=on))
    return pd.concat(found)


def _untouching(case: Case) -> pd.DataFrame:
    risks = case.open_items[case.open_items["kind"] == "risk"]
    delays = (risks[["impact_hours", "impact_percent"]].fillna(0) != 0).any(axis=1)
    return risks[(delays | (risks["calendar_id"] != "")) & (risks["task_ids"] == "")]


def _followed(case: Case) -> pd.DataFrame:
    """Risks that occurred, and no issue says that it came from them."""
    rows = case.project.register
    origins = rows.loc[rows["kind"] == "issue", "origin_id"]
    is_risk = (rows["kind"] == "risk") & (rows["status"] == "occurred")
    return rows[is_risk & ~rows["id"].isin(origins)]


def _unanswered(case: Case) -> pd.DataFrame:
    rows = case.open_items
    is_said = (rows["response"] != "") | (rows["response_action"] != "")
    return rows[rows["kind"].isin(["risk", "issue"]) & ~is_said]


def _closed_when(case: Case) -> pd.DataFrame:
    rows = case.project.register
    undated = (rows["status"] == "closed") & rows["closed_date"].isna()
    said = {True: "is closed without a date", False: "was closed before it was raised"}
    return rows.assign(how=undated.map(said))[undated | (rows["closed_date"] < rows["raised_date"])]


def _unreachable(case: Case) -> pd.DataFrame:
    rows = case.project.stakeholders
    wrong = rows[~rows["email"].str.fullmatch(ADDRESS.pattern)]
    said = [f'"{email}" as address' if email else "no e-mail address" for email in wrong["email"]]
    return wrong.assign(has=said)


# fmt: off
RULES = (
    Rule("PM401", "warning", "availability", "For each day a resource has one capacity.",
        'resource "{resource_id}" has two capacities from {from:%Y-%m-%d} on',
        "Let one period end before the next begins.", _overlaps),
    Rule("PM402", "warning", "responsibilities",
        "Who is responsible is a resource, a department or a stakeholder of the project.",
        'party "{party_id}" is no resource, department or stakeholder{near}',
        "Add the party to its table, or correct the id.", _strangers),
    Rule("PM405", "warning", "responsibilities",
        "A responsibility is for one deliverable or for one task.",
        'the {role} of "{party_id}" names {named}', "Fill in one of the two.", _objects),
    Rule("PM406", "warning", "register", "An open item of the register has one owner.",
        ITEM + "has no owner", "Name the one owner.",
        lambda c: c.open_items[c.open_items["owner_id"] == ""]),
    Rule("PM407", "warning", "register",
        "What is still open is not past its due date on the status date.",
        ITEM + "was due on {due_date:%Y-%m-%d} and is still open",
        "Settle it, or agree on a new date.",
        lambda c: c.open_items[c.open_items["due_date"] < c.status_date]),
    Rule("PM408", "warning", "register",
        "An open item was raised or reviewed within the last five weeks.",
        ITEM + "was last reviewed on {seen:%Y-%m-%d}",
        "Review it and write the day of the review in updated_date.", _unseen),
    Rule("PM409", "warning", "register", "An open risk has a probability and an impact.",
        ITEM + "has no probability or no impact, so it cannot be ranked",
        "Estimate its probability and its impact in hours or cost.", _unranked),
    Rule("PM410", "info", "register",
        "A closed item of the register says when it was closed, not before it was raised.",
        ITEM + "{how}", "Fill in closed_date.", _closed_when),
    Rule("PM412", "error", "register",
        "Of the three impacts of a risk, optimistic is the smallest and pessimistic the largest.",
        ITEM + "has impacts of {low:g}, {mode:g} and {high:g} on {on}",
        "Put the three in order: optimistic, most likely, pessimistic.", _unordered),
    Rule("PM413", "warning", "register", "A risk that delays names the tasks that it delays.",
        ITEM + "delays work, but names no task, so it cannot be simulated",
        "Name the tasks in task_ids.", _untouching),
    Rule("PM414", "warning", "register", "A risk that occurred is followed as an issue.",
        ITEM + "has occurred, but no issue came from it",
        "Add the issue, with the id of the risk in origin_id.", _followed),
    Rule("PM415", "warning", "register", "An open risk or issue has a response.",
        ITEM + "has no response", "Say what is done in response or response_action.", _unanswered),
    Rule("PM416", "warning", "register", "A decision is looked at again on the day that was set.",
        ITEM + "was to be looked at again on {revisit_date:%Y-%m-%d}",
        "Confirm or change the decision, and set the next day in revisit_date.",
        lambda c: c.project.register[c.project.register["revisit_date"] < c.status_date]),
    Rule("PM411", "warning", "stakeholders", "A stakeholder has one e-mail address.",
        'stakeholder "{name}" has {has}', "Write one address, like name@company.example.",
        _unreachable),
)
# fmt: on


def _letters(case: Case, letter: str) -> dict[str, int]:
    """How often R or A stands at each deliverable, or at a task that has any letter.

    A task with a deliverable takes from it what it does not state itself.
    """
    rows, tasks = case.project.responsibilities, case.project.tasks
    delivers = set(tasks.loc[tasks["deliverable_id"] != "", "id"])
    what = rows["deliverable_id"].where(rows["deliverable_id"] != "", rows["task_id"])
    objects = [*case.project.deliverables["id"], *what[what != ""]] if len(rows) else []
    counts = what[rows["role"] == letter].value_counts()
    found = {each: int(counts.get(each, 0)) for each in dict.fromkeys(objects)}
    return {each: n for each, n in found.items() if n or each not in delivers}


def _named(case: Case, what: str) -> str:
    deliverables = case.project.deliverables
    name = dict(zip(deliverables["id"], deliverables["name"], strict=True)).get(what)
    return f"task {case.task(what)}" if name is None else f'deliverable "{name}" ({what})'


@rule("PM403", "warning", "Name exactly one party with A.")
def one_party_is_accountable(case: Case) -> Iterator[Hit]:
    """Exactly one party is accountable (A) for a deliverable or task."""
    for what, count in _letters(case, "A").items():
        if count != 1:
            said = f"{count} parties are" if count else "no party is"
            yield case.table("responsibilities", f"{said} accountable (A) for {_named(case, what)}")


@rule("PM404", "warning", "Name who does it, with R.")
def someone_is_responsible(case: Case) -> Iterator[Hit]:
    """At least one party does the work (R) for a deliverable or task; A may do it itself."""
    for what, count in _letters(case, "R").items():
        if not count:
            said = f"no party is responsible (R) for {_named(case, what)}"
            yield case.table("responsibilities", said)
