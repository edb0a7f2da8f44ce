# %% [markdown]
# # Kidneys: one person, three figures, and ten sources on baclofen
#
# When you have worked through this, you can compute three figures of kidney function for one person and say why they
# are not interchangeable. You can list what each source on file says at that person's figure, and ask one named source
# for a proposal, or read why it gives none.
#
# The person is made up. The plan is the off-label example from a popular article; no study of it was found.

# %%
from matplotlib import pyplot as plt

from taper import (
    CannotCompute,
    Formulary,
    check,
    ckd_epi_2021,
    cockcroft_gault,
    deindex,
    kdigo_category,
    load_protocol,
    propose_for_kidney,
    read_patient,
    realize,
)

egfr = ckd_epi_2021("1.6 mg/dL", age=70, sex="female")
crcl = cockcroft_gault("1.6 mg/dL", age=70, sex="female", weight_kg=62, weight_basis="actual")
absolute = deindex(egfr, height_cm=160, weight_kg=62, surface="mosteller")
print(egfr.described, crcl.described, absolute.described, sep="\n")
assert len({round(figure.value) for figure in (egfr, crcl, absolute)}) == 3

# %% [markdown]
# ## Three measures, three types
#
# One blood value gives three figures. The first estimates filtration for a body of standard size. The second estimates
# the clearance of creatinine and needs the weight. The third is the first, converted to this body's own size. Near an
# edge of a source's band they can lie on different sides, so no figure ever replaces another.
#
# The same blood value in a much lighter person shows how far they can differ.

# %%
lighter = cockcroft_gault("1.6 mg/dL", age=70, sex="female", weight_kg=45, weight_basis="actual")
print("62 kg:", crcl.described)
print("45 kg:", lighter.described, "- the indexed eGFR does not use the weight: it is still", egfr.text)
print("KDIGO category of the eGFR:", kdigo_category(egfr))
assert lighter.value < 30 < crcl.value

# %% [markdown]
# ## What each source says, and in which measure
#
# A source's bands apply to the measure that the source used. Some name only impaired kidneys, or dialysis.

# %%
advice = Formulary.shipped().monograph("baclofen").kidney
PAPER = {"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 1.5}
COLORS = {"avoid": "#D55E00", "maximum": "#CC79A7", "initial": "#CC79A7", "reduce": "#E69F00", "fraction": "#E69F00"}


def color(action: str) -> str:
    """One of Okabe and Ito's colors for what a band says; the words stand in the bar as well."""
    return next((found for word, found in COLORS.items() if word in action), "#56B4E9")


def draw(rows: list, figures: dict) -> None:
    """One bar for each band of each source, and a line at the person's own figure."""
    _, axis = plt.subplots(figsize=(9.5, 5.4))
    for row, one in enumerate(rows):
        for band in one.bands:
            low, high = float(band.lower or 0), float(min(band.upper or 120, 120))
            axis.barh(row, high - low, left=low, height=0.62, color=color(band.action), edgecolor="black")
            says = str(band.fraction) if band.fraction else band.action.replace(", ", ",\n")
            where = {"x": (low + high) / 2, "ha": "center"} if high - low > 15 else {"x": 37, "ha": "left"}
            axis.text(y=row, s=says, va="center", fontsize=8.5, zorder=5, bbox=PAPER, **where)
        if not one.bands:
            axis.text(1.5, row, "names a state only", va="center", fontsize=8.5, style="italic")
        axis.plot([figures[one.measure].value] * 2, [row - 0.45, row + 0.45], color="black", lw=3, zorder=4)
    axis.set_yticks(range(len(rows)), [f"{one.source.id}\n{one.basis}, {one.measure or 'any figure'}" for one in rows])
    axis.set(xlim=(0, 120), xlabel="eGFR in mL/min/1.73 m2, or creatinine clearance in mL/min, as the source measures")
    axis.set_title("For one person, the sources differ (black: her own figure)", loc="left")
    axis.invert_yaxis()
    plt.tight_layout()
    plt.show()


draw(list(advice), {"eGFR": egfr, "creatinine clearance": crcl, None: egfr})

# %% [markdown]
# ## What a check makes of it
#
# One finding states the fact and what each source says of it, with its grade. Nothing is averaged, and weak evidence
# does not soften what a source says. A claim that cites nothing, and a study of how one dose is cleared, are not
# compared unless you name them. The review lists both.

# %%
formulary = Formulary.shipped()
plan = load_protocol("baclofen-raynaud-example").plan()
tablets = formulary.products("baclofen", market="us")
patient = read_patient(
    '{"age": 70, "sex": "female", "creatinine": "1.6 mg/dL", "weight_kg": 62, "weight_basis": "actual",'
    ' "kidney_stable": true, "dialysis": false}'
)
review = check(realize(plan, tablets), patient=patient)
(about,) = [finding for finding in review.findings if finding.rule == "kidney"]
print(f"{about.severity}: {about.happens}")
for said in about.each:
    print(f"  {said.source.organization}, grade {said.source.grade}: {said.says}")
print("within:", ", ".join(item.source.id for item in review.within if item.rule == "kidney"))
for item in review.left_out:
    if item.rule == "kidney":
        print(f"not compared: {item.source.id}, {item.why}")
assert len(about.sources) == 6
assert review.worst == "high"
assert {"raynaud-article", "vlavonou-2014"} == {item.source.id for item in review.left_out if item.rule == "kidney"}

# %% [markdown]
# ## The article's figure
#
# The article says: adjust the dose below an eGFR of 30. At 34.5 it says nothing. Three sources already act below 60,
# and a fourth, in its own measure, below 80. So the article's figure is **contradicted**. It is a claim of grade C
# that cites nothing, so a check does not compare with it unless you name it.

# %%
acting = [(max(band.upper or 0 for band in one.bands), one) for one in advice if one.bands]
for upper, one in sorted(acting, key=lambda item: (-item[0], item[1].source.id)):
    print(f"{one.source.id}: from {upper} down, in {one.measure} (grade {one.source.grade})")
assert [one.source.id for upper, one in acting if one.basis == "claim" and upper == 30] == ["raynaud-article"]
assert sum(upper >= 60 for upper, _ in acting) == 4

# %% [markdown]
# ## Asking one source for doses
#
# A proposal names its source. Most sources give no figure here: *avoid*, *caution* and *reduce* are not doses, and the
# library invents none. The liquid can be measured in steps of half a milliliter, so halves of 5 mg can be made.

# %%
products = [p.measured("0.5 mL") if p.id == "baclofen-us-solution-5mg-5ml" else p for p in tablets]


def ask(someone, source: str) -> str:
    """What a source proposes for someone, or why it does not, without the list of other sources."""
    try:
        made = propose_for_kidney(plan, someone, source=source, products=products)
    except CannotCompute as refusal:
        return "no proposal: " + refusal.message.split(". Sources")[0].split(". Am J")[0].split(", which")[0]
    changed = {f"{change.before} -> {change.after}" for change in made.changes} or {"no dose changes"}
    return f"{made.says}: {', '.join(sorted(changed))}"


for source in ("beers-2023", "wolf-2018", "vlavonou-2014"):
    print(f"{source}: {ask(patient, source)}")
assert "5 mg -> 2.5 mg" in ask(patient, "vlavonou-2014")

# %% [markdown]
# ## Exercises
#
# 1. The same person's eGFR is reported as 28. What does `nefrologia-2020` then say, and of which doses?
# 2. Her kidney function is changing from day to day (`"kidney_stable": false`). What does the check say?

# %%
# Answer 1: a first daily dose, and nothing about later steps. They are unchanged, which does not mean that they are
# right.
lower = read_patient('{"egfr": "28", "kidney_stable": true, "dialysis": false}')
proposal = propose_for_kidney(plan, lower, source="nefrologia-2020", products=products)
print(proposal.says, "at", proposal.place)
print(proposal.note)
assert proposal.says == "initial daily dose of 7.5 mg"

# %%
# Answer 2: nothing about her kidneys is assessed, since a changing kidney function has no single figure.
someone = read_patient('{"egfr": "28", "kidney_stable": false, "dialysis": false}')
changing = check(realize(plan, tablets), patient=someone)
print(sorted({gap.missing.split(" (")[0] for gap in changing.not_assessed if gap.rule == "kidney"}))
assert not [finding for finding in changing.findings if finding.rule == "kidney"]
