"""The risk matrix: who stands where, who moved, and what is not drawn."""

import re

import pandas as pd
import risk_frames
from pictures import static_svg

from pmtools.charts import chart_risk_matrix

MATRIX = risk_frames.matrix()


def drawn(risks=MATRIX.risks, column="label"):
    """The rows of the last layer that has this column."""
    spec = chart_risk_matrix(risks, MATRIX.cells).to_dict()
    found = [rows for rows in spec["datasets"].values() if rows and column in rows[0]]
    return pd.DataFrame(found[-1])


def test_a_risk_stands_in_its_cell():
    """R1: half a chance is the third row, a third of the duration the fifth column."""
    row = drawn().set_index("id_").loc["R1"]
    assert 4 < row["x"] < 5 and 2 < row["y"] < 3


def test_threats_opportunities_and_what_is_closed_differ_by_shape_and_word():
    """Colour is never the only sign."""
    assert drawn().set_index("id_")["kind"].to_dict() == {
        "R1": "Threat", "R2": "Threat", "R3": "Opportunity", "R0": "No longer open",
    }  # fmt: skip


def test_a_line_leads_from_the_old_cell_to_the_new_one():
    """Only of those that changed their cell."""
    moved = drawn(column="middle_x")
    assert moved["id_"].tolist() == ["R1"]
    assert 4 < moved["from_x"].iloc[0] < 5 and 1 < moved["from_y"].iloc[0] < 2


def test_what_cannot_be_rated_is_named():
    """R4 has no impact; it must not be lost."""
    spec = chart_risk_matrix(MATRIX.risks, MATRIX.cells).to_dict()
    assert "Not rated: R4." in " ".join(spec["title"]["subtitle"])


def test_labels_of_a_full_cell_do_not_cover_each_other():
    """At most five stand in a cell, at places of their own; of more the rest is counted."""
    rows = drawn(risk_frames.many(90))
    cells = rows.assign(column=rows["x"].astype(int), row=rows["y"].astype(int))
    assert cells.groupby(["column", "row"]).size().max() == 5
    assert not rows.duplicated(["x", "y"]).any()
    for _, cell in cells.groupby(["column", "x"]):
        assert cell["y"].sort_values().diff().dropna().min() > 0.2
    n_hidden = rows["label"].str.extract(r"and (\d+) more")[0].dropna().astype(int)
    assert len(rows) - len(n_hidden) + n_hidden.sum() == 90


def test_levels_and_bands_are_written_on_the_matrix():
    """Who reads it sees what high means: in words, percent of the budget and of the duration."""
    svg = static_svg(chart_risk_matrix(MATRIX.risks, MATRIX.cells).to_dict())
    texts = re.findall(r"<(?:text|tspan)[^>]*>([^<]+)", svg)
    expected = {"Very high", "90%", "cost 10–20%", "time 5–10%", "high 0.18", "moderate 0.14"}
    assert expected <= {*texts}


def test_who_cannot_see_it_hears_who_moved():
    """Counts by band, and the moves."""
    words = chart_risk_matrix(MATRIX.risks, MATRIX.cells).to_dict()["description"]
    assert "1 high" in words and "R1 Late routers (up)" in words and "R3 Rebate (new)" in words
