"""Real projects to check against, beside the repository; never committed to it."""

import os
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "shared" / "data"


def needs(available: bool, remedy: str):
    """Skip with the remedy as the reason where something is missing; fail where CI=true."""

    def mark(test):
        if available:
            return test
        if os.environ.get("CI") == "true":
            return pytest.mark.usefixtures("missing_in_ci")(test)
        return pytest.mark.skipif(True, reason=remedy)(test)

    return mark


needs_data = needs(DATA.is_dir(), "put the real data at ../shared/data (see CONTRIBUTING.md)")
