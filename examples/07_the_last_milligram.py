# %% [markdown]
# # The last milligram: hyperbolic tapers, occupancy, and the last reduction
#
# When you have worked through this, you can say why equal steps in mg are unequal on an occupancy curve, plan a taper
# of equal steps on the curve, see what tablets do to it, and say how far such a model may be trusted.
#
# **The model is a teaching model.** It was fitted to the means of groups. The parameters here are a transcription
# (grade C): the paper's own table was not read. It does not describe any one person, and the library sets no limit by
# it.

# %%
from datetime import date

import matplotlib.pyplot as plt
from IPython.display import Image

from taper import (
    Formulary,
    Product,
    check,
    mg,
    months,
    plan_taper,
    plot_occupancy,
    realize,
    to_schedule,
)

sertraline = Formulary.shipped().monograph("sertraline")
model = sertraline.occupancies[0]
print(f"{model.target}, {model.region}: {float(model.vmax):g}% x dose / ({float(model.km):g} mg + dose)")
print(model.source.citation)
print(model.note)
assert model.source.grade == "C"

# %% [markdown]
# ## A curve that is steep at the bottom
#
# The curve is a hyperbola: another milligram adds almost nothing at a high dose and a great deal near zero. So a
# reduction of 25 mg changes little at the top of the curve and much at the bottom.

# %%
curve = model.ruler(10)
for high, low in ((100, 75), (75, 50), (50, 25), (25, 0)):
    points = curve.occupancy(mg(high).mg) - curve.occupancy(mg(low).mg)
    print(f"{high:3} mg to {low:2} mg: {float(points):5.1f} points of modeled occupancy")
print(f"from {float(curve.last_pace):.2f} mg to nothing: 10.0 points")
assert curve.occupancy(mg(25).mg) > 30 * (curve.occupancy(mg(100).mg) - curve.occupancy(mg(75).mg))
assert 0.9 < curve.last_pace < 1

# %% [markdown]
# ## Three plans from 100 mg
#
# Three requests have the same interval: 25 mg each time; 10 points of modeled occupancy each time, with tablets; and
# the same with tablets and a liquid. The liquid is an example product, 20 mg/mL in steps of 0.05 mL. The interval of
# four weeks is an example too. `never more than` limits each reduction to half of the current dose.

# %%
tablets = Formulary.shipped().products("sertraline", market="us")
liquid = Product(id="example-liquid", drug="sertraline", form="oral solution", concentration="20 mg/mL",
                 smallest_volume="0.05 mL", graduation="0.05 mL")  # fmt: skip
points = f"10 points of occupancy with Vmax {float(model.vmax):g} and Km {float(model.km):g} mg by {model.source.id}"
hyperbolic = f"{points}, never more than 50% of current, at least 1 mg, every 4 weeks"
asked = {
    "25 mg each time": ("25 mg, every 4 weeks", tablets),
    "10 points, tablets": (hyperbolic, tablets),
    "10 points, tablets or liquid": (hyperbolic, [*tablets, liquid]),
}
made = {
    name: plan_taper(
        drug="sertraline", before={"morning": "100 mg"}, taken_for=months(12), pace=pace, products=products
    )
    for name, (pace, products) in asked.items()
}
falls = {}
for name, taper in made.items():
    rows = [row.change for row in taper.report.rows]
    falls[name] = [(row.before, curve.occupancy(row.before.mg) - curve.occupancy(row.after.mg)) for row in rows]
    print(f"{name}: 100", *(f"{float(row.after.mg):g}" for row in rows), f"mg; {taper.report.days} days")
    print(f"   largest: {float(max(part for _, part in falls[name])):.1f} points; last: {taper.report.last.words}")
assert max(part for _, part in falls["25 mg each time"]) > 70
assert max(part for _, part in falls["10 points, tablets or liquid"]) < 11

# %%
styles = [("#D55E00", "o", "-"), ("#E69F00", "s", "--"), ("#0072B2", "^", ":")]
figure, axis = plt.subplots(figsize=(9, 5), layout="constrained")
for (name, drawn), (color, marker, dash) in zip(falls.items(), styles, strict=True):
    numbers = range(1, len(drawn) + 1)
    axis.plot(numbers, [float(part) for _, part in drawn], dash, marker=marker, color=color, markersize=8, label=name)
    total, part = drawn[-1]
    axis.annotate(f"{float(total.mg):g} mg to 0", (len(drawn), float(part)), xytext=(9, 7),
                  textcoords="offset points", va="center")  # fmt: skip
axis.axhline(10, color="#595959", linewidth=1, dashes=(6, 3))
axis.annotate(
    "10 points asked", (12.7, 10), xytext=(0, -5), textcoords="offset points", ha="right", va="top", color="#595959"
)
axis.set_ylim(0, 80)
axis.set_xlim(0.5, max(map(len, falls.values())) + 1.8)
axis.set_xticks(range(1, max(map(len, falls.values())) + 1))
axis.set_xlabel("number of the reduction")
axis.set_ylabel("points of modeled occupancy in the reduction")
axis.set_title("With tablets alone, the last reduction is most of the way down the curve", loc="left", weight="bold")
axis.legend(frameon=False, loc="upper right")
axis.grid(axis="y", color="#E3E3E3")
plt.show()

# %% [markdown]
# ## What the tablets cannot do
#
# The smallest dose of scored tablets is half of 25 mg. On the curve that is still more than half of its height. The
# report names the reductions that are larger than asked, why nothing smaller can be made, and what would help. The
# example liquid helps most of the way: its smallest measure is 1 mg, and from there to nothing it is still 10.6 points.

# %%
report = made["10 points, tablets"].report
for row in report.over:
    print(f"{row.change.before} to {row.change.after}: {row.excess[0].certificate}")
for other in plan_taper(drug="sertraline", before={"morning": "100 mg"}, pace=hyperbolic, products=tablets,
                        could_add=[liquid]).report.additions:  # fmt: skip
    helps = "smaller reductions, some still larger than asked" if other.excess else "no reduction larger than asked"
    print(f"what would help: {other.what} ({helps})")
assert report.over

# %%
schedule = to_schedule(realize(made["10 points, tablets or liquid"].plan, [*tablets, liquid]), start=date(2027, 3, 1))
picture = plot_occupancy(schedule, model)
Image(picture.to_png(dpi=100), alt=picture.title)

# %% [markdown]
# ## What the sources say, and what a model does not
#
# The sources on stopping are separate from the model, and none of them gives a figure in points. A check compares with
# the sources alone: no rule uses an occupancy.

# %%
for advice in sertraline.stopping:
    print(f"{advice.source.grade} {advice.source.organization}: {advice.shape}\n   {advice.note}")
review = check(schedule)
print("\n".join(f"not assessed: {gap.missing}" for gap in review.not_assessed if gap.rule == "abrupt-stop"))
assert not any("occupancy" in finding.message for finding in review.findings)

# %% [markdown]
# ## Exercises
#
# 1. Km is the daily dose at half of the curve's greatest height. Check it with the model above.
# 2. If Km were twice as large for someone, how many points lie between 12.5 mg and nothing?
# 3. The benzodiazepine articles and guidelines use mg and percent. Which benzodiazepine has a curve here?

# %%
print("1:", float(curve.occupancy(model.km)), "is half of", float(model.vmax))
assert curve.occupancy(model.km) * 2 == model.vmax

twice = model.model_copy(update={"km": 2 * model.km}).ruler(10)
half = mg("12.5").mg
print(f"2: {float(twice.occupancy(half)):.1f} points instead of {float(curve.occupancy(half)):.1f}; the shape stays")
assert twice.occupancy(half) < curve.occupancy(half)

names = ("alprazolam", "chlordiazepoxide", "clonazepam", "diazepam", "lorazepam", "nitrazepam", "oxazepam", "temazepam")
held = [name for name in names if Formulary.shipped().monograph(name).occupancies]
print("3:", held or "none; no such model of them is on file, so none can be drawn")
assert not held
