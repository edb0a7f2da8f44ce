"""What a table of many people is refused for."""

from taper.errors import InvalidInput


class WrongColumns(InvalidInput):
    """A table of another shape; `missing` are the columns that it should have."""

    def __init__(self, message: str, *, where: str = "", missing: tuple[str, ...] = ()) -> None:
        super().__init__(message, where=where)
        self.missing = missing


class OutOfOrder(InvalidInput):
    """A person whose rows do not stand together, in ascending order of the column `person`."""
