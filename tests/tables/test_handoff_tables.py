"""Tables of hand-offs."""

import handoff_frames

from pmtools.charts import chart_handoffs
from pmtools.metrics import CannotSay
from pmtools.tables import table_handoff_parties, table_handoffs, table_readiness


def column(table, label):
    """The cells below a label."""
    return [row[[each for each, _ in table.columns.values()].index(label)] for row in table.rows()]


def test_the_state_is_said_with_a_sign():
    """Shape and word, not a colour alone."""
    states = column(table_handoffs(handoff_frames.handoffs()), "State")
    assert {"▲ Late", "■ Waiting", "Due", "Later"} == set(states)


def test_handoffs_between_people_are_called_so():
    """Where a plan knows no departments, nobody shall think that it does."""
    rows = handoff_frames.handoffs()
    assert table_handoffs(rows).title == "Hand-offs"
    assert table_handoffs(rows.assign(by="person")).title == "Hand-offs between people"
    subtitle = chart_handoffs(rows.assign(by="person")).to_dict()["title"]["subtitle"]
    assert subtitle[0].startswith("Between people, not departments.")


def test_a_late_one_says_what_delays_it():
    """Who passes a delay on is not who made it; what waits says on whom, and how long."""
    table = table_handoffs(handoff_frames.handoffs())
    why = column(table, "Why")
    assert why[1].endswith("delayed by Order switches and access points for the Rotterdam site")
    assert why[0] == "waits 1 d for other inputs"
    assert column(table, "From › to")[0] == "Purchasing › Networks"
    assert len(table.columns) <= 7


def test_a_merge_is_one_row_with_its_inputs_the_least_sure_first():
    """What is there already is not listed."""
    table = table_readiness(handoff_frames.readiness())
    assert len(table.rows()) == 3
    assert column(table, "All inputs there") == ["55%"] * 3
    inputs = column(table, "Single inputs")
    assert inputs[0].index("60%") < inputs[0].index("90%")
    assert inputs[2].count("%") == 1
    assert "60%, most often last" in inputs[0] and "last" not in inputs[2]


def test_reasons_and_empty_frames_are_said():
    """A notebook has no `if`."""
    for table, frame in (
        (table_handoffs, handoff_frames.handoffs()),
        (table_readiness, handoff_frames.readiness()),
    ):
        assert "no tasks" in str(table(CannotSay("there are no tasks")))
        assert str(table(frame[:0])).splitlines()[-1].startswith("No ")
    assert "no tasks" in str(table_handoff_parties(CannotSay("there are no tasks")))
