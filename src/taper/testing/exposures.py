"""Synthetic people and what was dispensed to them, drawn by a seed in plain Python, each of a known kind."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any, cast

from taper._base.limits import LONGEST_DAYS, LONGEST_NAME
from taper._base.shown import show
from taper._base.takes import read_once, takes
from taper.amounts.dose import Dose
from taper.errors import InvalidInput
from taper.testing.products import DRUG
from taper.testing.synthetic_records import ExposureRow, PersonKind, SyntheticFill, SyntheticPerson

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

_MOST_TABLETS = LONGEST_DAYS // FILL_DAYS
"""A titration takes one tablet more in each fill, so that more of them last longer than any plan."""

_MOST_CEILING = Dose(500, "g")
"""Someone above it takes at most four tablets more, and two doses at once: each is still read as a dose."""

_LEAST_TABLET, _FINEST, _DIGITS = Dose("0.0001"), 10**6, 10**9
"""What 28 days of tablets are counted exactly in, and what makes the planted quantity that is too large, too large."""


@takes
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
        ceiling: What the people of the kind `ABOVE` exceed and no other does; 6 to 261 tablets.
        kinds: The kinds in turn, one a person; name one twice to have more of it.
        planted_every: A row that cannot be read is planted for each person with a number that this divides.

    Raises:
        InvalidInput: If the count is negative; the drug is no name of at most 80 characters; there are no kinds, or
            they have no order; `planted_every` is below 1; the tablet is below 0.0001 mg, or has more than six decimals
            or nine digits; or the ceiling is below six tablets, above 500 g, or above 261 tablets: a titration that
            takes one more in each fill of 28 days then lasts longer than the 7320 days of any plan.

    Example:
        >>> people = list(synthetic_people(9, seed=1))
        >>> people[1].kind.name, [str(fill.mg) for fill in people[1].fills][-3:]
        ('TAPER', ['25/7', '25/14', '25/14'])
    """
    if count < 0:
        raise InvalidInput(f"{show(count)} people cannot be drawn; write 0 or more", where="count")
    if not drug.strip() or len(drug) > LONGEST_NAME or not drug.isprintable():
        raise InvalidInput(
            f"{show(drug)} is no name of at most {LONGEST_NAME} characters; write one such as {DRUG}", where="drug"
        )
    if planted_every < 1:
        raise InvalidInput(
            f"nothing is planted for each {show(planted_every)} people; write 1 or more, and more than the count "
            "where no row is to be planted",
            where="planted_every",
        )
    _check_doses(tablet, ceiling)
    return _people(count, seed, drug, tablet, ceiling, _in_turn(kinds), planted_every)


def _check_doses(tablet: Dose, ceiling: Dose) -> None:
    top, bottom = tablet.mg.as_integer_ratio()
    if tablet < _LEAST_TABLET or bottom > _FINEST or top > _DIGITS:
        raise InvalidInput(
            f"a tablet of {tablet} is not counted exactly in rows; write one from {_LEAST_TABLET} with at most six "
            "decimals and nine digits, such as 5 mg",
            where="tablet",
        )
    least, most = tablet.mg * 6, min(tablet.mg * _MOST_TABLETS, _MOST_CEILING.mg)
    if least > _MOST_CEILING.mg:
        raise InvalidInput(
            f"a ceiling is at least six tablets and at most {_MOST_CEILING}, and a tablet is {tablet}; "
            "write a smaller one, such as 5 mg",
            where="tablet",
        )
    if not least <= ceiling.mg <= most:
        raise InvalidInput(
            f"a ceiling of {ceiling} is not from 6 to {_MOST_TABLETS} tablets of {tablet}, or above {_MOST_CEILING}; "
            f"write one from {Dose(least)} to {Dose(most)}",
            where="ceiling",
        )


def _in_turn(kinds: Sequence[PersonKind]) -> tuple[PersonKind, ...]:
    if isinstance(kinds, Set):
        raise InvalidInput(f"{show(kinds)} has no order; write a list such as [PersonKind.STOP]", where="kinds")
    listed = tuple(cast(Iterable[PersonKind], read_once("synthetic_people", "kinds", kinds)))
    wrong = [each for each in listed if not isinstance(each, PersonKind)]
    if wrong or not listed:
        got = show(wrong[0]) if wrong else "none"
        raise InvalidInput(f"kinds of people are asked for, and got {got}; write [PersonKind.STOP]", where="kinds")
    return listed


def _people(
    count: int,
    seed: int,
    drug: str,
    tablet: Dose,
    ceiling: Dose,
    kinds: tuple[PersonKind, ...],
    planted_every: int,
) -> Iterator[SyntheticPerson]:
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
