"""How much of each product has been used by each date, and how much has been supplied."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import accumulate
from typing import Any

from taper._base.numbers import write_number
from taper._base.takes import takes
from taper.amounts.duration import short_date
from taper.formats.plots.axes import edges, midnight, set_date_axis
from taper.formats.plots.picture import COLORS, DASHES, MARKERS, Picture, canvas, finish
from taper.products.product import Product
from taper.schedules.schedule import Day, Schedule, ScheduledIntake
from taper.supply.count import Supply, SupplyLine, count_supply
from taper.words.plain import describe_ending


@takes
def plot_supply(schedule: Schedule, supply: Supply | None = None) -> Picture:
    """Draw the running total of each product used, by date, below the running total supplied.

    Each drug has a panel of its own, and so have its measured liquids, since their amounts do not compare.

    Args:
        schedule: The days that use it.
        supply: What is supplied, when, and for which of the days; in one fill for all of them if not given.

    Raises:
        MissingExtra: If the package matplotlib is not installed.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> plot_supply(schedule).to_svg()[:5]
        '<?xml'
    """
    held = supply if supply is not None else count_supply(schedule)
    panels = list(_panels(held))
    several = len({line.product.drug for line in held.lines}) > 1
    days = [day for day in schedule.days if held.start <= day.date <= held.last]
    used = {line.product.id: list(_running(days, line.product)) for line in held.lines}
    with canvas(rows=len(panels) or 1, height=1.6 + 3.0 * (len(panels) or 1), sharex=True) as (figure, axes):
        for axis, lines in zip(axes, panels, strict=False):
            _panel(axis, held, lines, used, named=several)
        set_date_axis(axes[-1], held.start, held.last)
        for axis in axes[:-1]:
            axis.set_xlabel("")
        supplied = ", ".join(_supplied(line, named=several) for line in held.lines) or "nothing"
        title = f"{supplied} to supply for {held.days_supply} days, to {short_date(held.last)}"
        footer = [
            *describe_ending(schedule),
            *(_line_words(line, named=several) for line in held.lines),
            _remnant_words(held),
        ]
        return finish(figure, title, f"Running total of each product used, by date. {' '.join(footer)}", footer)


def _panels(supply: Supply) -> Iterator[list[SupplyLine]]:
    """The lines of each drug, those of its liquids apart."""
    for drug in dict.fromkeys(line.product.drug for line in supply.lines):
        for liquid in (False, True):
            mine = [line for line in supply.lines if line.product.drug == drug]
            found = [line for line in mine if line.product.form.is_liquid is liquid]
            if found:
                yield found


def _running(days: list[Day], product: Product) -> Iterator[Fraction]:
    held: dict[int, Fraction] = {}
    for day in days:
        if id(day.intakes) not in held:
            held[id(day.intakes)] = sum((_amount(intake, product) for intake in day.intakes), Fraction(0))
    return accumulate(held[id(day.intakes)] for day in days)


def _amount(intake: ScheduledIntake, product: Product) -> Fraction:
    return sum(
        (
            portion.volume.ml if portion.volume is not None else portion.count or Fraction(0)
            for portion in intake.portions
            if portion.product == product.id
        ),
        Fraction(0),
    )


def _handed_out(supply: Supply, line: SupplyLine) -> list[tuple[date, Fraction]]:
    total = line.on_hand
    made = [(supply.start, total)]
    for fill in supply.fills:
        total += sum((one.supplied_amount for one in fill.lines if one.product.id == line.product.id), Fraction(0))
        made.append((fill.first, total))
    return made


def _panel(axis: Any, supply: Supply, lines: list[SupplyLine], used: dict[str, list[Fraction]], *, named: bool) -> None:
    bounds = edges(supply.start, supply.days_supply)
    top = 0.0
    for index, line in enumerate(lines):
        color, dash = COLORS[index % len(COLORS)], DASHES[index % len(DASHES)]
        heights = [float(amount) for amount in used[line.product.id]]
        name = f"{line.product.label}: {line.used_text} used, {line.supplied} supplied"
        axis.plot(bounds, [0.0, *heights], color=color, linestyle=dash, linewidth=2.0, label=name)
        handed = _handed_out(supply, line)
        days = [midnight(day) for day, _ in handed] + [bounds[-1]]
        totals = [float(total) for _, total in handed] + [float(handed[-1][1])]
        axis.step(days, totals, where="post", color=color, linestyle=dash, linewidth=0.9)
        axis.plot(days[-1:], totals[-1:], MARKERS[index % len(MARKERS)], color=color)
        top = max(top, *totals, *heights)
    axis.set_ylim(0, top * 1.08)
    unit = _unit(lines)
    axis.set_ylabel(f"{lines[0].product.drug}, {unit}" if named else unit)
    axis.grid(visible=False, axis="x")
    axis.legend(loc="best", fontsize=9, title="thick: used by the end of the day; thin, to its mark: supplied",
                title_fontsize=8, alignment="left")  # fmt: skip


def _unit(lines: list[SupplyLine]) -> str:
    """What is counted: mL, tablets, or units where several forms share a panel."""
    if lines[0].product.form.is_liquid:
        return "mL"
    names = {line.product.form_name for line in lines}
    return f"{names.pop()}s" if len(names) == 1 else "units"


def _supplied(line: SupplyLine, *, named: bool) -> str:
    drug = f"{line.product.drug} " if named else ""
    return f"{line.supplied} {'of' if line.product.form.is_liquid else 'x'} {drug}{line.product.label}"


def _line_words(line: SupplyLine, *, named: bool) -> str:
    packs = "" if line.packs is None else f" in {'1 pack' if line.packs == 1 else f'{line.packs} packs'}"
    held = f", {write_number(line.on_hand)} on hand" if line.on_hand else ""
    thrown = f", {line.expired_text} thrown away" if line.expired else ""
    amounts = f"{line.used_text} used, {line.leftover_text} left over{thrown}"
    return f"{_supplied(line, named=named)}{packs}{held}: {amounts} ({line.product.id})."


def _remnant_words(supply: Supply) -> str:
    return f"The rest of a divided unit is {'kept' if supply.remnants == 'keep' else 'discarded'}."
