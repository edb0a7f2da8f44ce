"""When a file says that it was made."""

from datetime import UTC, datetime

from taper._base.shown import show
from taper.errors import InvalidInput


def in_utc(stamp: datetime) -> datetime:
    """A moment with a zone, in UTC.

    Raises:
        InvalidInput: If it is in none of the years 1 to 9999 there.
    """
    try:
        return stamp.astimezone(UTC)
    except OverflowError:
        raise InvalidInput(f"the stamp {show(stamp)} is in no year of UTC; write one of the years 2 to 9998") from None
