"""What every test can ask for."""

import pytest


@pytest.fixture
def missing_in_ci():
    """In CI nothing may be missing: a test that cannot run has failed."""
    pytest.fail("this test lacks a Debian package or ../shared/data; see .ci/run and README.md")
