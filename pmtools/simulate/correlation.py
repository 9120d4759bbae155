"""Which durations move together: by group, and between groups, as a Gaussian copula."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmtools.errors import Problem, ProjectError
from pmtools.simulate.model import key_of
from pmtools.words import number, plain

USUAL = 0.3
"""Correlation of two tasks where nothing else is known (AFCAA, Cost Risk Handbook)."""


def copula_of(groups: pd.Series, correlation: float | pd.DataFrame) -> dict[str, Any]:
    """`group`, `shared`, `own`, `mixing` and `group_key` of `Model`.

    Parameters
    ----------
    groups
        The correlation group of each task; those of no group ("") are a group too.
    correlation
        Of two tasks of one group, groups being independent; or a table by groups: within one on
        the diagonal, between two beside it. Groups it does not name have the usual 0.3 within.

    Raises
    ------
    ProjectError
        For a table that is no correlation matrix, or a number outside 0 to 1.
    """
    matrix = _matrix(sorted(set(groups)), correlation)
    names = list(matrix.index)
    within = np.sqrt(np.diag(matrix))
    scale = np.where(within > 0, within, 1.0)
    between = matrix.to_numpy() / np.outer(scale, scale)
    np.fill_diagonal(between, 1.0)
    if len(between) and np.linalg.eigvalsh(between).min() < -1e-9:
        raise _refusal("no set of numbers has these correlations together (not positive definite)")
    place = pd.Index(names).get_indexer(groups)
    shared = within[place] if len(names) else np.zeros(len(groups))
    return {
        "group": place.astype(np.int32),
        "shared": shared,
        "own": np.sqrt(1 - shared**2),
        "mixing": np.linalg.cholesky(between + 1e-9 * np.eye(len(names))),
        "group_key": np.array([key_of(f"group {name}") for name in names], np.uint64),
    }


def correlation_said(correlation: float | pd.DataFrame) -> str:
    """The assumption in a sentence: it stands beside every result."""
    warning = "Independent durations would understate the range, and P80 with it."
    if isinstance(correlation, pd.DataFrame):
        return f"Durations are correlated within and between groups by the table given. {warning}"
    if correlation == 0:
        return "Durations are taken as independent, which understates the range and P80 with it."
    return (
        f"Durations of one correlation group are correlated by {number(correlation, 2)} (tasks of "
        f"no group are one group), groups among each other not. {warning}"
    )


def _matrix(names: list[str], correlation: float | pd.DataFrame) -> pd.DataFrame:
    if not isinstance(correlation, pd.DataFrame):
        if not isinstance(correlation, int | float | np.floating) or not 0 <= correlation <= 1:
            raise _refusal(f"correlation is {correlation!r}; expected a number from 0 to 1")
        return pd.DataFrame(np.diag([float(correlation)] * len(names)), names, names)
    if [*correlation.index] != [*correlation.columns] or not correlation.index.is_unique:
        raise _refusal("its rows and columns are not the same groups in the same order")
    values = correlation.apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
    if not (np.abs(values) <= 1).all() or (np.diag(values) < 0).any():
        raise _refusal("a value is no number from -1 to 1, or one within a group is below 0")
    if not np.allclose(values, values.T):
        raise _refusal("it is not the same from row to column as from column to row")
    is_loose = (np.diag(values) == 0)[:, None] & (np.abs(values) > 0)
    if is_loose.any():
        raise _refusal("a group without correlation within has one with another group")
    unnamed = [name for name in names if name not in correlation.index]
    every = [*correlation.index, *unnamed]
    whole = pd.DataFrame(np.diag([USUAL] * len(every)), every, every)
    whole.iloc[: len(values), : len(values)] = values
    return whole


def _refusal(found: str) -> ProjectError:
    remedy = "Correct it, or give one number from 0 to 1."
    return ProjectError([Problem("correlation", plain(found), "", remedy, "no-correlation-matrix")])
