"""Synthetic people and what was dispensed to them, drawn by a seed in plain Python, each of a known kind."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any

from taper._base.extras import need
from taper.amounts.dose import Dose
from taper.testing.products import DRUG

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped, import-not-found, unused-ignore]

SINCE = date(2020, 1, 1)
"""The first day that the exposures are said to cover; nobody takes anything in the 400 days after it."""

UNTIL = date(2024, 12, 31)
"""The last day that they are said to cover; whoever stops, does so more than 120 days before it."""

TABLET = Dose(5)
"""What is dispensed, if nothing else is asked for."""

CEILING = Dose(40)
"""The ceiling of `synthetic_facts`, in mg a day."""

FILL_DAYS = 28
"""The days that one row of a synthetic person is for."""

_PURPOSE = "synthetic exposures"


class PersonKind(StrEnum):
    """What a synthetic person does."""

    STEADY = "one dose, to the end of the table"
    TAPER = "reduced by the same amount each time, down to 0"
    TITRATION = "increased by the same amount each time, and kept"
    STOP = "one dose, ended at once"
    ABOVE = "above the ceiling for some weeks"
    GAP = "a break in which nothing was dispensed"
    OVERLAP = "another dose dispensed before the one before it is used up"
    REFILL = "each refill some days early"
    TWICE = "the first row written twice"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureRow:
    """One row of exposures; None is an absent value."""

    person: int | None
    drug: str | None
    start: date | None
    end: date | None
    quantity: int | None
    strength: str | None
    days_supply: int | None


@dataclass(frozen=True, slots=True)
class SyntheticFill:
    """A readable row as it is meant: its first day, its days, and the daily dose in mg."""

    first: date
    days: int
    mg: Fraction

    @property
    def last(self) -> date:
        return self.first + timedelta(self.days - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticPerson:
    """A person whose rows have known answers: see `known_spans`, `known_episodes` and `known_findings`.

    `fills` are the readable rows in order; `rows` are these as they are written, a row that is written twice, and the
    `planted` ones that cannot be read, each beside the name of its reason in `taper.batch.Aside`. `egfr` is in
    mL/min/1.73 m2, measured before the first fill; None for most.
    """

    person: int
    kind: PersonKind
    drug: str
    fills: tuple[SyntheticFill, ...]
    rows: tuple[ExposureRow, ...]
    planted: tuple[tuple[ExposureRow, str], ...]
    egfr: int | None


def synthetic_people(
    count: int,
    *,
    seed: int,
    drug: str = DRUG,
    tablet: Dose = TABLET,
    ceiling: Dose = CEILING,
    kinds: Sequence[PersonKind] = tuple(PersonKind),
    planted_every: int = 5,
) -> Iterator[SyntheticPerson]:
    """People drawn one after the other, numbered from 1; the same arguments draw the same people.

    Args:
        count: How many.
        seed: Any integer. A person depends on the seed and the number alone, not on how many are drawn.
        drug: What all of them take.
        tablet: What it is dispensed as.
        ceiling: What the people of the kind `ABOVE` exceed and no other does; at least six tablets.
        kinds: The kinds in turn, one a person; name one twice to have more of it.
        planted_every: A row that cannot be read is planted for each person with a number that this divides.

    Example:
        >>> people = list(synthetic_people(9, seed=1))
        >>> people[1].kind.name, [str(fill.mg) for fill in people[1].fills][-3:]
        ('TAPER', ['25/7', '25/14', '25/14'])
    """
    for number in range(1, count + 1):
        random = Random(seed * 1_000_003 + number)
        kind = kinds[(number - 1) % len(kinds)]
        start = SINCE + timedelta(random.randint(400, 600))
        fills = tuple(_FILLS[kind](random, start, tablet.mg, ceiling.mg))
        texts = (tablet.text, Dose(tablet.mg * 1000, "mcg").text)
        rows = [_written(number, drug, fill, tablet.mg, random.choice(texts)) for fill in fills]
        if kind is PersonKind.TWICE:
            rows.insert(0, rows[0])
        planted = () if number % planted_every else (_planted(number // planted_every, rows[0]),)
        yield SyntheticPerson(
            person=number,
            kind=kind,
            drug=drug,
            fills=fills,
            rows=(*rows, *(row for row, _ in planted)),
            planted=planted,
            egfr=random.choice((None, None, 12, 29, 30, 75)),
        )


# Each kind, as fills one after the other.


def _each(start: date, doses: Iterable[Fraction], step: int = FILL_DAYS) -> Iterator[SyntheticFill]:
    for place, mg in enumerate(doses):
        yield SyntheticFill(start + timedelta(place * step), FILL_DAYS, mg)


def _below(random: Random, tablet: Fraction, ceiling: Fraction) -> Fraction:
    """A daily dose of whole tablets, at least two, and of two such no more than the ceiling."""
    return tablet * random.randint(2, int(ceiling / tablet / 3))


def _steady(random: Random, start: date, tablet: Fraction, ceiling: Fraction) -> Iterator[SyntheticFill]:
    return _each(start, [_below(random, tablet, ceiling)] * ((UNTIL - start).days // FILL_DAYS + 1))


def _taper(random: Random, start: date, tablet: Fraction, ceiling: Fraction) -> Iterator[SyntheticFill]:
    # Counted in tablets a fill, so that most daily doses are no whole number of mg.
    less, times = random.randint(7, 2 * FILL_DAYS), random.randint(3, 8)
    last = random.randint(7, less)
    tablets = [last + less * place for place in reversed(range(times))]
    most = int(ceiling / tablet) * FILL_DAYS
    kept = random.randint(1, 2)
    return _each(start, [tablet * each / FILL_DAYS for each in tablets if each <= most for _ in range(kept)])


def _titration(random: Random, start: date, tablet: Fraction, ceiling: Fraction) -> Iterator[SyntheticFill]:
    top = random.randint(3, int(ceiling / tablet))
    rising = [tablet * each for each in range(1, top + 1)]
    return _each(start, rising + [rising[-1]] * ((UNTIL - start).days // FILL_DAYS + 1 - top))


def _stop(random: Random, start: date, tablet: Fraction, ceiling: Fraction) -> Iterator[SyntheticFill]:
    return _each(start, [_below(random, tablet, ceiling)] * random.randint(2, 20))


def _above(random: Random, start: date, tablet: Fraction, ceiling: Fraction) -> Iterator[SyntheticFill]:
    usual, before = _below(random, tablet, ceiling), random.randint(1, 5)
    high = tablet * (int(ceiling / tablet) + random.randint(1, 4))
    return _each(start, [usual] * before + [high] * random.randint(1, 4) + [usual] * random.randint(1, 5))


def _gap(random: Random, start: date, tablet: Fraction, ceiling: Fraction) -> Iterator[SyntheticFill]:
    before = list(_each(start, [_below(random, tablet, ceiling)] * random.randint(1, 5)))
    yield from before
    again = before[-1].last + timedelta(1 + random.randint(1, 90))
    yield from _each(again, [_below(random, tablet, ceiling)] * random.randint(1, 5))


def _overlap(random: Random, start: date, tablet: Fraction, ceiling: Fraction) -> Iterator[SyntheticFill]:
    usual = _below(random, tablet, ceiling)
    yield SyntheticFill(start, FILL_DAYS, usual)
    other = usual - tablet if random.choice((True, False)) else usual + tablet
    yield SyntheticFill(start + timedelta(FILL_DAYS - random.randint(1, 13)), FILL_DAYS, other)


def _refill(random: Random, start: date, tablet: Fraction, ceiling: Fraction) -> Iterator[SyntheticFill]:
    usual = _below(random, tablet, ceiling)
    return _each(start, [usual] * random.randint(2, 12), FILL_DAYS - random.randint(1, 13))


_FILLS = {
    PersonKind.STEADY: _steady,
    PersonKind.TAPER: _taper,
    PersonKind.TITRATION: _titration,
    PersonKind.STOP: _stop,
    PersonKind.ABOVE: _above,
    PersonKind.GAP: _gap,
    PersonKind.OVERLAP: _overlap,
    PersonKind.REFILL: _refill,
    PersonKind.TWICE: _stop,
}


def _written(person: int, drug: str, fill: SyntheticFill, tablet: Fraction, strength: str) -> ExposureRow:
    quantity = fill.mg * fill.days / tablet
    return ExposureRow(
        person=person, drug=drug, start=fill.first, end=fill.last, quantity=int(quantity), strength=strength,
        days_supply=fill.days,
    )  # fmt: skip


_PLANTED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("NO_DRUG", {"drug": None}),
    ("UNKNOWN_DRUG", {"drug": "a name of nothing"}),
    ("NO_START", {"start": None}),
    ("FAR_DATE", {"start": date(1850, 1, 1), "end": date(1850, 1, 28)}),
    ("END_BEFORE_START", {"end": SINCE, "days_supply": None}),
    ("NO_LENGTH", {"end": None, "days_supply": None}),
    ("NEGATIVE_LENGTH", {"end": None, "days_supply": 0}),
    ("TOO_LONG", {"end": None, "days_supply": 9000}),
    ("NO_QUANTITY", {"quantity": None}),
    ("NEGATIVE_QUANTITY", {"quantity": -FILL_DAYS}),
    ("NO_STRENGTH", {"strength": None}),
    ("UNREAD_STRENGTH", {"strength": "5 tablets"}),
    ("TOO_LARGE", {"quantity": 10**12}),
)


def _planted(place: int, row: ExposureRow) -> tuple[ExposureRow, str]:
    reason, changed = _PLANTED[place % len(_PLANTED)]
    return replace(row, **changed), reason


# As record batches.


def exposure_batches(people: Iterable[SyntheticPerson], *, rows: int = 10_000) -> Iterator["pa.RecordBatch"]:
    """The rows of synthetic people as record batches for `taper.batch.to_spans`, streamed.

    Args:
        people: As `synthetic_people` draws them.
        rows: About how many rows a batch has; people are not cut.

    Raises:
        MissingExtra: If pyarrow is not installed.
    """
    arrow = need("pyarrow", install="batch", purpose=_PURPOSE)
    schema = arrow.schema(
        {
            "person": arrow.int64(), "drug": arrow.string(), "start": arrow.date32(), "end": arrow.date32(),
            "quantity": arrow.int64(), "strength": arrow.string(), "days_supply": arrow.int32(),
        }
    )  # fmt: skip
    held: list[ExposureRow] = []
    for person in people:
        held += person.rows
        if len(held) >= rows:
            yield _batch(arrow, schema, held)
            held = []
    if held:
        yield _batch(arrow, schema, held)


def kidney_batches(people: Iterable[SyntheticPerson]) -> Iterator["pa.RecordBatch"]:
    """The kidney figures of synthetic people as record batches for `taper.batch.to_findings`.

    Raises:
        MissingExtra: If pyarrow is not installed.
    """
    arrow = need("pyarrow", install="batch", purpose=_PURPOSE)
    kinds = {"person": arrow.int64(), "date": arrow.date32(), "egfr": arrow.int64(), "crcl": arrow.int64()}
    known = ({"person": one.person, "date": SINCE, "egfr": one.egfr, "crcl": None} for one in people if one.egfr)
    while listed := list(islice(known, 10_000)):
        yield arrow.RecordBatch.from_pylist(listed, schema=arrow.schema(kinds))


def _batch(arrow: Any, schema: Any, rows: list[ExposureRow]) -> Any:
    columns = [arrow.array([getattr(row, field.name) for row in rows], field.type) for field in schema]
    return arrow.RecordBatch.from_arrays(columns, schema=schema)
