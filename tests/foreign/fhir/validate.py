"""Validates every bundle with one Python validator, and prints one line.

Usage: validate.py VALIDATOR DIRECTORY RESULT. The result lists the planted defects that it caught.
"""

import json
import sys
from decimal import Decimal
from importlib.metadata import version as version_of
from pathlib import Path


def units_of(tree):
    """Every UCUM code in a resource."""
    if isinstance(tree, dict):
        if tree.get("system") == "http://unitsofmeasure.org" and "code" in tree:
            yield tree["code"]
        for item in tree.values():
            yield from units_of(item)
    elif isinstance(tree, list):
        for item in tree:
            yield from units_of(item)


def with_fhir_resources(text, release):
    from pydantic import ValidationError

    if release == "R4":
        from fhir.resources.R4B.bundle import Bundle
    else:
        from fhir.resources.bundle import Bundle
    try:
        Bundle.model_validate_json(text)
    except ValidationError as error:
        return [f"{item['loc']}: {item['msg']}" for item in error.errors()]
    return []


def with_fhirkit(text, release):
    import fhirkit

    try:
        return [f"{item.path}: {item.message}" for item in fhirkit.validate(text) if item.severity == "error"]
    except fhirkit.ParseError as error:
        return [str(error)]


def with_ucumvert(text, release):
    from lark.exceptions import LarkError
    from ucumvert import get_ucum_parser

    parser = with_ucumvert.__dict__.setdefault("parser", get_ucum_parser())
    wrong = []
    for code in sorted(set(units_of(json.loads(text, parse_float=Decimal)))):
        try:
            parser.parse(code)
        except LarkError:
            wrong.append(f"{code!r} is not UCUM")
    return wrong


VALIDATORS = {
    "fhir.resources": (with_fhir_resources, {"R4", "R5"}),
    "fhirkit-rs": (with_fhirkit, {"R4"}),
    "ucumvert": (with_ucumvert, {"R4", "R5"}),
}


def main():
    name, folder, result = sys.argv[1:]
    validate, releases = VALIDATORS[name]
    counts = {"good": 0, "bad": 0}
    caught, wrong = [], []
    for path in sorted(Path(folder).iterdir()):
        kind, release, _ = path.stem.split("-", 2)
        if release not in releases:
            continue
        counts[kind] += 1
        problems = validate(path.read_text(encoding="utf-8"), release)
        if kind == "good" and problems:
            wrong.append(f"{path.name}: {problems[0]}")
        elif kind == "bad" and problems:
            caught.append(path.stem)
    Path(result).write_text(json.dumps(caught), encoding="utf-8")
    told = (
        f"{counts['good']} bundles of {' and '.join(sorted(releases))} valid, "
        f"{len(caught)} of {counts['bad']} defects caught"
    )
    if wrong or not caught or not counts["good"]:
        sys.exit("\n".join([f"FAILED: {name} {version_of(name)}: {told}", *wrong]))
    sys.stdout.write(f"ran: {name} {version_of(name)}: {told}\n")


main()
