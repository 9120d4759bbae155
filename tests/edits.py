"""Random legal edits of a project, each known cell by cell: what a comparison must find.

Rows are followed by where they came from, not by their keys, so that what is expected does not
rest on what is tested.
"""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd

from pmtools.errors import ProjectError
from pmtools.project import HEADER, TABLES, Project

NAMES = {"tasks": "name", "resources": "name", "departments": "name", "deliverables": "name",
         "stakeholders": "name", "calendars": "name", "goals": "goal", "register": "title",
         "work_items": "title"}  # fmt: skip
WHO = ("name", "title", "goal", "email", "parent_id", "wbs")
"""What tells who a row is where its id changed too."""
DATES = ("day", "start", "finish")


def value_words(value):
    """A value that can be compared with another: missing values are None."""
    if isinstance(value, pd.Timestamp) and value == value:
        return str(value)
    if value is None or value != value:
        return None
    return int(value) if isinstance(value, float) and value == int(value) else value


class Edits:
    """A project that is edited at random, and everything that must be found of it."""

    def __init__(self, project: Project, draw: np.random.Generator, *, is_renumbered: bool):
        self.before, self.draw, self.is_renumbered = project, draw, is_renumbered
        self.project, self.header = project, project.header
        self.rows = {
            name: [{"origin": n, **row} for n, row in enumerate(frame.to_dict("records"))]
            for name, frame in project.tables.items()
        }
        self.new_ids = {name: {} for name in NAMES}
        self.n, self.count = 0, Counter()

    def one(self) -> bool:
        """Makes one more edit; False where the one that was drawn is not legal."""
        kinds = ["cell"] * 6 + ["header", "add", "remove"]
        kinds += ["renumber"] * (2 * self.is_renumbered)
        kind = str(self.draw.choice(kinds))
        saved = self.header, dict(self.rows)
        saved_ids = {name: dict(ids) for name, ids in self.new_ids.items()}
        self.n += 1
        try:
            place = getattr(self, f"_{kind}")()
            changed = {name: self._frame(name) for name in self.rows
                       if self.rows[name] is not saved[1][name]}  # fmt: skip
            if place is None:
                raise ProjectError([])
            self.project = self.project.replace(header=self.header, **changed)
        except ProjectError:
            (self.header, self.rows), self.new_ids = saved, saved_ids
            return False
        self.count[kind if kind != "cell" else place] += 1
        return True

    def after(self) -> Project:
        """The edited project, with the rows of every table in another order."""
        shuffled = {
            name: frame.iloc[self.draw.permutation(len(frame))]
            for name, frame in self.project.tables.items()
        }
        return self.project.replace(**shuffled)

    def _frame(self, table):
        frame = pd.DataFrame(self.rows[table], columns=["origin", *self.before.tables[table]])
        return frame.drop(columns="origin")

    def expected(self) -> Counter:
        """What must be found, once each: a changed cell with its values, or a whole row."""
        found = Counter()
        for column in HEADER:
            was, now = (getattr(h, column.name) for h in (self._old_header(), self.header))
            if was != now:
                values = (str(value_words(value)) for value in (was, now))
                found["header", "changed", column.name, self.header.id, *values] += 1
        for name, schema in TABLES.items():
            old = enumerate(self.before.tables[name].to_dict("records"))
            was = {n: self._translated(name, row) for n, row in old}
            now = {row["origin"]: {k: v for k, v in row.items() if k != "origin"}
                   for row in self.rows[name]}  # fmt: skip
            for origin in was.keys() | now.keys():
                ends = was.get(origin), now.get(origin)
                found.update(differences(name, schema, *ends))
        # Of a table without a key, a row that left and an equal one that came are the same.
        for key in [key for key in found if key[1] == "added"]:
            other = (key[0], "removed", *key[2:])
            both = min(found[key], found[other]) if not TABLES[key[0]].key else 0
            found[key] -= both
            found[other] -= both
        return +found

    def _old_header(self):
        old = self.before.header
        return replace(
            old, calendar_id=self.new_ids["calendars"].get(old.calendar_id, old.calendar_id)
        )

    def _translated(self, table, row):
        return row | {
            column.name: self._new_id(column, row[column.name], table)
            for column in TABLES[table].columns
            if column.kind in ("id", "ids")
        }

    def _new_id(self, column, value, table):
        ids = self.new_ids.get(table if column.name == "id" else column.refers_to, {})
        if column.name == "party_id":
            ids = self.new_ids["resources"] | self.new_ids["departments"]
        if column.kind == "ids":
            return ";".join(ids.get(word, word) for word in value.split(";"))
        return ids.get(value, value)

    def _a_table(self):
        filled = [name for name, rows in self.rows.items() if rows]
        return str(self.draw.choice(filled))

    def _cell(self):
        table = self._a_table()
        column = TABLES[table].columns[self.draw.integers(len(TABLES[table].columns))]
        if column.name == "id" or (self.is_renumbered and column.name in WHO):
            return None
        at = self.draw.integers(len(self.rows[table]))
        row = self.rows[table][at]
        value = self._value(column, row[column.name])
        if column.name == "parent_id" and value:
            summaries = [r["id"] for r in self.rows["tasks"] if r["kind"] == "summary"]
            value = str(self.draw.choice(summaries))
        if value_words(value) == value_words(row[column.name]):
            return None
        if table == "calendars" and column.name in ("name", "base_id"):
            return None  # a calendar is several rows, which share them
        edited = row | {column.name: value}
        if column.name in TABLES[table].key and self._is_taken(table, edited):
            return None
        self.rows[table] = [edited if n == at else r for n, r in enumerate(self.rows[table])]
        return f"{table}.{column.name}"

    def _is_taken(self, table, row):
        key = TABLES[table].key
        known = [*self.before.tables[table].to_dict("records"), *self.rows[table]]
        return any(all(value_words(row[k]) == value_words(r[k]) for k in key) for r in known)

    def _value(self, column, old):
        is_emptied = not column.required and column.default is None and self.draw.random() < 0.2
        if column.choices:
            return str(self.draw.choice([c for c in column.choices if c or column.default is None]))
        if column.kind == "number":
            if is_emptied:
                return float("nan")
            new = (0.0 if old != old or old is None else old) + float(
                self.draw.choice([0.25, 1, -1, 7, 1e-7])
            )
            low = -1e6 if column.minimum is None else column.minimum
            return float(min(max(new, low), 1e6 if column.maximum is None else column.maximum))
        if column.kind == "flag":
            return not old
        if column.kind in DATES:
            if is_emptied:
                return pd.NaT
            old = self.before.header.start if old is None or pd.isna(old) else old
            unit = "day" if column.kind == "day" else str(self.draw.choice(["day", "minute"]))
            step = pd.Timedelta(int(self.draw.integers(1, 30)), unit)
            return (old.normalize() if column.kind == "day" else old) + step
        if column.kind == "time":
            return str(self.draw.choice(["08:00", "09:30", "17:15", ""]))
        if column.refers_to:
            ids = [row["id"] for row in self.rows[column.refers_to]]
            if column.kind == "ids":
                n = int(self.draw.integers(1, 4))
                return ";".join(sorted(map(str, self.draw.choice(ids, n, replace=False))))
            return "" if is_emptied or not ids else str(self.draw.choice(ids))
        if column.name == "party_id":
            return str(self.draw.choice([row["id"] for row in self.rows["resources"]]))
        return "" if is_emptied else f"{old}{self.draw.choice([' ', 'x ', 'é'])}{self.n}"

    def _header(self):
        column = HEADER[self.draw.integers(len(HEADER))]
        old = getattr(self.header, column.name)
        value = self._value(column, old)
        value = None if value != value else value
        if value == old:
            return None
        self.header = replace(self.header, **{column.name: value})
        return "header"

    def _add(self):
        table = self._a_table()
        row = dict(self.rows[table][self.draw.integers(len(self.rows[table]))])
        row["origin"] = f"new {self.n}"
        if "id" in row and table != "calendars":
            row |= {"id": f"NEW-{self.n}", NAMES[table]: f"{row[NAMES[table]]}, no. {self.n}"}
            row |= {"email": f"no{self.n}@example.org"} if "email" in row else {}
        else:
            columns = [c for c in TABLES[table].columns if c.name != "id"]
            for column in columns:
                if column.name in (TABLES[table].key or [columns[-1].name]):
                    row[column.name] = self._value(column, row[column.name])
        if TABLES[table].key and self._is_taken(table, row):
            return None
        self.rows[table] = [*self.rows[table], row]
        return "add"

    def _remove(self):
        table = self._a_table()
        row = self.rows[table][self.draw.integers(len(self.rows[table]))]
        if table in NAMES and table != "tasks" and self._is_named(table, row["id"]):
            return None
        if table == "tasks":
            if row["kind"] == "summary":
                return None
            for name, schema in TABLES.items():
                refs = [c.name for c in schema.columns if c.refers_to == "tasks" and c.kind == "id"]
                kept = [r for r in self.rows[name] if not any(r[ref] == row["id"] for ref in refs)]
                if len(kept) < len(self.rows[name]):
                    self.rows[name] = kept
        self.rows[table] = [r for r in self.rows[table] if r is not row]
        if table in NAMES and isinstance(row["origin"], int):
            self.new_ids[table].pop(self.before.tables[table]["id"][row["origin"]], None)
        return "remove"

    def _is_named(self, table, id_):
        """Whether a row of another table refers to the id."""
        return self.header.calendar_id == id_ or any(
            id_ in str(row[column.name]).split(";")
            for name, schema in TABLES.items()
            for column in schema.columns
            if column.refers_to == table or column.name == "party_id"
            for row in self.rows[name]
        )

    def _renumber(self):
        table = str(self.draw.choice([*NAMES]))
        frame = self.before.tables[table].drop_duplicates("id")
        there = {row["id"] for row in self.rows[table] if isinstance(row["origin"], int)}
        named = frame[~frame[NAMES[table]].duplicated(keep=False) & (frame[NAMES[table]] != "")]
        ids = [i for i in named["id"] if i in there and i not in self.new_ids[table]]
        if not ids:
            return None
        old = str(self.draw.choice(ids))
        new = f"{old}-{self.n}"
        for name, schema in TABLES.items():
            for column in schema.columns:
                is_party = column.name == "party_id" and table in ("resources", "departments")
                is_own = (column.name, name) == ("id", table)
                if (column.refers_to == table or is_party or is_own) and self.rows[name]:
                    self.rows[name] = [
                        row | {column.name: renamed(row[column.name], old, new)}
                        for row in self.rows[name]
                    ]
        if table == "calendars" and self.header.calendar_id == old:
            self.header = replace(self.header, calendar_id=new)
        self.new_ids[table][old] = new
        return "renumber"


def renamed(cell, old, new):
    return ";".join(new if word == old else word for word in cell.split(";"))


def differences(table, schema, was, now):
    """What must be found of one row."""
    if was is not None and now is not None:
        differ = [c for c in schema.columns if _differs(c, was[c.name], now[c.name])]
        if not differ:
            return []
        if schema.key and not any(c.name in schema.key for c in differ):
            words = (str(now[k]).removesuffix(" 00:00:00") for k in schema.key)
            key = ", ".join(word for word in words if word not in ("", "NaT"))
            return [(table, "changed", c.name, key, str(value_words(was[c.name])),
                     str(value_words(now[c.name]))) for c in differ]  # fmt: skip
    rows = (("removed", was), ("added", now))
    return [(table, change, row_words(row)) for change, row in rows if row is not None]


def _differs(column, was, now):
    if column.kind == "ids":
        return set(was.split(";")) != set(now.split(";"))
    return value_words(was) != value_words(now)


def row_words(row):
    return str({name: value_words(value) for name, value in row.items()})


def reported(cells: pd.DataFrame) -> Counter:
    """What was found, in the same form."""
    found = Counter()
    for cell in cells.itertuples():
        if cell.change == "changed":
            values = (value_words(v) for v in (cell.before_value, cell.after_value))
            found[cell.table, "changed", cell.column, cell.id, *map(str, values)] += 1
        else:
            row = cell.after_value if cell.change == "added" else cell.before_value
            found[cell.table, cell.change, row_words(row)] += 1
    return found
