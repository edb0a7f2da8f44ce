# %% [markdown]
# # Baclofen up: 5 to 15 mg a day, from plan to calendar
#
# When you have worked through this, you can write a plan as data, turn it into tablets and dates, read what a check
# found and what it could not see, and put it into a calendar.
#
# Someone is to take 5 mg of baclofen in the evening, after three days also in the morning, and from day 8 at noon too.
# **How many tablets are that in four weeks, and does any source call it too much?** The plan comes from a popular
# article on Raynaud's phenomenon. **No study of it was found.** It is an example without authority.
#
# The picture is where we are going: every tablet of the first four weeks, on its day and at its time.

# %%
from datetime import date

import matplotlib.pyplot as plt
from matplotlib.patches import Ellipse

from taper import (
    Formulary,
    Plan,
    check,
    count_supply,
    load_protocol,
    read_patient,
    realize,
    to_ical,
    to_schedule,
    to_table,
    weeks,
)

COLORS = ("#0072B2", "#E69F00", "#009E73")


def draw_tablets(schedule, title):
    """Each tablet as a disc: a column for each day, a row for each time of day, a color for each step."""
    slots = ["morning", "noon", "evening"]
    _, axis = plt.subplots(figsize=(9, 2.7), layout="constrained")
    for day in schedule.days:
        for intake in day.intakes:
            at, color = (day.number, slots.index(intake.slot.name)), COLORS[intake.step - 1]
            axis.add_patch(Ellipse(at, 0.8, 0.42, facecolor=color, edgecolor="black", linewidth=0.8))
    for step in schedule.steps:
        total = str(schedule.days[step.first_day - 1].totals["baclofen"])
        axis.text(step.first_day - 0.4, -0.75, total, color="black", fontsize=10, weight="bold")
    axis.set(xlim=(0.3, len(schedule.days) + 0.7), ylim=(2.6, -1.1))
    axis.set_yticks(range(len(slots)), slots)
    axis.set_xticks(range(1, 29, 7), [f"day {day.number}\n{day.date.day} {day.date:%b}" for day in schedule.days[::7]])
    axis.set_title(title, loc="left", weight="bold")
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)
    plt.show()


example = load_protocol("baclofen-raynaud-example")
tablets = Formulary.shipped().products("baclofen", market="us")
schedule = to_schedule(realize(example.plan(), tablets), start=date(2027, 3, 1), horizon=weeks(4))
draw_tablets(schedule, "One, two, then three tablets of 5 mg a day: the whole plan at one glance")

# %% [markdown]
# ## Predict, then count
#
# Before you read on: **how many tablets is the first week? How many are the four weeks?** Write both numbers down.
#
# The plan as data says only what is meant: doses, times of day, and for how long. It knows no tablets and no dates.

# %%
DAY = {"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}
steps = [
    {"for": "3 days", "regimen": {"evening": "5 mg"}},
    {"for": "4 days", "regimen": {"morning": "5 mg", "evening": "5 mg"}},
    {"regimen": DAY},
]
course = {"drug": "baclofen", "indication": "raynaud", "before": "nothing", "then": "continue", "steps": steps}
plan = Plan.read({"title": "Baclofen to 15 mg a day", "courses": [course]})
print(plan)

# %% [markdown]
# ## Tablets, then dates
#
# `realize` finds tablets for every dose, and `to_schedule` puts them on dates. The last step has no end, so a calendar
# needs a horizon: here four weeks. Every print then says that the plan goes on.
#
# The count below the table answers both questions. Were you right?

# %%
made = realize(plan, tablets)
schedule = to_schedule(made, start=date(2027, 3, 1), horizon=weeks(4))
print(to_table(schedule, supply=count_supply(schedule)))
by_week = [line.supplied for fill in count_supply(schedule, fills=weeks(1)).fills for line in fill.lines]
print("tablets, week by week:", by_week, "together", sum(by_week))
assert by_week == [3 * 1 + 4 * 2, 21, 21, 21]
assert schedule.ends == "continues"
assert [intake.dose for day in schedule.days for intake in day.intakes] == [
    intake.dose
    for day in to_schedule(realize(example.plan(), tablets), start=date(2027, 3, 1), horizon=weeks(4)).days
    for intake in day.intakes
]

# %% [markdown]
# ## Is it too much?
#
# The sources on file name a largest dose a day. Each is compared by itself: nothing is averaged. The article claims
# 30 mg without a source of its own. It stands beside the others, and cannot decide. Neither can a *usual* maximum.

# %%
ceilings = sorted(
    {
        (float(item.limit.mg), str(item.kind), item.source.organization, str(item.source.grade))
        for item in Formulary.shipped().monograph("baclofen").ceilings
    }
)
styles = {
    "maximum": ("#0072B2", ""),
    "usual maximum": ("#56B4E9", "//"),
    "claim without a source of its own": ("#E0E0E0", ".."),
}
_, axis = plt.subplots(figsize=(9, 4.2), layout="constrained")
for row, (limit, kind, *_) in enumerate(ceilings):
    color, hatch = styles[kind]
    axis.barh(row, limit, color=color, hatch=hatch, edgecolor="black", height=0.66)
    axis.text(limit + 1, row, f"{limit:g} mg/day, {kind.removesuffix(' of its own')}", va="center", fontsize=9)
axis.axvline(15, color="#D55E00", linewidth=3)
axis.text(15.8, -0.95, "the plan: 15 mg/day", color="#A04000", weight="bold", va="center")
axis.set_yticks(range(len(ceilings)), [f"{who}, grade {grade}" for *_, who, grade in ceilings], fontsize=9)
axis.set(xlim=(0, 145), ylim=(len(ceilings) - 0.4, -1.4), xlabel="baclofen a day at most, in mg, by source")
axis.set_title("15 mg a day lies below every figure on file", loc="left", weight="bold")
axis.spines[["top", "right"]].set_visible(False)
plt.show()
assert min(limit for limit, *_ in ceilings) == 30 > 15

# %% [markdown]
# ## What a check could not see
#
# `check` compares the plan with everything on file. Nothing is known of the person, so most of its answers are *not
# assessed*. That is not the same as *clear*. Each says which fact is missing.
#
# Predict once more: **if we learn that this person is 70 and has an eGFR of 45, what will happen to the kidney line?**

# %%
alone = check(schedule)
print(f"{len(alone.findings)} findings, {len(alone.not_assessed)} not assessed, {len(alone.clear)} clear")
for gap in alone.not_assessed:
    print(f"  {gap.rule}: {gap.missing.partition(';')[0]}")
assert not alone.findings
assert any(gap.rule == "kidney" for gap in alone.not_assessed)

# %%
person = read_patient('{"age": 70, "egfr": "45", "kidney_stable": true, "dialysis": false}')
known = check(schedule, person)
print(f"{len(known.findings)} findings, {len(known.not_assessed)} not assessed, {len(known.clear)} clear")
for finding in known.findings:
    print(f"  {finding.severity} {finding.rule}: {finding.happens}")
    for said in finding.each:
        print(f"     {said.source.organization}: {said.says}")
assert any(finding.rule == "kidney" and finding.severity == "high" for finding in known.findings)

# %% [markdown]
# Two facts turned a plan *without findings* into one with a grave finding. The doses did not change. This is why a
# review prints what it could not see, and why silence never means safe (notebook 09).
#
# ## Into a calendar
#
# One recurring event for each step and time of day. Saved as `baclofen.ics`, a phone reads it.

# %%
calendar = to_ical(schedule)
print(calendar.count("BEGIN:VEVENT"), "events for", sum(len(day.intakes) for day in schedule.days), "doses")
print("\n".join(line for line in calendar.splitlines() if line.startswith(("SUMMARY", "RRULE"))))
assert calendar.count("BEGIN:VEVENT") == 6

# %% [markdown]
# ## Exercises
#
# 1. The label's own titration for spasticity (`baclofen-label`) begins with 5 mg three times a day. How many tablets
#    does it use, when only 5 mg tablets can be had?
# 2. The article tells of trials with 10 mg three times a day for six weeks. They were not found. Write that plan, and
#    check it. Is the dose too large for any source? What is found instead?
# 3. What does the fourth week look like if the start moves to 30 October 2027, across the clock change in Europe?

# %%
# Answer 1: 3 days each of 3, 6, 9 and 12 tablets a day.
fives = [product for product in tablets if product.id == "baclofen-us-tablet-5mg"]
label = to_schedule(realize(load_protocol("baclofen-label").plan(), fives), start=date(2027, 3, 1))
print("1:", count_supply(label).lines[0].supplied, "tablets in", len(label.days), "days")
assert count_supply(label).lines[0].supplied == 3 * (3 + 6 + 9 + 12)

# Answer 2: no. 30 mg a day is what the article claims at most, and no other figure is lower. But it begins at 30 mg.
trial = {"for": "6 weeks", "regimen": dict.fromkeys(DAY, "10 mg")}
found = check(realize(Plan.read({"courses": [course | {"then": "review", "steps": [trial]}]}), tablets)).findings
print("2:", *(f"{finding.severity} {finding.rule}: {finding.happens}" for finding in found))
assert not any(finding.rule == "ceiling" for finding in found)

# Answer 3: the same as before. Days are dates, and no hour is lost or doubled.
moved = to_schedule(made, start=date(2027, 10, 30), horizon=weeks(4))
print("3:", moved.days[21].date, "to", moved.days[27].date, moved.days[21].totals["baclofen"])
assert [day.totals for day in moved.days] == [day.totals for day in schedule.days]
