# %% [markdown]
# # A thousand synthetic plans
#
# When you have worked through this, you can draw starting situations that anyone can draw again, plan each of them by
# several methods, compare the results over all of them, and say what such a comparison shows and what it cannot.
#
# "10% of the first dose" and "10% of the current dose", both every two weeks: **which takes longer?** One example
# cannot say; it depends on the dose and on the tablets. So ask a thousand. Write down your guess for someone on 4 of
# the smallest dose that the tablets make, and for someone on 40 or more.
#
# The situations are not of real people. A seed draws them from the tablets that the library ships: a drug, a market,
# the strengths at hand, whether halves are permitted, and a dose taken at bedtime. Nothing here measures how anyone
# feels, and no method is recommended.

# %%
from collections import Counter
from datetime import date
from fractions import Fraction
from random import Random
from statistics import median
from typing import NamedTuple

import matplotlib.pyplot as plt

from taper import Dose, Formulary, Handling, Product, Reachable, count_supply, mg, plan_taper, realize, to_schedule

SHIPPED = Formulary.shipped()
AN_INTAKE = Handling(pieces=4, products=2)  # what the planner puts into one intake, unless told otherwise
HELD = [(drug, market) for market in ("us", "uk")
        for drug in ("alprazolam", "baclofen", "clonazepam", "diazepam", "lorazepam")]  # fmt: skip
HELD += [("paroxetine", "us"), ("sertraline", "us"), ("oxazepam", "uk"), ("zopiclone", "uk")]


class Situation(NamedTuple):
    drug: str
    market: str
    halves: bool
    tablets: tuple[Product, ...]
    dose: Dose
    smallest: Dose


def draw(random: Random) -> Situation | None:
    """One situation, or None where the tablets drawn make fewer than six doses."""
    drug, market = random.choice(HELD)
    listed = SHIPPED.products(drug, market=market)
    plain = {p.strength: p for p in listed if p.form == "tablet" and p.release == "immediate" and p.pieces <= 2}
    at_hand = random.sample(sorted(plain), random.randint(1, len(plain)))
    halves = random.random() < 0.5
    tablets = tuple(plain[one].divided(2) if halves and plain[one].pieces == 1 else plain[one] for one in at_hand)
    doses = Reachable(tablets, up_to=max(at_hand) * 4, handling=AN_INTAKE).doses
    return Situation(drug, market, halves, tablets, random.choice(doses[5:]), doses[0]) if len(doses) > 5 else None


random, situations = Random(2027), {}
while len(situations) < 1000:
    drawn = draw(random)
    if drawn is not None:
        held = tuple(sorted(product.id for product in drawn.tablets))
        situations[held, drawn.halves, drawn.dose] = drawn
situations = list(situations.values())
print(len(situations), "different situations;", sum(one.halves for one in situations), "with halves permitted")
print(", ".join(f"{drug} {count}" for drug, count in sorted(Counter(one.drug for one in situations).items())))
assert len(situations) == 1000
first = situations[0]
print("the first:", first.drug, first.dose, "from tablets of", ", ".join(str(item.strength) for item in first.tablets))

# %% [markdown]
# ## Five ways down
#
# All change every two weeks. The numbers are chosen for this notebook, so that the ways can be compared; the paces that
# sources name are in notebooks 04 and 05. Where the tablets allow no smaller reduction, a larger one than asked is made
# and counted. The planner then keeps the new dose longer, in proportion.
#
# - **tablet by tablet**: the smallest strength at hand, each time.
# - **10% of start**: a tenth of the first dose, each time.
# - **banded**: a tenth of the first dose down to its half, a twentieth below.
# - **10% of current**: a tenth of what is taken, but never less than the smallest dose the tablets make.
# - **occupancy**: 10 points of a modeled curve. A teaching model of grade C, on file for antidepressants only.


# %%
def ways(one: Situation) -> dict[str, str]:
    """The request of each method, in words that the library reads."""
    tablet, start = min(product.strength for product in one.tablets), one.dose
    asked = {
        "tablet by tablet": f"{tablet}",
        "10% of start": "10% of start",
        "banded": f"{start * Fraction(1, 10)} down to {start * Fraction(1, 2)}, {start * Fraction(1, 20)} down to 0 mg",
        "10% of current": f"10% of current, at least {one.smallest}",
    }
    for model in SHIPPED.monograph(one.drug).occupancies[:1]:
        curve = f"Vmax {float(model.vmax):g} and Km {float(model.km):g} mg by {model.source.id}"
        asked["occupancy"] = f"10 points of occupancy with {curve}"
    return {name: f"{pace}, every 2 weeks" for name, pace in asked.items()}


LOOK = {
    "tablet by tablet": ("#D55E00", "-"),
    "10% of start": ("#0072B2", "-"),
    "banded": ("#009E73", "--"),
    "10% of current": ("#CC79A7", "-."),
    "occupancy": ("#595959", ":"),
}
one = next(
    one for one in situations if one.drug == "sertraline" and one.dose.mg == 150 and one.smallest.mg == mg("12.5").mg
)
_, axis = plt.subplots(figsize=(9, 4.6), layout="constrained")
for method, pace in ways(one).items():
    made = plan_taper(drug=one.drug, before={"bedtime": one.dose}, pace=pace, products=one.tablets)
    doses = [one.dose, *(row.change.after for row in made.report.rows)]
    weeks_in = [0.0]
    for row in made.report.rows[:-1]:
        weeks_in.append(weeks_in[-1] + row.stay.lasting.days / 7)
    color, dash = LOOK[method]
    axis.step([-2, *weeks_in], [float(dose.mg) for dose in doses], dash, where="post", color=color, linewidth=2.4,
              label=f"{method}: {made.report.days / 7:.0f} weeks")  # fmt: skip
axis.set(xlim=(-2, 40), ylim=(0, 158), xlabel="weeks from the first reduction", ylabel="sertraline, mg/day")
axis.set_title("One situation, five ways: two of the names give one and the same plan", loc="left", weight="bold")
axis.legend(frameon=False, loc="upper right")
axis.grid(color="#E3E3E3")
plt.show()
print(
    one.drug, one.dose, "from", ", ".join(str(item.strength) for item in one.tablets), "tablets; smallest", one.smallest
)

# %% [markdown]
# ## Now a thousand
#
# Every situation is planned in each way, and each plan is reduced to a few numbers.


# %%
class Row(NamedTuple):
    method: str
    situation: Situation
    weeks: float
    changes: int
    units: Fraction
    divided: Fraction
    largest: float
    jump: float
    last: float
    forced: int


def measure(method: str, one: Situation, made) -> Row:
    """What one plan comes to; *largest* is a part of the first dose, *jump* of the current one."""
    changes = [row.change for row in made.report.rows]
    units = divided = Fraction(0)
    for row in made.report.rows[:-1]:
        for portion in (part for recipe in row.recipes.values() for part in recipe.portions):
            units += portion.count * row.stay.lasting.days
            divided += (portion.count.denominator > 1) * row.stay.lasting.days
    parts = [float(change.percent_of_start) for change in changes]
    jumps = [float(change.percent_of_current) for change in changes[:-1]]
    weeks, forced = made.report.days / 7, len(made.report.over)
    return Row(method, one, weeks, len(changes), units, divided, max(parts), max(jumps), parts[-1], forced)


rows, kept = [], []
for number, one in enumerate(situations):
    for method, pace in ways(one).items():
        made = plan_taper(drug=one.drug, before={"bedtime": one.dose}, pace=pace, products=one.tablets)
        rows.append(measure(method, one, made))
        if number % 50 == 0:
            kept.append((rows[-1], made.plan))
methods = list(dict.fromkeys(row.method for row in rows))
print(len(rows), "plans, none refused")
assert len(rows) == 4 * len(situations) + sum(row.method == "occupancy" for row in rows)

# %% [markdown]
# ## The results
#
# Medians over all situations of a method. *Largest* is the largest reduction as a part of the first dose. *Jump* is the
# largest reduction as a part of the current dose, without the last one, which is always 100%. *Forced* is the part of
# the plans with at least one reduction larger than asked.
#
# Tablets are added up recipe by recipe, which is quick. For every fiftieth situation they are also counted from the
# dated schedule, and the two counts must agree.

# %%
print(f"{'':17}plans  weeks  steps  tablets  divided  largest  jump  last  forced")
table = {}
for method in methods:
    mine = [row for row in rows if row.method == method]
    middle = {name: float(median(getattr(row, name) for row in mine)) for name in Row._fields[2:]}
    forced = sum(row.forced > 0 for row in mine) / len(mine)
    table[method] = middle
    print(f"{method:17}{len(mine):5}  {middle['weeks']:5.0f}  {middle['changes']:5.0f}  {middle['units']:7.0f}  "
          f"{middle['divided']:7.0f}  {middle['largest']:6.0f}%  {middle['jump']:3.0f}%  {middle['last']:3.0f}%  "
          f"{forced:5.0%}")  # fmt: skip
for row, plan in kept:
    schedule = to_schedule(realize(plan, row.situation.tablets, handling=AN_INTAKE), start=date(2027, 3, 1))
    assert sum(line.used for line in count_supply(schedule).lines) == row.units
print(len(kept), "plans counted once more from their schedules: the same")
assert table["10% of start"]["weeks"] < table["banded"]["weeks"]
assert all(row.jump >= 100 / 3 for row in rows)
half = sum(row.jump == 50 for row in rows) / len(rows)
print(f"in {half:.0%} of all plans the largest jump before the end is one half: from two of the smallest dose to one")

# %% [markdown]
# ## How long
#
# **Which curve do you expect to be the steepest?** A curve shows, for each length, the part of the situations that a
# method has brought to 0 by then. A steep curve means that the method takes about as long whatever the situation; a
# flat one, that it depends.

# %%
_, axis = plt.subplots(figsize=(9, 5), layout="constrained")
for method, (color, dash) in LOOK.items():
    lengths = sorted(row.weeks for row in rows if row.method == method)
    parts = [100 * (number + 1) / len(lengths) for number in range(len(lengths))]
    axis.step([0, *lengths], [0, *parts], dash, where="post", color=color, linewidth=2.2, label=method)
axis.set_xlim(0, 65)
axis.set_ylim(0, 101)
axis.set_xlabel("weeks from the first reduction to the last")
axis.set_ylabel("situations at 0 by then, percent")
axis.set_title("10% of the start takes about as long for all; 10% of current does not", loc="left", weight="bold")
axis.legend(frameon=False, loc="lower right")
axis.grid(color="#E3E3E3")
plt.show()
spread = {}
for method in methods:
    lengths = sorted(row.weeks for row in rows if row.method == method)
    spread[method] = lengths[len(lengths) * 9 // 10] - lengths[len(lengths) // 10]
print("between the tenth and the ninetieth percent, in weeks:", {name: round(width) for name, width in spread.items()})
assert spread["10% of current"] > 2 * spread["10% of start"]

# %% [markdown]
# ## Why: how fine the tablets go
#
# Here is the answer to the question at the start. Ten percent of the current dose gets smaller until the tablets allow
# no smaller step. With few doses between the first and 0 that happens soon, and the plan is short. With many doses, the
# plan goes on long after the plan by ten percent of the start has ended.

# %%
_, axis = plt.subplots(figsize=(9, 5), layout="constrained")
for method, mark, shift in (("10% of start", "o", -0.12), ("10% of current", "^", 0.12)):
    mine = [row for row in rows if row.method == method]
    fine = [float(row.situation.dose.mg / row.situation.smallest.mg) + shift for row in mine]
    axis.plot(fine, [row.weeks for row in mine], mark, color=LOOK[method][0], alpha=0.45, markersize=6, label=method)
axis.set_xlabel("first dose, in smallest doses that the tablets make (count)")
axis.set_ylabel("weeks from the first reduction to the last")
axis.set_title("10% of current is shorter with coarse tablets, longer with fine ones", loc="left", weight="bold")
axis.legend(frameon=False, loc="upper left")
axis.grid(color="#E3E3E3")
plt.show()
pairs = {row.situation: row.weeks for row in rows if row.method == "10% of start"}
longer = {coarse: [row.weeks > pairs[row.situation] for row in rows if row.method == "10% of current"
                   and (row.situation.dose.mg < 10 * row.situation.smallest.mg) == coarse]
          for coarse in (True, False)}  # fmt: skip
for coarse, answers in longer.items():
    name = "fewer than ten smallest doses" if coarse else "ten or more"
    print(f"{name}: 10% of current takes longer in {sum(answers) / len(answers):.0%} of {len(answers)} situations")
for name, low, high in (("4 smallest doses", 4, 4), ("40 or more", 40, 1000)):
    shown = {method: round(median(row.weeks for row in rows if row.method == method
                                  and low <= row.situation.dose.mg / row.situation.smallest.mg <= high))
             for method in ("10% of start", "10% of current")}  # fmt: skip
    print(f"on {name}, median weeks: {shown}")
assert not any(longer[True])

# %% [markdown]
# ## What this shows, and what it does not
#
# It shows what arithmetic and tablets do to a request: how long it takes, how many tablets are used, where the
# reductions are largest. The end is alike under all methods, since the smallest dose decides it. The name of a method
# says little until you know which dose it is measured on, and with which tablets.
#
# It does not show how people do. There are no people here, no symptoms and no outcomes, and no source was used to say
# which pace is right. The drugs and strengths were drawn with equal weights, not as they are prescribed. Doses go up to
# four of the largest tablet at one time of day. All intervals are two weeks. Other draws give other medians.
#
# ## Exercises
#
# 1. Take fifty situations without permission for halves. Permit them, and plan 10% of current again. What happens to
#    the last reduction, and to the length?
# 2. Draw 200 situations with another seed. How far does the median length of 10% of current move?

# %%
whole = [one for one in situations if not one.halves and any(p.pieces == 1 for p in one.tablets)][:50]
before, after = [], []
for one in whole:
    tablets = tuple(p.divided(2) if p.pieces == 1 else p for p in one.tablets)
    finer = one._replace(tablets=tablets, smallest=Reachable(tablets, up_to=one.dose).doses[0])
    for held, found in ((one, before), (finer, after)):
        pace = ways(held)["10% of current"]
        made = plan_taper(drug=one.drug, before={"bedtime": one.dose}, pace=pace, products=held.tablets)
        found.append(measure("10% of current", held, made))
for name, of in (("last reduction, percent of the first dose", "last"), ("weeks", "weeks")):
    early, late = (median(getattr(row, of) for row in found) for found in (before, after))
    print(f"1: {name}: {early:.1f} without, {late:.1f} with halves (medians)")
assert all(late.last <= early.last for early, late in zip(before, after, strict=True))

random, lengths = Random(1), []
while len(lengths) < 200:
    one = draw(random)
    if one is not None:
        pace = ways(one)["10% of current"]
        made = plan_taper(drug=one.drug, before={"bedtime": one.dose}, pace=pace, products=one.tablets)
        lengths.append(made.report.days / 7)
print(f"2: {median(lengths):.0f} weeks, against {table['10% of current']['weeks']:.0f}")
assert abs(median(lengths) - table["10% of current"]["weeks"]) <= 6
