"""Objects that never end, change while they are read, or were built without being looked at."""

import copy
import itertools
import pickle
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import taper
from taper import (
    Ambiguous,
    AverageDose,
    CannotCompute,
    DailyDose,
    Dose,
    EquivalenceTable,
    Formulary,
    InvalidInput,
    InvalidPace,
    Log,
    NoProducts,
    NotFound,
    Patient,
    Plan,
    Product,
    Regimen,
    TaperError,
    Volume,
    WrongObject,
    check,
    compare_intakes,
    days,
    from_fhir,
    in_order,
    largest_fall,
    linear,
    mg,
    plan_cross_taper,
    plan_steps,
    plan_taper,
    plan_titration,
    plot_doses,
    read_day,
    realize,
    replan,
    round_dose,
    steepest_window,
    to_fhir,
    to_schedule,
    weeks,
)
from taper._base.limits import MOST_ITEMS
from taper._base.shown import show
from taper.words.plain import PlainEnglish
from taper.words.plan_sheet import make_sheet
from taper.words.product_names import ProductNames
from test_bounded import START, X

DAYS = [{"for": "3 days", "regimen": {"evening": "5 mg"}}]


def plan() -> Plan:
    return Plan.read({"courses": [{"drug": "x", "then": "stop", "before": "nothing", "steps": DAYS}]})


class Endless(Mapping[str, str]):
    """A mapping whose keys never end."""

    def __getitem__(self, key: str) -> str:
        return "text"

    def __iter__(self) -> Iterator[str]:
        return (f"k{number}" for number in itertools.count())

    def __len__(self) -> int:
        return 10**12


class Turning(Mapping[str, str]):
    """A mapping that gives another answer each time it is asked."""

    asked = 0

    def __getitem__(self, key: str) -> Any:
        self.asked += 1
        return "x" if self.asked == 1 else object()

    def __iter__(self) -> Iterator[str]:
        return iter(["x1"])

    def __len__(self) -> int:
        return 1


class Named:
    """An object whose text would forge a line, color it, and turn it around."""

    def __repr__(self) -> str:
        return "5\nall is well\x1b[31m\u202e"


ENDLESS = {
    "AverageDose.over": lambda: AverageDose.over(itertools.repeat(DailyDose(5))),
    "DailyDose.of": lambda: DailyDose.of(itertools.repeat(Dose(5))),
    "Formulary": lambda: Formulary(itertools.repeat(Formulary.shipped().monograph("diazepam"))),
    "Regimen": lambda: Regimen(itertools.repeat(Regimen.of({"evening": "5 mg"}).intakes[0])),
    "realize": lambda: realize(plan(), itertools.repeat(X[0])),
    "plan_taper": lambda: plan_taper(
        drug="x", before={"evening": "5 mg"}, pace="1 mg, every 1 week", products=itertools.repeat(X[0])
    ),
    "compare_intakes": lambda: compare_intakes(
        to_schedule(realize(plan(), X), start=START), itertools.repeat(object())  # type: ignore[arg-type]
    ),
    "steepest_window": lambda: steepest_window(itertools.repeat(DailyDose(5)), 7),
    "from_fhir": lambda: from_fhir({}, drugs=Endless()),
    "from_fhir, accept": lambda: from_fhir({}, accept=Endless()),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_refused(name: str) -> None:
    with pytest.raises(TaperError):
        ENDLESS[name]()


def test_a_list_may_hold_as_much_as_its_limit_says() -> None:
    assert AverageDose.over([DailyDose(5)] * 100).mg == 5
    with pytest.raises(WrongObject, match=f"takes at most {MOST_ITEMS} items as totals, and got more; leave some out"):
        AverageDose.over([DailyDose(5)] * (MOST_ITEMS + 1))


@pytest.mark.parametrize("given", [{1, 2}, bytearray(b"12"), memoryview(b"12"), range(3), (n for n in "ab"), [[]]])
def test_every_item_of_what_is_no_list_is_looked_at(given: Any) -> None:
    with pytest.raises(WrongObject, match=r"AverageDose\.over takes a list of DailyDose"):
        AverageDose.over(given)


def test_a_generator_of_right_things_is_taken() -> None:
    assert AverageDose.over(DailyDose(n) for n in (4, 6)).mg == 5
    assert realize(plan(), (item for item in X))


def test_a_field_of_a_record_takes_a_generator_and_refuses_what_never_ends() -> None:
    course = {"drug": "x", "then": "stop", "before": "nothing", "steps": DAYS}
    assert Plan.read({"courses": (item for item in [{**course, "steps": iter(DAYS)}])}) == plan()
    for endless in (itertools.repeat(course), range(10**12), Endless()):
        with pytest.raises(InvalidInput, match=f"'courses' has more than {MOST_ITEMS} items; leave some out"):
            Plan(courses=endless)  # type: ignore[arg-type]


def test_a_record_of_a_kind_of_ones_own_is_no_list() -> None:
    class Own(Plan):
        """A plan of another program."""

    own = Own.read(plan().to_dict())
    assert realize(own, X)
    assert Log.of(own, START).plan == Log.of(plan(), START).plan


@pytest.mark.parametrize("given", [plan(), Patient(age=50), to_schedule(realize(plan(), X), start=START)])
def test_an_object_of_the_library_is_no_list_of_what_it_holds(given: Any) -> None:
    with pytest.raises(WrongObject):
        largest_fall(given)
    with pytest.raises(WrongObject):
        AverageDose.over(given)


def test_a_mapping_is_read_once() -> None:
    turning: Any = Turning()
    order = to_fhir(to_schedule(realize(plan(), X), start=START))
    assert from_fhir(order, drugs=turning).plan.courses[0].drug == "x"
    assert turning.asked == 1


def test_true_is_no_whole_number() -> None:
    course = plan_taper(drug="x", before={"evening": "5 mg"}, pace="1 mg, every 1 week", products=X).course
    with pytest.raises(WrongObject, match="replan takes a whole number as day, and got True; give a whole number"):
        replan(course, day=True, products=X)


@pytest.mark.parametrize(
    "call",
    [
        lambda: AverageDose.over(Named()),  # type: ignore[arg-type]
        lambda: Dose.parse(Named()),  # type: ignore[arg-type]
        lambda: Formulary.shipped().products("diazepam", market="u\x00\x1b[31m\u202e"),
        lambda: Formulary.shipped().table("ashton-2002").row("a\x00\u2028"),
        lambda: Patient.read({"a\x1b[31m\u202e": 1}),
        lambda: Plan.read({"courses": [{"drug": "x", "a\x1b[31m\u202e": 1}]}),
    ],
)
def test_an_error_holds_no_character_that_turns_a_line_or_a_terminal(call: Any) -> None:
    with pytest.raises(TaperError) as refused:
        call()
    said = str(refused.value)
    assert said.replace("\n", "").isprintable()


@pytest.mark.parametrize("odd", [0, False, [], {}, 5])
def test_what_is_false_is_no_text_either(odd: Any) -> None:
    for name in ("patient", "drug"):
        with pytest.raises(InvalidInput, match="write it as text"):
            from_fhir({}, **{name: odd})


def test_a_table_of_twice_a_drug_is_refused_and_a_long_one_is_read() -> None:
    shipped = Formulary.shipped().table("ashton-2002")
    rows = [shipped.rows[0].model_copy(update={"drug": f"d{number}"}) for number in range(5000)]
    long = EquivalenceTable.read({**dict(shipped), "rows": rows})
    with pytest.raises(InvalidInput, match="d7 has two rows; keep one"):
        EquivalenceTable.read({**dict(long), "rows": [*rows, rows[7]]})


def test_a_row_holds_no_cell_for_the_times_of_other_rows() -> None:
    steps = [{"for": "1 day", "regimen": {f"{n % 24:02}:{n // 24:02}": f"{1 + n % 3} mg"}} for n in range(300)]
    plan = Plan.read({"courses": [{"drug": "x", "then": "stop", "steps": steps}]})
    schedule = to_schedule(realize(plan, X), start=START)
    sheet = make_sheet(schedule, PlainEnglish(), ProductNames.of(schedule))
    assert not sheet.in_columns
    assert sum(len(line.cells) for row in sheet.rows for line in row.lines) <= 3 * len(steps)


def test_what_an_object_says_of_itself_stays_on_one_line() -> None:
    assert show(Named()) == "5\\nall is well\\x1b[31m\\u202e"


def test_a_kind_with_a_long_name_and_a_long_path_leave_a_message_short() -> None:
    long: Any = type("N" * 50_000, (), {})()
    for call in (lambda: Dose(long), lambda: Formulary(long), lambda: AverageDose.over(long), lambda: in_order(long)):
        with pytest.raises(InvalidInput) as refused:
            call()
        assert len(str(refused.value)) < 400
    with pytest.raises(InvalidInput) as refused:
        Formulary.shipped().overlaid("a" * 100_000)
    assert len(str(refused.value)) < 2000
    assert len(str(CannotCompute("a" * 10**6, where="b" * 10**6))) < 12_000


RECORDS: dict[str, Any] = {
    "model_validate": lambda: Patient.model_validate({"age": "x"}),
    "model_validate_json": lambda: Patient.model_validate_json('{"age": "x"}'),
    "model_construct": lambda: Patient.model_construct(age="x"),
    "model_copy": lambda: Patient(age=50).model_copy(update={"age": "x"}),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_looked_at_however_it_is_built(name: str) -> None:
    with pytest.raises(InvalidInput, match="age: input should be a valid integer, got 'x'"):
        RECORDS[name]()


def test_a_copy_takes_no_unknown_field_and_keeps_what_was_not_changed() -> None:
    made = plan()
    with pytest.raises(InvalidInput, match="stepz: is not a known key; write steps"):
        made.courses[0].model_copy(update={"stepz": ()})
    step = made.courses[0].steps[0]
    assert step.model_copy(update={"lasting": weeks(2)}).lasting == weeks(2)
    assert made.model_copy() == made == made.model_copy(update={}) == made.model_copy(deep=True)
    assert made.model_copy(update={"title": "a"}).courses == made.courses
    assert Product.model_construct(**dict(X[0])) == X[0]


def test_a_record_is_immutable_in_plain_words() -> None:
    for change in (lambda: setattr(plan(), "title", "a"), lambda: delattr(plan(), "title")):
        with pytest.raises(AttributeError, match=r"Plan is immutable; create a new one, with model_copy\(update="):
            change()


def test_eight_threads_share_one_of_each() -> None:
    made = realize(plan(), X)
    schedule = to_schedule(made, start=START)
    said: list[Any] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            said.append(
                (schedule.to_table(), str(check(made, Patient(age=60))), schedule.to_ical(), plan().fingerprint)
            )
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(set(said)) == 1


def test_every_error_travels_to_another_process_and_is_copied_whole() -> None:
    with pytest.raises(Ambiguous) as refused:
        read_day("1-0-1")
    error = refused.value
    for made in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert (type(made), str(made), vars(made)) == (Ambiguous, str(error), vars(error))
    for name in taper.__all__:
        kind = getattr(taper, name)
        if isinstance(kind, type) and issubclass(kind, TaperError):
            bare = kind.__new__(kind, "a")
            TaperError.__init__(bare, "a", where="b")
            assert str(pickle.loads(pickle.dumps(bare))) == "b: a"


def test_a_pace_of_nothing_is_no_ruler() -> None:
    with pytest.raises(InvalidPace, match="0 mg changes nothing; write an amount above 0"):
        linear(Dose(0))


def test_a_step_of_a_course_that_is_not_there_names_those_that_are() -> None:
    schedule = to_schedule(realize(plan(), X), start=START)
    with pytest.raises(NotFound, match="y has no step here; name one of x"):
        schedule.step("y", 1)
    with pytest.raises(NotFound, match="x has no step 9 here; 1 are shown"):
        schedule.step("x", 9)


def test_products_of_two_releases_are_refused_with_what_a_program_can_do() -> None:
    both = [*X, X[0].model_copy(update={"id": "slow", "release": "extended"})]
    with pytest.raises(NoProducts, match="name one release, or give products of one alone"):
        plan_taper(drug="x", before={"evening": "5 mg"}, pace="1 mg, every 1 week", products=both)
    assert plan_taper(
        drug="x",
        before={"evening": "5 mg"},
        pace="1 mg, every 1 week",
        products=[item for item in both if item.release == "immediate"],
    )


def test_a_choice_of_several_kinds_is_named_by_its_field_alone() -> None:
    with pytest.raises(InvalidInput) as refused:
        Product(id="a", drug="x", form="tablet", strength="5 mg", score=7)  # type: ignore[arg-type]
    assert "literal[" not in str(refused.value)
    assert "score: input should be 1, 2, 3 or 4, got 7" in str(refused.value)


CROSSING: dict[str, Any] = {
    "drug": "lorazepam",
    "before": {"morning": "1 mg", "evening": "1 mg"},
    "products": [item for item in Formulary.shipped().products("lorazepam", market="us") if item.form == "tablet"],
    "to_drug": "diazepam",
    "to_products": Formulary.shipped().products("diazepam", market="us"),
    "equivalence": Formulary.shipped().table("ashton-2002"),
    "every": weeks(1),
    "rounding": "nearest",
}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"stages": "two"}, "stages: got 'two'; write \"intake by intake\" or a number from 2"),
        ({"stages": 7320}, "stages: 7320 stages are too many; write at most 100"),
        ({"then": {"paec": "1 mg, every 1 week"}}, "plan_taper takes nothing as paec; write pace"),
        ({"drugg": "x"}, "plan_cross_taper takes nothing as drugg; write drug"),
        ({"n" * 10_000: "x"}, "plan_cross_taper takes nothing as n"),
    ],
)
def test_a_cross_taper_says_which_argument_is_wrong(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        plan_cross_taper(**{**CROSSING, **given})
    assert str(refused.value).startswith(said)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    "steps", [5, mg(5), "5 mg", [mg(5)], ["5 mg"], [5], [({"evening": "5 mg"},)], {"evening": "5 mg"}]
)
def test_steps_that_are_no_pairs_are_refused(steps: Any) -> None:
    with pytest.raises(WrongObject, match="plan_steps takes a list of"):
        plan_steps(drug="x", steps=steps, then="stop")


@pytest.mark.parametrize("by", [5, mg(5), "5 mg", (mg(5),), (mg(5), days(3), 1), {}, Regimen()])
def test_an_increment_that_is_no_pair_is_refused(by: Any) -> None:
    given: dict[str, Any] = {"drug": "x", "to": "6 mg", "slots": ["evening"], "products": X}
    with pytest.raises(WrongObject, match="plan_titration takes"):
        plan_titration(**given, by=by)
    with pytest.raises(WrongObject, match="plan_titration takes"):
        plan_titration(**given, by=(mg(2), days(3)), beyond=by)
    for pair in ((5, days(3)), (mg(2), 3)):
        with pytest.raises(InvalidInput, match=r"; (write|give) "):
            plan_titration(**given, by=pair)  # type: ignore[arg-type]
    assert plan_titration(**given, by=(mg(2), days(3))).plan


def test_no_products_to_round_to_are_refused() -> None:
    with pytest.raises(InvalidInput, match="products: there are no products to round to; give at least one"):
        round_dose(mg(5), [], "down")
    with pytest.raises(WrongObject, match=r"Product\.diluted takes text as volume"):
        X[0].diluted(Volume(100), graduation="1 mL")  # type: ignore[arg-type]


def test_pictures_of_several_threads_are_the_same() -> None:
    schedule = to_schedule(realize(plan(), X), start=START)
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _: plot_doses(schedule).to_svg(), range(16)))
    assert len(set(drawn)) == 1
