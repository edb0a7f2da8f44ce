"""Long work tells how far it has gone, and what its caller raises stops it and leaves nothing half."""

import inspect
import threading
from datetime import date

import pytest

import taper
from taper import (
    Formulary,
    InvalidInput,
    Log,
    Plan,
    Product,
    apply_log,
    days,
    from_fhir,
    plan_cross_taper,
    plan_phases,
    plan_taper,
    realize,
    replan,
    replan_cross_taper,
    to_fhir,
    to_html,
    to_ical,
    to_markdown,
    to_pdf,
    to_schedule,
    to_table,
    to_xlsx,
    write_instructions,
)
from taper._base.progress import counted, tell, telling
from taper.plans.log import Hold

TABLETS = [Product(id=f"x{n}", drug="x", form="tablet", strength=f"{n} mg", score=2) for n in (1, 2, 5)]
BEFORE = {"morning": "3 mg", "bedtime": "4 mg"}
ASKED = {"drug": "x", "before": BEFORE, "products": TABLETS, "order": "evenly"}
PHASES = "2 mg, every 1 week to 3 mg, then 1 mg, every 1 week"
PLAN = Plan.read(
    {
        "courses": [
            {"drug": "x", "then": "stop", "steps": [{"for": "2 days", "regimen": {"evening": f"{n} mg"}}
                                                    for n in (5, 4, 3)]}
        ]
    }
)  # fmt: skip
MADE = to_schedule(realize(PLAN, TABLETS), start=date(2027, 3, 1))
HELD = Log.of(PLAN, date(2027, 3, 1), [Hold(day=date(2027, 3, day), lasting=days(1)) for day in (3, 5)])
TAPER = plan_taper(**ASKED, pace="25% of start, every week")
ORDER = to_fhir(MADE)
FORMULARY = Formulary.shipped()
SWITCH = {
    "products": [p for p in FORMULARY.products("alprazolam", market="us") if p.release == "immediate"],
    "to_products": FORMULARY.products("diazepam", market="us"),
    "equivalence": FORMULARY.table("ashton-2002"),
    "then": {"pace": "25% of start, every week", "order": "evenly"},
}
SWITCHED = {
    "drug": "alprazolam", "to_drug": "diazepam", "before": {"morning": "0.5 mg", "bedtime": "0.5 mg"},
    "every": "1 week", "rounding": "down", **SWITCH,
}  # fmt: skip
CROSS = plan_cross_taper(**SWITCHED)
WORK = {
    "plan_taper": lambda **told: plan_taper(**ASKED, pace="25% of start, every week", **told).plan,
    "plan_phases": lambda **told: plan_phases(**ASKED, phases=PHASES, **told).plan,
    "plan_cross_taper": lambda **told: plan_cross_taper(**SWITCHED, **told).plan,
    "replan_cross_taper": lambda **told: replan_cross_taper(CROSS.plan, day=8, **SWITCH, **told).plan,
    "replan": lambda **told: replan(TAPER.course, day=8, products=TABLETS, **told).plan,
    "realize": lambda **told: realize(PLAN, TABLETS, **told),
    "apply_log": lambda **told: apply_log(MADE, HELD, **told),
    "from_fhir": lambda **told: from_fhir(ORDER, **told).plan,
    **{
        write.__name__: lambda write=write, **told: write(MADE, **told)
        for write in (to_table, to_markdown, to_html, to_pdf, to_ical, to_fhir, to_xlsx, write_instructions)
    },
}
NEEDS = {"to_pdf": "typst", "to_ical": "icalendar", "to_xlsx": "xlsxwriter", "to_html": "babel"}


def test_every_function_that_can_be_watched_is_watched_here():
    public = {name: getattr(taper, name) for name in taper.__all__}
    assert {
        n for n, f in public.items() if inspect.isfunction(f) and "progress" in inspect.signature(f).parameters
    } == set(WORK)


class Enough(Exception):
    """What a caller raises to stop."""


@pytest.mark.parametrize("name", WORK)
def test_long_work_tells_how_far_it_has_gone(name):
    pytest.importorskip(NEEDS.get(name, "babel"))
    told = []
    WORK[name](progress=lambda *news: told.append(news))
    assert told
    assert all(0 <= done <= whole and what for done, whole, what in told)
    for what in {what for _, _, what in told} - {"ways tried"}:
        last = [(done, whole) for done, whole, said in told if said == what][-1]
        assert last[0] == last[1]


@pytest.mark.parametrize("name", WORK)
def test_what_the_caller_raises_stops_the_work_and_leaves_nothing_half(name):
    pytest.importorskip(NEEDS.get(name, "babel"))
    before, calls = WORK[name](), []

    def stop(*news):
        calls.append(news)
        raise Enough

    with pytest.raises(Enough):
        WORK[name](progress=stop)
    assert len(calls) == 1
    assert WORK[name]() == before
    assert len(calls) == 1


def test_work_inside_other_work_tells_the_same_caller():
    told = []
    with telling(lambda *news: told.append(news)):
        WORK["to_table"]()
    assert told
    tell(1, 2, "after")
    assert told[-1][2] != "after"


def test_work_in_another_thread_is_not_told():
    told = []
    with telling(lambda *news: told.append(news)):
        other = threading.Thread(target=lambda: list(counted([1, 2], "things")))
        other.start()
        other.join()
    assert told == []


def test_what_a_caller_does_while_it_is_told_tells_nobody():
    told = []

    def tell_and_work(*news):
        told.append(news)
        WORK["realize"]()

    WORK["realize"](progress=tell_and_work)
    assert len(told) == len(set(told))


def test_an_end_of_iteration_that_a_caller_raises_passes_through_as_it_is():
    def stop(*news):
        raise ended

    for name in ("to_html", "realize"):
        ended = StopIteration("enough")
        with pytest.raises(StopIteration) as caught:
            WORK[name](progress=stop)
        assert caught.value is ended


@pytest.mark.parametrize("given", [5, "x", True, [], "async"])
def test_what_cannot_be_called_or_would_not_be_awaited_is_refused(given):
    async def later(*news):
        raise AssertionError("never awaited")

    with pytest.raises(InvalidInput, match="give a plain function") as caught:
        WORK["realize"](progress=later if given == "async" else given)
    assert caught.value.where == "progress"
