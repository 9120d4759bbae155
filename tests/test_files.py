"""Files: whole or not at all, safely named, known by their hash."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmtools.files import hash_of, publish, shipped, slug

HOSTILE_IDS = [
    "../../x", "/etc/x", "C:x", "\\\\srv\\s", "CON", "con", "aux.html", "COM¹", "COM1", "a. ", "a.",
    ".", "..", "-rf", "x" * 300, "x" * 301, unicodedata.normalize("NFC", "é"),
    unicodedata.normalize("NFD", "é"), "A", "a", "{x}", "%s", "", " ", "\x00", "a\nb", "日本",
    "\ud800", "~root", "$HOME", "a/b", "a\\b", "nul",
]  # fmt: skip


def assert_is_safe(name):
    assert name == name.lower()
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not name.startswith("-")
    assert 0 < len(name) <= 80
    assert name.split(".")[0] not in {"con", "aux", "nul", "prn", "com1"}


def test_hostile_ids_give_distinct_files_inside_the_folder(tmp_path):
    """B3: whatever a project is called, its file is its own and lies where it should."""
    names = [slug(text) for text in HOSTILE_IDS]
    assert len(set(names)) == len(HOSTILE_IDS)
    for name in names:
        assert_is_safe(name)
        path = publish(tmp_path / f"{name}.html", name.encode())
        assert path.resolve().parent == tmp_path.resolve()
    assert sorted(p.stem for p in tmp_path.iterdir()) == sorted(names)


@given(st.text(), st.text())
def test_any_text_has_a_safe_name_of_its_own(one, other):
    """Different texts never share a file, the same text always has the same one."""
    assert_is_safe(slug(one))
    assert (slug(one) == slug(other)) == (one == other)


def test_a_name_can_still_be_read():
    """A person finds the report of a project by its name."""
    assert slug("Office 365 Rollout – Zürich").startswith("office-365-rollout-zurich-")


def test_publishing_replaces_the_whole_file(tmp_path):
    """The new content takes the place of the old, and nothing else is left in the folder."""
    path = publish(tmp_path / "deep" / "report.html", b"old" * 1000)
    publish(path, b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]


def test_a_failed_publish_leaves_the_old_file(tmp_path):
    """What cannot be written does not destroy what was there."""
    path = publish(tmp_path / "report.html", b"old")
    with pytest.raises(TypeError):
        publish(path, "text, not bytes")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


WRITER = """
import sys
from pathlib import Path
from pmtools.files import publish
path, size = Path(sys.argv[1]), 2_000_000
for k in range(10_000):
    publish(path, bytes([65 + k % 2]) * size)
    print(k, flush=True)
"""


def test_a_killed_writer_never_leaves_half_a_file(tmp_path):
    """F4: of many kill -9 at any instant, each leaves the old file or the new one, whole."""
    path, dice = tmp_path / "report.html", random.Random(7)
    for _ in range(12):
        command = [sys.executable, "-c", WRITER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(dice.uniform(0, 0.05))
            writer.send_signal(signal.SIGKILL)
        content = path.read_bytes()
        assert len(content) == 2_000_000
        assert len(set(content)) == 1


def test_an_unprotected_writer_is_caught_by_the_same_test(tmp_path):
    """The test above can fail: writing in place is torn within a few kills."""
    path, naive = (
        tmp_path / "report.html",
        WRITER.replace(
            "publish(path, bytes([65 + k % 2]) * size)",
            "path.open('wb').write(bytes([65 + k % 2]) * size)",
        ),
    )
    for _ in range(60):
        command = [sys.executable, "-W", "ignore", "-c", naive, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(random.uniform(0, 0.02))
            writer.send_signal(signal.SIGKILL)
        content = path.read_bytes()
        if len(content) != 2_000_000 or len(set(content)) != 1:
            return
    pytest.fail("no torn file in 60 kills: the kill test proves nothing on this machine")


def test_what_a_killed_writer_left_is_swept_away(tmp_path):
    """F4: a kill leaves an unfinished file beside the report; it does not stay for ever."""
    left, fresh = tmp_path / ".publish-old", tmp_path / ".publish-new"
    left.write_bytes(b"half")
    fresh.write_bytes(b"another writer is at work")
    os.utime(left, (time.time() - 7200,) * 2)
    publish(tmp_path / "report.html", b"new")
    assert sorted(p.name for p in tmp_path.iterdir()) == [".publish-new", "report.html"]


def test_a_folder_has_the_same_hash_in_any_order(tmp_path):
    """E14: the order in which files were written does not matter."""
    names = ["tasks.csv", "links.csv", "earlier/2026-03-02/tasks.csv", "a b.csv"]
    folders = []
    for order in (names, names[::-1]):
        folder = tmp_path / str(len(folders))
        for name in order:
            publish(folder / name, name.encode())
        folders.append(hash_of(folder))
    assert folders[0] == folders[1]


def test_every_change_of_a_folder_changes_its_hash(tmp_path):
    """Content, name and number of files all count."""
    folder = tmp_path / "p"
    publish(folder / "a.csv", b"1")
    publish(folder / "b.csv", b"2")
    seen = {hash_of(folder)}
    publish(folder / "b.csv", b"3")
    seen.add(hash_of(folder))
    (folder / "b.csv").rename(folder / "c.csv")
    seen.add(hash_of(folder))
    publish(folder / "d.csv", b"")
    seen.add(hash_of(folder))
    (folder / "sub").mkdir()
    (folder / "c.csv").rename(folder / "sub" / "c.csv")
    seen.add(hash_of(folder))
    assert len(seen) == 5


def test_content_cannot_pass_from_one_file_to_the_next(tmp_path):
    """Names and contents are kept apart: `ab` + `c` is not `a` + `bc`."""
    for name, content in (("one/ab", b"c"), ("two/a", b"bc")):
        publish(tmp_path / name, content)
    assert hash_of(tmp_path / "one") != hash_of(tmp_path / "two")


def test_hidden_files_do_not_count(tmp_path):
    """What an editor or a file manager leaves in a folder is no input."""
    publish(tmp_path / "a.csv", b"1")
    before = hash_of(tmp_path)
    publish(tmp_path / ".DS_Store", b"x")
    publish(tmp_path / ".git" / "HEAD", b"x")
    publish(tmp_path / "~$plan.xlsx", b"x")
    assert hash_of(tmp_path) == before


def test_the_hash_of_a_file_is_sha256(tmp_path):
    """Anyone can check it with other tools."""
    path = publish(tmp_path / "a.csv", b"abc")
    assert hash_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("name", ["notebooks", "templates"])
def test_notebooks_and_templates_are_found(name):
    """From a checkout as from an installed package."""
    assert shipped(name).is_dir()


@pytest.mark.skipif(os.name != "posix" or not shutil.which("sh"), reason="needs a POSIX system")
def test_a_published_file_can_be_read_by_others(tmp_path):
    """A report on a shared drive is readable; mkstemp alone would hide it."""
    assert publish(tmp_path / "r.html", b"x").stat().st_mode & 0o777 == 0o644
