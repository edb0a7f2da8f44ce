"""Options of sheets and calendars, the same for every command that writes them, and what each is of."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from taper.errors import InvalidInput

_REVIEWED = ("table", "markdown", "html", "pdf", "xlsx", "fhir-r4", "fhir-r5")
_CALENDAR = ("times", "tz", "style", "private", "alarm", "identity", "sequence", "previous")
# The formats that use an option which not all do.
USED = {
    "patient": _REVIEWED,
    "language": ("html", "pdf"),
    "fonts": ("pdf",),
    "paper": ("pdf",),
    "every_day": ("table",),
}
USED |= dict.fromkeys(_CALENDAR, ("ics",))
USED |= dict.fromkeys(("large", "without_dates", "pages", "no_clinician", "sunday_first"), ("html", "pdf"))


SUFFIXES = {
    ".txt": "table", ".md": "markdown", ".csv": "csv", ".json": "json", ".ics": "ics", ".html": "html", ".htm": "html",
    ".pdf": "pdf", ".xlsx": "xlsx", ".svg": "svg",
}  # fmt: skip
STYLES = ("series", "per-dose", "banner")
"""Of a calendar; written out here, so that help need not load the calendar."""


def add_plan_out(parser: argparse.ArgumentParser) -> None:
    """Add what a planning command writes: --out, as often as wanted, and the options of sheets and calendars."""
    parser.add_argument(
        "--out",
        action="append",
        default=[],
        metavar="FILE",
        help="write the plan, plan.json, or with --start what it is on dates, such as sheet.pdf or phone.ics; may be "
        "repeated; - is standard output",
    )
    parser.add_argument("--force", action="store_true", help="overwrite files that exist")
    parser.add_argument("--start", metavar="DATE", help="the date of day 1, for --out sheet.pdf or phone.ics")
    parser.add_argument("--days", type=int, metavar="N", help="the horizon of an open plan; a window on a closed one")
    add_sheets(parser)


def add_sheets(parser: argparse.ArgumentParser) -> None:
    """Add the options of handouts and calendars, the same for each command that writes them."""
    parser.add_argument("--patient", metavar="FILE", help="facts about the person, for what a check says of the plan")
    parser.add_argument("--language", metavar="en|es|fr|de", help="the language of the handout; en if not given")
    parser.add_argument(
        "--fonts", action="append", metavar="FOLDER", help="fonts for letters that a PDF lacks; may be repeated"
    )
    _add_handout(parser.add_argument_group("of a handout (html or pdf)"))
    _add_calendar(parser.add_argument_group("of a calendar (ics)"))


def _add_handout(group: Any) -> None:
    group.add_argument("--large", action="store_true", help="print in 14 point instead of 12")
    group.add_argument("--without-dates", action="store_true", help="count days and weeks from the first day")
    group.add_argument("--pages", choices=("all", "patient", "clinician"), help="whose pages; all if not given")
    group.add_argument("--no-clinician", action="store_true", help="the same as --pages patient")
    group.add_argument("--sunday-first", action="store_true", help="weeks begin on Sunday, as in the us market anyway")
    group.add_argument("--paper", choices=("a4", "us-letter"), help="of a PDF; us-letter in the us market, else a4")


def _add_calendar(group: Any) -> None:
    group.add_argument("--times", metavar="morning=08:00,...", help="clock times of named times of day")
    group.add_argument("--tz", metavar="ZONE", help="the zone of the clock times; floating if not given")
    group.add_argument("--style", choices=STYLES, help="one event a step (series, if not given), a dose, or a banner")
    group.add_argument("--private", action="store_true", help="leave drug names out of what a locked screen shows")
    group.add_argument("--alarm", type=int, metavar="MINUTES", help="ask for a reminder so long before each dose")
    group.add_argument("--identity", metavar="NAME", help="what the plan is called in the UIDs, if its start may move")
    group.add_argument("--sequence", type=int, metavar="N", help="how often the calendar was revised")
    group.add_argument(
        "--previous", metavar="FILE", help="the calendar published before; events that no longer apply are cancelled"
    )


def check_used(kinds: Sequence[str], options: argparse.Namespace, what: str) -> None:
    """Refuse an option that none of the formats uses.

    Raises:
        InvalidInput: If there is one.
    """
    for name, formats in USED.items():
        if _is_given(options, name) and not set(kinds) & set(formats):
            option, others = "--" + name.replace("_", "-"), " or ".join(formats)
            raise InvalidInput(f"{option} is not used by {what}; leave it out, or use {others}")


def _is_given(options: argparse.Namespace, name: str) -> bool:
    given = getattr(options, name, None)
    return given is not None and given is not False and given != ""


def is_dated(name: str) -> bool:
    """Whether the name of a file says that it is a plan on dates, such as a sheet or a calendar, and not the plan."""
    return SUFFIXES.get(Path(name).suffix.lower(), "json") != "json"


def refuse_without_dates(options: argparse.Namespace) -> None:
    """Refuse, where no file is of dates, an option that only such a file uses.

    Raises:
        InvalidInput: If there is one.
    """
    for name in ("start", "days", *USED):
        if _is_given(options, name) and not (name == "patient" and _is_given(options, "kidney")):
            kind = next((suffix for suffix, kind in SUFFIXES.items() if kind in USED.get(name, ("pdf",))), ".pdf")
            option = "--" + name.replace("_", "-")
            raise InvalidInput(f"is of a plan on dates; add a file of dates, such as --out sheet{kind}", where=option)
