"""Which tasks matter: criticality, significance, cruciality and the schedule sensitivity index.

Sources: Williams (1992), Criticality in stochastic networks; PMI, Practice Standard for Scheduling
(SSI); Vanhoucke (2010), Using activity sensitivity and network topology information.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from pmtools.metrics import CannotSay

if TYPE_CHECKING:
    from pmtools.simulate.result import Simulation

Method = Literal["pearson", "spearman", "kendall"]


def sensitivity_of(
    criticality: Any, sd: Any, correlation: Any, significance: Any, sd_finish: float
) -> pd.DataFrame:
    """The four measures of each task, 0 to 1 but for the last.

    Returns
    -------
    - criticality: share of the trials in which it is critical
    - significance: mean of d / (d + slack) x T / mean T
    - cruciality: how strongly the finish goes with its duration, |r|; 0 where one does not vary
    - sensitivity: schedule sensitivity index, criticality x sd(d) / sd(T)
    """
    criticality, sd = np.asarray(criticality), np.asarray(sd)
    ratio = sd / sd_finish if sd_finish > 0 else np.zeros(len(sd))
    return pd.DataFrame(
        {
            "criticality": criticality,
            "significance": significance,
            "cruciality": np.nan_to_num(np.abs(correlation)),
            "sensitivity": criticality * ratio,
        }
    )


def cruciality(
    simulation: Simulation, task_id: str, method: Method = "spearman"
) -> float | CannotSay:
    """|correlation| of the duration of a task and that of the project, by redrawing the task.

    Spearman's rho and Kendall's tau-b count ranks, so that one far-out trial does not decide.
    """
    from pmtools.simulate.trials import durations_of

    place = simulation.case.tasks["task_id"].tolist()
    if task_id not in place:
        return CannotSay(f'"{task_id}" is no task that remains')
    drawn = durations_of(
        simulation.case.model, np.array([place.index(task_id)]),
        n_trials=simulation.n_trials, seed=simulation.seed,
    )  # fmt: skip
    return abs(association(drawn[:, 0], simulation.trials.length, method))


def association(x: Any, y: Any, method: Method) -> float:
    """Pearson's r, Spearman's rho or Kendall's tau-b of two columns; 0 where one does not vary."""
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if x.min() == x.max() or y.min() == y.max():
        return 0.0
    if method == "kendall":
        return _tau_b(x, y)
    if method == "spearman":
        x, y = (pd.Series(each).rank().to_numpy() for each in (x, y))
    return float(np.corrcoef(x, y)[0, 1])


def _tau_b(x: np.ndarray, y: np.ndarray) -> float:
    """Concordant less discordant pairs over the pairs that are not tied, in either column."""
    together = untied_x = untied_y = 0.0
    for n in range(1, len(x)):
        rise, gain = np.sign(x[n:] - x[n - 1]), np.sign(y[n:] - y[n - 1])
        together += float(rise @ gain)
        untied_x += float(rise @ rise)
        untied_y += float(gain @ gain)
    return together / float(np.sqrt(untied_x * untied_y))
