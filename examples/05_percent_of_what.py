# %% [markdown]
# # Percent of what?
#
# When you have worked through this, you can tell two readings of "10% every two weeks" apart, and say why one of them
# never ends. You can also say how a rate for each step differs from a rate over a window, and which one a source means.
#
# "Reduce by 10%" does not say 10% of what. From 20 mg a day, the two readings end months apart.

# %%
from datetime import date

import matplotlib.pyplot as plt

from taper import (
    DailyDose,
    Formulary,
    InvalidInput,
    check,
    mg,
    months,
    plan_taper,
    read_plan,
    realize,
    to_schedule,
    weeks,
)
from taper.paces.changes import measure_changes, steepest_window
from taper.paces.rulers import linear, logarithmic

tablets = [item for item in Formulary.shipped().products("diazepam", market="us") if item.form == "tablet"]
request = {"drug": "diazepam", "before": {"bedtime": "20 mg"}, "taken_for": months(6), "products": tablets}
errors = []
for pace in ("10%, every 2 weeks", "10% of current, every 2 weeks"):
    try:
        plan_taper(**request, pace=pace)
    except InvalidInput as error:
        errors.append(error)
        print(f"{pace!r} is refused: {error}\n")
assert len(errors) == 2

# %% [markdown]
# ## Neither is guessed
#
# The first request does not say 10% of what. The second does, but it never ends: nine tenths of something is never
# nothing. So a caller names either the smallest reduction (`at least`) or the last dose before the stop (`last dose`).

# %%
readings = {
    "10% of start": "10% of start, every 2 weeks",
    "10% of current, at least 1 mg": "10% of current, at least 1 mg, up to 12.5%, every 2 weeks",
    "10% of current, last dose 4 mg": "10% of current, last dose 4 mg, up to 12.5%, every 2 weeks",
}
made = {name: plan_taper(**request, pace=pace) for name, pace in readings.items()}
for name, taper in made.items():
    totals = " ".join(f"{float(step.regimen.total.mg):g}" for step in taper.course.steps)
    print(f"{name}: {totals}, then {taper.course.then}")
    print(f"   {taper.report.days} days; the last reduction: {taper.report.last.words}")
assert made["10% of start"].report.days < made["10% of current, at least 1 mg"].report.days

# %% [markdown]
# ## On the right scale it is a straight line
#
# Each reading has its own scale. On a linear scale one pace is the same amount everywhere. On a logarithmic scale it is
# the same part of the current dose. The steps of a taper are equal on its own scale and unequal on the other.

# %%
of_start, of_current = linear(mg(2)), logarithmic("10%")
for high, low in (("20", "18"), ("10", "8"), ("4", "2")):
    one, other = DailyDose(high).mg, DailyDose(low).mg
    print(
        f"{high} mg to {low} mg: {float(of_start.paces(one, other)):.2f} paces of 10% of start, "
        f"{float(of_current.paces(one, other)):.2f} paces of 10% of current"
    )
assert of_start.paces(mg(20).mg, mg(18).mg) == of_start.paces(mg(4).mg, mg(2).mg) == 1
assert of_current.paces(mg(4).mg, mg(2).mg) > 6
assert of_current.paces(mg(2).mg, mg(0).mg) is None

# %%
colors = dict(zip(made, (("#D55E00", "-"), ("#0072B2", "--"), ("#009E73", ":")), strict=True))
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.8), layout="constrained")
for name, (color, dash) in colors.items():
    days, totals = [0], [20.0]
    for row in made[name].report.rows:
        days += [row.day, row.day]
        totals += [totals[-1], float(row.change.after.mg)]
    left.plot(days, totals, dash, color=color, linewidth=2, label=name)
    right.plot(days, totals, dash, color=color, linewidth=2, label=name)
right.set_yscale("log")
right.set_ylim(0.8, 25)
right.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
right.minorticks_off()
left.set_title("equal amounts look straight", loc="left", fontsize=10)
right.set_title("equal parts look straight; 0 is not on it", loc="left", fontsize=10)
for axis in (left, right):
    axis.set_xlabel("day")
    axis.set_ylabel("diazepam, mg/day")
    axis.grid(axis="y", color="#E3E3E3")
left.legend(frameon=False, loc="upper right", fontsize=9)
assert [taper.report.days for taper in made.values()] == [126, 224, 224]
point = "Ten percent of the start or of the current dose: 126 or 224 days from the first reduction to the last"
figure.suptitle(point, x=0.01, ha="left", weight="bold")
plt.show()

# %% [markdown]
# ## Which reading do the sources mean?
#
# Most sources say which dose the percent is taken of. Where a source does not, the data say how it was read, so that
# someone who knows better can correct it.

# %%
for advice in Formulary.shipped().monograph("diazepam").stopping:
    if advice.percent_low:
        low, high = float(advice.percent_low), float(advice.percent_high)
        print(f"{low:g} to {high:g}%: {advice.shape} ({advice.source.organization}, grade {advice.source.grade})")
        print(f"   {advice.note}")
notes = [advice.note or "" for advice in Formulary.shipped().monograph("diazepam").stopping]
assert any("does not say which dose" in note for note in notes)

# %% [markdown]
# ## Per step, or over a window?
#
# "At most 25% in two weeks" can mean each step, or all reductions within any two weeks together. Two reductions of 20%,
# a week apart, are each below 25%; together they are 36%. A check reads the limit both ways and says which it found.

# %%
quick = read_plan("""{"format": "taper-plan/1", "courses": [{"drug": "diazepam", "then": "review",
  "before": {"regimen": {"bedtime": "10 mg"}, "for": "6 months"}, "steps": [
  {"for": "1 week", "regimen": {"bedtime": "8 mg"}}, {"for": "1 week", "regimen": {"bedtime": "6.5 mg"}}]}]}""")
schedule = to_schedule(realize(quick, tablets), start=date(2027, 3, 1))
totals = [day.totals["diazepam"] for day in schedule.days]
for change in measure_changes(totals, before=DailyDose("10")):
    print(f"day {change.day}: {change.before} to {change.after}, {float(change.percent_of_current):g}% of current")
window = steepest_window(totals, 14, before=DailyDose("10"))
print(f"within 14 days: {window.before} to {window.after}, {float(window.percent):g}%")
(pace,) = [item for item in check(schedule).findings if item.rule == "pace"]
print(pace.happens)
for said in pace.each:
    print(f"  {said.source.organization}: {said.says}")
most = [said for said in pace.each if said.says.startswith("at most")]
assert window.percent == 35
assert [(said.value, said.limit) for said in most] == [("35 %", "25 %")]
assert "taken together over that time" in most[0].says

# %% [markdown]
# ## Exercises
#
# 1. Someone takes 20 mg and has come down from 40 mg. 10% of the start of the whole taper is 4 mg, not 2 mg. Plan both.
# 2. How many steps of exactly 10% of current lead from 20 mg to below 1 mg, if any amount could be made?

# %%
whole = plan_taper(**request, pace="10% of start, every 2 weeks", start={"bedtime": "40 mg"})
print("1:", len(made["10% of start"].report.rows), "changes of 2 mg, or", len(whole.report.rows), "of 4 mg")
assert {row.change.mg for row in whole.report.rows} == {4}

left_over, steps = mg(20).mg, 0
while left_over >= 1:
    left_over, steps = left_over * 9 / 10, steps + 1
print(f"2: {steps} steps, {weeks(2 * steps)} at two weeks a step, and still {float(left_over):.2f} mg a day is taken")
assert steps == 29
