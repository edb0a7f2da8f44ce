"""What a source says at a figure of kidney function, and a plan proposed from it for someone who starts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from taper._model import Value, write_number
from taper.dose import Dose
from taper.errors import CannotCompute, NotFound
from taper.formulary import Formulary
from taper.kidney import EGFR, AbsoluteEGFR, CreatinineClearance
from taper.monograph import KidneyAction, KidneyAdvice, KidneyBand, KidneyState, Measure
from taper.patient import Patient
from taper.plan import Course, Plan, Step
from taper.product import Product
from taper.reachable import Reachable
from taper.regimen import Intake, Regimen, Slot
from taper.selection import choose_products, name_of_drug, narrow
from taper.source import Source

Figure = EGFR | AbsoluteEGFR | CreatinineClearance


class NoProposal(CannotCompute):
    """A source gives no doses for this person, or gives them for someone else; the message cites it."""

    def __init__(self, message: str, *, where: str = "", source: Source | None = None) -> None:
        super().__init__(message, where=where)
        self.source = source


@dataclass(frozen=True, slots=True)
class KidneyReading:
    """What one source says for one person: a band or state with the figure read, or what is missing.

    `says` is None where the source has no word at the figure. `shared_edge` is true where it prints the figure
    in two bands and the more cautious is read. `others` are figures of the person that the source would answer
    otherwise; the lowest decides. `besides` is what the source adds for dialysis to what it says of the figure.
    """

    advice: KidneyAdvice
    says: KidneyBand | KidneyState | None = None
    figure: Figure | None = None
    missing: str | None = None
    shared_edge: bool = False
    dialysis: bool = False
    others: tuple[Figure, ...] = ()
    besides: str | None = None

    @property
    def place(self) -> str:
        """Where the person stands, in words: "eGFR 28 mL/min/1.73 m2, below 30"."""
        text = "on dialysis" if self.dialysis else "impaired kidney function"
        if self.figure is not None:
            figure = f"{self.figure.measure} {self.figure.text}"
            text = f"{text}, {figure}" if self.dialysis else figure
        if isinstance(self.says, KidneyBand):
            text = f"{text}, {band_words(self.says)}"
        for other in self.others:
            text = f"{text}, while {other.described} would be answered otherwise"
        return f"{text} (printed in two bands, the more cautious is read)" if self.shared_edge else text

    @property
    def limit(self) -> Dose | None:
        """The most a day that the source gives here: its figure, or its part of the figure of the band above."""
        if self.says is None or self.says.action is KidneyAction.INITIAL:
            return None
        if self.says.action is not KidneyAction.PROPORTION:
            return self.says.maximum or self.says.high
        if self.figure is None or not isinstance(self.says, KidneyBand) or self.says.upper is None:
            return None
        edge = self.says.upper
        above = next((b for b in self.advice.bands if b is not self.says and b.lower == edge), None)
        most = above and (above.maximum or above.high)
        # Down to the whole microgram, since a computed figure may be finer than any dose.
        return Dose(Fraction(floor(most.mg * self.figure.value / edge * 1000), 1000)) if most else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What the source adds to its answer, in short notes."""
        return tuple(note for note in (self.says and self.says.note, self.besides, self.advice.note) if note)


def band_words(band: KidneyBand) -> str:
    """The edges of a band as its source prints them: "from 30 to below 60"."""
    low = _edge("from", band.at_least) or _edge("above", band.above)
    high = _edge("to", band.at_most) or _edge("to below" if low else "below", band.below)
    return " ".join(part for part in (low, high) if part)


def _edge(word: str, value: Fraction | None) -> str:
    return "" if value is None else f"{word} {write_number(value)}"


def figure_of(measure: Measure, patient: Patient) -> Figure | None:
    """The person's figure of one measure, the lowest of those reported and computed; never of another measure."""
    return min(_figures(measure, patient), key=lambda figure: figure.value, default=None)


def _figures(measure: Measure, patient: Patient) -> tuple[Figure, ...]:
    known: dict[Measure, tuple[Figure | None, ...]] = {
        Measure.EGFR: (patient.egfr, patient.computed_egfr()),
        Measure.CRCL: (patient.crcl, patient.computed_crcl()),
        Measure.ABSOLUTE_EGFR: (patient.absolute_egfr,),
    }
    return tuple(figure for figure in known[measure] if figure is not None)


def read_advice(advice: KidneyAdvice, patient: Patient) -> KidneyReading:
    """Read what one source says for one person, without converting any measure into another."""
    if patient.dialysis:
        return _read_dialysis(advice, patient)
    if patient.kidney_stable is False:
        return KidneyReading(advice, missing="a stable kidney function; a changing one has no figure")
    if advice.measure is None or not advice.bands:
        return _read_impaired(advice, patient)
    figures = _figures(advice.measure, patient)
    if not figures:
        return KidneyReading(advice, missing=f"a figure of {advice.measure}, the measure of this source")
    return _read_bands(advice, figures, patient)


def _read_dialysis(advice: KidneyAdvice, patient: Patient) -> KidneyReading:
    # Whoever is on dialysis has impaired kidneys by any degree, so what a source says of those holds.
    says = advice.dialysis or advice.impaired
    if says is None:
        return KidneyReading(advice, missing="what this source says on dialysis", dialysis=True)
    if says.action is not KidneyAction.BY_MEASURE or advice.measure is None:
        return KidneyReading(advice, says=says, dialysis=True)
    figure = figure_of(advice.measure, patient)
    if figure is None:
        missing = f"a figure of {advice.measure}; on dialysis this source doses {says.action}"
        return KidneyReading(advice, missing=missing, dialysis=True, besides=says.note)
    read = _at(advice, figure)
    return replace(read, dialysis=True, besides=f"{says.action}{f': {says.note}' if says.note else ''}")


def _read_bands(advice: KidneyAdvice, figures: tuple[Figure, ...], patient: Patient) -> KidneyReading:
    lowest = min(figures, key=lambda figure: figure.value)
    read = _at(advice, lowest)
    if read.says is None and advice.impaired is not None and not _is_gap(advice, lowest.value):
        read = _read_impaired(advice, patient)
    others = tuple(figure for figure in figures if advice.bands_at(figure.value) != advice.bands_at(lowest.value))
    return replace(read, others=read.others or others)


def _at(advice: KidneyAdvice, figure: Figure) -> KidneyReading:
    """What the bands say at a figure: in a gap and below the lowest of them it is missing, above them nothing."""
    held = advice.bands_at(figure.value)
    if held:
        return KidneyReading(advice, says=advice.band_at(figure.value), figure=figure, shared_edge=len(held) > 1)
    if not any(band.lower is not None and band.lower >= figure.value for band in advice.bands):
        return KidneyReading(advice, figure=figure)
    if _is_gap(advice, figure.value):
        return KidneyReading(advice, figure=figure, missing=f"a band at {figure.text}; the source leaves a gap there")
    missing = f"a band at {figure.text}, which is worse than any that the source speaks of"
    return KidneyReading(advice, figure=figure, missing=missing)


def _is_gap(advice: KidneyAdvice, value: Fraction) -> bool:
    lowers = (band.lower for band in advice.bands if band.lower is not None)
    uppers = (band.upper for band in advice.bands if band.upper is not None)
    return (
        not advice.bands_at(value)
        and any(lower >= value for lower in lowers)
        and any(upper <= value for upper in uppers)
    )


_DEGREES = {None: (90, 90), "severe": (30, 45), "significant": (0, 90)}
"""Below the first the person has what the source's word says, from the second of an eGFR not; between, unclear.

KDIGO 2012 (Kidney Int Suppl 2013;3:1-150, table 5) calls a GFR from 90 normal, below it decreased, from 30 to 44
moderately or severely, and below 30 severely decreased or failure. It says nothing of a creatinine clearance, nor of
"significant". So a clearance from 90 is not taken for normal kidneys, and one below is taken for impaired ones.
"""


def _read_impaired(advice: KidneyAdvice, patient: Patient) -> KidneyReading:
    figures = tuple(figure for measure in Measure for figure in _figures(measure, patient))
    says = advice.impaired
    if not figures:
        return KidneyReading(advice, missing="a figure of kidney function")
    lowest = min(figures, key=lambda figure: figure.value)
    if says is None:
        return KidneyReading(advice, figure=lowest)
    if says.at_least is not None or says.at_most is not None:
        return _read_between(advice, says, lowest, figures)
    has, has_not = _DEGREES[says.degree]
    if lowest.value < has:
        others = tuple(figure for figure in figures if figure.value >= has)
        return KidneyReading(advice, says=says, figure=lowest, others=others)
    if lowest.value >= has_not and any(isinstance(figure, EGFR) for figure in figures):
        return KidneyReading(advice, figure=lowest)
    word = says.degree or "impaired"
    told = f"whether {lowest.measure} {lowest.text} is what the source calls {word}; it gives no figure"
    return KidneyReading(advice, figure=lowest, missing=f"{told}, and KDIGO 2012 none that decides it")


def _read_between(
    advice: KidneyAdvice, says: KidneyState, lowest: Figure, figures: tuple[Figure, ...]
) -> KidneyReading:
    if says.at_most is not None and lowest.value > says.at_most:
        return KidneyReading(advice, figure=lowest)
    if says.at_least is not None and lowest.value < says.at_least:
        missing = f"what the source says at {lowest.measure} {lowest.text}, which is worse than it speaks of"
        return KidneyReading(advice, figure=lowest, missing=missing)
    others = tuple(figure for figure in figures if says.at_most is not None and figure.value > says.at_most)
    return KidneyReading(advice, says=says, figure=lowest, others=others)


def disagreeing(reading: KidneyReading, patient: Patient) -> tuple[KidneyReading, ...]:
    """The same source read at the person's figures of other measures: it can decide nothing, and it can disagree.

    Empty on dialysis, and where the source has no bands.
    """
    advice = reading.advice
    if reading.dialysis or reading.figure is None or advice.measure is None:
        return ()
    figures = (f for measure in Measure if measure is not advice.measure for f in _figures(measure, patient))
    return tuple(_at(advice, figure) for figure in figures if figure.value < reading.figure.value)


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

    Raises:
        NoProposal: If the source says to avoid, gives no figure, is about other people, or a course is not a start.
        NotFound: If no kidney advice has that source; the message lists those that have.
        CannotCompute: If a dose would have to be smaller than any that the products make.
    """
    held = formulary if formulary is not None else Formulary.shipped()
    listed = tuple(products)
    courses, changes, reading = [], [], None
    applied: dict[str, str] = {}
    for course in plan.courses:
        drug = name_of_drug(course, listed, held)
        chosen = choose_products(course, drug, listed)
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


def words_of(says: KidneyBand | KidneyState) -> str:
    """What a band or state says, in words: "daily maximum of 10 mg"."""
    match says.action:
        case KidneyAction.MAXIMUM | KidneyAction.INITIAL:
            return f"{_kind(says)} of {says.maximum or says.initial}"
        case KidneyAction.AFTER_DIALYSIS:
            return f"{says.action} {says.maximum}"
        case KidneyAction.RANGE:
            span = f"{says.low}" if says.low == says.high else f"{says.low} to {says.high}"
            return f"{_kind(says)} of {span}"
        case KidneyAction.FRACTION:
            return f"{says.fraction} of the usual dose"
        case _:
            return str(says.action)


def _kind(says: KidneyBand | KidneyState) -> str:
    return says.action.replace("daily", "every-other-day") if says.every_other_day else str(says.action)


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
    drugs = [name_of_drug(course, products, formulary) for course in plan.courses]
    names = {a.source.id for drug in drugs if formulary.holds(drug) for a in formulary.monograph(drug).kidney}
    listed = ", ".join(sorted(names)) or "none"
    return NotFound(
        f"no kidney advice for {', '.join(drugs)} has the source {source!r}; name one of those held: {listed}",
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
        raise NoProposal(f"the source speaks of an age group and no age is given; give the age. {cite}", where=where)
    if patient.age is not None and not applies_to_age(advice.age_from, advice.age_below, patient.age):
        raise NoProposal(
            f"the source speaks of another age group than {patient.age}; name another source. {cite}", where=where
        )
    if patient.dialysis is None:
        raise NoProposal(
            f"missing: whether the person is on dialysis; give dialysis. {cite}", where=where, source=advice.source
        )
    reading = read_advice(advice, patient)
    if reading.dialysis:
        said = words_of(reading.says) if reading.says else "nothing"
        raise NoProposal(
            f"a person on dialysis has no proposal; the source says {said}; read it there. {cite}",
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


def applies_to_age(age_from: int | None, age_below: int | None, age: int) -> bool:
    """Whether an age lies in a half-open group."""
    return (age_from is None or age >= age_from) and (age_below is None or age < age_below)


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
