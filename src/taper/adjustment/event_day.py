"""The day of an event: what the plan is on it, and what can be made from then on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from taper.adjustment.course_state import CourseState, Piece
from taper.amounts.duration import Duration, day_after
from taper.plans.log import InvalidEvent
from taper.plans.plan import Before, Step
from taper.products.product import Product
from taper.schedules.realization import RealizedPlan, RealizedStep, realize_steps


class OtherPlan(InvalidEvent):
    """A log of another plan, or of the same plan from another start."""


class DecisionNeeded(InvalidEvent):
    """Something was to follow a gap for which nobody has decided yet what follows."""


class NothingToChange(InvalidEvent):
    """The event changes nothing in the course: it has ended, has not begun, or holds nothing to act on."""


@dataclass(frozen=True, slots=True)
class Now:
    """The day of an event, by its number, in a plan that began on a date, with further products at hand."""

    realized: RealizedPlan
    start: date
    day: int
    products: tuple[Product, ...]

    def date_of(self, day: int) -> date:
        return self.start + timedelta(days=day - 1)

    def length(self, lasting: Duration, day: int | None = None) -> int:
        """How many days a length of time has from a day on: this one, if none is given."""
        begins = self.date_of(self.day if day is None else day)
        return (day_after(begins, (lasting,)) - begins).days

    def realize(self, track: CourseState, steps: Iterable[Step]) -> tuple[RealizedStep, ...]:
        """The recipes of steps from the products that the course has now; they are named where they changed."""
        named = tuple(product.id for product in track.products) if track.has_other_products else ()
        listed = [step if step.is_empty else step.model_copy(update={"products": named}) for step in steps]
        where = f"{track.name} from {self.date_of(self.day)}"
        handling, made_by = self.realized.handling, track.made_by
        return realize_steps(listed, track.products, handling, made_by=made_by, where=where)

    def remade(self, track: CourseState, pieces: Iterable[Piece]) -> list[Piece]:
        """Pieces with the recipes of the products that the course has now; as they are, where none changed."""
        listed = list(pieces)
        if not track.has_other_products:
            return listed
        steps = self.realize(track, [piece.step.step for piece in listed])
        return [replace(piece, step=step) for piece, step in zip(listed, steps, strict=True)]

    def with_before(self, track: CourseState) -> CourseState | None:
        """The course with what was taken before it on its ladder, made of the products it has now; None if unknown."""
        before = track.course.course.before
        if not isinstance(before, Before) or track.has_before:
            return None
        (step,) = self.realize(track, [Step(regimen=before.regimen, cycle=before.cycle, weekly=before.weekly)])
        return track.with_before(step)

    def going_on(self, track: CourseState, length: int | None) -> Piece:
        """What was taken the day before, for so many days more."""
        last = track.past[-1]
        made = replace(last.after(last.length or 0), length=length, held=False)
        return self.remade(track, [made])[0]

    def rungs(self, track: CourseState, first: int) -> list[Piece]:
        """The steps of the ladder from one on, each in full."""
        listed = enumerate(track.ladder[first:], start=first)
        return self.remade(track, [rung.piece(place) for place, rung in listed if not rung.step.step.is_empty])
