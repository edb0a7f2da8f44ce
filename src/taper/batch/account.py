"""The account of rows: how many were read, how many were used, and why others were set aside."""

from collections import Counter
from collections.abc import Callable
from enum import StrEnum

from taper.batch.engine import Batch


class Aside(StrEnum):
    """Why a row of exposures is set aside."""

    NO_PERSON = "no person"
    NO_DRUG = "no drug"
    UNKNOWN_DRUG = "a drug that is not on file"
    SEVERAL_DRUGS = "a name of several drugs on file"
    NO_START = "no first day"
    FAR_DATE = "a date outside of 1900 to 2200"
    END_BEFORE_START = "the last day is before the first"
    NO_LENGTH = "no length"
    NEGATIVE_LENGTH = "a length of 0 days or less"
    TOO_LONG = "longer than the rules allow"
    NO_QUANTITY = "no quantity"
    NEGATIVE_QUANTITY = "a quantity of 0 or less"
    PART_QUANTITY = "a quantity that is a float and not whole"
    NO_STRENGTH = "no strength"
    UNREAD_STRENGTH = "a strength that is no amount in mg, mcg or g"
    TOO_LARGE = "a daily dose that is too large or too fine"
    DUPLICATE = "the same as another row"


class Account:
    """What became of every row that was read; `read == used + set_aside` at any time.

    Args:
        keep: Called with each batch of rows that are set aside: the columns as they were read, and `reason`.
    """

    def __init__(self, keep: Callable[[Batch], object] | None = None) -> None:
        self.read = 0
        self.used = 0
        self.reasons: Counter[Aside] = Counter()
        self.keep = keep

    def __repr__(self) -> str:
        return f"<Account of {self.read} rows: {self.used} used, {self.set_aside} set aside>"

    @property
    def set_aside(self) -> int:
        """How many rows were set aside."""
        return self.reasons.total()

    def __str__(self) -> str:
        lines = [f"{self.read} rows read, {self.used} used, {self.set_aside} set aside"]
        lines += [f"  {count}: {reason}" for reason, count in sorted(self.reasons.items(), key=lambda item: -item[1])]
        return "\n".join(lines)
