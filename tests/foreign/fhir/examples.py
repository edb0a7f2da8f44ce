"""Reads HL7's own R4 examples of medication requests: what does not agree in them must be named, and nothing crashes.

Usage: examples.py FOLDER_OF_THE_NPM_PACKAGE.
"""

import sys
from pathlib import Path

from taper import CannotImport, WrongResource, load_fhir, mg

TAPERING = (
    ("text", "step 1: the text says 7 days, the bounds say 5 days, 2015-01-16 to 2015-01-20"),
    ("text", "step 2: the text says 7 days, the bounds say 8 days, 2015-01-23 to 2015-01-30"),
    ("gap", "the 2 days between step 1, which ends on 2015-01-20, and step 2, which begins on 2015-01-23"),
    ("supply", "51 TAB of Prednisone 5mg tablet (Product) supplied; the doses are 43 TAB by their bounds, "
               "and by their texts to 49 TAB"),
    ("supply", "the supply is said to last 21 days; the doses span 22 days"),
    ("dose", "4 TAB, and what one unit holds is not stated"),
)  # fmt: skip
UNBOUNDED = (
    ("bounds", "step 1 has no bounds"),
    ("bounds", "step 2 has no bounds"),
    ("route", "not taken by mouth"),
    ("rate", "a dose lasts a while"),
)


def refused(path, **given):
    try:
        load_fhir(path, **given)
    except CannotImport as error:
        return error.reports
    raise AssertionError(f"{path.name} was read as a plan")


def check_named(path, expected, reports):
    for kind, text in expected:
        assert any(report.kind == kind and text in report.message for report in reports), f"{path.name}: {kind}: {text}"


def check_accepted(path):
    """With everything named by the caller, the bounds stand and the gap is a time without doses."""
    read = load_fhir(path, slots={1: ["morning"]}, strength=mg(5), accept=("text", "gap"))
    told = [(str(step.lasting), step.kind, step.days[0].as_dict()) for step in read.plan.courses[0].steps]
    assert told == [
        ("5 days", None, {"morning": "20 mg"}), ("2 days", "gap", {}), ("8 days", None, {"morning": "10 mg"}),
        ("7 days", None, {"morning": "5 mg"}),
    ], told  # fmt: skip
    supplied = "255 mg of Prednisone 5mg tablet (Product) supplied; the doses are 215 mg by their bounds"
    check_named(path, [*TAPERING[:3], ("supply", supplied)], read.reports)


def main():
    folder = Path(sys.argv[1])
    tapering, unbounded = folder / "MedicationRequest-medrx0303.json", folder / "MedicationRequest-medrx0317.json"
    check_named(tapering, TAPERING, refused(tapering))
    check_named(unbounded, UNBOUNDED, refused(unbounded))
    check_accepted(tapering)
    counts = {"read": 0, "refused": 0}
    for path in sorted(folder.glob("MedicationRequest-*.json")):
        try:
            load_fhir(path, slots={1: ["morning"], 2: ["morning", "evening"], 3: ["morning", "noon", "evening"]},
                      strength=mg(1))  # fmt: skip
        except (CannotImport, WrongResource):
            counts["refused"] += 1
        else:
            counts["read"] += 1
    assert sum(counts.values()) >= 30, counts
    told = (
        f"ran: HL7's R4 examples: medrx0303 refused with each of {len(TAPERING)} disagreements named, medrx0317 with "
        f"{len(UNBOUNDED)}; of all {sum(counts.values())} requests {counts['read']} read, "
        f"{counts['refused']} refused by name"
    )
    sys.stdout.write(f"{told}\n")


main()
