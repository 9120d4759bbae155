"""Our columns that the formats of others lack, as custom text fields under names of ours.

A plan written by us carries them, and so does one in which somebody made such a field, e.g.
`pmtools control_account`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from pmtools.formats.schedule_file.java import java_class, java_enum, text

OWN_COLUMNS = {
    "Task": ("id", "code", "wbs", "kind", "control_account", "deliverable_id", "ev_method",
             "owner_id", "department_id", "is_start_milestone", "is_resource_dependent",
             "rag_status"),
    "Resource": ("id", "name", "kind", "role", "department_id"),
}  # fmt: skip
FLAGS = {"is_start_milestone": "START_MILESTONE", "is_resource_dependent": "RESOURCE_DEPENDENT"}
"""Those that are flags, as Primavera's type of an activity."""


class OwnColumns:
    """The custom fields of a plan that bear names of ours."""

    def __init__(self, plan: Any) -> None:
        self._fields = plan.getCustomFields()

    def of(self, what: str, entity: Any) -> dict[str, Any]:
        """What they say of a task or resource, by our column."""
        values = {c: text(entity.get(field)) for c, field in self._known[what].items()}
        return {
            c: value.lower() == "yes" if c in FLAGS else value
            for c, value in values.items()
            if value
        }

    @cached_property
    def _known(self) -> dict[str, dict[str, Any]]:
        find = self._fields.getFieldTypeByAlias
        return {
            what: {
                c: find(java_enum("FieldTypeClass", what.upper()), f"pmtools {c}") for c in names
            }
            for what, names in OWN_COLUMNS.items()
        }

    def id_of(self, what: str, entity: Any) -> str:
        """Our id of a task or resource; "" for none."""
        if entity is None:
            return ""
        return self.of(what, entity).get("id") or text(entity.getUniqueID())

    def put(self, what: str, entity: Any, row: dict[str, Any], usual: dict[str, Any]) -> None:
        """Keep what a reader would not find out: all but empty and usual values, flags as words."""
        types = java_class(f"org.mpxj.{what}Field")
        for number, column in enumerate(OWN_COLUMNS[what]):
            said, found = row[column], usual.get(column, "")
            if (said or column in FLAGS) and said != found:
                field = getattr(types, f"TEXT{30 - number}")
                self._fields.getOrCreate(field).setAlias(f"pmtools {column}")
                entity.set(field, ("no", "yes")[said] if column in FLAGS else said)


def whole_numbers(ids: Iterable[str]) -> dict[str, int]:
    """Each id as the number it is; new numbers for ids that are none."""
    numbers = {i: int(i) if re.fullmatch("[1-9][0-9]{0,8}", i) else 0 for i in ids}
    taken = set(numbers.values())
    free = (number for number in itertools.count(1) if number not in taken)
    return {i: number or next(free) for i, number in numbers.items()}
