"""The command line that a form stands for, run in this process; its errors, at the field that they are about."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

from taper.cli import parser_for
from taper.cli.notes import print_notes
from taper.cli.typed_words import understand
from taper.errors import InvalidInput, OutOfScope, TaperError
from taper.knowledge.formulary import UnknownDrug
from taper.paces.pace import InvalidPace
from taper.products.recipes import NotReachable
from taper_page.fields import Field, all_fields, used_by

Form = Mapping[str, str]
OWN = "own-products.json"
"""The file of a person's own products."""
_OPENING = ("open_slots", "open_strength", "open_drug", "open_accept")
_ELSEWHERE = {"language", "large", "sunday_first", "times", "tz", *_OPENING}
_REFUSED = 2
_MOST_LINES, _LONGEST = 40, 300
"""How many lines a field of lines may have, and how long a text may be."""
_NAMES = {"days": "--days"}
_STATED = ("market", "only", "divide", "syringe")


class Refused(Exception):
    """What was typed cannot be used: the field that it is about, if one is known, and what to do."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message, self.field = message, field


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed, and what it said beside."""

    printed: str
    notes: tuple[str, ...]


def lines_of(form: Form, name: str) -> list[str]:
    """The lines of a field that are not empty."""
    return [line.strip() for line in form.get(name, "").splitlines() if line.strip()]


def given(form: Form) -> Iterator[tuple[Field, str]]:
    """The fields that the kind of plan uses and that are filled in."""
    for field in used_by(form.get("work", "down")):
        if text := form.get(field.name, "").strip():
            yield field, text


def check_form(form: Form) -> None:
    """Refuse what no field can hold, before anything is made of it.

    Raises:
        Refused: If a text is far too long, or a word would be read as an option.
    """
    for field, text in given(form):
        lines = text.splitlines()
        if len(lines) > (_MOST_LINES if field.kind == "lines" else 1) or max(map(len, lines)) > _LONGEST:
            raise Refused(f"is too long; write at most {_MOST_LINES} lines of {_LONGEST} letters", field.name)
        if len(set(lines)) < len(lines):
            raise Refused("has a line twice; write it once", field.name)
        if field.name in {"drug", "pattern"} and text.startswith("-"):
            raise Refused("begins with a dash, as no medicine and no steps do; write it without the dash", field.name)
    days = form.get("days", "").strip()
    if days and not (days.isdecimal() and len(days) < 6 and int(days)):
        raise Refused(f"{days!r} is not a number of days; write a whole number from 1", "days")


def planning(form: Form, *, plan: str, products: str | None) -> list[str]:
    """The words of the planning command.

    Raises:
        Refused: If no medicine is named.
    """
    if not form.get("drug", "").strip():
        raise Refused("name the medicine, such as baclofen", "drug")
    if form.get("work", "down") == "down" and not (form.get("pace", "").strip() or form.get("over", "").strip()):
        raise Refused("say how fast: give a pace, or how long the whole takes", "pace")
    words = [form.get("work", "down"), form["drug"].strip()]
    if form.get("work") == "steps":
        words.append(form.get("pattern", "").strip())
    for field, text in given(form):
        if field.name not in _ELSEWHERE and field.option:
            words += _option(field, text, form)
    return [*words, *([f"--products={products}"] if products else []), "--json", f"--out={plan}", "--force"]


def dating(form: Form, *, plan: str, products: str | None, log: str | None) -> list[str]:
    """The words of the command that puts the plan on dates."""
    words = ["schedule", plan, f"--start={form.get('start', '').strip()}"]
    for field, text in given(form):
        if field.name in _STATED:
            words += _option(field, text, form)
    words += [f"--days={form['days'].strip()}"] if form.get("days", "").strip() else []
    words += [f"--products={products}"] if products else []
    return [*words, *([f"--log={log}"] if log else [])]


def papers(form: Form, names: Sequence[str]) -> list[str]:
    """Options of the sheet and the calendar."""
    fields = {field.name: field for field in all_fields()}
    words = []
    for name in names:
        if form.get(name, "").strip():
            words += _option(fields[name], form[name].strip(), form)
    return words


def _option(field: Field, text: str, form: Form) -> list[str]:
    if field.kind == "flag":
        return [field.option]
    if field.kind == "lines":
        return [f"{field.option}={line}" for line in lines_of(form, field.name)]
    return [f"{field.option}={text}"]


def opening(form: Form, file: str, *, plan: str) -> list[str]:
    """The words of the command that reads FHIR requests."""
    return ["import", file, f"--out={plan}", "--force", "--json", *papers(form, _OPENING)]


def options_of(words: Sequence[str], form: Form) -> object:
    """The command read, and its everyday words understood.

    Raises:
        Refused: If it cannot be.
    """
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            options = parser_for(words[0]).parse_args(list(words))
        understand(options, words[0])
    except SystemExit:
        message = said.getvalue().partition("\nHelp:")[0].removeprefix("taper: ")
        raise _placed(*_parted(message or "it cannot be read; write it as the examples are"), form) from None
    except TaperError as error:
        raise refused(error, form) from None
    return options


def run(words: Sequence[str], form: Form) -> Ran:
    """Run a command.

    Raises:
        Refused: If it cannot be run, or says that nothing can be made.
    """
    options = options_of(words, form)
    printed, said = io.StringIO(), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(said):
        try:
            code = options.run(options)  # type: ignore[attr-defined]
        except TaperError as error:
            print_notes()
            raise refused(error, form) from None
        print_notes()
    if code == _REFUSED:
        lines = [line.strip().removeprefix("taper: ") for line in said.getvalue().splitlines()]
        why = [line.removeprefix("refused: ") for line in lines if line.startswith("refused: ")]
        raise refused(InvalidInput("; ".join(why or lines)), form)
    notes = tuple(
        in_words_of_the_page(line.strip().removeprefix("taper: ").removeprefix("noticed: "), form)
        for line in said.getvalue().splitlines()
        if line.startswith(("taper: ", "  noticed: "))
    )
    return Ran(printed.getvalue(), notes)


def forget_notes() -> None:
    """Forget what an earlier command wanted known."""
    with redirect_stderr(io.StringIO()):
        print_notes()


def refused(error: TaperError, form: Form) -> Refused:
    """An error of the library, at the field that it is about or that its message names first."""
    if isinstance(error, UnknownDrug):
        other = form.get("to_drug", "").strip()
        return Refused(error.message, "to_drug" if other and other in error.message else "drug")
    made = _placed(error.where, error.message, form)
    if made.field is None:
        made.field = next(_guesses(error, form), None)
    return made


def _guesses(error: TaperError, form: Form) -> Iterator[str]:
    """Fields that an error may be about though it does not say: by its kind, by an option, by the words it quotes."""
    if isinstance(error, InvalidPace):
        yield "after" if form.get("work") == "cross" else "pace"
    if isinstance(error, OutOfScope) and form.get("age", "").strip():
        yield "age"
    if isinstance(error, NotReachable):
        doses = {"before", "to", "target", "pattern"}
        amount = error.dose.text if error.dose else ""
        yield from (field.name for field, text in given(form) if field.name in doses and amount in text)
        return
    for option in re.findall(r"--[a-z][a-z-]*", error.message):
        if field := _field_of(option, form):
            yield field.name
    quoted = set(re.findall(r"'([^']+)'", error.message))
    yield from (field.name for field, text in given(form) if text in quoted)


def _parted(message: str) -> tuple[str, str]:
    """Where and what, from a message of the parser of the command line."""
    if found := re.match(r"the following arguments are required: (\S+?)(,|$)", message):
        return found[1].rstrip(","), "fill this in"
    where, colon, rest = message.partition(": ")
    return (where, rest) if colon and where.startswith("-") else ("", message)


def _placed(where: str, message: str, form: Form) -> Refused:
    field = _field_of(where, form)
    if OWN in where:
        return Refused(in_words_of_the_page(message, form), "own")
    place = f"{where}: " if where and field is None and "/" not in where else ""
    return Refused(in_words_of_the_page(f"{place}{message}", form), None if field is None else field.name)


def _field_of(where: str, form: Form) -> Field | None:
    """The field of an option, or of a key of the request, that the kind of plan uses."""
    option = where.split(" ")[0].split("/")[0]
    key = option.lstrip("-").split(".")[0].split("[")[0].replace("-", "_")
    for field in used_by(form.get("work", "down")):
        if key == field.name or option in {field.option, _NAMES.get(field.name)} - {"", None}:
            return field
    return None


def in_words_of_the_page(text: str, form: Form) -> str:
    """A message in which each option of the command line is the field that fills it."""
    used = (field for field in used_by(form.get("work", "down")) if field.option)
    fields: dict[str, Field] = {}
    for field in used:
        fields.setdefault(field.option, field)

    def named(found: "re.Match[str]") -> str:
        of = fields.get(found[0])
        return f"\u201c{of.label}\u201d" if of else found[0]

    plain = text.replace(" or TAPER_MARKET", "").replace(" (--market names another)", "")
    return re.sub(r"--[a-z][a-z-]*", named, plain)
