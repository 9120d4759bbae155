"""JupyterLab on a copy of the notebooks, for a real browser."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def lab(tmp_path):
    """JupyterLab on a copy of the notebooks and a starter project; the address to open."""
    work = tmp_path / "work"
    shutil.copytree(ROOT / "notebooks", work / "notebooks")
    shutil.copytree(ROOT / "templates" / "projects", work / "templates" / "projects")
    settings = tmp_path / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps({"fetchNews": "false"}))
    port, token = free_port(), secrets.token_hex(8)
    command = [
        sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root",
        f"--ServerApp.port={port}", f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={work}", f"--LabApp.user_settings_dir={tmp_path / 'settings'}",
        f"--LabApp.workspaces_dir={tmp_path / 'workspaces'}",
    ]  # fmt: skip
    folders = {
        f"JUPYTER_{kind}_DIR": str(tmp_path / kind.lower()) for kind in ("CONFIG", "RUNTIME")
    }
    log = (tmp_path / "lab.log").open("w")
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **folders}) as server:
        try:
            wait_for(f"{address}/api?token={token}", server)
            yield f"{address}/lab/tree/notebooks/{{}}.ipynb?token={token}"
        finally:
            server.terminate()
            log.close()


def wait_for(url, server):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, "JupyterLab did not start"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail("JupyterLab did not answer within a minute")
