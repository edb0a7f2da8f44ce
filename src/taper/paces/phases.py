"""Phases: one pace after another, each down to a daily total."""

import re
from itertools import pairwise
from typing import Annotated, Self

from pydantic import model_validator

from taper._base.records import NotEmpty, Value
from taper._base.shown import show
from taper._base.takes import takes
from taper._base.text import readable
from taper.amounts.dose import Dose
from taper.errors import InvalidInput
from taper.paces.pace import InvalidPace, Pace, PaceText

_THEN = re.compile(r"\s*[,;]?\s*\bthen\b,?\s*|\s*;\s*")
_AMOUNT = r"[0-9][0-9./ ]*(?: ?(?:mcg|mg|g))?"
_ENDS = re.compile(
    rf"(?P<pace>.+?)(?:,?\s+from (?P<down_from>{_AMOUNT}))?"
    rf"(?:,?\s+(?<!up )(?:down to|to|until) (?P<down_to>{_AMOUNT}))?(?: ?a day|/day)?"
)
_BAND = re.compile(rf"(?P<amount>.+?) down to (?P<down_to>{_AMOUNT}),? (?P<every>(?:every|per) .+)")
_ADVICE = 'write "10% of current every 2 weeks to 10 mg, then 1 mg every 4 weeks"'
_EACH = re.compile(r".*?\b(?:every|per) [^,]+(?:,\s*|$)")


class Phase(Value):
    """One pace, down to a daily total; `down_from` repeats where it begins, to be compared with the phase before.

    Example:
        >>> print(Phase.parse("10% of current every 2 weeks to 10 mg"))
        10% of current, at least 1 mg, every 2 weeks to 10 mg
    """

    pace: PaceText
    down_to: Dose
    down_from: Dose | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "10% of current every 2 weeks to 10 mg", "1 mg every 4 weeks" or "2 mg down to 10 mg every 1 week".

        Without an end it goes down to 0. A percentage of the current dose needs no end of its own above 0.

        Raises:
            InvalidPace: If it cannot be read.
        """
        text = readable(text, f"; {_ADVICE}", InvalidPace)
        band = _BAND.fullmatch(text.strip())
        if band is not None:
            edge = _edge(band["down_to"])
            return cls(pace=Pace.parse(f"{band['amount']}, {band['every']}", down_to=edge), down_to=edge)
        found = _ENDS.fullmatch(text.strip())
        if found is None:
            raise InvalidPace(f'{show(text)} is not a phase; write it like "10% of current every 2 weeks to 10 mg"')
        edge = _edge(found["down_to"] or "0")
        begins = None if found["down_from"] is None else _edge(found["down_from"])
        return cls(pace=Pace.parse(found["pace"], down_to=edge), down_to=edge, down_from=begins)

    def __str__(self) -> str:
        begins = f" from {self.down_from}" if self.down_from is not None else ""
        return f"{self.pace}{begins} to {self.down_to}"


def _edge(text: str) -> Dose:
    return Dose(0) if text.strip() == "0" else Dose.parse(text.strip())


class Phases(Value):
    """Phases in order, each from where the one before ends: nothing overlaps and nothing is left out.

    Example:
        >>> print(Phases.parse("10% of current every 2 weeks to 10 mg, then 1 mg every 4 weeks"))
        10% of current, at least 1 mg, every 2 weeks to 10 mg, then 1 mg, every 4 weeks to 0 mg
    """

    phases: Annotated[tuple[Phase, ...], NotEmpty]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read phases parted by "then" or ";", or bands that each have an interval of their own.

        Raises:
            InvalidPace: If one cannot be read, two overlap, or there is a gap between two.
        """
        if not readable(text, f"; {_ADVICE}", InvalidPace).strip():
            raise InvalidPace(f"there is no phase; {_ADVICE}")
        parts = [part for part in _THEN.split(text.strip()) if part]
        if len(parts) == 1:
            each = _EACH.findall(parts[0])
            parts = [part.strip().rstrip(",") for part in each] if "".join(each) == parts[0] else parts
        made = []
        for number, part in enumerate(parts, start=1):
            try:
                made.append(Phase.parse(part))
            except InvalidInput as error:
                error.where = f"phase {number}"
                raise
        try:
            return cls(phases=tuple(made))
        except InvalidPace as error:
            error.where = "pace"
            raise

    @model_validator(mode="after")
    def _follow(self) -> Self:
        for number, (one, other) in enumerate(pairwise(self.phases), start=2):
            ends = f"phase {number - 1} ends at {one.down_to}"
            if not one.down_to:
                raise InvalidPace(f'phase {number - 1} ends at 0; write "to 10 mg" where phase {number} takes over')
            if other.down_to >= one.down_to:
                raise InvalidPace(
                    f"phase {number} goes down to {other.down_to} and {ends}: they overlap; write where each ends, "
                    "from the highest dose down"
                )
            if other.down_from is not None and other.down_from != one.down_to:
                what = "they overlap" if other.down_from > one.down_to else "there is a gap between them"
                raise InvalidPace(
                    f"phase {number} begins at {other.down_from} and {ends}: {what}; write the same dose, or leave out "
                    '"from"'
                )
        readable(str(self), "", InvalidPace)
        return self

    @takes
    def below(self, total: Dose) -> tuple[Phase, ...]:
        """The phases that are still to come below a daily total."""
        return tuple(phase for phase in self.phases if phase.down_to < total)

    def __str__(self) -> str:
        return ", then ".join(map(str, self.phases))


def are_phases(text: str) -> bool:
    """Whether a text names more than one pace, or a pace with an end.

    Raises:
        InvalidPace: If it is longer than a text may be.
    """
    ends = _ENDS.fullmatch(readable(text, f"; {_ADVICE}", InvalidPace).strip())
    several = len(_THEN.split(text.strip())) > 1 or len(re.findall(r"\bevery\b", text)) > 1
    return several or (ends is not None and ends["down_to"] is not None)
