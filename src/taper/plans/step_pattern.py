"""Patterns of steps in words: "60 mg for 2 days, then down 10 mg every 2 days to 20 mg, then stop"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from taper._base.limits import LONGEST_DAYS, LONGEST_MONTHS, LONGEST_NUMBER, MOST_STEPS
from taper._base.records import NotEmpty, Value
from taper._base.shown import show
from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.errors import InvalidInput

PatternEnd = Literal["stop", "continue", "review"]
_AMOUNT = r"0|[0-9][0-9./ ]* ?(?:mcg|mg|g)"
_TIME = r"[0-9]{1,6} (?:day|week|month|year)s?|day|week|month"
_FOR = r"(?: for | ?[x\u00d7] ?)"
_BEGINS = rf"(?:stop|continue|review)$|(?:down|up|alternate) |(?:{_AMOUNT}){_FOR}"
_THEN = re.compile(rf"\s*[,;]?\s*\bthen\b,?\s*|\s*;\s*|,\s*(?={_BEGINS})")
_KEEP = re.compile(rf"(?P<dose>{_AMOUNT}){_FOR}(?P<lasting>{_TIME})")
_MOVE = re.compile(
    rf"(?P<way>down|up)(?: by)? (?P<size>{_AMOUNT}),? every (?P<every>{_TIME})(?: to (?P<to>{_AMOUNT}))?"
)
_SWAP = re.compile(rf"alternate to (?P<to>{_AMOUNT}) in (?P<days>[0-9]+) days,? every (?P<every>{_TIME})")
_HINT = (
    'write parts such as "60 mg for 2 days", "down 10 mg every 2 days to 20 mg", "up 25 mg every 1 day to 200 mg", '
    '"alternate to 4 mg in 7 days every 1 week", "stop", joined by "then"'
)


class InvalidPattern(InvalidInput):
    """A pattern of steps that cannot be read, goes nowhere, or does not say what follows."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a pattern: the dose of each day in turn, for how long, and whether it is more than before."""

    days: tuple[Dose, ...]
    lasting: Duration
    rises: bool = False


class Keep(Value):
    """One dose for a length of time."""

    dose: Dose
    lasting: Duration

    def rungs(self, before: Dose | None) -> Iterator[Rung]:
        """Its one step."""
        yield Rung((self.dose,), self.lasting, before is not None and self.dose > before)

    def __str__(self) -> str:
        return f"{self.dose} for {self.lasting}"


class Move(Value):
    """A dose that goes up or down by the same amount at each interval; the last change is what is left."""

    way: Literal["down", "up"]
    size: Dose
    every: Duration
    to: Dose

    def rungs(self, before: Dose | None) -> Iterator[Rung]:
        """Its steps, from the first dose that differs.

        Raises:
            InvalidPattern: If they are more than a course may have; this is found before they are listed.
        """
        if before is None:
            raise InvalidPattern(f'"{self}" has nothing to start from; begin with a dose, such as "60 mg for 2 days"')
        if not self.size:
            raise InvalidPattern(f'"{self}" changes nothing; write an amount above 0')
        if before == self.to or (before > self.to) != (self.way == "down"):
            raise InvalidPattern(f'"{self}" begins at {before}, from which {self.way} does not lead to {self.to}')
        way = abs(before.mg - self.to.mg)
        count = -(-way // self.size.mg)
        if count > MOST_STEPS:
            least = Dose(_round_up(way / self._most_advised)).in_unit(self.size.unit)
            raise _too_many(f'"{self}" takes {count} steps from {before}', f"change by {least} or more each time")
        dose = before
        while dose != self.to:
            left = abs(dose.mg - self.to.mg)
            step = min(self.size.mg, left)
            mg = dose.mg - step if self.way == "down" else dose.mg + step
            dose = Dose(mg).in_unit(before.unit)
            yield Rung((dose,), self.every, self.way == "up")

    @property
    def _most_advised(self) -> int:
        """How many steps fit well into the longest plan, beside a few others."""
        most = LONGEST_DAYS // self.every.days if self.every.is_in_days else LONGEST_MONTHS // self.every.months
        return max(1, most * 9 // 10)

    def __str__(self) -> str:
        return f"{self.way} {self.size} every {self.every} to {self.to}"


class Alternate(Value):
    """One dose that replaces another on more and more days of so many, one day more at each interval."""

    to: Dose
    days: Annotated[int, Field(ge=2, le=28)]
    every: Duration

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.every.is_in_days or self.every.days % self.days:
            raise InvalidPattern(
                f"{self.every} does not hold {self.days} days a whole number of times; write {self.days} days, or a "
                "multiple of it"
            )
        return self

    def rungs(self, before: Dose | None) -> Iterator[Rung]:
        """Its steps: one new day, two, and so on, spread over the days, each round beginning with the old dose."""
        if before is None:
            raise InvalidPattern(f'"{self}" has nothing to start from; begin with a dose, such as "5 mg for 1 week"')
        if before == self.to:
            raise InvalidPattern(f'"{self}" begins at {before} already; write another dose')
        rises = self.to > before
        for count in range(1, self.days):
            new = [(day + 1) * count // self.days > day * count // self.days for day in range(self.days)]
            yield Rung(tuple(self.to if is_new else before for is_new in new), self.every, rises)
        yield Rung((self.to,), self.every, rises)

    def __str__(self) -> str:
        return f"alternate to {self.to} in {self.days} days every {self.every}"


class StepPattern(Value):
    """Parts in order, and what follows the last.

    Example:
        >>> asked = StepPattern.parse("60 mg for 2 days, then down 20 mg every 2 days to 20 mg, then stop")
        >>> [(str(rung.days[0]), str(rung.lasting)) for rung in asked.rungs]
        [('60 mg', '2 days'), ('40 mg', '2 days'), ('20 mg', '2 days')]
    """

    parts: Annotated[tuple[Keep | Move | Alternate, ...], NotEmpty]
    then: PatternEnd

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read parts joined by "then" or ";", and at the end "stop", "continue" or "review".

        A pattern that goes down to 0 stops; one that ends in a dose of its own continues unless it says otherwise.

        Raises:
            InvalidPattern: If a part cannot be read, goes nowhere, or it is not said what follows the last.
        """
        if not isinstance(text, str) or not text.strip():
            raise InvalidPattern(f"there is no pattern; {_HINT}")
        given = [part.strip() for part in _THEN.split(" ".join(text.split())) if part.strip()]
        if not given:
            raise InvalidPattern(f"{show(text.strip())} holds no part; {_HINT}")
        end = given.pop() if given[-1] in {"stop", "continue", "review"} else None
        if len(given) > MOST_STEPS:
            raise _too_many(f"there are {len(given)} parts", "write fewer")
        parts = tuple(_read(part, number) for number, part in enumerate(given, start=1))
        if end is None and parts and isinstance(parts[-1], Keep):
            raise InvalidPattern('the last part has an end; say what follows: "then stop", "then review"')
        last = parts[-1] if parts else None
        ends_at_0 = isinstance(last, Move | Alternate) and not last.to
        return cls(parts=parts, then=end or ("stop" if ends_at_0 else "continue"))

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        rungs = self.rungs
        if not rungs:
            raise InvalidPattern(f"there is no dose in it; {_HINT}")
        if any(not any(rung.days) for rung in rungs):
            raise InvalidPattern("a part of it takes nothing; only the last may go down to 0, from where it stops")
        last = self.parts[-1]
        if isinstance(last, Move | Alternate) and not last.to and self.then != "stop":
            raise InvalidPattern(f'it goes down to 0, where it stops; remove "{self.then}"')
        return self

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """Every step with a dose, in order; the end at 0 is none."""
        made: list[Rung] = []
        for number, part in enumerate(self.parts, start=1):
            made += part.rungs(made[-1].days[-1] if made else None)
            if len(made) > MOST_STEPS + 1:  # the last may be the end at 0
                what = f"its first {number} parts take {len(made)} steps"
                raise _too_many(what, "write fewer parts, or larger changes")
        return tuple(made[:-1]) if made and not any(made[-1].days) else tuple(made)

    def __str__(self) -> str:
        return ", then ".join([*map(str, self.parts), self.then])


def _too_many(what: str, advice: str) -> InvalidPattern:
    return InvalidPattern(f"{what}, and a plan has at most {MOST_STEPS}; {advice}")


def _round_up(mg: Fraction) -> Fraction:
    """The least amount of two digits that is not below one."""
    unit = Fraction(10) ** (len(str(int(mg))) - 2 if mg >= 1 else -1 - len(str(int(1 / mg))))
    return -(-mg // unit) * unit


def _read(text: str, number: int) -> Keep | Move | Alternate:
    for kind, pattern in ((Keep, _KEEP), (Move, _MOVE), (Alternate, _SWAP)):
        found = pattern.fullmatch(text)
        if found is not None:
            return _part(kind, found.groupdict(), text, number)
    raise InvalidPattern(f"part {number}, {show(text)}, cannot be read; {_HINT}")


def _part(
    kind: type[Keep | Move | Alternate], given: dict[str, str | None], text: str, number: int
) -> Keep | Move | Alternate:
    if kind is Move and given["to"] is None:
        if given["way"] == "up":
            raise InvalidPattern(f'part {number}, {text!r}, has no end; write "to 200 mg" after it')
        given["to"] = "0"
    try:
        made = {name: _value(name, value) for name, value in given.items() if value is not None}
        return kind(**made)
    except InvalidInput as error:
        error.where = f"part {number}"
        raise


def _value(name: str, text: str) -> object:
    match name:
        case "dose" | "size" | "to":
            return Dose(0) if text.strip() == "0" else Dose.parse(text.strip())
        case "lasting" | "every":
            return Duration.parse(text if text[0].isdigit() else f"1 {text}")
        case "days":
            if len(text) > LONGEST_NUMBER:
                raise InvalidPattern(f"a number of {len(text)} digits is no number of days; write 2 to 28 days")
            return int(text)
        case _:
            return text
