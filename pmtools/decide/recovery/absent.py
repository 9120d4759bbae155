"""What stands in place of a way back that cannot be looked for."""

from __future__ import annotations

from collections.abc import Mapping

from pmtools.decide.scenario import Scenario
from pmtools.metrics import CannotSay
from pmtools.words import Statement


class NoRecovery(CannotSay):
    """Why no way back is looked for, in place of each part of a Recovery: charts and tables
    tell it.
    """

    best: None = None

    @property
    def statement(self) -> Statement:
        """The reason, as a sentence."""
        said = str(self)
        return Statement(f"{said[:1].upper()}{said[1:]}.", "unknown")

    @property
    def options(self) -> CannotSay:
        """The reason."""
        return self

    levers = moved = base_chance = target = options

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        """None."""
        return {}
