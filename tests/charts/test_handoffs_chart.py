"""The hand-off map and the matrix of hand-offs."""

import frames
import handoff_frames
import pandas as pd
import pytest

from pmtools.charts import chart_dependency_matrix, chart_handoffs


def data_of(chart, column):
    """The rows of the layer that has this column."""
    sets = chart.to_dict()["datasets"].values()
    return pd.DataFrame(next(rows for rows in sets if rows and column in rows[0]))


def test_a_late_handoff_says_so_in_words():
    """Orange alone would be lost in print; what waits is said with its days."""
    arrows = data_of(chart_handoffs(handoff_frames.handoffs(), frames.STATUS), "begin")
    late = arrows[arrows["is_late"]]
    assert len(late) >= 4 and late["text"].str.contains(r" · \d d late$").all()
    assert arrows.loc[arrows["is_waiting"], "text"].str.contains(r" · waits \d d$").all()


def test_the_map_says_where_the_delay_begins():
    """Within twenty seconds: who must act."""
    said = chart_handoffs(handoff_frames.handoffs(), frames.STATUS).to_dict()
    assert "late ones begin with Order switches and access points" in said["description"]
    assert "(Purchasing)" in " ".join(said["title"]["subtitle"])


def test_words_in_a_lane_do_not_cover_each_other():
    """Thirty hand-offs of one day are thirty lines."""
    rows = handoff_frames.handoffs(24)
    rows["due"] = rows["due"].iloc[5]
    rows["receiver"], rows["sender"] = "Networks", "Purchasing"
    rows["from_task"] = [f"Task {n}" for n in range(24)]
    arrows = data_of(chart_handoffs(rows, frames.STATUS), "begin")
    assert arrows["y"].is_unique


def test_what_is_done_or_the_same_is_drawn_once_or_not():
    """One delivery to two tasks of a department is one hand-off for the eye."""
    rows = handoff_frames.handoffs(6)
    twice = pd.concat([rows, rows.assign(to_task="Another")])
    done = rows.assign(state="done", sender="Nobody else")
    arrows = data_of(chart_handoffs(pd.concat([twice, done]), frames.STATUS), "begin")
    assert len(arrows) == 6


@pytest.mark.parametrize("status", [None, pd.NaT, frames.STATUS])
def test_the_map_does_without_a_status_date(status):
    """A plan that has not begun has none."""
    assert chart_handoffs(handoff_frames.handoffs(), status).to_dict()["height"] > 100


def test_the_matrix_counts_what_is_open_and_late():
    """The diagonal is nobody's; a frame and words tell what is late."""
    pairs = handoff_frames.pairs()
    cells = data_of(chart_dependency_matrix(pairs), "n_late")
    assert cells["text"].tolist() == [f"{n} open" if n else "" for n in pairs["n_open"]]
    assert (cells["late"] == "").equals(pairs["n_late"] == 0)
    assert (cells["row"] != cells["column"]).all()
