"""The design structure matrix of hand-offs, and that of shared resources."""

import numpy as np
import pandas as pd
import pytest
from handoff_plan import handoff_plan

from pmtools.measure.dependencies import (
    communication_channels,
    dependency_matrix,
    handoff_parties,
    resource_sharing,
)
from pmtools.metrics import CannotSay


def square(rows, count="n"):
    """The matrix itself."""
    return rows.pivot(index="sender", columns="receiver", values=count).fillna(0)


@pytest.mark.parametrize(
    ("uses", "shared"),
    [
        ([[1, 0, 1], [0, 1, 1]], [[1, 0, 1], [0, 1, 1], [1, 1, 2]]),
        (np.transpose([(1, 2, 3), (4, 5, 6), (7, 8, 9)]),
         [[14, 32, 50], [32, 77, 122], [50, 122, 194]]),
    ],
)  # fmt: skip
def test_the_vectors_of_the_standard_hold(uses, shared):
    """S^T S: resources in rows, tasks in columns."""
    assert resource_sharing(np.array(uses)).tolist() == shared


def test_a_frame_keeps_the_names_of_the_tasks():
    """Ann works on both tasks, Bob on one."""
    rows = pd.DataFrame({"resource_id": ["ann", "ann", "bob"], "task_id": ["1", "2", "2"]})
    found = resource_sharing(pd.crosstab(rows["resource_id"], rows["task_id"]))
    assert found.loc["1", "2"] == 1 and found.loc["2", "2"] == 2


def test_ten_people_have_45_channels():
    """Each of n people talks with n - 1 others, and every channel has two ends."""
    assert [communication_channels(n) for n in (0, 1, 2, 10)] == [0, 0, 1, 45]


def test_a_cell_counts_the_handoffs_from_row_to_column():
    """Purchasing gives to Site once, Networks once; Site to People and to Networks."""
    found = square(dependency_matrix(handoff_plan()))
    assert found.loc["Purchasing", "Site"] == found.loc["Networks", "Site"] == 1
    assert found.loc["Site", "Networks"] == found.loc["Site", "People"] == 1
    assert found.to_numpy().sum() == 4


def test_what_is_open_and_late_is_counted_apart():
    """The order is handed over, but not begun: open, not late. The rest is three days late."""
    rows = dependency_matrix(handoff_plan()).set_index("sender")
    assert rows.loc["Purchasing", ["n_open", "n_late"]].tolist() == [1, 0]
    assert rows.loc["Networks", ["n_open", "n_late"]].tolist() == [1, 1]


def test_who_gives_comes_before_who_takes():
    """Most of the matrix lies above the diagonal, so that what comes back is seen."""
    rows = dependency_matrix(handoff_plan())
    assert rows["sender"].iloc[0] == "Purchasing"


def test_people_and_tasks_have_a_matrix_too():
    """Of tasks, every link counts."""
    assert square(dependency_matrix(handoff_plan(), by="person")).loc["Eve", "Fred"] == 1
    tasks = dependency_matrix(handoff_plan(), by="task")
    assert tasks["n"].sum() == 5
    assert tasks.set_index("sender").loc["Lines", "receiver"].tolist() == ["Install", "Test"]


def test_namesakes_are_not_one():
    """Two departments of one name are told apart by their ids."""
    names = [{"id": each, "name": "Team"} for each in ("pur", "net", "fac", "hr")]
    assert len(dependency_matrix(handoff_plan(departments=names))) == 4


def test_parties_are_ranked_by_what_they_give_and_take():
    """Site gives two and takes two."""
    rows = handoff_parties(handoff_plan()).set_index("party")
    assert rows.index[0] == "Site"
    assert rows.loc["Site", ["n_out", "n_in", "n_partners", "rank"]].tolist() == [2, 2, 3, 1]
    assert rows.loc["Networks", ["n_out", "n_in", "n_late_out", "n_late_in"]].tolist() == [
        1, 1, 1, 1
    ]  # fmt: skip
    reason = CannotSay("nobody is named")
    assert handoff_parties(reason) is reason and dependency_matrix(reason, by="task") is reason
