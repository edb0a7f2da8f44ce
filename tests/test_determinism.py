"""The same plan gives the same bytes, whatever the hash seed, zone, locale, folder, thread, process or Python."""

import copy
import importlib
import json
import os
import pickle
import pkgutil
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import is_dataclass
from multiprocessing import get_context
from pathlib import Path

import pytest

import taper
from digests import START, digests, formats, schedule
from taper import (
    AtMost,
    Concentration,
    DailyDose,
    Dose,
    Duration,
    Formulary,
    InvalidAmount,
    Log,
    NotFound,
    NotReachable,
    Pace,
    Patient,
    Plan,
    Product,
    Reachable,
    Regimen,
    Slot,
    TaperError,
    Volume,
    Weights,
    check,
    count_supply,
    days,
    mg,
    plan_phases,
    plan_taper,
    read_patient,
    to_table,
)
from taper.plans.log import Hold

TESTS = Path(__file__).parent
PACKAGE = Path(taper.__file__).parent


@pytest.fixture(scope="module")
def here():
    made = schedule()
    return made, dict(digests(made))


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A folder with the library alone: an installed one lies beside packages that were built for one Python."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(PACKAGE, folder / "taper", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def digests_by(python, alone, folder, **changes):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(alone), str(TESTS))), **changes}
    done = subprocess.run(
        [python, str(TESTS / "digests.py")], env=environment, cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "changes",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"},
        # A zone that is a folder cannot be read, by the packages that look for one without need either.
        {"PYTHONHASHSEED": "0", "TZ": "/", "LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"},
    ],
    ids=["far east and C", "half an hour and German", "a folder, Turkish and Latin 1"],
)
def test_hash_seed_zone_locale_and_folder_change_no_byte(tmp_path, here, alone, changes):
    assert digests_by(sys.executable, alone, tmp_path, **changes) == here[1]


def others():
    """Commands that may start another Python: those of the path, and those that TAPER_PYTHONS names."""
    named = os.environ.get("TAPER_PYTHONS", "").split(os.pathsep)
    found = [*filter(None, named), *(shutil.which(f"python3.{minor}") for minor in range(11, 16))]
    return list(dict.fromkeys(filter(None, found)))


def can_run(python):
    """Whether a command starts a Python of another version that can import what the library needs, by itself."""
    asked = (
        "import sys, pydantic, dateutil; version = sys.version_info[:2]; sys.exit(version < (3, 11) or version == {})"
    )
    bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    here = tuple(sys.version_info[:2])
    return subprocess.run([python, "-c", asked.format(here)], env=bare, capture_output=True).returncode == 0


def test_other_pythons_give_the_same_bytes(tmp_path, here, alone):
    able = [python for python in others() if can_run(python)]
    if not able:
        pytest.skip("no other Python with pydantic and dateutil; name some in TAPER_PYTHONS")
    for python in able:
        made = digests_by(python, alone, tmp_path)
        assert made == {name: here[1][name] for name in made}


def values():
    made = schedule()
    review, supply = check(made, Patient(age=70)), count_supply(made, fills=days(28))
    log = Log.of(made.realized.plan, START, [Hold(day=START.replace(day=9), lasting=days(7))])
    products = made.products
    return {
        "dose": mg("2.5"),
        "daily dose": DailyDose("1/3"),
        "duration": Duration.parse("3 months"),
        "volume": Volume.parse("2.5 mL"),
        "concentration": Concentration.parse("2 mg/5 mL"),
        "slot": Slot("evening"),
        "regimen": Regimen.of({"morning": "5 mg"}),
        "pace": Pace.parse("2 mg, every 2 weeks"),
        "weights": Weights(),
        "fills": AtMost(28),
        "product": products[0],
        "patient": read_patient('{"age": 70, "egfr": "42"}'),
        "plan": made.realized.plan,
        "realized": made.realized,
        "schedule": made,
        "review": review,
        "supply": supply,
        "log": log,
        "formulary": Formulary.shipped(),
        "reachable": Reachable([p for p in products if p.drug == "diazepam"], up_to=mg(20)),
        **planned(),
    }


def planned():
    """What the planners make; each is made anew."""
    products = Formulary.shipped().products("diazepam", market="us")
    asked = {"drug": "diazepam", "before": {"bedtime": "10 mg"}, "products": products}
    phased = plan_phases(**asked, phases="2 mg, every 1 week to 4 mg, then 1 mg, every 1 week")
    made = plan_taper(**asked, pace="2 mg, every 2 weeks")
    return {"taper": made, "report": made.report, "phased taper": phased, "report on phases": phased.report}


def test_the_same_question_has_the_same_answer_and_another_has_another():
    one, other = planned(), planned()
    assert one == other
    assert [hash(value) for name, value in one.items() if "report" in name] == [
        hash(value) for name, value in other.items() if "report" in name
    ]
    products = one["taper"].report.solved.problem.products
    assert one["taper"] != plan_taper(
        drug="diazepam", before={"bedtime": "10 mg"}, products=products, pace="2 mg, every 3 weeks"
    )
    assert Formulary.shipped() != Formulary([Formulary.shipped().monograph("diazepam")])
    assert Reachable(products, up_to=mg(20)) != Reachable(products, up_to=mg(10))


VALUES = values()
HASHED = {"dose", "duration", "slot", "regimen", "product", "formulary", "reachable", "report", "report on phases"}
WORKING = {"Told", "Found", "Work"}
"""Dataclasses that a single call fills and throws away."""


@pytest.mark.no_cover
@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_copied_and_pickled_as_itself(name):
    value = VALUES[name]
    for made in (copy.copy(value), copy.deepcopy(value), *(pickle.loads(pickle.dumps(value, n)) for n in range(2, 6))):
        assert type(made) is type(value)
        assert made == value
        assert str(made) == str(value)
        assert name not in HASHED or hash(made) == hash(value)


def dataclasses_of_the_library():
    for info in pkgutil.walk_packages(taper.__path__, "taper."):
        if "__main__" not in info.name and not info.name.startswith("taper.testing"):
            module = importlib.import_module(info.name)
            yield from (held for held in vars(module).values() if held.__class__ is type and is_dataclass(held)
                        and held.__module__ == info.name and not held.__name__.startswith("_"))  # fmt: skip


def test_every_value_that_is_handed_out_is_frozen():
    found = list(dataclasses_of_the_library())
    assert len(found) > 50
    assert {kind.__name__ for kind in found if not kind.__dataclass_params__.frozen} <= WORKING


def errors():
    tablets = [Product(id="t5", drug="x", form="tablet", strength="5 mg")]
    for call in (
        lambda: Dose.parse("5"),
        lambda: Plan.read({"courses": [{}, {}]}),
        lambda: Reachable(tablets, up_to=mg(10)).recipe(mg(7)),
        lambda: Formulary.shipped().monograph("diazpam"),
    ):
        try:
            call()
        except TaperError as error:
            yield error


@pytest.mark.parametrize("error", list(errors()), ids=lambda error: type(error).__name__)
def test_an_error_is_pickled_with_all_that_it_says(error):
    made = pickle.loads(pickle.dumps(error))
    assert type(made) is type(error)
    assert (str(made), vars(made)) == (str(error), vars(error))
    assert isinstance(error, InvalidAmount | NotFound | NotReachable | taper.InvalidInput)


@pytest.mark.no_cover
def test_threads_share_a_schedule_and_write_the_same_bytes(here):
    made, expected = schedule(), here[1]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: dict(digests(made)), range(4)))
    assert all(one == expected for one in found)


def test_processes_take_a_schedule_and_give_back_what_it_writes(here):
    made = here[0]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert set(pool.map(to_table, [made] * 3)) == {to_table(made)}
        assert next(iter(pool.map(count_supply, [made]))) == count_supply(made)


def test_every_format_is_compared(here):
    assert set(here[1]) == set(formats(here[0]))
