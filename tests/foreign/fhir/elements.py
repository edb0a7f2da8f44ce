"""Builds the lists of elements that the library ships from HL7's own structure definitions, and compares them.

Usage: elements.py FOLDER_OF_R4_EXAMPLES FOLDER_OF_R5_CORE [--write].
With --write the lists are written and not compared.
"""

import json
import sys
from pathlib import Path

ROOTS = ["MedicationRequest", "MedicationStatement", "MedicationDispense", "Medication", "Dosage", "Bundle"]
SHIPPED = Path(__file__).resolve().parents[3] / "src" / "taper" / "data" / "fhir"
VERSIONS = {"R4": "4.0.1", "R5": "5.0.0"}
PACKAGES = {"R4": "hl7.fhir.r4.examples", "R5": "hl7.fhir.r5.core"}
LEAVES = {"Resource", "Element", "BackboneElement", "DomainResource", "Base", "DataType"}


def definition(folder, name):
    return next(
        (
            json.loads(path.read_text(encoding="utf-8"))
            for path in (
                folder / f"StructureDefinition-{name}.json",
                folder / f"StructureDefinition-{name.lower()}.json",
            )
            if path.exists()
        ),
        None,
    )


def type_of(element, path):
    """What stands in an element: names of types, or the path whose content it shares or has of its own."""
    if "contentReference" in element:
        return element["contentReference"].partition("#")[2]
    codes = [item["code"].removeprefix("http://hl7.org/fhirpath/System.").replace("String", "string")
             for item in element.get("type", [])]  # fmt: skip
    return path if codes and set(codes) <= {"BackboneElement", "Element"} else "|".join(codes)


def types_of(folder):
    made, left = {}, list(ROOTS)
    while left:
        name = left.pop()
        found = definition(folder, name) if name not in made and name not in LEAVES else None
        if found is None or found["kind"] == "primitive-type":
            continue
        for element in found["snapshot"]["element"]:
            owner, _, last = element["path"].rpartition(".")
            if not owner:
                made.setdefault(name, {})
                continue
            kind = type_of(element, element["path"])
            made.setdefault(owner, {})[last] = f"{kind} {element['min']} {element['max']}"
            left += [item for item in kind.split("|") if item[:1].isupper() and "." not in item]
    return {name: made[name] for name in sorted(made)}


def text_of(version, folder):
    head = {
        "source": f"HL7 FHIR {version}, structure definitions of version {VERSIONS[version]}",
        "read_in": f"the package {PACKAGES[version]} {VERSIONS[version]}",
        "verified_on": "2026-11-29",
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    types = [f"    {json.dumps(name)}: {json.dumps(held)}" for name, held in types_of(folder).items()]
    return "\n".join(["{", *lines, '  "types": {', ",\n".join(types), "  }", "}", ""])


def main():
    for version, folder in zip(("R4", "R5"), sys.argv[1:3], strict=True):
        text, path = text_of(version, Path(folder)), SHIPPED / f"elements-{version}.json"
        if "--write" in sys.argv:
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is not what the structure definitions say"
        count = sum(map(len, json.loads(text)["types"].values()))
        sys.stdout.write(f"ran: {path.name}: {count} elements, as HL7's structure definitions have them\n")


if __name__ == "__main__":
    main()
