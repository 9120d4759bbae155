"""Scenario files: YAML that people read and write; here it is plain data, `decide` gives it sense.

A file holds one scenario or a list of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from pmtools.errors import Problem, SourceError
from pmtools.files import publish

MOST_BYTES = 1_000_000


def read_scenario_file(path: str | Path) -> list[Any]:
    """The scenarios of a file as plain data.

    Raises
    ------
    SourceError
        For a file that cannot be read or is no YAML.
    """
    file = Path(path)
    try:
        if file.stat().st_size > MOST_BYTES:
            raise _wrong(file, f"it is larger than {MOST_BYTES:,} bytes", "Split it.")
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise _wrong(file, f"it cannot be read: {error.strerror}", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise _wrong(file, "it is not UTF-8 text", "Save it as UTF-8.") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        said = " ".join(str(error).split())
        raise _wrong(file, f"it is no YAML: {said}", "Correct it.") from error
    return found if isinstance(found, list) else [found]


def write_scenario_file(path: str | Path, scenarios: Sequence[dict[str, Any]]) -> None:
    """Write scenarios, one alone or a list of them; a reader sees the old file or the new one."""
    content = scenarios[0] if len(scenarios) == 1 else list(scenarios)
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    publish(Path(path), text.encode())


def _wrong(file: Path, found: str, remedy: str) -> SourceError:
    return SourceError([Problem(file.name, found, "", remedy, "scenario-file")])
