"""A plan that can be swallowed: every dose as exact portions of real products, or an error that says what is near."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from taper.dose import DailyDose, Dose
from taper.errors import CannotCompute, InvalidInput
from taper.formulary import Formulary
from taper.plan import Course, Plan, Step
from taper.product import Product, Release, all_of
from taper.reachable import Handling, NotReachable, Reachable, Recipe
from taper.regimen import Slot
from taper.selection import NoProducts, choose_products, name_of_drug, narrow

if TYPE_CHECKING:
    from datetime import date

_SHOWN = 5


class CannotRealize(CannotCompute):
    """Some doses of the plan cannot be made; `problems` holds each, with its nearest neighbors."""

    def __init__(self, message: str, *, where: str = "", problems: tuple[NotReachable, ...] = ()) -> None:
        super().__init__(message, where=where)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class RealizedIntake:
    """One dose at one time of day and the recipe that makes it."""

    slot: Slot
    dose: Dose
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class RealizedDay:
    """The doses of one day of a pattern, in order."""

    intakes: tuple[RealizedIntake, ...]
    total: DailyDose


@dataclass(frozen=True, slots=True)
class RealizedStep:
    """A step and the days of its pattern once through, each dose with its recipe."""

    step: Step
    days: tuple[RealizedDay, ...]

    def on(self, index: int, weekday: int | None) -> RealizedDay:
        """The realized day on a day of the step, counted from 0; a weekly step goes by the weekday."""
        if self.step.weekly is not None and weekday is not None:
            return self.days[weekday]
        return self.days[index % len(self.days)]


@dataclass(frozen=True, slots=True)
class RealizedCourse:
    """A course, its drug by the name it is held under, and its steps as recipes."""

    course: Course
    drug: str
    products: tuple[Product, ...]
    steps: tuple[RealizedStep, ...]

    def product(self, name: str) -> Product:
        """The product of this course with an id.

        Raises:
            NoProducts: If the course uses none of that id.
        """
        for product in self.products:
            if product.id == name:
                return product
        raise NoProducts(f"course {self.course.id} has no product {name!r}; name one of its own")

    @property
    def release(self) -> Release:
        return self.products[0].release

    @property
    def used(self) -> tuple[Product, ...]:
        """The products that a recipe of the course uses, in the order of their ids."""
        names = {
            portion.product
            for step in self.steps
            for day in step.days
            for intake in day.intakes
            for portion in intake.recipe.portions
        }
        return tuple(product for product in self.products if product.id in names)


@dataclass(frozen=True, slots=True)
class RealizedPlan:
    """A plan and, for every dose in it, an exact recipe of real products. It has no dates yet."""

    plan: Plan
    courses: tuple[RealizedCourse, ...]
    formulary: Formulary = field(repr=False, compare=False)
    handling: Handling = field(default_factory=Handling, repr=False, compare=False)

    def course(self, name: str) -> RealizedCourse:
        """The course with an id.

        Raises:
            InvalidInput: If there is none.
        """
        for course in self.courses:
            if course.course.id == name:
                return course
        raise InvalidInput(f"there is no course {name!r}; courses: {', '.join(c.course.id for c in self.courses)}")

    @property
    def drugs(self) -> tuple[str, ...]:
        """The drugs of the plan, each once, in the order of its courses."""
        return tuple(dict.fromkeys(course.drug for course in self.courses))

    def bounds(self, start: "date | None" = None) -> dict[str, tuple[tuple[int, int | None], ...]]:
        """First and last day number of each step, by course id."""
        return {course.course.id: course.course.bounds(start) for course in self.courses}


def realize(
    plan: Plan,
    products: Iterable[Product],
    *,
    formulary: Formulary | None = None,
    handling: Handling | None = None,
) -> RealizedPlan:
    """Find the exact portions for every dose of a plan.

    Args:
        plan: The plan.
        products: What can be had; those of other drugs are passed over. A course or a step may name fewer.
        formulary: Where brand synonyms are looked up; the shipped one if not given.
        handling: The most pieces and products in one intake, and whether tablet and liquid may share it.

    Raises:
        CannotRealize: If a dose cannot be made; the error names each and its nearest neighbors.
        NoProducts: If a course has no products, or products of several releases or forms it does not choose among.

    Example:
        >>> plan = Plan.read({"courses": [{"drug": "diazepam", "then": "continue",
        ...     "steps": [{"regimen": {"bedtime": "6 mg"}}]}]})
        >>> tablets = [Product(id="d5", drug="diazepam", form="tablet", strength="5 mg"),
        ...            Product(id="d2", drug="diazepam", form="tablet", strength="2 mg")]
        >>> print(realize(plan, tablets).courses[0].steps[0].days[0].intakes[0].recipe)
        3 x d2
    """
    held = formulary if formulary is not None else Formulary.shipped()
    rules = handling or Handling()
    listed = all_of(products)
    problems: list[NotReachable] = []
    courses = tuple(
        _realize_course(course, listed, held, rules, _place(plan, course), problems) for course in plan.courses
    )
    if problems:
        raise _report(problems)
    return RealizedPlan(plan, courses, held, rules)


def realize_steps(
    steps: Iterable[Step], products: tuple[Product, ...], handling: Handling, *, where: str = ""
) -> tuple[RealizedStep, ...]:
    """The recipes of some steps of a course, from products that were chosen for it.

    Raises:
        CannotRealize: If a dose cannot be made; the error names each and its nearest neighbors.
    """
    listed, problems = tuple(steps), list[NotReachable]()
    realized = tuple(_realize_steps(listed, products, handling, f"{where}, " if where else "", problems))
    if problems:
        raise _report(problems)
    return realized


def _place(plan: Plan, course: Course) -> str:
    return f"course {course.id}, " if len(plan.courses) > 1 else ""


def _realize_course(
    course: Course,
    products: tuple[Product, ...],
    formulary: Formulary,
    handling: Handling,
    place: str,
    problems: list[NotReachable],
) -> RealizedCourse:
    drug = name_of_drug(course, products, formulary)
    chosen = choose_products(course, drug, products)
    return RealizedCourse(course, drug, chosen, tuple(_realize_steps(course.steps, chosen, handling, place, problems)))


def _realize_steps(
    steps: tuple[Step, ...],
    products: tuple[Product, ...],
    handling: Handling,
    place: str,
    problems: list[NotReachable],
) -> Iterator[RealizedStep]:
    searches: dict[tuple[str, ...], Reachable] = {}
    for number, step in enumerate(steps, start=1):
        if step.is_empty:
            yield RealizedStep(step, (RealizedDay((), DailyDose.of(())),))
            continue
        allowed = narrow(products, step.products, f"{place}step {number}")
        key = tuple(product.id for product in allowed)
        if key not in searches:
            searches[key] = Reachable(allowed, up_to=_reach(steps, allowed), handling=handling)
        yield _realize_step(step, searches[key], f"{place}step {number}", problems)


def _realize_step(step: Step, search: Reachable, where: str, problems: list[NotReachable]) -> RealizedStep:
    days = []
    for day in step.days:
        intakes = []
        for intake in day:
            try:
                intakes.append(RealizedIntake(intake.slot, intake.dose, search.recipe(intake.dose)))
            except NotReachable as error:
                error.where = f"{where}, {intake.slot}"
                problems.append(error)
        days.append(RealizedDay(tuple(intakes), day.total))
    return RealizedStep(step, tuple(days))


def _reach(steps: tuple[Step, ...], products: tuple[Product, ...]) -> Dose:
    doses = [intake.dose for step in steps for day in step.days for intake in day]
    largest = max(doses)
    solid = [product.strength for product in products if product.strength is not None]
    return (largest + max(solid) if solid else largest * 2).in_unit(largest.unit)


def _report(problems: list[NotReachable]) -> CannotRealize:
    if len(problems) == 1:
        return CannotRealize(problems[0].message, where=problems[0].where, problems=tuple(problems))
    lines = "\n".join(f"  {problem}" for problem in problems[:_SHOWN])
    rest = f"\n  and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return CannotRealize(f"{len(problems)} doses cannot be made:\n{lines}{rest}", problems=tuple(problems))
