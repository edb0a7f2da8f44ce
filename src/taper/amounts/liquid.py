"""Liquids: volumes and concentrations, exact."""

import re
from fractions import Fraction
from functools import total_ordering
from typing import Any, Self

from taper._base.immutable import Written
from taper._base.numbers import NotExact, Rational, exact, write_number
from taper._base.shown import show
from taper._base.takes import takes
from taper._base.text import readable
from taper.amounts.dose import Dose, split_quantity
from taper.errors import InvalidInput


class InvalidVolume(NotExact):
    """A volume that cannot be read."""


@total_ordering
class Volume(Written):
    """An exact volume of a liquid in mL."""

    __slots__ = ("_ml",)
    _pattern = r"^([0-9]+(\.[0-9]+)?|([0-9]+ )?[0-9]+/[0-9]+) ?m[lL]$"
    _ml: Fraction

    def __init__(self, ml: Rational) -> None:
        number = exact(ml)
        if number < 0 or number > 100_000:
            raise InvalidVolume(f"{write_number(number)} mL is not a volume that is measured out; check it")
        object.__setattr__(self, "_ml", number)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a volume such as "2.5 mL".

        Raises:
            InvalidVolume: If it has no unit, or one other than mL.
        """
        number, unit = split_quantity(readable(text, ' without a unit; write text such as "2.5 mL"', InvalidVolume))
        if unit.lower() != "ml":
            raise InvalidVolume(f'{show(text)} is not a volume in mL; write it like "2.5 mL"')
        return cls(number)

    @property
    def ml(self) -> Fraction:
        return self._ml

    def _parts(self) -> tuple[Any, ...]:
        return (self._ml,)

    def _meaning(self) -> Fraction:
        return self._ml

    def __lt__(self, other: "Volume") -> bool:
        return self._ml < other._ml if isinstance(other, Volume) else NotImplemented

    def __str__(self) -> str:
        return f"{write_number(self._ml)} mL"


class Concentration(Written):
    """Mass of drug per volume of a liquid, kept as its label writes it: "2 mg/5 mL"."""

    __slots__ = ("_mass", "_volume")
    _pattern = r"^[0-9./ ]+ ?(mcg|mg|g)/[0-9./ ]*m[lL]$"
    _mass: Dose
    _volume: Volume

    @takes
    def __init__(self, mass: Dose, volume: Volume) -> None:
        if not mass or not volume.ml:
            raise InvalidInput(f"{mass}/{volume} is not a concentration; write both parts above 0")
        object.__setattr__(self, "_mass", mass)
        object.__setattr__(self, "_volume", volume)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a concentration such as "2 mg/5 mL" or "1 mg/mL".

        Raises:
            InvalidInput: If it is anything else.
        """
        found = re.fullmatch(r"([^/]+)/\s*(.+)", readable(text, '; write text such as "2 mg/5 mL"'))
        if found is None:
            raise InvalidInput(f'{show(text)} is not a concentration; write it like "2 mg/5 mL"')
        volume = found[2] if found[2][:1].isdigit() else f"1 {found[2]}"
        return cls(Dose.parse(found[1]), Volume.parse(volume))

    @property
    def mass(self) -> Dose:
        """The mass that the label names."""
        return self._mass

    @property
    def volume(self) -> Volume:
        """The volume that the label says holds it."""
        return self._volume

    @property
    def mg_per_ml(self) -> Fraction:
        return self._mass.mg / self._volume.ml

    @takes
    def dose_in(self, volume: Volume) -> Dose:
        """The dose that a volume holds, written in the label's unit."""
        return (self._mass * (volume.ml / self._volume.ml)).in_unit(self._mass.unit)

    def _parts(self) -> tuple[Any, ...]:
        return self._mass, self._volume

    def _meaning(self) -> Fraction:
        return self.mg_per_ml

    def __str__(self) -> str:
        return f"{self._mass}/{'' if self._volume.ml == 1 else self._volume}{'mL' if self._volume.ml == 1 else ''}"
