"""What an import noticed: what does not agree, what was not read, and what makes a plan impossible."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from taper._base.limits import LONGEST_TEXT
from taper._base.shown import cut, show
from taper.errors import InvalidInput, TaperError

Kind = Literal[
    "version", "status", "medication", "route", "as-needed", "dose", "unit", "rate", "range", "time", "bounds", "gap",
    "overlap", "text", "supply", "maximum", "ending", "not-read", "before", "element", "extension",
]  # fmt: skip
NO_PLAN = "no plan can be read from this resource"
ACCEPTABLE: tuple[Kind, ...] = ("text", "gap")
_MOST_TOLD = 50


@dataclass(frozen=True, slots=True)
class ImportReport:
    """One thing that an import noticed, and where; `refuses` says that no plan is read because of it."""

    kind: Kind
    where: str
    message: str
    refuses: bool

    def __str__(self) -> str:
        return f"{self.where}: {self.kind}: {self.message}" if self.where else f"{self.kind}: {self.message}"


class CannotImport(InvalidInput):
    """A resource that no plan can be read from; `reports` holds everything that was noticed, not only what refuses."""

    def __init__(self, message: str, *, where: str = "", reports: tuple[ImportReport, ...] = ()) -> None:
        super().__init__(message, where=where)
        self.reports = reports


def acceptable(reports: Iterable[ImportReport]) -> list[Kind]:
    """The kinds of what refuses that a caller may let stand."""
    refusing = {item.kind for item in reports if item.refuses}
    return [kind for kind in ACCEPTABLE if kind in refusing]


class Notes:
    """The reports of one import, in the order in which they were made."""

    def __init__(self, accept: Collection[str] = ()) -> None:
        unknown = sorted(set(accept) - set(ACCEPTABLE))
        if unknown:
            raise InvalidInput(
                f"{show(unknown[0])} cannot be accepted; name any of {', '.join(ACCEPTABLE)}", where="accept"
            )
        self._accepted = frozenset(accept)
        self._reports: list[ImportReport] = []

    @property
    def reports(self) -> tuple[ImportReport, ...]:
        return tuple(dict.fromkeys(self._reports))

    @property
    def refuses(self) -> bool:
        """Whether anything noted makes a plan impossible."""
        return any(item.refuses for item in self._reports)

    @property
    def first_refusal(self) -> str:
        """The message of the first thing that makes a plan impossible."""
        return next((item.message for item in self._reports if item.refuses), "")

    def first_of(self, kind: Kind) -> str:
        """The message of the first thing of a kind that makes a plan impossible."""
        return next((item.message for item in self._reports if item.refuses and item.kind == kind), "")

    @property
    def refused_kinds(self) -> set[Kind]:
        """The kinds of what makes a plan impossible."""
        return {item.kind for item in self._reports if item.refuses}

    def accepts(self, kind: Kind) -> bool:
        """Whether the caller has said that this kind does not stand in the way."""
        return kind in self._accepted

    def refuse(self, kind: Kind, where: str, message: str) -> None:
        """Note something that makes a plan impossible, unless the caller accepts its kind."""
        self._reports.append(ImportReport(kind, where, message, refuses=not self.accepts(kind)))

    def refuse_error(self, kind: Kind, where: str, error: TaperError) -> None:
        """Note an error of this library as what makes a plan impossible, so that everything else is still looked at."""
        self.refuse(kind, ".".join(filter(None, (where, error.where))), error.message)

    def report(self, kind: Kind, where: str, message: str) -> None:
        """Note something that a reader should know and that leaves the doses certain."""
        self._reports.append(ImportReport(kind, where, message, refuses=False))

    def apart(self) -> "Notes":
        """Notes of their own that accept the same kinds, for something that may be left out as a whole."""
        return Notes(self._accepted)

    def add(self, other: "Notes") -> None:
        """Take over the reports of other notes."""
        self._reports += other._reports

    def catching(self, kind: Kind, where: str) -> AbstractContextManager[None, bool]:
        """Turn an error of this library into a refusal, so that everything else is still looked at."""
        return _Caught(self, kind, where, refuses=True)

    def reporting(self, kind: Kind, where: str) -> AbstractContextManager[None, bool]:
        """Turn an error of this library into a report: what it is about does not decide a dose."""
        return _Caught(self, kind, where, refuses=False)

    def require_none(self) -> None:
        """Raise if anything makes a plan impossible.

        Raises:
            CannotImport: With all that was noticed; its message lists the first of it.
        """
        if self.refuses:
            refusing = [item for item in self.reports if item.refuses]
            other = [item for item in self.reports if not item.refuses]
            lines = _told(refusing)
            if may_stand := acceptable(self.reports):
                lines.append(f"where the codes are what is meant, accept {' and '.join(map(repr, may_stand))}")
            lines += [f"also {line}" for line in _told(other)]
            text = f"{NO_PLAN}:\n  " + "\n  ".join(lines)
            raise CannotImport(text, reports=self.reports)


def _told(reports: Sequence[ImportReport]) -> list[str]:
    """The first of some reports as lines, each of a bounded length, and how many more there are."""
    more = len(reports) - _MOST_TOLD
    return [*(cut(str(item), LONGEST_TEXT) for item in reports[:_MOST_TOLD]), *[f"{more} more"] * (more > 0)]


class _Caught:
    """Notes an error of this library and goes on."""

    __slots__ = ("_kind", "_notes", "_refuses", "_where")

    def __init__(self, notes: Notes, kind: Kind, where: str, *, refuses: bool) -> None:
        self._notes, self._kind, self._where, self._refuses = notes, kind, where, refuses

    def __enter__(self) -> None:
        """Begin to watch."""

    def __exit__(self, _: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, TaperError):
            return False
        if self._refuses:
            self._notes.refuse_error(self._kind, self._where, error)
        else:
            self._notes.report(self._kind, self._where, error.message)
        return True
