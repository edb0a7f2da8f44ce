# %% [markdown]
# # To FHIR and back, and a standard's own example that disagrees with itself
#
# When you have worked through this, you can write a plan as a FHIR bundle of proposals, read it back and show that no
# dose changed, and see what happens to a request that does not agree with itself: here HL7's own R4 example of a taper.

# %%
import json
from datetime import date, timedelta

from matplotlib import pyplot as plt
from matplotlib.dates import num2date

from taper import (
    CannotImport,
    Formulary,
    InvalidInput,
    check,
    compare,
    from_fhir,
    load_protocol,
    mg,
    realize,
    to_fhir,
    to_schedule,
    weeks,
    write_fhir,
)

plan = load_protocol("baclofen-raynaud-example").plan()
made = realize(plan, Formulary.shipped().products("baclofen", market="us"))
schedule = to_schedule(made, start=date(2027, 3, 1), horizon=weeks(3))
review = check(schedule)

# %% [markdown]
# ## Out: proposals in draft
#
# One request holds the whole course, with a dosage for each step and time of day. It is a *draft* and a *proposal*: a
# person may turn it into an order. What the check found and what it could not assess go with it.

# %%
bundle = to_fhir(schedule, review=review)
resources = [entry["resource"] for entry in bundle["entry"]]
kinds = [resource["resourceType"] for resource in resources]
print({kind: kinds.count(kind) for kind in sorted(set(kinds))})
request = resources[0]
print(request["status"], request["intent"])
for dosage in request["dosageInstruction"]:
    print(dosage["sequence"], dosage["text"])
assert (request["status"], request["intent"]) == ("draft", "proposal")
assert kinds.count("DetectedIssue") == len(review.findings) + len(review.not_assessed)

# %% [markdown]
# ## And back, in each shape
#
# R4 or R5, one request for all steps or one for each: the plan that comes back has the same doses on the same days.
# What cannot come back is named in a report.

# %%
for version in ("R4", "R5"):
    for profile in ("sequences", "separate"):
        back = from_fhir(write_fhir(to_fhir(schedule, version=version, profile=profile)))
        same = compare(back.plan, plan)
        print(f"{version}, {profile}: the same doses: {same.is_none}; day 1 on {back.start}; read as {back.version}")
        assert same.is_none
        assert back.plan.courses[0].steps == plan.courses[0].steps
print([str(report) for report in back.reports])

# %% [markdown]
# ## No digit is lost
#
# Doses are written as `Decimal`. The writer refuses a float, since a float may already be rounded.

# %%
quantity = request["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]
print(type(quantity["value"]).__name__, quantity["value"], quantity["code"])
try:
    write_fhir({**quantity, "value": 5.1})
except InvalidInput as refusal:
    print(refusal)

# %% [markdown]
# ## A standard's own example
#
# HL7's R4 example `medrx0303` is a taper of prednisone. Below are its texts, dates and counts, as HL7 publishes them.
# Fields that do not concern a dose are left out. Read it before you run the next cell: do the texts, the dates and the
# tablets agree?

# %%
ROWS = [
    ("Take 4 tablets daily for 7 days starting January 16, 2015", "2015-01-16", "2015-01-20", 4),
    ("Take 2 tablets daily for 7 days starting January 23, 2015", "2015-01-23", "2015-01-30", 2),
    ("Take 1 tablets daily for 7 days starting January 31, 2015", "2015-01-31", "2015-02-06", 1),
]
PREDNISONE = {"system": "http://snomed.info/sct", "code": "373994007", "display": "Prednisone 5mg tablet (Product)"}
ORAL = {"coding": [{"system": "http://snomed.info/sct", "code": "26643006"}]}
TAB = {"unit": "TAB", "system": "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm", "code": "TAB"}
DAY = {"unit": "days", "system": "http://unitsofmeasure.org", "code": "d"}


def dosage_of(number: int, text: str, start: str, end: str, tablets: int) -> dict:
    """One step of the example: its text, its dates, and its tablets a day."""
    repeat = {"boundsPeriod": {"start": start, "end": end}, "frequency": 1, "period": 1, "periodUnit": "d"}
    amount = [{"doseQuantity": {"value": tablets, **TAB}}]
    return {"sequence": number, "text": text, "timing": {"repeat": repeat}, "route": ORAL, "doseAndRate": amount}


EXAMPLE = json.dumps(
    {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "contained": [{"resourceType": "Medication", "id": "med0311", "code": {"coding": [PREDNISONE]}}],
        "medicationReference": {"reference": "#med0311"},
        "subject": {"reference": "Patient/example"},
        "dosageInstruction": [dosage_of(number, *row) for number, row in enumerate(ROWS, start=1)],
        "dispenseRequest": {"quantity": {"value": 51, **TAB}, "expectedSupplyDuration": {"value": 21, **DAY}},
    }
)
try:
    from_fhir(EXAMPLE)
except CannotImport as refusal:
    reports = refusal.reports
for report in reports:
    if report.kind in {"text", "gap", "supply"}:
        print(f"{'refuses' if report.refuses else 'reports':8}{report.message}")
assert {report.kind for report in reports if report.refuses} == {"text", "gap", "dose"}

# %%
_, axis = plt.subplots(figsize=(9, 4.6))
TOLD = [date(2015, 1, 16), date(2015, 1, 23), date(2015, 1, 31)]
for row, (_, start, end, _) in enumerate(ROWS):
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    for offset, begin, length, color, words in (
        (-0.2, TOLD[row], 7, "#E69F00", "as its text says"),
        (0.2, first, (last - first).days + 1, "#0072B2", "as its bounds say"),
    ):
        label = words if row == 0 else None
        axis.barh(row + offset, timedelta(days=length), left=begin, height=0.36, color=color, label=label)
        middle = begin + timedelta(days=length) / 2
        axis.text(middle, row + offset, f"{length} days", ha="center", va="center", backgroundcolor="white", fontsize=9)
axis.axvspan(date(2015, 1, 21), date(2015, 1, 23), color="#CCCCCC", zorder=0, label="no bounds: is nothing taken?")
axis.set_yticks(range(3), [f"step {n}\n{row[3]} x 5 mg a day" for n, row in enumerate(ROWS, start=1)])
axis.invert_yaxis()
axis.set_xlabel("date (2015)")
axis.xaxis.set_major_formatter(lambda value, _: f"{num2date(value):%d %b}")
axis.set_title("HL7's own example of a taper says two different things about when", loc="left")
axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=3, frameon=False)
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Only on someone's word
#
# No plan was read. The texts call for 49 tablets, the dates for 43, and 51 were supplied. The library does not choose
# between them. Someone who knows which was meant can accept a disagreement by name. Every report is still listed.

# %%
read = from_fhir(EXAMPLE, slots={1: ["morning"]}, strength=mg(5), accept=("text", "gap"))
for step in read.plan.courses[0].steps:
    print(f"{step.lasting}: {step}")
assert [str(step.lasting) for step in read.plan.courses[0].steps] == ["5 days", "2 days", "8 days", "7 days"]
assert {"text", "gap", "supply"} <= {report.kind for report in read.reports}

# %% [markdown]
# ## Exercises
#
# 1. Correct the example so that texts and bounds agree (7 days each, end to end). What is still reported of the supply?
# 2. What becomes of a dose "as needed"?

# %%
# Answer 1: 7 days of 4, 2 and 1 tablets are 49, and 51 were supplied. The doses are certain, so a plan is read.
mended = json.loads(EXAMPLE)
for number, dosage in enumerate(mended["dosageInstruction"]):
    bounds = dosage["timing"]["repeat"]["boundsPeriod"]
    first = date(2015, 1, 16) + timedelta(days=7 * number)
    bounds["start"], bounds["end"] = first.isoformat(), (first + timedelta(days=6)).isoformat()
    dosage["text"] = dosage["text"].partition("January")[0] + f"January {first.day}, 2015"
whole = from_fhir(json.dumps(mended), slots={1: ["morning"]}, strength=mg(5))
print([report.message for report in whole.reports if report.kind == "supply"])
assert [str(step.lasting) for step in whole.plan.courses[0].steps] == ["7 days"] * 3
# Answer 2: it is refused, since nobody can say on which days it is taken.
mended["dosageInstruction"][0]["asNeededBoolean"] = True
try:
    from_fhir(json.dumps(mended), slots={1: ["morning"]}, strength=mg(5))
except CannotImport as refusal:
    against = [report for report in refusal.reports if report.refuses]
print([report.message for report in against])
assert "as-needed" in {report.kind for report in against}
