"""The RACI heat map and the record of promises: what is drawn of which row."""

import coordination_frames
import pandas as pd
from pictures import static_svg

from pmtools.charts import chart_promises, chart_raci

BROWN, WHITE = "#7a3500", "#ffffff"


def data_of(chart, column):
    """The rows of the first layer's data that have the column."""
    sets = chart.to_dict()["datasets"].values()
    return next(pd.DataFrame(rows) for rows in sets if rows and column in rows[0])


def raci(cells=None, rows=None):
    cells = coordination_frames.cells() if cells is None else cells
    return chart_raci(cells, coordination_frames.rows() if rows is None else rows)


def test_what_breaks_a_rule_is_framed_and_what_is_taken_over_is_white():
    """Neither is told by colour alone: the frame is thick, and the letter is there."""
    grid = data_of(raci(), "fill")
    wrong = grid[grid["wrong"] != "–"]
    assert wrong["edge"].tolist() == [BROWN] and wrong["width"].iloc[0] > 2
    assert grid.loc[grid["from"] == "at its tasks", "fill"].tolist() == [WHITE]
    assert set(grid["text"]) == {"A", "R", "C", "I", "A/R"}


def test_a_row_says_what_is_wrong_and_how_late_it_is():
    """Done, late, early (nothing to say), without A, half a day more, on the day."""
    notes = data_of(raci(), "note")["note"].tolist()
    assert notes == ["done", "4.0 d late", "", "no A", "12.5 d late", ""]


def test_rows_without_any_role_are_drawn_and_long_matrices_say_what_is_left_out():
    """40 deliverables: the first 30 are drawn, also where nobody has a role there."""
    rows = pd.concat([coordination_frames.rows()] * 7, ignore_index=True)
    rows["id"] = [f"E{n}" for n in range(len(rows))]
    drawn = raci(rows=rows)
    assert "Shown: 30 of 42 rows." in " ".join(drawn.to_dict()["title"]["subtitle"])
    assert "<svg" in static_svg(drawn.to_dict())


def test_parties_stand_in_their_order_and_twenty_are_cut_to_eighteen():
    """A heading a column."""
    row = {"kind": "deliverable", "id": "D0", "name": "Brief", "due": pd.NaT, "code": "C",
           "department": "", "is_inherited": False, "problem": ""}  # fmt: skip
    parties = [row | {"party_id": str(n), "party": f"Person {n}"} for n in range(20)]
    drawn = raci(pd.DataFrame(parties))
    assert "18 of 20 parties" in " ".join(drawn.to_dict()["title"]["subtitle"])
    assert data_of(drawn, "fill")["name"].tolist() == [f"Person {n}" for n in range(18)]


def test_the_whole_project_stands_above_those_who_promised_most():
    """Lanes in order; each with a line against the forecast and one against the baseline."""
    lines = data_of(chart_promises(coordination_frames.record()), "against")
    assert lines["name"].drop_duplicates().tolist()[:3] == ["Whole project", "IT", "Networks"]
    assert lines["against"].tolist()[:2] == ["last forecast", "baseline"]
    assert lines["note"].iloc[1] == "Baseline: 18 of 40 kept, median 2 d late, 4 open and late"
    assert lines["few"].iloc[-1] == "too few to say"
    assert lines["note"].iloc[-1] == "Baseline: none is finished, 1 open and late"
