# %% [markdown]
# # Switching to diazepam: what the equivalence tables disagree about
#
# When you have worked through this, you can choose a table of equivalents by name, see how far the tables differ,
# plan a cross-taper under each, and read the range between them on every day.
#
# An equivalent is one source's estimate for a group. It is not a conversion for one person. Nothing here is advice to
# switch.

# %%
from datetime import date

import matplotlib.pyplot as plt

from taper import Formulary, NotFound, check, plan_cross_taper, realize, to_schedule, weeks

shipped = Formulary.shipped()
for table in shipped.tables:
    print(f"{table.title} (grade {table.source.grade}): {len(table.rows)} drugs")
    print(f"   {table.source.citation}")

# %% [markdown]
# ## The same milligram, two answers
#
# Ashton's table sets 1 mg of lorazepam beside 10 mg of diazepam. The VA/DoD table sets 2 mg beside the same 10 mg. The
# difference is a factor of two, too large to be rounding. Not every table lists every drug.

# %%
drugs = ("alprazolam", "clonazepam", "lorazepam", "temazepam", "oxazepam", "chlordiazepoxide", "nitrazepam")
ratios = {
    drug: {table.title: table.ratio(drug, "diazepam") for table in shipped.tables if table.holds(drug)}
    for drug in drugs
}
for drug, held in ratios.items():
    print(f"1 mg of {drug}, as mg of diazepam:")
    print("".join(f"   {float(ratio):5.2f}  {title}\n" for title, ratio in held.items()), end="")
spread = {drug: max(held.values()) / min(held.values()) for drug, held in ratios.items()}
assert spread["lorazepam"] == spread["alprazolam"] == spread["clonazepam"] == 2

# %%
short = {table.title: table.title.split(",")[0] for table in shipped.tables}
marks = {"Ashton 2002": ("#0072B2", "o"), "NHS Scotland 2024": ("#009E73", "s"), "VA/DoD 2021": ("#D55E00", "^")}
order = sorted(drugs, key=lambda drug: max(ratios[drug].values()))
figure, axis = plt.subplots(figsize=(9, 4.8), layout="constrained")
for height, drug in enumerate(order):
    values = [float(value) for value in ratios[drug].values()]
    axis.plot([min(values), max(values)], [height, height], color="#8C8C8C", linewidth=3, zorder=1)
for shift, (name, (color, marker)) in zip((0.14, 0, -0.14), marks.items(), strict=True):
    title = next(full for full in short if short[full] == name)
    held = [(float(ratios[drug][title]), place + shift) for place, drug in enumerate(order) if title in ratios[drug]]
    axis.plot(*zip(*held, strict=True), marker, color=color, markersize=9, label=name, zorder=2)
axis.set_xscale("log")
axis.set_xticks([0.25, 0.5, 1, 2, 5, 10, 20], ["0.25", "0.5", "1", "2", "5", "10", "20"])
axis.minorticks_off()
axis.set_yticks(range(len(order)), order)
axis.set_xlabel("mg of diazepam beside 1 mg of the drug (log scale)")
axis.set_title("For the most potent of them, the tables differ by a factor of two", loc="left", weight="bold")
axis.grid(axis="x", color="#E3E3E3")
axis.legend(frameon=False, loc="lower right")
plt.show()

# %% [markdown]
# ## A cross-taper names its table
#
# `plan_cross_taper` has no default table and no default rounding. Here diazepam replaces 1 mg of lorazepam three
# times a day, one dose a week, the bedtime dose first. The diazepam is then tapered. The same request is planned
# under two tables.

# %%
tablets = [item for item in shipped.products("diazepam", market="us") if item.form == "tablet"]
lorazepam = [item for item in shipped.products("lorazepam", market="us") if item.form == "tablet"]


def cross(table, drug="lorazepam"):
    return plan_cross_taper(
        drug=drug,
        before={"morning": "1 mg", "noon": "1 mg", "bedtime": "1 mg"},
        products=lorazepam,
        to_drug="diazepam",
        to_products=tablets,
        equivalence=shipped.table(table),
        every=weeks(1),
        rounding="down",
        order=["bedtime", "morning", "noon"],
        tables=shipped.tables,
        then={"pace": "10% of current, at least 1 mg, up to 12.5%, every 2 weeks", "order": "keep last: bedtime"},
    )


made = {name: cross(name) for name in ("ashton-2002", "va-dod-2021")}
for taper in made.values():
    print("\n".join(str(taper).splitlines()[:5]))
    print(f"then {len(taper.taper.rows)} reductions of diazepam in {taper.taper.days} days\n")
ends = {name: taper.stages[-1].new.total.mg for name, taper in made.items()}
print({name: f"{total} mg/day" for name, total in ends.items()})
assert ends == {"ashton-2002": 30, "va-dod-2021": 15}

# %% [markdown]
# ## What the choice of table decides
#
# After the switch one plan gives 30 mg of diazepam a day and the other 15 mg, for the same dose of lorazepam. The band
# shows what each day's doses add up to under every table on file. It is widest before the switch, while all is
# lorazepam, and narrows as diazepam replaces it. A narrow band does not show that the dose of diazepam was right.

# %%
figure, axes = plt.subplots(1, 2, figsize=(10, 4.8), sharey=True, layout="constrained")
for axis, taper in zip(axes, made.values(), strict=True):
    stages = (taper.before, *taper.stages)
    days = [-6, *(stage.day for stage in taper.stages), 22]
    low, high = [float(stage.lowest) for stage in stages], [float(stage.highest) for stage in stages]
    named = [float(stage.combined) for stage in stages]
    axis.fill_between(
        days, [*low, low[-1]], [*high, high[-1]], step="post", color="#DDE6EE", label="every table on file"
    )
    axis.step(days, [*named, named[-1]], where="post", color="#0072B2", linewidth=2, label="under the named table")
    axis.set_title(f"under {short[taper.table.title]}", loc="left", fontsize=11)
    axis.set_xlabel("day (from day 1 one dose a week is replaced)")
    axis.set_xticks([-2.5, 1, 8, 15, 22], ["before", "1", "8", "15", "22"])
    axis.grid(axis="y", color="#E3E3E3")
axes[0].set_ylabel("both drugs together, as mg/day of diazepam")
axes[0].set_ylim(0, 35)
axes[1].legend(frameon=False, loc="lower left")
figure.suptitle(
    "One person, one switch: the table decides between 30 and 15 mg a day", x=0.01, ha="left", weight="bold"
)
plt.show()

# %% [markdown]
# ## What a review says of it
#
# While both are taken, the check adds them up under every table and names the range. It also checks the lorazepam by
# itself, which drops by a third at once. Whether the diazepam makes up for that is for a person to decide.

# %%
review = check(to_schedule(realize(made["ashton-2002"].plan, [*lorazepam, *tablets]), start=date(2027, 3, 1)))
told = [item for item in review.findings if item.rule in {"combined-equivalent", "first-change", "interaction"}]
for finding in told[:1] + [item for item in told if item.rule != "first-change"][:3]:
    print(f"{finding.rule}: {finding.message}\n")
assert {"combined-equivalent", "first-change", "interaction"} <= {item.rule for item in told}

# %% [markdown]
# ## Exercises
#
# 1. Which table has a row for zopiclone, and what happens when another is asked?
# 2. The tables give temazepam 15 or 20 mg beside 10 mg of diazepam. What does each make of 30 mg at night?

# %%
holding = [table.title for table in shipped.tables if table.holds("zopiclone")]
print("1:", *holding)
try:
    shipped.table("ashton-2002").ratio("zopiclone", "diazepam")
    refused = ""
except NotFound as error:
    refused = str(error)
print("  ", refused)
assert "no row for zopiclone" in refused

for title, ratio in ratios["temazepam"].items():
    print(f"2: {30 * ratio} mg of diazepam under {title}")
assert max(ratios["temazepam"].values()) * 30 == 20
