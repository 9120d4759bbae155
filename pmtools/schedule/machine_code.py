"""Functions in machine code, compiled once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from importlib.machinery import SourceFileLoader
from typing import Any

import numba
from numba.core.caching import FunctionCache

SOURCES = tuple(
    __file__.replace("machine_code", name)
    for name in ("kernel", "arrays", "critical_path", "levelling/arrays")
)
"""Files of rules and constants that are in the machine code of others."""


def _text(path: str) -> bytes:
    return sha256(SourceFileLoader("", path).get_data(path)).digest()


class _Kept(FunctionCache):
    """Machine code kept in a folder; what another version left there is no reason to stop."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        file = self._cache_file
        file._source_stamp = file._source_stamp, *map(_text, SOURCES)

    def load_overload(self, *signature: Any) -> Any:
        try:
            return super().load_overload(*signature)
        except Exception:
            self.flush()
            return None


def compiled(function: Callable[..., Any], **options: Any) -> Any:
    """The function in machine code, kept for the next process where a folder can be written."""
    made = numba.njit(nogil=True, **options)(function)
    with suppress(RuntimeError):  # no folder for the cache
        made._cache = _Kept(function)
    return made
