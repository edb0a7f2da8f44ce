"""Realized plans: every dose as exact portions of real products, or an error that names the nearest doses."""

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from taper._base.progress import Progress, counted
from taper._base.shown import Bound, align, as_html, shorten, show, some_of
from taper._base.takes import takes
from taper._base.work import spend
from taper.amounts.dose import DailyDose, Dose
from taper.errors import CannotCompute, InvalidInput
from taper.knowledge.drug_names import DrugName
from taper.knowledge.formulary import Formulary
from taper.knowledge.product_choice import (
    NoProducts,
    SeveralForms,
    choose_products,
    is_ordinary,
    is_taken_oftener,
    narrow,
    read_drug,
    several_forms,
)
from taper.plans.plan import Course, Plan, Step
from taper.plans.regimen import Intake, Regimen, Slot
from taper.plans.request import AnyRequest, Making, making_of
from taper.plans.weights import STANDARD
from taper.products.product import Product, Release
from taper.products.recipes import Handling, NotReachable, Reachable, Recipe, reach_of

if TYPE_CHECKING:
    from datetime import date

    import taper

_SHOWN = 5
_MADE = 800
"""As how much work a day of a step counts."""


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
    """A course, its drug by its name on file, and its steps as recipes.

    `chosen` says which release was chosen for a course that names none, and why.
    """

    course: Course
    drug: str
    products: tuple[Product, ...]
    steps: tuple[RealizedStep, ...]
    chosen: str | None = None
    _used: list[tuple[Product, ...]] = field(default_factory=list, init=False, repr=False, compare=False)

    def product(self, name: str) -> Product:
        """The product of this course with an id.

        Raises:
            NoProducts: If the course uses none of that id.
        """
        for product in self.products:
            if product.id == name:
                return product
        raise NoProducts(f"course {self.course.id} has no product {show(name)}; name one of its own")

    @property
    def release(self) -> Release:
        return self.products[0].release

    @property
    def used(self) -> tuple[Product, ...]:
        """The products that a recipe of the course uses, in the order of their ids."""
        # Found once: formats ask for it at every line that they write.
        if not self._used:
            recipes = {id(i.recipe): i.recipe for step in self.steps for day in step.days for i in day.intakes}
            names = {portion.product for recipe in recipes.values() for portion in recipe.portions}
            self._used.append(tuple(product for product in self.products if product.id in names))
        return self._used[0]


@dataclass(frozen=True, slots=True, repr=False)
class RealizedPlan(Bound):
    """A plan and, for every dose in it, an exact recipe of real products. It has no dates yet."""

    plan: Plan
    courses: tuple[RealizedCourse, ...]
    formulary: Formulary = field(compare=False)
    handling: Handling | None = field(default=None, compare=False)

    def __str__(self) -> str:
        rows = [
            (course.course.id, str(number), str(step.step.lasting or "no end"), _said(step))
            for course in self.courses
            for number, step in enumerate(course.steps, start=1)
        ]
        head = f"{self.plan.title or ', '.join(self.drugs)}, of {_products(self)}"
        return shorten([head, *align([("course", "step", "for", "doses and what makes them"), *rows])], whole="courses")

    def __repr__(self) -> str:
        return f"<RealizedPlan of {', '.join(self.drugs)}: {_products(self)}>"

    def _repr_html_(self) -> str:
        return as_html(str(self))

    if TYPE_CHECKING:  # public functions as methods, bound at the front door
        check = taper.check
        to_schedule = taper.to_schedule

    def course(self, name: str) -> RealizedCourse:
        """The course with an id.

        Raises:
            InvalidInput: If there is none.
        """
        for course in self.courses:
            if course.course.id == name:
                return course
        raise InvalidInput(f"there is no course {show(name)}; courses: {some_of([c.course.id for c in self.courses])}")

    @property
    def choices(self) -> tuple[str, ...]:
        """What was chosen for courses that name neither release nor form, and why."""
        return tuple(course.chosen for course in self.courses if course.chosen)

    @property
    def drugs(self) -> tuple[str, ...]:
        """The drugs of the plan, each once, in the order of its courses."""
        return tuple(dict.fromkeys(course.drug for course in self.courses))

    def bounds(self, start: "date | None" = None) -> dict[str, tuple[tuple[int, int | None], ...]]:
        """First and last day number of each step, by course id."""
        return {course.course.id: course.course.bounds(start) for course in self.courses}


def _said(step: RealizedStep) -> str:
    """The doses of a step's first day, each with what makes it."""
    doses = [f"{intake.dose} {intake.slot} ({intake.recipe})" for intake in step.days[0].intakes]
    return (", ".join(doses) or "nothing") + ("" if len(step.days) == 1 else f"; day 1 of {len(step.days)}")


def _products(realized: RealizedPlan) -> str:
    count = len({product.id for course in realized.courses for product in course.used})
    return f"{count} product{'' if count == 1 else 's'}"


@takes
def realize(
    plan: Plan,
    products: Iterable[Product],
    *,
    formulary: Formulary | None = None,
    handling: Handling | None = None,
    progress: Progress | None = None,  # noqa: ARG001 - the decorator tells it
) -> RealizedPlan:
    """Find the exact portions for every dose of a plan.

    Args:
        plan: The plan.
        products: What can be had; those of other drugs are passed over. A course or a step may name fewer.
        formulary: Where brand synonyms are looked up; the shipped one if not given.
        handling: The most pieces and products in one intake, and whether tablet and liquid may share it. If not
            given, at most 4 pieces of 2 products where they make the dose, and more where they do not; a course that
            a planner made is made as the planner made it, as far as these products allow.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Raises:
        CannotRealize: If a dose cannot be made; the error names each and its nearest neighbors.
        NoProducts: If a course has no products, or products of several releases or forms it does not choose among and
            the ordinary ones are not the only ones that make its doses.
        InvalidInput: If two products that differ have the same id.

    Example:
        >>> plan = Plan.read({"courses": [{"drug": "diazepam", "then": "continue",
        ...     "steps": [{"regimen": {"bedtime": "6 mg"}}]}]})
        >>> tablets = [Product(id="d5", drug="diazepam", form="tablet", strength="5 mg"),
        ...            Product(id="d2", drug="diazepam", form="tablet", strength="2 mg")]
        >>> print(realize(plan, tablets).courses[0].steps[0].days[0].intakes[0].recipe)
        3 x d2
    """
    held = formulary if formulary is not None else Formulary.shipped()
    listed = tuple(products)
    _refuse_shared_ids(listed)
    problems: list[NotReachable] = []
    courses = tuple(
        _realize_course(course, listed, held, handling, _place(plan, course), problems) for course in plan.courses
    )
    if problems:
        raise _report(problems)
    return RealizedPlan(plan, courses, held, handling)


def realize_steps(
    steps: Iterable[Step],
    products: tuple[Product, ...],
    handling: Handling | None,
    *,
    made_by: AnyRequest | None = None,
    where: str = "",
) -> tuple[RealizedStep, ...]:
    """The recipes of some steps of a course, from products that were chosen for it.

    Raises:
        CannotRealize: If a dose cannot be made; the error names each and its nearest neighbors.
    """
    listed, problems = tuple(steps), list[NotReachable]()
    bench = _Bench(products, handling, making_of(made_by), _largest_dose(listed, products))
    realized = tuple(_realize_steps(listed, bench, f"{where}, " if where else "", problems))
    if problems:
        raise _report(problems)
    return realized


def _refuse_shared_ids(products: tuple[Product, ...]) -> None:
    """A portion names its product by id, so that two of one id would be counted and labeled as each other."""
    known: dict[str, Product] = {}
    for product in products:
        if known.setdefault(product.id, product) != product:
            raise InvalidInput(f"two products have the id {show(product.id)}; give one another id", where="products")


def _place(plan: Plan, course: Course) -> str:
    return f"course {course.id}, " if len(plan.courses) > 1 else ""


def _realize_course(
    course: Course,
    products: tuple[Product, ...],
    formulary: Formulary,
    handling: Handling | None,
    place: str,
    problems: list[NotReachable],
) -> RealizedCourse:
    name = read_drug(course, products, formulary)
    try:
        chosen = choose_products(course, name, products)
        why = _by_its_name(course, name, chosen)
    except SeveralForms as error:
        chosen = _only_ordinary(course, error, formulary, handling)
        why = _why(course, error, chosen)
    steps = tuple(_realize_steps(course.steps, _bench_of(course, chosen, handling), place, problems))
    return RealizedCourse(course, chosen[0].drug, chosen, steps, why)


def _bench_of(course: Course, products: tuple[Product, ...], handling: Handling | None) -> "_Bench":
    return _Bench(products, handling, making_of(course.made_by), _largest_dose(course.steps, products))


def _only_ordinary(
    course: Course, error: SeveralForms, formulary: Formulary, handling: Handling | None
) -> tuple[Product, ...]:
    """The ordinary products, immediate release and swallowed, where they alone make every dose of the course.

    Others make it where few units of them do, and no oftener a day than sources say that they are taken.

    Raises:
        SeveralForms: If others make them too, or the ordinary ones do not.
    """
    few = handling or STANDARD.handling(round_liquids=False)
    able = [
        group
        for group in error.groups
        if (is_ordinary(group) or not is_taken_oftener(course, group, formulary))
        and _makes(course, group, handling if is_ordinary(group) else few)
    ]
    if len(able) == 1 and is_ordinary(able[0]):
        return able[0]
    raise several_forms(tuple(able), error.where) if len(able) > 1 else error


def _makes(course: Course, products: tuple[Product, ...], handling: Handling | None) -> bool:
    problems: list[NotReachable] = []
    try:
        for _ in _realize_steps(course.steps, _bench_of(course, products, handling), "", problems):
            pass
    except NoProducts:
        return False
    return not problems


def _why(course: Course, error: SeveralForms, chosen: tuple[Product, ...]) -> str:
    others = sorted({group[0].drug for group in error.groups} - {chosen[0].drug})
    kinds = [str(group[0].release) for group in error.groups if not is_ordinary(group)]
    kinds = [f"{kind}-release" for kind in dict.fromkeys(kinds) if kind != Release.IMMEDIATE] or ["sublingual"]
    made = f"{chosen[0].drug}, immediate release," if others else "immediate release"
    named = " or ".join(others) if others else f"{' or '.join(kinds)} products"
    return f"{made} was chosen for {course.id}: {named} cannot make these doses, taken as often"


def _by_its_name(course: Course, name: DrugName, chosen: tuple[Product, ...]) -> str | None:
    """What the name of the drug alone decided, for a reader; None where the plan says it itself."""
    release = chosen[0].release
    if name.is_short:
        alone = f"of those on file it is the one of {release} release"
        return f"{chosen[0].drug} was chosen for {course.id}: {alone}"
    if course.release is None and name.release is not None:
        return f"{release} release was chosen for {course.id}: {name.written} says so"
    if course.form is None and name.forms:
        return f"{' or '.join(name.forms)} was chosen for {course.id}: {name.written} says so"
    return None


@dataclass(frozen=True)
class _Bench:
    """Where the doses of a course are made: as a planner made them where it did, else within the handling."""

    products: tuple[Product, ...]
    handling: Handling | None
    making: Making | None
    up_to: Dose
    _searches: dict[tuple[object, ...], Reachable] = field(default_factory=dict)
    _answers: dict[tuple[object, ...], Recipe | NotReachable] = field(default_factory=dict)
    _days: dict[tuple[object, ...], RealizedDay] = field(default_factory=dict)

    def day(
        self, day: Regimen, allowed: tuple[Product, ...], names: tuple[str, ...]
    ) -> tuple[RealizedDay, list[tuple[Slot, NotReachable]]]:
        """The recipes of a day, made once for equal days, and what of it cannot be made.

        Args:
            day: Its doses.
            allowed: The products they may be made of.
            names: The ids of these products.
        """
        key = (names, *((i.slot.name, i.dose.mg.as_integer_ratio(), i.dose.unit) for i in day))
        found = self._days.get(key)
        if found is not None:
            return found, []
        intakes, problems = [], []
        for intake in day:
            try:
                intakes.append(RealizedIntake(intake.slot, intake.dose, self.recipe(intake, allowed, names)))
            except NotReachable as error:
                problems.append((intake.slot, error))
        made = RealizedDay(tuple(intakes), day.total)
        if not problems:
            self._days[key] = made
        return made, problems

    def recipe(self, intake: Intake, allowed: tuple[Product, ...], names: tuple[str, ...]) -> Recipe:
        """The best recipe of a dose, looked for once: a long plan holds few doses many times.

        Args:
            intake: The dose and its time of day.
            allowed: The products it may be made of.
            names: The ids of these products.

        Raises:
            NotReachable: If it cannot be made.
        """
        slot = intake.slot.name if self.making is not None else ""
        key = (slot, intake.dose.mg, intake.dose.unit, names)
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._answer(intake, allowed)
        if isinstance(found, NotReachable):
            raise copy(found)
        return found

    def _answer(self, intake: Intake, allowed: tuple[Product, ...]) -> Recipe | NotReachable:
        try:
            return self._make(intake, allowed)
        except NotReachable as error:
            return error

    def _make(self, intake: Intake, allowed: tuple[Product, ...]) -> Recipe:
        for products, handling in self._ways(intake.slot, allowed):
            search = self._search(products, handling)
            if search.can_make(intake.dose):
                return search.recipe(intake.dose)
        return self._search(allowed, self.handling or Handling()).recipe(intake.dose)

    def _ways(self, slot: Slot, allowed: tuple[Product, ...]) -> Iterator[tuple[tuple[Product, ...], Handling]]:
        """As a planner makes it, from its own form on; then whatever its limits allow; then with more pieces.

        What no planner made keeps to the same limits where they make the dose, so that a dose is made in one way
        whoever wrote it down.
        """
        if self.handling is not None:
            return
        if self.making is None:
            yield allowed, STANDARD.handling(round_liquids=False)
            return
        planned = self.making.handling
        if self.making.liquid is not None:
            on_liquid = slot.name in self.making.liquid
            own = tuple(product for product in allowed if product.form.is_liquid == on_liquid)
            yield from ((own, planned),) if own else ()
        yield allowed, planned
        yield allowed, planned.model_copy(update={"round_liquids": False})
        yield allowed, Handling(mix_forms=planned.mix_forms)

    def _search(self, allowed: tuple[Product, ...], handling: Handling) -> Reachable:
        key = (handling, *(product.id for product in allowed))
        found = self._searches.get(key)
        if found is None:
            found = self._searches[key] = Reachable(allowed, up_to=self.up_to, handling=handling)
        return found


def _realize_steps(
    steps: tuple[Step, ...], bench: _Bench, place: str, problems: list[NotReachable]
) -> Iterator[RealizedStep]:
    for number, step in enumerate(counted(steps, "steps made of products"), start=1):
        if step.is_empty:
            yield RealizedStep(step, (RealizedDay((), DailyDose.of(())),))
            continue
        allowed = narrow(bench.products, step.products, f"{place}step {number}")
        yield _realize_step(step, bench, allowed, f"{place}step {number}", problems)


def _realize_step(
    step: Step, bench: _Bench, allowed: tuple[Product, ...], where: str, problems: list[NotReachable]
) -> RealizedStep:
    days, names = [], tuple(product.id for product in allowed)
    spend(_MADE * len(step.days))
    for day in step.days:
        made, failed = bench.day(day, allowed, names)
        for slot, error in failed:
            error.where = f"{where}, {slot}"
            problems.append(error)
        days.append(made)
    return RealizedStep(step, tuple(days))


def _largest_dose(steps: Iterable[Step], products: tuple[Product, ...]) -> Dose:
    """Up to where the doses of some steps are looked for."""
    largest = max((intake.dose for step in steps for day in step.days for intake in day), default=Dose(0))
    return reach_of(largest, products)


def _report(problems: list[NotReachable]) -> CannotRealize:
    if len(problems) == 1:
        return CannotRealize(problems[0].message, where=problems[0].where, problems=tuple(problems))
    lines = "\n".join(f"  {problem}" for problem in problems[:_SHOWN])
    rest = f"\n  and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return CannotRealize(f"{len(problems)} doses cannot be made:\n{lines}{rest}", problems=tuple(problems))
