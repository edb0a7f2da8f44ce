# %% [markdown]
# # Coming off a benzodiazepine, three ways: fixed, proportional, banded
#
# When you have worked through this, you can read a pace in a guideline, and plan the same taper by a fixed amount, by a
# part of the current dose, and by bands. You can compare the results: time, tablets, largest and last reduction.
#
# The article on benzodiazepines and sleep says to taper gradually, in small steps, with a professional. It gives no
# numbers; the sources below do. Nothing here says whether to taper, or which way suits a person. The article also names
# cognitive therapy for insomnia (CBT-I) and sleep tracking. No source with figures for either is on file, so no rule
# covers them. A log can keep a dated score, which changes no dose (notebook 11).

# %%
from datetime import date

import matplotlib.pyplot as plt
from IPython.display import Image

from taper import (
    Formulary,
    check,
    count_supply,
    load_protocol,
    mg,
    months,
    plan_taper,
    plot_doses,
    realize,
    to_schedule,
)

diazepam = Formulary.shipped().monograph("diazepam")
for advice in diazepam.stopping:
    span = f", {advice.every_low} to {advice.every_high}" if advice.every_low else ""
    print(f"{advice.source.grade} {advice.source.organization} ({advice.source.year}): {advice.shape}{span}")
    if advice.percent_low:
        print(f"   {float(advice.percent_low):g} to {float(advice.percent_high):g}%{', at most' * advice.at_most}")
    for band in advice.bands:
        print(f"   from {band.from_dose} down to {band.down_to}: {band.step_low} to {band.step_high}")
    print(f"   {advice.note}")
assert any(advice.bands for advice in diazepam.stopping)

# %% [markdown]
# ## Three ways to say "slowly"
#
# A pace says how much, of what, in which interval. The library reads the words below; no part has a default.
#
# - **Fixed**: 2 mg every two weeks. Simple, and steep at the end: the last 2 mg are 100% of the current dose.
# - **Proportional**: 10% of the current total. This never arrives at 0, so a smallest reduction must be named. Here
#   it is 0.5 mg, which needs quarters of the 2 mg tablet, by permission (notebook 03).
# - **Banded**: an amount in mg for each range of doses. These are the bands of the NICE text, as reprinted, at the fast
#   end.

# %%
tablets = [item for item in Formulary.shipped().products("diazepam", market="us") if item.form == "tablet"]
quartered = [item.divided(4) if item.strength == mg(2) else item for item in tablets]
ways = {
    "fixed": ("2 mg, every 2 weeks", tablets),
    "proportional": ("10% of current, at least 0.5 mg, up to 12.5%, every 2 weeks", quartered),
    "banded": ("1-2 mg down to 10 mg, 1 mg down to 5 mg, 0.5-1 mg down to 0 mg, aim fast, every 2 weeks", tablets),
}
made = {
    name: plan_taper(drug="diazepam", before={"bedtime": "20 mg"}, taken_for=months(6), pace=pace, products=products)
    for name, (pace, products) in ways.items()
}
schedules = {
    name: to_schedule(realize(taper.plan, ways[name][1]), start=date(2027, 3, 1)) for name, taper in made.items()
}
for name, taper in made.items():
    print(f"{name}: {ways[name][0]}")
    print("  ", " ".join(f"{float(step.regimen.total.mg):g}" for step in taper.course.steps), taper.course.then)
assert all(taper.course.then == "stop" for taper in made.values())
assert not any(taper.report.over for taper in made.values())

# %%
picture = plot_doses(schedules)
point = "From 20 mg a day to 0: three ways that begin alike and end months apart"
picture.figure.suptitle(point, x=0.01, ha="left", fontsize=12.5, fontweight="bold")
picture.figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.08)
Image(picture.to_png(dpi=100))

# %% [markdown]
# ## What each takes
#
# Days from the first reduction to the last, changes, tablets, and the last reduction. The last reduction is always 100%
# of the current dose. What differs between plans is how many mg that is.

# %%
for name, taper in made.items():
    supply = count_supply(schedules[name])
    units = sum(line.supplied for line in supply.lines)
    print(f"{name:13} {taper.report.days:4} days, {len(taper.report.rows):3} changes, {units:4} tablets; ", end="")
    print(f"the last reduction is {float(taper.report.last.change.mg):g} mg")
assert made["fixed"].report.days < made["banded"].report.days < made["proportional"].report.days
assert made["fixed"].report.last.change.percent_of_current == 100

# %%
styles = {"fixed": ("#D55E00", "o", "-"), "proportional": ("#0072B2", "^", "--"), "banded": ("#009E73", "s", ":")}
figure, axis = plt.subplots(figsize=(9, 5), layout="constrained")
for name, taper in made.items():
    falls = [row.change for row in taper.report.rows]
    color, marker, dash = styles[name]
    x, y = [float(fall.before.mg) for fall in falls], [float(fall.percent_of_current) for fall in falls]
    axis.plot(x, y, dash, marker=marker, color=color, label=f"{name}, {len(falls)} changes", markersize=6)
axis.axhline(25, color="#595959", linewidth=1.2, dashes=(6, 3))
axis.annotate("25% in 2 weeks: typically not to be exceeded (ASAM and others 2025)", (20, 26.5), fontsize=9)
axis.invert_xaxis()
axis.set_ylim(0, 105)
axis.set_xlabel("diazepam before the reduction, mg/day")
axis.set_ylabel("reduction, % of the total before it")
axis.set_title("Near the end each step takes a larger and larger part, in all three ways", loc="left", weight="bold")
axis.legend(frameon=False, loc="upper left")
axis.grid(axis="y", color="#E3E3E3")
plt.show()

# %% [markdown]
# ## What the sources say of the three
#
# Every plan has reductions that are larger than some source names. A finding says how large they are. It lists each
# source, and whether its figure is a typical pace or a limit (*at most*). All three go beyond a limit near the end.
# Only the fixed way is rated *high*. The other two are *moderate*, since another source prints their reductions. That
# is not a ranking. A pace in percent of the current dose never arrives at 0, so the end of every plan is larger.

# %%
for name, schedule in schedules.items():
    print(name)
    for finding in check(schedule).findings:
        if finding.rule in {"pace", "abrupt-stop"}:
            print(f"   {finding.severity}: {finding.happens}")
            for said in finding.each:
                print(f"      {said.source.organization}: {said.says}")
high = {name: [item for item in check(schedules[name]).findings if item.severity == "high"] for name in schedules}
ends = [item for item in check(schedules["fixed"]).findings if item.rule == "abrupt-stop"]
assert len(ends) == 1
assert [name for name, found in high.items() if found] == ["fixed"]
assert not [item for item in check(schedules["banded"]).findings if item.rule == "abrupt-stop"]

# %% [markdown]
# ## The bands as a shipped protocol, and CBT-I beside it
#
# `diazepam-cks` is the same text as a protocol. It leaves two choices open, because its source does. The article also
# names cognitive behavioral therapy for insomnia and a sleep diary beside a taper; guideline bodies agree in substance.
# The library plans doses only. A log can keep a diary as dated scores (notebook 11), which never change a dose.

# %%
cks = load_protocol("diazepam-cks")
for choice in cks.choices:
    print(f"{choice.name}: {choice.question} {' or '.join(choice.options)}")
for step in ("larger", "smaller"):
    course = cks.plan(step=step, every="2 weeks").courses[0]
    print(f"{step} steps: {len(course.steps)} doses, the last {course.steps[-1].regimen.total}, then {course.then}")
larger = [step.regimen.total for step in cks.plan(step="larger", every="2 weeks").courses[0].steps]
assert larger == [step.regimen.total for step in made["banded"].course.steps]

# %% [markdown]
# ## Exercises
#
# 1. Plan the proportional way with whole and half tablets only, at least 1 mg. How many changes are there then?
# 2. The article names alprazolam and clonazepam beside diazepam. For which of the three does a source give one
#    amount in mg per days, and how closely was that source seen?

# %%
halves = plan_taper(drug="diazepam", before={"bedtime": "20 mg"}, products=tablets,
                    pace="10% of current, at least 1 mg, up to 12.5%, every 2 weeks")  # fmt: skip
print("1:", len(halves.report.rows), "changes in", halves.report.days, "days; last:", halves.report.last.words)
assert len(halves.report.rows) == 17

print("2:")
for drug in ("alprazolam", "clonazepam", "diazepam"):
    for advice in Formulary.shipped().monograph(drug).stopping:
        if advice.step_low:
            print(f"   {drug}: {advice.step_low} every {advice.every_low}, {advice.source.organization}", end="")
            print(f" (grade {advice.source.grade})")
