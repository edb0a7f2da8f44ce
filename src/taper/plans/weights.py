"""Weights and limits of the planner. Judgment, not evidence; shown with `--explain`, and replaceable."""

from fractions import Fraction
from math import lcm
from typing import Annotated

from pydantic import Field

from taper._base.limits import MOST_PIECES, MOST_PRODUCTS, MOST_STATES
from taper._base.numbers import NotNegative, write_number
from taper._base.records import Value
from taper.products.recipes import Handling


class Weights(Value):
    """Every weight and cap of the planner in one place. None of them comes from a study.

    A reduction of `r` paces costs `short * (1 - r)^2` up to the pace and `long * (r - 1)^2` above it. Each new regimen
    costs its handling; each intake beyond the first that falls in one change costs `further_intake`; each intake
    that changes between tablets and liquid costs `change_of_form`. A measured volume costs `finer_volume` more for
    each rung that it is finer than what is round for its dose.

    `spread` is how far the shares of intakes may lie apart when they fall evenly, `longest_stay` how many intervals
    a stay after an excess lasts at most, `unfit` which part of the whole way a forced reduction may take before the
    plan is called unfit. `pieces` and `products` are the most in one intake. `most_states` is how many regimens are
    compared at most, and a tenth of it where larger reductions than accepted are forced; where there are more, the
    doses that are hardest to handle are left out, and the report says so.
    """

    short: NotNegative = Fraction(1)
    long: NotNegative = Fraction(4)
    further_intake: NotNegative = Fraction(1, 3)
    change_of_form: NotNegative = Fraction(1, 10)
    divided_piece: NotNegative = Fraction(1, 20)
    further_product: NotNegative = Fraction(1, 20)
    further_piece: NotNegative = Fraction(1, 80)
    measured_liquid: NotNegative = Fraction(1, 20)
    finer_volume: NotNegative = Fraction(1, 80)
    spread: NotNegative = Fraction(1, 2)
    longest_stay: NotNegative = Fraction(2)
    unfit: NotNegative = Fraction(1, 3)
    pieces: Annotated[int, Field(ge=1, le=MOST_PIECES)] = 4
    products: Annotated[int, Field(ge=1, le=MOST_PRODUCTS)] = 2
    most_states: Annotated[int, Field(ge=1, le=10**7)] = MOST_STATES

    def handling(self, *, mix_forms: bool = False, round_liquids: bool = True) -> Handling:
        """The part of it that judges one intake."""
        return Handling(
            pieces=self.pieces,
            products=self.products,
            mix_forms=mix_forms,
            round_liquids=round_liquids,
            divided_piece=self.divided_piece,
            further_product=self.further_product,
            further_piece=self.further_piece,
            measured_liquid=self.measured_liquid,
            finer_volume=self.finer_volume,
        )

    @property
    def scale(self) -> int:
        """The least whole number that makes every weight whole: costs are integers from here on."""
        names = ("short", "long", "further_intake", "change_of_form", "divided_piece", "further_product")
        values = [getattr(self, name) for name in (*names, "further_piece", "measured_liquid", "finer_volume")]
        return lcm(*(value.denominator for value in values))

    def __str__(self) -> str:
        names = type(self).model_fields
        parts = ((name.replace("_", " "), getattr(self, name)) for name in names)
        return ", ".join(f"{name} {write_number(Fraction(value))}" for name, value in parts)


STANDARD = Weights()
"""The weights that are used unless others are given."""
