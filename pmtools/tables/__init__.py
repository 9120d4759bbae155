"""Tables as people read them: words for columns, dates, money with its currency, 20 rows at most.

They know frames and metrics, not the stages: no number is computed here.
"""

from pmtools.tables.table import Table, table
from pmtools.tables.weekly import (
    table_changes,
    table_control_accounts,
    table_decisions,
    table_earned_value,
    table_findings,
    table_milestones,
    table_overallocation,
    table_overdue,
    table_register,
    table_signals,
    table_tasks_done,
    table_tasks_due,
)
from pmtools.words import Statement

__all__ = [
    "Statement",
    "Table",
    "table",
    "table_changes",
    "table_control_accounts",
    "table_decisions",
    "table_earned_value",
    "table_findings",
    "table_milestones",
    "table_overallocation",
    "table_overdue",
    "table_register",
    "table_signals",
    "table_tasks_done",
    "table_tasks_due",
]
