"""Several drugs of one plan added up by an equivalence table that the caller names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import zip_longest
from typing import Any

from taper.formats.plots.axes import edges
from taper.formats.plots.drug_totals import DrugTotals
from taper.formats.plots.picture import COLORS
from taper.knowledge.equivalence import EquivalenceTable


@dataclass(frozen=True, slots=True)
class EquivalentSum:
    """The sum of a day's totals by date in mg of the table's reference drug, and what each drug gives to it."""

    first: date
    mg: tuple[Fraction, ...]
    shares: tuple[tuple[str, tuple[Fraction, ...]], ...]
    table: EquivalenceTable

    @property
    def footer(self) -> list[str]:
        """By which table, by what of each drug, and who says so."""
        rows = []
        for drug, _ in self.shares:
            row = self.table.row(drug)
            span = f" to {row.up_to} (the lower is used)" if row.up_to is not None else ""
            rows.append(f"{row.dose}{span} of {drug}")
        beside = f"{self.table.reference_dose} of {self.table.reference}"
        cited = self.table.source.citation
        return [f"Sum by {self.table.title}: {', '.join(rows)} beside {beside}, approximately. {cited}"]


def sum_in_equivalents(tracks: Iterable[DrugTotals], table: EquivalenceTable) -> EquivalentSum:
    """Each day's totals added up by a table.

    Raises:
        NotFound: If the table has no row for a drug.
    """
    shares = []
    first = None
    for track in tracks:
        ratio = table.ratio(track.drug, table.reference)
        shares.append((track.drug, tuple(total.mg * ratio for total in track.totals)))
        first = track.first
    assert first is not None  # a schedule that is drawn has a drug
    sums = zip_longest(*(mg for _, mg in shares), fillvalue=Fraction(0))
    return EquivalentSum(first, tuple(sum(day, Fraction(0)) for day in sums), tuple(shares), table)


def draw_sum(axis: Any, summed: EquivalentSum) -> None:
    """Draw the shares as thin stairs and their sum as a thick one."""
    for index, (drug, mg) in enumerate(summed.shares, start=1):
        bounds = edges(summed.first, len(mg))
        color, heights = COLORS[index % len(COLORS)], [float(each) for each in mg]
        axis.stairs(heights, bounds, baseline=None, color=color, linewidth=1.2, label=drug)
    heights = [float(each) for each in summed.mg]
    axis.stairs(heights, edges(summed.first, len(heights)), baseline=None, color=COLORS[0], linewidth=2.0, label="sum")
    axis.set_ylim(0, max(heights) * 1.16)
    axis.set_ylabel(f"sum, mg of {summed.table.reference}\na day, about")
    axis.grid(visible=False, axis="x")
    axis.legend(loc="best", fontsize=9)
