# %% [markdown]
# # Life happens: hold, step back, resume
#
# When you have worked through this, you can record what happened to a plan in a log, get the changed schedule, show
# that no past day changed, and see which decisions the library leaves to you.
#
# The plan brings diazepam from 20 mg a day to nothing in steps of two weeks. It is an example without authority.
# Guideline bodies also say to reduce gradually and with a professional. That keeping track helps to adjust the plan is
# the claim of an article; the log below can keep such a score.

# %%
from datetime import date

from taper import (
    Formulary,
    Log,
    apply_log,
    check,
    compare,
    compare_intakes,
    count_supply,
    days,
    load_protocol,
    plot_doses,
    read_log,
    realize,
    to_schedule,
    weeks,
)
from taper.adjustment.apply_log import DecisionNeeded
from taper.plans.log import Gap, Hold, IntakeRecord, Resume, ResumeAt, StepBack, Symptom

plan = load_protocol("diazepam-example").plan()
tablets = Formulary.shipped().products("diazepam", market="us")
first = to_schedule(realize(plan, tablets), start=date(2027, 3, 1))
print(f"{len(first.days)} days, last dose on {first.last}, ends: {first.ends}")
assert first.on(date(2027, 4, 26)).number == 57


def total(schedule, day: date) -> str:
    """The day's total, or none."""
    return str(schedule.on(day).totals.get("diazepam", "none"))


# %% [markdown]
# ## A hold
#
# A bad week begins on 29 March. The dose of the day before is kept for two weeks, and everything after comes later. The
# plan itself is unchanged: the log is applied to it. A hold can be ended early by a further event. Old events are never
# changed.

# %%
log = Log.of(plan, first.start, [Hold(day=date(2027, 3, 29), lasting=weeks(2))])
held = apply_log(first, log)
for day in (date(2027, 3, 28), date(2027, 3, 29), date(2027, 4, 12)):
    print(day, "planned", total(first, day), "- with the hold", total(held, day))
print("last dose:", first.last, "->", held.last)
early = apply_log(first, log.and_then(Resume(day=date(2027, 4, 5))))
print("resumed after one week:", early.last)
assert (held.last - first.last).days == 14
assert (early.last - first.last).days == 7
assert held.days[:28] == first.days[:28]

# %% [markdown]
# ## A step back
#
# On 26 April the last change is reversed for two weeks. Then that step and every later one follow, each in full.

# %%
log = log.and_then(StepBack(day=date(2027, 4, 26), steps=1, lasting=weeks(2)))
back = apply_log(first, log)
for day in (date(2027, 4, 25), date(2027, 4, 26), date(2027, 5, 10)):
    print(day, total(back, day))
print("last dose:", back.last)
assert back.days[:56] == held.days[:56]
assert back.on(date(2027, 4, 26)).totals["diazepam"] > back.on(date(2027, 4, 25)).totals["diazepam"]
plot_doses({"as planned": first, "with a hold": held, "hold and step back": back})

# %% [markdown]
# ## Days without doses, and a decision that nobody made
#
# After a gap the library does not guess how to continue. The days stay empty and say so. No further event is accepted
# until someone has decided how to continue. The result is then checked like any plan.

# %%
gap = Gap(day=date(2027, 4, 5), lasting=days(10))
open_end = apply_log(first, Log.of(plan, first.start, [gap]))
print("ends:", open_end.ends)
try:
    apply_log(first, Log.of(plan, first.start, [gap, Hold(day=date(2027, 4, 20), lasting=days(7))]))
except DecisionNeeded as refusal:
    print(refusal)
decided = ResumeAt(resume=first.realized.plan.courses[0].steps[2].regimen)
after = apply_log(first, Log.of(plan, first.start, [Gap(day=gap.day, lasting=gap.lasting, then=decided)]))
review = check(after)
for finding in review.findings:
    if finding.severity == "high":
        print(f"high: {finding.message}")
assert review.worst == "high"
assert open_end.on(gap.day).intakes == ()

# %% [markdown]
# ## What a change alters
#
# The same event changes dates, doses and supply. What was taken before the change is history. The rest is counted again
# from its day.

# %%
changed = compare(first, back)
print(f"first day that differs: {changed.first_day}; days: {changed.one.days} -> {changed.other.days}")
rest = count_supply(back, since=date(2027, 4, 26))
for line in rest.lines:
    print(f"{line.product.label}: {line.used_text} used from {rest.start} on")
assert changed.first_day == 29
assert rest.start == date(2027, 4, 26)

# %% [markdown]
# ## What was taken, and how it felt
#
# A log also keeps intakes and scores. They change nothing: a missed dose is not a new plan, and a score is not
# interpreted.

# %%
diary = Log.of(
    plan,
    first.start,
    log.events,
    intakes=[
        IntakeRecord(day=date(2027, 3, 1), slot="morning", result="taken"),
        IntakeRecord(day=date(2027, 3, 1), slot="bedtime", result="missed"),
    ],
    symptoms=[Symptom(day=date(2027, 3, 29), score=7, scale="sleep-0-to-10")],
)
kept = compare_intakes(apply_log(first, diary))
print(f"{kept.taken} taken, {kept.missed} missed, first departure {kept.first_departure}; {diary.symptoms[0]}")
assert read_log(diary.to_json()) == diary
assert apply_log(first, diary).days == back.days

# %% [markdown]
# ## Exercises
#
# 1. Two holds of one week, a week apart: by how many days does the last dose move?
# 2. Can a log of this plan be applied to a schedule that began a day later?

# %%
# Answer 1: by both.
twice = [Hold(day=date(2027, 3, 29), lasting=weeks(1)), Hold(day=date(2027, 4, 12), lasting=weeks(1))]
moved = apply_log(first, Log.of(plan, first.start, twice))
assert (moved.last - first.last).days == 14
# Answer 2: no. A log belongs to one plan from one date.
try:
    apply_log(to_schedule(realize(plan, tablets), start=date(2027, 3, 2)), log)
except ValueError as refusal:
    print(refusal)
