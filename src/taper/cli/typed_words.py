"""Words that people type for a pace, a length of time and a date, put into the words that the library reads."""

import argparse
from datetime import date, timedelta

from taper.cli.drug_inputs import read_slots
from taper.cli.notes import understood
from taper.cli.settings import read_market
from taper.plans.everyday_pace import plain_date, plain_duration, plain_pace

_PACES = {"pace": "--pace"}
_TIMES = {
    "shortest": "--shortest", "longest": "--longest", "lead_in": "--lead-in", "over": "--over", "step": "--step",
    "taken_for": "--taken-for", "lasting": "--for", "stage_time": "--every",
}  # fmt: skip
_DATES = {"start": "--start", "day": "--day", "as_of": "--as-of"}
_FROM_TODAY = {"today": 0, "tomorrow": 1}


def understand(options: argparse.Namespace, command: str) -> None:
    """Put what was typed into the library's words, in place, and say what was understood where it differs.

    Raises:
        Ambiguous: If something can be read in two ways.
    """
    if command == "cross":
        options.stage_time = options.every
    for names, read in ((_PACES, plain_pace), (_TIMES, plain_duration), (_DATES, _date)):
        for name, option in names.items():
            text = getattr(options, name, None)
            if isinstance(text, str):
                made = read(text, where=option)
                setattr(options, name, made)
                if made != text:
                    understood(option, made)
    if command == "cross":
        options.every = options.stage_time
    order = getattr(options, "order", None)
    if isinstance(order, str) and ":" in order:
        kind, _, named = order.partition(":")
        options.order = f"{kind}: {', '.join(read_slots(named, '--order'))}"
    if isinstance(getattr(options, "market", None), str):
        options.market = read_market(options.market)


def _date(text: str, *, where: str) -> str:
    ahead = _FROM_TODAY.get(text.strip().lower())
    if ahead is None:
        return plain_date(text, where=where)
    return (date.today() + timedelta(days=ahead)).isoformat()  # noqa: DTZ011 - the day on the reader's own calendar
