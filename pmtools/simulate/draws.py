"""Random durations, risks and costs of a block of trials, compiled.

A random number is a hash of the seed, the key of a task, group or risk, and the trial (mixing as in
C. Wellons' lowbias32). Nothing depends on other tasks, the size of a block or the thread.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from pmtools.schedule.kernel import compiled, inlined

OCTAVES, FINE = 31, 9
MOST = np.float32(1 << 24)
"""Minutes up to which a duration is whole in 32 bits."""

Draws = namedtuple(
    "Draws",
    "node low span table key group shared own group_key mixing cells normal occurs "
    "severity chance growth delay price effects parallel risks risks_from rate",
)
"""What is drawn: as in `Model`, with the seed in the keys; tables and ranges as float32."""

Room = namedtuple(
    "Room",
    "duration finish late group occurred growth delay cost length end instant watched morning sums "
    "n",
)
"""What one thread works in: a row a task, group, risk or watched task, a column a trial.

Of the columns the first `n[0]` count.
"""


@inlined
def _word(x, high):  # type: ignore[no-untyped-def]
    x = np.uint32(x ^ (x >> np.uint32(16)))
    x = np.uint32(x * np.uint32(0x21F0AAAD))
    x = np.uint32(x + high)
    x = np.uint32(x ^ (x >> np.uint32(15)))
    x = np.uint32(x * np.uint32(0xD35A2D97))
    return np.uint32(x ^ (x >> np.uint32(15)))


@compiled
def _words(key, trials, words):  # type: ignore[no-untyped-def]
    """A random number of 32 bits for each trial."""
    low, high = np.uint32(key), np.uint32(key >> np.uint64(32))
    for k in range(len(words)):
        words[k] = _word(np.uint32(trials[k] ^ low), high)


@compiled
def _scores(m, key, trials, words, z):  # type: ignore[no-untyped-def]
    """Normal scores, in steps that are as fine in the tails as in the middle.

    The octave and the part of it that a number lies in are the bits of it as a float; its lowest
    bit says which half of the distribution.
    """
    _words(key, trials, words)
    for k in range(len(z)):
        z[k] = np.float32(np.int32((words[k] >> np.uint32(1)) | np.uint32(1)))
    bits = z.view(np.uint32)
    for k in range(len(z)):
        step = np.uint32((bits[k] >> np.uint32(23 - FINE)) - np.uint32(127 << FINE))
        words[k] = (step << np.uint32(1)) | (words[k] & np.uint32(1))
    for k in range(len(z)):
        z[k] = m.normal[words[k]]


@compiled
def _quantiles(cells, low, span, words, z, out):  # type: ignore[no-untyped-def]
    """The values of an inverse distribution table at normal scores (see `trials._packed`)."""
    part = z.view(np.int32)
    for k in range(len(z)):
        at = np.int32(z[k] * np.float32(8192) + np.float32(32768))
        at = at if at > np.int32(0) else np.int32(0)
        at = at if at < np.int32(65535) else np.int32(65535)
        words[k] = at >> np.int32(8)
        part[k] = at & np.int32(255)
    for k in range(len(z)):
        words[k] = cells[words[k]]
    for k in range(len(z)):
        value = np.int32((words[k] & np.uint32(0xFFFF)) << np.uint32(8))
        slope = np.int32(np.int32(words[k] >> np.uint32(16)) * part[k])
        out[k] = low + span * np.float32(np.int32(value + slope))


@compiled
def _draw_risks(m, r, trials, words, z, q):  # type: ignore[no-untyped-def]
    """Which risks occur in each trial, and what they bring: growth is 0 where they do not."""
    for risk in range(len(m.occurs)):
        occurred, growth, delay = r.occurred[risk], r.growth[risk], r.delay[risk]
        _words(m.occurs[risk], trials, words)
        for k in range(len(z)):
            occurred[k] = np.float64(words[k]) < m.chance[risk]
        _scores(m, m.severity[risk], trials, words, z)
        for kind in range(3):
            table, effect = m.effects[kind][risk], (m.growth, m.delay, m.price)[kind][risk]
            scores = z.copy()
            _quantiles(m.cells[table], effect[0], effect[1], words, scores, q)
            for k in range(len(z)):
                if kind == 0:
                    growth[k] = occurred[k] * max(np.float32(1) + q[k], np.float32(1e-6))
                elif kind == 1:
                    delay[k] = occurred[k] * q[k]
                else:
                    r.cost[k] += occurred[k] * np.float64(q[k])


@compiled
def _draw_groups(m, r, trials, words, z):  # type: ignore[no-untyped-def]
    """Scores of the groups: mixed from independent ones."""
    r.group[:] = np.float32(0)
    for source in range(len(m.group_key)):
        _scores(m, m.group_key[source], trials, words, z)
        for group in range(source, len(m.group_key)):
            for k in range(len(z)):
                r.group[group, k] += m.mixing[group, source] * z[k]


@inlined
def _ends(m, at, first, last):  # type: ignore[no-untyped-def]
    """Whether a risk is the first, and the last, of its parallel group; one of none is both."""
    group = m.parallel[m.risks[at]]
    is_first = at == first or group < 0 or m.parallel[m.risks[at - 1]] != group
    is_last = at + 1 == last or group < 0 or m.parallel[m.risks[at + 1]] != group
    return is_first, is_last


@compiled
def _add_risks(m, r, task, top, q):  # type: ignore[no-untyped-def]
    """Growth multiplies, delays add up; of parallel risks that occur the largest counts."""
    first, last = m.risks_from[task], m.risks_from[task + 1]
    for at in range(first, last):
        risk = m.risks[at]
        growth = r.growth[risk]
        is_first, is_last = _ends(m, at, first, last)
        for k in range(len(q)):
            top[k] = growth[k] if is_first else max(top[k], growth[k])
        if is_last:
            for k in range(len(q)):
                q[k] *= top[k] if top[k] > 0 else np.float32(1)
    for at in range(first, last):
        risk = m.risks[at]
        delay, occurred = r.delay[risk], r.occurred[risk]
        is_first, is_last = _ends(m, at, first, last)
        for k in range(len(q)):
            if is_first:
                top[k] = -MOST
            if occurred[k] and delay[k] > top[k]:
                top[k] = delay[k]
            if is_last and top[k] > -MOST:
                q[k] += top[k]


@compiled
def draw(m, r, first, least):  # type: ignore[no-untyped-def]
    """Remaining minutes of all tasks and the costs of trials from `first` on."""
    width = r.duration.shape[1]
    trials, words = np.empty(width, np.uint32), np.empty(width, np.uint32)
    z, q = np.empty(width, np.float32), np.empty(width, np.float32)
    top = np.empty(width, np.float32)
    for k in range(width):
        trials[k] = _word(np.uint32(first + k), np.uint32(0))
    _draw_risks(m, r, trials, words, z, q)
    _draw_groups(m, r, trials, words, z)
    for task in range(len(m.node)):
        row, table, group = r.duration[m.node[task]], m.table[task], m.group[task]
        if m.span[task] != 0:
            _scores(m, m.key[task], trials, words, z)
            if group >= 0:
                common, shared, own = r.group[group], m.shared[task], m.own[task]
                for k in range(width):
                    z[k] = shared * common[k] + own * z[k]
            _quantiles(m.cells[table], m.low[task], m.span[task], words, z, q)
        else:
            q[:] = m.low[task]
        if m.risks_from[task] < m.risks_from[task + 1]:
            _add_risks(m, r, task, top, q)
        lowest = np.float32(least[task])
        for k in range(width):
            row[k] = np.int32(min(max(q[k] + np.float32(0.5), lowest), MOST))
        if m.rate[task] != 0:
            for k in range(width):
                r.cost[k] += m.rate[task] * row[k]
