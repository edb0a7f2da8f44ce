# %% [markdown]
# # Cyclobenzaprine: a course with an end, and why it is no substitute for baclofen
#
# When you have worked through this, you can plan a short course that ends, see which source limits its length and its
# dose, tell a tablet from an extended-release capsule in the data, and show what a check says where one drug is put in
# the place of another that it does not stand in for.
#
# Both drugs are called muscle relaxants, and a popular article compares them. They are not used for the same thing.

# %%
from datetime import date

from taper import Formulary, check, plot_doses, read_patient, read_plan, realize, to_schedule, to_table

formulary = Formulary.shipped()
monograph = formulary.monograph("cyclobenzaprine")
for product in monograph.products:
    print(f"{product.label}: {product.form}, {product.release} ({product.source.organization})")
assert not [p for p in monograph.products if p.form == "capsule" and p.release == "immediate"]

# %% [markdown]
# The article calls the immediate-release form capsules. No such capsule is among the products on file: they are
# **tablets**, and the extended-release form is a capsule. The difference matters, since each form has its own sources.
#
# ## How much, and for how long

# %%
for start in monograph.starts:
    print(f"start: {start.dose}, {start.times_per_day} a day ({', '.join(start.forms)}): {start.source.organization}")
for ceiling in monograph.ceilings:
    forms = ", ".join(ceiling.forms)
    print(
        f"{ceiling.limit} a day ({forms}; {ceiling.kind}): {ceiling.source.organization}, grade {ceiling.source.grade}"
    )
for limit in monograph.durations:
    print(f"{limit.low} to {limit.high} ({', '.join(limit.forms)}): {limit.source.organization}, {limit.source.title}")
assert all(str(limit.high) == "3 weeks" for limit in monograph.durations)

# %% [markdown]
# ## A course that ends
#
# `"then": "stop"` is part of the plan, so the calendar needs no horizon and the supply is a whole number.

# %%
COURSE = """{"format": "taper-plan/1", "courses": [{"drug": "cyclobenzaprine", "indication": "muscle-spasm",
  "before": "nothing", "then": "stop",
  "steps": [{"for": "WEEKS weeks", "regimen": {"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}}]}]}"""
tablets = [p for p in formulary.products("cyclobenzaprine", market="us") if p.form == "tablet"]


def course(weeks: int):
    """The same course, some weeks long, on dates."""
    return to_schedule(realize(read_plan(COURSE.replace("WEEKS", str(weeks))), tablets), start=date(2027, 3, 1))


print(to_table(course(2)))
assert course(2).ends == "stop"

# %% [markdown]
# ## Three weeks and five weeks, and the end
#
# No advice on stopping this drug is on file. The check says so; it does not call an end without a taper fine. What a
# source does say about the end is printed beside it.

# %%
for weeks in (2, 3, 5):
    found = [finding.message for finding in check(course(weeks)).findings if finding.rule == "duration"]
    print(f"{weeks} weeks:", found[0] if found else "no finding on its length")
for gap in check(course(2)).not_assessed:
    if gap.rule in {"abrupt-stop", "pace"}:
        print(f"not assessed, {gap.rule}: {gap.missing}")
for harm in monograph.harms:
    print(f"{harm.source.organization}, {harm.source.section}: {harm.what}")
assert [finding.day for finding in check(course(5)).findings if finding.rule == "duration"] == [22]
assert not monograph.stopping

# %% [markdown]
# ## For whom not
#
# A made-up person with an overactive thyroid takes sertraline and an inhibitor of monoamine oxidase. The article also
# says not to drive. No source on driving is on file for either drug, so no rule covers it and none calls it clear.

# %%
person = read_patient(
    '{"age": 50, "conditions": ["hyperthyroidism", "heart-failure"], "medications":'
    ' ["sertraline", {"name": "phenelzine", "classes": ["maoi"]}], "as_needed": []}'
)
about_person = check(course(2), patient=person).findings
for finding in about_person:
    print(f"{finding.severity}, grade {finding.evidence}: {finding.message}")
assert {finding.rule for finding in about_person if finding.severity == "high"} == {"contraindication", "interaction"}

# %% [markdown]
# ## Why it does not stand in for baclofen
#
# Here baclofen is reduced to nothing in a week and cyclobenzaprine is started, as if one muscle relaxant could replace
# the other. Sources advise against that. The picture shows the reduction that they warn of. The article has baclofen
# taken every 2 to 6 hours; the sources on file say how often a day.

# %%
SWITCH = """{"format": "taper-plan/1", "courses": [
  {"id": "down", "drug": "baclofen", "indication": "spasticity", "then": "stop",
   "before": {"regimen": {"morning": "10 mg", "noon": "10 mg", "evening": "10 mg"}},
   "steps": [{"for": "7 days", "regimen": {"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}}]},
  {"id": "new", "drug": "cyclobenzaprine", "indication": "muscle-spasm", "before": "nothing", "then": "stop",
   "steps": [{"for": "2 weeks", "regimen": {"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}}]}]}"""
both = [*tablets, *formulary.products("baclofen", market="us")]
switch = to_schedule(realize(read_plan(SWITCH), both), start=date(2027, 3, 1))
review = check(switch)
for finding in review.findings:
    print(f"{finding.severity}, grade {finding.evidence}: {finding.message}")
baclofen = formulary.monograph("baclofen")
for harm in baclofen.harms:
    print(f"when baclofen stops: {harm.what} ({harm.source.organization}, grade {harm.source.grade})")
print(
    "baclofen is started",
    sorted({start.times_per_day for start in baclofen.starts}),
    "times a day, by the sources on file",
)
assert {finding.rule for finding in review.findings if finding.severity == "high"} == {"substitution", "abrupt-stop"}

# %%
plot_doses(switch)

# %% [markdown]
# ## Exercises
#
# 1. A course of 10 mg four times a day is 40 mg a day. Which ceilings does it exceed, and which of them can decide?
# 2. Where does the article agree with the sources, and where not? (5 to 10 mg a dose, not above 30 mg a day; 2 to 3
#    weeks; capsules; heart and thyroid.)

# %%
# Answer 1: the label's 30 mg, which is derived from its highest regimen. The article's 30 mg is a claim that cites
# nothing, so it is not compared.
four = COURSE.replace("WEEKS", "2").replace('"5 mg"', '"10 mg"').replace('"noon": ', '"bedtime": "10 mg", "noon": ')
over = check(realize(read_plan(four), tablets)).findings
for finding in over:
    print(f"{finding.severity}, grade {finding.evidence}: {finding.message}")
assert {finding.limit for finding in over if finding.rule == "ceiling"} == {"30 mg/day"}
# Answer 2: 30 mg a day, 2 to 3 weeks, and the conditions agree with the label; the dosage form does not.
