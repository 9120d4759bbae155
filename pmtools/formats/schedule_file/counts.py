"""What stands in a schedule file, found without MPXJ: its type, and how many rows of each sort.

MPXJ loses rows of a damaged file without a word, so that what it returns is compared with a
count of its own here. A binary `.mpp` has no rows to count.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from xml.parsers import expat

from pmtools.errors import Problem, SourceError

KINDS = {
    "mpp": "Microsoft Project",
    "mspdi": "Microsoft Project XML",
    "mpx": "Microsoft Project Exchange",
    "xer": "Primavera P6 export (XER)",
    "pmxml": "Primavera P6 XML",
}

Counts = dict[str, float]
"""How many of each sort, such as `tasks` or `FS links`; hours where the name says so."""


def refusal(path: Path, found: str, expected: str = "", remedy: str = "") -> SourceError:
    """The error for a file that cannot be read, with its name."""
    return SourceError([Problem(path.name, found, expected, remedy, code="schedule-file")])


def kind_of(path: Path) -> str:
    """The type of a file by its content: a key of `KINDS`.

    Raises
    ------
    SourceError
        Where the file is missing, empty or of another type.
    """
    if not path.is_file():
        raise refusal(path, "there is no such file")
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head.strip(b"\0 \r\n\t"):
        raise refusal(path, "the file is empty", remedy="Export it again.")
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "mpp"
    if head.startswith(b"ERMHDR"):
        return "xer"
    if re.match(rb'"?MPX"?[^A-Za-z0-9]', head):
        return "mpx"
    if b"<" in head[:16]:
        return _xml_kind(path)
    raise refusal(
        path,
        "the content is no schedule that pmtools knows",
        ", ".join(KINDS.values()),
        "Export the plan again in one of these formats.",
    )


def _xml_kind(path: Path) -> str:
    """By the root element, which a document type (refused) may not precede."""
    root = next((name for name in _elements(path) if "/" not in name), "")
    kinds = {"Project": "mspdi", "APIBusinessObjects": "pmxml"}
    if root not in kinds:
        raise refusal(path, f"this XML begins with <{root}>", "<Project> or <APIBusinessObjects>")
    return kinds[root]


def raw_counts(path: Path, kind: str) -> Counts:
    """Rows and elements of each sort that the file holds; empty for the binary `mpp`.

    Raises
    ------
    SourceError
        Where the file is not whole, or holds more than one project.
    """
    return {"mspdi": _mspdi, "pmxml": _pmxml, "xer": _xer, "mpx": _mpx}.get(kind, _none)(path)


def _none(path: Path) -> Counts:
    return {}


def _elements(path: Path) -> Counter[str]:
    """How often each path of element names occurs with text or children in it.

    A path that ends in `/Type` is also counted with its text: `.../Type=1`.
    """
    found: Counter[str] = Counter()
    stack: list[str] = []
    words: list[str] = []

    def refuse(*_: object) -> None:
        raise refusal(path, "a document type or entity stands in this XML", remedy="Remove it.")

    def start(name: str, _: object) -> None:
        local = name.rpartition(":")[2]
        stack.append(f"{stack[-1]}/{local}" if stack else local)
        found.setdefault(stack[0], 1)
        words.clear()

    def end(_: str) -> None:
        word = "".join(words).strip()
        here = stack.pop()
        found[here] += 1
        if word and here.endswith("/Type"):
            found[f"{here}={word}"] += 1
        if word:
            found[f"{here}/text()"] += 1
        words.clear()

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = words.append
    try:
        with path.open("rb") as stream:
            parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise refusal(path, f"broken XML, {error}", remedy="Export it again.") from None
    except (LookupError, ValueError) as error:
        raise refusal(path, f"XML in an encoding that cannot be read ({error})") from None
    return found


def _mspdi(path: Path) -> Counts:
    found = _elements(path)
    task = "Project/Tasks/Task"
    kinds = zip(("FF", "FS", "SF", "SS"), "0123", strict=True)
    return {
        "tasks": found[task],
        "durations": found[f"{task}/Duration/text()"],
        "remaining durations": found[f"{task}/RemainingDuration/text()"],
        "constraint dates": found[f"{task}/ConstraintDate/text()"],
        "actual starts": found[f"{task}/ActualStart/text()"],
        "actual finishes": found[f"{task}/ActualFinish/text()"],
        "links": found[f"{task}/PredecessorLink"],
        **{f"{k} links": found[f"{task}/PredecessorLink/Type={n}"] for k, n in kinds},
        "resources": found["Project/Resources/Resource"],
        "assignments": found["Project/Assignments/Assignment"],
    }


def _pmxml(path: Path) -> Counts:
    found = _elements(path)
    project = "APIBusinessObjects/Project"
    if found[project] != 1:
        raise refusal(path, f"there are {found[project]} projects in this file", "one project")
    kinds = {"FS": "Finish to Start", "SS": "Start to Start"}
    kinds |= {"FF": "Finish to Finish", "SF": "Start to Finish"}
    return {
        "tasks": found[f"{project}/WBS"] + found[f"{project}/Activity"],
        "durations": found[f"{project}/Activity/PlannedDuration/text()"],
        "remaining durations": found[f"{project}/Activity/RemainingDuration/text()"],
        "actual starts": found[f"{project}/Activity/ActualStartDate/text()"],
        "actual finishes": found[f"{project}/Activity/ActualFinishDate/text()"],
        "links": found[f"{project}/Relationship"],
        **{f"{k} links": found[f"{project}/Relationship/Type={w}"] for k, w in kinds.items()},
        "resources": found["APIBusinessObjects/Resource"],
        "assignments": found[f"{project}/ResourceAssignment"],
    }


def _mpx(path: Path) -> Counts:
    content = path.read_bytes().decode("latin-1")
    delimiter = re.match(r'"?MPX"?(.)', content)
    rows = Counter(
        line.split(delimiter[1] if delimiter else ",")[0] for line in content.split("\n")
    )
    return {"tasks": rows["70"], "resources": rows["50"], "assignments": rows["75"]}


_XER_COLUMNS = {
    "PROJECT": ("proj_id",),
    "CALENDAR": ("clndr_id", "clndr_data"),
    "PROJWBS": ("wbs_id", "proj_id", "parent_wbs_id", "wbs_name"),
    "TASK": ("task_id", "proj_id", "wbs_id", "clndr_id", "task_type", "task_name",
             "target_drtn_hr_cnt"),
    "TASKPRED": ("task_id", "pred_task_id", "proj_id", "pred_proj_id", "pred_type", "lag_hr_cnt"),
    "RSRC": ("rsrc_id",),
    "TASKRSRC": ("task_id", "rsrc_id", "proj_id"),
}  # fmt: skip
"""The tables of an XER file that become ours, and the columns without which they cannot."""


def xer_tables(path: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of an XER file by table, every value as text."""
    lines = path.read_bytes().decode("latin-1").replace("\r", "").rstrip("\n\0 \x1a").split("\n")
    if lines[-1].rstrip("\t") != "%E":
        raise refusal(
            path, "the file is cut off", "%E in its last line", "Export it from Primavera again."
        )
    tables: dict[str, list[dict[str, str]]] = {}
    name, columns = "", [""]
    for line_number, line in enumerate(lines, 1):
        mark, *cells = line.split("\t")
        if mark == "%T":
            name, columns = cells[0].strip() if cells else "", [""]
            tables.setdefault(name, [])
        elif mark == "%F":
            columns = [cell.strip() for cell in cells]
            _need_columns(path, name, columns, line_number)
        elif mark == "%R":
            needed = _XER_COLUMNS.get(name, ())
            row = dict(zip(columns, cells, strict=False))
            if name in _XER_COLUMNS and (len(cells) > len(columns) or set(needed) - set(row)):
                raise refusal(
                    path,
                    f"line {line_number}: {len(cells)} cells in a row of table {name}",
                    f"{len(columns)}",
                    "Export it from Primavera again.",
                )
            tables.setdefault(name, []).append(row)
        elif mark.startswith("%") and mark != "%E":
            raise refusal(path, f"line {line_number}: a line begins with {mark[:10]!r}")
    return tables


def _need_columns(path: Path, table: str, columns: list[str], line_number: int) -> None:
    missing = [c for c in _XER_COLUMNS.get(table, ()) if c not in columns]
    if missing:
        where = f"line {line_number}: table {table} has no column {', '.join(missing)}"
        raise refusal(path, where, remedy="Export it from Primavera again.")


def encoding_of(path: Path) -> str:
    """An XER file does not tell its encoding: text that is valid UTF-8 is taken for it."""
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def xer_project_id(path: Path) -> int:
    """The number of the one project that was exported; others are only linked to it.

    Raises
    ------
    SourceError
        Where several projects were exported, or none.
    """
    return int(_exported(path, xer_tables(path)))


def _exported(path: Path, tables: dict[str, list[dict[str, str]]]) -> str:
    rows = tables.get("PROJECT", [])
    exported = [row for row in rows if row.get("export_flag") != "N"] or rows
    if len(exported) != 1 or not exported[0]["proj_id"].isdigit():
        raise refusal(
            path,
            f"there are {len(exported)} projects in this file",
            "one project",
            "Export each project to a file of its own.",
        )
    return exported[0]["proj_id"]


def _xer(path: Path) -> Counts:
    tables = xer_tables(path)
    project = _exported(path, tables)

    def rows(name: str) -> list[dict[str, str]]:
        return [row for row in tables.get(name, []) if row.get("proj_id") == project]

    def filled(column: str) -> int:
        return sum(1 for row in tasks if row.get(column))

    tasks = rows("TASK")
    links = [row for row in rows("TASKPRED") if row["pred_proj_id"] in ("", project)]
    kinds = Counter(row["pred_type"].removeprefix("PR_") for row in links)
    return {
        "tasks": len(rows("PROJWBS")) + len(tasks),
        "durations": filled("target_drtn_hr_cnt"),
        "remaining durations": filled("remain_drtn_hr_cnt"),
        "constraint dates": filled("cstr_date"),
        "actual starts": filled("act_start_date"),
        "actual finishes": filled("act_end_date"),
        "links": len(links),
        **{f"{kind} links": count for kind, count in kinds.items()},
        "resources": len(tables.get("RSRC", [])),
        "assignments": len(rows("TASKRSRC")),
    }
