"""Every format that a schedule is written in, and the options that each takes."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from taper._base.json_text import read_text_file
from taper.amounts.duration import Duration, read_date
from taper.checks.check import check
from taper.checks.review import Review
from taper.cli.drug_inputs import read_slots
from taper.cli.options import add_json, add_out
from taper.cli.output import STDOUT, json_text
from taper.cli.settings import is_us
from taper.cli.sheets import SUFFIXES, add_sheets, check_used
from taper.errors import InvalidInput
from taper.formats.fhir.write.bundle import to_fhir, write_fhir
from taper.formats.html import to_html
from taper.formats.ical import to_ical
from taper.formats.pdf import Paper, to_pdf
from taper.formats.plots.doses import plot_doses
from taper.formats.table import to_csv, to_markdown, to_table
from taper.formats.xlsx import to_xlsx
from taper.people.patient import UNKNOWN, load_patient
from taper.plans.plan import Plan
from taper.products.product import Product
from taper.schedules.realization import realize
from taper.schedules.schedule import Schedule, to_schedule
from taper.supply.count import count_supply

_Made = TypeVar("_Made", str, bytes)
FORMATS = ("table", "markdown", "csv", "json", "ics", "fhir-r4", "fhir-r5", "html", "pdf", "xlsx", "svg")


_EXAMPLE_TIMES = {"daily": "08:00", "morning": "08:00", "noon": "12:00", "evening": "18:00", "bedtime": "22:00"}
_JSON = {"json", "fhir-r4", "fhir-r5"}


def add_formats(parser: argparse.ArgumentParser) -> None:
    """Add the options of the formats."""
    add_sheets(parser)
    parser.add_argument("--format", choices=FORMATS, help="what --out names, else table")
    parser.add_argument("--every-day", action="store_true", help="one row a day in the table")
    add_out(parser)
    add_json(parser)


def write_as(kind: str, schedule: Schedule, options: argparse.Namespace) -> str | bytes:
    """A schedule in one of the formats."""
    writers: dict[str, Callable[[], str | bytes]] = {
        "table": lambda: _table(options, schedule),
        "markdown": lambda: to_markdown(schedule, review_of(options, schedule), count_supply(schedule)),
        "csv": lambda: to_csv(schedule),
        "json": lambda: json_text(schedule.to_dict()),
        "ics": lambda: _calendar(options, schedule),
        "html": lambda: _handout(to_html, options, schedule),
        "pdf": lambda: _handout(_to_pdf(options), options, schedule),
        "xlsx": lambda: to_xlsx(schedule, review_of(options, schedule), count_supply(schedule)),
        "svg": lambda: plot_doses(schedule).to_svg(),
        "fhir-r4": lambda: write_fhir(to_fhir(schedule, version="R4", review=review_of(options, schedule))),
        "fhir-r5": lambda: write_fhir(to_fhir(schedule, version="R5", review=review_of(options, schedule))),
    }
    return writers[kind]()


def _to_pdf(options: argparse.Namespace) -> Callable[..., bytes]:
    for folder in options.fonts or ():
        if not os.path.isdir(folder):  # noqa: PTH112 - unlike is_dir, it takes any name
            raise InvalidInput("is no folder; name the one that holds the fonts", where=f"--fonts {folder}")
    paper: Paper = options.paper or ("us-letter" if is_us(options.market) else "a4")
    return partial(to_pdf, font_folders=options.fonts or (), paper=paper)


def kinds_of(options: argparse.Namespace) -> dict[str, str]:
    """Each file that is to be written with its format, by name or by its ending; every option is one that they use.

    Raises:
        InvalidInput: If two formats were chosen for one file, or an option belongs to none of the formats.
    """
    kinds = {name: _kind_of(name, options) for name in options.out or (STDOUT,)}
    check_used(list(kinds.values()), options, " or ".join(f"--format {kind}" for kind in dict.fromkeys(kinds.values())))
    return kinds


def _kind_of(name: str, options: argparse.Namespace) -> str:
    named: str | None = options.format
    ending = Path(name).suffix.lower()
    meant = SUFFIXES.get(ending)
    kind = named or ("json" if options.json else meant or "table")
    if options.json and kind != "json":
        raise InvalidInput(f"--json and --format {kind} are two formats; leave one")
    if meant is not None and kind != meant and not (meant == "json" and kind in _JSON):
        what = "--json" if options.json else f"--format {kind}"
        raise InvalidInput(f"{what} does not write {ending} files; leave it out, or name the file {_ending(kind)}")
    if not meant and ending and named is None and not options.json:
        known = ", ".join(SUFFIXES)
        raise InvalidInput(f"no format is called {ending}; use one of {known}, or add --format", where="--out")
    return kind


def written_on_dates(
    plan: Plan, products: Sequence[Product], names: Sequence[str], options: argparse.Namespace
) -> dict[str, str | bytes]:
    """A plan that was just made, in each of the files that were named, by their endings.

    Raises:
        InvalidInput: If there is no first day, or an option that none of the files uses.
    """
    kinds = [SUFFIXES[Path(name).suffix.lower()] for name in names]
    check_used(kinds, options, " or ".join(names))
    if not options.start:
        raise InvalidInput(
            f"{names[0]} is the plan on dates; add its first day, such as --start 2027-03-01", where="--start"
        )
    horizon = Duration(options.days) if options.days is not None else None
    schedule = to_schedule(realize(plan, products), start=read_date(options.start), horizon=horizon)
    return {name: write_as(kind, schedule, options) for name, kind in zip(names, kinds, strict=True)}


def _ending(kind: str) -> str:
    return next((suffix for suffix, name in SUFFIXES.items() if name == kind), ".json")


def _table(options: argparse.Namespace, schedule: Schedule) -> str:
    return to_table(
        schedule, review_of(options, schedule), count_supply(schedule), every_day=getattr(options, "every_day", False)
    )


def _handout(write: Callable[..., _Made], options: argparse.Namespace, schedule: Schedule) -> _Made:
    return write(
        schedule,
        review_of(options, schedule),
        count_supply(schedule),
        language=options.language or "en",
        sunday_first=options.sunday_first or is_us(options.market),
        large=options.large,
        dates=not options.without_dates,
        pages="patient" if options.no_clinician else options.pages or "all",
    )


def review_of(options: argparse.Namespace, schedule: Schedule) -> Review:
    """The review of a schedule, or of a plan without dates, with the facts about the person that were given."""
    given = load_patient(options.patient) if options.patient else UNKNOWN
    is_dated = options.start or options.log or not options.without_dates
    return check(schedule if is_dated else schedule.realized, given)


def _calendar(options: argparse.Namespace, schedule: Schedule) -> str:
    times = _times(options.times or "")
    timed = options.style != "banner"
    if timed and (times or options.tz):
        _check_times(times, schedule)
    clocked = bool(times) or (timed and any(i.slot.is_clock for day in schedule.days for i in day.intakes))
    if clocked and options.tz is None:
        print("taper: the times are floating, each device's own; --tz Europe/London would pin them", file=sys.stderr)
    previous = read_text_file(options.previous) if options.previous else None
    return to_ical(
        schedule,
        times=times,
        tz=options.tz,
        style=options.style or "series",
        private=options.private,
        alarms=None if options.alarm is None else timedelta(minutes=options.alarm),
        identity=options.identity,
        sequence=_sequence(options.sequence, previous),
        previous=previous,
    )


def _check_times(times: Mapping[str, str], schedule: Schedule) -> None:
    """Refuse clock times that leave out a time of day of the plan, with the option as it would be whole."""
    named = dict.fromkeys(i.slot.name for day in schedule.days for i in day.intakes if not i.slot.is_clock)
    if missing := [name for name in named if name not in times]:
        whole = ",".join(f"{name}={times.get(name, _EXAMPLE_TIMES[name])}" for name in named)
        raise InvalidInput(f"the plan has doses at {' and '.join(missing)}; write --times {whole}", where="--times")


def _sequence(given: int | None, previous: str | None) -> int:
    if given is None and previous is not None:
        raise InvalidInput("a revised calendar has a number above the one before; add --sequence", where="--previous")
    return given or 0


def _times(text: str) -> dict[str, str]:
    pairs = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    for name, equals, clock in pairs:
        if not (name and equals and clock):
            raise InvalidInput(f"--times: {name!r} has no clock time; write morning=08:00,evening=20:00")
    twice = [name for name, count in Counter(name for name, _, _ in pairs).items() if count > 1]
    if twice:
        raise InvalidInput(f"--times: {twice[0]} has two clock times; leave one")
    return {_slot(name): _clock(clock) for name, _, clock in pairs}


def _slot(name: str) -> str:
    """A named time of day from its word, such as night."""
    slots = read_slots(name, "--times")
    return slots[0] if len(slots) == 1 else name


def _clock(text: str) -> str:
    """A clock time from 8am, 8:00 or 20:00."""
    slots = read_slots(text if ":" in text or text.strip()[-1:] == "m" else f"at {text}", "--times")
    return slots[0] if len(slots) == 1 else text
