"""The same shortest path as an integer program, solved by HiGHS: an optimum found by other people's code."""

from collections.abc import Sequence

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

Arc = tuple[int, int, int, int]
"""From, to, excess, cost."""


def least(nodes: int, arcs: Sequence[Arc], source: int, sinks: Sequence[int]) -> tuple[int, int]:
    """The least excess over all paths, then the least cost among those, as HiGHS finds them.

    Two programs, one a key. HiGHS works in floating point, so the arcs it picks are added up again in whole numbers.
    """
    first = _path(nodes, arcs, source, sinks, [arc[2] for arc in arcs], None)
    excess = sum(arcs[k][2] for k in first)
    # A change whose own excess is more than the whole plan's is on no such path.
    kept = [arc for arc in arcs if arc[2] <= excess]
    second = _path(nodes, kept, source, sinks, [arc[3] for arc in kept], excess)
    return sum(kept[k][2] for k in second), sum(kept[k][3] for k in second)


def _path(nodes, arcs, source, sinks, weights, excess):
    count, ends = len(arcs), len(sinks)
    # One variable an arc, and one an end; what flows into a node flows out.
    rows, columns, values = [], [], []
    for k, (tail, head, _, _) in enumerate(arcs):
        rows += [tail, head]
        columns += [k, k]
        values += [-1.0, 1.0]
    for k, sink in enumerate(sinks):
        rows.append(sink)
        columns.append(count + k)
        values.append(-1.0)
    balance = numpy.zeros(nodes)
    balance[source] = -1.0
    flow = coo_array((values, (rows, columns)), shape=(nodes, count + ends)).tocsr()
    limits = [LinearConstraint(flow, balance, balance)]
    scale = float(max(1, *weights))
    if excess is not None:
        size = float(max(1, excess))
        row = numpy.array([arc[2] / size for arc in arcs] + [0.0] * ends)
        limits.append(LinearConstraint(row.reshape(1, -1), -numpy.inf, excess / size + 1e-9))
    price = numpy.array([weight / scale for weight in weights] + [0.0] * ends)
    found = milp(price, integrality=numpy.ones(count + ends), bounds=Bounds(0, 1), constraints=limits)
    assert found.success, found.message
    return [k for k in range(count) if found.x[k] > 0.5]
