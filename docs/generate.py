"""Write the reference pages from the data, the rules, the specification tests and the cases themselves.

Run `python docs/generate.py`; a test fails while a page differs from what would be written.
"""

import argparse
import inspect
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import taper
import taper.batch
from taper._base.limits import LIMITS, YARDSTICK
from taper._base.numbers import write_number
from taper.checks.check import ALL
from taper.cli import COMMANDS, parser_for
from taper.cli.examples import EXAMPLES, EXIT_CODES
from taper.formats.monograph import Statement, sections_of
from taper.knowledge.coverage import SECTIONS, count_listed, coverage, looked_at
from taper.knowledge.formulary import Formulary
from taper.knowledge.monograph import Monograph
from taper.schedules.morphine_totals import morphine_table, morphine_table_names
from taper.source import Source

sys.path.insert(0, str(Path(__file__).parent))

import floors
from specification import case_lines, plain, specification_lines

REFERENCE = Path(__file__).parent / "reference"
_FROM_TESTS = "<!-- Written by docs/generate.py from {}; edit those instead. -->"
_NEVER_EDIT = "<!-- Written by docs/generate.py from the shipped data; edit the data instead. -->"


_SOURCES_HEAD = (
    "", "## Sources", "", "| no. | grade | source, where it is, and when it was looked at |", "| --- | --- | --- |"
)  # fmt: skip


def pages(formulary: Formulary) -> dict[str, str]:
    """Every generated page by its path below the reference folder."""
    made = {f"drugs/{drug}.md": _page(_drug_lines(formulary.monograph(drug))) for drug in formulary.drugs}
    made["drugs.md"] = _page(_index_lines(formulary))
    made["coverage.md"] = _page(_coverage_lines(formulary))
    made["equivalences.md"] = _page(_table_lines(formulary))
    made["classes.md"] = _page(_class_lines(formulary))
    made |= {name: _page(lines) for name, lines in _api_pages()}
    made["commands.md"] = _page(_headed("the parser of the command line", _command_lines()))
    made["rules.md"] = _page(_rule_lines())
    made["specification.md"] = _page(_headed("tests/spec", specification_lines()))
    made["cases.md"] = _page(_headed("tests/cases", case_lines()))
    made["limits.md"] = _page(_headed("src/taper/_base/limits.py", _limit_lines()))
    made["floors.md"] = _page(_headed("pyproject.toml and the folders' docstrings", _floor_lines()))
    made["../images/floors.svg"] = floors.picture()
    return made


def _headed(folder: str, lines: Iterator[str]) -> Iterator[str]:
    yield from (_FROM_TESTS.format(folder), "")
    yield from lines


def _limit_lines() -> Iterator[str]:
    yield from (
        "# Limits",
        "",
        "How large what is handed in may be, so that every input is answered in bounded time and memory.",
        "What is larger is refused by name, at reading where that is possible. `taper limits` prints the same.",
        "",
        YARDSTICK,
        "",
        "| what | at most | costs at that size, in yardsticks |",
        "| --- | --- | --- |",
    )
    for limit in LIMITS:
        yield f"| {limit.of} | {limit.most} | {limit.costs or 'less than one'} |"


def _floor_lines() -> Iterator[str]:
    yield from ("# Floors", "", "Every folder of the library, from the top floor to the bottom one.", "")
    yield from floors.table()


def _page(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def _drug_lines(monograph: Monograph) -> Iterator[str]:
    numbers = {source.id: number for number, source in enumerate(monograph.sources, start=1)}
    yield from (_NEVER_EDIT, "", f"# {monograph.drug}", "")
    yield f"Also known as {', '.join(monograph.synonyms) or 'nothing else'}. Classes: {', '.join(monograph.classes)}. "
    yield f"Reviewed on {monograph.reviewed_on}."
    for section in sections_of(monograph):
        yield from ("", f"## {section.title}", "")
        if not section.entries:
            yield "No source is on file."
        yield from (line for entry in section.entries for line in _entry_lines(entry, numbers))
    if monograph.not_found:
        yield from ("", "## Looked for and not found", "")
        yield from (f"- {plain(text)}" for text in monograph.not_found)
    yield from _SOURCES_HEAD
    yield from (_source_row(numbers[source.id], source) for source in monograph.sources)


def _entry_lines(entry: Statement, numbers: dict[str, int]) -> Iterator[str]:
    mark = f" \\[{numbers[entry.source.id]}, {_place(entry.source)}{entry.source.grade}\\]" if entry.source else ""
    yield f"- {plain(entry.says)}{mark}" + (f"<br>{plain(entry.note)}" if entry.note else "")


def _place(source: Source) -> str:
    return f"{source.jurisdiction}, " if source.jurisdiction else ""


def _source_row(number: int, source: Source) -> str:
    section = f", {source.section}" if source.section else ""
    what = plain(f"{source.organization}: {source.title}{section} ({_place(source)}{source.year})")
    return f"| {number} | {source.grade} | {what}<br>`{source.id}`, {source.verified_on}: {plain(source.locator)} |"


def _index_lines(formulary: Formulary) -> Iterator[str]:
    yield from (_NEVER_EDIT, "", "# Drugs", "")
    yield from ("```{toctree}", ":maxdepth: 1", ":hidden:", "", *(f"drugs/{d}" for d in formulary.drugs), "```", "")
    yield from (
        "| drug | products | statements | sources | of grade A | B | C |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    )
    for drug in formulary.drugs:
        monograph = formulary.monograph(drug)
        entries = sum(len(section.entries) for section in sections_of(monograph)) - len(monograph.products)
        grades = [str(source.grade) for source in monograph.sources]
        counts = " | ".join(str(grades.count(grade)) for grade in "ABC")
        yield f"| [{drug}](drugs/{drug}.md) | {len(monograph.products)} | {entries} | {len(grades)} | {counts} |"


def _coverage_lines(formulary: Formulary) -> Iterator[str]:
    yield from (_NEVER_EDIT, "", "# Coverage", "")
    yield "For which rules each drug has facts, from which country, and the newest year of its sources there. Where a"
    yield "cell is empty no source speaks, and the rule answers *not assessed*."
    heads = list(SECTIONS)
    yield from ("", f"| drug | looked at on | {' | '.join(heads)} |", f"| --- | --- |{' --- |' * len(heads)}")
    held = {drug: coverage(formulary.monograph(drug)) for drug in formulary.drugs}
    for drug, speak in held.items():
        cells = ("<br>".join(map(str, speak[rule])) for rule in heads)
        yield f"| [{drug}](drugs/{drug}.md) | {looked_at(formulary.monograph(drug))} | {' | '.join(cells)} |"
    counts = " | ".join(str(sum(bool(speak[rule]) for speak in held.values())) for rule in heads)
    yield f"| {len(held)} drugs | | {counts} |"
    yield from ("", "## Published lists", "")
    yield "Lists of medicines that people are helped to come off, with the medicines of their groups in the ATC index"
    yield "as this library has it: those on the market in the United States or taken in the United Kingdom, by its"
    yield "tables."
    for each in count_listed(formulary):
        listed, total = each.listed, len(each.held) + len(each.absent)
        note = f" {plain(listed.note)}" if listed.note else ""
        yield from ("", f"### {listed.title}", "", f"{plain(listed.source.citation)}.{note}", "")
        yield f"{plain(listed.source.locator)}, looked at on {listed.source.verified_on}."
        yield from ("", f"On file, {len(each.held)} of {total}: {', '.join(each.held)}.")
        yield from ("", f"Not on file: {', '.join(each.absent) or 'none'}.")


def _table_lines(formulary: Formulary) -> Iterator[str]:
    yield from (_NEVER_EDIT, "", "# Equivalence tables", "")
    yield "Sources differ about two-fold. No table is a default; each is named where it is used."
    drugs = sorted({row.drug for table in formulary.tables for row in table.rows})
    heads = [f"{table.title}<br>`{table.id}`<br>{table.reference} {table.reference_dose}" for table in formulary.tables]
    yield from ("", f"| drug | {' | '.join(heads)} |", f"| --- |{' --- |' * len(heads)}")
    for drug in drugs:
        held = [next((row for row in table.rows if row.drug == drug), None) for table in formulary.tables]
        cells = [f"{row.dose}{f' to {row.up_to}' if row.up_to else ''}" if row else "" for row in held]
        yield f"| {drug} | {' | '.join(cells)} |"
    for table in formulary.tables:
        note = f" {plain(table.note)}" if table.note else ""
        yield from ("", f"## {table.title}", "", f"{plain(table.source.citation)}.{note}", "")
        yield f"{plain(table.source.locator)}, looked at on {table.source.verified_on}."
    yield from _factor_lines()


def _factor_lines() -> Iterator[str]:
    tables = [morphine_table(name) for name in morphine_table_names()]
    yield from ("", "## Opioids in morphine", "")
    yield "How many mg of morphine each table counts for 1 mg of a drug, both by mouth, as `taper mme` totals them."
    yield "They measure exposure and choose no dose. A table that was looked for and could not be read stands in"
    yield "[what is not claimed](../explanation/what-is-not-claimed.md)."
    yield from ("", f"| drug | {' | '.join(f'{table.title}<br>`{table.id}`' for table in tables)} |")
    yield f"| --- |{' --- |' * len(tables)}"
    for drug in sorted({drug for table in tables for drug in table.factors}):
        cells = (write_number(table.factors[drug]) if drug in table.factors else "" for table in tables)
        yield f"| {drug} | {' | '.join(cells)} |"
    for table in tables:
        note = f" {plain(table.source.note)}" if table.source.note else ""
        yield from ("", f"### {table.title}", "", f"{plain(table.source.citation)}.{note}", "")
        yield f"{plain(table.source.locator)}, looked at on {table.source.verified_on}."
        yield from ("", f"Warning: {plain(table.warning)}")


def _class_lines(formulary: Formulary) -> Iterator[str]:
    yield from (_NEVER_EDIT, "", "# Classes of other medicines", "")
    yield "A medicine beside a plan, given by its name alone, goes by the classes that a source lists it under, and"
    yield "the finding names that source. A list is never all: a medicine may belong to classes that no list gives it,"
    yield "and those stay *not assessed*. That a medicine is not listed says nothing of it."
    sources = list(dict.fromkeys(item.source for item in formulary.class_lists))
    for item in formulary.class_lists:
        mark = f"\\[{sources.index(item.source) + 1}, {item.source.grade}\\]"
        members = ", ".join(f"{drug} ({plain(place)})" for drug, place in item.members.items())
        note = f"{plain(item.note)} " if item.note else ""
        yield from ("", f"## {item.name} {mark}", "", f"{note}{members}.")
    yield from _SOURCES_HEAD
    yield from (_source_row(number, source) for number, source in enumerate(sources, start=1))


def _rule_lines() -> Iterator[str]:
    yield from (_NEVER_EDIT, "", "# Rules", "")
    yield "Each rule reads and changes nothing. It answers with findings, with *not assessed* and what was missing, or"
    yield "clear. A rule that does not apply to a drug says nothing of it. A drug that is not in the formulary is not"
    yield "assessed."
    for module in ALL:
        words = inspect.getdoc(module.assess) or ""
        reads = ", ".join(f"`{fact}`" for fact in module.READS)
        yield from (
            "",
            f"## {module.NAME}",
            "",
            plain(textwrap.dedent(inspect.getdoc(module) or "")),
            "",
            plain(words),
        )
        yield from ("", f"Reads, beside the plan and the sources: {reads or 'nothing else'}.")


_API_HEAD = """<!-- Written by docs/generate.py from the public names of `taper`; edit their docstrings instead. -->

# Python reference

Three import paths are public: `taper`, with every name on this page; `taper.batch`, for many people at once; and
`taper.testing`, with strategies for Hypothesis and synthetic people.
Everything else is private, whatever its name: modules move and functions inside them change without notice. A name is
loaded when it is first used, and a name that does not exist is answered with the near ones.

Names stand under the part of the library that they come from, in the order in which data flows."""
_PARTS = {
    "errors": "Errors", "source": "Sources", "amounts": "Amounts", "products": "Products", "paces": "Paces",
    "plans": "Plans", "people": "People", "knowledge": "Knowledge", "planning": "Planning", "schedules": "Schedules",
    "supply": "Supply", "adjustment": "Adjustment", "checks": "Checks", "words": "Words", "formats": "Formats",
}  # fmt: skip


def _api_pages() -> Iterator[tuple[str, Iterator[str]]]:
    """The first page of the Python reference, and one for each folder of the library."""
    homes: dict[str, list[str]] = {}
    for name in taper.__all__:
        homes.setdefault(_part_of(name), []).append(name)
    unknown = sorted(set(homes) - set(_PARTS))
    assert not unknown, f"docs/generate.py names no part for {unknown}"
    held = {part: sorted(homes[part], key=str.casefold) for part in _PARTS if part in homes}
    yield "api.md", _api_lines(held)
    for part, names in held.items():
        yield f"api/{part}.md", _part_lines(part, names)
    yield "api/batch.md", _batch_lines()
    yield "api/testing.md", _testing_lines()


def _api_lines(held: dict[str, list[str]]) -> Iterator[str]:
    yield from _API_HEAD.split("\n")
    pages = [f"api/{part}" for part in held]
    yield from ("", "```{toctree}", ":maxdepth: 1", ":hidden:", "", *pages, "api/batch", "api/testing", "```")
    for part, names in held.items():
        yield from ("", f"## [{_PARTS[part]}](api/{part}.md)", "")
        yield from (f"- [`{name}`](api/{part}.md): {_first_sentence(getattr(taper, name))}" for name in names)
    yield from ("", "## [`taper.batch`](api/batch.md)", "", "Many people at once, as Arrow record batches.")
    yield from (
        "",
        "## [`taper.testing`](api/testing.md)",
        "",
        "Strategies, and people with known answers.",
    )


def _first_sentence(value: object) -> str:
    said = inspect.getdoc(value) if inspect.isclass(value) or inspect.isfunction(value) else ""
    return " ".join((said or "A value.").split("\n\n")[0].split())


_API_PART = "<!-- Written by docs/generate.py from the public names of `taper`; edit their docstrings instead. -->"


def _part_lines(part: str, names: list[str]) -> Iterator[str]:
    yield from (_API_PART, "", f"# {_PARTS[part]}", "", "```{eval-rst}", ".. currentmodule:: taper")
    for name in names:
        yield from ("", f".. {_directive(getattr(taper, name))}:: {name}")
    yield "```"


def _batch_lines() -> Iterator[str]:
    names = sorted(set(taper.batch.__all__) - set(taper.__all__), key=str.casefold)
    yield from (_API_PART, "", "# `taper.batch`", "", "```{eval-rst}", ".. currentmodule:: taper.batch")
    for name in names:
        yield from ("", f".. {_directive(getattr(taper.batch, name))}:: {name}")
    yield "```"


def _testing_lines() -> Iterator[str]:
    yield from (_API_PART, "", "# `taper.testing`", "", "```{eval-rst}", ".. automodule:: taper.testing", "```")


def _command_lines() -> Iterator[str]:
    """Every command with its options, as its parser has them."""
    yield from ("# Commands", "", "`taper COMMAND --help` prints the same. Doses, paces and dates may be typed as")
    yield from (
        "people write them: [from the command line in five minutes](../tutorials/command-line.md) shows how.",
        "",
    )
    yield from ("| command | what it does |", "| --- | --- |")
    yield from (f"| [`{name}`](#{name}) | {words} |" for name, (_, words) in COMMANDS.items())
    yield from ("", "## Exit codes", "", "```text", *EXIT_CODES.split("\n")[1:], "```", "")
    yield from (
        '`--market` is remembered where `TAPER_MARKET` is set, or where `market = "uk"` stands in the file',
        "`taper/config.toml` of the folder that your system keeps for settings, often `~/.config`.",
    )
    parser = parser_for(None, whole=True)
    chosen = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    for name, command in chosen.choices.items():
        yield from _one_command(name, command)


def _one_command(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield from ("", f"## {name}", "", f"{parser.description}", "", "```console")
    yield from (f"$ {line}" for line in EXAMPLES.get(name, (f"taper {name}",)))
    yield from ("```", "", "| option | what it is |", "| --- | --- |")
    for action in parser._actions:
        if action.dest != "help":
            yield f"| `{_written(action)}` | {_explained(action)} |"


def _written(action: argparse.Action) -> str:
    shown = action.metavar or ("" if action.nargs == 0 else "|".join(map(str, action.choices or [action.dest.upper()])))
    option = action.option_strings[-1] if action.option_strings else ""
    return f"{option} {shown}".strip().replace("|", "\\|")


def _explained(action: argparse.Action) -> str:
    needed = "needed" if action.required and action.option_strings else ""
    text = (action.help or "").replace("%%", "%").replace("|", "\\|")
    return plain("; ".join(part for part in (text, needed) if part))


def _part_of(name: str) -> str:
    home = taper._HOME_OF[name].split(".")[1]
    kind = getattr(taper, name)
    return "errors" if inspect.isclass(kind) and issubclass(kind, taper.TaperError) else home


def _directive(value: object) -> str:
    if inspect.isclass(value):
        return "autoexception" if issubclass(value, Exception) else "autoclass"
    return "autofunction" if callable(value) and inspect.isfunction(value) else "autodata"


def main() -> None:
    """Write every page, and remove those of drugs that are no longer on file."""
    made = pages(Formulary.shipped())
    for path in (REFERENCE / "drugs").glob("*.md"):
        if f"drugs/{path.name}" not in made:
            path.unlink()
    for name, text in made.items():
        target = REFERENCE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
