"""What changes from the step before, in words: the daily total, each time of day, and the products."""

from collections.abc import Iterator

from taper.amounts.dose import DailyDose, Dose
from taper.plans.plan import Before
from taper.plans.regimen import Regimen, Slot
from taper.products.product import Portion
from taper.schedules.realization import RealizedDay, RealizedStep
from taper.schedules.schedule import DatedStep, Schedule, occurring_days
from taper.words.language import Language
from taper.words.product_names import ProductNames


def describe_change(schedule: Schedule, step: DatedStep, language: Language, shelf: ProductNames) -> Iterator[str]:
    """What differs from the step before, or from what was taken before the plan."""
    course = schedule.realized.course(step.course)
    if step.realized.step.kind == "decision":
        return
    now = [_regimen(day) for _, day in occurring_days(step)]
    if step.number > 1:
        earlier = _step_before(schedule, step)
        portions = _portions(step.realized) or _portions(earlier.realized)
        before = [_regimen(day) for _, day in occurring_days(earlier)]
        yield from _doses(_labeled(before, portions, shelf), _labeled(now, portions, shelf), language)
        yield from _products(earlier.realized, step.realized, language, shelf)
    elif isinstance(course.course.before, Before):
        before, portions = list(course.course.before.days), _portions(step.realized)
        yield from _doses(_labeled(before, portions, shelf), _labeled(now, portions, shelf), language)
    else:
        known = course.course.before == "nothing"
        yield language.phrases.change.nothing if known else language.phrases.change.unknown


def _step_before(schedule: Schedule, step: DatedStep) -> DatedStep:
    return schedule.step(step.course, step.number - 1)


def _regimen(day: RealizedDay) -> Regimen:
    return Regimen.of({intake.slot.name: intake.dose for intake in day.intakes})


def _labeled(days: list[Regimen], portions: list[Portion], shelf: ProductNames) -> list[Regimen]:
    """The doses in the unit of the labels, so that a change is said as the boxes say their strengths."""
    return [Regimen.of({i.slot.name: shelf.as_labeled(i.dose, portions) for i in day.intakes}) for day in days]


def _doses(before: list[Regimen], now: list[Regimen], language: Language) -> Iterator[str]:
    words = language.phrases.change
    if len(set(before)) > 1 or len(set(now)) > 1:
        yield words.by_day.format(before=_range(before, language), now=_range(now, language))
        return
    yield _total(before[0].total, now[0].total, language)
    yield from _slots(before[0], now[0], language)


def _range(days: list[Regimen], language: Language) -> str:
    totals = [day.total for day in days]
    unit = max(totals).unit
    low, high = (language.amount(total.in_unit(unit)) for total in (min(totals), max(totals)))
    return low if low == high else language.phrases.change.range.format(low=low, high=high)


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
