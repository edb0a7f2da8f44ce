"""Small planning cases: drawn once, given both to the solver and to the enumeration."""

from fractions import Fraction
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from planning.oracle import Case, Liquid, Ruling, Tablet, makeable
from taper.amounts.dose import DailyDose, Dose
from taper.amounts.duration import weeks
from taper.amounts.liquid import Concentration, Volume
from taper.paces.pace import Band, Bands, Fixed, OfCurrent, OfOccupancy, OfStart, Pace
from taper.planning.solver.problem import Problem
from taper.plans.order import Order
from taper.plans.regimen import Intake, Regimen, Slot
from taper.plans.weights import Weights
from taper.products.product import Product

SLOTS = ("morning", "noon", "bedtime")
_F = Fraction

tablets = st.lists(
    st.tuples(st.sampled_from((1, 2, 3, 5)), st.sampled_from((1, 1, 2, 4))),
    min_size=1,
    max_size=2,
    unique_by=lambda pair: pair[0],
).map(lambda pairs: tuple(Tablet(f"t{s}", _F(s), parts) for s, parts in pairs))

liquids = st.one_of(
    st.just(()),
    st.builds(
        lambda mark, least: (Liquid("liquid", _F(1), _F(least) * mark / 2, mark * _F(1, 2)),),
        st.sampled_from((1, 2, 3)),
        st.sampled_from((1, 2)),
    ),
)

small = st.sampled_from([_F(n, 4) for n in (1, 2, 3, 4, 5, 6, 8, 10, 12)])
percents = st.sampled_from([_F(n, 100) for n in (5, 10, 20, 25, 40, 50)])


@st.composite
def rulings(draw: st.DrawFn, *, second: bool = False) -> Ruling:
    kinds = ["fixed", "start", "current"] if second else ["fixed", "start", "current", "bands", "occupancy"]
    kind = draw(st.sampled_from(kinds))
    match kind:
        case "fixed":
            return Ruling(kind, draw(small))
        case "start":
            return Ruling(kind, draw(percents))
        case "current":
            ends = ["at_least", "neither"] if second else ["at_least", "last_dose"]
            end = draw(st.sampled_from(ends))
            if end == "neither":
                return Ruling(kind, draw(percents))
            return Ruling(kind, draw(percents), **{end: draw(small)})
        case "bands":
            low, high = draw(small), draw(small)
            return Ruling(kind, _F(1), bands=((_F(draw(st.integers(1, 5))), high), (_F(0), low)))
        case _:
            points = _F(draw(st.sampled_from((5, 10, 20, 40))))
            return Ruling(kind, points, vmax=_F(80), km=_F(draw(st.sampled_from((1, 3, 10)))))


COSTS = (
    *("short", "long", "further_intake", "change_of_form", "divided_piece", "further_product", "further_piece"),
    *("measured_liquid", "finer_volume"),
)


@st.composite
def weight_values(draw: st.DrawFn) -> dict[str, Fraction]:
    value = st.sampled_from([_F(0), _F(1, 80), _F(1, 20), _F(1, 10), _F(1, 3), _F(1), _F(4)])
    made = {name: draw(value) for name in COSTS}
    return {**made, "spread": draw(st.sampled_from([_F(1, 4), _F(1, 2), _F(1)])), "pieces": _F(3), "products": _F(2)}


def groupings(count: int) -> st.SearchStrategy[tuple[tuple[int, ...], ...]]:
    everyone = tuple(range(count))
    chains = st.permutations(everyone).map(lambda order: tuple((i,) for i in order))
    lasts = [(tuple(i for i in everyone if i != k), (k,)) for k in everyone] if count > 1 else [((0,),)]
    return st.one_of(st.just((everyone,)), chains, st.sampled_from(lasts))


@st.composite
def cases(draw: st.DrawFn, *, intakes: int = 3, lengths: bool = True, begun: bool = False) -> Case:
    """A case small enough that all its plans can be written down; the rest of a taper if it has `begun`."""
    made = Case((), draw(tablets), draw(liquids), (), draw(rulings()), _F(1), draw(weight_values()))
    mix = draw(st.booleans())
    count = draw(st.integers(1, intakes))
    live = draw(st.sampled_from((1, 1, count))) if begun else count
    probe = Case((), made.tablets, made.liquids, (), made.ruling, _F(1), made.weights, mix=mix)
    reach = sorted(makeable(probe, _F(12)))[: (9, 5, 3)[live - 1]]
    start = tuple(draw(st.sampled_from(reach)) for _ in range(count))
    second = draw(st.one_of(st.none(), rulings(second=True)))
    floor, total = (), None
    end = draw(st.sampled_from(["zero", "zero", "regimen", "total"]))
    if end == "regimen":
        floor = tuple(draw(st.sampled_from([_F(0), *[dose for dose in reach if dose <= top]])) for top in start)
        assume(sum(floor) < sum(start))
    elif end == "total":
        total = draw(st.sampled_from(reach))
        assume(total < sum(start))
    whole: tuple[Fraction, ...] = ()
    if begun:
        whole = tuple(top + draw(st.sampled_from((_F(0), _F(0), _F(1)))) for top in start)
        ends = floor or (_F(0),) * count
        start = (*start[:live], *ends[live:])
        assume(total < sum(start) if total is not None else sum(floor) < sum(start))
    ruling = made.ruling
    if ruling.last_dose is not None:
        assume(min(reach) <= ruling.last_dose < sum(start) or any(floor) or total is not None)
    return Case(
        start,
        made.tablets,
        made.liquids,
        draw(groupings(count)),
        ruling,
        draw(st.sampled_from([_F(1), _F(5, 4), _F(2)])),
        made.weights,
        second,
        total,
        floor,
        draw(st.one_of(st.none(), st.integers(1, 4))) if lengths else None,
        draw(st.one_of(st.none(), st.integers(2, 6))) if lengths else None,
        mix,
        draw(st.booleans()),
        whole,
    )


def problem_of(case: Case, **changes: Any) -> Problem:
    """The same case as a question to the solver."""
    start = Regimen(Intake(SLOTS[i], Dose(dose)) for i, dose in enumerate(case.start) if dose)
    to: Regimen | DailyDose = Regimen(Intake(SLOTS[i], Dose(dose)) for i, dose in enumerate(case.floor) if dose)
    if case.target_total is not None:
        to = DailyDose(case.target_total)
    plain = {name: value for name, value in case.weights.items() if name not in {"pieces", "products"}}
    weights = Weights(**plain, pieces=int(case.weights["pieces"]), products=int(case.weights["products"]))
    products = [
        *(Product(id=t.name, drug="d", form="tablet", strength=Dose(t.strength), score=t.parts) for t in case.tablets),
        *(
            Product(
                id=item.name,
                drug="d",
                form="oral solution",
                concentration=Concentration(Dose(item.per_ml), Volume(1)),
                smallest_volume=Volume(item.least),
                graduation=Volume(item.mark),
            )
            for item in case.liquids
        ),
    ]
    made: dict[str, Any] = {
        "drug": "d",
        "before": start,
        "pace": pace_of(case),
        "products": tuple(products),
        "order": _Groups(kind="evenly", groups=case.groups),
        "weights": weights,
        "to": to,
        "start": Regimen(Intake(SLOTS[i], Dose(dose)) for i, dose in enumerate(case.whole) if dose) or None,
        "mix_forms": case.mix,
        "round_liquids": case.rounds,
        "fewest": case.fewest,
        "most": case.most,
    }
    return Problem(**{**made, **changes})


class _Groups(Order):
    """Any grouping of intakes, so that cases need not spell out times of day."""

    groups: tuple[tuple[int, ...], ...]

    def over(self, slots: tuple[Slot, ...]) -> tuple[tuple[int, ...], ...]:
        return self.groups


def pace_of(case: Case) -> Pace:
    ruling = case.ruling
    up_to = None
    if ruling.kind == "fixed":
        up_to = case.accepts * ruling.size
    elif ruling.kind == "start" and case.accepts * ruling.size < 1:
        up_to = case.accepts * ruling.size * 100
    elif ruling.kind == "occupancy":
        up_to = case.accepts * ruling.size
    elif ruling.kind == "bands":
        up_to = case.accepts
    return Pace(base=base_of(ruling), every=weeks(1), up_to=up_to, never_more_than=base_of(case.second))


def base_of(ruling: Ruling | None) -> Any:
    if ruling is None:
        return None
    percent = ruling.size * 100
    match ruling.kind:
        case "fixed":
            return Fixed(low=Dose(ruling.size), high=Dose(ruling.size))
        case "start":
            return OfStart(low=percent, high=percent)
        case "current":
            ends = {"at_least": ruling.at_least, "last_dose": ruling.last_dose}
            doses = {name: Dose(value) if value is not None else None for name, value in ends.items()}
            return OfCurrent(low=percent, high=percent, **doses)
        case "bands":
            made = [Band(down_to=Dose(edge), low=Dose(step), high=Dose(step)) for edge, step in ruling.bands]
            return Bands(bands=tuple(made))
        case _:
            size = ruling.size
            return OfOccupancy(low=size, high=size, vmax=ruling.vmax, km=Dose(ruling.km), source="teaching")


def accepted(case: Case) -> Fraction:
    """What the pace accepts, as the case says or, where the pace can't carry it, one pace."""
    if case.ruling.kind == "current" or (case.ruling.kind == "start" and case.accepts * case.ruling.size >= 1):
        return _F(1)
    return case.accepts
