"""The plan as a sheet that a person follows: rows in the order of days, a column for each time of day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from taper._base.progress import counted
from taper.plans.plan import Before
from taper.plans.regimen import Slot
from taper.schedules.schedule import End, Schedule
from taper.words.dose_changes import say_before
from taper.words.instruction import name_course
from taper.words.language import Language, capitalize
from taper.words.product_names import ProductKind, ProductNames, explain_counts, write_cell
from taper.words.row_changes import LineChange, compare_line, compare_with_before
from taper.words.stretches import WEEK, Pick, Said, Stretch, StretchLine, stretches_of

_MOST_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class SheetCell:
    """What to take at one time of day: as words, the dose as text (empty where none), and whether it changed."""

    slot: str
    text: str
    written: str
    changed: bool


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One drug in a row: which days it is for, what is said of it, its cells and their total.

    `news` are those of its labels that tell of a form, a brand or a concentration which the row above did not have.
    """

    drug: str
    labels: tuple[str, ...]
    cells: tuple[SheetCell, ...]
    total: str
    total_changed: bool
    said: str | None
    is_daily: bool
    days_changed: bool = False
    news: tuple[str, ...] = ()

    @property
    def is_marked(self) -> bool:
        """Whether anything in it has the mark of a change."""
        return self.days_changed or any(cell.changed for cell in self.cells)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """Days in which nothing changes: their numbers, dates and name, and a line for each drug."""

    first_day: int
    last_day: int | None
    first: date
    last: date | None
    when: str
    goes_on: bool
    lines: tuple[SheetLine, ...]


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """The rows and the headings of their columns; `names_drugs` where a row must say which drug it is of.

    `in_columns` is False where the times of day are too many to have a column each: then each row has one cell.
    `before` says what was taken before the plan, and `legend` what the marks and the cells mean.
    """

    slots: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    names_drugs: bool
    in_columns: bool
    before: tuple[str, ...]
    legend: tuple[str, ...]

    @property
    def labels_days(self) -> bool:
        """Whether any line says which days it is for, or what is said of it beside its doses."""
        return any(line.labels for row in self.rows for line in row.lines)


def make_sheet(
    schedule: Schedule, language: Language, shelf: ProductNames, *, every_day: bool = False, short: bool = True
) -> PlanSheet:
    """The sheet of a schedule in one language.

    Args:
        schedule: The days to show.
        language: Its words.
        shelf: The products, as they are told apart.
        every_day: A row for each day.
        short: Whether the form of a product is left to the name of its drug, where the drug comes in one form.
    """
    writer = _SheetWriter(schedule, language, shelf, short=short)
    found = stretches_of(schedule, every_day=every_day, weekdays=language.has_dates)
    rows = tuple(writer.rows(found))
    return PlanSheet(
        tuple(language.slot(slot)[0] for slot in writer.slots),
        rows,
        len(schedule.realized.courses) > 1,
        writer.in_columns,
        tuple(writer.before.values()),
        tuple(writer.legend(rows)),
    )


class _SheetWriter:
    """Writes stretches as rows, and remembers the row before so that it can mark what changed."""

    def __init__(self, schedule: Schedule, language: Language, shelf: ProductNames, *, short: bool) -> None:
        self._schedule, self._language, self._shelf, self._short = schedule, language, shelf, short
        self._above: dict[str, list[StretchLine]] | None = None
        self._kinds: dict[str, frozenset[ProductKind]] = {}
        self.before: dict[str, str] = {}
        taken = {intake.slot for day in schedule.days for intake in day.intakes}
        self._year = schedule.start.year != schedule.last.year
        self.slots: tuple[Slot, ...] = tuple(sorted(taken))

    def rows(self, stretches: tuple[Stretch, ...]) -> Iterator[SheetRow]:
        for stretch in counted(stretches, "rows written"):
            lines = tuple(self._line(stretch, line) for line in stretch.lines) or (self._nothing(),)
            yield SheetRow(stretch.first_day, stretch.last_day, stretch.first, stretch.last, self._when(stretch),
                           stretch.goes_on, lines)  # fmt: skip
            self._above = {line.course: _of_course(stretch, line.course) for line in stretch.lines}
            self._kinds |= self._kinds_in(stretch)

    def legend(self, rows: tuple[SheetRow, ...]) -> Iterator[str]:
        """What the star means, where there is one, and what the cells count."""
        words = self._language.phrases.sheet
        if any(line.is_marked for row in rows for line in row.lines):
            yield words.changed_first if self.before else words.changed
        portions = (p for day in self._schedule.days for intake in day.intakes for p in intake.portions)
        yield from explain_counts(portions, self._language, self._shelf, short=self._short)

    def _kinds_in(self, stretch: Stretch) -> dict[str, frozenset[ProductKind]]:
        """What each drug of a row is made of, by what tells one box or bottle from another."""
        kinds: dict[str, set[ProductKind]] = {}
        for line in (line for line in stretch.lines if line.intakes):
            kinds.setdefault(line.drug, set()).update(self._shelf.kinds(line.intakes))
        return {drug: frozenset(held) for drug, held in kinds.items()}

    def _nothing(self) -> SheetLine:
        """Days before the first course begins, or after the last."""
        said = self._language.phrases.sheet.nothing
        return SheetLine("", (), (), "", total_changed=False, said=said, is_daily=True)

    def _when(self, stretch: Stretch) -> str:
        words, language = self._language.phrases.sheet, self._language
        if stretch.last is None:
            return words.after.format(first=language.row_date(stretch.first, year=self._year))
        if stretch.goes_on and self._schedule.ends is End.CONTINUES and not self._schedule.to_come:
            return words.open.format(first=language.row_date(stretch.first, year=self._year))
        dates = language.row_dates(stretch.first, stretch.last, year=self._year)
        return words.window.format(dates=dates) if stretch.goes_on else dates

    def _line(self, stretch: Stretch, line: StretchLine) -> SheetLine:
        change, news = self._change(stretch, line), tuple(self._new_kinds(line))
        return SheetLine(
            drug=self._drug(line),
            labels=(*self._labels(line, change), *news),
            cells=tuple(self._cells(line, change)),
            total=self._total(stretch, line),
            total_changed=change.total,
            said=self._said(stretch, line),
            is_daily=line.pick is None,
            days_changed=change.days,
            news=news,
        )

    def _change(self, stretch: Stretch, line: StretchLine) -> LineChange:
        before = self._before(line)
        if isinstance(before, Before):
            self._tell_before(line, before)
            return compare_with_before(line, before)
        if self._above is None:
            if before is None:
                return LineChange()
            self._tell_before(line, None)
            return compare_line(line, [line], ())
        return compare_line(line, _of_course(stretch, line.course), self._above.get(line.course, ()))

    def _tell_before(self, line: StretchLine, before: Before | None) -> None:
        words, taken = self._language.phrases.sheet, say_before(before, line, self._language, self._shelf)
        if len(self._schedule.realized.courses) == 1:
            self.before.setdefault(line.course, words.before.format(taken=taken))
        else:
            drug = capitalize(name_course(self._schedule, line.course, self._language))
            self.before.setdefault(line.course, words.before_of.format(drug=drug, taken=taken))

    def _before(self, line: StretchLine) -> Before | Literal["nothing"] | None:
        """What was taken before the plan, if a line is the first of its course and that is known."""
        if line.step is None or line.step.number > 1 or not line.begins:
            return None
        return self._schedule.realized.course(line.course).course.before

    def _drug(self, line: StretchLine) -> str:
        drug = line.drug
        alike = [c for c in self._schedule.realized.courses if c.drug == drug]
        name = self._shelf.name_of(drug, self._language) if self._short else self._language.drug(drug)
        return f"{name} ({line.course})" if len(alike) > 1 else name

    @property
    def in_columns(self) -> bool:
        """Whether the times of day are few enough to have a column each."""
        return 1 <= len(self.slots) <= _MOST_COLUMNS

    def _cells(self, line: StretchLine, change: LineChange) -> Iterator[SheetCell]:
        taken = {intake.slot: intake for intake in line.intakes}
        for slot in self.slots if self.in_columns else sorted({*taken, *change.slots}):
            intake = taken.get(slot)
            changed = slot in change.slots
            text = self._language.phrases.sheet.nothing if changed else ""
            if intake is not None:
                text = write_cell(intake, self._language, self._shelf, short=self._short)
            written = "" if intake is None else intake.dose.text
            yield SheetCell(self._language.slot(slot)[0], text, written, changed)

    def _total(self, stretch: Stretch, line: StretchLine) -> str:
        """The total of a day of each drug, said once where two of its courses are taken on the same days."""
        if not line.intakes:
            return ""
        alike = [each for each in stretch.lines if each.drug == line.drug and each.intakes]
        if len(alike) > 1 and not any(each.pick for each in alike):
            if line is not alike[0]:
                return ""
            total = alike[0].total
            for each in alike[1:]:
                total += each.total
        else:
            total = line.total
        portions = [portion for intake in line.intakes for portion in intake.portions]
        return self._language.amount(self._shelf.as_labeled(total, portions))

    def _labels(self, line: StretchLine, change: LineChange) -> Iterator[str]:
        words = self._language.phrases.sheet
        if line.pick is not None:
            yield self._pick(line.pick) + ("\u00a0*" if change.days else "")
        step = None if line.step is None else line.step.realized.step
        if step is None:
            return
        if line.begins and step.review_before:
            yield words.review_before
        if step.kind == "step-back":
            yield words.step_back
        if step.note is not None:
            yield step.note
        for slot, note in step.slot_notes.items():
            yield words.slot_note.format(slot=self._language.slot(slot)[0], note=note)

    def _new_kinds(self, line: StretchLine) -> Iterator[str]:
        """Each form, brand or concentration that was not there when the drug was last taken."""
        above = self._kinds.get(line.drug)
        for kind, name in self._shelf.kinds(line.intakes).items():
            if above is not None and kind not in above:
                yield self._shelf.tell_new(name, above, self._language)

    def _pick(self, pick: Pick) -> str:
        text = capitalize(self._days(pick))
        says_others = pick.alone and len(pick.weekdays) != WEEK - 1
        return self._language.phrases.sheet.alone.format(days=text) if says_others else text

    def _days(self, pick: Pick) -> str:
        words, language = self._language.phrases.sheet, self._language
        if pick.weekdays:
            if len(pick.weekdays) == WEEK - 1:
                (other,) = set(range(WEEK)) - set(pick.weekdays)
                return words.all_but.format(weekday=language.weekday(other))
            names = language.join(language.weekday(index) for index in pick.weekdays)
            once = len(pick.weekdays) == 1 and pick.alone
            return (words.weekly if once else words.weekdays).format(weekdays=names)
        dates = language.join(language.row_date(day, year=self._year) for day in pick.dates)
        if pick.every is None:
            return words.on.format(dates=dates)
        if len(pick.dates) > 1:
            return words.again.format(dates=dates, length=pick.every)
        return (words.alternate if pick.every == 2 else words.every).format(date=dates, length=pick.every)

    def _said(self, stretch: Stretch, line: StretchLine) -> str | None:
        if line.said is None:
            return None
        words = self._language.phrases.sheet
        drug = self._language.drug(line.drug)
        template = {Said.NOTHING: words.nothing, Said.GAP: words.gap, Said.DECISION: words.decision,
                    Said.STOP: words.stop if stretch.last is None else words.stop_from,
                    Said.REVIEW: words.review}[line.said]  # fmt: skip
        # Beside another drug a row has a last day, and the stop goes on after it.
        first = self._language.row_date(stretch.first, year=self._year)
        return template.format(drug=drug, of_drug=self._language.of(line.drug), first=first)


def _of_course(stretch: Stretch, course: str) -> list[StretchLine]:
    return [line for line in stretch.lines if line.course == course]
