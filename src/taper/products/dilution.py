"""Home dilution: tablets in a volume of water, of which one part is taken and the rest discarded."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field

from taper._base.records import Value
from taper._base.shown import show
from taper._base.text import Name, readable
from taper.amounts.dose import Dose
from taper.amounts.liquid import Concentration, Volume
from taper.errors import InvalidInput

_ADVICE = 'write what goes into how much water, and the marks: "4 mg in 100 mL, 1 mL"'
_TEXT = re.compile(
    r"(?:(?P<units>[0-9]+) x )?(?P<name>.+?) in (?P<volume>[^,]+),\s*(?P<mark>[^,]+?)(?:, at least (?P<least>.+))?"
)


class Dilution(Value):
    """What a dilution is made of each time that some is taken: whole tablets, by id, and the volume they are put in."""

    tablet: Name
    strength: Dose
    form: Literal["tablet", "orally-disintegrating tablet", "chewable tablet"]
    units: Annotated[int, Field(ge=1, le=10)] = 1
    volume: Volume

    @property
    def concentration(self) -> Concentration:
        """How much of the drug each volume holds, if it spreads evenly."""
        return Concentration(self.strength * self.units, self.volume)

    def __str__(self) -> str:
        return f"{self.units} x {self.strength} {self.form} in {self.volume} of water"


class DilutionAsked(Value):
    """What a caller asks to dilute, and how it is measured: "4 mg in 100 mL, 1 mL"."""

    name: str
    units: Annotated[int, Field(ge=1, le=10)]
    volume: Volume
    mark: Volume
    least: Volume

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a strength or an id, the volume, and the marks: "4 mg in 100 mL, 1 mL" or "2 x 1 mg in 50 mL, 0.5 mL".

        Raises:
            InvalidInput: If it is anything else.
        """
        found = _TEXT.fullmatch(readable(text, f"; {_ADVICE}").strip())
        if found is None:
            raise InvalidInput(f"{show(text)} is no dilution; {_ADVICE}")
        volume, mark = Volume.parse(found["volume"].strip()), Volume.parse(found["mark"].strip())
        least = Volume.parse(found["least"].strip()) if found["least"] else mark
        return cls(name=found["name"].strip(), units=int(found["units"] or 1), volume=volume, mark=mark, least=least)
