"""Every format that a schedule is written in, and the options that each takes."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from taper._base.json_text import read_text_file
from taper.checks.check import check
from taper.checks.review import Review
from taper.cli.drug_inputs import read_slots
from taper.cli.options import add_json, add_out
from taper.cli.output import json_text
from taper.cli.settings import is_us
from taper.errors import InvalidInput
from taper.formats.fhir.write.bundle import to_fhir, write_fhir
from taper.formats.html import to_html
from taper.formats.ical import to_ical
from taper.formats.ical.entries import STYLES
from taper.formats.pdf import Paper, to_pdf
from taper.formats.plots.doses import plot_doses
from taper.formats.table import to_csv, to_markdown, to_table
from taper.formats.xlsx import to_xlsx
from taper.people.patient import UNKNOWN, load_patient
from taper.schedules.schedule import Schedule
from taper.supply.count import count_supply

_Made = TypeVar("_Made", str, bytes)
FORMATS = ("table", "markdown", "csv", "json", "ics", "fhir-r4", "fhir-r5", "html", "pdf", "xlsx", "svg")


_REVIEWED = ("table", "markdown", "html", "pdf", "xlsx", "fhir-r4", "fhir-r5")
_CALENDAR = ("times", "tz", "style", "private", "alarm", "identity", "sequence", "previous")
# The formats that use an option which not all do.
_USED = {
    "patient": _REVIEWED,
    "language": ("html", "pdf"),
    "fonts": ("pdf",),
    "paper": ("pdf",),
    "every_day": ("table",),
}
_USED |= dict.fromkeys(_CALENDAR, ("ics",))
_USED |= dict.fromkeys(("large", "without_dates", "pages", "no_clinician", "sunday_first"), ("html", "pdf"))


_SUFFIXES = {
    ".txt": "table", ".md": "markdown", ".csv": "csv", ".json": "json", ".ics": "ics", ".html": "html", ".htm": "html",
    ".pdf": "pdf", ".xlsx": "xlsx", ".svg": "svg",
}  # fmt: skip
_JSON = {"json", "fhir-r4", "fhir-r5"}


def add_formats(parser: argparse.ArgumentParser) -> None:
    """Add the options of the formats."""
    parser.add_argument("--patient", metavar="FILE", help="facts about the person, for the review below the table")
    parser.add_argument("--language", metavar="en|es|fr|de", help="the language of the handout; en if not given")
    parser.add_argument(
        "--fonts", action="append", metavar="FOLDER", help="fonts for letters that a PDF lacks; may be repeated"
    )
    _add_handout(parser.add_argument_group("of a handout (--format html or pdf)"))
    _add_calendar(parser.add_argument_group("of a calendar (--format ics)"))
    parser.add_argument("--format", choices=FORMATS, help="what --out names, else table")
    parser.add_argument("--every-day", action="store_true", help="one row a day in the table")
    add_out(parser)
    add_json(parser)


def _add_handout(group: Any) -> None:
    group.add_argument("--large", action="store_true", help="print in 14 point instead of 12")
    group.add_argument("--without-dates", action="store_true", help="count days and weeks from the first day")
    group.add_argument("--pages", choices=("all", "patient", "clinician"), help="whose pages; all if not given")
    group.add_argument("--no-clinician", action="store_true", help="the same as --pages patient")
    group.add_argument("--sunday-first", action="store_true", help="weeks begin on Sunday, as in the us market anyway")
    group.add_argument("--paper", choices=("a4", "us-letter"), help="of a PDF; us-letter in the us market, else a4")


def _add_calendar(group: Any) -> None:
    group.add_argument("--times", default="", metavar="morning=08:00,...", help="clock times of named times of day")
    group.add_argument("--tz", metavar="ZONE", help="the zone of the clock times; floating if not given")
    group.add_argument("--style", choices=STYLES, help="one event a step (series, if not given), a dose, or a banner")
    group.add_argument("--private", action="store_true", help="leave drug names out of what a locked screen shows")
    group.add_argument("--alarm", type=int, metavar="MINUTES", help="ask for a reminder so long before each dose")
    group.add_argument("--identity", metavar="NAME", help="what the plan is called in the UIDs, if its start may move")
    group.add_argument("--sequence", type=int, metavar="N", help="how often the calendar was revised")
    group.add_argument(
        "--previous", metavar="FILE", help="the calendar published before; events that no longer apply are cancelled"
    )


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
    paper: Paper = options.paper or ("us-letter" if is_us(options.market) else "a4")
    return partial(to_pdf, font_folders=options.fonts or (), paper=paper)


def kind_of(options: argparse.Namespace) -> str:
    """The format that was chosen, by name or by the ending of --out, with every option one that it uses.

    Raises:
        InvalidInput: If two formats were chosen, or an option belongs to another one.
    """
    named: str | None = options.format
    ending = Path(options.out).suffix.lower() if options.out else ""
    meant = _SUFFIXES.get(ending)
    kind = named or ("json" if options.json else meant or "table")
    if options.json and kind != "json":
        raise InvalidInput(f"--json and --format {kind} are two formats; leave one")
    if meant is not None and kind != meant and not (meant == "json" and kind in _JSON):
        what = "--json" if options.json else f"--format {kind}"
        raise InvalidInput(f"{what} does not write {ending} files; leave it out, or name the file {_ending(kind)}")
    if options.out and not meant and ending and named is None and not options.json:
        known = ", ".join(_SUFFIXES)
        raise InvalidInput(f"no format is called {ending}; use one of {known}, or add --format", where="--out")
    for name, formats in _USED.items():
        given = getattr(options, name)
        if given is not None and given is not False and given != "" and kind not in formats:
            option = "--" + name.replace("_", "-")
            raise InvalidInput(f"{option} is not used by --format {kind}; leave it out, or use {' or '.join(formats)}")
    return kind


def _ending(kind: str) -> str:
    return next((suffix for suffix, name in _SUFFIXES.items() if name == kind), ".json")


def _table(options: argparse.Namespace, schedule: Schedule) -> str:
    return to_table(schedule, review_of(options, schedule), count_supply(schedule), every_day=options.every_day)


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
    times = _times(options.times)
    timed = options.style != "banner"
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
