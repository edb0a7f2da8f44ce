# %% [markdown]
# # Baclofen down: why stopping is a rule
#
# When you have worked through this, you can read what each source says about stopping baclofen, see a plan that simply
# ends be found out, plan a way down that real tablets make, and tell what a check did not assess.
#
# Popular articles say that stopping baclofen abruptly is dangerous even at low doses. Here the sources are asked. This
# is about reading plans. It gives no advice on whether to stop, or how.

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
# Most name a least time; the US labels say "slowly" and give no rate. Nobody's figure is the average of the others, so
# all are held, each with its grade: A is the source itself, B a verbatim copy, C a secondary source.

# %%
for advice in monograph.stopping:
    print(f"{advice.source.grade}  {advice.source.organization}: {advice.shape}")
    if advice.note:
        print(f"   {advice.note}")
assert {"slowly, no rate given", "over at least so long"} <= {str(advice.shape) for advice in monograph.stopping}

# %% [markdown]
# ## A plan that just ends
#
# The 15 mg a day of notebook 01, taken for three months, for one more week and then nothing. Every dose in it can be
# made and every day has a date, and still something is wrong with it: its end. The article says that this is dangerous
# "even at low doses". The labels' sentences on it name no dose below which they do not apply, so the rule has no lowest
# dose either; a bedtime dose of 10 mg shows it.

# %%
plan = read_plan("""{"format": "taper-plan/1", "courses": [{"drug": "baclofen", "then": "stop",
  "before": {"regimen": {"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}, "for": "3 months"},
  "steps": [{"for": "1 week", "regimen": {"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}}]}]}""")
tablets = [item for item in Formulary.shipped().products("baclofen", market="us") if item.form == "tablet"]


def dated(plan):
    return to_schedule(realize(plan, tablets), start=date(2027, 3, 1))


def stop_findings(plan):
    return [finding for finding in check(dated(plan)).findings if finding.rule == "abrupt-stop"]


for finding in stop_findings(plan):
    print(f"{finding.severity}: {finding.message}")
assert len(stop_findings(plan)) == 6

# The article on sleep names 10 to 20 mg at night (an example without authority: no study behind it was found).
low = read_plan("""{"format": "taper-plan/1", "courses": [{"drug": "baclofen", "then": "stop",
  "before": {"regimen": {"bedtime": "10 mg"}, "for": "6 weeks"},
  "steps": [{"for": "1 week", "regimen": {"bedtime": "10 mg"}}]}]}""")
print(len(stop_findings(low)), "findings on ending 10 mg at night at once:", stop_findings(low)[-1].message)
assert {item.severity for item in stop_findings(low)} == {"high"}

# %% [markdown]
# ## A way down
#
# `plan_taper` is asked for falls of 5 mg at three intervals. The evening dose goes last, by the caller's choice. The
# same review then answers source by source.

# %%
tapers = {}
for every in ("3 days", "1 week", "11 days"):
    made = plan_taper(
        drug="baclofen",
        before={"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"},
        taken_for=months(3),
        pace=f"5 mg, every {every}",
        order="keep last: evening",
        products=tablets,
        lead_in=days(1),
    )
    tapers[every] = made.plan
    against = [item.source.organization for item in stop_findings(made.plan)]
    print(f"5 mg every {every}: {made.report.days} days from the first fall to the last, {len(against)} findings")
    print("".join(f"   {name}\n" for name in against), end="")
assert [len(stop_findings(made)) for made in tapers.values()] == [5, 1, 0]

# %% [markdown]
# ## What no finding does not mean
#
# The slowest plan has no finding of this rule. One source is still not assessed: the label gives no rate, so there is
# nothing to compare with. Silence would have looked like consent.

# %%
review = check(dated(tapers["11 days"]))
print("\n".join(f"not assessed: {gap.missing}" for gap in review.not_assessed if gap.rule == "abrupt-stop"))
print("\n".join(f"clear: {item.source.organization}" for item in review.clear if item.rule == "abrupt-stop"))
assert any(gap.rule == "abrupt-stop" for gap in review.not_assessed)
stairs = {"ends at once": dated(plan), **{f"5 mg every {every}": dated(made) for every, made in tapers.items()}}
picture = plot_doses(stairs)
point = (
    "The same 15 mg a day taken away: all at once, or over 6, 14 or 22 days.\nOnly the time differs, and the findings."
)
picture.figure.suptitle(point, x=0.01, ha="left", fontsize=12.5, fontweight="bold")
picture.figure.set_layout_engine("constrained", w_pad=0.1, h_pad=0.08)
Image(picture.to_png(dpi=100))

# %% [markdown]
# The four plans take the same amounts away. They differ in how long that takes, and only the time separates the plan
# with six findings from the one with none.
#
# ## What is refused: the pump
#
# The article says that a failing pump can kill after more than two months of use. The boxed warning about abrupt
# stopping is of baclofen given into the spine: fever, altered mental status, rebound spasticity, failure of several
# organs, death (US label of intrathecal baclofen, openFDA record e05080ef-53d9-4060-aaa4-86a6935467de, 2026, grade A;
# it names no length of use). No plan here is about that route, and it is refused by name.

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
# 1. The Swiss text speaks of use for more than two to three months. Say that the person took baclofen for one week
#    only, and review the plan of one week's interval again. What changes, and why?
# 2. The last fall is from 5 mg to nothing, 100% of what is then taken. Which product would allow a fall of 2.5 mg?

# %%
# Answer 1 begins from nothing, so that the plan itself knows how long it was taken: two weeks up to the last fall.
short = read_plan("""{"format": "taper-plan/1", "courses": [{"drug": "baclofen", "then": "stop", "before": "nothing",
  "steps": [{"for": "1 week", "regimen": {"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}},
            {"for": "1 week", "regimen": {"noon": "5 mg", "evening": "5 mg"}},
            {"for": "1 week", "regimen": {"evening": "5 mg"}}]}]}""")
print("Answer 1:", len(stop_findings(short)), "findings; the Swiss advice is about longer use, so it is not applied.")
assert not stop_findings(short)

# Answer 2: half of a 10 mg tablet is 5 mg, and the 5 mg tablet has no score. A report asked for 2.5 mg says so.
finer = plan_taper(drug="baclofen", before={"evening": "5 mg"}, pace="2.5 mg, every 1 week", products=tablets,
                   lead_in=days(1))  # fmt: skip
print("Answer 2:", finer.report.last.words)
for other in finer.report.additions:
    print("  ", other.what)
assert finer.report.over
assert finer.report.additions
