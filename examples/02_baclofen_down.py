# %% [markdown]
# # Baclofen down: why stopping is a rule
#
# When you have worked through this, you can read what each source says about stopping baclofen, see what a check finds
# in a plan that simply ends, plan a way down with real tablets, and say what an answer without a finding means.
#
# Popular articles say that stopping baclofen abruptly is dangerous even at low doses. This notebook shows what the
# sources say. It gives no advice on whether to stop, or how.

# %%
from datetime import date

from IPython.display import Image

from taper import (
    Formulary,
    OutOfScope,
    Product,
    check,
    days,
    months,
    plan_taper,
    plot_doses,
    read_plan,
    realize,
    to_schedule,
)

monograph = Formulary.shipped().monograph("baclofen")
for harm in monograph.harms:
    print(f"{harm.source.organization}, grade {harm.source.grade}, of stopping abruptly:\n  {harm.what}")

# %% [markdown]
# ## What the sources say about the way down
#
# Most sources give a shortest time. The US labels say "slowly" and give no rate. The figures are never averaged: every
# source is listed with its own, and with its grade (A the source itself, B a verbatim copy, C a secondary source).

# %%
for advice in monograph.stopping:
    print(f"{advice.source.grade}  {advice.source.organization}: {advice.shape}")
    if advice.note:
        print(f"   {advice.note}")
assert {"slowly, no rate given", "over at least so long"} <= {str(advice.shape) for advice in monograph.stopping}

# %% [markdown]
# ## A plan that just ends
#
# Someone has taken the 15 mg a day of notebook 01 for three months. The plan keeps it for one more week and then stops.
# Every dose can be made and every day has a date. What is wrong is the end. One finding says so, with a line for each
# source. The article says that an abrupt stop is dangerous "even at low doses". The labels name no lowest dose, so the
# rule has none either: it also finds a stop from 10 mg at bedtime. That use was short, so the harm is rated *low*.

# %%
plan = read_plan("""{"format": "taper-plan/1", "courses": [{"drug": "baclofen", "indication": "raynaud",
  "then": "stop", "before": {"regimen": {"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}, "for": "3 months"},
  "steps": [{"for": "1 week", "regimen": {"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}}]}]}""")
tablets = [item for item in Formulary.shipped().products("baclofen", market="us") if item.form == "tablet"]


def dated(plan):
    return to_schedule(realize(plan, tablets), start=date(2027, 3, 1))


def stop_findings(plan):
    return [finding for finding in check(dated(plan)).findings if finding.rule == "abrupt-stop"]


def sources_against(plan):
    return [source.organization for finding in stop_findings(plan) for source in finding.sources]


(at_once,) = stop_findings(plan)
print(f"{at_once.severity}: {at_once.happens}")
for said in at_once.each:
    print(f"  {said.source.organization}, grade {said.source.grade}: {said.says}")
assert len(sources_against(plan)) == 6
assert at_once.severity == "high"

# The article on sleep names 10 to 20 mg at night (an example without authority: no study behind it was found).
low = read_plan("""{"format": "taper-plan/1", "courses": [{"drug": "baclofen", "indication": "insomnia",
  "then": "stop", "before": {"regimen": {"bedtime": "10 mg"}, "for": "6 weeks"},
  "steps": [{"for": "1 week", "regimen": {"bedtime": "10 mg"}}]}]}""")
(at_night,) = stop_findings(low)
print(f"{at_night.severity}: {at_night.happens} ({len(at_night.sources)} sources)")
assert len(at_night.sources) == 5
assert at_night.severity == "low"

# %% [markdown]
# ## A way down
#
# `plan_taper` plans reductions of 5 mg at three intervals. The evening dose goes last, which is the caller's choice.
# The same check then names the sources against each plan.

# %%
tapers = {}
for every in ("3 days", "1 week", "11 days"):
    made = plan_taper(
        drug="baclofen",
        indication="raynaud",
        before={"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"},
        taken_for=months(3),
        pace=f"5 mg, every {every}",
        order="keep last: evening",
        products=tablets,
        lead_in=days(1),
    )
    tapers[every] = made.plan
    against = sources_against(made.plan)
    print(f"5 mg every {every}: {made.report.days} days from the first reduction to the last, {len(against)} against")
    print("".join(f"   {name}\n" for name in against), end="")
assert [len(sources_against(made)) for made in tapers.values()] == [5, 1, 0]

# %% [markdown]
# ## What no finding does not mean
#
# The slowest plan has no finding of this rule. It is *within* what is on file of five sources. None of them is *clear*,
# since only parts of them were read. The US labels are not among the five: "slowly" gives no rate to compare with.

# %%
review = check(dated(tapers["11 days"]))
within = [item.source.organization for item in review.within if item.rule == "abrupt-stop"]
print("\n".join(f"within: {name}" for name in within))
assert len(within) == 5
assert not [name for name in within if name.startswith("US drug label")]
assert not [item for item in review.clear if item.rule == "abrupt-stop"]
stairs = {"ends at once": dated(plan), **{f"5 mg every {every}": dated(made) for every, made in tapers.items()}}
picture = plot_doses(stairs)
point = (
    "The same 15 mg a day, reduced to nothing at once or over 6, 14 or 22 days.\nOnly the time and the findings differ."
)
picture.figure.suptitle(point, x=0.01, ha="left", fontsize=12.5, fontweight="bold")
picture.figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.08)
Image(picture.to_png(dpi=100))

# %% [markdown]
# The four plans remove the same amount. They differ only in the time it takes. Six sources speak against the plan that
# ends at once, and none against the slowest.
#
# ## What is refused: the pump
#
# The article says that a failing pump can kill after more than two months of use. The boxed warning about abrupt
# stopping is about baclofen given into the spine: fever, altered mental status, rebound spasticity, failure of several
# organs, death (US label of intrathecal baclofen, openFDA record e05080ef-53d9-4060-aaa4-86a6935467de, 2026, grade A;
# it names no length of use). The library plans oral doses only, so it refuses that route by name.

# %%
try:
    Product(id="baclofen-pump", drug="baclofen", form="intrathecal solution", concentration="500 mcg/mL")
    refused = ""
except OutOfScope as error:
    refused = str(error)
print(refused)
assert "intrathecal" in refused

# %% [markdown]
# ## Exercises
#
# 1. The Swiss text is about use for more than two to three months. Suppose that the person took baclofen for one week
#    only. Check the plan with an interval of one week again. What changes, and why?
# 2. The last reduction is from 5 mg to nothing, 100% of what is then taken. Which product would allow 2.5 mg?

# %%
# Answer 1 begins from nothing, so the plan itself says how long the drug was taken: two weeks up to the last reduction.
short = read_plan("""{"format": "taper-plan/1", "courses": [{"drug": "baclofen", "then": "stop", "before": "nothing",
  "steps": [{"for": "1 week", "regimen": {"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}},
            {"for": "1 week", "regimen": {"noon": "5 mg", "evening": "5 mg"}},
            {"for": "1 week", "regimen": {"evening": "5 mg"}}]}]}""")
print("Answer 1:", len(stop_findings(short)), "findings; the Swiss advice is about longer use and does not apply.")
assert not stop_findings(short)

# Answer 2: half of a 10 mg tablet is 5 mg, and the 5 mg tablet has no score. A report asked for 2.5 mg says so.
finer = plan_taper(drug="baclofen", before={"evening": "5 mg"}, pace="2.5 mg, every 1 week", products=tablets,
                   lead_in=days(1))  # fmt: skip
print("Answer 2:", finer.report.last.words)
for other in finer.report.additions:
    print("  ", other.what)
assert finer.report.over
assert finer.report.additions
