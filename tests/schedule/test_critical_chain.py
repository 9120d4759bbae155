"""Critical chain: buffers by both methods, and how much of them is used."""

import pandas as pd
import pytest
from small_plan import BUILD_HALF, DESIGN_DONE, FRIDAYS, LINKS, TASKS, small_plan
from unit_plan import finish_to_start, unit_plan

from pmtools.metrics import CannotSay
from pmtools.schedule import schedule
from pmtools.schedule.critical_chain import buffer_use, critical_chain
from pmtools.schedule.levelling import level

SAFE, AGGRESSIVE = [2, 9, 5, 2, 3, 6, 2, 3], [1, 6, 3, 1, 2, 4, 1, 2]
CHAINS = [(2, 6), (6, 8), (1, 4), (4, 6), (3, 5), (5, 7), (7, 8)]
POINTS = [
    {"task_id": task, "most_likely_hours": 40, "pessimistic_hours": 60} for task in ("1", "2", "3")
]


def chain_of(aggressive, safe, pairs):
    """The critical chain of a published network in whole hours around the clock."""
    project = unit_plan(aggressive, finish_to_start(pairs))
    points = zip(aggressive, safe, strict=True)
    estimates = [
        {"task_id": str(n), "most_likely_hours": a, "pessimistic_hours": s}
        for n, (a, s) in enumerate(points, 1)
    ]
    return critical_chain(schedule(project.replace(estimates=pd.DataFrame(estimates))))


def names(chain, number):
    return chain.tasks.loc[chain.tasks["chain"] == number, "task_id"].tolist()


def test_the_published_chain_and_its_feeders_are_found():
    """PM Knowledge Center: chain 2-6-8, fed by 1-4 at 6 and by 3-5-7 at 8."""
    chain = chain_of(AGGRESSIVE, SAFE, CHAINS)
    assert names(chain, 0) == ["2", "6", "8"]
    assert sorted(map(tuple, (names(chain, 1), names(chain, 2)))) == [("1", "4"), ("3", "5", "7")]
    assert chain.buffers.set_index("last")["feeds"].to_dict() == {"T8": "", "T4": "T6", "T7": "T8"}


def test_both_buffer_methods_give_the_published_buffers():
    """Cut and paste 6, 1, 3; root of the sum of squares 3.7417, 1.4142, 2.4495 (PMKC)."""
    buffers = chain_of(AGGRESSIVE, SAFE, CHAINS).buffers.set_index("last").loc[["T8", "T4", "T7"]]
    assert list(buffers["cut_and_paste_hours"]) == [6, 1, 3]
    assert buffers["root_square_hours"].round(4).tolist() == [3.7417, 1.4142, 2.4495]


@pytest.mark.parametrize(("safety", "buffer"), [((3, 3, 2), 4.69), ((3, 2), 3.61), ((2, 2), 2.83)])
def test_a_second_published_example_of_the_root_of_squares(safety, buffer):
    """Contingencies 3, 3, 2 pool to a buffer of 4.69; feeders to 3.6 and 2.8 (PMKC)."""
    n = len(safety)
    pairs = [(task, task + 1) for task in range(1, n)]
    chain = chain_of([4] * n, [4 + extra for extra in safety], pairs)
    assert chain.buffers["root_square_hours"].iloc[0] == pytest.approx(buffer, abs=0.005)


def test_the_project_buffer_protects_a_later_date_in_working_time():
    """40, 40 and 40 hours with 20 hours of safety each: a buffer of 34.6 hours after the chain."""
    chain = critical_chain(schedule(small_plan(estimates=POINTS)))
    own = chain.buffers.iloc[0]
    assert own["finish"] == pd.Timestamp("2026-03-20 17:00")
    assert own["root_square_hours"] == pytest.approx(2 * (3 * 10**2) ** 0.5)
    assert own["root_square_finish"] == pd.Timestamp("2026-03-27 10:38")
    assert own["cut_and_paste_finish"] == pd.Timestamp("2026-04-01 12:00")
    assert "4 tasks ends on 20 Mar 2026" in chain.text
    assert "a buffer of 4.3 days (root of the squares) protects 27 Mar 2026" in chain.text


def test_people_who_are_handed_over_make_a_chain_where_links_do_not():
    """Two tasks of one person without a link are one after the other when levelled, and a chain."""
    assignments = [{"task_id": task, "resource_id": "ann"} for task in ("1", "2")]
    project = small_plan(links=[], tasks=TASKS[:2], baseline=[], assignments=assignments)
    levelled = level(project, time_limit=0)
    chain = critical_chain(levelled)
    assert sorted(names(chain, 0)) == ["1", "2"]
    assert chain.buffers["chain_hours"].tolist() == [80]
    assert len(critical_chain(schedule(project)).buffers) == 1
    assert len(names(critical_chain(schedule(project)), 0)) == 1


def test_who_is_away_before_a_levelled_task_still_hands_over():
    """Ann's second task waits for her first one and her leave: both are one chain."""
    assignments = [{"task_id": task, "resource_id": "ann"} for task in ("1", "2")]
    leave = [{"resource_id": "ann", "from": "2026-03-09", "to": "2026-03-13", "capacity": 0}]
    project = small_plan(
        links=[], tasks=TASKS[:2], baseline=[], assignments=assignments, availability=leave
    )
    chain = critical_chain(level(project, time_limit=0))
    assert len(names(chain, 0)) == 2
    assert chain.buffers["chain_hours"].tolist() == [80]


def test_a_link_from_a_summary_is_followed_to_its_last_task():
    """What waits for a phase waits for the task of the phase that ends last."""
    tasks = [
        {"id": "P", "name": "Phase", "kind": "summary"},
        {"id": "a", "name": "A", "duration_hours": 8, "parent_id": "P"},
        {"id": "b", "name": "B", "duration_hours": 24, "parent_id": "P"},
        {"id": "c", "name": "C", "duration_hours": 8},
    ]
    links = [{"predecessor_id": "P", "successor_id": "c"}]
    chain = critical_chain(schedule(small_plan(tasks=tasks, links=links, baseline=[])))
    assert names(chain, 0) == ["b", "c"]


def test_tasks_that_overlap_count_once_for_the_length_of_the_chain():
    """Build may begin when half of design is done: 60 hours, not 80, and half of that is cut."""
    links = [{"predecessor_id": "1", "successor_id": "2", "lag_hours": -20}]
    chain = critical_chain(schedule(small_plan(tasks=TASKS[:2], links=links, baseline=[])))
    assert chain.buffers["chain_hours"].iloc[0] == 60


def test_without_ranges_the_root_of_squares_cannot_be_said():
    """Nothing is known of the safety; three equal points are certainty, and need no buffer."""
    assert pd.isna(critical_chain(schedule(small_plan())).buffers["root_square_hours"].iloc[0])
    certain = [{**row, "pessimistic_hours": 40} for row in POINTS]
    chain = critical_chain(schedule(small_plan(estimates=certain)))
    assert chain.buffers["root_square_hours"].iloc[0] == 0
    assert isinstance(buffer_use([schedule(small_plan())]), CannotSay)


def test_a_finished_project_has_no_chain():
    """There is nothing left to protect."""
    done = [{**DESIGN_DONE, "task_id": task} for task in "1234"]
    chain = critical_chain(schedule(small_plan(FRIDAYS[0], done)))
    assert (chain.signal, chain.text) == ("unknown", "Cannot say, because no work is left")
    assert chain.tasks.empty and chain.buffers.empty
    assert isinstance(buffer_use([chain.plan]), CannotSay)


def test_level_of_effort_is_in_no_chain():
    """Support that goes along with the work does not set its end."""
    support = {"id": "5", "name": "Support", "kind": "level_of_effort", "duration_hours": 400}
    chain = critical_chain(schedule(small_plan(tasks=[*TASKS, support])))
    assert names(chain, 0) == ["1", "2", "3", "4"]


def test_a_week_lost_on_the_chain_is_taken_from_the_buffer():
    """Build needs 24 hours after its last day: 24 of 34.6 buffer hours at half of the chain."""
    weeks = [
        schedule(small_plan(None, estimates=POINTS)),
        schedule(small_plan(FRIDAYS[0], [DESIGN_DONE], estimates=POINTS)),
        schedule(small_plan(FRIDAYS[1], [DESIGN_DONE, BUILD_HALF], estimates=POINTS)),
    ]
    use = buffer_use(weeks)
    assert use["chain_percent"].round(2).tolist() == [0, 33.33, 46.67]
    assert use["buffer_percent"].round(1).tolist() == [0, 0, 69.3]
    assert use["signal"].tolist() == ["green", "green", "red"]


def test_zones_are_a_third_and_two_thirds_at_half_of_the_chain():
    """One plans from a third of the buffer on, acts from two thirds on; the lines rise."""
    weeks = [schedule(small_plan(FRIDAYS[0], [DESIGN_DONE], estimates=POINTS))] * 2
    use = buffer_use(weeks)
    assert use["plan_at_percent"].tolist() == pytest.approx([100 / 6] * 2)
    assert use["act_at_percent"].tolist() == pytest.approx([100 / 3] * 2)


def test_leads_that_run_backwards_in_time_still_give_a_chain():
    """A lead longer than its task may hand somebody back to the task before it."""
    links = [{**LINKS[0], "lag_hours": -80}, *LINKS[1:]]
    assignments = [{"task_id": task, "resource_id": "ann"} for task in ("1", "2", "3")]
    late = {**TASKS[0], "constraint": "SNET", "constraint_date": "2026-03-16 08:00"}
    project = small_plan(tasks=[late, *TASKS[1:]], links=links, assignments=assignments)
    assert "3" in names(critical_chain(schedule(project)), 0)
