"""Fields of a request: targets, orders, phases and patterns, written as their text."""

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, JsonValue, PlainSerializer, WithJsonSchema

from taper._base.json_text import check_depth
from taper._base.shown import show
from taper.amounts.dose import DailyDose, Dose
from taper.errors import InvalidInput
from taper.paces.phases import Phases
from taper.plans.order import Order
from taper.plans.regimen import NOTHING, Regimen
from taper.plans.step_pattern import StepPattern
from taper.plans.weights import Weights

Target = Regimen | DailyDose


def read_target(to: object) -> Target:
    """Where a taper ends: 0, a daily total, or a regimen.

    Raises:
        InvalidInput: If it is none of these.
    """
    match to:
        case Regimen() | DailyDose():
            return to
        case Dose():
            return DailyDose(to.mg).in_unit(to.unit) if to else NOTHING
        case 0 | "0":
            return NOTHING
        case str():
            return read_target(Dose.parse(to))
        case dict():
            return Regimen.of(to)
        case _:
            raise InvalidInput(f'got {show(to)}; write 0, a daily total such as "5 mg", or a regimen', where="to")


def _written_target(to: Target) -> JsonValue:
    return (dict(to.as_dict()) if isinstance(to, Regimen) else to.text) or "0 mg"


OrderText = Annotated[
    Order,
    BeforeValidator(lambda given: Order.parse(given) if isinstance(given, str) else given),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["evenly"]}),
]
PhasesText = Annotated[
    Phases,
    BeforeValidator(lambda given: Phases.parse(given) if isinstance(given, str) else given),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {"type": "string", "examples": ["10% of current, every 2 weeks to 10 mg, then 1 mg, every 4 weeks"]}
    ),
]
PatternText = Annotated[
    StepPattern,
    BeforeValidator(lambda given: StepPattern.parse(given) if isinstance(given, str) else given),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {"type": "string", "examples": ["60 mg for 2 days, then down 10 mg every 2 days to 0 mg, then stop"]}
    ),
]
TargetText = Annotated[
    Target,
    BeforeValidator(read_target),
    PlainSerializer(_written_target),
    WithJsonSchema({"type": ["string", "object"], "examples": ["0 mg", {"morning": "5 mg"}]}),
]
# Written whole, since what is left out would follow another version's standard.
WeightsInFull = Annotated[Weights, PlainSerializer(lambda weights: weights.model_dump(mode="json"))]


def refuse_floats(value: object) -> object:
    """Plain data as it is, unless a float or half of a character stands in it.

    Raises:
        InvalidInput: If one does: reading it back would change it, or no file could hold it.
    """
    check_depth(value, "")
    _refuse_floats(value)
    return value


def _refuse_floats(value: object) -> None:
    items = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    for item in items:
        _refuse_floats(item)
    if isinstance(value, str) and not value.isascii() and any("\ud800" <= mark <= "\udfff" for mark in value):
        raise InvalidInput(f"holds {show(value)}, which no file can hold; remove what is half of a character")
    if isinstance(value, float | Decimal):
        raise InvalidInput(f'holds {value}, a float that reading back would change; write the text "{value}"')
