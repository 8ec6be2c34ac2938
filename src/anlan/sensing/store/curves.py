"""What a curve needs of many readings: few points that keep every peak, and the gaps. Pure, numpy.

Source: house rule; the least and the greatest value of a bucket are both kept, so that a spike of one reading in a month
is still seen.
"""

from __future__ import annotations

import numpy as np

from anlan.sensing.store.days import Series

__all__ = ["downsample", "gaps"]


def downsample(series: Series, points: int, start: int, end: int) -> list[list[float | int]]:
    """At most `points` points of a series: [at, value] where there are few, else [at, least, greatest] per bucket.

    Args:
        start, end: epoch ms; the buckets divide this span evenly. A bucket stands at its first reading.
    """
    there = ~np.isnan(series.value)
    at, value = series.at[there], series.value[there]
    if len(at) <= points:
        return [[a, v] for a, v in zip(at.tolist(), value.tolist(), strict=True)]
    width = max(1, -(-(end - start) // points))
    bucket = (at - start) // width
    edges = np.concatenate([[0], np.flatnonzero(np.diff(bucket)) + 1])
    least, greatest = np.minimum.reduceat(value, edges), np.maximum.reduceat(value, edges)
    return [[a, low, high] for a, low, high in zip(at[edges].tolist(), least.tolist(), greatest.tolist(), strict=True)]


def gaps(series: Series, start: int, end: int, least: int = 600_000) -> list[tuple[int, int]]:
    """The spans without a value, (from, to) in epoch ms: longer than `least` and than three times the usual distance.

    The beginning and the end of the span asked for count, too: a device that has fallen silent shows it.
    """
    at = series.at[~np.isnan(series.value)]
    if not len(at):
        return [(start, end)] if end - start > least else []
    usual = float(np.median(np.diff(at))) if len(at) > 1 else 0.0
    limit = max(float(least), 3 * usual)
    edges = np.concatenate([[start], at, [end]])
    wide = np.flatnonzero(np.diff(edges) > limit)
    return [(int(edges[i]), int(edges[i + 1])) for i in wide]
