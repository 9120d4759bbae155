"""Our columns that the formats of others lack, as custom text fields under names of ours.

A plan written by us carries them, and so does one in which somebody made such a field, e.g.
`pmtools control_account`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from typing import Any

from pmtools.formats.schedule_file.java import text

OWN_COLUMNS = {
    "Task": ("id", "code", "wbs", "kind", "control_account", "deliverable_id", "ev_method",
             "owner_id", "department_id"),
    "Resource": ("id", "name", "kind", "role", "department_id"),
}  # fmt: skip

_FIELD = "pmtools {}"


class OwnColumns:
    """The custom fields of a plan that bear names of ours."""

    def __init__(self, plan: Any) -> None:
        import jpype

        self._fields = plan.getCustomFields()
        kinds = jpype.JClass("org.mpxj.FieldTypeClass")
        self._known = {
            what: {
                column: self._fields.getFieldTypeByAlias(
                    getattr(kinds, what.upper()), _FIELD.format(column)
                )
                for column in columns
            }
            for what, columns in OWN_COLUMNS.items()
        }

    def of(self, what: str, entity: Any) -> dict[str, str]:
        """What they say of a task or resource, by our column."""
        values = {c: text(entity.get(field)) for c, field in self._known[what].items()}
        return {column: value for column, value in values.items() if value}

    def id_of(self, what: str, entity: Any) -> str:
        """Our id of a task or resource; "" for none."""
        if entity is None:
            return ""
        return self.of(what, entity).get("id") or text(entity.getUniqueID())

    def put(self, what: str, entity: Any, row: dict[str, Any], usual: dict[str, str]) -> None:
        """Keep what a reader would not find out: all but empty and usual values."""
        import jpype

        types = jpype.JClass(f"org.mpxj.{what}Field")
        for number, column in enumerate(OWN_COLUMNS[what]):
            if row[column] and row[column] != usual.get(column, ""):
                field = getattr(types, f"TEXT{30 - number}")
                self._fields.getOrCreate(field).setAlias(_FIELD.format(column))
                entity.set(field, row[column])


def whole_numbers(ids: Iterable[str]) -> dict[str, int]:
    """Each id as the number it is; new numbers for ids that are none."""
    numbers = {i: int(i) if re.fullmatch("[1-9][0-9]{0,8}", i) else 0 for i in ids}
    taken = set(numbers.values())
    free = (number for number in itertools.count(1) if number not in taken)
    return {i: number or next(free) for i, number in numbers.items()}
