"""A monograph as text that a person would want to read: every figure with its source, grade and date."""

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from taper._base.numbers import write_number
from taper._base.takes import takes
from taper._base.text import write_span
from taper.amounts.dose import Dose
from taper.knowledge.cited import Cited
from taper.knowledge.kidney_advice import KidneyAdvice
from taper.knowledge.kidney_reading import band_words, words_of
from taper.knowledge.monograph import (
    AgeAdvice,
    Brand,
    Ceiling,
    Code,
    Contraindication,
    DurationLimit,
    HalfLife,
    Harm,
    Interaction,
    Interchange,
    LiverAdvice,
    Monograph,
    NotFor,
    Occupancy,
    PregnancyAdvice,
    RestartRule,
    Start,
    Titration,
    TitrationStep,
)
from taper.knowledge.stopping_advice import Stopping
from taper.products.product import Product
from taper.source import Source

_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a monograph in words, its source, and the source's own qualification."""

    says: str
    source: Source | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a monograph and its entries; a section without entries says that no source is on file."""

    title: str
    entries: tuple[Statement, ...]


_SECTIONS = {
    "products": "Products",
    "ceilings": "Highest doses",
    "starts": "Starting",
    "titrations": "Increasing",
    "durations": "How long",
    "stopping": "Reducing and stopping",
    "harms": "What stopping abruptly does",
    "restarts": "After a break",
    "kidney": "Kidney",
    "liver": "Liver",
    "ages": "Age",
    "pregnancy": "Pregnancy and breastfeeding",
    "contraindications": "Conditions",
    "interactions": "Together with other medicines",
    "interchanges": "Forms that do not stand in for each other",
    "not_for": "Not for",
    "half_lives": "Half-life",
    "occupancies": "Receptor occupancy (a teaching model)",
    "brands": "Brands",
    "codes": "Codes",
}


def sections_of(monograph: Monograph) -> tuple[Section, ...]:
    """Everything that a monograph holds, in words and in the order a reader looks for it."""
    return tuple(
        Section(title, tuple(_entry(item) for item in getattr(monograph, name))) for name, title in _SECTIONS.items()
    )


@takes
def to_monograph_text(monograph: Monograph) -> str:
    """A monograph as plain text: what each source says, then the sources by number.

    Example:
        >>> from taper.knowledge.formulary import Formulary
        >>> print(to_monograph_text(Formulary.shipped().monograph("baclofen")).splitlines()[0])
        BACLOFEN
    """
    return "\n".join(_lines(monograph)) + "\n"


def _lines(monograph: Monograph) -> Iterator[str]:
    numbers = {source.id: number for number, source in enumerate(monograph.sources, start=1)}
    yield monograph.drug.upper()
    yield from _wrapped("Also known as", monograph.synonyms)
    yield from _wrapped("Classes", monograph.classes)
    yield f"Reviewed on {monograph.reviewed_on}. Each figure is its source's; where sources differ, all are shown."
    for section in sections_of(monograph):
        yield from ("", section.title)
        yield from (line for entry in section.entries for line in _entry_lines(entry, numbers))
        if not section.entries:
            yield "  No source is on file."
    if monograph.not_found:
        yield from ("", "Looked for and not found")
        yield from (line for text in monograph.not_found for line in _bullet(text))
    yield from ("", "Sources (grade A: primary; B: verbatim copy; C: secondary)")
    for source in monograph.sources:
        yield from _source_lines(numbers[source.id], source)


def _wrapped(title: str, names: Iterable[str]) -> Iterator[str]:
    listed = ", ".join(names)
    if listed:
        yield from textwrap.wrap(f"{title}: {listed}", _WIDTH, subsequent_indent="  ")


def _bullet(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="  - ", subsequent_indent="    ")


def _entry_lines(entry: Statement, numbers: dict[str, int]) -> Iterator[str]:
    mark = f" [{numbers[entry.source.id]}, {_place(entry.source)}{entry.source.grade}]" if entry.source else ""
    yield from _bullet(f"{entry.says}{mark}")
    if entry.note:
        yield from textwrap.wrap(entry.note, _WIDTH, initial_indent="      ", subsequent_indent="      ")


def _place(source: Source) -> str:
    return f"{source.jurisdiction}, " if source.jurisdiction else ""


def _source_lines(number: int, source: Source) -> Iterator[str]:
    head = f"[{number}] {source.citation}"
    layer = "" if source.layer == "shipped" else f"; from the overlay {source.layer}"
    yield from textwrap.wrap(head, _WIDTH, initial_indent="  ", subsequent_indent="      ")
    yield f"      {source.locator}"
    country = f"for {source.jurisdiction}; " if source.jurisdiction else ""
    yield f"      {country}looked at on {source.verified_on}{layer}"
    if source.note:
        yield from textwrap.wrap(source.note, _WIDTH, initial_indent="      ", subsequent_indent="      ")


def _entry(item: Cited | Product) -> Statement:
    if isinstance(item, Product):
        return Statement(_product(item), item.source, item.available)
    return Statement(f"{_says(item)}{_for_whom(item)}", item.source, item.note)


def _product(item: Product) -> str:
    score = "its score is unknown" if item.score == "unknown" else "taken whole"
    if isinstance(item.score, int) and item.score > 1:
        parts = "two" if item.score == 2 else str(item.score)
        score = f"scored, {parts} {'equal parts' if item.equal_parts else 'parts, not said to be equal'}"
    if item.form.is_liquid:
        score = f"measured{_measure(item)}"
    market = f", {item.market.upper()}" if item.market else ""
    return f"{item.label}{market}, {score}{_pack(item)} ({item.id})"


def _measure(item: Product) -> str:
    """In which steps what comes with it measures it, and who says so."""
    if item.measure_source is None:
        return ""
    step = item.graduation or item.smallest_volume
    return f" from {item.smallest_volume} in steps of {step} by {item.measure_source.title}, {item.measure_source.year}"


def _pack(item: Product) -> str:
    """The size of a pack, and by which label where that is not the source of the product."""
    if item.pack is None:
        return ""
    other = f" by {item.pack_source.title}, {item.pack_source.year}" if item.pack_source is not None else ""
    return f", in packs of {item.pack}{other}"


def _for_whom(item: Cited) -> str:
    parts = []
    if item.indications:
        parts.append("for " + ", ".join(item.indications))
    if isinstance(item, Ceiling) and item.with_names:
        parts.append("with " + " or ".join(item.with_names))
    if isinstance(item, Ceiling) and item.without_names:
        parts.append("without " + ", ".join(item.without_names))
    if item.releases or item.forms:
        releases = [f"{release} release" for release in item.releases]
        parts.append("of " + ", ".join([*releases, *(str(form) for form in item.forms)]))
    if item.age_from is not None:
        parts.append(f"from age {item.age_from}")
    if item.age_below is not None:
        parts.append(f"below age {item.age_below}")
    return f" ({'; '.join(parts)})" if parts else ""


def _says(item: Any) -> str:
    match item:
        case Ceiling():
            often = {"day": "a day", "intake": "at one time", "week": "a week"}[item.per]
            days = f", on {item.days} day{'s' if item.days > 1 else ''} of it" if item.days else ""
            return f"{item.kind} {item.limit} {often}{days}"
        case Start():
            times = item.times_per_day
            often = (" once a day" if times == 1 else f" {times} times a day") if times else ""
            return f"{write_span(item.dose, item.up_to)}{often}"
        case Titration():
            return _titration(item)
        case DurationLimit():
            return f"at most {write_span(item.low, item.high)}"
        case Stopping():
            return _stopping(item)
        case RestartRule():
            length = f"{write_number(item.half_lives)} half-lives" if item.half_lives else str(item.longer_than)
            return f"begun afresh after a break longer than {length}"
        case KidneyAdvice():
            return _kidney(item)
        case HalfLife():
            span = write_span(write_number(item.low), write_number(item.high))
            return f"{span} hours" + (f", {item.of}" if item.of else "")
        case _:
            return _statement(item)


def _times(count: int) -> str:
    return "once a day" if count == 1 else f"{count} times a day"


def _statement(item: Any) -> str:
    match item:
        case Harm():
            return item.what
        case Brand():
            return item.name + (f", taken {_times(item.times_per_day)}" if item.times_per_day else "")
        case LiverAdvice():
            figures = _figures(maximum=item.maximum, first=_first(item), part=item.fraction)
            return f"{', '.join(item.impairment)} impairment: {item.action}{figures}"
        case AgeAdvice():
            return f"{item.action}: {item.what}{_figures(maximum=item.maximum, first=_first(item))}"
        case PregnancyAdvice():
            return f"{item.state}: {item.action}; {item.what}"
        case Contraindication():
            return f"{item.condition}: {item.action}"
        case Interaction():
            within = f", also within {item.within} after it" if item.within else ""
            within += f", and not begun within {item.within_after} after this drug" if item.within_after else ""
            return f"{', '.join(item.with_names)}: {item.action}{within}; {item.what}"
        case Interchange():
            return f"{item.between[0]} and {item.between[1]}: {item.what}"
        case NotFor():
            instead = f", never in place of {', '.join(item.instead_of)}" if item.instead_of else ""
            return f"{item.use}{instead}: {item.what}"
        case Occupancy():
            place = f", {item.region}" if item.region else ""
            return f"{item.target}{place}: Vmax {write_number(item.vmax)} %, Km {write_number(item.km)} mg/day"
        case _:
            code: Code = item
            return f"{code.system} {code.code}"


def _first(item: LiverAdvice | AgeAdvice) -> str | None:
    if item.initial is None:
        return None
    return f"{item.initial} {'a day' if item.initial_per == 'day' else 'at one time'}"


def _figures(**figures: object) -> str:
    parts = [f"{name} {value}" for name, value in figures.items() if value is not None]
    return f" ({', '.join(parts)})" if parts else ""


def _titration(item: Titration) -> str:
    parts = [_labeled_step(step) for step in item.steps]
    if item.increment_high is not None:
        parts.append(f"by {_increment(item)}")
    column = f"column {item.column}: " if item.column else ""
    return column + "; ".join(parts)


def _increment(item: Titration) -> str:
    span = write_span(item.increment_low or item.increment_high, item.increment_high)
    most = "at most " if item.at_most else ""
    per = "" if item.increment_per == "day" else " at each intake"
    every = f" every {write_span(item.every_low, item.every_high)}" if item.every_low else ", no interval given"
    begin = f" from day {item.increments_from_day}" if item.increments_from_day else ""
    return f"{most}{span}{per}{every}{begin}"


def _labeled_step(step: TitrationStep) -> str:
    often = f" in {step.times_per_day}" if step.times_per_day and step.times_per_day > 1 else ""
    day = " every other day" if step.every_other_day else "/day"
    return f"from day {step.from_day} {write_span(step.total, step.total_up_to)}{day}{often}"


def _stopping(item: Stopping) -> str:
    every = f" every {write_span(item.every_low, item.every_high)}" if item.every_low else ""
    most = "at most " if item.at_most else ""
    figure = ""
    if item.percent_high is not None:
        span = write_span(write_number(item.percent_low or item.percent_high), write_number(item.percent_high))
        named = next((word for word in ("first", "previous") if word in item.shape), "current")
        of = f" of the {named} dose"
        figure = f"{most}{span} %{of}{every}"
    elif item.step_high is not None:
        figure = f"{most}{write_span(item.step_low, item.step_high)}{every}"
    elif item.bands:
        bands = (f"{write_span(b.step_low, b.step_high)} from {b.from_dose} down to {b.down_to}" for b in item.bands)
        figure = f"{most}{'; '.join(bands)}{every}"
    parts = [figure or (str(item.shape) if item.lasting_at_least is None else ""), *_stopping_limits(item)]
    return "; ".join(part for part in parts if part)


def _stopping_limits(item: Stopping) -> Iterator[str]:
    if item.lasting_at_least is not None:
        upto = f" (to {item.lasting_at_most})" if item.lasting_at_most else ""
        yield f"over at least {item.lasting_at_least}{upto}"
    if item.change_to:
        yield f"changed to {' or '.join(item.change_to)}"
    if item.last_dose is not None:
        yield f"stopped from {item.last_dose}"
    if item.after_long_use:
        yield "after long use, no length given"
    if item.to_lowest_that_works:
        yield "down to the lowest dose that works"
    if item.used_for_at_least is not None:
        yield f"after use for at least {item.used_for_at_least}"
    if item.from_daily_dose is not None:
        yield f"for daily doses of at least {item.from_daily_dose}"
    if item.down_to_daily_dose is not None:
        yield f"down to {_per_day(item.down_to_daily_dose)}"


def _per_day(dose: Dose) -> str:
    return f"{dose}/day"


def _kidney(item: KidneyAdvice) -> str:
    parts = [f"{band_words(band)}: {words_of(band)}{_aside(band.note)}" for band in item.bands]
    if item.impaired is not None:
        parts.append(f"impaired: {words_of(item.impaired)}{_aside(item.impaired.note)}")
    if item.dialysis is not None:
        parts.append(f"dialysis: {words_of(item.dialysis)}{_aside(item.dialysis.note)}")
    measure = f" by {item.measure}" if item.measure else ""
    return f"{item.basis}{measure}: {'; '.join(parts)}"


def _aside(note: str | None) -> str:
    return f" ({note.rstrip('.')})" if note else ""
