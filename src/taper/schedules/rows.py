"""A schedule as rows, one for each portion, exact and in order: what every tabular format writes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from taper._base.takes import takes
from taper.plans.plan import Step
from taper.products.product import Product
from taper.schedules.schedule import Day, Note, Schedule, ScheduledIntake


@dataclass(frozen=True, slots=True)
class Record:
    """One portion of one dose on one date; or a date on which a course says why it has none.

    `dose` is the text of the whole dose, which several portions may make together; `portion` numbers them from 1.
    `mg` is the amount in this portion alone, so that a sum over `mg` is the amount taken. `count` is in units of the
    product, `volume_ml` in mL; one of them is None. `note` is what the day says of the course beside its doses: that
    a step waits for review, say; `remark` is what the writer of the plan says of the step or of that time of day. A day
    not taken, or one for which a decision is needed, has a note and 0 mg, and neither a time nor a dose.
    """

    date: date
    day: int
    course: str
    step: int
    drug: str
    slot: str | None
    dose: str | None
    portion: int | None
    mg: Fraction
    product: str | None
    label: str | None
    count: Fraction | None
    volume_ml: Fraction | None
    note: str | None
    remark: str | None


FIELDS = tuple(Record.__slots__)
"""The names of the columns, in order."""

_Steps = Mapping[tuple[str, int], Step]


def records_of(schedule: Schedule) -> Iterator[Record]:
    """Every portion of every dose shown, in order of date and time; a day without doses has no record but its notes."""
    products = {product.id: product for product in schedule.products}
    drugs = {course.course.id: course.drug for course in schedule.realized.courses}
    steps = {(step.course, step.number): step.realized.step for step in schedule.steps}
    # Days with the same doses share them, so that what a dose says is worked out once and not once a day.
    made: dict[tuple[int, tuple[Note, ...]], list[tuple[Any, ...]]] = {}
    for day in schedule.days:
        key = id(day.intakes), day.notes
        if key not in made:
            made[key] = [*_doses(day, products, steps), *_empties(day, drugs, steps)]
        for cells in made[key]:
            yield Record(day.date, day.number, *cells)


def _doses(day: Day, products: dict[str, Product], steps: _Steps) -> Iterator[tuple[Any, ...]]:
    for intake in day.intakes:
        kinds = [note.kind.value for note in day.notes if note.course == intake.course]
        step = steps[intake.course, intake.step]
        said = [text for text in (step.note, step.slot_notes.get(intake.slot)) if text is not None]
        yield from _cells(intake, products, "; ".join(kinds) or None, "; ".join(said) or None)


def _empties(day: Day, drugs: dict[str, str], steps: _Steps) -> Iterator[tuple[Any, ...]]:
    taken = {intake.course for intake in day.intakes}
    for note in day.notes:
        if note.course not in taken:
            nothing = (None, None, None, Fraction(0), None, None, None, None)
            remark = steps[note.course, note.step].note
            yield note.course, note.step, drugs[note.course], *nothing, note.kind.value, remark


def _cells(
    intake: ScheduledIntake, products: dict[str, Product], note: str | None, remark: str | None
) -> Iterator[tuple[Any, ...]]:
    for number, portion in enumerate(intake.portions, start=1):
        product = products[portion.product]
        volume = portion.volume.ml if portion.volume is not None else None
        yield (
            intake.course, intake.step, intake.drug, intake.slot.name, intake.dose.text, number,
            product.dose_of(portion).mg, product.id, product.label, portion.count, volume, note, remark,
        )  # fmt: skip


@takes
def to_records(schedule: Schedule) -> list[dict[str, Any]]:
    """A schedule as a list of dicts, one for each portion of each dose, in order of date and time.

    Keys: `date`; `day`, counted from 1; `course`; `step`; `drug`; `slot`; `dose`, the text of the whole dose;
    `portion`, counted from 1 within the dose; `mg`, the exact amount in this portion; `product`, its id; `label`;
    `count` of units or `volume_ml`, exact, the other None; `note`, what the day says of the course beside its doses,
    such as "waits for review"; `remark`, what the writer of the plan says of the step or of that time of day. A day
    without doses has no row, but for one that says why: "not taken" or "decision needed" with 0 mg, where `slot`,
    `dose`, `portion`, `product` and `label` are None.

    Units:
        `mg` in mg, `volume_ml` in mL; both and `count` are `fractions.Fraction`.

    Example:
        >>> from datetime import date
        >>> from taper import Plan, Product, realize, to_schedule
        >>> plan = Plan.read({"courses": [{"drug": "x", "then": "stop",
        ...     "steps": [{"for": "2 days", "regimen": {"evening": "7.5 mg"}}]}]})
        >>> made = realize(plan, [Product(id="x5", drug="x", form="tablet", strength="5 mg", score=2)])
        >>> row = to_records(to_schedule(made, start=date(2027, 3, 1)))[0]
        >>> row["dose"], row["mg"], row["count"]
        ('7.5 mg', Fraction(15, 2), Fraction(3, 2))
    """
    return [{name: getattr(record, name) for name in FIELDS} for record in records_of(schedule)]
