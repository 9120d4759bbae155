"""The search result of Jira's REST interface -> sheets of work items and of their changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pmtools.errors import Problem, SourceError
from pmtools.formats.rows import MOST_ROWS, Sheet, clean
from pmtools.formats.text_file import MOST_BYTES, refused

FIELDS = {
    "kind": "issuetype", "title": "summary", "team": "project", "task_id": "parent",
    "created": "created", "finished": "resolutiondate", "state": "status",
    "category": "statusCategory", "changed": "statuscategorychangedate",
}  # fmt: skip
_CHANGES = ["item_id", "at", "from_state", "to_state"]
_EXPECTED = 'a search result of Jira: {"issues": [...]}'
_WHOLE = "Ask for all pages, with expand=changelog, and put them into one list."


def read_json(path: Path, place: str, columns: Mapping[str, str]) -> dict[str, Sheet]:
    """The sheets "work item list" and "transitions" of one search result, or a list of its pages.

    `columns` names other fields of the issues, such as {"team": "customfield_10001"}.
    """
    issues, problems = _issues(_parsed(path, place), place)
    fields = {**FIELDS, **columns}
    items: list[list[Any]] = [["id", *fields]]
    changes: list[list[Any]] = [_CHANGES]
    for number, issue in enumerate(issues, 1):
        said = issue.get("fields") if isinstance(issue, dict) else None
        if not isinstance(said, dict) or not isinstance(issue.get("key"), str):
            found = "no issue with key and fields"
            problems.append(Problem(f"{place}, issue {number}", found, _EXPECTED, _WHOLE))
            continue
        status = said.get("status")
        category = status.get("statusCategory") if isinstance(status, dict) else None
        said = {**said, "statusCategory": category}
        items.append([issue["key"], *(_text(said.get(f), c) for c, f in fields.items())])
        history, at = issue.get("changelog"), f"{place}, issue {issue['key']}"
        try:
            if history is not None:
                problems += _cut_short(history, "histories", at)
                changes += [[issue["key"], *change] for change in _changes(history)]
        except (TypeError, KeyError, AttributeError):
            problems.append(Problem(at, "its changelog cannot be read", _EXPECTED, _WHOLE))
    if problems:
        raise SourceError(problems)
    sheets = {"work item list": items, "transitions": changes}
    return {
        name: Sheet(f"{place}, {name}", rows, [*range(len(rows))])
        for name, rows in sheets.items()
        if len(rows) > 1
    }


def _parsed(path: Path, place: str) -> Any:
    if path.stat().st_size > MOST_BYTES:
        raise refused(place, "the file is too large", f"at most {MOST_BYTES:,} bytes")
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        found = "nested too deeply" if isinstance(error, RecursionError) else f"no JSON ({error})"
        raise refused(place, found, _EXPECTED, "Export it again.") from None


def _issues(content: Any, place: str) -> tuple[list[Any], list[Problem]]:
    """All issues, each once, and what tells that there are more."""
    pages = content if isinstance(content, list) else [content]
    if all(isinstance(page, dict) and "key" in page for page in pages):
        pages = [{"issues": pages}]
    if not pages or not all(
        isinstance(p, dict) and isinstance(p.get("issues"), list) for p in pages
    ):
        raise refused(place, "no list of issues", _EXPECTED, _WHOLE)
    every = [issue for page in pages for issue in page["issues"]]
    issues = [*{json.dumps(issue, sort_keys=True): issue for issue in every}.values()]
    if not 0 < len(issues) <= MOST_ROWS:
        raise refused(place, f"it holds {len(issues):,} issues", f"1 to {MOST_ROWS:,}", _WHOLE)
    problems = _cut_short({**pages[-1], "issues": issues}, "issues", place)
    if pages[-1].get("isLast") is False:
        problems.append(Problem(place, "the last page is not in it", "all issues", _WHOLE))
    return issues, problems


def _cut_short(page: Mapping[str, Any], name: str, place: str) -> list[Problem]:
    held, total = page.get(name), page.get("total")
    if not isinstance(held, list) or not isinstance(total, int) or len(held) >= total:
        return []
    return [Problem(place, f"it holds {len(held)} of {total} {name}", "all of them", _WHOLE)]


def _changes(history: Any) -> Iterator[list[str]]:
    """When, from what and to what the status changed."""
    for entry in history["histories"]:
        for item in entry["items"]:
            if item["field"] == "status":
                states = (item["fromString"], item["toString"])
                yield [_text(value, "state") for value in (entry["created"], *states)]


def _text(value: Any, column: str) -> str:
    """What a field says: of an object its name (of a parent or a category its key)."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        names = ("key", "id") if column in ("task_id", "category") else ("name", "value", "key")
        value = next((value[name] for name in names if name in value), None)
    return "" if value is None or isinstance(value, dict | list) else clean(str(value))[0]
