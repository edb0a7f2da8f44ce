"""The staircase: daily totals of one or several plans against ideal curves and cited lines."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from taper._base.shown import show
from taper._base.takes import takes
from taper.amounts.dose import DailyDose
from taper.amounts.duration import short_date
from taper.errors import InvalidInput
from taper.formats.plots.axes import edges, height_of, margin, midnight, set_date_axis, write_amount
from taper.formats.plots.drug_totals import DrawnTotal, DrugTotals, tracks_of
from taper.formats.plots.equivalent_sum import EquivalentSum, draw_sum, sum_in_equivalents
from taper.formats.plots.overlays import Curve, LimitLine, curves_of, of_drug
from taper.formats.plots.picture import COLORS, DASHES, GRAY, LINE, MARKERS, Picture, canvas, finish
from taper.formats.plots.scores import Scores, describe_scores, draw_scores, last_scored, scores_of
from taper.knowledge.equivalence import EquivalenceTable
from taper.schedules.schedule import End, Schedule
from taper.words.plain import describe_ending

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_PLANS = 5
_MOST_LABELS = 20
_MOST_STAIRS = 150
_LOW = 0.12


@takes
def plot_doses(
    schedules: Schedule | Mapping[str, Schedule],
    *,
    drug: str | None = None,
    ideal: Iterable[Curve] = (),
    lines: Iterable[LimitLine] = (),
    equivalence: EquivalenceTable | None = None,
) -> Picture:
    """Draw the daily total by date, a panel for each drug, and below them the symptom scores that logs carry.

    Args:
        schedules: One schedule, or up to five by the name to show in the legend.
        drug: The one drug to draw; every drug of the plans if not given.
        ideal: Curves that the plan was to follow, drawn thin.
        lines: Limits to compare with; each is drawn at its height and cited below.
        equivalence: A table by which the drugs of one schedule are added up, in a panel below them; it is cited.

    Raises:
        MissingExtra: If the package matplotlib is not installed.
        InvalidInput: If there are no plans or more than five, or a drug is not in them, or a sum of several plans is
            asked for.
        NotFound: If the table has no row for a drug.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> plot_doses(schedule).title
        'diazepam: 20 mg/day to 0, last dose on 10 Oct 2027'
    """
    plans = {"": schedules} if isinstance(schedules, Schedule) else dict(schedules)
    if not 1 <= len(plans) <= _MOST_PLANS:
        raise InvalidInput(f"{len(plans)} plans cannot be told apart in one picture; give 1 to {_MOST_PLANS}")
    held = {name: tracks_of(schedule, drug) for name, schedule in plans.items()}
    drugs = list(dict.fromkeys(track.drug for tracks in held.values() for track in tracks))
    listed, curves = list(lines), list(ideal)
    _check_named(listed, curves, drugs)
    scales = scores_of(plans)
    summed = None if equivalence is None else _summed(held, equivalence)
    heights = [2.9] * (len(drugs) + (summed is not None)) + [1.3] * len(scales)
    ratios = {"height_ratios": heights}
    with canvas(rows=len(heights), height=1.6 + sum(heights), sharex=True, gridspec_kw=ratios) as (figure, axes):
        for axis, name in zip(axes, drugs, strict=False):
            tracks = {label: track for label, found in held.items() for track in found if track.drug == name}
            alone = len(drugs) == 1
            _panel(axis, tracks, curves_of(curves, name, alone=alone), of_drug(listed, name, alone=alone))
        if summed is not None:
            draw_sum(axes[len(drugs)], summed)
        for axis, (scale, scores) in zip(axes[len(heights) - len(scales) :], scales.items(), strict=True):
            draw_scores(axis, scale, scores, list(plans))
        return _finished(figure, axes, plans, held, listed, scales, summed)


def _summed(held: Mapping[str, tuple[DrugTotals, ...]], table: EquivalenceTable) -> EquivalentSum:
    if len(held) > 1:
        raise InvalidInput("a sum in equivalents is of one plan; draw each plan by itself", where="equivalence")
    (tracks,) = held.values()
    return sum_in_equivalents(tracks, table)


def _check_named(lines: list[LimitLine], curves: list[Curve], drugs: list[str]) -> None:
    named = [(line.drug, line.words) for line in lines] + [(curve.drug, curve.words) for curve in curves]
    for drug, words in named:
        if drug is not None and drug not in drugs:
            raise InvalidInput(f"{show(drug)} is not drawn; name one of {', '.join(drugs)}", where=words)


def _finished(
    figure: "Figure",
    axes: list[Any],
    plans: Mapping[str, Schedule],
    held: Mapping[str, tuple[DrugTotals, ...]],
    lines: list[LimitLine],
    scales: Mapping[str | None, Scores],
    summed: EquivalentSum | None,
) -> Picture:
    tracks = [track for found in held.values() for track in found]
    last = max([*(track.last for track in tracks), *last_scored(scales)])
    set_date_axis(axes[-1], min(track.first for track in tracks), last)
    for axis in axes[:-1]:
        axis.set_xlabel("")
    several = len({track.drug for track in tracks}) > 1
    points = [_point(track, label, named=several) for label, found in held.items() for track in found]
    title = "; ".join(points) if several else f"{tracks[0].drug}: {'; '.join(points)}"
    endings = [
        f"{label}: {words}" if label else words for label, plan in plans.items() for words in describe_ending(plan)
    ]
    footer = [*endings, *(line.citation for line in lines), *([] if summed is None else summed.footer)]
    scored = [describe_scores(scale, scores) for scale, scores in scales.items()]
    words = " ".join([f"Daily total by date, as steps. {title}.", *footer, *scored])
    return finish(figure, title, words, footer)


def _panel(axis: Any, tracks: Mapping[str, DrugTotals], curves: list[Curve], lines: list[LimitLine]) -> None:
    first = next(iter(tracks.values()))
    for index, (label, track) in enumerate(tracks.items()):
        _stairs(axis, track, label, index, first)
        _shade(axis, track)
    for curve in curves:
        heights = [height_of(total, first.unit) for _, total in curve.points]
        axis.plot([midnight(day) for day, _ in curve.points], heights, color=GRAY, linewidth=1.1, dashes=(5, 2, 1, 2),
                  label=curve.words, zorder=2.5)  # fmt: skip
    for line in lines:
        _draw_line(axis, line, first)
    tops = [track.top for track in tracks.values()] + [line.at for line in lines]
    top = height_of(max(tops, key=lambda total: total.mg), first.unit) * 1.16
    axis.set_ylim(0, top)
    if len(tracks) == 1:
        _label_levels(axis, first, top)
    axis.set_ylabel(f"{first.drug}, {first.unit}/day")
    axis.grid(visible=False, axis="x")
    if curves or len(tracks) > 1:
        axis.legend(loc="best", fontsize=9)


def _stairs(axis: Any, track: DrugTotals, label: str, index: int, shared: DrugTotals) -> None:
    heights = [height_of(total, shared.unit) for total in track.totals]
    bounds = edges(track.first, len(heights))
    name = label or ("plan" if index == 0 else None)
    if len(track.levels) > _MOST_STAIRS:
        # So many steps would run together into one dark band; a dot a day keeps each total apart.
        axis.plot(bounds[:-1], heights, MARKERS[index], color=COLORS[index], markersize=1.5, label=name, zorder=3)
        return
    if index == 0:
        axis.stairs(heights, bounds, fill=True, color="#DDE6EE" if not label else "#F0F0F0", zorder=1)
    axis.stairs(heights, bounds, baseline=None, color=COLORS[index], linestyle=DASHES[index], linewidth=2.0,
                label=name, zorder=3)  # fmt: skip
    room = margin(track.first, track.last)
    if track.before is not None:
        before = height_of(track.before, shared.unit)
        axis.plot([bounds[0] - room, bounds[0], bounds[0]], [before, before, heights[0]], color=COLORS[index],
                  linestyle=(0, (1, 1)), linewidth=1.4, zorder=3)  # fmt: skip
    if track.stops:
        axis.plot([bounds[-1], bounds[-1], bounds[-1] + room], [heights[-1], 0, 0], color=COLORS[index],
                  linestyle=DASHES[index], linewidth=2.0, zorder=3)  # fmt: skip


def _label_levels(axis: Any, track: DrugTotals, top: float) -> None:
    levels = [level for level in track.levels if level.total]
    if len(levels) > _MOST_LABELS or any(_days(level) * 30 < len(track.totals) for level in levels):
        levels = [max(levels, key=lambda level: level.total.mg), levels[-1]] if len(levels) < 60 else []
    for level in levels:
        x = midnight(level.first) + (midnight(level.last) + timedelta(days=1) - midnight(level.first)) / 2
        height = height_of(level.total, track.unit)
        inside = height > top * _LOW
        axis.annotate(write_amount(level.total, track.unit), (x, height), xytext=(0, -4 if inside else 4),
                      textcoords="offset points", ha="center", va="top" if inside else "bottom", fontsize=9,
                      zorder=4)  # fmt: skip


def _shade(axis: Any, track: DrugTotals) -> None:
    for span in track.spans:
        begin, end = midnight(span.first), midnight(span.last) + timedelta(days=1)
        axis.axvspan(begin, end, facecolor="white", edgecolor="#8C8C8C", hatch="//", linewidth=0, zorder=1.5)
        axis.annotate(span.kind.value, (begin + (end - begin) / 2, 0.5), xycoords=("data", "axes fraction"),
                      ha="center", va="center", rotation=90, fontsize=9, zorder=4,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})  # fmt: skip


def _days(level: DrawnTotal) -> int:
    return (level.last - level.first).days + 1


def _draw_line(axis: Any, line: LimitLine, track: DrugTotals) -> None:
    height = height_of(line.at, track.unit)
    axis.axhline(height, color=LINE, linewidth=1.6, linestyle=(0, (7, 2)), zorder=2)
    axis.annotate(f"{line.words}: {write_amount(line.at, track.unit)} {track.unit}/day", (1.0, height),
                  xycoords=("axes fraction", "data"), xytext=(0, 3), textcoords="offset points", ha="right",
                  va="bottom", fontsize=9, color="#8A3C00", zorder=4)  # fmt: skip


def _point(track: DrugTotals, label: str, *, named: bool) -> str:
    whose = ", ".join(name for name in (label, track.drug if named else "") if name)
    return f"{whose}{': ' if named else ', '}{_course_of(track)}" if whose else _course_of(track)


def _course_of(track: DrugTotals) -> str:
    begin = track.before or next(total for total in track.totals if total)
    last = next(total for total in reversed(track.totals) if total)
    start = f"{_words(begin, track)}{_turn(begin, last, track)}"
    if track.stops:
        return f"{start} to 0, last dose on {short_date(track.last_dose_on)}"
    finish_words = {
        End.CONTINUES: "and continues",
        End.WINDOW: "and continues",
        End.REVIEW: "then a review",
        End.DECISION: "then a decision",
    }[track.end]
    if begin == last and len(set(track.totals)) == 1:
        return f"{start} throughout to {short_date(track.until)}, {finish_words}"
    since = [level.first for level in track.levels if level.total][-1]
    return f"{start} to {_words(last, track)} by {short_date(since)}, {finish_words}"


def _turn(begin: DailyDose, last: DailyDose, track: DrugTotals) -> str:
    """How high it rises on the way, or how low it falls where it then rises again; nothing for one direction."""
    taken = [total for total in track.totals if total]
    highest, lowest = max(taken, key=lambda total: total.mg), min(taken, key=lambda total: total.mg)
    ends = Fraction(0) if track.stops else last.mg
    if highest.mg > max(begin.mg, ends):
        return f" up to {_words(highest, track)}, then"
    if not track.stops and lowest.mg < min(begin.mg, ends):
        return f" down to {_words(lowest, track)}, then"
    return ""


def _words(total: DailyDose, track: DrugTotals) -> str:
    return str(total.in_unit(track.unit))
