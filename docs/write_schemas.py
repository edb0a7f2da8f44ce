"""Write the JSON Schemas of the plan, log, products and patient formats from the models that read them."""

import json
from pathlib import Path
from typing import Any

from taper.people.patient import Patient
from taper.plans.log import Log
from taper.plans.plan import Plan
from taper.products.product import Product

FOLDER = Path(__file__).parent / "reference"


def schemas() -> dict[str, dict[str, Any]]:
    """Each schema by the name of its file."""
    plan = Plan.model_json_schema(by_alias=True)
    plan["required"] = ["format", "courses"]
    products = {"type": "array", "items": Product.model_json_schema(by_alias=True)}
    products["$defs"] = products["items"].pop("$defs")
    products["items"]["required"] = ["drug", "form"]
    products["items"]["properties"]["pieces"] = products["items"]["properties"]["allow_pieces"]
    return {
        "taper-plan.schema.json": _headed("taper-plan/1: a plan", plan),
        "taper-log.schema.json": _headed("taper-log/1: what happened to a plan", _log()),
        "products.schema.json": _headed("A list of products", products),
        "patient.schema.json": _headed("A patient", Patient.model_json_schema(by_alias=True)),
    }


def _log() -> dict[str, Any]:
    log = Log.model_json_schema(by_alias=True)
    log["required"] = ["format", "plan", "start"]
    for event in log["properties"]["events"]["items"]["anyOf"]:
        held = log["$defs"][event["$ref"].rpartition("/")[2]]
        held["required"] = ["kind", *held["required"]]
    return log


def _headed(title: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def written(schema: dict[str, Any]) -> str:
    """A schema as the text of its file."""
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    for name, schema in schemas().items():
        (FOLDER / name).write_text(written(schema), encoding="utf-8")
