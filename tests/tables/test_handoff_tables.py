"""Tables of hand-offs."""

import handoff_frames

from pmtools.metrics import CannotSay
from pmtools.tables import table_handoff_parties, table_handoffs, table_readiness


def column(table, label):
    """The cells below a label."""
    return [row[[each for each, _ in table.columns.values()].index(label)] for row in table.rows()]


def test_the_state_is_said_with_a_sign():
    """Shape and word, not a colour alone."""
    states = column(table_handoffs(handoff_frames.handoffs()), "State")
    assert {"▲ Late", "■ Waits at the receiver", "Due", "Later"} == set(states)


def test_a_late_one_says_with_whom_the_delay_begins():
    """Who passes it on is in another column."""
    table = table_handoffs(handoff_frames.handoffs())
    begins = column(table, "Delay begins with")
    assert begins[1].startswith("Purchasing: Order switches")
    assert column(table, "Waits")[0] == "1 d, other inputs"


def test_a_merge_is_one_row_with_its_inputs_the_least_sure_first():
    """What is there already is not listed."""
    table = table_readiness(handoff_frames.readiness())
    assert len(table.rows()) == 3
    assert column(table, "All inputs there") == ["55%"] * 3
    inputs = column(table, "Single inputs")
    assert inputs[0].index("60%") < inputs[0].index("90%")
    assert inputs[2].count("%") == 1


def test_reasons_and_empty_frames_are_said():
    """A notebook has no `if`."""
    for table, frame in (
        (table_handoffs, handoff_frames.handoffs()),
        (table_readiness, handoff_frames.readiness()),
    ):
        assert "no tasks" in str(table(CannotSay("there are no tasks")))
        assert str(table(frame[:0])).splitlines()[-1].startswith("No ")
    assert "no tasks" in str(table_handoff_parties(CannotSay("there are no tasks")))
