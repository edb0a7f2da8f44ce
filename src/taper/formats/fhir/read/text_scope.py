"""What a text is compared with: the dosages of a step or of an order, and what they come to on a day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import product
from math import lcm

from taper._base.limits import LONGEST_CYCLE
from taper.errors import TaperError
from taper.formats.fhir.quantity import UnitStrength
from taper.formats.fhir.read.dosage import ReadDosage
from taper.formats.fhir.read.steps import ReadStep, mass_of
from taper.plans.regimen import Weekday


@dataclass(frozen=True, slots=True)
class Scope:
    """The dosages that a text is compared with, the steps they belong to, and what one unit holds.

    `later` says that another step comes before, and `ends` that the drug stops after the last of these steps; `order`
    are the steps of the order that these are of.
    """

    dosages: Sequence[ReadDosage]
    steps: Sequence[ReadStep]
    strength: UnitStrength | None
    later: bool
    ends: bool
    order: Sequence[ReadStep]


def each_step(scope: Scope) -> Sequence[Scope]:
    """The scopes of the steps of a scope in which something is taken: what holds on each day holds for each of them."""
    if len(scope.steps) == 1:
        return [scope]
    return [replace(scope, dosages=step.dosages, steps=[step]) for step in scope.steps if not step.is_nothing]


def kinds_of_day(dosages: Sequence[ReadDosage]) -> Iterator[Sequence[ReadDosage]]:
    """The dosages of each kind of day on which there are some: of a weekday, or of a turn."""
    named = {day for dosage in dosages for day in dosage.rhythm.weekdays}
    weekdays: list[Weekday | None] = [*named] or [None]
    begins = min((dosage.bounds.first for dosage in dosages if dosage.bounds.first is not None), default=None)
    turn = min(lcm(*(dosage.rhythm.every for dosage in dosages)), LONGEST_CYCLE)
    for weekday, day in product(weekdays, range(turn)):
        held = [dosage for dosage in dosages if not dosage.rhythm.weekdays or weekday in dosage.rhythm.weekdays]
        if taken := [dosage for dosage in held if _is_on(dosage, day, begins)]:
            yield taken


def _is_on(dosage: ReadDosage, day: int, begins: date | None) -> bool:
    """Whether a dosage is taken so many days after the first of them begins."""
    first = dosage.bounds.first
    late = (first - begins).days if first is not None and begins is not None else 0
    return (day - late) % dosage.rhythm.every == 0


def times_a_day(dosage: ReadDosage) -> int:
    """How often a dosage is taken on a day on which it is."""
    return max(1, len(dosage.rhythm.slots))


def mg_of(dosage: ReadDosage, strength: UnitStrength | None) -> Fraction | None:
    """A dose in mg, or None where it counts units of which nothing is known."""
    try:
        made = mass_of(dosage.amount, strength)
    except TaperError:
        return None
    return None if made is None else made.mg
