"""A starting plan by kidney function: one source's advice at the person's figure."""

from collections.abc import Iterable
from fractions import Fraction

from taper._base.records import Value
from taper._base.shown import shorten
from taper._base.takes import takes
from taper.amounts.dose import Dose
from taper.errors import CannotCompute, NotFound
from taper.knowledge.formulary import Formulary
from taper.knowledge.kidney_advice import KidneyAction, KidneyAdvice, KidneyBand, KidneyState
from taper.knowledge.kidney_reading import KidneyReading, applies_to_age, read_advice, words_of
from taper.knowledge.product_choice import choose_products, narrow, read_drug
from taper.people.patient import Patient
from taper.plans.plan import Course, Plan, Step
from taper.plans.regimen import Intake, Regimen, Slot
from taper.products.product import Product
from taper.products.recipes import Reachable
from taper.source import Source


class NoProposal(CannotCompute):
    """A source gives no doses for this person, or gives them for someone else; the message cites it."""

    def __init__(self, message: str, *, where: str = "", source: Source | None = None) -> None:
        super().__init__(message, where=where)
        self.source = source


class KidneyChange(Value):
    """One dose that a source would change: which, from what, to what, and why."""

    course: str
    step: int
    slot: Slot
    before: Dose
    after: Dose
    why: str


class KidneyProposal(Value):
    """What one source would make of a plan at one figure of kidney function: a proposal, not a plan."""

    source: Source
    basis: str
    place: str
    says: str
    changes: tuple[KidneyChange, ...]
    plan: Plan
    note: str | None = None

    def __str__(self) -> str:
        lines = [f"{self.place}: {self.says}, by {self.source.citation}"]
        lines += [f"{c.course}, step {c.step}, {c.slot}: {c.before} -> {c.after} ({c.why})" for c in self.changes]
        return shorten(lines, whole="changes")

    def __repr__(self) -> str:
        return f"<KidneyProposal by {self.source.id}: {len(self.changes)} changes>"


@takes
def propose_for_kidney(
    plan: Plan,
    patient: Patient,
    *,
    source: str,
    products: Iterable[Product],
    formulary: Formulary | None = None,
) -> KidneyProposal:
    """Apply one named source's kidney advice, in its own shape, to the courses that start a drug.

    Doses are rounded down to what the products can make. None rises and none becomes 0.

    Args:
        plan: A plan that begins the drug.
        patient: With a figure of kidney function.
        source: Whose advice; there is no default.
        products: What the changed doses are made of.
        formulary: Where the advice is looked up; the shipped one if absent.

    Raises:
        NoProposal: If the source says to avoid, gives no figure, is about other people, or a course is not a start.
        NotFound: If no kidney advice has that source; the message lists those that have.
        CannotCompute: If a dose would have to be smaller than any that the products make.

    Example:
        >>> from taper import Formulary, NoProposal, Patient, load_protocol
        >>> plan = load_protocol("baclofen-raynaud-example").plan()
        >>> patient = Patient.read({"egfr": "28", "kidney_stable": True, "dialysis": False})
        >>> tablets = Formulary.shipped().products("baclofen", market="us")
        >>> made = propose_for_kidney(plan, patient, source="nefrologia-2020", products=tablets)
        >>> made.source.id
        'nefrologia-2020'
    """
    held = formulary if formulary is not None else Formulary.shipped()
    listed = tuple(products)
    courses, changes, reading = [], [], None
    applied: dict[str, str] = {}
    for course in plan.courses:
        chosen = choose_products(course, read_drug(course, listed, held), listed)
        drug = chosen[0].drug
        advice = _named(held, drug, source, course, chosen) if held.holds(drug) else None
        if advice is None:
            courses.append(course)
            continue
        _refuse_taken(course, advice)
        _refuse_two(course, applied.setdefault(drug, course.id), drug, advice)
        reading = _readable(advice, patient, held, drug)
        made = _Application(course, reading, chosen, listed)
        courses.append(made.course())
        changes.extend(made.changes)
    if reading is None or reading.says is None:
        raise _no_such_source(held, plan, listed, source)
    return KidneyProposal(
        source=reading.advice.source,
        basis=reading.advice.basis,
        place=reading.place,
        says=words_of(reading.says),
        changes=tuple(changes),
        plan=plan.model_copy(update={"courses": tuple(courses)}),
        note=_later_note(reading),
    )


def _later_note(reading: KidneyReading) -> str | None:
    if reading.says is not None and reading.says.action is KidneyAction.INITIAL:
        return "the source gives a first daily dose only; later steps are unchanged and it says nothing of them"
    return reading.says.note if reading.says else None


def _named(
    formulary: Formulary, drug: str, source: str, course: Course, products: tuple[Product, ...]
) -> KidneyAdvice | None:
    release, forms = products[0].release, {product.form for product in products}
    for advice in formulary.monograph(drug).kidney:
        fits = (
            advice.source.id == source
            and (not advice.indications or course.indication in advice.indications)
            and (not advice.releases or release in advice.releases)
            and (not advice.forms or forms & set(advice.forms))
        )
        if fits:
            return advice
    return None


def _no_such_source(formulary: Formulary, plan: Plan, products: tuple[Product, ...], source: str) -> NotFound:
    drugs = [drug for course in plan.courses for drug in read_drug(course, products, formulary).drugs]
    names = {a.source.id for drug in drugs if formulary.holds(drug) for a in formulary.monograph(drug).kidney}
    listed = ", ".join(sorted(names)) or "none"
    return NotFound(
        f"no kidney advice for {', '.join(drugs)} has the source {source!r}; name one of those on file: {listed}",
        near=tuple(sorted(names)),
    )


def _refuse_taken(course: Course, advice: KidneyAdvice) -> None:
    if course.before == "nothing":
        return
    what = "what was taken before is unknown" if course.before is None else f"{course.before} was taken before"
    raise NoProposal(
        f"{what}, and a smaller first dose would be an abrupt cut for someone who takes the drug; "
        'a proposal is for a start, so write before "nothing" if it is one',
        where=f"course {course.id}",
        source=advice.source,
    )


def _refuse_two(course: Course, first: str, drug: str, advice: KidneyAdvice) -> None:
    if course.id != first:
        raise NoProposal(
            f"{drug} is also taken in course {first}, and a limit is for their sum; join the two in one course",
            where=f"course {course.id}",
            source=advice.source,
        )


def _readable(advice: KidneyAdvice, patient: Patient, formulary: Formulary, drug: str) -> KidneyReading:
    where, cite = advice.source.id, advice.source.citation
    if advice.needs_age and patient.age is None:
        raise NoProposal(
            f"the advice of this source depends on the age, which is not given; give the age. {cite}", where=where
        )
    if patient.age is not None and not applies_to_age(advice.age_from, advice.age_below, patient.age):
        raise NoProposal(
            f"this source is about another age group than {patient.age}; name another source. {cite}", where=where
        )
    if patient.dialysis is None:
        raise NoProposal(
            f"missing: whether the person is on dialysis; give dialysis. {cite}", where=where, source=advice.source
        )
    reading = read_advice(advice, patient)
    if reading.dialysis:
        said = words_of(reading.says) if reading.says else "nothing"
        raise NoProposal(
            f"no proposal is made for a person on dialysis; the source says {said}; read it there. {cite}",
            where=where,
            source=advice.source,
        )
    if reading.missing:
        raise NoProposal(f"missing: {reading.missing}; give it. {cite}", where=where, source=advice.source)
    if patient.kidney_stable is None:
        raise NoProposal(
            f"missing: whether kidney function is stable; give kidney_stable. {cite}", where=where, source=advice.source
        )
    if reading.says is None:
        raise NoProposal(
            f"the source says nothing at {reading.place}; name another source. {cite}",
            where=where,
            source=advice.source,
        )
    if not _has_figure(reading.says):
        others = ", ".join(_with_figures(formulary, drug, patient)) or "none"
        raise NoProposal(
            f"at {reading.place} the source says {words_of(reading.says)}, which is not a dose. "
            f"Sources with a figure for this person: {others}. {cite}",
            where=where,
            source=advice.source,
        )
    return reading


_WITH_FIGURE = {
    KidneyAction.NO_CHANGE, KidneyAction.MAXIMUM, KidneyAction.RANGE, KidneyAction.INITIAL, KidneyAction.FRACTION,
}  # fmt: skip


def _has_figure(says: KidneyBand | KidneyState) -> bool:
    return says.action in _WITH_FIGURE and not says.every_other_day


def _with_figures(formulary: Formulary, drug: str, patient: Patient) -> list[str]:
    readings = [read_advice(advice, patient) for advice in formulary.monograph(drug).kidney]
    return sorted(r.advice.source.id for r in readings if r.says is not None and _has_figure(r.says))


def _largest(course: Course) -> Dose:
    return max(intake.dose for step in course.steps for day in step.days for intake in day)


class _Application:
    """One source's advice applied to one course."""

    def __init__(
        self, course: Course, reading: KidneyReading, chosen: tuple[Product, ...], products: tuple[Product, ...]
    ) -> None:
        assert reading.says is not None
        self._course, self._reading, self._says = course, reading, reading.says
        self._chosen, self._products = chosen, products
        self._searches: dict[tuple[str, ...], Reachable] = {}
        self.changes: list[KidneyChange] = []

    def _reachable(self, number: int) -> Reachable:
        names = self._course.steps[number - 1].products
        if names not in self._searches:
            allowed = narrow(self._chosen, names, f"course {self._course.id}, step {number}")
            self._searches[names] = Reachable(allowed, up_to=_largest(self._course))
        return self._searches[names]

    def course(self) -> Course:
        steps = tuple(self._step(number, step) for number, step in enumerate(self._course.steps, start=1))
        return self._course.model_copy(update={"steps": steps, "made_by": None} if self.changes else {})

    def _step(self, number: int, step: Step) -> Step:
        if step.is_empty or (self._says.action is KidneyAction.INITIAL and number > 1):
            return step
        days = tuple(self._day(number, day) for day in step.days)
        if step.regimen is not None:
            return step.model_copy(update={"regimen": days[0]})
        if step.cycle is not None:
            return step.model_copy(update={"cycle": days})
        return step.model_copy(
            update={"weekly": dict(zip(step.weekly or {}, self._weekdays(number, step), strict=True))}
        )

    def _weekdays(self, number: int, step: Step) -> list[Regimen]:
        return [self._day(number, day) for day in (step.weekly or {}).values()]

    def _day(self, number: int, day: Regimen) -> Regimen:
        factor = self._factor(day)
        if factor >= 1:
            return day
        return Regimen(Intake(intake.slot, self._less(number, intake, factor)) for intake in day)

    def _factor(self, day: Regimen) -> Fraction:
        if self._says.fraction is not None:
            return self._says.fraction
        limit = self._says.maximum or self._says.high or self._says.initial
        return Fraction(1) if limit is None or not day.total else limit.mg / day.total.mg

    def _less(self, number: int, intake: Intake, factor: Fraction) -> Dose:
        wanted, reachable = intake.dose * factor, self._reachable(number)
        after = wanted if reachable.can_make(wanted) else reachable.neighbors(wanted)[0]
        if after is None:
            raise self._too_small(number, intake, wanted)
        change = KidneyChange(
            course=self._course.id, step=number, slot=intake.slot, before=intake.dose, after=after,
            why=f"{words_of(self._says)} at {self._reading.place}; {wanted} rounded down to what the products make"
            if after != wanted else f"{words_of(self._says)} at {self._reading.place}",
        )  # fmt: skip
        if change not in self.changes:
            self.changes.append(change)
        return after

    def _too_small(self, number: int, intake: Intake, wanted: Dose) -> CannotCompute:
        doses = self._reachable(number).doses
        smallest = doses[0] if doses else None
        made = f"the smallest that the products make is {smallest}" if smallest else "the products make none"
        return CannotCompute(
            f"{intake.dose} would become {wanted}, and {made}; a proposal never reaches 0. {self._what_makes_less()}",
            where=f"course {self._course.id}, step {number}, {intake.slot}",
        )

    def _what_makes_less(self) -> str:
        drug = self._chosen[0].drug
        liquids = [p.label for p in self._products if p.drug == drug and p.is_unmeasured]
        if liquids:
            return f"The {liquids[0]} would make less once its smallest_volume is given; add it"
        return "Add a smaller strength, a permission to divide, or a liquid that can be measured"
