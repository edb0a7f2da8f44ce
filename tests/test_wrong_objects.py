"""The wrong object gets a plain answer: what the function takes, and what to call first."""

# ruff: noqa: E501  # a line is one case

import inspect
import pickle
from datetime import date

import pytest

import taper
from taper import (
    Formulary,
    InvalidInput,
    Patient,
    WrongObject,
    check,
    count_supply,
    days,
    fixed,
    load_plan,
    load_protocol,
    plan_taper,
    realize,
    to_schedule,
    to_table,
)
from taper._base.takes import _WANTED, _fits, _members, _name

PLAN = load_protocol("diazepam-example").plan()
PRODUCTS = Formulary.shipped().products("diazepam", market="us")
REALIZED = realize(PLAN, PRODUCTS)
SCHEDULE = to_schedule(REALIZED, start=date(2027, 3, 1))
TAPER = plan_taper(drug="diazepam", before={"bedtime": "10 mg"}, pace="5 mg, every 1 week", products=PRODUCTS)
WRONG = [PLAN, REALIZED, SCHEDULE, TAPER, PRODUCTS[0], Formulary.shipped(), "plan.json", 5, None, object(), [5]]


def asked():
    """Every parameter of every public function that takes an object of the library's own."""
    for name in taper.__all__:
        function = getattr(taper, name)
        if inspect.isfunction(function):
            for place, parameter in inspect.signature(function).parameters.items():
                members = _members(parameter.annotation)
                if any(_name(member) in _WANTED for member in members):
                    yield pytest.param(function, place, members, id=f"{name}-{place}")


def test_many_functions_take_objects_of_the_library():
    assert len(list(asked())) > 60


@pytest.mark.parametrize(("function", "place", "members"), list(asked()))
def test_every_wrong_object_is_named_with_what_to_call_first(function, place, members):
    refused = [value for value in WRONG if not any(_fits(value, member) for member in members)]
    assert refused
    for value in refused:
        with pytest.raises(WrongObject) as error:
            function(**{place: value})
        said = str(error.value)
        assert said.startswith(f"{function.__name__} takes ")
        assert f"as {place}, and got " in said
        assert "; " in said
        assert "object has no attribute" not in said
        assert "0x" not in said


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: check(PLAN), "check takes a realized plan or a schedule as plan, and got a Plan; call realize(plan, "
         "products) first"),
        (lambda: check(TAPER), "got a Taper; give its plan: call realize(taper.plan, products) first"),
        (lambda: realize(TAPER, PRODUCTS), "got a Taper; give its plan"),
        (lambda: realize("plan.json", PRODUCTS), "got a str; call load_plan(path) first"),
        (lambda: realize(PLAN, Formulary.shipped()), 'got a Formulary; call formulary.products("diazepam", market="us")'),
        (lambda: realize(PLAN, PRODUCTS[0]), "got a Product; write it in a list, [product]"),
        (lambda: count_supply(REALIZED), "got a RealizedPlan; call to_schedule(realized, start=date(2027, 3, 1)) first"),
        (lambda: to_table(PLAN), "got a Plan; call to_schedule(realize(plan, products), start=date(2027, 3, 1)) first"),
        (lambda: check(REALIZED, {"age": 40}), "got a dict; call Patient(age=60) or load_patient(path) first"),
        (lambda: fixed("2 mg", "2 weeks"), 'got a str; call Duration.parse("2 weeks") first'),
        (lambda: fixed("2 mg", 14), "got an int; write days(14) or weeks(2)"),
        (lambda: load_plan(PLAN), 'load_plan takes the path of a file as path, and got a Plan; write it as text'),
    ],
)  # fmt: skip
def test_the_advice_fits_what_was_given(call, said):
    with pytest.raises(WrongObject) as error:
        call()
    assert said in str(error.value)


def test_doing_what_is_said_works():
    assert check(realize(TAPER.plan, PRODUCTS), Patient(age=60))
    assert count_supply(to_schedule(REALIZED, start=date(2027, 3, 1)))
    assert realize(PLAN, [*PRODUCTS])
    assert fixed("2 mg", days(14))


def test_it_is_an_invalid_input_and_a_type_error():
    assert issubclass(WrongObject, InvalidInput)
    assert issubclass(WrongObject, TypeError)


def test_a_checked_function_travels_to_another_process():
    assert pickle.loads(pickle.dumps(check)) is check


def test_a_tuple_is_taken_where_a_function_says_so():
    from taper import Plan, WrongObject
    from taper._base.takes import takes

    @takes
    def count(given: Plan | tuple[str, ...]) -> int:
        return len(given) if isinstance(given, tuple) else 1

    assert count(("a", "b")) == 2
    with pytest.raises(WrongObject, match="count takes a plan as given"):
        count(["a"])
