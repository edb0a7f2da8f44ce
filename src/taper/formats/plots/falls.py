"""How large each change is, in percent of a named base."""

from datetime import timedelta
from fractions import Fraction
from typing import Any, Literal

from taper._base.numbers import Rational, exact, write_number, write_percent
from taper._base.shown import show
from taper._base.takes import takes
from taper.amounts.dose import DailyDose
from taper.amounts.duration import short_date
from taper.errors import InvalidInput
from taper.formats.plots.axes import midnight, set_date_axis
from taper.formats.plots.drug_totals import DrugTotals, track_of
from taper.formats.plots.picture import COLORS, GRAY, LINE, Picture, canvas, finish
from taper.paces.changes import Change, measure_changes
from taper.schedules.schedule import Schedule
from taper.words.plain import describe_ending

PercentOf = Literal["current", "start"]
_BASES = {"current": "the total before it", "start": "the total before day 1"}
_MOST_LABELS = 24
_MOST_STEMS = 150


@takes
def plot_falls(
    schedule: Schedule, *, of: PercentOf, drug: str | None = None, asked: Rational | None = None, words: str = "asked"
) -> Picture:
    """Draw every change of the daily total as a percentage, including the reduction with which the plan stops.

    A reduction is above the line of 0, a rise below it. A rise from 0 has no percentage of the current total, so it is
    counted below the picture.

    Args:
        schedule: The days to draw.
        of: What a percentage is of: "current", the total before the change, or "start", that before day 1.
        drug: The drug to draw; needed if the plan holds several.
        asked: The percentage that was asked for, drawn as a line.
        words: What that line says.

    Raises:
        MissingExtra: If the package matplotlib is not installed.
        InvalidInput: If the plan holds several drugs and none is named, or `of` is neither of the two.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> plot_falls(schedule, of="current").to_svg()[:5]
        '<?xml'
    """
    if of not in _BASES:
        raise InvalidInput(f'{show(of)} is not what a percentage can be of here; write "current" or "start"')
    track = track_of(schedule, drug)
    changes = _changes(track)
    with canvas(height=4.4) as (figure, (axis,)):
        drawn = [(change, part) for change in changes if (part := _percent(change, of)) is not None]
        _draw(axis, track, drawn)
        if asked is not None:
            _draw_asked(axis, exact(asked), words)
        rises = "" if all(change.is_fall for change, _ in drawn) else "\n(a rise is below 0)"
        axis.set_ylabel(f"reduction, % of {_BASES[of]}{rises}")
        set_date_axis(axis, track.first, track.last + timedelta(days=1))
        title = _point(track, drawn, of)
        footer = [*describe_ending(schedule), *_footnotes(track, changes, drawn)]
        listed = "; ".join(_described(track, change, part) for change, part in drawn) or "no change"
        return finish(figure, title, f"Each change in percent of {_BASES[of]}: {listed}. {' '.join(footer)}", footer)


def _changes(track: DrugTotals) -> tuple[Change, ...]:
    totals = [total.in_unit(track.unit) for total in track.carried]
    if track.stops:
        totals.append(DailyDose(0))
    start = track.before if track.before else totals[0]
    return measure_changes(totals, before=track.before, start=start)


def _percent(change: Change, of: PercentOf) -> Fraction | None:
    return change.percent_of_current if of == "current" else change.percent_of_start


def _draw(axis: Any, track: DrugTotals, drawn: list[tuple[Change, Fraction]]) -> None:
    axis.axhline(0, color="black", linewidth=0.8)
    axis.grid(visible=False, axis="x")
    for is_fall, marker, color, name in ((True, "o", COLORS[2], "reduction"), (False, "v", LINE, "rise")):
        some = [(midnight(_date(track, change)), float(part)) for change, part in drawn if change.is_fall is is_fall]
        if some:
            days, heights = zip(*some, strict=True)
            few = len(drawn) <= _MOST_STEMS
            if few:
                axis.vlines(days, 0, heights, color=color, linewidth=2.2, linestyle="-" if is_fall else "--")
            axis.plot(days, heights, marker, color=color, markersize=7 if few else 2.5, label=name,
                      markerfacecolor=color if is_fall else "white")  # fmt: skip
    if any(not change.is_fall for change, _ in drawn):
        axis.legend(loc="best", fontsize=9)
    if len(drawn) <= _MOST_LABELS:
        for change, part in drawn:
            words = _short(part) if change.is_fall else f"+{_short(part)}"
            axis.annotate(words, (midnight(_date(track, change)), float(part)), ha="center", fontsize=9,
                          xytext=(0, 6 if change.is_fall else -6), textcoords="offset points",
                          va="bottom" if change.is_fall else "top")  # fmt: skip
    reach = [float(part) for _, part in drawn] or [1.0]
    axis.set_ylim(min(0.0, min(reach) * 1.18), max(0.0, max(reach)) * 1.14 or 1.0)


def _draw_asked(axis: Any, asked: Fraction, words: str) -> None:
    axis.axhline(float(asked), color=LINE, linewidth=1.6, linestyle=(0, (7, 2)))
    axis.annotate(f"{words}: {write_number(asked)} %", (1.0, float(asked)), xycoords=("axes fraction", "data"),
                  xytext=(0, 3), textcoords="offset points", ha="right", va="bottom", fontsize=9, color=GRAY,
                  bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0})  # fmt: skip


def _date(track: DrugTotals, change: Change) -> Any:
    return track.first + timedelta(days=change.day - 1)


def _short(part: Fraction) -> str:
    text = write_percent(abs(part) / 100).removesuffix(" %")
    return text.removeprefix("about ")


def _described(track: DrugTotals, change: Change, part: Fraction) -> str:
    what = "reduction" if change.is_fall else "rise"
    amounts = f"{change.before.in_unit(track.unit)} to {change.after.in_unit(track.unit)}"
    return f"{_date(track, change)} {what} of {write_percent(abs(part) / 100)}, {amounts}"


def _point(track: DrugTotals, drawn: list[tuple[Change, Fraction]], of: PercentOf) -> str:
    falls = [(part, change) for change, part in drawn if change.is_fall]
    if not falls:
        return f"{track.drug}: no reduction is shown{_largest_rise(track, drawn, of)}"
    last = falls[-1][1] if track.stops else None
    others = [item for item in falls if item[1] is not last]
    stop = "" if last is None else f"the stop is a reduction from {last.before.in_unit(track.unit)}"
    if not others:
        return f"{track.drug}: {stop}"
    part, change = max(others, key=lambda item: (item[0], -item[1].day))
    largest = f"{write_percent(part / 100)} of {_BASES[of]}, on {short_date(_date(track, change))}"
    before = " before the stop" if last is not None else ""
    return f"{track.drug}: the largest reduction{before} is {largest}" + (f"; {stop}" if stop else "")


def _largest_rise(track: DrugTotals, drawn: list[tuple[Change, Fraction]], of: PercentOf) -> str:
    if not drawn:
        return ""
    change, part = min(drawn, key=lambda item: item[1])
    return f"; the largest rise is {write_percent(-part / 100)} of {_BASES[of]}, on {short_date(_date(track, change))}"


def _footnotes(track: DrugTotals, changes: tuple[Change, ...], drawn: list[tuple[Change, Fraction]]) -> list[str]:
    notes = []
    if track.before is None:
        notes.append("What was taken before day 1 is not known, so a change on day 1 is not shown.")
    if len(drawn) < len(changes):
        count = len(changes) - len(drawn)
        notes.append(f"{count} rise{'s' if count > 1 else ''} from 0 not drawn: of 0 there is no percentage.")
    return notes
