"""The cited facts of one drug: products, ceilings, kidney bands, stopping advice, and the rest that rules read."""

from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from taper._base.numbers import Exact
from taper._base.records import Value
from taper._base.shown import shorten
from taper._base.text import Name, Text
from taper.amounts.dose import Dose
from taper.amounts.duration import CalendarDate, Duration
from taper.errors import InvalidInput
from taper.knowledge.cited import Cited
from taper.knowledge.kidney_advice import KidneyAdvice
from taper.knowledge.stopping_advice import Stopping
from taper.paces.rulers import OccupancyCurve
from taper.products.product import Product
from taper.source import Source

Hours = Exact
CITING_KEYS = ("source", "score_source", "taken_source", "pack_source", "measure_source")
"""The keys by which an entry names a source."""


class CeilingKind(StrEnum):
    """What a source calls its figure. Only a maximum can by itself make a finding high.

    A recommended dose and a first dose are no ceilings; they stand here where a source gives nothing higher.
    """

    MAXIMUM = "maximum"
    USUAL = "usual maximum"
    HIGHEST_NAMED = "highest dose named"
    RECOMMENDED = "recommended dose"
    FIRST = "highest first dose named"
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
    """A published maximum, for one day, for one intake or for any seven days.

    It may be about people who take one of `with_names` and none of `without_names`; `column` is the short name of
    that column of the source. `days` is on how many days of a week at most the source has it taken. With `unless_taken`
    it is about people who did not take so much of the drug a day for `unless_for`, nor a like dose of a drug of
    `unless_class`.
    """

    limit: Dose
    column: Name | None = None
    with_names: tuple[Name, ...] = ()
    without_names: tuple[Name, ...] = ()
    per: Literal["day", "intake", "week"] = "day"
    days: Annotated[int, Field(ge=1, le=7)] | None = None
    unless_taken: Dose | None = None
    unless_for: Duration | None = None
    unless_class: Name | None = None
    kind: CeilingKind = CeilingKind.MAXIMUM

    @model_validator(mode="after")
    def _allows_something(self) -> Self:
        if self.limit.mg == 0:
            raise InvalidInput("a ceiling is above 0; for a drug that is not to be taken write a contraindication")
        if self.days is not None and self.per != "week":
            raise InvalidInput('days belong to a ceiling of a week; add per = "week"')
        if len({value is None for value in (self.unless_taken, self.unless_for, self.unless_class)}) > 1:
            raise InvalidInput("unless_taken, unless_for and unless_class belong together; add what the source gives")
        return self


class Harm(Cited):
    """What abrupt stopping does, by one source."""

    what: Text


class Start(Cited):
    """A first regimen: the dose of an intake and how often a day, or that of a week; a range has two ends."""

    dose: Dose
    up_to: Dose | None = None
    times_per_day: int | None = None
    per: Literal["intake", "week"] = "intake"

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.per == "week" and self.times_per_day is not None:
            raise InvalidInput("a dose of a week is not taken so often a day; leave out times_per_day")
        return self


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

    `with_names` are drug names or the class names listed in `classes`; `within` is a washout, such as 14 days after the
    other was stopped, and `within_after` one after this drug was stopped, before the other is begun.
    `maximum` is the largest dose that the source allows beside them, of a day or of one intake; `fraction` is what
    part of the usual dose it asks for, and `from_daily_dose` the dose of the drug from which it speaks.
    `without_names` are those of which the source says that it does not mean them. `boxed` marks what stands in the
    label's boxed warning.
    """

    with_names: tuple[Name, ...]
    without_names: tuple[Name, ...] = ()
    action: Literal["contraindicated", "avoid", "caution", "adjust"]
    what: Text
    within: Duration | None = None
    within_after: Duration | None = None
    maximum: Dose | None = None
    maximum_per: Literal["day", "intake"] = "day"
    fraction: Exact | None = None
    from_daily_dose: Dose | None = None
    boxed: bool = False


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

    `metabolite` says that it is of a metabolite and not of the drug.

    `up_to` marks a figure that its source prints as an upper end alone; it stands in both, and the lower is unknown.
    It may be of people who take one of `with_names` and none of `without_names`; `mean` is the mean of a range, where
    the source prints both.
    """

    low: Hours
    high: Hours
    up_to: bool = False
    mean: Hours | None = None
    metabolite: bool = False
    with_names: tuple[Name, ...] = ()
    without_names: tuple[Name, ...] = ()
    of: Text | None = None


def own_half_lives(lives: Iterable[HalfLife]) -> tuple[HalfLife, ...]:
    """The half-lives of the drug itself, of no metabolite, that are not of some condition alone.

    Where every one is of a condition, all of them.
    """
    listed = tuple(life for life in lives if not life.metabolite)
    plain = tuple(life for life in listed if life.of is None or life.with_names or life.without_names)
    return plain or listed


class RestartRule(Cited):
    """What a source says of taking the drug again after a break: a fresh titration, or a share of the dose before it.

    The break is longer than so many half-lives, longer than a time, or of so many `missed_days` without a dose
    (`or_more` for those and every longer one). `percent_low` and `percent_high` are the share of the daily total before
    the break at which it is resumed; without them a fresh titration is meant.
    """

    half_lives: Exact | None = None
    longer_than: Duration | None = None
    missed_days: Annotated[int, Field(ge=1)] | None = None
    or_more: bool = False
    percent_low: Exact | None = None
    percent_high: Exact | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if sum(value is not None for value in (self.half_lives, self.longer_than, self.missed_days)) != 1:
            raise InvalidInput("a restart rule gives half_lives, longer_than or missed_days; keep the source's")
        counted = self.missed_days is not None
        if (self.or_more or self.percent_high is not None) and not counted:
            raise InvalidInput("or_more and a percentage belong to missed_days; add them, or leave these out")
        if (self.percent_low is None) != (self.percent_high is None):
            raise InvalidInput("a share has two ends; write a single figure in both percent_low and percent_high")
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

    def ruler(self, points: Fraction | int = 1) -> OccupancyCurve:
        """A ruler on which one pace is so many points on this curve."""
        return OccupancyCurve(Fraction(points), self.vmax, self.km)


class Brand(Cited):
    """What one source says of a brand: its release and forms (`releases`, `forms`), and how often a day it is taken."""

    name: Name
    times_per_day: int | None = None


class Code(Cited):
    """A code of the drug in a public vocabulary."""

    system: Literal["ATC", "RxNorm", "SNOMED CT"]
    code: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,20}$")]


class Monograph(Value):
    """Everything on file about one drug; a section that is empty makes its rule answer *not assessed*."""

    drug: Name
    synonyms: tuple[Text, ...] = ()
    classes: tuple[Name, ...] = ()
    reviewed_on: CalendarDate
    products: tuple[Product, ...] = ()
    brands: tuple[Brand, ...] = ()
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

    def __str__(self) -> str:
        sections = [(name, value) for name, value in self if isinstance(value, tuple) and value and name != "not_found"]
        lines = [f"  {name}: {len(value)}" for name, value in sections]
        head = f"{self.drug}, last reviewed on {self.reviewed_on}; {len(self.sources)} sources"
        return shorten([head, *lines], whole="to_monograph_text()")

    def __repr__(self) -> str:
        return f"<Monograph of {self.drug}, reviewed on {self.reviewed_on}>"

    @property
    def facts(self) -> tuple[Cited, ...]:
        """Every cited fact in it, of whatever kind."""
        held = (getattr(self, name) for name in type(self).model_fields)
        return tuple(item for each in held if isinstance(each, tuple) for item in each if isinstance(item, Cited))

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source cited anywhere in the monograph, each once, by id."""
        found: dict[str, Source] = {}
        for name in type(self).model_fields:
            section = getattr(self, name)
            for item in section if isinstance(section, tuple) else ():
                for source in (getattr(item, key, None) for key in CITING_KEYS):
                    if isinstance(source, Source):
                        found[source.id] = source
        return tuple(found[key] for key in sorted(found))
