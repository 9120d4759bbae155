"""What a check found is told to people, tables and scripts alike."""

import pytest
from data_faults.clean_project import clean_project, clean_rows

from pmtools.check import RULES, Finding, Findings, check
from pmtools.errors import ProjectError

HOSTILE = "<img src=x onerror=alert(1)>"


def finding(severity="warning", n=1, **changes):
    facts = {"place": 'table "tasks", row 1', "message": f"thing {n} is odd", "remedy": "Mend it."}
    return Finding(code="PM999", severity=severity, **facts | changes)


def test_a_clean_project_has_no_finding_at_all():
    """No noise: a project without faults gives an empty list."""
    found = check(clean_project(), today=clean_project().header.status_date)
    assert len(found) == 0, str(found)
    assert str(found) == "nothing found"


def test_a_finding_reads_as_place_fault_and_remedy():
    """One line holds severity, code, place, what is wrong and what to do."""
    assert str(finding()) == 'warning PM999 table "tasks", row 1: thing 1 is odd. Mend it.'


def test_errors_stop_and_warnings_do_not():
    """Only errors are raised, and all of them together."""
    warned = Findings((finding(),))
    assert warned.raise_if_errors() is warned
    with pytest.raises(ProjectError) as caught:
        Findings((finding("error", 1), finding("error", 2), finding())).raise_if_errors()
    assert [p.code for p in caught.value.problems] == ["PM999", "PM999"]


def test_the_frame_has_one_row_a_finding():
    """A table of findings has stable columns, also where nothing was found."""
    columns = ["code", "severity", "place", "message", "remedy", "task_ids"]
    assert [*Findings().frame] == columns
    frame = Findings((finding(task_ids=("1", "2")), finding(n=2))).frame
    assert [*frame] == columns
    assert frame["task_ids"].to_list() == ["1;2", ""]


def test_the_summary_counts_by_severity():
    """The first line says how many of each severity there are."""
    found = Findings((finding("error"), finding(), finding(), finding("info")))
    assert found.summary == "1 error, 2 warnings, 1 info"
    assert len(found.errors) == 1
    assert len(found.warnings) == 2


def test_a_long_list_is_cut_and_the_rest_counted():
    """At most a hundred findings are shown; nothing is dropped silently."""
    found = Findings(tuple(finding(n=n) for n in range(130)))
    assert "... and 30 more" in str(found)
    assert "... and 30 more" in found._repr_html_()
    assert len(found.frame) == 130


def test_project_text_cannot_run_in_a_notebook():
    """Names are hostile until escaped."""
    html = Findings((finding(message=HOSTILE, remedy=HOSTILE),))._repr_html_()
    assert "<img" not in html
    assert "&lt;img" in html


def test_project_text_cannot_move_the_cursor_of_a_terminal():
    """Control characters in a name are shown by their codes."""
    rows = clean_rows()
    rows["tasks"][5] |= {"name": "Red\x1b[31m alert", "owner_id": ""}
    rows["assignments"] = []
    said = str(check(clean_project(**rows)))
    assert "\x1b" not in said
    assert "Red<U+001B>[31m alert" in said


def test_every_rule_has_a_code_a_sentence_and_a_remedy():
    """A rule says in one sentence what must hold, and its remedy is an instruction."""
    for code, rule in RULES.items():
        assert code == rule.code
        assert rule.holds.endswith("."), code
        assert rule.remedy.endswith("."), code
        assert rule.severity in ("error", "warning", "info")


def test_the_gravest_findings_come_first():
    """Errors before warnings before infos."""
    rows = clean_rows() | {"baseline": []}
    rows["estimates"][0]["optimistic_hours"] = 99.0
    rows["tasks"][-1]["duration_hours"] = 5.0
    found = [f.severity for f in check(clean_project(**rows))]
    assert found == ["error", "warning", "info"]
