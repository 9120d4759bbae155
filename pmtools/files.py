"""Files: published whole or not at all, named safely, known by their hash."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
import time
import unicodedata
from importlib import resources
from pathlib import Path

_RESERVED = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(10)}


_UNFINISHED = ".publish-"
_HOUR = 3600


def publish(path: Path, content: bytes) -> Path:
    """Write `content` so that a reader sees the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return path


def _sweep(folder: Path) -> None:
    """Remove what writers that were killed more than an hour ago left behind."""
    for left in folder.glob(f"{_UNFINISHED}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _HOUR:
                left.unlink()


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def slug(text: str) -> str:
    """A file name for any text: readable, and different for different texts.

    Letters, digits and hyphens of the text, at most 60, then eight digits of its hash.
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:60].strip("-")
    if words in _RESERVED:
        words = ""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{words}-{digest}" if words else f"x-{digest}"


def hash_of(path: Path) -> str:
    """SHA-256 of a file, or of a folder: the names and contents of its files, in order of name.

    Hidden files and folders, and the lock files of an open workbook (`~$plan.xlsx`), do not count.
    """
    digest = hashlib.sha256()
    if path.is_dir():
        for name in sorted(c.relative_to(path).as_posix() for c in path.rglob("*") if c.is_file()):
            if not any(part.startswith((".", "~$")) for part in name.split("/")):
                digest.update(name.encode() + b"\0")
                digest.update(hashlib.sha256((path / name).read_bytes()).digest())
    else:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def shipped(name: str) -> Path:
    """The folder `notebooks` or `templates`: inside an installed package, or of this checkout."""
    package = Path(str(resources.files("pmtools")))
    installed = package / "_shipped" / name
    return installed if installed.is_dir() else package.parent / name
