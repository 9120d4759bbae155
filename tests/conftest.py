"""What every test can ask for."""

import pytest
from hypothesis import settings
from tools import CHROMIUM

# Machines that run tests are shared: how long an example takes says nothing.
settings.register_profile("pmtools", deadline=None)
settings.load_profile("pmtools")


@pytest.fixture
def missing_in_ci():
    """In CI nothing may be missing: a test that cannot run has failed."""
    pytest.fail("this test lacks a Debian package or ../shared/data; see .ci/run and README.md")


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, one a worker: its driver cannot be started twice in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()
