"""One person's work on one plan: answer a form, write down what happened, hand out files, take files in.

Everything that comes in and goes out is text: the page sends JSON and gets JSON.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import finalize

from taper import (
    Formulary,
    HorizonNeeded,
    InvalidInput,
    Log,
    Patient,
    Plan,
    Schedule,
    TaperError,
    check,
    count_supply,
    read_log,
    read_patient,
    read_plan,
)
from taper._base.json_text import is_json_lines
from taper.amounts.duration import day_after, read_date
from taper.cli.plan_inputs import dated
from taper.cli.writing import write_as
from taper_page import fragments
from taper_page.command import (
    OWN,
    Form,
    Refused,
    check_form,
    dating,
    forget_notes,
    lines_of,
    opening,
    options_of,
    papers,
    planning,
    refused,
    run,
)
from taper_page.own_products import read_products
from taper_page.picture import draw_stairs

FILES = {
    "plan": ("plan.json", "application/json"),
    "log": ("plan.log.json", "application/json"),
    "ics": ("plan.ics", "text/calendar"),
    "html": ("sheet.html", "text/html"),
    "clinician": ("clinician.html", "text/html"),
    "csv": ("plan.csv", "text/csv"),
    "fhir-r4": ("plan.fhir-r4.json", "application/fhir+json"),
    "fhir-r5": ("plan.fhir-r5.json", "application/fhir+json"),
}
_PAPERS = {"html": ("language", "large", "sunday_first"), "clinician": ("language",), "ics": ("times", "tz")}
_BEYOND, _AGE_DIGITS = 28, 3
_REVIEWED = {"html", "clinician", "fhir-r4", "fhir-r5"}
_FACTS = ("age", "sex", "weight_kg", "crcl", "egfr", "liver")
_SAID = ("kidney_stable", "dialysis", "pregnant", "lactating")
_LISTS = ("conditions", "medications", "as_needed")


class Work:
    """One plan in a folder of its own: the form it was made by, its products, what happened to it, and its days."""

    def __init__(self, form: Form, report: dict[str, Any] | None = None) -> None:
        self.form, self.report = form, report or {}
        self.folder = Path(tempfile.mkdtemp(prefix="taper-"))
        finalize(self, shutil.rmtree, self.folder, ignore_errors=True)  # also of one that was refused
        self.plan_file, self.log_file = self.folder / "plan.json", self.folder / "plan.log.json"
        self.own_file, self._patient_file = self.folder / OWN, self.folder / "patient.json"

    def again(self, form: Form | None = None) -> "Work":
        """The same plan, on which something else can be tried."""
        made = Work(self.form if form is None else form, self.report)
        for file in (self.plan_file, self.log_file, self.own_file):
            if file.exists():
                shutil.copy(file, made.folder)
        return made

    @property
    def own(self) -> str | None:
        return str(self.own_file) if self.own_file.exists() else None

    @property
    def plan(self) -> Plan:
        return read_plan(self.plan_file.read_text(encoding="utf-8"))

    @property
    def log(self) -> Log | None:
        return read_log(self.log_file.read_text(encoding="utf-8")) if self.log_file.exists() else None

    @property
    def start(self) -> str:
        return self.form.get("start", "").strip()

    def write_own_products(self) -> None:
        """Write the products that the person typed, if any, as a file."""
        if lines := lines_of(self.form, "own"):
            drug = self.form.get("drug", "").strip()
            formulary = Formulary.shipped()
            name = formulary.name_of(drug) if formulary.holds(drug) else drug.lower()
            self.own_file.write_text(json.dumps(read_products(lines, name)), encoding="utf-8")

    def options(self, *more: str) -> Any:
        """The options of the command that puts the plan on dates."""
        log = str(self.log_file) if self.log_file.exists() else None
        words = dating(self.form, plan=str(self.plan_file), products=self.own, log=log)
        return options_of([*words, *more], self.form)

    @cached_property
    def schedule(self) -> Schedule:
        """The plan on dates; one that goes on without an end is shown for a while beyond its last change.

        Raises:
            Refused: If there is no first day, or it is none.
        """
        self._check_start()
        options = self.options()
        try:
            return dated(options)
        except HorizonNeeded:
            options.days = self._long_enough()
            return dated(options)

    def answer(self, notes: tuple[str, ...]) -> dict[str, Any]:
        """All that the page shows of it."""
        schedule, log = self.schedule, self.log
        review = check(schedule, self._patient(), market=self.form.get("market") or None)
        events = log.events if log else ()
        return {
            "title": schedule.realized.plan.title or ", ".join(schedule.realized.drugs),
            "notes": list(dict.fromkeys(notes)),
            "picture": draw_stairs(schedule, self.form.get("pace", "")),
            "table": fragments.plan_table(schedule),
            "gentler": fragments.gentler(self.report),
            "supply": fragments.supply_list(count_supply(schedule)),
            "review": fragments.review_list(review),
            "events": [f"{event.day} {event.kind}" for event in events],
            "log": self.log_file.read_text(encoding="utf-8") if events else "",
            "start": self.start,
        }

    def written(self, kind: str, given: dict[str, str]) -> str:
        """The plan in one format, with the options of paper that are given."""
        if kind in {"plan", "log"}:
            file = self.plan_file if kind == "plan" else self.log_file
            return file.read_text(encoding="utf-8") if file.exists() else ""
        form = {**self.form, **{name: text for name, text in given.items() if name in _PAPERS["html"]}}
        pages = {"html": ("--pages=patient",), "clinician": ("--pages=clinician",)}.get(kind, ())
        as_format = "html" if kind == "clinician" else kind
        person = (f"--patient={self._patient_file}",) if kind in _REVIEWED and self._facts() else ()
        options = self.options(f"--format={as_format}", *pages, *person, *papers(form, _PAPERS.get(kind, ())))
        return str(write_as(as_format, self.schedule, options))

    def _check_start(self) -> None:
        if not self.start:
            raise Refused("give the first day of the plan", "start")
        try:
            read_date(self.start)
        except InvalidInput as error:
            raise Refused(error.message, "start") from None

    def _long_enough(self) -> int:
        start = read_date(self.start)
        ends = (
            day_after(
                start + timedelta(days=course.starts_on_day - 1),
                tuple(step.lasting for step in course.steps if step.lasting is not None),
            )
            for course in self.plan.courses
        )
        return (max(ends) - start).days + _BEYOND

    def _patient(self) -> Patient:
        text = json.dumps(self._facts())
        self._patient_file.write_text(text, encoding="utf-8")
        return read_patient(text)

    def _facts(self) -> dict[str, Any]:
        """What the form says about the person, as a patient file says it."""
        facts: dict[str, Any] = {}
        for name in _FACTS:
            if text := self.form.get(name, "").strip():
                is_age = name == "age" and text.isdecimal() and len(text) <= _AGE_DIGITS
                facts[name] = int(text) if is_age else text
        for name in _SAID:
            if text := self.form.get(name, ""):
                facts[name] = text == "yes"
        for name in _LISTS:
            if lines := lines_of(self.form, name):
                facts[name] = [] if [line.lower() for line in lines] == ["none"] else lines
        return facts


class Session:
    """The plan that is shown. A call that is refused leaves it, and all that is handed out, as it was."""

    def __init__(self) -> None:
        self._work: Work | None = None
        self._logs: dict[tuple[str, str], str] = {}

    def call(self, name: str, given: str) -> str:
        """Answer one request of the page: JSON in, JSON out; what was refused says so, at its field."""
        answers: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "plan": self.plan, "facts": self.facts, "event": self.event, "undo": self.undo, "file": self.file,
            "open": self.open,
        }  # fmt: skip
        forget_notes()
        form = json.loads(given)
        try:
            made = answers[name](form)
        except Refused as error:
            made = {"refused": error.message, "field": error.field}
        except TaperError as error:
            there = refused(error, {**form, "work": "event"} if name == "event" else form)
            made = {"refused": there.message, "field": there.field}
        return json.dumps(made)

    def plan(self, form: dict[str, str]) -> dict[str, Any]:
        """Plan as the form says; what was written down of this very plan from this very day is kept."""
        check_form(form)
        work = Work(form)
        work.write_own_products()
        ran = run(planning(form, plan=str(work.plan_file), products=work.own), form)
        work.report = json.loads(ran.printed)["report"]
        notes = ran.notes
        if held := self._logs.get(_key(work)):
            work.log_file.write_text(held, encoding="utf-8")
        elif self._work is not None and self._work.log is not None:
            notes = (*notes, "What was written down belongs to the plan before, and comes back with it.")
        return self._shown(work, notes)

    def facts(self, form: dict[str, str]) -> dict[str, Any]:
        """Check the plan that was opened for the person of the form, from the first day of the form."""
        check_form(form)
        return self._shown(self._current.again({**form, "work": "open"}), ())

    def event(self, given: dict[str, str]) -> dict[str, Any]:
        """Write down what happened, and answer with the plan after it."""
        work = self._current.again()
        if not given.get("day", "").strip():
            raise Refused("say from which day", "day")
        words = ["log", str(work.plan_file), given["event"], f"--log={work.log_file}", f"--day={given['day']}"]
        words += [] if work.log_file.exists() else [f"--start={work.start}"]
        asked = ("for", "pace", "steps", "at")
        words += [f"--{name}={given[name].strip()}" for name in asked if given.get(name, "").strip()]
        words += dating(work.form, plan="", products=work.own, log=None)[3:]
        return self._shown(work, run(words, {**given, "work": "event"}).notes)

    def undo(self, _: dict[str, str]) -> dict[str, Any]:
        """Take back the last thing that was written down."""
        work = self._current.again()
        if log := work.log:
            data = log.to_dict()
            data["events"] = data.get("events", [])[:-1]
            work.log_file.unlink()
            if data["events"]:
                work.log_file.write_text(Log.read(data).to_json(), encoding="utf-8")
        self._logs.pop(_key(work), None)
        return self._shown(work, ())

    def file(self, given: dict[str, str]) -> dict[str, Any]:
        """One file to hand out: its name, its media type and its text."""
        name, media = FILES[given["kind"]]
        text = self._current.written(given["kind"], given)
        if not text:
            raise Refused("nothing has happened to this plan that was written down")
        return {"name": name, "media": media, "text": text}

    def open(self, given: dict[str, str]) -> dict[str, Any]:
        """Take a file in: a plan or a log of this library, or FHIR requests."""
        text, kind = given["text"], _kind_of(given["text"])
        form = {**given, "work": "open", "text": ""}
        if kind == "log":
            return self._open_log(read_log(text), form)
        work = Work(form)
        if kind == "plan":
            work.plan_file.write_text(read_plan(text).to_json(), encoding="utf-8")
            return self._shown(work, ())
        source = work.folder / "opened.json"
        source.write_text(text, encoding="utf-8")
        ran = run(opening(form, str(source), plan=str(work.plan_file)), form)
        work.form = {**form, "start": json.loads(ran.printed)["report"]["start"] or work.start}
        return self._shown(work, ran.notes)

    def _open_log(self, log: Log, form: dict[str, str]) -> dict[str, Any]:
        """A log with its plan; one of the plan that is shown goes on with that plan's products."""
        start = log.start.isoformat()
        if self._work is not None and _key(self._work) == (log.plan, start):
            work = self._work.again()
        elif log.written_for is None:
            raise Refused("this log does not hold its plan; open the plan first, then the log")
        else:
            work = Work({**form, "start": start})
            work.plan_file.write_text(log.written_for.to_json(), encoding="utf-8")
        work.log_file.write_text(log.to_json(), encoding="utf-8")
        return self._shown(work, ())

    @property
    def _current(self) -> Work:
        if self._work is None:
            raise Refused("make a plan first")
        return self._work

    def _shown(self, work: Work, notes: tuple[str, ...]) -> dict[str, Any]:
        """Answer with a plan, and show it from now on."""
        answer = work.answer(notes)
        self._work = work
        if answer["log"]:
            self._logs[_key(work)] = answer["log"]
        return answer


def _key(work: Work) -> tuple[str, str]:
    return work.plan.fingerprint, work.start


def drugs() -> list[str]:
    """The names under which a medicine can be found: those on file and the brands that lead to one."""
    formulary = Formulary.shipped()
    return sorted((*formulary.drugs, *formulary.other_names))


def _kind_of(text: str) -> str:
    try:
        data = json.loads(text)
    except ValueError:
        if is_json_lines(text):
            return "fhir"
        raise Refused("this file is no JSON; open a plan, a log, or FHIR requests") from None
    shape = str(data.get("format", "")) if isinstance(data, dict) else ""
    return "log" if shape.startswith("taper-log") else "plan" if shape.startswith("taper-plan") else "fhir"
