"""What changes from the step before, in words: the daily total, each time of day, and the products."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from taper.amounts.dose import DailyDose, Dose
from taper.plans.plan import Before
from taper.plans.regimen import Regimen, Slot
from taper.products.product import Portion
from taper.schedules.realization import RealizedDay, RealizedStep
from taper.schedules.schedule import DatedStep, Schedule, occurring_days
from taper.words.language import Language
from taper.words.product_names import ProductNames
from taper.words.stretches import StretchLine


@dataclass(frozen=True)
class _Days:
    """The different days of a pattern by their place in it, and whether its places are weekdays."""

    days: dict[int, Regimen]
    length: int
    weekly: bool

    @cached_property
    def is_constant(self) -> bool:
        return len(set(self.days.values())) == 1

    def at(self, place: int) -> Regimen | None:
        """The day at a place of a pattern of this length; of a pattern whose days are equal, any of them."""
        return next(iter(self.days.values())) if self.is_constant else self.days.get(place)

    def fits(self, other: "_Days") -> bool:
        """Whether the days of two patterns correspond one by one."""
        if self.is_constant or other.is_constant:
            return True
        return self.weekly == other.weekly and self.length == other.length


def describe_change(schedule: Schedule, step: DatedStep, language: Language, shelf: ProductNames) -> Iterator[str]:
    """What differs from the step before, or from what was taken before the plan."""
    course = schedule.realized.course(step.course)
    if step.realized.step.kind == "decision":
        return
    if step.number > 1:
        earlier = _step_before(schedule, step)
        portions = _portions(step.realized) or _portions(earlier.realized)
        yield from _doses(_days(earlier, portions, shelf), _days(step, portions, shelf), language)
        yield from _products(earlier.realized, step.realized, language, shelf)
    elif isinstance(course.course.before, Before):
        before, portions = course.course.before, _portions(step.realized)
        taken = dict(enumerate(_labeled(before.days, portions, shelf)))
        known = _Days(taken, len(taken), before.weekly is not None)
        yield from _doses(known, _days(step, portions, shelf), language)
    else:
        known_before = course.course.before == "nothing"
        yield language.phrases.change.nothing if known_before else language.phrases.change.unknown


def say_before(before: Before | None, line: StretchLine, language: Language, shelf: ProductNames) -> str:
    """What was taken before a plan, None if nothing was, in the unit of the labels of what is taken first."""
    if before is None:
        return language.phrases.handout.no_dose
    portions = [portion for intake in line.intakes for portion in intake.portions]
    taken = _Days(dict(enumerate(_labeled(before.days, portions, shelf))), len(before.days), before.weekly is not None)
    if taken.is_constant:
        return _doses_of(taken.days[0], language)
    return _week(taken, language) if taken.weekly else _parts(taken, language)


def _doses_of(day: Regimen, language: Language) -> str:
    return language.join(f"{language.amount(each.dose)} {language.slot(each.slot)[1]}" for each in day)


def _week(taken: _Days, language: Language) -> str:
    """The doses of a week by the weekdays on which they are taken."""
    words, places = language.phrases.sheet, dict[Regimen, list[int]]()
    for place, day in taken.days.items():
        if day:
            places.setdefault(day, []).append(place)
    once = len(places) == 1 and len(next(iter(places.values()))) == 1
    said = []
    for day, held in places.items():
        weekdays = language.join(language.weekday(place) for place in held)
        when = (words.weekly if once else words.weekdays).format(weekdays=weekdays)
        said.append(f"{when}{language.phrases.colon} {_doses_of(day, language)}")
    return "; ".join(said)


def _days(step: DatedStep, portions: list[Portion], shelf: ProductNames) -> _Days:
    places, days = zip(*occurring_days(step), strict=True)
    labeled = _labeled(map(_regimen, days), portions, shelf)
    return _Days(
        dict(zip(places, labeled, strict=True)), len(step.realized.days), step.realized.step.weekly is not None
    )


def _step_before(schedule: Schedule, step: DatedStep) -> DatedStep:
    return schedule.step(step.course, step.number - 1)


def _regimen(day: RealizedDay) -> Regimen:
    return Regimen.of({intake.slot.name: intake.dose for intake in day.intakes})


def _labeled(days: Iterable[Regimen], portions: list[Portion], shelf: ProductNames) -> list[Regimen]:
    """The doses in the unit of the labels, so that a change is said as the boxes say their strengths."""
    one_each = list({portion.product: portion for portion in portions}.values())
    return [Regimen.of({i.slot.name: shelf.as_labeled(i.dose, one_each) for i in day.intakes}) for day in days]


def _doses(before: _Days, now: _Days, language: Language) -> Iterator[str]:
    if before.is_constant and now.is_constant:
        one, other = next(iter(before.days.values())), next(iter(now.days.values()))
        yield _total(one.total, other.total, language)
        yield from _slots(one, other, language)
    elif before.fits(now):
        yield from _changed_days(before, now, language)
    else:
        words = language.phrases.change
        yield words.pattern.format(before=_parts(before, language), now=_parts(now, language))


def _changed_days(before: _Days, now: _Days, language: Language) -> Iterator[str]:
    """Each change by the days that it is of; days that change alike share a sentence."""
    shape = before if now.is_constant else now
    changed: dict[tuple[Regimen, Regimen], list[int]] = {}
    for place in sorted(shape.days):
        one, other = before.at(place), now.at(place)
        if one is not None and other is not None and one != other:
            changed.setdefault((one, other), []).append(place)
    words = language.phrases.change
    if not changed:
        yield words.same_days
    for (one, other), places in changed.items():
        days = language.join(_name_day(place, shape, language) for place in places)
        yield words.changed_days.format(days=days, before=_day(one, language), now=_day(other, language))


def _name_day(place: int, shape: _Days, language: Language) -> str:
    if shape.weekly:
        return language.weekday(place)
    return language.phrases.change.cycle_day.format(number=place + 1, length=shape.length)


def _day(day: Regimen, language: Language) -> str:
    """The doses of a day: its one dose, or each with its time of day."""
    if not day:
        return language.phrases.handout.no_dose
    doses = [language.amount(intake.dose) for intake in day]
    if len(doses) == 1:
        return doses[0]
    whens = [language.slot(intake.slot)[1] for intake in day]
    return language.join(f"{dose} {when}" for dose, when in zip(doses, whens, strict=True))


def _parts(days: _Days, language: Language) -> str:
    """How many days of a pattern have which doses."""
    words, counts = language.phrases.change, Counter(days.days.values())
    whole = len(days.days)
    return language.join(
        words.part.format(dose=_day(day, language), count=count, length=whole) for day, count in counts.items()
    )


def _total(before: DailyDose, now: DailyDose, language: Language) -> str:
    unit = (now or before).unit
    before, now = before.in_unit(unit), now.in_unit(unit)
    words, held = language.phrases.change, {"before": language.amount(before), "now": language.amount(now)}
    if before == now:
        return words.same.format(now=held["now"])
    if now > before:
        return words.more.format(difference=language.amount(now - before), **held)
    return words.less.format(difference=language.amount(before - now), **held)


def _slots(before: Regimen, now: Regimen, language: Language) -> Iterator[str]:
    for slot in sorted({*before.slots, *now.slots}):
        line = _slot(slot, before.dose_at(slot), now.dose_at(slot), language)
        if line is not None:
            yield line


def _slot(slot: Slot, before: Dose | None, now: Dose | None, language: Language) -> str | None:
    words, when = language.phrases.change, language.slot(slot)[1]
    if before == now:
        return None
    if before is None and now is not None:
        return words.new_slot.format(when=when, dose=language.amount(now))
    if before is not None and now is not None:
        return words.changed_slot.format(when=when, before=language.amount(before), now=language.amount(now))
    return words.gone_slot.format(when=when)


def _products(before: RealizedStep, now: RealizedStep, language: Language, shelf: ProductNames) -> Iterator[str]:
    words, earlier, used = language.phrases.change, _used(before), _used(now)
    new = [shelf.product(name, language) for name in used if name not in earlier]
    gone = [shelf.product(name, language) for name in earlier if name not in used]
    if new:
        yield words.new_product.format(products=language.join(new))
    if gone:
        yield words.gone_product.format(products=language.join(gone))


def _used(step: RealizedStep) -> list[str]:
    return sorted({portion.product for portion in _portions(step)})


def _portions(step: RealizedStep) -> list[Portion]:
    return [portion for day in step.days for intake in day.intakes for portion in intake.recipe.portions]
