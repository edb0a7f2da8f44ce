"""Records of synthetic people: what was dispensed to one as it is meant, as it is written, and of which kind one is."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from taper._base.limits import EARLIEST, LATEST, LONGEST_DAYS, MOST_ITEMS
from taper._base.shown import show
from taper.errors import InvalidInput


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
    """A readable row as it is meant: its first day, its days, and the daily dose in mg.

    Raises:
        InvalidInput: If a field is none of these, or the days do not lie from 1900 to 2200.
    """

    first: date
    days: int
    mg: Fraction

    def __post_init__(self) -> None:
        if type(self.first) is not date or not EARLIEST <= self.first <= LATEST:
            raise InvalidInput(
                f"{show(self.first)} is no date from 1900 to 2200; write date(2021, 3, 1)", where="first"
            )
        most = min(LONGEST_DAYS, (LATEST - self.first).days + 1)
        if type(self.days) is not int or not 1 <= self.days <= most:
            raise InvalidInput(f"{show(self.days)} is no number of days from 1 to {most}; write 1", where="days")
        if type(self.mg) is not Fraction or self.mg < 0:
            raise InvalidInput(f"{show(self.mg)} is no exact number from 0; write Fraction(5)", where="mg")

    @property
    def last(self) -> date:
        return self.first + timedelta(self.days - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticPerson:
    """A person whose rows have known answers: see `known_spans`, `known_episodes` and `known_findings`.

    `fills` are the readable rows in order; `rows` are these as they are written, a row that is written twice, and the
    `planted` ones that cannot be read, each beside the name of its reason in `taper.batch.Aside`. `egfr` is in
    mL/min/1.73 m2, measured before the first fill; None for most.

    Raises:
        InvalidInput: If a field that is read on is none of these, or the fills are fewer than the kind has.
    """

    person: int
    kind: PersonKind
    drug: str
    fills: tuple[SyntheticFill, ...]
    rows: tuple[ExposureRow, ...]
    planted: tuple[tuple[ExposureRow, str], ...]
    egfr: int | None

    def __post_init__(self) -> None:
        if type(self.person) is not int or not 0 <= self.person < 2**63:
            raise InvalidInput(f"{show(self.person)} is no number of a person; write 1", where="person")
        if not isinstance(self.kind, PersonKind):
            raise InvalidInput(f"{show(self.kind)} is no kind of person; write PersonKind.STOP", where="kind")
        _all("fills", self.fills, SyntheticFill)
        _all("rows", self.rows, ExposureRow)
        least, most = _MANY.get(self.kind, (1, MOST_ITEMS))
        if not least <= len(self.fills) <= most:
            raise InvalidInput(
                f"a person of the kind {self.kind.name} has {least} to {most} fills, and got {len(self.fills)}; "
                f"give {least}",
                where="fills",
            )
        if self.egfr is not None and (type(self.egfr) is not int or not 1 <= self.egfr <= _HIGHEST_EGFR):
            raise InvalidInput(
                f"{show(self.egfr)} is no whole number from 1 to {_HIGHEST_EGFR}; write 30, or None", where="egfr"
            )


_HIGHEST_EGFR = 1000
_MANY = {PersonKind.OVERLAP: (2, 2), PersonKind.REFILL: (2, MOST_ITEMS)}
"""The fewest and most fills of a kind, where these are not any from one."""


def _all(name: str, got: object, kind: type) -> None:
    if not isinstance(got, tuple) or not all(isinstance(each, kind) for each in got):
        raise InvalidInput(f"{show(got)} is no tuple of {kind.__name__}; give one", where=name)
