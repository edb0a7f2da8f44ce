"""The graph that a ground spans, written out arc by arc for other people's solvers."""

from taper.planning.solver.search import arcs as arcs_of
from taper.planning.solver.state_space import State, StateSpace

ALL = 10**60


def graph(ground: StateSpace, bound: int = ALL) -> tuple[list[State], list[tuple[int, int, int, int]], list[int]]:
    """Every regimen that can be met, every change between two, and where a plan may end."""
    states, index, arcs, sinks = [ground.start], {ground.start: 0}, [], []
    for state in states:
        here = index[state]
        if (ground.stop is not None and sum(state) <= ground.stop) or ground.is_goal(state):
            sinks.append(here)
            continue
        for after, excess, cost in arcs_of(ground, state, bound):
            if after not in index:
                index[after] = len(states)
                states.append(after)
            arcs.append((here, index[after], excess, cost))
    return states, arcs, sinks


def chain_graph(ground: StateSpace) -> tuple[list[State], list[tuple[int, int, int, int]], list[int]]:
    """The arcs that the theorem leaves on one falling order: within what is accepted, or to the next dose."""
    states, arcs, sinks = graph(ground)
    following: dict[int, int] = {}
    for tail, head, _, _ in arcs:
        if tail not in following or sum(states[head]) > sum(states[following[tail]]):
            following[tail] = head
    return states, [arc for arc in arcs if not arc[2] or following[arc[0]] == arc[1]], sinks


def shortest(ground: StateSpace) -> tuple[int, int] | None:
    """The least excess and then the least cost over all changes, exactly, one regimen after the other."""
    states, arcs, sinks = graph(ground)
    best: dict[int, tuple[int, int]] = {0: (0, 0)}
    falling = sorted(range(len(states)), key=lambda number: -sum(states[number]))
    leaving: dict[int, list[tuple[int, int, int]]] = {}
    for tail, head, excess, cost in arcs:
        leaving.setdefault(tail, []).append((head, excess, cost))
    for tail in falling:
        if tail in best:
            for head, excess, cost in leaving.get(tail, ()):
                found = best[tail][0] + excess, best[tail][1] + cost
                best[head] = min(best.get(head, found), found)
    return min((best[sink] for sink in sinks if sink in best), default=None)
