"""The data files of names: their shape, their sources, and that what they name is somewhere known."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

import taper
from taper.source import Source

DATA = Path(taper.__file__).parent / "data"
NAME = re.compile(r"[a-z0-9][a-z0-9.+-]*")


def read(name):
    return tomllib.loads((DATA / name).read_text("utf-8"), parse_float=Decimal)


NAMES, MEDICINES, CONDITIONS = (read(name) for name in ("names.toml", "medicines.toml", "conditions.toml"))
CODES = {name: codes for item in MEDICINES["lists"] for name, codes in item["codes"].items()}
SAME = {name: group[0] for item in NAMES["same"] for group in item["groups"] for name in group}
CONTAINS = {name: inner for item in NAMES["lists"] for name, inner in item["contains"].items()}


@pytest.mark.parametrize("data", [NAMES, MEDICINES, CONDITIONS], ids=["names", "medicines", "conditions"])
def test_every_source_loads_and_is_cited_and_every_cited_one_is_there(data):
    for key, body in data["sources"].items():
        assert Source(id=key, **body).locator
    entries = [entry for part in data.values() if isinstance(part, list) for entry in part if isinstance(entry, dict)]
    assert {entry["source"] for entry in entries if "source" in entry} == set(data["sources"])


def test_every_name_is_written_as_the_library_writes_names():
    conditions = [name for item in CONDITIONS["same"] for group in item["groups"] for name in group]
    for name in (*CODES, *SAME, *CONTAINS, *conditions):
        assert NAME.fullmatch(name), name


def test_every_code_is_one_of_the_index():
    for name, codes in CODES.items():
        assert codes, name
        assert all(re.fullmatch(r"[A-Z]\d\d[A-Z]{0,2}(\d\d)?", code) for code in codes), name
    for group in MEDICINES["groups"]:
        assert all(re.fullmatch(r"[A-Z]\d\d([A-Z]{1,2}(\d\d)?)?", code) for code in group["codes"]), group


def test_a_name_stands_in_one_place():
    listed = [name for item in NAMES["lists"] for name in item["contains"]]
    assert len(listed) == len(set(listed))
    assert not set(listed) & (set(CODES) | set(SAME))
    grouped = [name for item in NAMES["same"] for group in item["groups"] for name in group]
    assert len(grouped) == len(set(grouped))


def test_what_a_name_contains_is_a_known_medicine_but_for_a_few():
    inner = {name for contents in CONTAINS.values() for name in contents}
    assert inner - set(CODES) - set(SAME) - set(CONTAINS) <= {
        "bismuth-subsalicylate", "butalbital", "dienogest", "fenofibric-acid", "gabapentin-enacarbil",
        "icosapent-ethyl", "levosalbutamol", "metaxalone", "omega-3-triglycerides", "zileuton",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "contents"),
    [
        ("percocet", {"oxycodone", "paracetamol"}), ("co-codamol", {"codeine", "paracetamol"}),
        ("microgynon", {"ethinylestradiol", "levonorgestrel"}), ("gtn-spray", {"glyceryl-trinitrate"}),
        ("norco", {"hydrocodone", "paracetamol"}), ("lustral", {"sertraline"}), ("epilim", {"valproic-acid"}),
    ],
)  # fmt: skip
def test_what_people_write_leads_to_what_it_contains(name, contents):
    assert set(CONTAINS[name]) == contents


def test_a_kind_of_a_condition_leads_upwards_and_never_round():
    wider: dict[str, set[str]] = {}
    for item in CONDITIONS["lists"]:
        for name in item["members"]:
            wider.setdefault(name, set()).add(item["name"])
    for name in wider:
        seen, ahead = set(), set(wider[name])
        while ahead:
            seen |= ahead
            ahead = {above for each in ahead for above in wider.get(each, ())} - seen
        assert name not in seen
    assert "arrhythmia" in wider["atrial-fibrillation"]


def test_a_condition_that_matters_to_none_is_no_kind_of_one_that_does():
    kinds = {name for item in CONDITIONS["lists"] for name in (item["name"], *item["members"])}
    assert not kinds & {name for item in CONDITIONS["distinct"] for name in item["members"]}
