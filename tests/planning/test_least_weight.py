"""The cheapest ways down a row of totals are those that trying every way finds."""

from functools import cache

from hypothesis import example, given
from hypothesis import strategies as st

from builders import draws
from taper.paces.rulers import ONE_PACE
from taper.planning.solver.least_weight import Row, least_weights

_HALF = ONE_PACE // 2
_SPACES = (0, 1, _HALF, _HALF // 2, ONE_PACE - 1, ONE_PACE, ONE_PACE + 1, 2 * ONE_PACE)
_COSTS = st.sampled_from((-(10**17), 0, 1, 10**17, 10**18))


HALVES = Row(
    places=[place * _HALF for place in reversed(range(9))],
    reach=[8] * 9,
    leave=[0] * 9,
    enter=[0] * 9,
    ends=[False] * 8 + [True],
    short=1,
    long=4,
)
"""From each place the next but one is a pace away, so that of all places in sight none stays the best for long."""


DEAR = Row(
    places=[part * ONE_PACE // 20 for part in (60, 50, 40, 30, 20, 18, 15, 10, 0)],
    reach=[8] * 9,
    leave=[0] * 9,
    enter=[0, 0, 0, 0, *[10 * ONE_PACE**2] * 3, 0, 0],
    ends=[False] * 8 + [True],
    short=1,
    long=4,
)
"""Three places are dear to enter, so that only the last two are in sight until the nearer becomes the better."""


FIRST = Row(
    places=[9 * _HALF, 8 * _HALF, 6 * _HALF, 2 * _HALF],
    reach=[2, 3, 3, 3],
    leave=[0, ONE_PACE**2 // 10, 1, 0],
    enter=[0, 1, 0, ONE_PACE**2],
    ends=[False, False, False, True],
    short=1,
    long=0,
)
"""The third place is the best to fall to from the first place and from no other."""


@st.composite
def rows(draw: st.DrawFn) -> Row:
    count = draw(st.integers(1, 9))
    spaces = draw(st.lists(st.sampled_from(_SPACES), min_size=count, max_size=count))
    places = [sum(spaces[place:]) for place in range(count)]
    reach = sorted(draw(st.lists(st.integers(1, count - 1), min_size=count, max_size=count)) if count > 1 else [0])
    reach = [max(far, place) for place, far in enumerate(reach)]
    leave, enter = (draw(st.lists(_COSTS, min_size=count, max_size=count)) for _ in range(2))
    ends = [*draw(st.lists(st.sampled_from((False, False, True)), min_size=count - 1, max_size=count - 1)), True]
    return Row(places, reach, leave, enter, ends, draw(st.integers(0, 3)), draw(st.integers(0, 4)))


def fall(row: Row, i: int, j: int) -> int:
    """What one fall costs: its misfit counted a billionth of a pace nearer than it is, and what leaves and enters."""
    off = row.places[i] - row.places[j] - ONE_PACE
    counted = max(0, abs(off) - 1)
    return counted**2 * (row.long if off > 0 else row.short) + row.leave[i] + row.enter[j]


def ways(row: Row, i: int) -> range:
    return range(i + 1, row.reach[i] + 1)


@given(rows())
@example(HALVES)
@example(DEAR)
@example(FIRST)
@draws(100)
def test_what_the_cheapest_way_on_costs_is_the_least_of_all_ways(row: Row) -> None:
    @cache
    def onward(i: int) -> int | None:
        if row.ends[i]:
            return 0
        further = ((fall(row, i, j), onward(j)) for j in ways(row, i))
        return min((cost + rest for cost, rest in further if rest is not None), default=None)

    worth, following = least_weights(row)
    assert worth == [onward(place) for place in range(len(row.places))]
    for place, next_place in enumerate(following):
        if row.ends[place]:
            assert next_place == -1
        elif (known := worth[place]) is not None:
            assert next_place in ways(row, place)
            assert known == fall(row, place, next_place) + (worth[next_place] or 0)


@given(rows())
@example(HALVES)
@example(DEAR)
@draws(100)
def test_of_the_turned_row_it_is_what_the_cheapest_way_until_a_place_has_cost(row: Row) -> None:
    until: list[int | None] = [0]
    for j in range(1, len(row.places)):
        before = ((until[i], i) for i in range(j) if j in ways(row, i) and not row.ends[i])
        until.append(min((known + fall(row, i, j) for known, i in before if known is not None), default=None))
    assert least_weights(row.turned())[0][::-1] == until


def test_a_row_that_was_worked_out_by_hand() -> None:
    # From 3 paces to 0. A fall of 2 paces weighs 4 and one of 3 paces 16; to enter the place at 2 costs 10, any other
    # nothing. So the first fall goes to 1 (4), the next to 0 (0): 4 and not 10.
    unit = ONE_PACE**2
    row = Row(
        places=[3 * ONE_PACE, 2 * ONE_PACE, ONE_PACE, 0],
        reach=[3, 3, 3, 3],
        leave=[0, 0, 0, 0],
        enter=[0, 10 * unit, 0, 0],
        ends=[False, False, False, True],
        short=1,
        long=4,
    )
    worth, following = least_weights(row)
    nearly = 4 * (ONE_PACE - 1) ** 2  # two positions may be a billionth nearer
    assert (worth, following) == ([nearly, 0, 0, 0], [2, 2, 3, -1])
