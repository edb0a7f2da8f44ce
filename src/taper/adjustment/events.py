"""Events: what each does to a course on the event's day."""

from dataclasses import replace

from taper._base.shown import show
from taper.adjustment.course_state import CourseState, Piece, marked, total, turned
from taper.adjustment.event_day import DecisionNeeded, NothingToChange, Now
from taper.adjustment.gaps import decide
from taper.adjustment.replan_rest import follow
from taper.knowledge.drug_names import DrugName
from taper.knowledge.product_choice import choose_products
from taper.plans.log import ChangeProducts, Hold, InvalidEvent, PassReview, Resume, Retarget, StepBack, Stop
from taper.products.product import Product


def hold(now: Now, track: CourseState, event: Hold) -> CourseState:
    """What was taken the day before goes on for longer, and everything after comes later; a cycle goes on turning."""
    if total(track.joined) is None:
        raise NothingToChange(
            f"{track.name} keeps this dose with no stop date, so there is nothing to hold; remove the event"
        )
    length = now.length(event.lasting)
    held = replace(now.going_on(track, length), held=True)
    later = [_later(piece, length) for piece in track.joined]
    return follow(now, track, event, [held, *later], list(track.ahead[len(later) :]))


def _later(piece: Piece, days: int) -> Piece:
    return replace(piece, step=turned(piece.step, days), touched=True)


def resume(now: Now, track: CourseState, event: Resume) -> CourseState:
    """A hold or a gap ends early, or a gap that waited is decided."""
    if track.waits:
        if event.then is None:
            raise DecisionNeeded(f"a gap in {track.name} waits for a decision; say what follows it (then)")
        return decide(now, track, event.then, track.waiting)
    if event.then is not None:
        raise InvalidEvent(f'{track.name} has no gap that waits for a decision; remove "then"')
    ahead, last = track.ahead[0], track.past[-1]
    if ahead.is_empty and last.is_empty:
        return track.going(track.ahead[1:])
    if not (ahead.held and last.held and ahead.joins):
        raise NothingToChange(
            f"{track.name} is not held on {event.day}, so there is nothing to resume; remove the event"
        )
    joined = [_later(piece, -(ahead.length or 0)) for piece in track.joined[1:]]
    return track.going([*joined, *track.ahead[1 + len(joined) :]])


def step_back(now: Now, track: CourseState, event: StepBack) -> CourseState:
    """What was taken so many changes ago, for a time; then every step after it again, each in full."""
    track, target = _rung_back(now, track, event.steps)
    back = replace(track.ladder[target].piece(target), length=now.length(event.lasting), held=True)
    back = replace(back, step=marked(back.step, kind="step-back", review_before=False))
    return follow(now, track, event, now.remade(track, [back]), now.rungs(track, target + 1))


def _rung_back(now: Now, track: CourseState, steps: int) -> tuple[CourseState, int]:
    """The rung so many changes ago; the first change is that from what was taken before, where that is known."""
    index, left = track.rung or 0, steps
    while left:
        here, index = track.ladder[index], index - 1
        while index >= 0 and (track.ladder[index].step.step.is_empty or track.ladder[index].is_as(here)):
            index -= 1
        if index < 0:
            longer = now.with_before(track)
            if longer is not None:
                return _rung_back(now, longer, steps)
            many = "1 step back lies" if steps == 1 else f"{steps} steps back lie"
            raise InvalidEvent(f"{many} before the first step of {track.name}; {steps - left} at most can be gone back")
        left -= 1
    return track, index


def stop(_: Now, track: CourseState, __: Stop) -> CourseState:
    """Nothing is taken any more."""
    return track.going((), then="stop", waiting=(), planned_then=None)


def gate_day(track: CourseState) -> int | None:
    """The day number of the next step that waits for review, or None."""
    day = track.first + track.gone
    for piece in track.ahead:
        if piece.step.step.review_before:
            return day
        day += piece.length or 0
    return None


def pass_review(_: Now, track: CourseState, event: PassReview) -> CourseState:
    """The next step that waits for review waits no more."""
    for index, piece in enumerate(track.ahead):
        if piece.step.step.review_before:
            passed = replace(piece, step=marked(piece.step, review_before=False))
            ladder = (
                replace(rung, step=marked(rung.step, review_before=False)) if place == piece.rung else rung
                for place, rung in enumerate(track.ladder)
            )
            ahead = (*track.ahead[:index], passed, *track.ahead[index + 1 :])
            return replace(track, ahead=ahead, ladder=tuple(ladder))
    raise NothingToChange(f"no step of {track.name} from {event.day} on waits for review; remove the event")


def uses_its_drug(now: Now, track: CourseState, names: tuple[str, ...]) -> bool:
    """Whether any of the named products is of the course's drug."""
    return bool(_known(now, track, names))


def _known(now: Now, track: CourseState, names: tuple[str, ...]) -> tuple[Product, ...]:
    drug, shipped = track.course.drug, now.realized.formulary
    own = shipped.products(drug) if shipped.get(drug) is not None else ()
    held = {product.id: product for product in (*own, *now.products, *track.course.products, *track.products)}
    return tuple(held[name] for name in names if name in held and held[name].drug == drug)


def change_products(now: Now, track: CourseState, event: ChangeProducts) -> CourseState:
    """Every dose from now on is made of the named products."""
    found = _known(now, track, event.products)
    missing = sorted(set(event.products) - {product.id for product in found})
    if missing and len(now.realized.courses) == 1:
        raise InvalidEvent(
            f"no product {show(missing[0])} of {track.course.drug} is known; "
            "give it to apply_log (products), or with --products"
        )
    course = track.course.course.model_copy(update={"products": (), "form": None, "release": track.course.release})
    changed = track.with_products(choose_products(course, DrugName.of(track.course.drug), found))
    kept = changed.joined if event.rest == "replan" else changed.ahead
    return follow(now, changed, event, now.remade(changed, kept), [])


def retarget(now: Now, track: CourseState, event: Retarget) -> CourseState:
    """The course ends at another dose: at a step that lies ahead, or where the rest arrives when replanned."""
    if event.rest == "replan":
        stays = total(track.joined) is None
        return follow(now, track, event, [] if stays else list(track.joined), [], to=event.to)
    if not event.to:
        raise InvalidEvent(f'{track.name} ends as it is written; to end at 0 write rest "replan", or stop it')
    here = now.going_on(track, None)
    if here.step.step.regimen == event.to:
        return track.going([here], then="continue")
    for index, piece in enumerate(track.ahead):
        if piece.step.step.regimen == event.to:
            return track.going([*track.ahead[:index], replace(piece, length=None, touched=True)], then="continue")
    raise InvalidEvent(f'{track.name} has no step of {event.to} ahead; write one that it has, or rest "replan"')
