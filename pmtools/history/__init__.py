"""What was reported, week by week: an append-only database of figures, forecasts and plans.

A week of a project is recorded in one transaction: its figures, and the whole plan as it was known.
Recording the same facts again changes nothing; other facts for the same week are a new revision,
and the earlier one is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from pmtools.errors import nearest
from pmtools.history.database import Conflict, Database, refusal
from pmtools.history.facts import Recorded, WeekFacts
from pmtools.history.pieces import Damaged, Piece, keep, values
from pmtools.history.schema import FORECAST, METRIC, MILESTONE, OUTCOME, QUANTILE, SNAPSHOT, WEEK
from pmtools.history.snapshots import put_together, taken_apart
from pmtools.project import Project
from pmtools.project.frames import instant_of

__all__ = ["History", "Recorded", "WeekFacts"]

_QUANTITY = ["project_id", "quantity"]
_ATTEMPTS = 20
_SAME_PROJECT = 0.1
"""Share of tasks with the same name, below which a project of another name and start is another."""


class History:
    """The history database.

    Parameters
    ----------
    url
        `postgresql://user@host/name` (a password comes from PGPASSWORD or ~/.pgpass),
        `sqlite:///out/history.sqlite`, or the path of a SQLite file.

    Raises
    ------
    HistoryError
        Where the database cannot be opened, is none of ours, was made by a newer pmtools, or
        would lose acknowledged weeks in a crash.
    MissingExtra
        Where the driver of that kind of database is not installed.
    """

    def __init__(self, url: str | Path) -> None:
        self._database = Database(str(url))

    def record(self, facts: WeekFacts, project: Project | None = None) -> Recorded:
        """Remember a week, once, and the plan as it was known.

        Equal facts are not recorded again; other facts for the same project and status date
        become the next revision. Tables that are the same as in another week are stored once.

        Raises
        ------
        HistoryError
            Where the database cannot be written, or the id belongs to another project: one of
            another name and start, with hardly any task of the same name.
        """
        if project is not None and project.header.id != facts.project_id:
            raise ValueError("the facts and the project have different ids")
        apart = None if project is None else taken_apart(project)
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._record(facts, project, apart)
            except Conflict:
                continue  # now the other program's week can be seen
        return self._record(facts, project, apart)

    def _record(
        self, facts: WeekFacts, project: Project | None, apart: tuple[str, dict[str, Piece]] | None
    ) -> Recorded:
        facts_hash, status_date = facts.hash(), facts.status_date.to_pydatetime()
        same_week = (WEEK.c.project_id == facts.project_id) & (WEEK.c.status_date == status_date)
        with self._database.transaction(lock=facts.project_id or "-") as connection:
            query = sa.select(WEEK.c.facts_hash, WEEK.c.revision, WEEK.c.id).where(same_week)
            known = {row.facts_hash: row for row in connection.execute(query)}
            if project is not None:
                self._refuse_another(connection, project)
            if is_new := facts_hash not in known:
                revision = 1 + max((row.revision for row in known.values()), default=0)
                new = WEEK.insert().values(
                    project_id=facts.project_id, project_name=facts.project_name,
                    status_date=status_date, revision=revision, input_hash=facts.input_hash,
                    facts_hash=facts_hash,
                )  # fmt: skip
                (week,) = connection.execute(new).inserted_primary_key or (0,)
                for table, rows in facts.rows():
                    if rows:
                        connection.execute(table.insert(), [{"week_id": week, **r} for r in rows])
            else:
                revision, week = known[facts_hash].revision, known[facts_hash].id
            keeps = apart is not None and keep(connection, week, *apart)
        return Recorded(facts.project_id, facts.status_date, revision, is_new, keeps)

    def _refuse_another(self, connection: sa.Connection, project: Project) -> None:
        header, last = project.header, self._snapshots(project.header.id).limit(1)
        row = connection.execute(last).first()
        if row is None or row.project_name == header.name:
            return
        before = self._read(row, connection)
        if before.header.start == header.start:
            return
        names = set(project.tasks["name"])
        known = names & set(before.tasks["name"])
        if len(known) < _SAME_PROJECT * min(len(names), before.tasks["name"].nunique()):
            raise refusal(
                f'{self._database.place}, project "{header.id}"',
                f'"{header.name}" is another project than "{row.project_name}", which has the id',
                "one id for each project", "Give it another id; nothing was recorded. If it is "
                "the same, record one week with its old name or start first.",
            )  # fmt: skip

    def project(
        self,
        project_id: str,
        status_date: pd.Timestamp | str | None = None,
        revision: int | None = None,
    ) -> Project:
        """The project as it was known: on the last status date, or the last up to a given day.

        Without a revision, the last one of that week.

        Raises
        ------
        HistoryError
            Where there is no such week, none with its plan, or what is stored is damaged or of a
            newer pmtools.
        """
        place = f'{self._database.place}, project "{project_id}"'
        query, asked = self._snapshots(project_id), "it"
        try:
            day = instant_of(status_date, "start")
        except ValueError as error:
            raise refusal(place, f'"{status_date}" is no day', "YYYY-MM-DD") from error
        if day is not None:
            end = day.normalize() + pd.Timedelta(days=1)
            query = query.where(WEEK.c.status_date < end.to_pydatetime())
            asked = f"{day:%Y-%m-%d} or before"
        if revision is not None:
            query = query.where(WEEK.c.revision == revision)
        with self._database.transaction() as connection:
            row = connection.execute(query.limit(1)).first()
            if row is not None:
                return self._read(row, connection)
        weeks = self.weeks()
        known, of_it = sorted(set(weeks["project_id"])), weeks[weeks["project_id"] == project_id]
        if of_it.empty:
            remedy = f"Correct the id{nearest(project_id, known)}."
            raise refusal(place, "no week of it is recorded", "a project it knows", remedy)
        days = of_it.loc[of_it["has_plan"], "status_date"].dt.strftime("%Y-%m-%d").unique()
        remedy = "Ask for another week, or record the week again with its plan."
        raise refusal(place, f"no plan is stored for {asked}", f"one of: {', '.join(days)}", remedy)

    def _snapshots(self, project_id: str) -> sa.Select[Any]:
        """The weeks of a project that have a plan, the last first."""
        query = sa.select(WEEK, SNAPSHOT.c.hash).join(SNAPSHOT, SNAPSHOT.c.week_id == WEEK.c.id)
        order = (WEEK.c.status_date.desc(), WEEK.c.revision.desc())
        return query.where(WEEK.c.project_id == project_id).order_by(*order)

    def _read(self, row: Any, connection: sa.Connection) -> Project:
        try:
            return put_together(row.hash, partial(values, connection))
        except Damaged as error:
            week = f"status of {row.status_date:%d %b %Y}, revision {row.revision}"
            place = f'{self._database.place}, project "{row.project_id}", {week}'
            remedy = "Update pmtools, or restore the database from a backup."
            raise refusal(place, str(error), "a snapshot as it was recorded", remedy) from error

    def weeks(self, project_id: str | None = None) -> pd.DataFrame:
        """Every recorded week and revision, oldest first: the columns of the table `week`.

        `is_late`: recorded after a later status date of that project; `has_plan`: the project as
        it was known then can be read.
        """
        query = sa.select(WEEK, (SNAPSHOT.c.hash.is_not(None)).label("has_plan"))
        query = query.outerjoin(SNAPSHOT, SNAPSHOT.c.week_id == WEEK.c.id).order_by(WEEK.c.id)
        if project_id is not None:
            query = query.where(WEEK.c.project_id == project_id)
        weeks = self._frame(query).astype({"has_plan": "bool"})
        latest = weeks.groupby("project_id")["status_date"].cummax()
        weeks["is_late"] = weeks["status_date"] < latest
        order = ["project_id", "status_date", "revision"]
        return weeks.sort_values(order, ignore_index=True)

    def metrics(self, project_id: str | None = None) -> pd.DataFrame:
        """Headline figures by week, last revision: status_date, metric, value, cannot_say."""
        return _last_revision(self._all(METRIC, project_id))

    def milestones(self, project_id: str | None = None) -> pd.DataFrame:
        """Milestones by week, last revision: status_date, task_id, name, baseline, forecast."""
        return _last_revision(self._all(MILESTONE, project_id))

    def outcomes(self, project_id: str | None = None) -> pd.DataFrame:
        """What each project came to, as last recorded: quantity, start, finish, amount."""
        known = _last_revision(self._all(OUTCOME, project_id))
        return known.drop_duplicates(_QUANTITY, keep="last", ignore_index=True)

    def forecasts(self, project_id: str | None = None) -> pd.DataFrame:
        """Forecasts by week, as they were said before the outcome was recorded.

        Returns
        -------
        DataFrame
            `project_id`, `status_date`, `quantity`, `method`, `probability` (NaN: one date or
            amount), `finish` or `amount`; `spent`, the cost on the status date; `is_before`,
            whether it was recorded before the outcome was: what is said in hindsight is none.
        """
        keys = ["project_id", "status_date"]
        points = self._all(FORECAST, project_id).assign(probability=float("nan"))
        said = pd.concat([points, self._all(QUANTILE, project_id)], ignore_index=True)
        outcomes = self._all(OUTCOME, project_id).groupby(_QUANTITY, as_index=False)
        first = outcomes["recorded_at"].min().rename(columns={"recorded_at": "known_at"})
        said = said.merge(first, on=_QUANTITY, how="left")
        said["is_before"] = ~(said["recorded_at"] >= said["known_at"])
        # What was said in hindsight stands for a week only where nothing was said before; and a
        # report without a simulation does not undo what another has said by one.
        said["revision"] = said["revision"].where(said["is_before"], -1 / said["revision"])
        said = _last_revision(said, [*keys, "quantity", "method"]).drop(columns="known_at")
        costs = self.metrics(project_id).query("metric == 'actual_cost'")
        spent = costs[[*keys, "value"]].rename(columns={"value": "spent"})
        order = [*keys, "quantity", "method", "probability"]
        said = said.merge(spent, on=keys, how="left")
        return said.sort_values(order, ignore_index=True, na_position="first")

    def _all(self, table: sa.Table, project_id: str | None) -> pd.DataFrame:
        """Rows of every week and revision, oldest first, each with its week."""
        columns = [column for column in table.c if column.name != "week_id"]
        week = (WEEK.c.project_id, WEEK.c.status_date, WEEK.c.revision, WEEK.c.recorded_at)
        query = sa.select(*week, *columns).join(table, table.c.week_id == WEEK.c.id)
        if project_id is not None:
            query = query.where(WEEK.c.project_id == project_id)
        return self._frame(query.order_by(*week, columns[0]))

    def _frame(self, query: sa.Select[Any]) -> pd.DataFrame:
        with self._database.transaction() as connection:
            result = connection.execute(query)
            frame = pd.DataFrame(result.all(), columns=list(result.keys()))
        kinds = {sa.DateTime: "datetime64[us]", sa.Float: "float64"}
        types = {c.name: kinds.get(type(c.type)) for c in query.selected_columns}
        return frame.astype({name: kind for name, kind in types.items() if kind})


def _last_revision(rows: pd.DataFrame, keys: Sequence[str] = ()) -> pd.DataFrame:
    """Of each project, status date (or other keys) the rows of the last revision."""
    keys = list(keys) or ["project_id", "status_date"]
    is_last = rows["revision"] == rows.groupby(keys)["revision"].transform("max")
    return rows[is_last].drop(columns=["revision", "recorded_at"]).reset_index(drop=True)
