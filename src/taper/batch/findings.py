"""Findings of many people: what in their spans goes beyond a source, by the same facts as `check` compares."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from taper._base.takes import takes
from taper.batch.ceilings import above_ceilings, by_kidneys
from taper.batch.courses import Courses, courses_of
from taper.batch.definitions import EpisodeDefinition
from taper.batch.engine import Batch, np
from taper.batch.facts import DrugFacts, check_chosen, facts_of
from taper.batch.found import MOST_AT_ONCE, Found
from taper.batch.kidneys import KidneyFigures
from taper.batch.levels import days_of_long_use, drug_courses
from taper.batch.paces import paces
from taper.batch.stops import stops
from taper.knowledge.formulary import Formulary
from taper.products.product import DosageForm, Release


@takes
def to_findings(
    spans: Iterable[Batch],
    *,
    definition: EpisodeDefinition,
    facts: Formulary | None = None,
    people: Iterable[Batch] | None = None,
    market: str | None = None,
    release: Release | str | None = None,
    form: DosageForm | str | None = None,
) -> Iterator[Batch]:
    """What goes beyond a source in the episodes of many people, as the rules of `check` read the same facts.

    A row is one stretch of days above one ceiling (rule `ceiling`), one stretch or episode against one source's kidney
    advice (`kidney`), one reduction beyond one source's pace (`pace`), or one stop that a source does not allow
    (`abrupt-stop`). `check` finds the same for the same episode as a plan of one drug without an indication and of a
    person of whom the kidney figures alone are known; it weighs the sources besides, and says how grave it is.

    What depends on the age, the sex, other medicines or the product is compared with nobody here, and listed by
    `compared_facts`. A percentage of the first dose, and a length of use, are compared where the episode is new.

    Args:
        spans: As `to_spans` makes them.
        definition: What an episode is.
        facts: The facts to compare with; those that come with the library if not given.
        people: Kidney figures, with the columns `person`, `date`, `egfr` and `crcl`; those of an episode are the last
            on or before its first day. They are kept in memory.
        market: The market whose products were dispensed ("us", "uk"); of any on file if not given.
        release: The release of all that was dispensed, where it is one.
        form: The form of all that was dispensed, where it is one.

    Returns:
        Batches with the columns of `FINDINGS`, in order of person, drug, episode and day.

    Raises:
        WrongColumns: If the columns are others.
        OutOfOrder: If the spans do not stand in order of person, drug and day.
        CannotCompute: If the doses of a person are too fine to be counted together; the message names this person.
        UnknownDrug: If a drug is not on file.
        InvalidInput: If two kidney figures are of one person and day, or one is none; if a span has no drug, day or
            dose; or if there is no such market, release or form.

    Example:
        >>> from datetime import date
        >>> import pyarrow as pa
        >>> spans = pa.table({"person": [1], "drug": ["baclofen"], "dose": [90], "grain": [1],
        ...                   "first": [date(2024, 1, 1)], "last": [date(2024, 1, 28)]})
        >>> definition = EpisodeDefinition(ends_after=30, since=date(2020, 1, 1), until=date(2024, 1, 31),
        ...                                washout=365, least_change="15/100")
        >>> found = [row for made in to_findings(spans.to_batches(), definition=definition, market="us")
        ...          for row in made.to_pylist()]
        >>> [(row["source"], row["limit"]) for row in found if row["source"] == "us-tablet-dailymed"][0]
        ('us-tablet-dailymed', '80 mg/day')
    """
    held = facts if facts is not None else Formulary.shipped()
    check_chosen(held, market, release, form)
    figures = KidneyFigures(people)
    known: dict[str, DrugFacts] = {}
    for courses in courses_of(spans, definition):
        for drug in (courses.names[code] for code in np.unique(courses.drugs)):
            if drug not in known:
                known[drug] = facts_of(held, drug, market, release, form)
        for found in _found(courses, known, figures):
            if found.parts:
                yield found.written()


def _found(courses: Courses, known: dict[str, DrugFacts], figures: KidneyFigures) -> Iterator[Found]:
    """What is found in the episodes, in as many parts as memory wants: each person may be found by each source."""
    found = Found(courses)
    codes = figures.of(courses)
    for drug in np.unique(courses.drugs):
        facts = known[courses.names[drug]]
        held = drug_courses(courses, int(drug), list(_figures(facts)))
        above_ceilings(found, held, facts)
        by_kidneys(found, held, facts, figures, codes)
        long_from = days_of_long_use(facts.long_use, held)
        stops(found, held, facts, long_from)
        paces(found, held, facts, long_from)
        if found.rows > MOST_AT_ONCE and len(courses.opens) > 1:
            del found, held  # before as much is found again
            for half in courses.halves():
                yield from _found(half, known, figures)
            return
    yield found


def _figures(facts: DrugFacts) -> Iterator[Fraction]:
    """The figures that are counted in the grain of the doses: the edges and steps of tables."""
    for fact in facts.stopping:
        for band in fact.bands:
            yield from (amount.mg for amount in (band.from_dose, band.down_to, band.step_high))
