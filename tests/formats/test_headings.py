"""People's own headings: proposed, shown, confirmed, kept beside the file."""

import openpyxl
import pytest
import yaml

from pmtools.errors import SourceError
from pmtools.formats import propose_headings, read_project, save_headings

MS_PROJECT = (
    "ID,Task Name,Duration,Start,Finish,Predecessors,Resource Names,% Complete,Outline Level\n"
    "1,Ground,10 days,13/02/2026,20/02/2026,,,10,1\n"
    '2,Dig,5 days,13/02/2026,19/02/2026,,"Ann[50%],Bob",100,2\n'
    "3,Fill,5d,20/02/2026,26/02/2026,2FS+2d,Bob,0,2\n"
)
GERMAN = (
    "Nr.;Vorgangsname;Dauer;Anfang;Ende;Vorgänger;Ressourcennamen;% Abgeschlossen\n"
    "1;Aushub;5 Tage;05.01.2026;09.01.2026;;Anna[50%];0\n"
    "2;Füllen;1,5 Tage;12.01.2026;13.01.2026;1EA+0,5d;Anna;0\n"
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "Our plan.csv"
    path.write_text(MS_PROJECT)
    return path


def test_foreign_headings_are_refused_with_the_proposal_and_how_to_accept_it(file):
    """Nothing is taken for something without a person's word."""
    with pytest.raises(SourceError) as caught:
        read_project(file)
    message = str(caught.value)
    assert '"Task Name" -> name' in message
    assert "`pmtools check Our plan.csv --accept-headings`" in message
    assert "date_format: DD/MM/YYYY" in message


def test_a_confirmed_proposal_is_kept_beside_the_file_and_used(file):
    """It is plain text that can be corrected; the file itself stays as it is."""
    kept = save_headings(propose_headings(file))
    assert kept.name == "Our plan.csv.headings.yml"
    assert file.read_text() == MS_PROJECT
    project = read_project(file, "2026-02-20")
    assert project.tasks["name"].tolist() == ["Ground", "Dig", "Fill"]
    assert (project.header.id, project.header.name) == ("Our plan", "Our plan")


def test_german_headings_days_numbers_and_links_are_proposed_too(tmp_path):
    """The formats are proposed where the cells can be read in one way only."""
    (tmp_path / "Plan.csv").write_text(GERMAN, encoding="cp1252")
    proposal = propose_headings(tmp_path / "Plan.csv")
    assert proposal.header == {"date_format": "DD.MM.YYYY", "number_format": "1.234,5"}
    save_headings(proposal)
    project = read_project(tmp_path / "Plan.csv")
    assert project.tasks["duration_hours"].tolist() == [40, 12]
    assert project.links[["kind", "lag_hours"]].to_numpy().tolist() == [["FS", 4.0]]


def test_days_that_can_be_read_in_two_ways_are_a_question_not_a_proposal(tmp_path):
    """The first of February or the second of January: only a person knows."""
    (tmp_path / "p.csv").write_text("Task Name,Duration,Start\nDig,5d,01/02/2026\n")
    proposal = propose_headings(tmp_path / "p.csv")
    assert "date_format: declare DD/MM/YYYY or MM/DD/YYYY; both fit" in str(proposal)
    kept = save_headings(proposal)
    with pytest.raises(SourceError, match="declare the project's date_format"):
        read_project(tmp_path / "p.csv")
    content = yaml.safe_load(kept.read_text())
    kept.write_text(yaml.safe_dump(content | {"project": {"date_format": "MM/DD/YYYY"}}))
    assert f"{read_project(tmp_path / 'p.csv').header.start:%Y-%m-%d}" == "2026-01-02"


def test_a_heading_that_means_nothing_here_is_left_out(tmp_path):
    """It is shown as such; no column is used twice."""
    (tmp_path / "p.csv").write_text("Task,Activity,Duration,Colour\nDig,B,5d,red\n")
    columns = propose_headings(tmp_path / "p.csv").sheets["p"][1]
    assert columns == {"Task": "name", "Activity": "", "Duration": "duration", "Colour": ""}
    assert '"Colour" -> left out' in str(propose_headings(tmp_path / "p.csv"))


def test_headings_of_a_workbook_are_proposed_for_the_sheet_of_tasks(tmp_path):
    """A sheet that is named as the table may have people's own headings."""
    book = openpyxl.Workbook()
    book.active.title = "Tasks"
    for row in (["The plan"], ["Task Name", "Duration", "Start"], ["Dig", 5, "2026-01-05"]):
        book.active.append(row)
    book.save(tmp_path / "plan.xlsx")
    proposal = propose_headings(tmp_path / "plan.xlsx")
    assert proposal.sheets["Tasks"][0] == "task list"
    save_headings(proposal)
    assert read_project(tmp_path / "plan.xlsx").tasks["duration_hours"].tolist() == [40]


def test_costs_from_finance_in_a_project_folder_are_proposed(tmp_path):
    """The table is known by the name of the file, its columns by their headings."""
    (tmp_path / "project.csv").write_text("field,value\nid,P\nname,N\nstart,2026-01-05\n")
    (tmp_path / "tasks.csv").write_text("id,code,name,duration_hours\n1,W-1,Dig,8\n")
    (tmp_path / "costs.csv").write_text("Posting date;WBS element;Betrag\n2026-01-06;W-1;100\n")
    with pytest.raises(SourceError, match='"Betrag" -> amount') as refused:
        read_project(tmp_path)
    # One table of a folder is no project by itself: what is checked is the folder.
    assert f"`pmtools check {tmp_path.name} --accept-headings`" in str(refused.value)
    save_headings(propose_headings(tmp_path))
    costs = read_project(tmp_path).costs
    assert costs[["task_id", "amount"]].to_numpy().tolist() == [["1", 100.0]]
    with pytest.raises(SourceError, match="nothing to accept"):
        propose_headings(tmp_path)


def test_what_the_refusal_of_one_heading_offers_is_possible(tmp_path):
    """It says that a mapping may be saved, also where all other headings are ours."""
    (tmp_path / "p.csv").write_text("name,duration,start,Colour\nDig,5d,2026-01-05,red\n")
    with pytest.raises(SourceError, match=r'"Colour" is no column .* --accept-headings'):
        read_project(tmp_path / "p.csv")
    save_headings(propose_headings(tmp_path / "p.csv"))
    assert 'p.csv: column "Colour" is left out' in read_project(tmp_path / "p.csv").notes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sheets: {p: {table: tusks, headings: {}}}", 'nearest: "tasks"'),
        ("sheets: {p: {table: tasks, headings: {Name: nmae}}}", 'nearest: "name"'),
        ("project: {bugdet: 1}", 'nearest: "budget"'),
        ("sheets: [1, 2]", "not understood"),
        ("!!python/object/apply:os.system [echo]", "not understood"),
    ],
)
def test_a_mapping_that_cannot_be_right_is_refused(tmp_path, text, words):
    """It is read as data, never as code."""
    (tmp_path / "p.csv").write_text("Name,Duration\nDig,5d\n")
    (tmp_path / "p.csv.headings.yml").write_text(text)
    with pytest.raises(SourceError) as caught:
        read_project(tmp_path / "p.csv")
    assert words in str(caught.value)
