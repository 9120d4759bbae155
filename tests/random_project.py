"""Random projects for hypothesis: every column of every table, with hostile text in all of them."""

import pandas as pd
from hypothesis import strategies as st

from pmtools.project import TABLES, Header, Project

HOSTILE = (
    "=1+1", "+1", "-1", "@S", "\t=x", "\r=x", "'=1", "''@x", "'quoted", "#REF!", "NA", "None",
    "00123", "1E5", "TRUE", "1,5", "a;b", 'say "yes"', "two\nlines", "one\r\ntwo", " padded ",
    "_x000D_", "2026-03-02", "Zoë ü € 数 🙂", "\u202egnp", "\u2028", "# comment", "50%", "field",
)  # fmt: skip
PLAIN = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)
TEXT = st.sampled_from(HOSTILE) | PLAIN
IDS_THERE_ARE = ["00123", "1E5", "NA", "None", "=1+1", "-1", "+7", "@a", "'=b", "T 9", "ö;"]
IDS = st.sampled_from(IDS_THERE_ARE)
FORMATS = {"date_format": ["YYYY-MM-DD", "DD/MM/YYYY", "DD.MM.YYYY", "MM/DD/YYYY"]}
FORMATS["number_format"] = ["1234.5", "1,234.5", "1.234,5", "1 234,5", "1234,5"]
DAYS = st.datetimes(pd.Timestamp("1990-01-01"), pd.Timestamp("2090-01-01"))


def moments(kind: str) -> st.SearchStrategy:
    """Days of the column's convention, any minute, and now and then a second."""
    edge = {"start": (0, 0), "finish": (23, 59), "day": (0, 0)}[kind]
    on_edge = DAYS.map(lambda d: d.replace(hour=edge[0], minute=edge[1], second=0, microsecond=0))
    if kind == "day":
        return on_edge
    minutes = DAYS.map(lambda d: d.replace(second=0, microsecond=0))
    midnight = DAYS.map(lambda d: d.replace(hour=0, minute=0, second=0, microsecond=0))
    return on_edge | midnight | minutes | DAYS


def values(column) -> st.SearchStrategy:
    """Values of a column, the missing one too where it may be missing."""
    if column.choices:
        return st.sampled_from(column.choices)
    if column.kind == "number":
        low, high = column.minimum, column.maximum
        low, high = -1e9 if low is None else low, 1e9 if high is None else high
        number = st.floats(low, high, allow_subnormal=False) | st.integers(int(low) + 1, int(high))
        return number if column.required else number | st.none()
    if column.kind == "flag":
        return st.booleans()
    if column.kind == "time":
        return st.sampled_from(["", "00:00", "08:30", "24:00"])
    if column.kind in ("day", "start", "finish"):
        return moments(column.kind) if column.required else moments(column.kind) | st.none()
    if column.kind == "ids":
        return st.sampled_from(["", "1;2", "NA", "=1+1;00123"])
    if column.kind == "id":
        return IDS if column.required else IDS | st.just("")
    return TEXT.filter(str.strip) if column.required else TEXT


def rows_of(draw, table: str, ids: list[str], pools: dict) -> list[dict]:
    """Rows of a table; references that must hold are drawn from the ids there are."""
    schema = TABLES[table]
    rows = []
    for number in range(len(ids)):
        row = {column.name: draw(values(column)) for column in schema.columns}
        if "id" in row:
            row["id"] = ids[number]
        for column in schema.columns:
            if column.refers_to in pools and column.name not in ("id", "task_ids"):
                row[column.name] = draw(st.sampled_from(pools[column.refers_to]))
        for start, finish in (
            ("actual_start", "actual_finish"),
            ("start", "finish"),
            ("from", "to"),
        ):
            if row.get(start) and row.get(finish):
                row[start], row[finish] = sorted([row[start], row[finish]])
        rows.append(row | {"parent_id": ""} if table == "tasks" else row)
    frame = pd.DataFrame(rows)
    if not len(frame):
        return []
    if "code" in frame:
        frame["code"] = frame["code"].where(~frame["code"].isin(IDS_THERE_ARE), "")
    if table == "links":
        frame = frame[frame["predecessor_id"] != frame["successor_id"]]
    if schema.key:
        frame = frame[~frame[[*schema.key]].astype(str).duplicated()]
    return frame.to_dict("records")


@st.composite
def projects(draw) -> Project:
    """A valid Project with up to four rows a table, and a header in one of the formats."""
    task_ids = draw(st.lists(IDS, min_size=1, max_size=4, unique=True))
    resources = draw(st.lists(IDS, min_size=1, max_size=3, unique=True))
    pools = {"tasks": task_ids, "resources": resources, "calendars": ["", "C"]}
    filled = draw(st.sets(st.sampled_from([*TABLES]), max_size=4)) | {
        *("tasks", "resources", "calendars")
    }
    tables = {}
    for table in filled:
        n_rows = draw(st.integers(1, 3))
        ids = {"tasks": task_ids, "resources": resources, "calendars": ["C"]}.get(table)
        ids = ids or draw(st.lists(IDS, min_size=n_rows, max_size=n_rows, unique=True))
        tables[table] = rows_of(draw, table, ids, pools)
    for row in tables["calendars"]:
        row["base_id"] = ""
    for row in tables.get("exceptions", ()):
        row["calendar_id"] = "C"
    header = Header(
        id=draw(IDS),
        name=draw(TEXT.filter(str.strip)),
        start=pd.Timestamp(draw(moments("start"))).as_unit("us"),
        status_date=pd.Timestamp(draw(moments("finish"))).as_unit("us"),
        budget=draw(st.none() | st.floats(0, 1e9, allow_subnormal=False)),
        currency=draw(st.sampled_from(["", "EUR", "USD"])),
        calendar_id=draw(st.sampled_from(["", "C"])),
        **{name: draw(st.sampled_from(choices)) for name, choices in FORMATS.items()},
    )
    return Project(header=header, **{name: pd.DataFrame(rows) for name, rows in tables.items()})
