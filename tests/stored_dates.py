"""What the tools see in a written schedule file, by MPXJ alone; only run in a child process."""

from pmtools.formats.schedule_file.java import java_class, java_duration, start_java
from pmtools.formats.schedule_file.own_columns import OwnColumns

PLAN = "org.mpxj.reader.UniversalProjectReader"
SCHEDULER = "org.mpxj.cpm.PrimaveraScheduler"


def stored_dates(paths: list[str]) -> list[dict[str, list[tuple[str, str]]]]:
    """Start and finish of each task, then of its assignments, by our id."""
    start_java()
    return [
        {key: [_span(each) for each in (task, *task.getResourceAssignments())]
         for key, task in _tasks(java_class(PLAN)().read(path)).items()}
        for path in paths
    ]  # fmt: skip


def primavera_dates(paths: list[str]) -> list[dict[str, tuple[str, str]]]:
    """Early start and finish that MPXJ's scheduler computes from a file, by our id."""
    start_java()
    found = []
    for path in paths:
        plan = java_class(PLAN)().read(path)
        tasks = _tasks(plan)
        for task in tasks.values():
            for field in ("ActualDuration", "RemainingDuration"):
                if getattr(task, f"get{field}")() is None:
                    getattr(task, f"set{field}")(java_duration(0.0))
        java_class(SCHEDULER)().schedule(plan, plan.getProjectProperties().getPlannedStart())
        found.append({key: _span(task, "Early") for key, task in tasks.items()})
    return found


def _tasks(plan):
    own = OwnColumns(plan)
    rows = [task for task in plan.getTasks() if task.getUniqueID() and not task.getSummary()]
    return {own.id_of("Task", task): task for task in rows}


def _span(each, kind=""):
    return tuple(str(getattr(each, f"get{kind}{end}")())[:16] for end in ("Start", "Finish"))
