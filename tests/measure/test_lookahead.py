"""Done, due, overdue."""

from small_plan import DESIGN_DONE, FRIDAYS, small_plan, two_weeks

from pmtools.measure.lookahead import done_since, due_within, overdue
from pmtools.schedule import schedule


def test_done_since_counts_the_last_seven_days():
    """Design was finished on 6 March: news on the 6th, no news on the 13th."""
    first, second = two_weeks()
    assert list(done_since(schedule(first))["name"]) == ["Design"]
    assert done_since(schedule(second)).empty


def test_due_within_names_what_starts_and_what_finishes():
    """On 13 March: build finishes on the 18th, test starts on the 19th and ends on the 25th."""
    found = due_within(schedule(two_weeks()[1]), days=14).set_index("name")["due"]
    assert found.to_dict() == {
        "Build": "finishes", "Test": "starts and finishes", "Go live": "starts and finishes",
    }  # fmt: skip
    short = due_within(schedule(two_weeks()[1]), days=6).set_index("name")["due"]
    assert short.to_dict() == {"Build": "finishes", "Test": "starts"}


def test_overdue_work_is_unfinished_after_its_baseline_finish():
    """Build should be done on 13 March; a week later it is five working days late."""
    plan = small_plan(FRIDAYS[2], [DESIGN_DONE])
    found = overdue(schedule(plan)).set_index("name")["days_late"]
    assert found["Build"] == 5.0
    assert "Design" not in found
    assert overdue(schedule(two_weeks()[0])).empty
