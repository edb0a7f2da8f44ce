# %% [markdown]
# # How many tablets: fills, leftovers, leftover pieces
#
# When you have worked through this, you can count what a plan uses of each product and divide the count into fills. You
# can say what happens to the other half of a divided tablet, subtract what is at home, and say how long it lasts.
#
# The plan brings diazepam from 20 mg a day to nothing by the larger steps of a published schedule, one week each. The
# reprint is a secondary source; the plan is used here only for its numbers.

# %%
from datetime import date

from matplotlib import pyplot as plt

from taper import (
    AtMost,
    Formulary,
    InvalidInput,
    count_supply,
    days_supply,
    load_protocol,
    plot_supply,
    read_stock,
    realize,
    to_schedule,
    weeks,
)

protocol = load_protocol("diazepam-cks")
print(
    f"{protocol.source.organization}: {protocol.source.title} ({protocol.source.year}, grade {protocol.source.grade})"
)
plan = protocol.plan(step="larger", every="1 week")
held = Formulary.shipped().products("diazepam", market="us")
TEN, FIVE, TWO = (f"diazepam-us-tablet-{size}mg" for size in (10, 5, 2))


def dated(*ids: str):
    """The plan made of the products named, on dates."""
    return to_schedule(realize(plan, [product for product in held if product.id in ids]), start=date(2027, 3, 1))


schedule = dated(TEN, FIVE, TWO)
print(len(schedule.days), "days,", schedule.start, "to", schedule.last)

# %% [markdown]
# ## A count that covers every dose, exactly
#
# The doses are exact, so the count is too: the mass of the tablets used equals the mass of the doses taken.

# %%
supply = count_supply(schedule)
for line in supply.lines:
    print(f"{line.product.label}: {line.used_text} used, {line.supplied} supplied, {line.leftover_text} left over")
mass = sum(line.used * line.product.strength.mg for line in supply.lines if line.product.strength)
taken = sum(intake.dose.mg for day in schedule.days for intake in day.intakes)
print(f"{mass} mg in the tablets, {taken} mg in the doses")
assert mass == taken

# %% [markdown]
# ## Leftover pieces
#
# Odd doses need half a 2 mg tablet here. `"keep"` uses the other half for a later dose. `"discard"` throws it away
# each time and counts a whole tablet for every half. Which of the two is right depends on the tablet and on where it
# is kept. Fewer strengths make more halves.

# %%
COLORS = {"10 mg tablet": "#0072B2", "5 mg tablet": "#E69F00", "2 mg tablet": "#56B4E9"}
CHOICES = {"10, 5 and 2 mg": (TEN, FIVE, TWO), "10 and 2 mg": (TEN, TWO), "2 mg alone": (TWO,)}
counts = {}
for name, ids in CHOICES.items():
    for rest in ("keep", "discard"):
        counts[name, rest] = count_supply(dated(*ids), remnants=rest).lines
for (name, rest), lines in counts.items():
    total = sum(line.supplied for line in lines)
    print(
        f"{name}, {rest}: {total} tablets,", ", ".join(f"{line.leftover_text} x {line.product.label}" for line in lines)
    )
assert all(
    sum(line.supplied for line in counts[name, "keep"]) <= sum(line.supplied for line in counts[name, "discard"])
    for name in CHOICES
)

# %%
_, axis = plt.subplots(figsize=(9, 5))
labels = [f"{name}\n{rest} the rest" for name, rest in counts]
for row, lines in enumerate(counts.values()):
    left = 0
    for line in lines:
        axis.barh(row, line.supplied, left=left, color=COLORS[line.product.label], edgecolor="black")
        axis.text(left + line.supplied / 2, row, str(line.supplied), ha="center", va="center", backgroundcolor="white")
        left += line.supplied
axis.set_yticks(range(len(labels)), labels)
axis.invert_yaxis()
axis.set_xlabel("tablets to supply for the whole plan (count)")
axis.set_title("The same doses from fewer strengths take more tablets, and more are thrown away", loc="left")
handles = [plt.Rectangle((0, 0), 1, 1, facecolor=color, edgecolor="black") for color in COLORS.values()]
axis.legend(handles, list(COLORS), loc="upper right", frameon=False)
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Fills
#
# `AtMost(28)` supplies at most 28 days at a time and ends a fill with a step of the plan where it can. What is left of
# one fill is carried to the next.

# %%
two = dated(TEN, TWO)
filled = count_supply(two, fills=AtMost(28))
for fill in filled.fills:
    parts = [f"{line.supplied} x {line.product.label} (left over {line.carried_out})" for line in fill.lines]
    print(f"fill {fill.number}, {fill.first} to {fill.last}: {'; '.join(parts)}")
whole = {line.product.id: line.supplied for line in count_supply(two).lines}
assert {line.product.id: line.supplied for line in filled.lines} == whole

# %%
plot_supply(two, filled)

# %% [markdown]
# ## What is at home already
#
# Stock is used first. `days_supply` says how long it lasts while the dose changes, and what runs out first. Stock of a
# product that the plan never uses is refused.

# %%
at_home = read_stock('{"diazepam-us-tablet-10mg": "10", "diazepam-us-tablet-2mg": "60"}')
lasts = days_supply(two, at_home)
print(f"{lasts.days} days, to {lasts.last}; then missing: {', '.join(lasts.runs_out)}")
for line in count_supply(two, on_hand=at_home).lines:
    print(f"{line.product.label}: {line.on_hand} at home, {line.supplied} to supply")
try:
    count_supply(two, on_hand={FIVE: "10"})
except InvalidInput as refusal:
    print(refusal)
assert count_supply(two, on_hand=at_home).line(TEN).supplied == whole[TEN] - 10

# %% [markdown]
# ## Exercises
#
# 1. In fills of one week, does the plan take more tablets than in one fill, if leftover pieces are kept? And if
#    discarded?
# 2. The plan is put on hold for a week from day 15 (notebook 11). How many more days must be supplied?

# %%
# Answer 1: no. A half is carried from one fill to the next, or thrown away on the day it was made.
for rest in ("keep", "discard"):
    weekly = count_supply(two, remnants=rest, fills=weeks(1))
    once = count_supply(two, remnants=rest)
    print(rest, len(weekly.fills), "fills:", [line.supplied for line in weekly.lines], [x.supplied for x in once.lines])
    assert [line.supplied for line in weekly.lines] == [line.supplied for line in once.lines]
# Answer 2: seven, at the dose of the hold.
