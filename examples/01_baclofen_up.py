# %% [markdown]
# # Baclofen up: 5 to 15 mg a day, from plan to calendar
#
# When you have worked through this, you can write a plan as data, turn it into tablets and dates, read what a check
# found and what it could not see, and put it into a calendar.
#
# The plan comes from a popular article on Raynaud's phenomenon. **No study of it was found.** It is gentler than the
# label's own start (5 mg three times a day from the first day, for spasticity). It is an example without authority.

# %%
from datetime import date

from taper import Formulary, Plan, check, count_supply, load_protocol, realize, to_ical, to_schedule, to_table, weeks

example = load_protocol("baclofen-raynaud-example")
print(example.note)
plan = example.plan()
for number, step in enumerate(plan.courses[0].steps, start=1):
    print(f"step {number}, {step.lasting or 'open'}: {step}")

# %% [markdown]
# ## A plan, a realized plan, a schedule
#
# The plan knows doses and times of day. It knows no tablets and no dates. `realize` finds tablets for every dose;
# `to_schedule` puts them on dates. The plan has no end, so a calendar needs a horizon.

# %%
tablets = Formulary.shipped().products("baclofen", market="us")
made = realize(plan, tablets)
schedule = to_schedule(made, start=date(2027, 3, 1), horizon=weeks(4))
print(to_table(schedule, supply=count_supply(schedule)))

# %%
totals = [str(day.totals["baclofen"]) for day in schedule.days]
assert totals[:3] == ["5 mg/day"] * 3
assert totals[3:7] == ["10 mg/day"] * 4
assert set(totals[7:]) == {"15 mg/day"}
assert schedule.ends == "continues"

# %% [markdown]
# ## What the sources say
#
# Each ceiling is compared by itself. The article's own figure stands beside the sourced ones and cannot decide.
#
# The article also tells of trials: 10 mg three times a day for six weeks, and 5 mg twice a day. They were not found, so
# they are plans like any other, and no limit. It names two other drugs for Raynaud's: nifedipine and sildenafil. What
# labels say of those is about other uses, and *as needed* is no dose on a day, so no plan can hold it.

# %%
for ceiling in Formulary.shipped().monograph("baclofen").ceilings:
    print(f"{ceiling.limit} a day, {ceiling.kind}, grade {ceiling.source.grade}: {ceiling.source.organization}")

# %%
for drug in ("nifedipine-er", "sildenafil"):
    held = Formulary.shipped().monograph(drug)
    for said in (*held.starts, *held.ceilings):
        figure = f"{said.limit} ({said.kind})" if said in held.ceilings else f"start at {said.dose}"
        print(f"{drug}, {' or '.join(said.indications)}: {figure}, grade {said.source.grade}")
    assert all(said.source.grade == "C" for said in held.ceilings if "raynaud" in said.indications)
TRIALS = {"three times a day": {"morning": "10 mg", "noon": "10 mg", "evening": "10 mg"},
          "twice a day": {"morning": "5 mg", "evening": "5 mg"}}  # fmt: skip
for name, regimen in TRIALS.items():
    steps = [{"for": "6 weeks", "regimen": regimen}]
    course = {"drug": "baclofen", "indication": "raynaud", "before": "nothing", "then": "review", "steps": steps}
    trial = check(realize(Plan.read({"courses": [course]}), tablets))
    print(f"{name}:", [f"{item.severity}: {item.message}" for item in trial.findings] or "no finding")
    assert not any(item.rule == "ceiling" for item in trial.findings)

# %% [markdown]
# ## What a check could not see
#
# Nothing is known about the person here, so the kidney rule says what is missing. This is not the same as *clear*.

# %%
review = check(schedule)
print(f"{len(review.findings)} findings, {len(review.not_assessed)} not assessed, {len(review.clear)} clear")
print("\n".join(sorted({f"{gap.rule}: {gap.missing}" for gap in review.not_assessed if gap.rule == "kidney"})[:3]))
assert any(gap.rule == "kidney" for gap in review.not_assessed)

# %% [markdown]
# ## Into a calendar
#
# One recurring event for each step and time of day. The text can be saved as `baclofen.ics`.

# %%
calendar = to_ical(schedule)
print(calendar.count("BEGIN:VEVENT"), "events for", sum(len(day.intakes) for day in schedule.days), "doses")
assert calendar.count("BEGIN:VEVENT") == 6

# %% [markdown]
# ## Exercises
#
# 1. How many 5 mg tablets does the label's own titration (`baclofen-label`) use, when only 5 mg tablets can be had?
# 2. What does the fourth week look like if the start moves to 30 October 2027, across the clock change in Europe?

# %%
# Answer 1: 3 days each of 3, 6, 9 and 12 tablets a day.
label = load_protocol("baclofen-label").plan()
fives = [product for product in tablets if product.id == "baclofen-us-tablet-5mg"]
used = count_supply(to_schedule(realize(label, fives), start=date(2027, 3, 1))).lines[0]
print(used.supplied)
assert used.supplied == 3 * (3 + 6 + 9 + 12)

# %%
# Answer 2: the same as before. Days are dates, and no hour is lost or doubled.
moved = to_schedule(made, start=date(2027, 10, 30), horizon=weeks(4))
assert [day.totals for day in moved.days] == [day.totals for day in schedule.days]
print(moved.days[21].date, "to", moved.days[27].date, moved.days[21].totals["baclofen"])
