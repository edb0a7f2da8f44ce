"""Receptor occupancy by a cited model: the curve, and a plan on it over time."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

from taper._base.numbers import write_number
from taper._base.takes import takes
from taper.amounts.dose import DailyDose
from taper.errors import InvalidInput
from taper.formats.plots.axes import edges, height_of, margin, set_date_axis, write_amount
from taper.formats.plots.drug_totals import DrugTotals, track_of
from taper.formats.plots.picture import COLORS, GRAY, Picture, canvas, finish
from taper.knowledge.monograph import Occupancy
from taper.paces.rulers import OccupancyCurve
from taper.schedules.schedule import Schedule
from taper.words.plain import describe_ending

_POINTS = 240
_MOST_LABELS = 12


@takes
def plot_occupancy(schedule: Schedule, model: Occupancy, *, drug: str | None = None) -> Picture:
    """Draw occupancy against the daily total with the plan's levels on it, and occupancy by date beside it.

    The model is a teaching model of a group's mean; the picture says so and cites it.

    Args:
        schedule: The days to draw.
        model: The parameters, as a monograph cites them.
        drug: The drug to draw; needed if the plan holds several.

    Raises:
        MissingExtra: If the package matplotlib is not installed.
        InvalidInput: If the plan holds several drugs and none is named.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, plan_taper, realize, to_schedule
        >>> formulary = Formulary.shipped()
        >>> products = [p for p in formulary.products("escitalopram", market="us") if p.form == "tablet"]
        >>> asked = {"drug": "escitalopram", "before": {"morning": "20 mg"}, "pace": "5 mg, every 4 weeks"}
        >>> made = plan_taper(**asked, products=products)
        >>> schedule = to_schedule(realize(made.plan, products), start=date(2027, 3, 1))
        >>> curve = formulary.monograph("escitalopram").occupancies[0]
        >>> plot_occupancy(schedule, curve).to_svg()[:5]
        '<?xml'
    """
    track = track_of(schedule, drug)
    if not model.vmax or not model.km:
        raise InvalidInput("an occupancy model of 0 has no curve; give Vmax and Km above 0")
    curve = model.ruler()
    with canvas(height=4.6, columns=2, sharey=True, width_ratios=(2, 3)) as (figure, (left, right)):
        _draw_curve(left, track, curve)
        _draw_days(right, track, curve)
        top = max(float(curve.occupancy(track.top.mg)) * 1.15, 10.0)
        left.set_ylim(0, min(top, 105.0))
        place = f"{model.target}, {model.region}" if model.region else model.target
        left.set_ylabel("modeled occupancy, %")
        source = f"Source: {model.source.citation}"
        figures = f"Vmax {write_number(model.vmax)} %, Km {write_number(model.km)} mg/day"
        footer = [*describe_ending(schedule), f"A teaching model of a group's mean, no measure of a person: {figures}.",
                  source]  # fmt: skip
        title = _point(track, curve, place)
        return finish(figure, title, f"{title}. {' '.join(footer)}", footer)


def _levels(track: DrugTotals) -> list[DailyDose]:
    known = [level.total for level in track.levels] + ([track.before] if track.before is not None else [])
    return sorted(set(known), key=lambda total: total.mg)


def _draw_curve(axis: Any, track: DrugTotals, curve: OccupancyCurve) -> None:
    most = track.top.mg * Fraction(110, 100)
    line = [DailyDose(most * number / _POINTS) for number in range(_POINTS + 1)]
    axis.plot([height_of(total, track.unit) for total in line],
              [float(curve.occupancy(total.mg)) for total in line], color=GRAY, linewidth=1.3)  # fmt: skip
    levels = _levels(track)
    axis.plot([height_of(total, track.unit) for total in levels],
              [float(curve.occupancy(total.mg)) for total in levels], "o", color=COLORS[2], markersize=6)  # fmt: skip
    for total in levels if len(levels) <= _MOST_LABELS else [levels[0], levels[-1]]:
        axis.annotate(write_amount(total, track.unit), (height_of(total, track.unit), float(curve.occupancy(total.mg))),
                      xytext=(6, -4), textcoords="offset points", ha="left", va="top", fontsize=9)  # fmt: skip
    axis.set_xlim(0, height_of(DailyDose(most), track.unit))
    axis.set_xlabel(f"{track.drug}, {track.unit}/day")


def _draw_days(axis: Any, track: DrugTotals, curve: OccupancyCurve) -> None:
    heights = [float(curve.occupancy(total.mg)) for total in track.totals]
    bounds = edges(track.first, len(heights))
    axis.stairs(heights, bounds, fill=True, color="#DDE6EE")
    axis.stairs(heights, bounds, baseline=None, color=COLORS[0], linewidth=2.0)
    room = margin(track.first, track.last)
    if track.before is not None:
        before = float(curve.occupancy(track.before.mg))
        axis.plot([bounds[0] - room, bounds[0], bounds[0]], [before, before, heights[0]], color=COLORS[0],
                  linestyle=(0, (1, 1)), linewidth=1.4)  # fmt: skip
    if track.stops:
        axis.plot([bounds[-1], bounds[-1], bounds[-1] + room], [heights[-1], 0, 0], color=COLORS[0], linewidth=2.0)
    axis.grid(visible=False, axis="x")
    set_date_axis(axis, track.first, track.last)


def _point(track: DrugTotals, curve: OccupancyCurve, place: str) -> str:
    line = [] if track.before is None else [track.before]
    line += track.carried
    line += [DailyDose(0)] if track.stops else []
    pairs = pairwise(line)
    falls = [(curve.occupancy(one.mg) - curve.occupancy(other.mg), one, other) for one, other in pairs]
    size, one, other = max(falls, key=lambda fall: fall[0], default=(Fraction(0), track.top, track.top))
    if size <= 0:
        return f"{track.drug}: occupancy of {place} never drops"
    points = "1 point" if round(size) == 1 else f"{round(size)} points"
    steps = f"{one.in_unit(track.unit)} to {other.in_unit(track.unit)}"
    return f"{track.drug}: the largest single drop in modeled occupancy of {place} is about {points}, from {steps}"
