"""What the import linter cannot say: names, clocks, floats, sources, docstrings, and what loads when."""

import ast
import doctest
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import taper
from taper import Formulary, Source
from taper.knowledge.cited import Cited

pytestmark = pytest.mark.no_cover  # the source is read here, and little of it is run

SRC = Path(taper.__file__).parent
FILES = sorted(SRC.rglob("*.py"))
TESTS = Path(__file__).parent
MODULES = sorted(
    module.name for module in pkgutil.walk_packages([str(SRC)], "taper.") if not module.name.endswith("__main__")
)
HEADINGS = {"Args", "Returns", "Raises", "Units", "Example", "Sources", "Note", "Warning"}
TREES = {path: ast.parse(path.read_text("utf-8")) for path in FILES}


def name_of(path):
    return str(path.relative_to(SRC))


each_file = pytest.mark.parametrize("path", FILES, ids=name_of)


def below(kind):
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def run(tree):
    """Every node that runs: not what a type checker alone reads, where methods bound at the front door are named."""
    for child in ast.iter_child_nodes(tree):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield child
            yield from run(child)


class TestImports:
    @each_file
    def test_no_module_imports_the_package_root(self, path):
        if path == SRC / "__init__.py":
            return
        for node in run(TREES[path]):
            if isinstance(node, ast.ImportFrom):
                assert node.module != "taper" or node.level, f"line {node.lineno} imports from the package root"
                assert node.level == 0, f"line {node.lineno} imports by dots"
            if isinstance(node, ast.Import):
                assert "taper" not in [alias.name for alias in node.names], f"line {node.lineno}"

    def test_no_public_name_hides_a_module(self):
        modules = {module.name for module in pkgutil.iter_modules([str(SRC)])}
        assert not modules & set(taper.__all__)

    def test_the_two_lists_of_public_names_agree(self):
        block = next(n for n in TREES[SRC / "__init__.py"].body if isinstance(n, ast.If))
        typed = {(node.module, alias.name) for node in block.body for alias in node.names}
        loaded = {(home, name) for home, names in taper._HOMES.items() for name in names.split()}
        assert typed == loaded
        assert all(alias.name == alias.asname for node in block.body for alias in node.names)

    def test_an_editor_sees_every_public_name_and_flags_another(self):
        """A star import takes what the typed block imports; what runs alone decides nothing that an editor reads."""
        hidden = [n for n in TREES[SRC / "__init__.py"].body if isinstance(n, ast.If) and "not" in ast.unparse(n.test)]
        (alone,) = hidden
        names = {getattr(node, "name", None) or node.targets[0].id for node in alone.body}
        assert names == {"__all__", "__getattr__"}
        assert (SRC / "py.typed").exists()

    @pytest.mark.parametrize("name", taper.__all__)
    def test_every_public_name_loads(self, name):
        assert getattr(taper, name) is not None

    def test_a_misspelt_public_name_is_answered_with_the_near_one(self):
        with pytest.raises(AttributeError, match=r"near names are .*plan_taper"):
            taper.plan_tapper  # noqa: B018

    def test_every_error_is_public_and_is_printed_under_its_public_name(self):
        for module in MODULES:
            importlib.import_module(module)
        kinds = [kind for kind in below(taper.TaperError) if not kind.__name__.startswith("_")]
        assert [kind.__name__ for kind in kinds if getattr(taper, kind.__name__, None) is not kind] == []
        assert {kind.__module__ for kind in kinds} == {"taper"}

    def test_importing_the_package_loads_nothing_else(self):
        names = "('taper.', 'pydantic', 'dateutil')"
        code = f"import sys, taper; print(sorted(m for m in sys.modules if m.startswith({names})))"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environment()
        )
        assert done.stdout.strip() == "[]"

    @pytest.mark.parametrize(
        "extra",
        ["icalendar", "hypothesis", "babel", "matplotlib", "typst", "pyarrow", "xlsxwriter", "numpy", "duckdb"],
    )
    def test_no_optional_package_is_loaded_by_the_spine(self, extra):
        code = (
            "import sys; from taper import Formulary, check, count_supply, load_plan, realize, to_schedule, to_table; "
            f"print({extra!r} in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environment()
        )
        assert done.stdout.strip() == "False"


def _environment():
    return {"PYTHONPATH": str(SRC.parent), "PATH": ""}


class TestNames:
    """One word, one meaning: a class or a public type that stands in two modules sends the reader to the wrong one."""

    def test_no_class_and_no_public_type_is_named_twice(self):
        homes = {}
        for path in FILES:
            for name in _types_named(TREES[path]):
                homes.setdefault(name, []).append(name_of(path))
        assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def _types_named(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name
    for node in tree.body:
        names = [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]
        yield from (name for name in names if re.fullmatch("[A-Z][a-z]+([A-Z][a-z]+)*", name))


class TestClocksAndNumbers:
    @each_file
    def test_nothing_reads_the_clock_the_environment_the_locale_or_the_network(self, path):
        if name_of(path) in SURROUNDINGS:
            return
        for node, name in calls(TREES[path]):
            last = name.rsplit(".", 1)[-1]
            assert last not in {"today", "now", "utcnow", "getenv", "getlocale", "setlocale", "urlopen"}, (
                f"line {node.lineno}"
            )
            assert name not in {"time.time", "time.localtime", "os.environ.get"}, f"line {node.lineno}"
        imported = {
            alias.name for node in ast.walk(TREES[path]) if isinstance(node, ast.Import) for alias in node.names
        }
        assert not imported & {"locale", "socket", "urllib", "urllib.request", "http.client", "random", "time"}

    @each_file
    def test_no_float_is_made(self, path):
        if name_of(path) in FLOATS or PICTURES in path.parents:
            return
        assert not list(_floats(TREES[path]))

    @each_file
    def test_no_amount_is_rounded(self, path):
        if name_of(path) in ROUNDED or PICTURES in path.parents:
            return
        assert not list(_rounded(TREES[path]))

    def test_each_exception_is_still_needed(self):
        assert all(list(_floats(TREES[SRC / name])) for name in FLOATS if (SRC / name).exists())
        assert all(list(_rounded(TREES[SRC / name])) for name in ROUNDED if (SRC / name).exists())


def _floats(tree):
    yield from (f"line {node.lineno}" for node, name in calls(tree) if name == "float")
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"line {node.lineno}"


def _rounded(tree):
    return (f"line {node.lineno}" for node, name in calls(tree) if name in {"round", "math.floor", "floor"})


SURROUNDINGS = {
    "__main__.py": "the process that is its own: how long ago a signal was, and a time zone that is a device",
    "cli/settings.py": "the market that a person set for every command",
    "cli/terminal.py": "whether a terminal shows color, and whether none is wanted",
    "cli/typed_words.py": "the day on which someone typed today",
}
"""What the command line may read, and nothing below it."""
PICTURES = SRC / "formats" / "plots"
"""A position on paper is a float; no dose is read from there."""
FLOATS = {
    "knowledge/formulary.py": "how alike two names are",
    "formats/ical/zone.py": "how alike two names are",
    "knowledge/names.py": "how alike two names are",
    "formats/xlsx.py": "a cell of a spreadsheet, which holds nothing else",
}
ROUNDED = {
    "_base/numbers.py": "a percentage for people, which says about",
    "people/measuring.py": "a figure of kidney function for people, on its side of every whole number",
    "knowledge/kidney_reading.py": "a figure that a source gives in proportion, down to the microgram",
    "paces/rulers.py": "a position on a ruler, in billionths of a pace",
    "planning/cross_stages.py": "an equivalent for people",
    "planning/holding_times.py": "an average for people",
    "checks/rules/combined_equivalent.py": "an equivalent for people",
}


class TestTests:
    def test_none_measures_time(self):
        """What a call costs is measured in the benchmarks, as a ratio; another program beside a test is no fault."""
        clocks = {"process_time", "perf_counter", "monotonic", "thread_time"}
        for path in sorted(TESTS.rglob("test_*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            names |= {item.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for item in node.names}
            assert not names & clocks, path.name


class TestMessages:
    """Code decides by codes and fields; a message is written for a reader and is never read back."""

    @each_file
    def test_no_message_is_compared(self, path):
        assert list(_messages_compared(TREES[path])) == []

    @pytest.mark.parametrize(
        "text",
        [
            "gap.missing.startswith('x')",
            "stay.why.startswith('x')",
            "'x' in stay.why",
            "'x' in finding.message",
            "finding.message == words",
            "'per step' in finding.says",
            "fact.note.endswith('x')",
            "str(error).startswith('x')",
            "'x' in str(error)",
            "'x' in error.args[0]",
            "'no source' in f'{gap}'",
            "words = finding.message\nwords.startswith('x')",
            "words = str(error).lower()\n'x' in words",
            "finding.message.split(':')[0] == 'x'",
            "re.search('x', finding.message)",
            "match finding.message:\n    case 'x': pass",
            "error.message.replace('a', 'b')",
            "error.message.removeprefix('a')",
        ],
    )
    def test_a_message_that_is_read_back_is_seen(self, text):
        assert list(_messages_compared(ast.parse(text)))


_MESSAGES = {"message", "missing", "happens", "says", "note", "why", "args"}
_SPOKEN = {"error", "finding", "gap", "answer", "review", "warning", "missing", "stay"}
_READS = {
    "startswith", "endswith", "find", "index", "count", "replace", "removeprefix", "removesuffix", "split", "rsplit",
    "partition", "rpartition",
}  # fmt: skip


def _messages_compared(tree):
    """Where a message decides something: compared, searched, taken apart or matched, itself or under another name."""
    for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]:
        names = {
            target.id
            for node in ast.walk(scope)
            if isinstance(node, ast.Assign) and _is_message(node.value, frozenset())
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(scope):
            if _reads_message(node, frozenset(names)):
                yield f"line {node.lineno}"


def _reads_message(node, names):
    match node:
        case ast.Compare():
            parts = [node.left, *node.comparators]
            by_value = not all(isinstance(each, ast.Is | ast.IsNot) for each in node.ops)
            return by_value and any(_is_message(part, names) for part in parts) and not _of_one_kind(node)
        case ast.Call(func=ast.Attribute(value=ast.Name("re"))):
            return any(_is_message(part, names) for part in node.args)
        case ast.Call(func=ast.Attribute(value=value, attr=attr)):
            return attr in _READS and _is_message(value, names)
        case ast.Match():
            return _is_message(node.subject, names)
    return False


def _is_message(node, names):
    match node:
        case ast.Attribute(attr=attr):
            return attr in _MESSAGES
        case ast.Name(name):
            return name in names
        case ast.Call(func=ast.Name("str"), args=[ast.Name(name)]):
            return name in _SPOKEN
        case ast.Call(func=ast.Attribute(value=value)) | ast.Subscript(value=value):
            return _is_message(value, names)
        case ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name(name))]):
            return name in _SPOKEN
    return False


def _of_one_kind(node):
    """What two sources say, compared with each other so that it is written once: no decision hangs on its words."""
    attributes = [part.attr for part in (node.left, *node.comparators) if isinstance(part, ast.Attribute)]
    return len(attributes) == len(node.comparators) + 1 and len(set(attributes)) == 1


class TestData:
    SHIPPED = Formulary.shipped()

    @pytest.mark.parametrize("drug", SHIPPED.drugs)
    def test_every_shipped_statement_has_a_source_that_can_be_opened(self, drug):
        monograph = self.SHIPPED.monograph(drug)
        for section in type(monograph).model_fields:
            held = getattr(monograph, section)
            for item in held if isinstance(held, tuple) else ():
                if isinstance(item, Cited):
                    assert isinstance(item.source, Source)
                    assert item.source.layer == "shipped"
        for product in monograph.products:
            assert product.source is not None
            assert product.score in {"unknown", 1} or product.score_source is not None, product.id
        for source in monograph.sources:
            leads_somewhere = re.search(r"[./]|\d", source.locator)
            assert leads_somewhere or (source.grade == "C" and "never decide" in source.note), source.id

    def test_every_table_has_a_source(self):
        assert all(table.source.grade for table in self.SHIPPED.tables)

    @each_file
    def test_no_code_decides_by_the_name_of_a_drug_or_of_a_class(self, path):
        known = {*self.SHIPPED.drugs, *self.SHIPPED.classes.names} - NAMED_IN_CODE.get(name_of(path), set())
        said = {node.value for node in ast.walk(TREES[path]) if isinstance(node, ast.Constant)}
        assert known & said == set()

    def test_facts_are_data_and_no_code(self):
        assert {path.suffix for path in (SRC / "data").rglob("*") if path.is_file()} <= {".toml", ".json"}


NAMED_IN_CODE = {
    "testing/sources_and_people.py": {"diazepam", "morphine"},
    "knowledge/class_tree.py": {"enzyme-inducer"},
}
"""Example drugs of the strategies, and the class of which every inducer of an enzyme by name is one."""


class TestDocstrings:
    @each_file
    def test_a_module_says_in_one_line_what_it_is_about(self, path):
        text = ast.get_docstring(TREES[path])
        if path.read_text("utf-8").strip() == "":
            return
        assert text, "no docstring"
        allowed = 4 if path.name == "__init__.py" else 1
        assert len(text.splitlines()) <= allowed
        assert text.splitlines()[0].endswith(".")

    @each_file
    def test_headings_are_from_the_list_and_no_types_are_repeated(self, path):
        for node in ast.walk(TREES[path]):
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            text = ast.get_docstring(node) or ""
            assert set(re.findall(r"^([A-Z][A-Za-z]+):\s*$", text, re.MULTILINE)) <= HEADINGS, node.name
            assert not re.search(r"^\s*\w+ \((str|int|bool|Fraction|date|dict|list|tuple)\):", text, re.MULTILINE)

    @each_file
    def test_every_public_class_and_function_of_a_module_says_what_it_is(self, path):
        for node in TREES[path].body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{node.name} in line {node.lineno}"

    @each_file
    def test_messages_are_ascii(self, path):
        for spoken in ast.walk(TREES[path]):
            is_answer = isinstance(spoken, ast.Call) and ast.unparse(spoken.func) in {"Finding", "NotAssessed", "find"}
            if isinstance(spoken, ast.Raise) or is_answer:
                texts = (node for node in ast.walk(spoken) if isinstance(node, ast.Constant))
                assert all(str(node.value).isascii() for node in texts), f"line {spoken.lineno}"


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_run(name):
    try:
        module = importlib.import_module(name)
    except taper.MissingExtra as missing:
        pytest.skip(str(missing))
    assert inspect.ismodule(module)
    assert doctest.testmod(module).failed == 0
