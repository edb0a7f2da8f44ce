"""The pace asked for: how much, of what, how often. Data only; rulers measure it."""

import re
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from taper._base.numbers import Exact, Rational, exact, write_number
from taper._base.records import NotEmpty, Value
from taper._base.shown import show
from taper._base.text import readable
from taper.amounts.dose import Dose, MassUnit, split_quantity
from taper.amounts.duration import Duration, InvalidDuration
from taper.errors import InvalidInput

Aim = Literal["slow", "fast"]


class InvalidPace(InvalidInput):
    """A pace that cannot be read, names no base, or asks for nothing or for everything at once."""


class PaceWithoutEnd(InvalidPace):
    """A percentage of the current dose with neither `at_least` nor `last_dose`: it never arrives at 0."""


def check_percent(value: object) -> Fraction:
    """A percentage above 0 and below 100.

    Raises:
        InvalidPace: If it is none.
    """
    if isinstance(value, str):
        value = value.strip().removesuffix("%").rstrip()
    number = exact(value)
    if number <= 0:
        raise InvalidPace(f"{write_number(number)}% changes nothing; write a percentage above 0")
    if number >= 100:
        raise InvalidPace(f"{write_number(number)}% would stop at once; write a percentage below 100")
    return number


def _above_zero(dose: Dose) -> Dose:
    if not dose:
        raise InvalidPace("0 mg changes nothing; write an amount above 0")
    return dose


def check_points(value: object) -> Fraction:
    """Points of occupancy, above 0 and below 100.

    Raises:
        InvalidPace: If it is none.
    """
    number = exact(value)
    if not 0 < number < 100:
        raise InvalidPace(f"{write_number(number)} points of occupancy; write a number above 0 and below 100")
    return number


Percent = Annotated[Exact, BeforeValidator(check_percent)]
Some = Annotated[Dose, AfterValidator(_above_zero)]
Points = Annotated[Exact, BeforeValidator(check_points)]


class Fixed(Value):
    """So many mg of the day's total."""

    low: Some
    high: Some

    def __str__(self) -> str:
        return _span(self.low.text, self.high.text)


class OfStart(Value):
    """So many percent of the day's total before day 1."""

    low: Percent
    high: Percent

    def __str__(self) -> str:
        return f"{_span_percent(self.low, self.high)} of start"


class OfCurrent(Value):
    """So many percent of the day's total as it is.

    With `at_least`, a reduction of so many mg is one pace where the percentage is less. With `last_dose`, the plan
    stops from there.
    """

    low: Percent
    high: Percent
    at_least: Some | None = None
    last_dose: Some | None = None

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.at_least is not None and self.last_dose is not None:
            raise InvalidPace("has at_least and last_dose; give one: the smallest reduction, or the dose to stop from")
        return self

    def __str__(self) -> str:
        text = f"{_span_percent(self.low, self.high)} of current"
        if self.at_least is not None:
            return f"{text}, at least {self.at_least}"
        return text if self.last_dose is None else f"{text}, last dose {self.last_dose}"


class Band(Value):
    """One band of the day's total, from the band above it (or any dose) down to an edge, and its reduction in mg."""

    down_to: Dose
    low: Some
    high: Some

    def __str__(self) -> str:
        return f"{_span(self.low.text, self.high.text)} down to {self.down_to}"


class Bands(Value):
    """So many mg of the day's total, by how high it is; the last band ends at 0."""

    bands: Annotated[tuple[Band, ...], NotEmpty]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        edges = [band.down_to for band in self.bands]
        if edges != sorted(set(edges), reverse=True):
            raise InvalidPace("bands are written from the highest dose down; sort them, each edge once")
        if edges[-1]:
            raise InvalidPace(f"the bands end at {edges[-1]}; add one that goes down to 0 mg")
        return self

    def __str__(self) -> str:
        return ", ".join(str(band) for band in self.bands)


class OfOccupancy(Value):
    """So many percentage points of receptor occupancy, `vmax * dose / (km + dose)`; a teaching model with a source."""

    low: Points
    high: Points
    vmax: Annotated[Exact, Field(gt=0, le=100)]
    km: Some
    source: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]*$", max_length=80)]

    @model_validator(mode="after")
    def _within_curve(self) -> Self:
        if self.high >= self.vmax:
            raise InvalidPace(
                f"{write_number(self.high)} points are the whole curve, whose Vmax is {write_number(self.vmax)}; "
                "write fewer points"
            )
        return self

    def __str__(self) -> str:
        span = _span(write_number(self.low), write_number(self.high))
        return f"{span} points of occupancy with Vmax {write_number(self.vmax)} and Km {self.km} by {self.source}"


Base = Fixed | OfStart | OfCurrent | Bands | OfOccupancy
"""What a pace is counted in; it always says of what."""


class Pace(Value):
    """So much on a named base per interval, and the largest reduction that is accepted.

    `up_to` is in the base's own unit: mg, percent, points; for bands, paces. A range accepts its fast end and
    needs an aim. `never_more_than` is a second base whose one pace is never knowingly exceeded either; where it is a
    percentage of the current dose without `at_least`, only the last reduction is exempt: the one to 0 from a dose from
    which the pace itself may fall to 0.

    Example:
        >>> pace = Pace.parse("10% of current, at least 1 mg, up to 12.5%, every 2 weeks")
        >>> print(pace.base)
        10% of current, at least 1 mg
        >>> Pace.parse(str(pace)) == pace
        True
    """

    base: Base
    every: Duration
    up_to: Exact | None = None
    aim: Aim | None = None
    never_more_than: Base | None = None

    @classmethod
    def parse(cls, text: str, *, down_to: Dose | None = None) -> Self:
        """Read a pace as it is written in a request, such as "2 mg, every 1 week".

        Args:
            text: The pace.
            down_to: The daily total at which another pace takes over, if one does. A percentage of the current dose
                then needs no end of its own: it counts down to there, and its smallest reduction is that part of it.

        Raises:
            InvalidPace: If the amount, its base or the interval is missing or cannot be read.
        """
        try:
            made = _read(text)
            base = made["base"]
            if down_to and isinstance(base, OfCurrent) and base.at_least is None and base.last_dose is None:
                made["base"] = base.model_copy(update={"at_least": down_to * (base.low / 100)})
            return cls(**made)
        except InvalidInput as error:
            # What a class is called says nothing to the one who wrote the text.
            error.where = "pace" if error.where in _CLASSES else error.where
            raise

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        _check_ends(self)
        _check_range(self)
        if self.up_to is not None:
            _check_up_to(self.base, self.up_to)
        if self.never_more_than is not None and is_range(self.never_more_than):
            raise InvalidPace("never_more_than is a range; give its one limit")
        # A plan keeps it as text, which is read again.
        readable(str(self), "", InvalidPace)
        return self

    @property
    def is_range(self) -> bool:
        """Whether two speeds were given."""
        return is_range(self.base)

    def __str__(self) -> str:
        parts = [str(self.base)]
        if self.up_to is not None:
            parts.append(f"up to {_write_up_to(self.base, self.up_to)}")
        if self.aim is not None:
            parts.append(f"aim {self.aim}")
        if self.never_more_than is not None:
            parts.append(f"never more than {self.never_more_than}")
        return ", ".join([*parts, f"every {self.every}"])

    def __repr__(self) -> str:
        return f"Pace.parse({str(self)!r})"


PaceText = Annotated[
    Pace,
    BeforeValidator(lambda given: Pace.parse(given) if isinstance(given, str) else given),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "minLength": 1, "examples": ["10% of current, every 2 weeks"]}),
]
"""A field that holds a pace, written as its text."""


def is_range(base: Base) -> bool:
    """Whether a base gives two speeds."""
    spans = base.bands if isinstance(base, Bands) else (base,)
    return any(span.low != span.high for span in spans)


def _check_ends(pace: Pace) -> None:
    base = pace.base
    if isinstance(base, OfCurrent) and base.at_least is None and base.last_dose is None:
        raise PaceWithoutEnd(
            f'{base} never arrives at 0; add at_least (the smallest reduction, such as "1 mg") or last_dose '
            "(the dose to stop from)"
        )
    spans = base.bands if isinstance(base, Bands) else (base,)
    for span in spans:
        _check_span(span.low, span.high)
    second = pace.never_more_than
    if isinstance(second, OfCurrent) and second.last_dose is not None:
        raise InvalidPace("never_more_than has a last_dose; give it to the pace, which says where the plan stops")


def _check_span(low: Any, high: Any) -> None:
    if high < low:
        raise InvalidPace("the range ends below its start; write the slow end first")


def _check_range(pace: Pace) -> None:
    if pace.is_range and pace.aim is None:
        raise InvalidPace(f'"{pace.base}" is a range; add aim "slow" or "fast": which end to plan by')
    if pace.is_range and pace.up_to is not None:
        raise InvalidPace("a range already accepts its fast end; remove up_to, or give one figure")
    if not pace.is_range and pace.aim is not None:
        raise InvalidPace("aim chooses the end of a range, and one figure was given; remove it")


def _check_up_to(base: Base, limit: Fraction) -> None:
    least = Fraction(1) if isinstance(base, Bands) else base.low.mg if isinstance(base, Fixed) else base.low
    if limit < least:
        raise InvalidPace(f"up to {_write_up_to(base, limit)} is less than the pace itself; raise it or leave it out")
    if limit >= 100 and isinstance(base, OfStart | OfCurrent | OfOccupancy):
        raise InvalidPace(f"up to {_write_up_to(base, limit)} would accept stopping at once; write less than 100")


def _write_up_to(base: Base, limit: Fraction) -> str:
    match base:
        case Fixed():
            return Dose(limit).in_unit(base.low.unit).text
        case Bands():
            return f"{write_number(limit)} paces"
        case OfOccupancy():
            return f"{write_number(limit)} points"
        case _:
            return f"{write_number(limit)}%"


def _span(low: str, high: str) -> str:
    if low == high:
        return low
    (first, unit), (_, other) = split_quantity(low), split_quantity(high)
    return f"{first if unit == other else low}-{high}"


def _span_percent(low: Fraction, high: Fraction) -> str:
    return f"{_span(write_number(low), write_number(high))}%"


# Constructors: one a base. Each takes a single figure, or a range such as "2-4 mg".


def ends_of(text: str) -> tuple[str, str]:
    """The text of the two ends of a range, equal where it is none.

    Raises:
        InvalidPace: If it is below 0.
    """
    low, dash, high = text.strip().partition("-")
    if dash and not low.strip():
        raise InvalidPace(f"{show(text.strip())} is negative; write a pace above 0, by which doses are reduced")
    return low.strip(), (high if dash else low).strip()


def read_percents(given: Rational) -> tuple[Fraction, Fraction]:
    """The two ends of a percentage, equal where it is no range."""
    low, high = ends_of(given) if isinstance(given, str) else (given, given)
    return check_percent(low), check_percent(high)


def read_span(text: str) -> tuple[Dose, Dose]:
    """The two ends of an amount such as "2-4 mg", equal where it is no range."""
    low, high = ends_of(text)
    unit = split_quantity(high)[1]
    return Dose.parse(low if split_quantity(low)[1] or not unit else f"{low} {unit}"), Dose.parse(high)


# Reading the text form: a base, then its clauses, then the interval.

_EVERY = re.compile(r"(.*?)[, ]+(?:every|per) ([^,]+)(.*)", re.DOTALL)
_CLASSES = {kind.__name__ for kind in (Pace, Fixed, OfStart, OfCurrent, OfOccupancy, Bands, Band)}
_POINTS = re.compile(r"(.+?) points? of occupancy with Vmax (\S+) and Km (.+) by (\S+)")


def _read(text: str) -> dict[str, Any]:
    advice = '; write a pace as text, like "2 mg, every 2 weeks"'
    found = _EVERY.fullmatch(readable(text, advice, InvalidPace).strip())
    if found is None:
        raise InvalidPace(f'{show(text)} has no interval; write it like "2 mg, every 2 weeks"')
    made: dict[str, Any] = {"every": _read_every(found[2])}
    body, _, second = (found[1] + found[3]).partition("never more than ")
    if second:
        made["never_more_than"] = read_base(second)
    parts = []
    for part in _clauses(body):
        if part.startswith("up to "):
            made["up_to"] = part.removeprefix("up to ")
        elif part.startswith("aim "):
            made["aim"] = part.removeprefix("aim ")
        else:
            parts.append(part)
    made["base"] = read_base(", ".join(parts))
    if "up_to" in made:
        made["up_to"] = _read_up_to(made["base"], made["up_to"])
    return made


def _clauses(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _read_every(text: str) -> Duration:
    plain = text.strip()
    try:
        return Duration.parse(plain if plain[:1].isdigit() else f"1 {plain}")
    except InvalidDuration as error:
        raise InvalidPace(error.message, where="every") from None


def read_base(text: str) -> Base:
    """Read what a pace is counted in, such as "50% of current" or "2 mg".

    Raises:
        InvalidPace: If it names no base.
    """
    clauses = _clauses(text)
    if not clauses:
        raise InvalidPace('the pace is empty; write it like "2 mg, every 2 weeks"')
    head, rest = clauses[0], clauses[1:]
    if " down to " in head:
        return _read_bands(clauses)
    if " of current" in head:
        return _read_current(head, rest)
    if rest:
        raise InvalidPace(f"{show(rest[0])} does not belong to {show(head)}; remove it or correct its spelling")
    return _read_plain(head)


def _read_plain(head: str) -> Base:
    if " of start" in head:
        low, high = read_percents(head.removesuffix(" of start"))
        return OfStart(low=low, high=high)
    if "occupancy" in head:
        return _read_occupancy(head)
    if "%" in head:
        raise InvalidPace(f'{show(head)} does not say of what; write "of current" or "of start" after it')
    if split_quantity(head)[1] not in set(MassUnit):
        hint = 'write it like "2 mg", "10% of start" or "10% of current, at least 1 mg"'
        raise InvalidPace(f"{show(head)} is not a pace; {hint}")
    first, last = read_span(head)
    return Fixed(low=first, high=last)


def _read_current(head: str, rest: list[str]) -> OfCurrent:
    if not head.endswith(" of current"):
        raise InvalidPace(f'{show(head)} is not a pace; write it like "10% of current, at least 1 mg"')
    low, high = read_percents(head.removesuffix(" of current"))
    ends: dict[str, Dose] = {}
    for part in rest:
        for words, name in (("at least ", "at_least"), ("last dose ", "last_dose")):
            if part.startswith(words) and name not in ends:
                ends[name] = Dose.parse(part.removeprefix(words))
                break
        else:
            raise InvalidPace(
                f'{show(part)} is not known here; write "at least 1 mg", "last dose 1 mg" or "up to 12.5%"'
            )
    return OfCurrent(low=low, high=high, at_least=ends.get("at_least"), last_dose=ends.get("last_dose"))


def _read_bands(clauses: list[str]) -> Bands:
    made = []
    for part in clauses:
        amount, between, edge = part.partition(" down to ")
        if not between:
            raise InvalidPace(f'{show(part)} is not a band; write it like "2 mg down to 10 mg"')
        low, high = read_span(amount)
        made.append(Band(down_to=Dose.parse(edge), low=low, high=high))
    return Bands(bands=tuple(made))


def _read_occupancy(head: str) -> OfOccupancy:
    found = _POINTS.fullmatch(head)
    if found is None:
        hint = 'write "10 points of occupancy with Vmax 80 and Km 2 mg by SOURCE"'
        raise InvalidPace(f"{show(head)} lacks its curve; {hint}")
    low, high = ends_of(found[1])
    return OfOccupancy(low=low, high=high, vmax=found[2], km=Dose.parse(found[3]), source=found[4])


def _read_up_to(base: Base, text: str) -> Fraction:
    match base:
        case Fixed():
            if "%" in text:
                raise InvalidPace(f'up to {show(text)} is in percent and the pace in mg; write it like "up to 4 mg"')
            return Dose.parse(text).mg
        case Bands():
            return exact(text.removesuffix("paces").strip())
        case OfOccupancy():
            return check_points(text.removesuffix("points").strip())
        case _:
            if not text.endswith("%"):
                raise InvalidPace(f'up to {show(text)} has no percent sign; write it like "up to 12.5%"')
            return check_percent(text)
