"""A calendar of daily totals: one cell a date, weeks as columns, a band for each year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from taper._base.takes import takes
from taper.amounts.dose import DailyDose
from taper.amounts.duration import MONTH_NAMES, WEEKDAY_NAMES, short_date
from taper.formats.plots.axes import height_of, write_amount
from taper.formats.plots.drug_totals import DrugTotals, track_of
from taper.formats.plots.picture import Picture, canvas, finish
from taper.schedules.schedule import Schedule
from taper.words.plain import describe_ending

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WEEKS = 53
_MOST_WEEKS_WITH_NUMBERS = 27
_LONGEST_NUMBER = 5


@dataclass(frozen=True, slots=True)
class _Cell:
    """One date and where it stands: the week's column and the weekday's row, from Monday."""

    day: date
    total: DailyDose
    column: int
    row: int


@takes
def plot_calendar(schedule: Schedule, *, drug: str | None = None) -> Picture:
    """Draw a calendar in which the darker cell is the higher daily total; days without a dose are white with a ring.

    Args:
        schedule: The days to draw.
        drug: The drug to draw; needed if the plan holds several.

    Raises:
        MissingExtra: If the package matplotlib is not installed.
        InvalidInput: If the plan holds several drugs and none is named.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> plot_calendar(schedule).to_svg()[:5]
        '<?xml'
    """
    track = track_of(schedule, drug)
    bands = list(_bands(track))
    weeks = max(cell.column for band in bands for cell in band) + 1
    width = min(9.0, max(5.0, 2.0 + 0.4 * weeks))
    with canvas(rows=len(bands), width=width, height=1.7 + 1.75 * len(bands)) as (figure, axes):
        for axis, band in zip(axes, bands, strict=True):
            _draw(axis, band, track, weeks)
        _scale(figure, axes, track)
        return _finished(figure, schedule, track)


def _bands(track: DrugTotals) -> Iterator[list[_Cell]]:
    days = [track.first + timedelta(days=number) for number in range(len(track.totals))]
    weeks = (days[-1] - _monday(days[0])).days // 7 + 1
    groups: dict[object, list[_Cell]] = {}
    for day, total in zip(days, track.totals, strict=True):
        key = None if weeks <= _WEEKS else day.year
        origin = _monday(days[0]) if key is None else _monday(date(day.year, 1, 1))
        groups.setdefault(key, []).append(_Cell(day, total, (day - origin).days // 7, day.weekday()))
    yield from groups.values()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _draw(axis: Any, band: list[_Cell], track: DrugTotals, weeks: int) -> None:
    grid = [[float("nan")] * weeks for _ in range(7)]
    for cell in band:
        if cell.total:
            grid[cell.row][cell.column] = height_of(cell.total, track.unit)
    axis.pcolormesh(grid, cmap="cividis_r", vmin=0, vmax=height_of(max(track.totals, key=_mg), track.unit),
                    edgecolors="white", linewidth=1.0)  # fmt: skip
    empty = [cell for cell in band if not cell.total]
    axis.plot([cell.column + 0.5 for cell in empty], [cell.row + 0.5 for cell in empty], "o", markersize=4.5,
              markerfacecolor="white", markeredgecolor="#777777", linestyle="none")  # fmt: skip
    if weeks <= _MOST_WEEKS_WITH_NUMBERS:
        _write_numbers(axis, band, track)
    _label(axis, band, weeks)


def _mg(total: DailyDose) -> Any:
    return total.mg


def _write_numbers(axis: Any, band: list[_Cell], track: DrugTotals) -> None:
    top = max(track.totals, key=_mg)
    for cell in band:
        text = write_amount(cell.total, track.unit)
        if cell.total and len(text) <= _LONGEST_NUMBER:
            color = "white" if cell.total.mg * 2 > top.mg else "black"
            axis.text(cell.column + 0.5, cell.row + 0.52, text, ha="center", va="center", fontsize=8, color=color)


def _label(axis: Any, band: list[_Cell], columns: int) -> None:
    axis.set_xlim(0, columns)
    axis.set_ylim(7, 0)
    axis.set_yticks([row + 0.5 for row in range(7)], WEEKDAY_NAMES, fontsize=8)
    firsts = [cell for cell in band if cell.day.day == 1]
    begin = band[0]
    if not firsts or firsts[0].column - begin.column >= 2:
        firsts = [begin, *firsts]
    names = [MONTH_NAMES[cell.day.month - 1] for cell in firsts]
    names = [f"{name}\n{firsts[0].day.year}" if number == 0 else name for number, name in enumerate(names)]
    axis.set_xticks([cell.column + 0.5 for cell in firsts], names, fontsize=8)
    axis.tick_params(length=0)
    axis.grid(visible=False)
    for side in axis.spines.values():
        side.set_visible(False)


def _scale(figure: "Figure", axes: list[Any], track: DrugTotals) -> None:
    bar = figure.colorbar(axes[0].collections[0], ax=axes, shrink=1.0 if len(axes) == 1 else 0.5, pad=0.01, aspect=14)
    bar.set_label(f"{track.drug}, {track.unit}/day")
    bar.outline.set_visible(False)


def _finished(figure: "Figure", schedule: Schedule, track: DrugTotals) -> Picture:
    taken = [total for total in track.totals if total]
    low, high = min(taken, key=_mg).in_unit(track.unit), max(taken, key=_mg).in_unit(track.unit)
    span = str(high) if low == high else f"{write_amount(low, track.unit)} to {high}"
    empty = len(track.totals) - len(taken)
    often = "every day" if not empty else f"on {len(taken)} of {len(track.totals)} days"
    dates = f"{short_date(track.first)} to {short_date(track.last)}"
    title = f"{track.drug}: {span}, taken {often}, {dates}"
    levels = "; ".join(f"{level.first} to {level.last} {level.total.in_unit(track.unit)}" for level in track.levels)
    footer = [*describe_ending(schedule), *(["A ring is a day without a dose."] if empty else [])]
    return finish(figure, title, f"Daily totals: {levels}. {' '.join(footer)}", footer)
