"""What every test can ask for."""

import pytest
from hypothesis import settings

# Machines that run tests are shared: how long an example takes says nothing.
settings.register_profile("pmtools", deadline=None)
settings.load_profile("pmtools")


@pytest.fixture
def missing_in_ci():
    """In CI nothing may be missing: a test that cannot run has failed."""
    pytest.fail("this test lacks a Debian package or ../shared/data; see .ci/run and README.md")
