"""Planning beside other solvers on the same question, in one run: same optimum, time and arcs in columns.

Run it as a script: `PYTHONPATH=src:tests python tests/benchmarks/bench_solver.py`.
"""

import resource
import subprocess
import sys
import time
import tracemalloc
from datetime import date
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from planning.graphs import chain_graph, graph
from planning.linear import least
from taper import check, realize, to_schedule
from taper.amounts.liquid import Volume
from taper.knowledge.formulary import Formulary
from taper.paces.pace import Pace
from taper.planning.solver.problem import Problem
from taper.planning.solver.search import search
from taper.planning.solver.solve import solve
from taper.planning.solver.state_space import TooManyStates
from taper.planning.taper import plan_taper
from taper.plans.order import evenly, in_order
from taper.plans.regimen import Regimen
from taper.plans.weights import STANDARD
from taper.products.product import Product

PACE = Pace.parse("10% of current, at least 1 mg, up to 12.5%, every 2 weeks")
TO_LAST_DOSE = Pace.parse("10% of current, last dose 1 mg, every 2 weeks")


def timed(call, *arguments, repeat=3):
    best, result = None, None
    for _ in range(repeat):
        begin = time.perf_counter()
        result = call(*arguments)
        spent = time.perf_counter() - begin
        best = spent if best is None else min(best, spent)
    return best * 1000, result


def one_intake(doses: int) -> Problem:
    """So many doses up to 100 mg, from one liquid measured in even steps."""
    step = Volume(Fraction(100, doses))
    liquid = Product(id="l", drug="d", form="oral solution", concentration="1 mg/mL", smallest_volume=step)
    before = Regimen.of({"morning": "100 mg"})
    return Problem("d", before, PACE, (liquid,), in_order(), STANDARD, round_liquids=False)


def tablets(*strengths: str) -> tuple[Product, ...]:
    return tuple(Product(id=f"t{s}", drug="d", form="tablet", strength=f"{s} mg", score=2) for s in strengths)


def shortest_path(states, arcs, sinks):
    """SciPy's Dijkstra on cost alone, in floating point; on arcs without an excess that is the same question."""
    free = [(tail, head, cost) for tail, head, excess, cost in arcs if not excess]
    tails, heads, costs = zip(*free, strict=True)
    # An explicit 0 is no edge to it, so each arc costs a little more, alike.
    weights = numpy.array([float(cost) + 1.0 for cost in costs])
    matrix = csr_array((weights, (tails, heads)), shape=(len(states), len(states)))
    return float(min(dijkstra(matrix, indices=0)[sinks]))


def line(*cells):
    widths = (34, 8, 10, 11, 11, 11, 11, 11)
    print("  ".join(str(cell).rjust(width) for cell, width in zip(cells, widths, strict=False)))


def ms(value):
    return "-" if value is None else f"{value:.1f}"


def compare(name: str, problem: Problem, *, pairs: bool) -> None:
    build, (_, ground) = timed(lambda: next(problem.grounds()), repeat=1)
    grounds = [next(problem.grounds())[1] for _ in range(5)]
    spent = min(timed(solve, fresh, repeat=1)[0] for fresh in grounds[1:])
    route = solve(grounds[0])
    states, arcs, sinks = (chain_graph if len(ground.groups) == len(ground.lines) else graph)(ground)
    kept = [arc for arc in arcs if arc[2] <= max(route.excess, 0)]
    highs, found = timed(least, len(states), kept, 0, sinks, repeat=1)
    assert found[0] == route.excess
    assert abs(found[1] - route.cost) <= ground.unit // 10**5
    path, length = timed(shortest_path, states, kept, sinks) if not route.excess else (None, None)
    if length is not None:
        assert abs(length - route.cost) <= 1e-5 * ground.unit
    whole = None
    if pairs:
        states, arcs, sinks = graph(ground)
        whole, found = timed(least, len(states), arcs, 0, sinks, repeat=1)
        assert found[0] == route.excess
    line(name, len(states), len(kept), ms(build), ms(spent), ms(highs), ms(whole), ms(path))


def growth() -> None:
    print("\nGrowth on one intake (quadratic would be x4 for each doubling)")
    line("doses", "", "", "build ms", "solve ms", "x")
    last = None
    for doses in (250, 500, 1000, 2000, 4000):
        build, _ = timed(lambda doses=doses: next(one_intake(doses).grounds()), repeat=1)
        grounds = [next(one_intake(doses).grounds())[1] for _ in range(2)]
        spent = min(timed(solve, ground, repeat=1)[0] for ground in grounds)
        line(doses, "", "", ms(build), ms(spent), "" if last is None else f"{spent / last:.1f}")
        last = spent


YARDSTICK = """
import pydantic, dateutil.relativedelta
class One(pydantic.BaseModel):
    field: int
"""


def yardstick() -> float:
    """CPU seconds of a fresh interpreter that imports pydantic and defines one model; the least of five."""
    spent = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", YARDSTICK], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)


def ordinary() -> None:
    """Ordinary and large regimens by their CPU, in yardsticks, and their peak memory."""
    unit = yardstick()
    print(f"\nOrdinary regimens; one yardstick was {unit:.3f} s of CPU")
    line("case", "changes", "left out", "CPU s", "yardsticks", "peak MB")
    fine = Product(id="l", drug="d", form="oral solution", concentration="1 mg/mL", smallest_volume="0.01 mL")
    tenths = fine.measured("0.1 mL", graduation="0.1 mL")
    three, five = tablets("2", "5", "10"), tablets("1", "2", "5", "10", "20")
    times = ("06:00", "10:00", "14:00", "18:00", "21:00", "23:00")
    cases = {
        "3 x 20 mg, tablets": (3, "20 mg", three, PACE),
        "4 x 20 mg, tablets": (4, "20 mg", three, PACE),
        "3 x 20 mg, tablets, last dose": (3, "20 mg", three, TO_LAST_DOSE),
        "4 x 20 mg, tablets, last dose": (4, "20 mg", three, TO_LAST_DOSE),
        "6 x 20 mg, five strengths": (6, "20 mg", five, PACE),
        "3 x 10 mg, 0.1 mL marks": (3, "10 mg", (tenths,), PACE),
        "1 x 100 mg, 0.01 mL marks": (1, "100 mg", (fine,), PACE),
        "2 x 10 mg, 0.01 mL marks": (2, "10 mg", (fine,), PACE),
        "6 x 10 mg, 0.01 mL marks": (6, "10 mg", (fine,), PACE),
    }
    for name, (count, dose, products, pace) in cases.items():
        problem = Problem(
            "d", Regimen.of(dict.fromkeys(times[:count], dose)), pace, products, evenly() if count > 1 else in_order(),
            STANDARD,
        )  # fmt: skip
        begin = time.process_time()
        try:
            route = problem.solve().route
        except TooManyStates:
            line(name, "refused", "", f"{time.process_time() - begin:.2f}")
            continue
        spent = time.process_time() - begin
        tracemalloc.start()
        problem.solve()
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        line(name, route.changes, route.left_out, f"{spent:.2f}", f"{spent / unit:.1f}", f"{peak:.0f}")


def three_intakes() -> None:
    print("\nThree intakes, 10 mg each: evenly, exact search over all regimens")
    line("products", "states", "", "", "solve ms", "peak MB")
    day = Regimen.of({"morning": "10 mg", "noon": "10 mg", "bedtime": "10 mg"})
    for name, step in (("tablets 2, 5, 10 mg", None), ("with liquid, rounded, 0.1 mL", "0.1 mL")):
        liquid = (
            ()
            if step is None
            else (Product(id="l", drug="d", form="oral solution", concentration="1 mg/mL", smallest_volume=step),)
        )
        problem = Problem("d", day, PACE, tablets("2", "5", "10") + liquid, evenly(), STANDARD)
        spent, _ = timed(search, next(problem.grounds())[1], repeat=1)
        tracemalloc.start()
        _, ground = next(problem.grounds())
        search(ground)
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        line(name, ground.lines[0].doses.__len__(), "", "", ms(spent), f"{peak:.1f}")


def a_year() -> None:
    print("\nA year three times a day from three strengths, each part beside `import pydantic`: time and peak memory")
    line("part", "", "", "", "ms", "x import", "peak MB", "x import")
    held = {p.id: p for p in Formulary.shipped().products("diazepam", market="us")}
    products = [held[f"diazepam-us-tablet-{strength}mg"] for strength in (2, 5, 10)]
    day = {"morning": "20 mg", "noon": "20 mg", "bedtime": "20 mg"}
    asked = {"drug": "diazepam", "before": day, "pace": PACE, "products": products, "order": "evenly"}
    made = plan_taper(**asked)
    realized = realize(made.plan, products)
    schedule = to_schedule(realized, start=date(2027, 3, 1))
    parts = {
        "plan": lambda: plan_taper(**asked),
        "its whole report": lambda: str(plan_taper(**asked).report),
        "realize": lambda: realize(made.plan, products),
        "schedule": lambda: to_schedule(realized, start=date(2027, 3, 1)),
        "check": lambda: check(schedule),
        "plan to check, together": lambda: check(
            to_schedule(realize(plan_taper(**asked).plan, products), start=date(2027, 3, 1))
        ),
    }
    imported, memory = import_of_pydantic()
    for name, part in parts.items():
        spent, _ = timed(part)
        tracemalloc.start()
        part()
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        line(name, "", "", "", ms(spent), f"{spent / imported:.2f}", f"{peak:.1f}", f"{peak / memory:.2f}")
    line("import pydantic", "", "", "", ms(imported), "1", f"{memory:.1f}", "1")
    print(
        f"{len(schedule.days)} days, {sum(len(day.intakes) for day in schedule.days)} doses, {made.report.days} planned"
    )


def import_of_pydantic() -> tuple[float, float]:
    """Time in ms and peak memory in MB of `import pydantic` and its BaseModel, in fresh interpreters."""
    head = "import time, tracemalloc; "
    clock = "t = time.perf_counter(); import pydantic; pydantic.BaseModel; print((time.perf_counter() - t) * 1000)"
    trace = (
        "tracemalloc.start(); import pydantic; pydantic.BaseModel; print(tracemalloc.get_traced_memory()[1] / 2**20)"
    )
    spent = min(float(subprocess.check_output([sys.executable, "-c", head + clock])) for _ in range(3))
    return spent, float(subprocess.check_output([sys.executable, "-c", head + trace]))


def main() -> None:
    print("Same optimum in every column, in ms; 'arcs' are those that the theorem or the bound leaves.")
    print("HiGHS and Dijkstra are compiled and given the finished graph: HiGHS solves one program for each key,")
    print("Dijkstra adds up cost alone, in floating point. Growth no worse than x4 a doubling is quadratic.")
    line("case", "states", "arcs", "build", "this", "HiGHS arcs", "HiGHS pairs", "Dijkstra")
    compare("one intake, 50 doses", one_intake(50), pairs=True)
    compare("one intake, 100 doses", one_intake(100), pairs=True)
    compare("one intake, 200 doses", one_intake(200), pairs=True)
    compare("one intake, 1000 doses", one_intake(1000), pairs=False)
    day = Regimen.of({"morning": "10 mg", "bedtime": "10 mg"})
    for order in (in_order(), evenly()):
        problem = Problem("d", day, PACE, tablets("2", "5", "10"), order, STANDARD)
        compare(f"2 intakes, tablets, {order}", problem, pairs=True)
    growth()
    ordinary()
    three_intakes()
    a_year()


if __name__ == "__main__":
    ordinary() if sys.argv[1:] == ["ordinary"] else main()
