"""The daily totals as stairs, drawn as SVG: what results in a full line, what was asked in a dashed one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from html import escape

from taper import InvalidInput, Pace, Schedule
from taper.amounts.duration import day_after, long_date
from taper.formats.plots.drug_totals import DrugTotals, tracks_of
from taper.formats.plots.overlays import Curve, ideal_curve
from taper.paces.rulers import ruler_of

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _FOOT = 720, 220, 64, 16, 16, 34
_GRID = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a day and a total lie in the picture."""

    first: date
    days: int
    top: Fraction

    def x(self, day: date) -> str:
        wide = Fraction(_WIDTH - _LEFT - _RIGHT)
        return _figure(_LEFT + wide * (day - self.first).days / max(1, self.days))

    def y(self, mg: Fraction) -> str:
        return _figure(_TOP + (_HEIGHT - _TOP - _FOOT) * (1 - mg / self.top))


def draw_stairs(schedule: Schedule, pace: str = "") -> str:
    """A picture for each drug, one below the other.

    Args:
        schedule: The days to draw.
        pace: What was asked, for the dashed line; none is drawn if it names no single curve.
    """
    try:
        tracks = tracks_of(schedule)
    except InvalidInput:  # no dose is shown, and the table says so
        return ""
    return "".join(_picture(track, _asked(track, pace) if len(tracks) == 1 else None) for track in tracks)


def _asked(track: DrugTotals, text: str) -> Curve | None:
    if track.before is None or not track.before:
        return None
    try:
        pace = Pace.parse(text)
        return ideal_curve(
            ruler_of(pace.base, start=track.before.mg),
            start=track.first,
            before=track.before,
            days_per_pace=(day_after(track.first, (pace.every,)) - track.first).days,
            last=track.last,
            words=str(pace),
        )
    except (InvalidInput, ZeroDivisionError):
        return None


def _picture(track: DrugTotals, asked: Curve | None) -> str:
    end = track.until + timedelta(days=1)
    frame = _Frame(track.first, (end - track.first).days, max(track.top.mg, Fraction(1, 1000)))
    title = f"{track.drug}: the total of each day, {track.top} at most, from {long_date(track.first)}"
    parts = [
        f'<svg class="stairs" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">',
        f"<title>{escape(title)}</title>",
        *_grid(frame, track),
        *([_line(_through(frame, asked), "asked")] if asked else []),
        _line(_stairs(frame, track), "made"),
        "</svg>",
    ]
    key = f' <span class="key-asked">asked: {escape(asked.words)}</span>' if asked else ""
    words = f'<figcaption><span class="key-made">{escape(track.drug)}, what results</span>{key}</figcaption>'
    return f"<figure>{''.join(parts)}{words}</figure>"


def _grid(frame: _Frame, track: DrugTotals) -> Iterator[str]:
    for mg in _steps(frame.top):
        y = frame.y(mg)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>'
        label = type(track.top)(mg).in_unit(track.unit)
        yield f'<text class="scale" x="{_LEFT - 6}" y="{y}" dy="0.35em" text-anchor="end">{escape(label.text)}</text>'
    for index in range(5):
        day = frame.first + timedelta(days=frame.days * index // 4)
        anchor = ("start", "middle", "middle", "middle", "end")[index]
        words = escape(long_date(day))
        yield f'<text class="scale" x="{frame.x(day)}" y="{_HEIGHT - 12}" text-anchor="{anchor}">{words}</text>'


def _steps(top: Fraction) -> list[Fraction]:
    """Round figures from 0 to the top, three to six of them."""
    size = Fraction(1, 10**6)
    while True:
        for digit in _GRID:
            if top / (size * digit) <= 5:
                return [size * digit * count for count in range(int(top / (size * digit)) + 1)]
        size *= 10


def _stairs(frame: _Frame, track: DrugTotals) -> Iterator[tuple[str, str]]:
    if track.before is not None:
        yield frame.x(track.first), frame.y(track.before.mg)
    for level in track.levels:
        yield frame.x(level.first), frame.y(level.total.mg)
        yield frame.x(level.last + timedelta(days=1)), frame.y(level.total.mg)
    if track.stops:
        yield frame.x(track.until + timedelta(days=1)), frame.y(Fraction(0))


def _through(frame: _Frame, curve: Curve) -> Iterator[tuple[str, str]]:
    last = frame.first + timedelta(days=frame.days)
    yield from ((frame.x(day), frame.y(total.mg)) for day, total in curve.points if day <= last)


def _line(points: Iterator[tuple[str, str]] | Sequence[tuple[str, str]], kind: str) -> str:
    return f'<polyline class="{kind}" points="{" ".join(f"{x},{y}" for x, y in points)}"/>'


def _figure(value: Fraction | int) -> str:
    """A place in the picture, to a tenth: no dose, so it may be rounded."""
    tenths = round(Fraction(value) * 10)
    return f"{tenths // 10}.{tenths % 10}"
