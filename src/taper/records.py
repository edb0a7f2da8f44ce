"""A schedule as rows, one for each portion, exact and in order: what every tabular format writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from taper.product import Product
from taper.schedule import Schedule, ScheduledIntake


@dataclass(frozen=True, slots=True)
class Record:
    """One portion of one dose on one date.

    `dose` is the text of the whole dose, which several portions may make together; `portion` numbers them from 1.
    `mg` is the amount in this portion alone, so that a sum over `mg` is the amount taken. `count` is in units of the
    product, `volume_ml` in mL; one of them is None.
    """

    date: date
    day: int
    course: str
    step: int
    drug: str
    slot: str
    dose: str
    portion: int
    mg: Fraction
    product: str
    label: str
    count: Fraction | None
    volume_ml: Fraction | None


FIELDS = tuple(Record.__slots__)
"""The names of the columns, in order."""


def records_of(schedule: Schedule) -> Iterator[Record]:
    """Every portion of every dose shown, in order of date and time; a day without doses has no record."""
    products = {product.id: product for product in schedule.products}
    # Days with the same doses share them, so that what a dose says is worked out once and not once a day.
    made: dict[int, list[tuple[Any, ...]]] = {}
    for day in schedule.days:
        if id(day.intakes) not in made:
            made[id(day.intakes)] = [cells for intake in day.intakes for cells in _cells(intake, products)]
        for cells in made[id(day.intakes)]:
            yield Record(day.date, day.number, *cells)


def _cells(intake: ScheduledIntake, products: dict[str, Product]) -> Iterator[tuple[Any, ...]]:
    for number, portion in enumerate(intake.portions, start=1):
        product = products[portion.product]
        volume = portion.volume.ml if portion.volume is not None else None
        yield (
            intake.course, intake.step, intake.drug, intake.slot.name, intake.dose.text, number,
            product.dose_of(portion).mg, product.id, product.label, portion.count, volume,
        )  # fmt: skip
