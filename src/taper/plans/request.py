"""The request that a plan answers: one model for each planner, as a course carries it in `made_by`."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    SerializerFunctionWrapHandler,
    Tag,
    model_serializer,
)

from taper._base.records import Value
from taper._base.text import Name
from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.paces.pace import Aim, PaceText
from taper.plans.regimen import Regimen, Slot, Weekday
from taper.plans.request_fields import OrderText, PatternText, PhasesText, TargetText, WeightsInFull, refuse_floats
from taper.plans.weights import STANDARD
from taper.products.recipes import Handling

Forms = Literal["any", "one"]
Stays = Literal["by fall", "even", "proportional"]
Rounding = Literal["down", "up", "nearest"]


@dataclass(frozen=True, slots=True)
class Making:
    """The limits under which a planner found how its doses are made, so that they are made in that way.

    `liquid` are the times of day that are on liquid throughout, where each intake keeps to one form; None elsewhere.
    """

    handling: Handling
    liquid: frozenset[str] | None = None


class _Planned(Value):
    """What every planner's request holds beside its own fields."""

    products: tuple[Name, ...]
    weights: WeightsInFull = STANDARD

    ASKED_AFRESH: ClassVar[frozenset[str]] = frozenset({"pattern", "before", "products", "start"})
    """What is said again where the rest of a course is planned; every other field is kept."""

    def again(self) -> dict[str, Any]:
        """The arguments of the planner that ask the same, but for those that are asked afresh."""
        kept = (name for name in type(self).model_fields if name not in self.ASKED_AFRESH)
        return {name: getattr(self, name) for name in kept}


class TaperRequest(_Planned):
    """A taper: from what is taken to a target, at a pace.

    `start` is what was taken before the taper as a whole began, where this is the rest of one. `liquid` names the times
    of day that are on liquid throughout, where each intake keeps to one form. With `over`, a length was asked for and
    not a pace: `pace` is then the one that resulted, and `step` the least time between two reductions, if it was given.
    """

    pattern: Literal["taper"]
    before: Regimen
    to: TargetText
    pace: PaceText
    over: Duration | None = None
    step: Duration | None = None
    order: OrderText
    stays: Stays
    excess: Literal["report", "forbid"]
    start: Regimen | None = None
    forms: Forms = "any"
    mix_forms: bool = False
    round_liquids: bool = True
    fewest_products: bool = False
    liquid: tuple[Slot, ...] | None = None
    shortest: Duration | None = None
    longest: Duration | None = None

    ASKED_AFRESH = _Planned.ASKED_AFRESH | {"over", "step", "liquid", "shortest", "longest"}

    @property
    def making(self) -> Making:
        """How its doses are made."""
        handling = self.weights.handling(mix_forms=self.mix_forms, round_liquids=self.round_liquids)
        return Making(handling, None if self.liquid is None else frozenset(slot.name for slot in self.liquid))


class PhasesRequest(_Planned):
    """A taper in phases: several paces one after the other, each down to a daily total."""

    pattern: Literal["taper-in-phases"]
    before: Regimen
    phases: PhasesText
    order: OrderText
    stays: Stays
    excess: Literal["report", "forbid"]
    start: Regimen | None = None
    mix_forms: bool = False
    round_liquids: bool = True
    fewest_products: bool = False

    @property
    def making(self) -> Making:
        """How its doses are made."""
        return Making(self.weights.handling(mix_forms=self.mix_forms, round_liquids=self.round_liquids))


class DailyTaperRequest(_Planned):
    """A taper that goes down a little each day, along the pace's own curve."""

    pattern: Literal["micro-taper"]
    before: Regimen
    pace: PaceText
    order: OrderText
    start: Regimen | None = None
    mix_forms: bool = False
    round_liquids: bool = True

    ASKED_AFRESH = _Planned.ASKED_AFRESH | {"round_liquids"}

    @property
    def making(self) -> Making:
        """How its doses are made."""
        return Making(self.weights.handling(mix_forms=self.mix_forms, round_liquids=self.round_liquids))


class TitrationRequest(_Planned):
    """A titration: up to a daily total, by an increment and its interval, or by what a source gives.

    `by` is the increment and the interval, or the source's titration as plain data: a fact that was cited when the plan
    was made, and is kept with it. `first` are the days to begin with, `larger` the time of day that takes the larger
    part of a total, `beyond` the increment that goes on where a source's steps end.
    """

    pattern: Literal["titration"]
    to: Dose
    slots: tuple[Slot, ...]
    by: tuple[Dose, Duration] | Annotated[dict[str, JsonValue], BeforeValidator(refuse_floats)]
    aim: Aim | None = None
    first: tuple[Regimen, ...] = ()
    larger: Slot | None = None
    beyond: tuple[Dose, Duration] | None = None

    ASKED_AFRESH = _Planned.ASKED_AFRESH | {"by"}

    def again(self) -> dict[str, Any]:
        """The arguments of `plan_titration` that ask the same, but for what is taken, the products and `by`."""
        larger = None if self.larger is None else self.larger.name
        return super().again() | {"slots": [slot.name for slot in self.slots], "larger": larger}

    @property
    def making(self) -> Making:
        """How its doses are made."""
        return Making(self.weights.handling(round_liquids=False))


class CrossTaperRequest(Value):
    """A cross-taper: one drug replaced by another in stages. Each of its two courses carries it.

    `made` is what is taken of both drugs in each stage. The second course alone has `then`: the taper after the stages,
    or None where the second drug goes on.
    """

    pattern: Literal["cross-taper"]
    equivalence: Name
    rounding: Rounding
    stages: Literal["intake by intake"] | int
    order: tuple[Slot, ...]
    every: Duration
    before: Regimen
    made: tuple[tuple[Regimen, Regimen], ...]
    then: TaperRequest | None = None
    weights: WeightsInFull = STANDARD

    @property
    def is_of_second(self) -> bool:
        """Whether the course that carries it is that of the second drug."""
        return "then" in self.model_fields_set

    @property
    def making(self) -> Making:
        """How its doses are made: as in the taper that follows, if one does."""
        if self.then is None:
            return Making(self.weights.handling(round_liquids=True))
        return self.then.model_copy(update={"weights": self.weights}).making

    @model_serializer(mode="wrap")
    def _with_its_end(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = write(self)
        if not self.is_of_second:
            written.pop("then", None)
        elif self.then is None:
            written["then"] = None
        return written


class PatternRequest(_Planned):
    """Steps that a pattern says: in steps of days, on some weekdays, on alternate days, or slowly alternating.

    `skip` counts the steps of the pattern that were over when the rest was planned.
    """

    pattern: Literal["pattern-of-steps"]
    steps: PatternText
    at: Slot
    on: tuple[Weekday, ...] | Literal["alternate days"] | None = None
    skip: Annotated[int, Field(ge=0)] = 0

    ASKED_AFRESH = _Planned.ASKED_AFRESH | {"steps", "skip"}

    def again(self) -> dict[str, Any]:
        """The arguments of `plan_pattern` that ask the same, but for what is taken, the products and what is over."""
        return super().again() | {"pattern": self.steps, "at": self.at.name}

    @property
    def making(self) -> Making:
        """How its doses are made."""
        return Making(self.weights.handling(round_liquids=False))


class StepsRequest(Value):
    """Steps that were written one by one."""

    pattern: Literal["steps"]


class OtherRequest(Value):
    """What another program says of how it made a course: kept as it is, and asked again by nobody here."""

    model_config = ConfigDict(extra="allow")

    pattern: str | None = None


_PATTERNS = (
    "taper", "taper-in-phases", "micro-taper", "titration", "cross-taper", "steps", "pattern-of-steps",
)  # fmt: skip
_KINDS: dict[str, str] = {name: f"~{name}" for name in _PATTERNS}


def _kind(given: object) -> str:
    pattern = given.get("pattern") if isinstance(given, dict) else getattr(given, "pattern", None)
    return _KINDS.get(pattern, "~other") if isinstance(pattern, str) else "~other"


MadeBy = Annotated[
    Annotated[TaperRequest, Tag("~taper")]
    | Annotated[PhasesRequest, Tag("~taper-in-phases")]
    | Annotated[DailyTaperRequest, Tag("~micro-taper")]
    | Annotated[TitrationRequest, Tag("~titration")]
    | Annotated[CrossTaperRequest, Tag("~cross-taper")]
    | Annotated[PatternRequest, Tag("~pattern-of-steps")]
    | Annotated[StepsRequest, Tag("~steps")]
    | Annotated[OtherRequest, BeforeValidator(refuse_floats), Tag("~other")],
    Discriminator(_kind),
]
"""What a course says it was made by; its pattern tells which."""
PlannedRequest = (
    TaperRequest | PhasesRequest | DailyTaperRequest | TitrationRequest | CrossTaperRequest | PatternRequest
)
AnyRequest = PlannedRequest | StepsRequest | OtherRequest


def making_of(made: AnyRequest | None) -> Making | None:
    """The limits of the planner that made a course, or None where none did."""
    return made.making if isinstance(made, PlannedRequest) else None
