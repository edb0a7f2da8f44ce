"""Turn the specification tests and the cases of the rules into pages that a pharmacist can read."""

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent.parent / "tests"
_LAWS = """\
What this library holds itself to, in short paraphrases of published sources, each with its place in the source.
Below each law stand the sentences that prove it. Every sentence is a test that is run whenever the library changes,
and a table below it lists each case that is tried, on both sides of an edge. *Any case* marks a sentence that is
tried on a great many plans or doses drawn at random.

If a law, an edge or a figure here is wrong, so is the library: [say so](../contributing/index.md). What each rule
says of whole plans is on the page of [cases](cases.md)."""
_CASES = """\
What each rule says of a whole plan, case by case, with the data that is shipped. What a case does not name is not
said. A fact about the person that is not named is unknown. *At* marks the last value that passes, *beyond* the first
that does not, and `/` sets the days of a cycle side by side. Each line is run as a test. The [rules](rules.md) say
how each one judges, and the pages of the [drugs](drugs.md) hold the figures and their sources."""
_WORDS = {
    "egfr": "eGFR", "ckd epi": "CKD-EPI", "kdigo": "KDIGO", "uk": "UK", "utc": "UTC", "z": "Z", "greek": "Greek",
    "de indexing": "de-indexing", "vlavonou": "Vlavonou", "cockcroft gault": "Cockcroft and Gault",
    "february": "February", "all day": "all-day",
}  # fmt: skip
_COLUMNS = {
    "us": "above the US figure", "uk": "above the UK figure", "kept": "of the dose is kept", "kappa": "k", "alpha": "a",
    "clearance": "creatinine clearance, mL/min", "egfr": "eGFR, mL/min/1.73 m2", "figure": "eGFR, mL/min/1.73 m2",
    "severity": "the review says", "slot": "time of day", "tz": "time zone", "name": "never used", "mg": "mg/dL",
    "umol": "umol/L", "height": "height, cm", "start": "start", "ends": "each month begins", "dose": "four times a day",
    "doses": "doses, mg/day", "text": "written", "point": "one reading", "plain": "the other reading",
}  # fmt: skip


def specification_lines() -> Iterator[str]:
    """The laws of `tests/spec` as chapters: the law and its place, the sentences that prove it, the cases tried."""
    yield from ("# Specification", "")
    yield _LAWS
    for path in sorted((TESTS / "spec").glob("test_spec_*.py")):
        yield from _chapter(path)


def _chapter(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    title, _, about = (ast.get_docstring(tree) or "").partition(": ")
    yield from ("", f"## {title}", "", _text(about[:1].upper() + about[1:]))
    for part in tree.body:
        if isinstance(part, ast.ClassDef):
            yield from _section(part)


def _section(group: ast.ClassDef) -> Iterator[str]:
    words = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", "_", group.name.removeprefix("Test")).lower()
    yield from ("", f"### {_sentence(words)}", "")
    law, *rest = (ast.get_docstring(group) or "").split("\n\n")
    yield f"> {_text(law)}"
    for paragraph in rest:
        yield from ("", _text(paragraph))
    yield ""
    for test in group.body:
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
            yield from _proof(test)


def _proof(test: ast.FunctionDef) -> Iterator[str]:
    marks = [mark for mark in test.decorator_list if isinstance(mark, ast.Call)]
    is_drawn = any(isinstance(mark.func, ast.Name) and mark.func.id == "given" for mark in marks)
    yield f"- {_sentence(test.name.removeprefix('test_'))}.{' *Any case.*' if is_drawn else ''}"
    law = ast.get_docstring(test)
    if law:
        yield from ("", f"  > {_text(law)}")
    tables = [mark for mark in marks if ast.unparse(mark.func) == "pytest.mark.parametrize"]
    for table in tables:
        yield from ("", *(f"  {row}" for row in _table(table)), "")


def _table(mark: ast.Call) -> Iterator[str]:
    names, rows = mark.args
    heads = [names.value] if isinstance(names, ast.Constant) else [_cell(head) for head in names.elts]
    yield f"| {' | '.join(_COLUMNS.get(head.replace('_', ' '), head.replace('_', ' ')) for head in heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows.elts:
        cells = [row] if len(heads) == 1 else row.elts
        yield f"| {' | '.join(plain(_cell(cell)) for cell in cells)} |"


def _cell(cell: ast.expr) -> str:
    if isinstance(cell, ast.List | ast.Tuple):
        return ", ".join(_cell(item) for item in cell.elts)
    if isinstance(cell, ast.Call) and ast.unparse(cell.func) == "date":
        year, month, day = (ast.literal_eval(part) for part in cell.args)
        return f"{year}-{month:02}-{day:02}"
    return _value(ast.literal_eval(cell))


def case_lines() -> Iterator[str]:
    """The cases of each rule: what goes in, and everything that the rule then says."""
    yield from ("# Cases", "")
    yield _CASES
    for path in sorted((TESTS / "cases").glob("*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        yield from ("", f"## {data['rule']}", "", "| case | what goes in | what the rule says |", "| --- | --- | --- |")
        yield from (f"| {_name(case)} | {_given(case)} | {_said(case)} |" for case in data["cases"])


def _name(case: dict[str, Any]) -> str:
    return plain(case["name"]) + (f" (*{case['edge']}*)" if "edge" in case else "")


def _given(case: dict[str, Any]) -> str:
    parts = [_course(course) for course in case.get("courses", [case])]
    if "patient" in case:
        known = ", ".join(f"{key.replace('_', ' ')} {_value(fact)}" for key, fact in case["patient"].items())
        parts.append(f"person: {known or 'nothing known'}")
    if "sources" in case:
        parts.append("compared with " + ", ".join(case["sources"]))
    return "<br>".join(plain(part) for part in parts)


def _course(course: dict[str, Any]) -> str:
    head = " ".join(str(course[key]) for key in ("drug", "release", "form") if key in course)
    head += f" for {course['indication']}" if "indication" in course else ""
    before = f"before: {course['before']}; " if "before" in course else ""
    first = f"from day {course['starts_on_day']}; " if "starts_on_day" in course else ""
    then = f"; then {course['then']}" if "then" in course else ""
    made = f"; made of {', '.join(course['products'])}" if "products" in course else ""
    steps = "; ".join(step.replace("open: ", "without an end: ") for step in course["steps"])
    return f"{head}: {first}{before}{steps}{then}{made}"


def _said(case: dict[str, Any]) -> str:
    lines = [_finding(found) for found in case.get("finds", ())]
    lines += [f"clear{f': {name}' if name else ''}" for name in case.get("clear", ())]
    lines += [f"not assessed: {missing}" for missing in case.get("not_assessed", ())]
    return "<br>".join(plain(line) for line in lines) or "does not apply"


def _finding(found: dict[str, Any]) -> str:
    figures = " against ".join(str(found[key]) for key in ("value", "limit") if key in found)
    where = f"day {found['day']}" if "day" in found else ""
    return ", ".join(part for part in (f"{found['severity']} finding", figures, where, found.get("source", "")) if part)


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if value is None or isinstance(value, bool):
        return {True: "yes", False: "no", None: "none"}[value]
    return str(value)


def _sentence(name: str) -> str:
    words = re.sub(r"(?<=\d)_(?=\d)", ".", name).replace("_", " ")
    words = words.replace(" s ", "'s ")
    for word, written in _WORDS.items():
        words = re.sub(rf"\b{word}\b", written, words)
    return words if words.startswith("eGFR") else words[:1].upper() + words[1:]


def _text(docstring: str) -> str:
    return plain(" ".join(inspect.cleandoc(docstring).split()))


def plain(text: str) -> str:
    """Text that Markdown takes as it stands."""
    for mark in ("\\", "|", "*", "_", "[", "]", "<", ">", "`"):
        text = text.replace(mark, f"\\{mark}")
    return text
