# %% [markdown]
# # Reading a review: finding, clear, within, not assessed
#
# When you have worked through this, you can tell the four kinds of answers of a check apart, see what each added fact
# changes, keep severity and evidence apart, and write a gate of your own that fails loudly.
#
# The plan is an off-label example from a popular article on sleep: 10 mg of baclofen at night. The study that the
# article mentions was not found. The example has no authority.

# %%
from collections import Counter

from matplotlib import pyplot as plt

from taper import Formulary, RequirementNotMet, check, load_protocol, read_patient, realize

example = load_protocol("baclofen-sleep-example")
print(example.note)
tablets = Formulary.shipped().products("baclofen", market="us")
made = realize(example.plan(dose="10 mg"), tablets)
alone = check(made)
print(len(alone.findings), "findings,", len(alone.clear), "clear,", len(alone.not_assessed), "not assessed")
assert not alone.findings
assert alone.worst is None

# %% [markdown]
# ## No finding is not "safe"
#
# The check found nothing, since nothing is known about the person. Most of what could harm was not assessed. Each such
# rule says which fact is missing.

# %%
gaps = Counter(gap.rule for gap in alone.not_assessed)
for rule in sorted(gaps):
    first = min(gap.missing for gap in alone.not_assessed if gap.rule == rule)
    print(f"{rule}: {first}" + (f" (and {gaps[rule] - 1} more)" if gaps[rule] > 1 else ""))
assert {"interaction", "contraindication", "kidney", "pregnancy"} <= set(gaps)

# %% [markdown]
# ## Adding facts
#
# The same plan is checked again with more facts, one group at a time. A made-up person of 58 takes zopiclone for sleep
# and has low blood pressure. An empty list, `[]`, is a fact (*none*). A list that is left out is unknown.

# %%
FACTS = [
    ("nothing known", ""),
    ("age", '"age": 58'),
    ("kidney", '"egfr": "92", "kidney_stable": true, "dialysis": false'),
    ("pregnancy, liver", '"pregnant": false, "lactating": false, "liver": "none"'),
    ("conditions", '"conditions": ["hypotension"]'),
    ("medicines", '"medications": ["zopiclone", {"name": "amlodipine", "classes": ["antihypertensive"]}]'),
    ("as needed", '"as_needed": []'),
]
reviews = {}
for count in range(len(FACTS)):
    known = ", ".join(text for _, text in FACTS[: count + 1] if text)
    reviews[FACTS[count][0]] = check(made, patient=read_patient("{" + known + "}"))
for name, review in reviews.items():
    within = f"{len(review.within)} within, {len(review.clear)} clear"
    print(f"+ {name}: {len(review.findings)} found, {within}, {len(review.not_assessed)} not assessed")
assert len(reviews["as needed"].not_assessed) < len(alone.not_assessed)

# %%
fig, axis = plt.subplots(figsize=(9, 5))
names = list(reviews)
left = [0] * len(names)
PARTS = [("finding", "findings", "#D55E00", ""), ("not assessed", "not_assessed", "#F0E442", "//")]
PARTS.append(("within what was read of a source", "within", "#009E73", ".."))
PARTS.append(("clear", "clear", "#56B4E9", ""))
for label, part, color, hatch in PARTS:
    sizes = [len(getattr(reviews[name], part)) for name in names]
    bars = axis.barh(names, sizes, left=left, color=color, hatch=hatch, edgecolor="black", label=label)
    axis.bar_label(bars, labels=[str(size) if size else "" for size in sizes], label_type="center", backgroundcolor="w")
    left = [one + other for one, other in zip(left, sizes, strict=True)]
axis.set_title("Each fact turns 'not assessed' into an answer, and some answers are findings", loc="left")
axis.set_xlabel("answers of the check (count)")
axis.set_ylabel("what is known (cumulative)")
axis.invert_yaxis()
axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=4, frameon=False)
plt.tight_layout()
plt.show()

# %% [markdown]
# ## What a finding says
#
# A finding names the fact, its place in the plan, the sources and what each says. *Severity* is the harm. *Evidence* is
# the grade of the source (A the regulator, the paper or the body itself; B a verbatim copy; C a report). Weak evidence
# never lowers a severity.
#
# The article calls baclofen a poor match with low blood pressure or poor balance. No list of conditions on file names
# low blood pressure, and the labels were not read in full. So the rule is *not assessed* for `hypotension`, not
# *clear*. The labels speak of it beside medicines that lower blood pressure, so amlodipine brings the finding. About
# balance the labels name one case: someone who needs the spasticity to stand.

# %%
full = reviews["as needed"]
for finding in full.findings:
    print(f"{finding.severity}, grade {finding.evidence}: {finding.message}")
assert any(finding.rule == "interaction" for finding in full.findings)
(silent,) = [gap for gap in full.not_assessed if gap.rule == "contraindication"]
print("not assessed:", silent.missing)
named = {fact.condition for fact in Formulary.shipped().monograph("baclofen").contraindications}
print("of balance:", ", ".join(sorted(condition for condition in named if "balance" in condition)))
assert "hypotension" not in named

# %% [markdown]
# ## Clear, and within
#
# *Clear* means that the sections of a source that would speak were read in full and say nothing against the plan.
# *Within* means that the plan is within what is on file of a source, of which other parts were not read. Both name the
# source. A rule can be within one source and a finding by another.

# %%
for kind, answers in (("within", full.within), ("clear", full.clear)):
    for answer in answers:
        source = answer.source
        by = f"{source.organization} (grade {source.grade})" if source else "nothing to compare"
        print(f"{kind}, {answer.rule}: {by}")
assert {"ceiling", "kidney"} <= {answer.rule for answer in full.within}

# %% [markdown]
# ## A gate of your own
#
# A review gives no permission. A caller who needs a gate says what passes. Everything else is an error that says why.

# %%
try:
    full.require(at_most="moderate")
except RequirementNotMet as refusal:
    print(refusal)
assert sorted(rule for gap in full.not_assessed for rule in gap.rules) == [
    "contraindication",
    "interaction",
    "substitution",
    "titration-speed",
]

# %% [markdown]
# ## Exercises
#
# 1. With nothing known about the person, does the plan pass a gate that lets moderate findings through? What if the
#    caller accepts the rules that were not assessed?
# 2. Where does the review show that `as_needed` was left out?

# %%
# Answer 1: it passes only if the caller names every rule that may stay open.
try:
    alone.require(at_most="moderate")
except RequirementNotMet as refusal:
    print(len(str(refusal).splitlines()) - 1, "reasons against")
assert alone.require(at_most="moderate", accept_not_assessed=set(gaps)) is alone
# Answer 2: the interaction rule has compared the regular medicines, and still names the list that it was not given.
open_before = [gap.missing for gap in reviews["medicines"].not_assessed if gap.rule == "interaction"]
print(open_before)
assert any("as needed" in missing for missing in open_before)
assert not [gap for gap in full.not_assessed if gap.rule == "interaction" and "as needed" in gap.missing]
