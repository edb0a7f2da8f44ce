"""Definitions: how exposures become spans and spans become episodes, by published methods that the caller names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal, get_args

from taper._base.limits import EARLIEST, LATEST, LONGEST_DAYS
from taper._base.numbers import NotExact, Rational, exact
from taper._base.shown import show
from taper.errors import InvalidInput
from taper.source import Grade, Source

Length = Literal["days supply", "last day"]
"""What says how long an exposure lasts, where a row has both."""

Stockpiling = Literal["none", "same dose", "all"]
"""Which exposure waits until what was dispensed before it is used up: none, one of the same daily dose, or each."""

Overlap = Literal["sum", "later replaces"]
"""What is taken where two exposures of a drug still overlap."""

GapDose = Literal["zero", "dose before"]
"""What is taken between two exposures: nothing, or the dose before them where the gap is no longer than the grace."""

Duplicates = Literal["keep", "set aside"]
"""Whether a row that is equal to another in every column is another package, or the same one written twice."""


def _one_of(name: str, got: object, choices: tuple[str, ...]) -> None:
    if got not in choices:
        listed = ", ".join(repr(choice) for choice in choices)
        raise InvalidInput(f"{show(got)} is none of its choices; write {listed}", where=name)


def _days(name: str, got: object, least: int) -> None:
    if isinstance(got, bool) or not isinstance(got, int) or not least <= got <= LONGEST_DAYS:
        raise InvalidInput(
            f"{show(got)} is no whole number of days from {least} to {LONGEST_DAYS}; write one", where=name
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanRules:
    """How exposures become spans of one daily dose. Every rule is named; none has a default.

    Args:
        length: What says how long an exposure lasts where a row has both: "days supply" or "last day".
        longest: The most days that one exposure may last; a longer one is set aside.
        duplicates: "set aside" a row that is equal to another of that person in every column, or "keep" it.
        stockpiling: Which exposure waits until what was dispensed before it is used up: "none", that of the "same
            dose", or "all" of a drug.
        overlap: What is taken where exposures still overlap: the "sum", or the "later replaces" the one before. Those
            that begin on one day are taken together either way.
        gap: What is taken between exposures: "zero", or the "dose before" where the gap is within the grace.
        grace: The longest gap, in days, that is filled with the dose before; 0 with "zero".

    Raises:
        InvalidInput: If a rule is none of its choices, or they contradict each other.

    Example:
        >>> SpanRules(length="days supply", longest=365, duplicates="set aside", stockpiling="same dose",
        ...           overlap="sum", gap="zero", grace=0).gap
        'zero'
    """

    length: Length
    longest: int
    duplicates: Duplicates
    stockpiling: Stockpiling
    overlap: Overlap
    gap: GapDose
    grace: int

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            _one_of(name, getattr(self, name), choices)
        _days("longest", self.longest, 1)
        _days("grace", self.grace, 0)
        if (self.gap == "zero") != (self.grace == 0):
            raise InvalidInput(
                'a gap is filled within a grace of at least one day, and with "zero" it is not filled; '
                'write gap="dose before" with a grace, or gap="zero" with grace=0',
                where="grace",
            )


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "length": get_args(Length),
    "duplicates": get_args(Duplicates),
    "stockpiling": get_args(Stockpiling),
    "overlap": get_args(Overlap),
    "gap": get_args(GapDose),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeDefinition:
    """What a treatment episode is, and when it is called a taper or a titration. Nothing has a default.

    Args:
        ends_after: An episode ends where the drug is not in hand for more than so many days.
        since: The first day that the table covers.
        until: The last day that the table covers. An episode without a later dose is stopped if more than `ends_after`
            days of it follow, and otherwise goes on, as far as is known.
        washout: An episode is new, that is nothing was taken before it, where the drug was not in hand on at least so
            many covered days before it.
        least_change: The least part of a dose by which it is reduced or increased in a taper or a titration, such as
            "15/100". The stop itself is not counted.

    Raises:
        InvalidInput: If a number of days is none, a date is none, or the days end before they begin.

    Example:
        >>> from datetime import date
        >>> EpisodeDefinition(ends_after=30, since=date(2020, 1, 1), until=date(2024, 12, 31), washout=365,
        ...                   least_change="15/100").ends_after
        30
    """

    ends_after: int
    since: date
    until: date
    washout: int
    least_change: Rational

    def __post_init__(self) -> None:
        _days("ends_after", self.ends_after, 0)
        _days("washout", self.washout, 1)
        for name in ("since", "until"):
            day = getattr(self, name)
            if type(day) is not date or not EARLIEST <= day <= LATEST:
                raise InvalidInput(f"{show(day)} is no date from 1900 to 2200; write date(2024, 12, 31)", where=name)
        if self.until < self.since:
            raise InvalidInput(f"{self.until} is before {self.since}; exchange them", where="until")
        part = self._read_change()
        if not 0 < part < 1:
            raise InvalidInput(
                f"{self.least_change} is no part of a dose; write one such as 15/100", where="least_change"
            )

    def _read_change(self) -> Fraction:
        try:
            return exact(self.least_change)
        except NotExact as error:
            raise InvalidInput(error.message, where="least_change") from None

    @property
    def least(self) -> Fraction:
        """The least change, as an exact fraction."""
        return self._read_change()


@dataclass(frozen=True, slots=True)
class Method:
    """One choice of a rule, what it does, and the published method that it follows."""

    rule: str
    choice: str
    does: str
    sources: tuple[Source, ...]


def _source(**fields: Any) -> Source:
    return Source(grade=fields.pop("grade", Grade.A), verified_on=date(2026, 11, 29), **fields)


_ADHERER = _source(
    id="adherer-2017", organization="Dima and Dediu",
    title="Computation of adherence to medication and visualization of medication histories in R with AdhereR",
    locator="https://doi.org/10.1371/journal.pone.0174426", year=2017,
)  # fmt: skip
_ADHERER_MANUAL = _source(
    id="adherer-manual", organization="AdhereR", title="compute.treatment.episodes: Compute Treatment Episodes",
    section="Usage: carryover.within.obs.window, carry.only.for.same.medication, consider.dosage.change, "
    "maximum.permissible.gap",
    locator="https://rdrr.io/cran/AdhereR/man/compute.treatment.episodes.html", year="undated", grade=Grade.B,
)  # fmt: skip
_CANFIELD = _source(
    id="canfield-2019", organization="Canfield and others, as adheRenceRX implements them",
    title="Navigating the Wild West of Medication Adherence Reporting in Specialty Pharmacy", section="propagate_date",
    locator="https://search.r-project.org/CRAN/refmans/adheRenceRX/html/propagate_date.html", year=2019, grade=Grade.C,
    note="J Manag Care Spec Pharm 2019;25(10):1073-77, https://doi.org/10.18553/jmcp.2019.25.10.1073, was not read",
)  # fmt: skip
_DRUGPREPR = _source(
    id="drugprepr-decision-9", organization="drugprepr", title="Decision 9: handle overlapping prescription periods",
    locator="https://search.r-project.org/CRAN/refmans/drugprepr/html/decision_9.html", year="undated",
)  # fmt: skip
_ERAS = _source(
    id="ohdsi-drug-era", organization="OHDSI", title="Standard Drug Eras and How they are built",
    locator="https://ohdsi.github.io/ETL-LambdaBuilder/Drug_Era_Logic.html", year="undated",
)  # fmt: skip
_DRUG_USE = _source(
    id="drugutilisation-adddruguse", organization="DARWIN EU", title="DrugUtilisation: addDrugUse",
    section="Arguments: gapEra, eraJoinMode, overlapMode, sameIndexMode, durationRange",
    locator="https://github.com/darwin-eu/DrugUtilisation/blob/main/man/addDrugUse.Rd", year="undated",
)  # fmt: skip
_FENTON = _source(
    id="fenton-2019", organization="Fenton and others",
    title="Trends and Rapidity of Dose Tapering Among Patients Prescribed Long-term Opioid Therapy, 2008-2017",
    section="Main Outcomes and Measures", locator="https://doi.org/10.1001/jamanetworkopen.2019.16271", year=2019,
)  # fmt: skip
_WAITING = _source(
    id="waiting-time-2016", organization="Pharmacoepidemiology and Drug Safety",
    title="Determining prescription durations based on the parametric waiting time distribution",
    locator="https://doi.org/10.1002/pds.4114", year=2016, grade=Grade.B, section="Abstract",
)  # fmt: skip

_METHODS = (
    Method("length", "days supply", "the days that were dispensed for, from the first day on", (_ERAS,)),
    Method("length", "last day", "the last day of the row", (_ERAS,)),
    Method("stockpiling", "none", "an exposure begins on its own first day, whatever is left", (_DRUGPREPR,)),
    Method("stockpiling", "same dose", "a refill of the same daily dose begins when the one before it is used up",
           (_ADHERER, _ADHERER_MANUAL)),
    Method("stockpiling", "all", "each exposure begins when the one before it is used up, whatever its dose",
           (_CANFIELD, _DRUGPREPR)),
    Method("overlap", "sum", "the doses of exposures that overlap are added", (_DRUG_USE, _DRUGPREPR)),
    Method("overlap", "later replaces", "an exposure ends on the day before a later one begins; the method takes the "
           "later dose where both overlap, and here the one before is not resumed", (_DRUG_USE,)),
    Method("gap", "zero", "nothing is taken in a gap", (_DRUG_USE,)),
    Method("gap", "dose before", "the dose before a gap is taken on, where it is no longer than the grace",
           (_DRUG_USE,)),
    Method("duplicates", "set aside", "of rows that are equal in every column one is used", ()),
    Method("duplicates", "keep", "rows that are equal in every column are so many packages", (_DRUG_USE,)),
    Method("ends_after", "days", "a gap of more days ends an episode; the standard eras of OHDSI take 30",
           (_ERAS, _ADHERER_MANUAL)),
    Method("least_change", "part of a dose", "the least reduction that is called a taper; one study of opioids took "
           "15 % of the mean dose over windows of 60 days, and here single doses are compared", (_FENTON,)),
)  # fmt: skip


def methods() -> tuple[Method, ...]:
    """Every choice of every rule, with the published method that it follows; a choice without one cites none.

    Example:
        >>> [source.year for method in methods() if method.choice == "same dose" for source in method.sources]
        [2017, 'undated']
    """
    return _METHODS
