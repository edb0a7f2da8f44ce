"""Equivalence tables across drugs, each named by its source; none is a default."""

from collections import Counter
from fractions import Fraction
from typing import Self

from pydantic import model_validator

from taper._base.records import Value
from taper._base.shown import align, cut, shorten
from taper._base.takes import takes
from taper._base.text import Name, Text
from taper.amounts.dose import Dose
from taper.errors import InvalidInput, NotFound
from taper.source import Source


class Equivalent(Value):
    """One row: the dose of a drug that a table sets beside its reference dose; a range has two ends."""

    drug: Name
    dose: Dose
    up_to: Dose | None = None
    note: Text | None = None


class EquivalenceTable(Value):
    """One source's table: so much of each drug beside one dose of the reference drug. Approximate, all of them."""

    id: Name
    title: Text
    reference: Name
    reference_dose: Dose
    source: Source
    note: Text | None = None
    rows: tuple[Equivalent, ...]

    def __str__(self) -> str:
        head = f"{self.title} ({self.id}): beside {self.reference_dose} of {self.reference}"
        rows = [(f"  {row.drug}", f"{row.dose}{f' to {row.up_to}' if row.up_to else ''}") for row in self.rows]
        return shorten([head, *align(rows)], whole="rows")

    def __repr__(self) -> str:
        return f"<EquivalenceTable {self.id}: {len(self.rows)} rows>"

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for name, count in Counter(row.drug for row in self.rows).items():
            if count > 1:
                raise InvalidInput(f"{name} has two rows; keep one, with up_to for a range")
        for row in self.rows:
            if not row.dose or (row.up_to is not None and row.up_to < row.dose):
                raise InvalidInput(f"{row.drug}: write an equivalent above 0, and a range that ends above its start")
        return self

    @takes
    def holds(self, drug: str) -> bool:
        """Whether the table has a row for the drug."""
        return drug == self.reference or any(row.drug == drug for row in self.rows)

    @takes
    def row(self, drug: str) -> Equivalent:
        """The row for a drug.

        Raises:
            NotFound: If there is none; the message lists those held.
        """
        for row in self.rows:
            if row.drug == drug:
                return row
        if drug == self.reference:
            return Equivalent(drug=drug, dose=self.reference_dose)
        held = ", ".join(sorted(row.drug for row in self.rows))
        raise NotFound(
            f"{self.title} has no row for {cut(drug)}; its rows are {held}. Name another table", where=self.id
        )

    @takes
    def ratio(self, drug: str, to: str) -> Fraction:
        """How many mg of `to` the table sets beside one mg of `drug`, by the low end of a range.

        Raises:
            NotFound: If either drug has no row.
        """
        return self.row(to).dose / self.row(drug).dose
