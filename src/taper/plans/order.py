"""Order of reductions among several intakes a day: a named choice, never a default."""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import model_validator

from taper._base.records import Value
from taper._base.shown import show
from taper._base.text import readable
from taper.errors import InvalidInput
from taper.plans.regimen import Slot


class InvalidOrder(InvalidInput):
    """An order of intakes that is unknown, absent where it is needed, or names other times of day."""


class Order(Value):
    """How intakes take turns: evenly, one after the other, or with one kept for last.

    Example:
        >>> print(Order.parse("in order: noon, morning"))
        in order: noon, morning
    """

    kind: Literal["evenly", "in order", "keep last"]
    slots: tuple[Slot, ...] = ()

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if len(set(self.slots)) != len(self.slots):
            raise InvalidOrder("a time of day is named twice; name each once")
        if self.kind == "evenly" and self.slots:
            raise InvalidOrder("evenly names no times of day; remove them")
        if self.kind == "keep last" and len(self.slots) != 1:
            raise InvalidOrder('keep last names one time of day; write "keep last: bedtime"')
        return self

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "evenly", "in order", "in order: noon, morning" or "keep last: bedtime".

        Raises:
            InvalidOrder: If it is anything else.
        """
        advice = 'write "evenly", "in order" or "keep last: bedtime"'
        name, _, rest = readable(text, f"; {advice}", InvalidOrder).replace("_", " ").partition(":")
        kind = name.strip().lower()
        if kind not in {"evenly", "in order", "keep last"}:
            raise InvalidOrder(f"{show(text)} is not an order; {advice}")
        return cls(kind=kind, slots=tuple(Slot(part.strip()) for part in rest.split(",") if part.strip()))

    def over(self, slots: Iterable[Slot]) -> tuple[tuple[int, ...], ...]:
        """The intakes in groups that fall one after the other; inside a group, evenly.

        Raises:
            InvalidOrder: If it names a time of day at which nothing is taken, or leaves one out.
        """
        taken = list(slots)
        for slot in self.slots:
            if slot not in taken:
                raise InvalidOrder(f"nothing is taken at {slot}; name one of {', '.join(map(str, taken))}")
        if self.kind == "evenly":
            return (tuple(range(len(taken))),)
        if self.kind == "keep last":
            kept = taken.index(self.slots[0])
            others = tuple(index for index in range(len(taken)) if index != kept)
            return (others, (kept,)) if others else ((kept,),)
        if self.slots and set(self.slots) != set(taken):
            absent = ", ".join(str(slot) for slot in taken if slot not in self.slots)
            raise InvalidOrder(f"the order leaves out {absent}; name every time of day")
        return tuple((taken.index(slot),) for slot in self.slots or taken)

    def __str__(self) -> str:
        return f"{self.kind}: {', '.join(map(str, self.slots))}" if self.slots else self.kind


def evenly() -> Order:
    """The intake with the largest share of its own start falls next, so that all fall alike."""
    return Order(kind="evenly")


def in_order(*slots: str) -> Order:
    """One intake after the other, each down to its end before the next begins; by time of day if none are named."""
    return Order(kind="in order", slots=tuple(Slot(slot) for slot in slots))


def keep_last(slot: str) -> Order:
    """The others fall evenly first; the named intake begins to fall when they have ended."""
    return Order(kind="keep last", slots=(Slot(slot),))


def choose(order: Order | str | None, slots: tuple[Slot, ...]) -> Order:
    """The order asked for, or the only one there is where there is one intake.

    Raises:
        InvalidOrder: If there are several intakes and no order.
    """
    if order is None and len(slots) > 1:
        raise InvalidOrder(
            f"there are intakes at {', '.join(map(str, slots))} and no order; "
            f'choose "evenly" (--order evenly), "in order" or "keep last: {slots[-1]}"'
        )
    if order is None:
        return in_order()
    return Order.parse(order) if isinstance(order, str) else order
