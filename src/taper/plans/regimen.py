"""One day's doses by time of day, and cycles and weeks of such days."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, total_ordering
from itertools import islice, pairwise
from typing import Any, Literal, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from taper._base.immutable import Frozen, Written
from taper._base.shown import show
from taper.amounts.dose import DailyDose, Dose
from taper.errors import InvalidInput, OutOfScope

NAMED_SLOTS = ("morning", "noon", "evening", "bedtime")
DAILY = "daily"
"""Once a day, with no time said."""
_ORDER = (*NAMED_SLOTS, DAILY)
FHIR_WHEN = {"morning": "MORN", "noon": "NOON", "evening": "EVE", "bedtime": "HS"}
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_AS_NEEDED = {"prn", "as needed", "as_needed", "as-needed", "when needed", "p.r.n."}


class InvalidSlot(InvalidInput):
    """A time of day that is not one of the named ones and not a clock time."""


@total_ordering
class Slot(Written):
    """A time of day: `morning`, `noon`, `evening`, `bedtime`, `daily`, or a clock time such as `14:00`.

    A named slot has no clock time of its own. A clock time belongs to the date it falls on. `daily` is once a day
    with no time said, so it is the only dose of its day.
    """

    __slots__ = ("_key", "_name")
    _pattern = f"^({'|'.join(_ORDER)}|([01][0-9]|2[0-3]):[0-5][0-9])$"
    _name: str
    _key: tuple[int, str]

    def __init__(self, name: str) -> None:
        if isinstance(name, str) and name.strip().lower() in _AS_NEEDED:
            raise OutOfScope(f"{show(name)} is an as-needed dose, which has no day; plan it outside, name it as a fact")
        if not isinstance(name, str) or not (name in _ORDER or re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", name)):
            raise InvalidSlot(f'{show(name)} is not a time of day; write {", ".join(_ORDER)} or a time like "14:00"')
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_key", (-1, name) if ":" in name else (_ORDER.index(name), ""))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a named time of day or a clock time; the same as `Slot(text)`.

        Raises:
            InvalidSlot: If it is neither.
        """
        return cls._read(text) if isinstance(text, str) else cls(text)

    @classmethod
    @lru_cache(maxsize=4096)
    def _read(cls, text: str) -> Self:
        return cls(text)

    @property
    def name(self) -> str:
        return self._name

    @property
    def is_clock(self) -> bool:
        """Whether it is a clock time."""
        return ":" in self._name

    @property
    def is_daily(self) -> bool:
        """Whether it is once a day with no time said."""
        return self._name == DAILY

    @property
    def fhir_when(self) -> str | None:
        """The FHIR EventTiming code of a named slot."""
        return FHIR_WHEN.get(self._name)

    def _parts(self) -> tuple[Any, ...]:
        return (self._name,)

    def _meaning(self) -> str:
        return self._name

    def __lt__(self, other: "Slot") -> bool:
        return self._key < other._key if isinstance(other, Slot) else NotImplemented

    def __str__(self) -> str:
        return self._name

    def __repr__(self) -> str:
        return f"Slot({self._name!r})"


class Intake(Frozen):
    """One dose at one time of day."""

    __slots__ = ("_dose", "_slot")
    _slot: Slot
    _dose: Dose

    def __init__(self, slot: Slot | str, dose: Dose) -> None:
        object.__setattr__(self, "_slot", slot if isinstance(slot, Slot) else Slot(slot))
        if not isinstance(dose, Dose):
            raise InvalidInput(
                f'got {show(dose)}, which is not a Dose; write mg(5) or Dose.parse("5 mg")', where=str(slot)
            )
        if not dose:
            raise InvalidInput("a dose of 0 is not taken; leave the time of day out", where=str(slot))
        object.__setattr__(self, "_dose", dose)

    @property
    def slot(self) -> Slot:
        return self._slot

    @property
    def dose(self) -> Dose:
        return self._dose

    def _parts(self) -> tuple[Any, ...]:
        return self._slot, self._dose

    def _meaning(self) -> tuple[Slot, Dose]:
        return self._slot, self._dose

    def __repr__(self) -> str:
        return f"Intake({self._slot.name!r}, {self._dose!r})"


_MINUTES = 24 * 60
"""How many times of day there are, and so intakes; among more, two are at one time."""


class Regimen(Frozen):
    """The doses of one day, each at its own time of day, in order; it may be empty inside a cycle.

    Example:
        >>> day = Regimen.of({"morning": "5 mg", "evening": "10 mg"})
        >>> print(day.total)
        15 mg/day
    """

    __slots__ = ("_intakes",)
    _intakes: tuple[Intake, ...]

    def __init__(self, intakes: Iterable[Intake] = ()) -> None:
        try:
            listed = tuple(sorted(islice(intakes, _MINUTES + 1), key=lambda intake: intake.slot._key))
        except (AttributeError, TypeError):
            raise InvalidInput(f'got {show(intakes)}; give intakes, such as [Intake("evening", mg(5))]') from None
        if len(listed) > 1:
            _check_together(listed)
        object.__setattr__(self, "_intakes", listed)

    @classmethod
    def of(cls, doses: Mapping[str, str | Dose]) -> Self:
        """A day from a mapping of times of day to doses.

        Raises:
            InvalidInput: If a time of day or a dose cannot be read.
        """
        if not isinstance(doses, Mapping):
            raise InvalidInput(f'got {show(doses)}; write each dose at its time of day, such as {{"morning": "5 mg"}}')
        return cls(Intake(slot, dose if isinstance(dose, Dose) else Dose.parse(dose)) for slot, dose in doses.items())

    @property
    def intakes(self) -> tuple[Intake, ...]:
        return self._intakes

    @property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(intake.slot for intake in self._intakes)

    @property
    def total(self) -> DailyDose:
        """The day's total."""
        return DailyDose.of(intake.dose for intake in self._intakes)

    def dose_at(self, slot: Slot | str) -> Dose | None:
        """The dose at a time of day, or None if nothing is taken then."""
        wanted = slot if isinstance(slot, Slot) else Slot(slot)
        return next((intake.dose for intake in self._intakes if intake.slot == wanted), None)

    def as_dict(self) -> dict[str, str]:
        """The plain form: time of day to dose, as text."""
        return {intake.slot.name: intake.dose.text for intake in self._intakes}

    def __iter__(self) -> Iterator[Intake]:
        return iter(self._intakes)

    def __len__(self) -> int:
        return len(self._intakes)

    def __bool__(self) -> bool:
        return bool(self._intakes)

    def _parts(self) -> tuple[Any, ...]:
        return (self._intakes,)

    def _meaning(self) -> tuple[Intake, ...]:
        return self._intakes

    def __str__(self) -> str:
        return ", ".join(f"{intake.dose} {intake.slot}" for intake in self._intakes) or "nothing"

    def __repr__(self) -> str:
        return f"Regimen.of({self.as_dict()!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        plain = core_schema.no_info_after_validator_function(
            lambda doses: cls(Intake(slot, dose) for slot, dose in doses.items()),
            handler.generate_schema(dict[Slot, Dose]),
        )
        return core_schema.json_or_python_schema(
            json_schema=plain,
            python_schema=core_schema.no_info_wrap_validator_function(
                lambda value, inner: value if isinstance(value, cls) else inner(value), plain
            ),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda regimen: regimen.as_dict()),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "additionalProperties": False}


def _check_together(intakes: tuple[Intake, ...]) -> None:
    """Refuse intakes of one day, in order, that are at one time, or whose times cannot stand in one day."""
    names = [intake.slot.name for intake in intakes]
    for one, other in pairwise(names):
        if one == other:
            raise InvalidInput(f"{one} is written twice; add the two doses or move one")
    if len({":" in name for name in names}) > 1:
        raise InvalidInput("named times and clock times stand in one day, so their order is unknown; use one kind")
    if DAILY in names:
        raise InvalidInput("daily is once a day with no time said, and another dose is beside it; write its time")


NOTHING = Regimen()
"""A day without doses."""
