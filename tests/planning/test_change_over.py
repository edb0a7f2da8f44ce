"""A change over where many doses can be made looks only at those near what is meant, and still ends well."""

from fractions import Fraction

import pytest

from taper.planning.change_over import DosePair, Turn
from taper.plans.regimen import Slot


def doses(count: int, size: Fraction) -> list[Fraction]:
    return [size * number for number in range(count + 1)]


def turn(count: int, stages: int, ratio: Fraction = Fraction(2)) -> Turn:
    whole = Fraction(12)
    now: DosePair = whole, Fraction(0)
    end: DosePair = Fraction(0), whole * ratio
    meant = [(whole * (stages - n) / stages, whole * ratio * n / stages) for n in range(1, stages + 1)]
    return Turn(
        Slot("morning"), ratio, now, meant, end, doses(count, whole / count), doses(count, whole * ratio / count)
    )


@pytest.mark.parametrize("stages", [1, 2, 3, 4])
@pytest.mark.parametrize("count", [12, 24, 120])
def test_where_every_stage_can_be_made_the_path_is_what_was_meant(count: int, stages: int) -> None:
    asked = turn(count, stages)
    assert asked.path() == tuple(asked.meant)
    assert asked.is_even(asked.path())


def test_a_stage_between_two_of_many_doses_goes_beside_it_and_never_rises() -> None:
    asked = turn(120, 7)
    path = asked.path()
    assert asked.is_even(path)
    for (old, new), (meant_old, meant_new) in zip(path, asked.meant, strict=True):
        assert abs(old - meant_old) <= Fraction(1, 10)
        assert abs(new - meant_new) <= Fraction(2, 10)
    assert path[-1] == asked.end
    assert asked.path_of_changes() == path
