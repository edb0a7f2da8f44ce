"""Stopping advice: how one source says that a drug is reduced or stopped."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from taper._base.numbers import Exact
from taper._base.records import Value
from taper._base.text import Name
from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.errors import InvalidInput
from taper.knowledge.cited import Cited


class StoppingShape(StrEnum):
    """The shape in which a source tells how to reduce or stop."""

    SLOWLY = "slowly, no rate given"
    PATIENT_PLAN = "a plan for the person, no rate given"
    MINIMUM_TIME = "over at least so long"
    FIXED = "so many mg per interval"
    PERCENT_OF_CURRENT = "percent of the current dose per interval"
    PERCENT_OF_START = "percent of the first dose per interval"
    PERCENT_OF_PREVIOUS = "percent of the previous dose, no interval given"
    BANDED = "so many mg per interval, by dose"
    NOT_NEEDED = "no taper needed for most people"
    CHANGE_FIRST = "another drug in its place first, no rate given"
    FIRST_REDUCTION = "percent of the dose at the first reduction, then an interval without a size"
    FEWER_INTAKES = "fewer intakes a day at the same size, over at least so long"


class StoppingBand(Value):
    """One band of a banded reduction: between two daily doses, so much each time. `down_to` is exclusive at 0."""

    from_dose: Dose
    down_to: Dose
    step_low: Dose
    step_high: Dose

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if not self.down_to < self.from_dose or not Dose(0) < self.step_low <= self.step_high:
            raise InvalidInput("a band goes from a dose down to a smaller one by a step above 0; correct it")
        return self


class IntakeStage(Value):
    """One stage of a stop by leaving intakes out: how often a day the drug is still taken, and for how long."""

    times_per_day: Annotated[int, Field(ge=1, le=12)]
    lasting: Duration


class Stopping(Cited):
    """How one source says that the drug is reduced or stopped, in its own shape.

    A range has two ends, `low` and `high`; a single figure is written in both. `at_most` says that the
    source words the figure as the fastest allowed; without it the figure is its typical pace. `last_dose` is
    the dose from which the source stops. `used_for_at_least` and `from_daily_dose` say whom it is about, and
    `after_long_use` that it speaks of long use without a length; `for_pace_alone` says that the length decides how fast
    the drug is reduced, and not whether it is. `down_to_daily_dose` says how far down the advice
    reaches, if not to 0, and `to_lowest_that_works` that it reaches to a dose of which it gives no figure.
    `alternate_days_at` is the daily dose at which the source itself lets the drug be taken on alternate days.
    `stops_at_once` says that the source names stopping at once as one of its ways.
    `change_to` are the drugs one of which the source wants taken in its place before anything is reduced. `intakes` are
    the stages of a stop in which intakes are left out and none is made smaller.
    """

    shape: StoppingShape
    drugs: tuple[Name, ...] = ()
    percent_low: Exact | None = None
    percent_high: Exact | None = None
    step_low: Dose | None = None
    step_high: Dose | None = None
    every_low: Duration | None = None
    every_high: Duration | None = None
    lasting_at_least: Duration | None = None
    lasting_at_most: Duration | None = None
    bands: tuple[StoppingBand, ...] = ()
    intakes: tuple[IntakeStage, ...] = ()
    last_dose: Dose | None = None
    at_most: bool = False
    used_for_at_least: Duration | None = None
    after_long_use: bool = False
    for_pace_alone: bool = False
    from_daily_dose: Dose | None = None
    down_to_daily_dose: Dose | None = None
    to_lowest_that_works: bool = False
    alternate_days_at: Dose | None = None
    stops_at_once: bool = False
    change_to: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        needed = _STOPPING_FIELDS[self.shape]
        absent = [name for name in needed if not getattr(self, name)]
        if absent:
            raise InvalidInput(f"'{self.shape}' needs {', '.join(absent)}; add what the source gives")
        for name, shape in _OF_ONE_SHAPE.items():
            if getattr(self, name) and self.shape is not shape:
                raise InvalidInput(f"'{self.shape}' has no {name}; remove it, or write the shape '{shape}'")
        return self


_EVERY = ("every_low", "every_high")


_OF_ONE_SHAPE = {
    "step_low": StoppingShape.FIXED,
    "step_high": StoppingShape.FIXED,
    "bands": StoppingShape.BANDED,
    "change_to": StoppingShape.CHANGE_FIRST,
    "intakes": StoppingShape.FEWER_INTAKES,
}
_STOPPING_FIELDS: dict[StoppingShape, tuple[str, ...]] = {
    StoppingShape.SLOWLY: (),
    StoppingShape.PATIENT_PLAN: (),
    StoppingShape.MINIMUM_TIME: ("lasting_at_least",),
    StoppingShape.FIXED: ("step_low", "step_high", *_EVERY),
    StoppingShape.PERCENT_OF_CURRENT: ("percent_low", "percent_high", *_EVERY),
    StoppingShape.PERCENT_OF_START: ("percent_low", "percent_high", *_EVERY),
    StoppingShape.PERCENT_OF_PREVIOUS: ("percent_low", "percent_high"),
    StoppingShape.BANDED: ("bands", *_EVERY),
    StoppingShape.NOT_NEEDED: (),
    StoppingShape.CHANGE_FIRST: ("change_to",),
    StoppingShape.FIRST_REDUCTION: ("percent_low", "percent_high", *_EVERY),
    StoppingShape.FEWER_INTAKES: ("intakes", "lasting_at_least"),
}
