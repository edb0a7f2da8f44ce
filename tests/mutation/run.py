"""Change one thing of a module at a time and see whether its tests notice; print each change that they do not.

`PYTHONPATH=src:tests python tests/mutation/run.py` tries a sample of every module in `MODULES`, and `--sample 0` every
change. Each is tried in a process forked from this one, which has loaded the tools and nothing of the library; no file
is written. Names of modules narrow it down. It needs a system that can fork.
"""

import argparse
import ast
import copy
import importlib.machinery
import os
import random
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES: dict[str, tuple[str, ...]] = {
    "amounts/dose": ("tests/test_dose.py", "tests/test_bad_input.py"),
    "amounts/duration": ("tests/test_dates.py", "tests/test_limits.py", "tests/test_fills.py"),
    "amounts/liquid": ("tests/test_product.py", "tests/test_bad_input.py", "tests/test_dose.py"),
    "_base/json_text": ("tests/test_json.py", "tests/test_bounded.py", "tests/test_files.py"),
    "people/kidney_figures": ("tests/test_kidney.py", "tests/test_patient.py"),
    "people/kidney_function": ("tests/test_kidney.py", "tests/spec/test_spec_kidney.py"),
    "people/measuring": ("tests/test_kidney.py", "tests/test_patient.py"),
    "knowledge/kidney_reading": ("tests/checks/test_kidney_rule.py", "tests/test_renal.py"),
    "checks/rules/kidney": ("tests/checks/test_kidney_rule.py",),
    "checks/rules/abrupt_stop": ("tests/checks/test_stopping.py",),
    "checks/rules/ceiling": ("tests/checks/test_ceiling.py",),
    "schedules/realization": ("tests/test_realization.py", "tests/test_bounded.py", "tests/test_selection.py"),
    "schedules/schedule": ("tests/test_schedule.py", "tests/test_dates.py"),
    "supply/count": ("tests/test_supply.py", "tests/test_fills.py"),
    "supply/fills": ("tests/test_fills.py",),
    "supply/shelf": ("tests/test_supply.py", "tests/test_fills.py"),
    "adjustment/events": ("tests/test_adjustment.py",),
    "adjustment/gaps": ("tests/test_adjustment.py", "tests/test_bounded.py"),
    "plans/log": ("tests/test_log.py", "tests/test_bounded.py"),
    "planning/titration": (
        "tests/planning/test_others.py",
        "tests/planning/test_requests_titration.py",
        "tests/test_bounded.py",
    ),
    "planning/climb": (
        "tests/planning/test_others.py",
        "tests/planning/test_requests_titration.py",
        "tests/test_bounded.py",
    ),
    "planning/even_parts": ("tests/planning/test_even_parts.py",),
    "_base/numbers": ("tests/test_numbers.py", "tests/test_dose.py"),
    "plans/regimen": ("tests/test_regimen.py",),
    "plans/step_days": ("tests/test_schedule.py",),
    "products/recipes": ("tests/test_reachable.py", "tests/test_realization.py"),
    "products/counts": ("tests/test_reachable.py", "tests/test_bounded.py"),
    "paces/changes": ("tests/test_falls.py",),
    "planning/solver/search": ("tests/planning/test_search.py", "tests/planning/test_search_limits.py"),
    "planning/solver/solve": ("tests/planning/test_laws.py", "tests/planning/test_taper.py"),
    "planning/solver/state_space": ("tests/planning/test_search.py", "tests/planning/test_taper.py"),
    "knowledge/stopping_advice": ("tests/checks/test_stopping.py", "tests/test_monograph.py"),
    "knowledge/kidney_advice": ("tests/checks/test_kidney_rule.py", "tests/test_renal.py", "tests/test_monograph.py"),
    "checks/rules/intake_ceiling": ("tests/checks/test_ceiling.py",),
    "adjustment/apply_log": ("tests/test_adjustment.py",),
    "adjustment/course_state": ("tests/test_adjustment.py",),
    "adjustment/event_day": ("tests/test_adjustment.py",),
    "formats/fhir/read/amount": ("tests/formats/test_fhir_import.py", "tests/formats/test_fhir_units_and_times.py"),
    "formats/fhir/read/timing": ("tests/formats/test_fhir_import.py", "tests/formats/test_fhir_units_and_times.py"),
    "formats/fhir/read/steps": ("tests/formats/test_fhir_import.py", "tests/formats/test_fhir_order_period.py"),
    "words/stretches": ("tests/test_stretches.py",),
    "words/endings": ("tests/formats/test_words_languages.py",),
    "words/dose_changes": ("tests/formats/test_words_languages.py", "tests/test_words_changes.py"),
}
"""Each module that is tried, and the tests that must notice."""
_OTHER = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add,
    ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One thing that is changed: which node of the tree, in which way, and how that reads."""

    node: int
    way: str
    line: int
    words: str


def changes(tree: ast.Module) -> Iterator[Change]:
    """Every change of a module, but for those of annotations, docstrings and what is said in an error."""
    passed = {id(child) for node in ast.walk(tree) for part in _passed_over(node) for child in ast.walk(part)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in passed:
            continue
        for way in _ways(node):
            yield Change(number, way, node.lineno, f"{way} in `{ast.unparse(node)[:70]}`")


def _passed_over(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.AnnAssign() | ast.arg() if node.annotation is not None:
            yield node.annotation
        case ast.FunctionDef():
            yield from [*([node.returns] if node.returns else []), *node.decorator_list]
        case ast.ClassDef():
            yield from node.decorator_list
        case ast.Raise() if isinstance(node.exc, ast.Call):
            yield from (part for part in node.exc.args)
        case ast.Expr(value=ast.Constant()) | ast.Assert() | ast.JoinedStr() | ast.ImportFrom() | ast.Import():
            yield node
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            yield node


def _ways(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Compare() if type(node.ops[0]) in _OTHER:
            yield "another comparison"
        case ast.BinOp() if type(node.op) in _OTHER:
            yield "another operator"
        case ast.BoolOp():
            yield "and for or"
        case ast.UnaryOp(op=ast.Not()):
            yield "no not"
        case ast.Constant(value=bool()):
            yield "the other truth"
        case ast.Constant(value=int()):
            yield "one more"
        case ast.If() | ast.IfExp():
            yield "always"
            yield "never"
        case ast.Return() if node.value is not None and not isinstance(node.value, ast.Constant):
            yield "no value returned"


def changed(tree: ast.Module, change: Change) -> ast.Module:
    """The module with one change."""
    made = copy.deepcopy(tree)
    node = list(ast.walk(made))[change.node]
    match node:
        case ast.Compare():
            node.ops[0] = _OTHER[type(node.ops[0])]()
        case ast.BinOp() | ast.BoolOp():
            node.op = _OTHER[type(node.op)]()
        case ast.UnaryOp():
            node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
        case ast.Constant():
            node.value = not node.value if isinstance(node.value, bool) else node.value + 1
        case ast.If() | ast.IfExp():
            node.test = ast.Constant(change.way == "always")
        case ast.Return():
            node.value = ast.Constant(None)
    return ast.fix_missing_locations(made)


def notices(path: Path, tree: ast.Module, tests: tuple[str, ...], seconds: int) -> bool:
    """Whether the tests fail with this tree in place of the module, or take more than so many seconds of CPU."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        _run(path, tree, tests)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) != 0


def _run(path: Path, tree: ast.Module, tests: tuple[str, ...]) -> None:
    import pytest

    hidden = os.open(os.devnull, os.O_WRONLY)
    os.dup2(hidden, 1)
    os.dup2(hidden, 2)
    read = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: importlib.machinery.SourceFileLoader, fullname: str) -> object:
        return compile(tree, str(path), "exec") if Path(self.path) == path else read(self, fullname)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign,assignment]
    os._exit(
        int(
            pytest.main(
                ["-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning", *tests]
            )
        )
    )


def _cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "modules", nargs="*", metavar="MODULE", help="such as supply/fills; all that are listed if not given"
    )
    parser.add_argument("--sample", type=int, default=10, help="how many changes of each module; 0 for every one")
    parser.add_argument("--seed", type=int, default=1, help="another number draws another sample")
    options = parser.parse_args()
    import dateutil.relativedelta
    import hypothesis
    import pydantic
    import pytest

    assert all((dateutil, hypothesis, pydantic, pytest))
    os.chdir(ROOT)
    killed = tried = failed = 0
    for name in options.modules or MODULES:
        path = ROOT / "src" / "taper" / f"{name}.py"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        every = list(changes(tree))
        drawn = random.Random(options.seed).sample(every, min(options.sample or len(every), len(every)))
        begun = _cpu()
        if notices(path, tree, MODULES[name], 600):
            print(f"{name}: passed over, since its tests fail as it is", flush=True)
            failed += 1
            continue
        most = 5 + int(4 * (_cpu() - begun))
        alive = [change for change in drawn if not notices(path, changed(tree, change), MODULES[name], most)]
        tried, killed = tried + len(drawn), killed + len(drawn) - len(alive)
        print(f"{name}: {len(drawn) - len(alive)} of {len(drawn)} noticed (of {len(every)})", flush=True)
        for change in sorted(alive, key=lambda change: change.line):
            print(f"  line {change.line}: {change.words}", flush=True)
    print(f"{killed} of {tried} noticed: {100 * killed / max(1, tried):.1f} %")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
