"""Rounding of liquids: which doses the marks of a syringe can measure, and which volumes are round."""

from fractions import Fraction
from itertools import pairwise

from taper.products.product import Product


class Measure:
    """A liquid that can be measured, in exact amounts: `mark` is the dose in one mark, `first` and `last` are marks."""

    def __init__(self, product: Product) -> None:
        assert product.concentration is not None
        assert product.smallest_volume is not None
        self.product = product
        self.step = (product.graduation or product.smallest_volume).ml
        self.mark = self.step * product.concentration.mg_per_ml
        self.first = int(-(-product.smallest_volume.ml // self.step))
        self.most = None if product.largest_volume is None else product.largest_volume.ml
        self.last = None if self.most is None else int(self.most // self.step)

    def marks(self, mg: Fraction) -> int | None:
        """How many marks hold a dose exactly; None if it cannot be measured."""
        number = whole_number(mg, self.mark)
        return number if number is not None and self._holds(number) else None

    def _holds(self, number: int) -> bool:
        return self.first <= number and (self.last is None or number <= self.last)

    def below(self, mg: Fraction, *, up_to: Fraction) -> Fraction | None:
        """The largest dose that can be measured below one, and not above another."""
        number = min(int(-(-mg // self.mark)) - 1, int(up_to // self.mark))
        number = number if self.last is None else min(number, self.last)
        return number * self.mark if number >= self.first else None

    def above(self, mg: Fraction) -> Fraction | None:
        """The least dose that can be measured above one."""
        number = max(int(mg // self.mark) + 1, self.first)
        return number * self.mark if self._holds(number) else None

    def beyond(self, mg: Fraction) -> Fraction | None:
        """The volume in mL that would hold a dose, if it is more than can be measured at once."""
        number = whole_number(mg, self.mark)
        return number * self.step if number is not None and self.last is not None and number > self.last else None


def rungs_finer(number: int, dose: int | Fraction, mark: int | Fraction) -> int:
    """By how many rungs of 1, 2, 5, 10 ... marks a volume is finer than the coarsest that is round for its dose.

    The coarsest is the last rung that is not above a tenth of the dose; a volume stands on the highest rung up to it
    that divides its number of marks.

    Example:
        >>> rungs_finer(98, 98, 1), rungs_finer(97, 97, 1), rungs_finer(95, 95, 1)
        (1, 2, 0)
    """
    rungs = _rungs(int(dose // (10 * mark)))
    return len(rungs) - 1 - max(place for place, rung in enumerate(rungs) if number % rung == 0)


def every_rungs_finer(last: int) -> list[int]:
    """The same for each number of marks up to a last one, where the dose is the volume's alone."""
    finer = [0] * (last + 1)
    rungs = _rungs(last // 10)
    bounds = pairwise([0, *(10 * rung for rung in rungs[1:]), last + 1])
    for place, (begin, end) in enumerate(bounds):
        for lower in range(place + 1):
            first = -(-begin // rungs[lower]) * rungs[lower]
            finer[first : end : rungs[lower]] = [place - lower] * len(range(first, end, rungs[lower]))
    return finer


def _rungs(most: int) -> list[int]:
    """The ladder 1, 2, 5, 10 ... up to a number; 1 at least."""
    rungs = [1]
    while (following := rungs[-1] * 5 // 2 if str(rungs[-1])[0] == "2" else rungs[-1] * 2) <= most:
        rungs.append(following)
    return rungs


def whole_number(mg: Fraction, grain: Fraction) -> int | None:
    """Of how many grains an amount consists; None if not of a whole number."""
    scaled = mg / grain
    return scaled.numerator if scaled.denominator == 1 else None
