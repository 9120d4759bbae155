"""What stands in a schedule file, found without MPXJ: its type and its rows, as text."""

from __future__ import annotations

import re
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
LINE = "%line"
"""Key of a record under which its line in the file stands."""

Record = dict[str, str]
Records = dict[str, list[Record]]

_MOST_MB = 200
AGAIN = "Export it again."
_MSPDI, _PM = "Project", "APIBusinessObjects"
_ELEMENTS = {
    f"{parent}/{name}"
    for parent, names in {
        "Tasks": ("Task",),
        "Task": ("PredecessorLink", "Baseline"),
        "Resources": ("Resource",),
        "Assignments": ("Assignment",),
        "Calendars": ("Calendar",),
        "WeekDays": ("WeekDay",),
        "WorkingTimes": ("WorkingTime",),
        _PM: ("Project", "Resource"),
        _MSPDI: ("WBS", "Activity", "Relationship", "ResourceAssignment"),
    }.items()
    for name in names
}


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
    if path.stat().st_size > _MOST_MB * 2**20:
        raise refusal(path, f"the file is larger than {_MOST_MB} MB", "one project")
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head.strip(b"\0 \r\n\t"):
        raise refusal(path, "the file is empty", remedy=AGAIN)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "mpp"
    if head.startswith(b"ERMHDR"):
        return "xer"
    if re.match(rb'"?MPX"?[^A-Za-z0-9]', head):
        return "mpx"
    if b"<" in head[:16]:
        return _xml_kind(path)
    words, remedy = "the content is no schedule that pmtools knows", "Export it in one of these."
    raise refusal(path, words, ", ".join(KINDS.values()), remedy)


def _xml_kind(path: Path) -> str:
    """By the root element, which a document type (refused) may not precede."""
    root = next(iter(_elements(path)))
    kinds = {_MSPDI: "mspdi", _PM: "pmxml"}
    if root not in kinds:
        raise refusal(path, f"this XML begins with <{root}>", f"<{_MSPDI}> or <{_PM}>")
    return kinds[root]


def records_of(path: Path, kind: str) -> Records:
    """The rows of a file by table, or its elements by name; none for the binary `mpp`.

    Raises
    ------
    SourceError
        Where the file is not whole.
    """
    readers = {"xer": _xer, "mpx": _mpx, "mspdi": _elements, "pmxml": _elements}
    return readers[kind](path) if kind in readers else {}


def encoding_of(path: Path) -> str:
    """An XER file does not tell its encoding: text that is valid UTF-8 is taken for it."""
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def _elements(path: Path) -> Records:
    """The elements of `_ELEMENTS` by their name; the first key is the root element."""
    found: Records = {}
    stack: list[tuple[str, Record]] = []
    words: list[str] = []

    def refuse(*_: object) -> None:
        raise refusal(path, "a document type or entity stands in this XML", remedy="Remove it.")

    def start(name: str, _: object) -> None:
        local = name.rpartition(":")[2]
        record = {LINE: str(parser.CurrentLineNumber)}
        if not stack:
            found[local] = []
        elif f"{stack[-1][0]}/{local}" in _ELEMENTS:
            found.setdefault(local, []).append(record)
        stack.append((local, record))
        words.clear()

    def end(_: str) -> None:
        local, _record = stack.pop()
        if stack:
            stack[-1][1][local] = "".join(words).strip()
        words.clear()

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = words.append
    try:
        with path.open("rb") as stream:
            parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise refusal(path, f"broken XML, {error}", remedy=AGAIN) from None
    except (LookupError, ValueError) as error:
        raise refusal(path, f"XML in an encoding that cannot be read ({error})") from None
    return found


def _xer(path: Path) -> Records:
    lines = path.read_bytes().decode("latin-1").replace("\r", "").rstrip("\n\0 \x1a").split("\n")
    if lines[-1].rstrip("\t") != "%E":
        raise refusal(path, "the file is cut off", "%E in its last line", AGAIN)
    tables: Records = {}
    name, columns = "", [""]
    for number, line in enumerate(lines, 1):
        mark, *cells = line.split("\t")
        if mark == "%T":
            name, columns = "".join(cells[:1]).strip(), []
            tables.setdefault(name, [])
        elif mark == "%F":
            columns = [cell.strip() for cell in cells]
        elif mark == "%R":
            if len(cells) > len(columns):
                found = f"line {number}: {len(cells)} cells in a row of {name}"
                raise refusal(path, found, f"{len(columns)}", AGAIN)
            row = dict(zip(columns, cells, strict=False))
            tables.setdefault(name, []).append(row | {LINE: str(number)})
        elif mark.startswith("%") and mark != "%E":
            raise refusal(path, f"line {number}: it begins with {mark[:10]!r}", "", AGAIN)
    return tables


def _mpx(path: Path) -> Records:
    content = path.read_bytes().decode("latin-1")
    delimiter = re.match(r'"?MPX"?(.)', content)
    if not content.rstrip("\0\x1a").endswith("\n"):
        raise refusal(path, "the file is cut off", "whole lines", AGAIN)
    tables: Records = {}
    for number, line in enumerate(content.split("\n"), 1):
        mark = line.split(delimiter[1] if delimiter else ",")[0]
        tables.setdefault(mark, []).append({LINE: str(number)})
    return tables
