"""Plans driven through random events: what was taken never changes, and what follows is a whole plan again."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby, pairwise
from typing import NamedTuple

import pytest
from hypothesis import event as tally
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from taper import (
    Duration,
    Plan,
    Product,
    Regimen,
    Schedule,
    TaperError,
    apply_log,
    count_supply,
    days,
    mg,
    plan_titration,
    read_log,
    read_plan,
    realize,
    to_schedule,
)
from taper.planning.taper import plan_taper
from taper.plans.log import (
    ChangeProducts,
    Gap,
    Hold,
    Log,
    PassReview,
    Resume,
    ResumeAt,
    Retarget,
    Slow,
    SpeedUp,
    StepBack,
    Stop,
    TitrateAnew,
    TitrateTo,
)
from taper.plans.plan import Before, Step
from taper.schedules.schedule import End

DRUG = "testamine"
HELD = tuple(
    Product(id=f"t{n}", drug=DRUG, form="tablet", strength=f"{n} mg", score=2, pack=28 if n == 5 else None)
    for n in (1, 2, 5)
)
OTHER = (
    Product(id="t10", drug=DRUG, form="tablet", strength="10 mg", score=4),
    Product(
        id="drops",
        drug=DRUG,
        form="oral solution",
        concentration="2 mg/5 mL",
        smallest_volume="0.25 mL",
        pack="150 mL",
        discard_after_opening=28,
    ),
)
START = date(2027, 1, 30)
FELL = {None, "step-back"}
lengths = st.integers(1, 20).map(days)
courses = st.integers(0, 2)


@st.composite
def falling_courses(draw, name):
    """Courses whose doses never rise, in steps of days, weeks or months, with gates, open or with an end."""
    slots = draw(st.sampled_from((("evening",), ("morning", "bedtime"))))
    doses = dict.fromkeys(slots, draw(st.integers(4, 20)))
    steps = []
    for _ in range(draw(st.integers(1, 5))):
        lasting = draw(st.sampled_from(("5 days", "2 weeks", "1 month")))
        day = {slot: f"{dose} mg" for slot, dose in doses.items() if dose}
        kind = {"cycle": [day, {}]} if draw(st.integers(0, 3)) == 0 else {"regimen": day}
        steps.append({"for": lasting, "review_before": draw(st.integers(0, 3)) == 0} | kind)
        slot = draw(st.sampled_from(slots))
        doses[slot] = max(1, doses[slot] - draw(st.integers(0, 4)))
    then = draw(st.sampled_from(("stop", "review", "continue")))
    if then == "continue":
        del steps[-1]["for"]
    made = {"id": name, "drug": DRUG, "then": then, "steps": steps, "starts_on_day": draw(st.sampled_from((1, 1, 8)))}
    before = {"regimen": dict.fromkeys(slots, "20 mg")}
    return made | ({"before": before} if draw(st.booleans()) else {})


@st.composite
def plans(draw):
    """Plans of one or two such courses, or of one course that was planned by its pace."""
    if draw(st.integers(0, 2)) == 0:
        pace = draw(st.sampled_from(("2 mg, every 1 week", "20% of current, at least 1 mg, every 5 days")))
        return plan_taper(drug=DRUG, before={"evening": "10 mg"}, pace=pace, products=HELD).plan
    if draw(st.integers(0, 4)) == 0:
        slots = draw(st.sampled_from((["evening"], ["bedtime", "morning"])))
        by = (mg(draw(st.integers(1, 2))), draw(lengths))
        return plan_titration(drug=DRUG, to="6 mg", slots=slots, by=by, products=HELD).plan
    names = ("a", "b") if draw(st.booleans()) else ("a",)
    return Plan.read({"courses": [draw(falling_courses(name)) for name in names]})


class Case(NamedTuple):
    base: Schedule
    log: Log
    now: Schedule


class Adjusting(RuleBasedStateMachine):
    """Every rule writes one event; one that does not fit is refused by name and changes nothing."""

    @initialize(plan=plans())
    def begin(self, plan):
        horizon = days(120) if plan.is_open else None
        base = to_schedule(realize(plan, HELD), start=START, horizon=horizon)
        self.case = Case(base, Log.of(plan, START), base)

    def happen(self, kind, skip, **fields):
        base, log, before = self.case
        names = [None, *(course.course.id for course in base.realized.courses)]
        if "course" in fields:
            fields["course"] = names[fields["course"] % len(names)]
        day = (log.changes_from or START) + timedelta(days=skip)
        try:
            longer = log.and_then(kind(day=day, **fields))
            after = apply_log(base, longer, products=OTHER)
        except TaperError as error:
            tally(f"{kind.__name__} refused: {type(error).__name__}")
            return False
        decided = f", then {type(fields['then']).__name__}" if "then" in fields else ""
        tally(f"{kind.__name__} applied{decided}")
        gone = min((day - START).days, len(before.days))  # a window of an open plan may reach further afterwards
        assert after.days[:gone] == before.days[:gone]
        self.case = Case(base, longer, after)
        return True

    def doses_to_come(self, schedule):
        """What is taken from the last event on, alike neighbors joined; None where days of a step differ."""
        steps = [step for step in schedule.steps if step.last_day is None or step.last >= self.case.log.changes_from]
        days = [step.realized.step.regimen for step in steps]
        return [day for day, _ in groupby(days)] if all(days) and len(schedule.realized.courses) == 1 else None

    @rule(skip=st.integers(0, 30), lasting=lengths, course=courses, rest=st.sampled_from(("shift", "shift", "replan")))
    def hold(self, skip, lasting, course, rest):
        before = self.case.now
        if not self.happen(Hold, skip, lasting=lasting, course=course, rest=rest) or rest == "replan":
            return
        if len(before.realized.courses) == 1 and not before.realized.plan.is_open:
            assert len(self.case.now.days) == len(before.days) + lasting.days
            was, now = self.doses_to_come(before), self.doses_to_come(self.case.now)
            assert was is None or now in (was, [now[0], *was])

    @rule(skip=st.integers(0, 15), course=courses)
    def resume(self, skip, course):
        before = self.case.now
        if self.happen(Resume, skip, course=course) and not before.realized.plan.is_open:
            was, now = self.doses_to_come(before), self.doses_to_come(self.case.now)
            assert was is None or now in (was, was[1:])

    @rule(skip=st.integers(0, 30), steps=st.integers(1, 3), lasting=lengths, course=courses)
    def step_back(self, skip, steps, lasting, course):
        if self.happen(StepBack, skip, steps=steps, lasting=lasting, course=course):
            for step in self.case.now.steps:
                planned = [other.step for other in self.case.now.realized.course(step.course).steps]
                kinds = {"cycle" if other.cycle else other.kind for other in planned}
                if (
                    step.first == self.case.log.changes_from
                    and step.realized.step.kind == "step-back"
                    and kinds <= FELL
                ):
                    earlier = self.case.now.days[step.first_day - 2].intakes
                    taken = sum(intake.dose.mg for intake in earlier if intake.course == step.course)
                    assert max(day.total.mg for day in step.realized.days) > taken

    @rule(skip=st.integers(0, 20), kind=st.sampled_from((Slow, SpeedUp)), size=st.sampled_from((1, 3)), course=courses)
    def change_pace(self, skip, kind, size, course):
        self.happen(kind, skip, pace=f"{size} mg, every 10 days", order="evenly", course=course)

    @rule(
        skip=st.integers(0, 30),
        names=st.sampled_from((("t1",), ("t1", "t5"), ("drops",), ("t10", "t1"), ("t10",))),
        rest=st.sampled_from(("shift", "shift", "replan")),
    )
    def change_products(self, skip, names, rest):
        self.happen(ChangeProducts, skip, products=names, rest=rest)

    @rule(skip=st.integers(0, 30), index=st.integers(0, 6), course=courses, rest=st.sampled_from(("shift", "replan")))
    def retarget(self, skip, index, course, rest):
        regimens = [*self.regimens(), Regimen()]
        self.happen(Retarget, skip, to=regimens[index % len(regimens)], course=course, rest=rest)

    @rule(skip=st.integers(1, 30), lasting=lengths, course=courses, index=st.integers(0, 9))
    def miss_doses(self, skip, lasting, course, index):
        then = self.decisions()[index % 7]
        if self.happen(Gap, skip, lasting=lasting, course=course, then=then) and then != "stop":
            first = (self.case.log.changes_from - START).days
            after = self.case.now.days[first : first + lasting.days]
            assert after
            assert all(any(note.kind == "not taken" for note in day.notes) for day in after)

    @precondition(lambda self: End.DECISION in self.case.now.course_ends.values())
    @rule(skip=st.integers(1, 40), course=courses, index=st.integers(0, 5))
    def decide(self, skip, course, index):
        self.happen(Resume, skip, course=course, then=self.decisions()[index])

    @rule(skip=st.integers(0, 20), course=courses)
    def pass_review(self, skip, course):
        self.happen(PassReview, skip, course=course)

    @rule(skip=st.integers(20, 60), course=courses)
    def stop(self, skip, course):
        self.happen(Stop, skip, course=course)

    def regimens(self):
        steps = [step.realized.step.regimen for step in self.case.now.steps]
        return [regimen for regimen in steps if regimen] or [Regimen.of({"evening": "4 mg"})]

    def decisions(self):
        first = self.regimens()[0]
        anew = Step(regimen=Regimen.of({first.slots[0].name: "1 mg"}), lasting=days(3), kind="increase")
        last = Step(regimen=first, lasting=days(4), kind="increase")
        return (
            ResumeAt(resume=first),
            TitrateAnew(titrate=(anew, last), then="review"),
            ResumeAt(resume=self.regimens()[-1], rest="replan", pace="1 mg, every 1 week", order="evenly"),
            TitrateTo(titrate_to=first.total.text, slots=first.slots, increment="1 mg", every=days(2)),
            ResumeAt(resume=self.taken_before(), lasting=days(5)),
            "stop",
            None,
        )

    def taken_before(self):
        """What was taken before the first course, where that is known; else its first day."""
        course = self.case.base.realized.plan.courses[0]
        return course.before.regimen if isinstance(course.before, Before) else course.steps[0].days[0]

    @invariant()
    def the_days_are_contiguous(self):
        now = self.case.now
        assert [day.number for day in now.days] == list(range(1, len(now.days) + 1))
        assert all(other.date - one.date == timedelta(days=1) for one, other in pairwise(now.days))
        for course in now.realized.courses:
            bounds = course.course.bounds(START)
            assert all(following[0] == last + 1 for (_, last), following in pairwise(bounds))

    @invariant()
    def no_intake_rises_unless_its_step_says_so(self):
        for course in self.case.now.realized.courses:
            taken = [step for step in course.steps if not step.step.is_empty]
            for one, other in pairwise(taken):
                if other.step.kind is None and one.step.regimen and other.step.regimen:
                    for intake in other.step.regimen:
                        earlier = one.step.regimen.dose_at(intake.slot)
                        assert earlier is not None
                        assert intake.dose <= earlier

    @invariant()
    def the_end_is_where_it_says(self):
        now = self.case.now
        for course in now.realized.courses:
            last = course.course.bounds(START)[-1][1]
            end = now.course_ends[course.course.id]
            assert (end is End.DECISION) == course.course.needs_decision
            if end is End.STOP:
                assert course.course.then == "stop"
                assert not any(i.course == course.course.id for day in now.days[last:] for i in day.intakes)
            if end is End.CONTINUES:
                assert last is None

    @invariant()
    def empty_days_say_why(self):
        courses = {course.course.id: course.course for course in self.case.now.realized.courses}
        for day in self.case.now.days:
            noted = {note.course for note in day.notes if note.kind in {"not taken", "decision needed"}}
            assert not noted & {intake.course for intake in day.intakes}
            for name in noted:
                assert courses[name].starts_on_day < day.number

    @invariant()
    def replaying_the_log_gives_the_same_schedule(self):
        base, log, now = self.case
        if log.events:
            assert apply_log(base, read_log(log.to_json()), products=OTHER) == now

    @invariant()
    def the_adjusted_plan_is_a_plan(self):
        plan, products = self.case.now.realized.plan, [*HELD, *OTHER]
        assert read_plan(plan.to_json()) == plan
        made = realize(plan, [p for p in products if any(p in c.products for c in self.case.now.realized.courses)])
        assert [course.steps for course in made.courses] == [c.steps for c in self.case.now.realized.courses]

    @invariant()
    def supply_is_the_sum_of_days(self):
        now = self.case.now
        supply = count_supply(now, fills=Duration(28))
        for line in supply.lines:
            name = line.product.id
            portions = [p for day in now.days for i in day.intakes for p in i.portions if p.product == name]
            assert line.used == sum((p.count or p.volume.ml for p in portions), Fraction(0))
            supplied = sum(own(fill, name).supplied_amount for fill in supply.fills)
            assert supplied == line.used + line.leftover + line.expired
            for fill in supply.fills:
                assert own(fill, name).carried_out < size_of(line.product)


def own(fill, name):
    return next(line for line in fill.lines if line.product.id == name)


def size_of(product):
    if product.pack is None:
        return 1
    return product.pack if isinstance(product.pack, int) else product.pack.ml


TestAdjusting = Adjusting.TestCase
TestAdjusting.settings = settings(stateful_step_count=10)


@pytest.mark.parametrize("count", [1, 3])
@given(plan=plans(), data=st.data())
def test_holding_again_and_again_moves_every_later_day_by_as_much(count, plan, data):
    horizon = days(400) if plan.is_open else None
    base = to_schedule(realize(plan, HELD), start=START, horizon=horizon)
    if plan.is_open or len(plan.courses) > 1 or any(step.cycle for step in plan.courses[0].steps):
        return
    first = plan.courses[0].starts_on_day + 1
    day = data.draw(st.integers(first, len(base.days)))
    log = Log.of(plan, START)
    for turn in range(count):
        log = log.and_then(Hold(day=START + timedelta(days=day - 1 + turn), lasting=days(2)))
    held = apply_log(base, log)
    moved = 2 * count
    shifted = [[(i.slot, i.dose, i.portions) for i in each.intakes] for each in held.days[day - 1 + moved :]]
    planned = [[(i.slot, i.dose, i.portions) for i in each.intakes] for each in base.days[day - 1 :]]
    if count == 1:
        assert shifted == planned
    assert len(held.days) == len(base.days) + moved
