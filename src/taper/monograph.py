"""The cited facts of one drug: products, ceilings, kidney bands, stopping advice, and the rest that rules read."""

from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from taper._model import Exact, Value, write_number
from taper.dates import CalendarDate, Duration
from taper.dose import Dose
from taper.errors import InvalidInput
from taper.product import DosageForm, Product, Release
from taper.source import Name, Source, Text

Age = Annotated[int, Field(ge=0, le=130)]
Hours = Exact


class Cited(Value):
    """A statement with its source, and to what it applies; an absent condition applies to all.

    `indications` and `routes` are lower-case names; `age_from` and `age_below` are years, half-open; `sex` is the sex
    of which alone the source speaks. `age_assumed` marks an age that its source words without a number ("elderly").
    """

    source: Source
    indications: tuple[Name, ...] = ()
    releases: tuple[Release, ...] = ()
    forms: tuple[DosageForm, ...] = ()
    age_from: Age | None = None
    age_below: Age | None = None
    age_assumed: bool = False
    sex: Literal["female", "male"] | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _has_an_age(self) -> Self:
        if self.age_from is not None and self.age_below is not None and self.age_from >= self.age_below:
            raise InvalidInput(f"nobody is from {self.age_from} and below {self.age_below}; correct an age")
        return self

    @property
    def needs_age(self) -> bool:
        return self.age_from is not None or self.age_below is not None


class CeilingKind(StrEnum):
    """What a source calls its figure. Only a maximum can make a finding high."""

    MAXIMUM = "maximum"
    USUAL = "usual maximum"
    HIGHEST_NAMED = "highest dose named"
    DERIVED = "derived from the highest regimen named"
    CLAIM = "claim without a source of its own"

    @property
    def words(self) -> str:
        """What it is, as it stands before "of 80 mg/day"."""
        return {
            CeilingKind.DERIVED: "figure derived from the highest regimen named,",
            CeilingKind.CLAIM: "figure of an article that cites nothing,",
        }.get(self, self.value)


class Ceiling(Cited):
    """A published maximum, for one day or for one intake.

    It may be about people who take one of `with_names` and none of `without_names`; `column` is the short name of
    that column of the source.
    """

    limit: Dose
    column: Name | None = None
    with_names: tuple[Name, ...] = ()
    without_names: tuple[Name, ...] = ()
    per: Literal["day", "intake"] = "day"
    kind: CeilingKind = CeilingKind.MAXIMUM

    @model_validator(mode="after")
    def _allows_something(self) -> Self:
        if self.limit.mg == 0:
            raise InvalidInput("a ceiling is above 0; for a drug that is not to be taken write a contraindication")
        return self


class Measure(StrEnum):
    """Which figure of kidney function a source cut its bands on; they are never interchanged."""

    EGFR = "eGFR"
    ABSOLUTE_EGFR = "de-indexed eGFR"
    CRCL = "creatinine clearance"


class KidneyAction(StrEnum):
    """What a source says for a band, in its own shape."""

    NO_CHANGE = "no change"
    CAUTION = "caution"
    REDUCE = "reduce, no figure given"
    RANGE = "daily range"
    MAXIMUM = "daily maximum"
    INITIAL = "initial daily dose"
    FRACTION = "fraction of the usual dose"
    PROPORTION = "in proportion to the measure"
    BY_MEASURE = "by the measure, with a supplement after each dialysis"
    AFTER_DIALYSIS = "a single dose after each dialysis, at most"
    IF_WORTH_IT = "only if the benefit outweighs the risk"
    AVOID = "avoid"

    @property
    def caution_rank(self) -> int:
        """How cautious it is, for choosing at a shared edge."""
        return list(KidneyAction).index(self)


class KidneyBand(Value):
    """One band of a measure and what its source says there; each edge is open or closed as printed.

    `every_other_day` says that the source's dose is for every second day; `only_if_worth_it` that it asks besides
    whether the benefit outweighs the risk.
    """

    at_least: Exact | None = None
    above: Exact | None = None
    at_most: Exact | None = None
    below: Exact | None = None
    action: KidneyAction
    maximum: Dose | None = None
    initial: Dose | None = None
    low: Dose | None = None
    high: Dose | None = None
    fraction: Exact | None = None
    every_other_day: bool = False
    only_if_worth_it: bool = False
    note: Text | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.at_least is not None and self.above is not None:
            raise InvalidInput("a band has one lower edge; keep at_least or above")
        if self.at_most is not None and self.below is not None:
            raise InvalidInput("a band has one upper edge; keep at_most or below")
        _check_edges(self.lower, self.upper, is_closed=self.at_least is not None and self.at_most is not None)
        _check_action(self)
        return self

    def holds(self, value: Fraction) -> bool:
        """Whether a value lies in the band, edges as printed."""
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )

    @property
    def lower(self) -> Fraction | None:
        return self.at_least if self.at_least is not None else self.above

    @property
    def upper(self) -> Fraction | None:
        return self.at_most if self.at_most is not None else self.below


class KidneyState(Value):
    """What a source says of a state that is not a band, such as dialysis.

    `degree` is the source's word where it speaks of one degree of impairment and gives no figure; `at_least` and
    `at_most` are its figures where it does not name their measure.
    """

    action: KidneyAction
    degree: Literal["severe", "significant"] | None = None
    at_least: Exact | None = None
    at_most: Exact | None = None
    maximum: Dose | None = None
    initial: Dose | None = None
    low: Dose | None = None
    high: Dose | None = None
    fraction: Exact | None = None
    every_other_day: bool = False
    only_if_worth_it: bool = False
    note: Text | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.at_least is not None or self.at_most is not None:
            _check_edges(self.at_least, self.at_most, is_closed=True)
        _check_action(self)
        return self


def _check_edges(lower: Fraction | None, upper: Fraction | None, *, is_closed: bool) -> None:
    if lower is None and upper is None:
        raise InvalidInput("a band without an edge holds every value; give the edges that the source prints")
    if (lower is not None and lower < 0) or (upper is not None and upper <= 0):
        raise InvalidInput("a measure of kidney function is above 0; correct the edge")
    if lower is not None and upper is not None and (lower > upper or (lower == upper and not is_closed)):
        between = f"{write_number(lower)} and {write_number(upper)}"
        raise InvalidInput(f"no value lies between its edges, {between}; correct one")


_FIGURES = {
    KidneyAction.MAXIMUM: {"maximum"},
    KidneyAction.AFTER_DIALYSIS: {"maximum"},
    KidneyAction.INITIAL: {"initial"},
    KidneyAction.RANGE: {"low", "high"},
    KidneyAction.FRACTION: {"fraction"},
}


def _check_action(item: KidneyBand | KidneyState) -> None:
    given = {name for name in ("maximum", "initial", "low", "high", "fraction") if getattr(item, name) is not None}
    wanted = _FIGURES.get(item.action, set())
    if given != wanted:
        raise InvalidInput(
            f"'{item.action}' takes {', '.join(sorted(wanted)) or 'no figure'}, "
            f"got {', '.join(sorted(given)) or 'none'}; keep the source's own shape"
        )
    if item.fraction is not None and not 0 < item.fraction <= 1:
        raise InvalidInput("a fraction of the usual dose lies above 0 and at most at 1; correct it")
    if item.low is not None and item.high is not None and item.low > item.high:
        raise InvalidInput(f"a range goes up, got {item.low} to {item.high}; correct it")
    if item.every_other_day and item.maximum is None and item.high is None:
        raise InvalidInput("every_other_day belongs to a daily maximum or range; add the figure")


class KidneyAdvice(Cited):
    """One source on kidney function: its measure, its bands in its own shape, and the states it names.

    `basis` is what kind of evidence it is: only "pharmacokinetics" is never applied unless named. Without a
    measure the source gives advice for impaired kidneys as such.
    """

    measure: Measure | None = None
    basis: Literal["label", "guideline", "study", "pharmacokinetics", "claim"]
    bands: tuple[KidneyBand, ...] = ()
    impaired: KidneyState | None = None
    dialysis: KidneyState | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.bands and self.measure is None:
            raise InvalidInput("bands need a measure; write eGFR or creatinine clearance as the source does")
        if not (self.bands or self.impaired or self.dialysis):
            raise InvalidInput("kidney advice needs bands, impaired or dialysis; remove it or fill it in")
        for index, band in enumerate(self.bands):
            for other in self.bands[index + 1 :]:
                _check_overlap(band, other)
        return self

    def bands_at(self, value: Fraction) -> tuple[KidneyBand, ...]:
        """The bands that hold a value: none in a gap, two at an edge that the source prints twice."""
        return tuple(band for band in self.bands if band.holds(value))

    def band_at(self, value: Fraction) -> KidneyBand | None:
        """The band that holds a value; at a shared edge the more cautious one; None in a gap of the source."""
        held = self.bands_at(value)
        return max(held, key=_caution, default=None)


def _caution(band: KidneyBand) -> tuple[int, Fraction, Fraction]:
    limit = band.maximum or band.high or band.initial
    return (
        band.action.caution_rank,
        -(limit.mg if limit else Fraction(0)),
        -(band.fraction if band.fraction is not None else Fraction(0)),
    )


def _check_overlap(one: KidneyBand, other: KidneyBand) -> None:
    low, high = sorted((one, other), key=lambda band: band.lower if band.lower is not None else Fraction(-1))
    if low.upper is None or (high.lower is not None and low.upper > high.lower) or high.lower is None:
        raise InvalidInput("two bands overlap by more than an edge; correct one of them")


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


class Stopping(Cited):
    """How one source says that the drug is reduced or stopped, in its own shape.

    A range has two ends, `low` and `high`; a single figure is written in both. `at_most` says that the
    source words the figure as the fastest allowed; without it the figure is its typical pace. `last_dose` is
    the dose from which the source stops. `used_for_at_least` and `from_daily_dose` say whom it is about, and
    `after_long_use` that it speaks of long use without a length; `down_to_daily_dose` says how far down the advice
    reaches, if not to 0, and `to_lowest_that_works` that it reaches to a dose of which it gives no figure.
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
    last_dose: Dose | None = None
    at_most: bool = False
    used_for_at_least: Duration | None = None
    after_long_use: bool = False
    from_daily_dose: Dose | None = None
    down_to_daily_dose: Dose | None = None
    to_lowest_that_works: bool = False

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        needed = _STOPPING_FIELDS[self.shape]
        absent = [name for name in needed if not getattr(self, name)]
        if absent:
            raise InvalidInput(f"'{self.shape}' needs {', '.join(absent)}; add what the source gives")
        return self


_EVERY = ("every_low", "every_high")
_STOPPING_FIELDS: dict[StoppingShape, tuple[str, ...]] = {
    StoppingShape.SLOWLY: (),
    StoppingShape.PATIENT_PLAN: (),
    StoppingShape.MINIMUM_TIME: ("lasting_at_least",),
    StoppingShape.FIXED: ("step_low", "step_high", *_EVERY),
    StoppingShape.PERCENT_OF_CURRENT: ("percent_low", "percent_high", *_EVERY),
    StoppingShape.PERCENT_OF_START: ("percent_low", "percent_high", *_EVERY),
    StoppingShape.PERCENT_OF_PREVIOUS: ("percent_low", "percent_high"),
    StoppingShape.BANDED: ("bands", *_EVERY),
}


class Harm(Cited):
    """What abrupt stopping does, by one source."""

    what: Text


class Start(Cited):
    """A first regimen: the dose of an intake and how often a day; a range has two ends."""

    dose: Dose
    up_to: Dose | None = None
    times_per_day: int | None = None


class TitrationStep(Value):
    """One labeled step: a daily total, in so many intakes, from a day on (counted from 1).

    `every_other_day` marks a dose given on alternate days; `total` is then that day's. `divided` says that the source
    has it in divided doses without saying how many.
    """

    from_day: Annotated[int, Field(ge=1)]
    total: Dose
    total_up_to: Dose | None = None
    times_per_day: Annotated[int, Field(ge=1, le=12)] | None = None
    every_other_day: bool = False
    divided: bool = False


class Titration(Cited):
    """How one source says that the drug is increased: labeled steps, or an increment with or without an interval.

    `column` is the short name of a column of a source's table; it is about people who take one of `with_names` and
    none of `without_names`. `increments_from_day` is the first day of the increments, where the source gives it.
    """

    column: Name | None = None
    with_names: tuple[Name, ...] = ()
    without_names: tuple[Name, ...] = ()
    steps: tuple[TitrationStep, ...] = ()
    increment_low: Dose | None = None
    increment_high: Dose | None = None
    increment_per: Literal["day", "intake"] = "day"
    every_low: Duration | None = None
    every_high: Duration | None = None
    increments_from_day: Annotated[int, Field(ge=1)] | None = None
    at_most: bool = False

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if not self.steps and not self.increment_high:
            raise InvalidInput("a titration has steps or an increment; add what the source gives")
        if self.every_low is not None and not self.increment_high:
            raise InvalidInput("an interval belongs to an increment; add increment_high")
        days = [step.from_day for step in self.steps]
        if days != sorted(set(days)) or (days and days[0] != 1):
            raise InvalidInput("labeled steps begin on day 1 and follow each other; correct from_day")
        return self


class DurationLimit(Cited):
    """How long a source says the drug is used at most; a range has two ends."""

    low: Duration
    high: Duration


class Interaction(Cited):
    """What one source says of taking the drug together with another drug or class.

    `with_names` are drug names or the class names listed in `classes`; `within` is a washout, such as 14 days.
    `maximum` is the largest dose that the source allows beside them, of a day or of one intake; `fraction` is what
    part of the usual dose it asks for, and `from_daily_dose` the dose of the drug from which it speaks.
    """

    with_names: tuple[Name, ...]
    action: Literal["contraindicated", "avoid", "caution", "adjust"]
    what: Text
    within: Duration | None = None
    maximum: Dose | None = None
    maximum_per: Literal["day", "intake"] = "day"
    fraction: Exact | None = None
    from_daily_dose: Dose | None = None


class Contraindication(Cited):
    """A condition, by a lower-case name, with which one source says not to use the drug or to take care."""

    condition: Name
    action: Literal["contraindicated", "avoid", "caution"] = "contraindicated"


class LiverAdvice(Cited):
    """One source on liver impairment, by degree. `initial` is a first dose, of a day or of one intake."""

    impairment: tuple[Literal["mild", "moderate", "severe"], ...]
    action: Literal["no change", "caution", "reduce", "avoid", "contraindicated"]
    maximum: Dose | None = None
    initial: Dose | None = None
    initial_per: Literal["day", "intake"] = "day"
    fraction: Exact | None = None


class AgeAdvice(Cited):
    """One source on an age group, given by `age_from` or `age_below`."""

    action: Literal["caution", "reduce", "avoid", "not established"]
    maximum: Dose | None = None
    initial: Dose | None = None
    initial_per: Literal["day", "intake"] = "day"
    what: Text

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if not self.needs_age:
            raise InvalidInput("advice by age has neither edge; add age_from or age_below")
        return self


class PregnancyAdvice(Cited):
    """One source on pregnancy or breastfeeding."""

    state: Literal["pregnancy", "breastfeeding"]
    action: Literal["caution", "avoid", "contraindicated"]
    what: Text


class HalfLife(Cited):
    """Elimination half-life in hours; a range has two ends, and `of` names a metabolite or a condition.

    `up_to` marks a figure that its source prints as an upper end alone; it stands in both, and the lower is unknown.
    """

    low: Hours
    high: Hours
    up_to: bool = False
    of: Text | None = None


class RestartRule(Cited):
    """After a break longer than so many half-lives, or so long, a source asks for a fresh titration."""

    half_lives: Exact | None = None
    longer_than: Duration | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if (self.half_lives is None) == (self.longer_than is None):
            raise InvalidInput("a restart rule gives half_lives or longer_than; keep the source's")
        return self


class Interchange(Cited):
    """Two forms or releases that a source says are not interchangeable."""

    between: tuple[Text, Text]
    what: Text


class NotFor(Cited):
    """A use for which one source says that the drug does not serve, and the drug it must not stand in for."""

    use: Name
    instead_of: tuple[Name, ...] = ()
    what: Text


class Occupancy(Cited):
    """Parameters of a receptor occupancy curve, Vmax in percent and Km in mg/day: a teaching model."""

    target: Text
    region: Text | None = None
    vmax: Exact
    km: Exact


class Code(Cited):
    """A code of the drug in a public vocabulary."""

    system: Literal["ATC", "RxNorm", "SNOMED CT"]
    code: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,20}$")]


class Membership(Value):
    """That a medicine belongs to a class, or also goes by another name, and where its source says so."""

    drug: Name
    of: Name
    place: Text
    source: Source

    @property
    def words(self) -> str:
        """As it stands behind the name of the medicine: "opioid by WHO, 2026, N02AA05"."""
        weak = "; secondary source" if self.source.grade == "C" else ""
        return f"{self.of} by {self.source.organization}, {self.source.year}, {self.place}{weak}"


class ClassList(Value):
    """What one source lists under a class, each medicine with its place there, such as its ATC code.

    `name` may also be another name of the medicines listed. That a medicine is not listed says nothing.
    """

    name: Name
    members: Annotated[dict[Name, Text], Field(min_length=1)]
    source: Source
    note: Text | None = None

    @property
    def memberships(self) -> tuple[Membership, ...]:
        return tuple(
            Membership(drug=drug, of=self.name, place=place, source=self.source) for drug, place in self.members.items()
        )


class Monograph(Value):
    """Everything held about one drug; a section that is empty makes its rule answer *not assessed*."""

    drug: Name
    synonyms: tuple[Text, ...] = ()
    classes: tuple[Name, ...] = ()
    reviewed_on: CalendarDate
    products: tuple[Product, ...] = ()
    codes: tuple[Code, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    kidney: tuple[KidneyAdvice, ...] = ()
    stopping: tuple[Stopping, ...] = ()
    harms: tuple[Harm, ...] = ()
    starts: tuple[Start, ...] = ()
    titrations: tuple[Titration, ...] = ()
    durations: tuple[DurationLimit, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    contraindications: tuple[Contraindication, ...] = ()
    liver: tuple[LiverAdvice, ...] = ()
    ages: tuple[AgeAdvice, ...] = ()
    pregnancy: tuple[PregnancyAdvice, ...] = ()
    half_lives: tuple[HalfLife, ...] = ()
    restarts: tuple[RestartRule, ...] = ()
    interchanges: tuple[Interchange, ...] = ()
    not_for: tuple[NotFor, ...] = ()
    occupancies: tuple[Occupancy, ...] = ()
    not_found: tuple[Text, ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source cited anywhere in the monograph, each once, by id."""
        found: dict[str, Source] = {}
        for name in type(self).model_fields:
            section = getattr(self, name)
            for item in section if isinstance(section, tuple) else ():
                for source in (getattr(item, "source", None), getattr(item, "score_source", None)):
                    if isinstance(source, Source):
                        found[source.id] = source
        return tuple(found[key] for key in sorted(found))
