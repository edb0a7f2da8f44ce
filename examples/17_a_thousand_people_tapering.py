# %% [markdown]
# # A thousand people tapering: what an audit sees
#
# When you have worked through this, you can turn rows of what was dispensed into daily doses, episodes and findings,
# name every rule that you used on the way, show what another rule would have said, and tell what such a table cannot
# see.
#
# A pharmacy's table holds a row for each dispensing. **How many people stopped baclofen at once, and how many came
# down slowly?** The table does not say. Between its rows and an answer stand choices: what is taken where two boxes
# overlap, how long a break ends a treatment, how much less is "less". Guess how much the last one matters before you
# see it.
#
# The people are not real. A seed draws them, and each is of a kind that is known, so that the answers of the audit
# can be compared with what was put in. The limits are those that the library has on file for baclofen.

# %%
from collections import Counter
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median

import matplotlib.pyplot as plt
import pyarrow as pa

from taper import Dose
from taper.batch import (
    Account,
    EpisodeDefinition,
    SpanRules,
    compared_facts,
    set_aside,
    to_episodes,
    to_findings,
    to_spans,
)  # fmt: skip
from taper.testing import SINCE, UNTIL, PersonKind, exposure_batches, known_spans, synthetic_people

TABLET, CEILING = Dose(10), Dose(80)
kinds = [PersonKind.TAPER] * 5 + [PersonKind.STOP] * 2 + [PersonKind.ABOVE, PersonKind.GAP, PersonKind.REFILL]
people = list(synthetic_people(1000, seed=2027, drug="baclofen", tablet=TABLET, ceiling=CEILING, kinds=kinds))
kind_of = {person.person: person.kind for person in people}
rows = pa.Table.from_batches(exposure_batches(people))
print(rows.num_rows, "rows of", len(people), "people")
for kind, many in Counter(kind_of.values()).items():
    print(f"{many:5}  {kind}")
print("\nthe first row:", {name: str(value) for name, value in rows.slice(0, 1).to_pylist()[0].items()})

# %% [markdown]
# ## From rows to daily doses
#
# The daily dose of a row is quantity times strength, by days of supply, as an exact fraction. What cannot be read is
# set aside with its reason, and every row is counted: read is used and set aside. Each rule has a name and none a
# default.

# %%
NAMED = {"length": "days supply", "longest": 365, "duplicates": "set aside", "stockpiling": "same dose",
         "overlap": "sum", "gap": "zero", "grace": 0}  # fmt: skip
RULES = SpanRules(**NAMED)
account = Account()
spans = list(to_spans(rows.to_batches(), rules=RULES, account=account))
print(account)
assert account.read == account.used + account.set_aside == rows.num_rows

planted = Counter(reason for person in people for _, reason in person.planted)
aside = Counter(row["reason"] for batch in set_aside(rows.to_batches(), rules=RULES) for row in batch.to_pylist())
assert sorted(aside.values()) == sorted(planted.values())
print("\nthe rows that were planted, and no other")


def mg(row: dict, name: str = "dose") -> Fraction:
    return Fraction(row[name], row["grain"])


found = [(row["person"], row["first"], row["last"], mg(row)) for batch in spans for row in batch.to_pylist()]
assert found == [(person.person, *span) for person in people for span in known_spans(person, RULES)]
print(len(found), "spans, each as it is known from how the person was drawn")

# %% [markdown]
# ## The same rows, three readings
#
# Someone fetches each refill some days early, always at the same dose. **Did they take more?** One reading adds what
# overlaps. One lets the new box replace the old. One lets the new box wait until the old is used up, as programs for
# adherence do. The rows cannot tell which is right.

# %%
early = next(person for person in people if person.kind is PersonKind.REFILL and 5 <= len(person.fills) <= 7)
readings = {
    "added": {"stockpiling": "none", "overlap": "sum"},
    "the later replaces": {"stockpiling": "none", "overlap": "later replaces"},
    "waits until it is used up": {"stockpiling": "same dose", "overlap": "sum"},
}
_, axes = plt.subplots(3, 1, figsize=(9, 5.4), sharex=True, sharey=True, layout="constrained")
for axis, (name, choice), color in zip(axes, readings.items(), ("#D55E00", "#0072B2", "#009E73"), strict=True):
    batches = to_spans(exposure_batches([early]), rules=SpanRules(**NAMED | choice))
    held = [row for batch in batches for row in batch.to_pylist()]
    for row in held:
        axis.fill_between([row["first"], row["last"] + timedelta(1)], 0, float(mg(row)), color=color, alpha=0.75)
    days = sum((row["last"] - row["first"]).days + 1 for row in held)
    axis.set_title(f"{name}: {days} days, at most {max(map(mg, held))} mg a day", loc="left", fontsize=10)
    axis.set_ylabel("mg/day")
    axis.grid(color="#E3E3E3")
axes[0].figure.suptitle(
    "One person's refills, early each time: the rule decides the dose", x=0.01, ha="left", weight="bold"
)
plt.show()
assert len({str(known_spans(early, SpanRules(**NAMED | choice))) for choice in readings.values()}) == 3

# %% [markdown]
# ## From daily doses to episodes
#
# An episode ends where nothing was in hand for more than so many days. It is a taper where a later dose is lower than
# an earlier one by at least the least change; the stop itself is not counted. `methods()` names the published method
# behind each choice.
#
# The second cell draws, for each person who tapers, each reduction as a part of the dose before it. They were drawn
# so that the amounts are equal in mg. **What does that do to the parts?**

# %%
NAMED_DEFINITION = {"since": SINCE, "until": UNTIL, "washout": 365, "least_change": "15/100"}
DEFINITION = EpisodeDefinition(ends_after=30, **NAMED_DEFINITION)
episodes = [row for batch in to_episodes(spans, definition=DEFINITION) for row in batch.to_pylist()]
at_once = [row for row in episodes if row["stopped"] and row["course"] == "level"]
print(len(episodes), "episodes;", sum(row["stopped"] for row in episodes), "are known to have ended")
print(len(at_once), "were level to their end; by kind:", dict(Counter(kind_of[row["person"]].name for row in at_once)))
changed = {(kind_of[row["person"]].name, row["course"]) for row in episodes if row["course"] != "level"}
print("the others, by kind and what they are called:", sorted(changed))
assert all(row["course"] == "taper" for row in episodes if kind_of[row["person"]] is PersonKind.TAPER)
assert not any(kind_of[row["person"]] in {PersonKind.TAPER, PersonKind.ABOVE} for row in at_once)

# %%
by_person: dict[int, list[tuple]] = {}
for person, first, last, dose in found:
    by_person.setdefault(person, []).append((first, last, dose))
parts: list[list[float]] = [[], [], []]
for person, held in by_person.items():
    if kind_of[person] is PersonKind.TAPER:
        falls = [float(1 - after[2] / before[2]) for before, after in pairwise(held)]
        for place, part in enumerate(falls):
            parts[min(len(falls) - 1 - place, 2)].append(100 * part)
labels = ["the last before the stop", "the one before that", "all earlier ones"]
_, axis = plt.subplots(figsize=(9, 4.4), layout="constrained")
axis.hist(parts, bins=range(0, 105, 5), stacked=True, label=labels, color=["#D55E00", "#E69F00", "#56B4E9"])
axis.set(xlabel="reduction, percent of the dose before", ylabel="reductions (count)")
axis.set_title("Equal steps in mg: the last reductions are the largest parts", loc="left", weight="bold")
axis.legend(frameon=False)
plt.show()
middle = [median(each) for each in parts]
print("medians:", {label: f"{part:.0f}%" for label, part in zip(labels, middle, strict=True)})
assert middle[0] > middle[1] > middle[2]

# %% [markdown]
# ## What the sources say
#
# `to_findings` compares with the same facts as `check`, for everyone at once. What depends on age, on other medicines
# or on the product is left out, by name.

# %%
facts = compared_facts(["baclofen"], market="us")
print(Counter(str(fact.use) for fact in facts))
table = pa.Table.from_batches(to_findings(spans, definition=DEFINITION, market="us"))
findings = table.to_pylist()
print(f"{len(findings)} findings\n\n{'people':>6}  rule, reading, limit (source)")
counts: dict[tuple, set] = {}
for row in findings:
    counts.setdefault((row["rule"], row["reading"], row["limit"], row["source"]), set()).add(row["person"])
for (rule, reading, limit, source), who in sorted(
    counts.items(), key=lambda item: (item[0][0], -len(item[1]), item[0])
):
    print(f"{len(who):6}  {rule}, {reading}: {limit} ({source})")
label = {row["person"] for row in findings if row["source"] == "us-tablet-dailymed" and row["rule"] == "ceiling"}
assert label == {number for number, kind in kind_of.items() if kind is PersonKind.ABOVE}
print("\nabove the US label's 80 mg a day: the", len(label), "people who were drawn to be, and nobody else")

# %% [markdown]
# ## How much one choice matters
#
# How many days without the drug in hand end a treatment? The count of people is the same throughout. The count of
# treatments that "stopped at once" is not.

# %%
breaks = [0, 7, 14, 30, 45, 60, 90, 120]
ended = []
for days in breaks:
    definition = EpisodeDefinition(ends_after=days, **NAMED_DEFINITION)
    made = [row for batch in to_episodes(spans, definition=definition) for row in batch.to_pylist()]
    ended.append(sum(row["stopped"] and row["course"] == "level" for row in made))
_, axis = plt.subplots(figsize=(9, 4.2), layout="constrained")
axis.step(breaks, ended, where="post", color="#0072B2", linewidth=2.4, marker="o")
axis.set(xlabel="a break of more days ends an episode", ylabel="episodes level to their end", ylim=(0, 520))
axis.set_title("The rows are the same: the definition decides how many stopped at once", loc="left", weight="bold")
axis.grid(color="#E3E3E3")
plt.show()
print(dict(zip(breaks, ended, strict=True)))
assert ended == sorted(ended, reverse=True)
assert ended[0] > ended[-1]

# %% [markdown]
# ## What this shows, and what it does not
#
# It shows that the audit finds what was put in, that no row disappears, and that some answers are the table's and
# some are the definition's. So name the definition beside each number, and show another one.
#
# It does not show how people take baclofen. What is dispensed is not what is swallowed. A dose that a doctor told
# someone to take otherwise than the label of the box says is not in the table. A source's advice for a given
# indication, age or other medicine is not compared here, since the table holds none of these. And a finding says that
# a figure is exceeded; it does not say that anyone was harmed, or that anyone was wrong.
#
# ## Exercises
#
# 1. Count a reduction only where it is three quarters of the dose (`least_change="3/4"`). How many tapers are left?
# 2. Let the dose before go on in a gap of up to 45 days. How many people have a gap less?

# %%
coarse = EpisodeDefinition(ends_after=30, **NAMED_DEFINITION | {"least_change": "3/4"})
left = sum(row["course"] in {"taper", "both"} for batch in to_episodes(spans, definition=coarse)
           for row in batch.to_pylist())  # fmt: skip
before = sum(row["course"] in {"taper", "both"} for row in episodes)
print(f"1: {left} of {before}")
assert left < before


def with_gap(rules: SpanRules) -> set:
    held = [row for batch in to_spans(rows.to_batches(), rules=rules) for row in batch.to_pylist()]
    return {one["person"] for one, other in pairwise(held)
            if one["person"] == other["person"] and (other["first"] - one["last"]).days > 1}  # fmt: skip


apart, bridged = with_gap(RULES), with_gap(SpanRules(**NAMED | {"gap": "dose before", "grace": 45}))
print(f"2: {len(apart) - len(bridged)} of {len(apart)} people")
assert bridged < apart <= {number for number, kind in kind_of.items() if kind is PersonKind.GAP}
