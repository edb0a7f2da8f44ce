# %% [markdown]
# # What a tablet allows: halves, quarters, liquids, and a dose that cannot be made
#
# When you have worked through this, you can say which doses a set of products makes exactly, why one tablet may be
# halved and another may not, what a liquid adds, and what happens when a plan asks for a dose that does not exist.

# %%
from datetime import date

import matplotlib.pyplot as plt
from IPython.display import Image

from taper import (
    CannotCompute,
    Formulary,
    InvalidInput,
    Reachable,
    check,
    mg,
    plan_taper,
    plot_doses,
    read_plan,
    realize,
    to_schedule,
)

shipped = Formulary.shipped()
tablets = [item for item in shipped.products("diazepam", market="us") if item.form == "tablet"]
for tablet in tablets:
    print(f"{tablet.label}: divides into {tablet.pieces}, by {tablet.score_source.citation}")
    print(f"   {tablet.score_source.note}")

# %% [markdown]
# ## A score is a fact with a source
#
# The maker's label says how far a tablet divides. Where the label says nothing, the score is unknown and the tablet is
# taken whole. Capsules and extended-release tablets are always taken whole. A request to divide one is refused.

# %%
for item in shipped.products("alprazolam", market="us"):
    if item.form == "tablet":
        print(f"{item.label}: score {item.score}, so it divides into {item.pieces}")
whole = [item for item in shipped.products("alprazolam", market="us") if item.release == "extended"]
for item in (shipped.products("temazepam", market="us")[0], whole[0]):
    try:
        item.divided(2)
        print(item.label, "was divided")
    except InvalidInput as error:
        print("refused:", error)
assert {item.pieces for item in shipped.products("temazepam", market="us")} == {1}

# %% [markdown]
# ## Every dose that can be made
#
# `Reachable` lists them all, exactly. Amounts are fractions, so a third of a tablet is a third.
# The three US tablets of diazepam with their halves make steps of 0.5 mg from 2 mg on. Below that there is only 1 mg.

# %%
both = Reachable(tablets, up_to=mg(5))
print(*(dose.text for dose in both.doses), sep=", ")
print("3.5 mg is", both.recipe(mg("3.5")))
try:
    both.recipe(mg("0.75"))
    message = ""
except CannotCompute as error:
    message = str(error)
print(message)
assert [dose.mg for dose in both.doses[:4]] == [1, 2, mg("2.5").mg, 3]
assert "cannot be made" in message

# %% [markdown]
# ## A quarter needs a permission
#
# Someone who has a pharmacist's advice may allow quarters of a tablet whose score is 2. The permission is part of the
# product, and every check reports it.

# %%
two = next(item for item in tablets if item.strength == mg(2))
quartered = two.divided(4)
plan = read_plan("""{"format": "taper-plan/1", "courses": [{"drug": "diazepam", "then": "review",
  "before": {"regimen": {"bedtime": "2 mg"}}, "steps": [{"for": "1 week", "regimen": {"bedtime": "1.5 mg"}}]}]}""")
try:
    realize(plan, tablets)
    print("made")
except CannotCompute as error:
    print(error)
permitted = to_schedule(realize(plan, [quartered]), start=date(2027, 3, 1))
print(permitted.days[0].intakes[0].dose, "by permission:")
notes = [finding.message for finding in check(permitted).findings if finding.rule == "score"]
print("\n".join(notes))
assert len(notes) == 1

# %% [markdown]
# ## A liquid needs a measure
#
# The strength of a liquid does not say the smallest volume that someone can measure. Without that volume, a liquid
# makes no dose. Here the caller states 0.5 mL in steps of 0.1 mL, for their own oral syringe; no source gives these
# figures.

# %%
solution = next(item for item in shipped.products("diazepam", market="us") if item.form == "oral solution")
try:
    Reachable([solution], up_to=mg(5))
    print("made")
except InvalidInput as error:
    print(error)
measured = solution.measured("0.5 mL", graduation="0.1 mL")
liquid = Reachable([measured], up_to=mg(5))
print(f"{solution.label}: {liquid.doses[0]}, {liquid.doses[1]}, {liquid.doses[2]} ... {liquid.doses[-1]}")
assert liquid.can_make(mg("0.7"))
assert not liquid.can_make(mg("0.75"))

# %%
rows = {
    "5 and 10 mg tablets": [item for item in tablets if item.strength != mg(2)],
    "2, 5 and 10 mg tablets": tablets,
    "the same, with quarters\nof the 2 mg tablet": [*(item for item in tablets if item != two), quartered],
    "oral solution 5 mg/5 mL,\nfrom 0.5 mL by 0.1 mL": [measured],
}
colors = ("#D55E00", "#0072B2", "#009E73", "#000000")
figure, axis = plt.subplots(figsize=(9, 4.4), layout="constrained")
for height, products in enumerate(rows.values()):
    doses = [float(dose.mg) for dose in Reachable(products, up_to=mg(10)).doses]
    axis.plot(doses, [height] * len(doses), "|", color=colors[height], markersize=26, markeredgewidth=1.8)
axis.set_yticks(range(len(rows)), rows)
axis.set_ylim(len(rows) - 0.4, -0.6)
axis.set_xlim(0, 10.2)
axis.set_xticks(range(11))
axis.set_xlabel("one dose of diazepam, mg (halves of every scored tablet)")
axis.set_title("The products at hand decide which doses can be made, most of all near zero", loc="left", weight="bold")
for side in ("top", "right", "left"):
    axis.spines[side].set_visible(False)
plt.show()

# %% [markdown]
# ## The same request, two sets of products
#
# One request is planned with two sets of products: 10% of the current total every two weeks, at least 1 mg, up to 12.5%
# accepted. Without the 2 mg tablet every reduction is 2.5 mg. The report says which reductions are larger than asked,
# why no plan avoids them, and which smallest addition would.

# %%
request = {
    "drug": "diazepam",
    "before": {"bedtime": "20 mg"},
    "pace": "10% of current, at least 1 mg, up to 12.5%, every 2 weeks",
}
coarse = plan_taper(**request, products=rows["5 and 10 mg tablets"], could_add=[two])
fine = plan_taper(**request, products=tablets)
print("5 and 10 mg:   ", len(coarse.report.over), "reductions too large; the last,", coarse.report.last.words)
print("2, 5 and 10 mg:", len(fine.report.over), "reductions too large; the last,", fine.report.last.words)
print("why:", coarse.report.over[0].excess[0].certificate)
print("what would help:", "; ".join(other.what for other in coarse.report.additions if not other.excess))
assert coarse.report.over
assert not fine.report.over
picture = plot_doses(
    {
        "5 and 10 mg tablets": to_schedule(realize(coarse.plan, tablets), start=date(2027, 3, 1)),
        "2, 5 and 10 mg tablets": to_schedule(realize(fine.plan, tablets), start=date(2027, 3, 1)),
    }
)
point = "One request, two sets of tablets: without the 2 mg tablet\nevery reduction is 2.5 mg, the last one too"
picture.figure.suptitle(point, x=0.01, ha="left", fontsize=12.5, fontweight="bold")
picture.figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.08)
Image(picture.to_png(dpi=100))

# %% [markdown]
# ## Exercises
#
# 1. Which doses up to 4 mg does the 2 mg alprazolam tablet make by its own score?
# 2. The 5 mg baclofen tablet has no score. Which doses up to 20 mg does it make, and what would permitted halves add?

# %%
scored = [item for item in shipped.products("alprazolam", market="us") if item.score == 4]
print("1:", *(dose.text for dose in Reachable(scored, up_to=mg(4)).doses))
assert len(Reachable(scored, up_to=mg(4)).doses) == 8

five = next(item for item in shipped.products("baclofen", market="us") if item.id == "baclofen-us-tablet-5mg")
whole_only = Reachable([five], up_to=mg(20))
halves = Reachable([five.divided(2)], up_to=mg(20))
print("2:", *(dose.text for dose in whole_only.doses))
print("  with halves also:", *(dose.text for dose in halves.doses if not whole_only.can_make(dose)))
assert len(halves.doses) == 8
