"""What date and budget we dare commit to."""

from pmtools.decide.commitment import commitment
from pmtools.metrics import CannotSay


def test_without_ranges_there_is_no_commitment():
    """A chance that was not simulated is not promised."""
    told = commitment(CannotSay("no task that remains has a range"))
    assert told.signal == "unknown"
    assert told.text == "Cannot say, because no task that remains has a range"
