"""A course under way: the days taken, the steps ahead, and the steps as first planned."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from taper.amounts.dose import DailyDose, Dose
from taper.amounts.duration import Duration
from taper.plans.plan import Before, Course, Step
from taper.plans.regimen import Regimen
from taper.plans.request import AnyRequest
from taper.products.product import Product
from taper.schedules.realization import RealizedCourse, RealizedDay, RealizedStep

Ending = Literal["continue", "stop", "review"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Days of one step: so many, or without an end.

    `rung` is the place of its step on the ladder, None where nothing is taken. A piece that `joins` goes on with
    the step before it in its cycle; one that is `cut` begins on the day of an event, and is a step of its own.
    """

    step: RealizedStep
    length: int | None
    rung: int | None = None
    held: bool = False
    joins: bool = False
    cut: bool = False
    touched: bool = False

    @property
    def is_empty(self) -> bool:
        return self.step.step.is_empty

    @property
    def waits(self) -> bool:
        """Whether a decision is needed before anything follows."""
        return self.step.step.kind == "decision"

    def after(self, days: int) -> "Piece":
        """The same step from so many days on: its cycle goes on, and it neither rises nor waits for review again."""
        length = None if self.length is None else self.length - days
        return replace(self, step=turned(self.step, days), length=length, joins=True, cut=False, touched=True)

    def lasting(self, days: int) -> "Piece":
        """The same piece for another number of days."""
        return replace(self, length=days, touched=True)


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step as it was planned, and for how many days."""

    step: RealizedStep
    length: int | None

    def piece(self, index: int) -> Piece:
        """All of it, as a piece."""
        return Piece(self.step, self.length, index, touched=True)

    @property
    def regimen(self) -> Regimen | None:
        """What is taken every day of it, or None for a cycle or a week of different days."""
        return self.step.step.regimen

    def is_as(self, other: "PlannedStep") -> bool:
        """Whether the same is taken."""
        return self.step.step.days == other.step.step.days and self.step.step.weekly == other.step.step.weekly


@dataclass(frozen=True, slots=True)
class CourseState:
    """A course under way.

    `first` is its first day number, `earlier` are products that it had at some time since. While a gap waits for a
    decision, `waiting` and `planned_then` are what was ahead when it began, and how the course was to end. The
    ladder begins with what was taken before the course once something goes back to it (`has_before`).
    """

    course: RealizedCourse
    first: int
    past: tuple[Piece, ...]
    ahead: tuple[Piece, ...]
    ladder: tuple[PlannedStep, ...]
    then: Ending
    products: tuple[Product, ...]
    made_by: AnyRequest | None
    earlier: tuple[Product, ...] = ()
    waiting: tuple[Piece, ...] = ()
    planned_then: Ending | None = None
    has_before: bool = False

    @classmethod
    def of(cls, course: RealizedCourse, start: date) -> "CourseState":
        """A course of which nothing has been taken yet."""
        bounds = course.course.bounds(start)
        lengths = [None if last is None else last - first + 1 for first, last in bounds]
        ladder = tuple(PlannedStep(step, length) for step, length in zip(course.steps, lengths, strict=True))
        ahead = tuple(
            Piece(rung.step, rung.length, None if rung.step.step.is_empty else index)
            for index, rung in enumerate(ladder)
        )
        plan = course.course
        return cls(course, plan.starts_on_day, (), ahead, ladder, plan.then, course.products, plan.made_by)

    @property
    def name(self) -> str:
        return self.course.course.id

    @property
    def gone(self) -> int:
        """How many days lie behind."""
        return sum(piece.length or 0 for piece in self.past)

    @property
    def last_day(self) -> int | None:
        """The number of its last day, or None if it goes on without an end."""
        left = total(self.ahead)
        return None if left is None else self.first + self.gone + left - 1

    @property
    def rung(self) -> int | None:
        """The rung that was last taken from, gaps passed over."""
        return next((piece.rung for piece in reversed(self.past) if piece.rung is not None), None)

    @property
    def waits(self) -> bool:
        """Whether a gap without a decision lies ahead."""
        return any(piece.waits for piece in self.ahead)

    @property
    def joined(self) -> tuple[Piece, ...]:
        """The pieces ahead that go on with what is being taken."""
        for index, piece in enumerate(self.ahead):
            if not piece.joins:
                return self.ahead[:index]
        return self.ahead

    def at(self, day: int) -> "CourseState":
        """The same course with everything before a day behind it."""
        past, ahead, left = list(self.past), list(self.ahead), day - self.first - self.gone
        while left > 0 and ahead:
            piece = ahead.pop(0)
            if piece.length is not None and piece.length <= left:
                past.append(piece)
                left -= piece.length
            else:
                past.append(piece.lasting(left))
                ahead.insert(0, piece.after(left))
                left = 0
        return replace(self, past=tuple(past), ahead=tuple(ahead))

    def going(self, ahead: Iterable[Piece], **changes: Any) -> "CourseState":
        """The same course with other pieces ahead, the first of them a step of its own."""
        listed = tuple(ahead)
        head = (replace(listed[0], cut=True, touched=True), *listed[1:]) if listed else ()
        return replace(self, ahead=head, **changes)

    @property
    def has_other_products(self) -> bool:
        """Whether its products are no longer those that it was planned with."""
        return self.products != self.course.products

    def with_before(self, step: RealizedStep) -> "CourseState":
        """The same course with what was taken before it as the first rung of its ladder, of no length of its own."""
        past, ahead, waiting = (tuple(map(_rung_up, pieces)) for pieces in (self.past, self.ahead, self.waiting))
        ladder = (PlannedStep(step, None), *self.ladder)
        return replace(self, past=past, ahead=ahead, waiting=waiting, ladder=ladder, has_before=True)

    def kind_of(self, day: Regimen) -> Literal["increase", "step-back"] | None:
        """What a step of these doses is after what was taken: an increase where it is more than on any day before,
        else a step back where a dose rises; None where none does.
        """
        taken = [piece.step.step for piece in self.past if not piece.is_empty]
        last = [earlier for earlier in taken[-1].days if earlier]
        highest = {intake.slot: max(d.dose_at(intake.slot) or Dose(0) for d in last) for intake in day}
        if all(intake.dose <= highest[intake.slot] for intake in day):
            return None
        before = self.course.course.before
        known = [*taken, *([before] if isinstance(before, Before) else [])]
        return "step-back" if day.total <= max(step.largest for step in known) else "increase"

    def with_products(self, products: tuple[Product, ...]) -> "CourseState":
        """The same course with other products from now on; what was taken says of which it was made."""
        named = tuple(product.id for product in self.products)
        past = tuple(replace(piece, step=_naming(piece.step, named)) for piece in self.past)
        return replace(self, past=past, products=products, earlier=(*self.earlier, *self.products))

    def waiting_until(self, day: int) -> "CourseState":
        """The same course, its last days waiting for a decision until a day that lies beyond them."""
        *others, last = self.ahead
        longer = last.lasting((last.length or 0) + day - (self.last_day or day))
        return replace(self, ahead=(*others, longer))

    def finished(self, *, naming: bool) -> RealizedCourse:
        """The course as it now stands.

        Args:
            naming: Whether it names its products, because another course of the plan has others now.
        """
        steps = tuple(self._steps())
        everything = (*self.course.products, *self.earlier, *self.products)
        held = {product.id: product for product in everything}
        fields = dict(self.course.course) | {
            "starts_on_day": self.first,
            "then": self.then,
            "steps": tuple(step.step for step in steps),
            "made_by": self.made_by,
        }
        if fields["products"] or naming:
            fields["products"] = tuple(dict.fromkeys((*fields["products"], *held)))
        if any(product.form is not fields["form"] for product in everything):
            fields["form"] = None
        products = tuple(held[name] for name in sorted(held))
        return RealizedCourse(Course(**fields), self.course.drug, products, steps)

    def _steps(self) -> Iterator[RealizedStep]:
        in_months = self.first == self.course.course.starts_on_day
        group: list[Piece] = []
        for piece in (*self.past, *self.ahead):
            if group and not (piece.joins and not piece.cut):
                in_months = in_months and not any(part.touched for part in group)
                yield _as_step(group, keep=in_months)
                group = []
            group.append(piece)
        yield _as_step(group, keep=in_months and not any(part.touched for part in group))


def _rung_up(piece: Piece) -> Piece:
    return piece if piece.rung is None else replace(piece, rung=piece.rung + 1)


def total(pieces: Iterable[Piece]) -> int | None:
    """How many days some pieces last together; None without an end."""
    days = 0
    for piece in pieces:
        if piece.length is None:
            return None
        days += piece.length
    return days


def turned(realized: RealizedStep, days: int) -> RealizedStep:
    """A step from so many days on, without what only its first day says: a cycle begins where it then stands."""
    step = realized.step
    turn = days % len(realized.days) if step.cycle is not None else 0
    if not turn and step.kind is None and not step.review_before:
        return realized
    changes: dict[str, Any] = {"kind": step.kind if step.is_empty else None, "review_before": False}
    if step.cycle is not None:
        changes["cycle"] = step.cycle[turn:] + step.cycle[:turn]
    return RealizedStep(step.model_copy(update=changes), realized.days[turn:] + realized.days[:turn])


def marked(realized: RealizedStep, **changes: Any) -> RealizedStep:
    """A step with other marks: its kind, whether it waits for review, the products it names."""
    return replace(realized, step=realized.step.model_copy(update=changes))


def empty(kind: Literal["gap", "decision"]) -> RealizedStep:
    """A step in which nothing is taken."""
    return RealizedStep(Step(kind=kind), (RealizedDay((), DailyDose.of(())),))


def _naming(realized: RealizedStep, products: tuple[str, ...]) -> RealizedStep:
    if realized.step.products or realized.step.is_empty:
        return realized
    return marked(realized, products=products)


def _as_step(group: list[Piece], *, keep: bool) -> RealizedStep:
    realized, days = group[0].step, total(group)
    planned = realized.step.lasting
    if keep or (days is None and planned is None):
        return realized
    if days is not None and planned is not None and planned.is_in_days and planned.days == days:
        return realized
    return marked(realized, lasting=None if days is None else Duration(days))
