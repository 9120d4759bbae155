"""A chart whose rows change while it stands: the newest rows win, and nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from pmtools.charts import theme
from pmtools.charts.theme import alt
from pmtools.report.document import VEGA_LITE

Rows = list[dict[str, Any]]


def named(name: str, dates: Iterable[str] = ()) -> Any:
    """A chart of the rows of that name; dates are told as text, and drawn as `date_<field>`."""
    chart = alt.Chart(alt.NamedData(name))
    return chart.transform_calculate(**{f"date_{each}": f"toDate(datum.{each})" for each in dates})


def looking_like_ours(chart: Any, rows: Mapping[str, Rows], words: str) -> Any:
    """With the look of all charts, words for screen readers and its first rows."""
    return chart.properties(
        datasets=dict(rows), description=words, config=alt.Config(**theme._CONFIG)
    )


def rows_of(frame: pd.DataFrame) -> Rows:
    """Plain rows for the browser: dates as local text."""
    dates = frame.select_dtypes("datetime").columns
    told = {name: frame[name].dt.strftime("%Y-%m-%dT%H:%M:%S") for name in dates}
    return frame.assign(**told).to_dict("records")


def live_chart(chart: Any, rows: Mapping[str, Rows], said: str) -> Any:
    """The widget of a chart with named rows; see `show`."""
    return _kind()(chart, rows, said)


@cache
def _kind() -> Any:
    import traitlets
    import vl_convert

    source = Path(__file__).with_name("live_chart.js").read_text("utf-8")

    class LiveChart(alt.JupyterChart):
        """JupyterChart with rows by name: only those that change are sent, in one message."""

        _esm = vl_convert.javascript_bundle(source, vl_version=VEGA_LITE)
        names: Any = traitlets.List().tag(sync=True)
        step = traitlets.Int(0).tag(sync=True)
        said = traitlets.Unicode().tag(sync=True)

        def __init__(self, chart: Any, rows: Mapping[str, Rows], said: str) -> None:
            super().__init__(chart)
            self.add_traits(**{name: traitlets.List().tag(sync=True) for name in rows})
            self.names = [*rows]
            self.show(rows, said)

        def show(self, rows: Mapping[str, Rows], said: str) -> None:
            """Draw these rows; `said` is read aloud."""
            with self.hold_sync():
                for name, each in rows.items():
                    setattr(self, name, each)
                self.said, self.step = said, self.step + 1

    return LiveChart
