"""What can be changed in a module, one thing at a time, and the module with that change."""

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

_OTHER = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add,
    ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True)
class Change:
    """One thing that is changed: which node of the tree, in which way, where it stands, and how that reads."""

    node: int
    way: str
    line: int
    function: str
    """The function it stands in, such as `Dose.read`; empty for what runs when the module is imported."""
    lines: frozenset[int]
    """A test that reaches none of these lines of the module cannot notice the change."""
    text: str
    which: int
    """The first, second ... of those in the function that read the same."""

    @property
    def words(self) -> str:
        return f"{self.way} in `{self.text}`" + (f", {self.which} of these" if self.which > 1 else "")


@dataclass(frozen=True)
class _Place:
    function: str = ""
    name: str = ""
    statement: ast.stmt | None = None


def changes(tree: ast.Module) -> list[Change]:
    """Every change of a module, but for those of annotations, docstrings and what is said in an error."""
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    passed = {id(child) for node in ast.walk(tree) for part in _passed_over(node) for child in ast.walk(part)}
    made: list[Change] = []
    alike: Counter[tuple[str, str, str]] = Counter()
    for node, place in _placed(tree, _Place()):
        for way in _ways(node) if id(node) not in passed else ():
            text = ast.unparse(node).splitlines()[0][:70]
            alike[place.function, way, text] += 1
            which = alike[place.function, way, text]
            made.append(Change(numbers[id(node)], way, node.lineno, place.function, _lines(node, place), text, which))
    return made


def _placed(node: ast.AST, place: _Place) -> Iterator[tuple[ast.AST, _Place]]:
    """Each node, with the function whose call runs it and the innermost statement that it is a part of."""
    if isinstance(node, ast.stmt):
        place = _Place(place.function, place.name, node)
    yield node, place
    inside = place
    if isinstance(node, ast.ClassDef | _FUNCTIONS):
        name = ".".join(filter(None, (place.name, getattr(node, "name", "lambda"))))
        inside = _Place(name if isinstance(node, _FUNCTIONS) else place.function, name, place.statement)
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _placed(child, inside if field == "body" else place)


def _lines(node: ast.AST, place: _Place) -> frozenset[int]:
    own = range(node.lineno, node.end_lineno + 1)
    statement = place.statement
    body = getattr(statement, "body", None) or getattr(statement, "cases", None)
    if not body:
        return frozenset(range(statement.lineno, statement.end_lineno + 1))
    first = getattr(body[0], "lineno", None) or body[0].pattern.lineno
    head = range(statement.lineno, max(first, statement.lineno + 1))
    return frozenset(head if node is statement else {*head, *own})


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


def functions_of(code: CodeType) -> list[CodeType]:
    """The code of each function of a module and of its classes, but not of functions within functions."""
    found: list[CodeType] = []
    for part in code.co_consts:
        if isinstance(part, CodeType):
            found += [part] if part.co_flags & CO_OPTIMIZED else functions_of(part)
    return found


CO_OPTIMIZED = 1
