"""One person's work on one plan: answer a form, write down what happened, hand out files, take files in.

Everything that comes in and goes out is text: the page sends JSON and gets JSON.
"""

import json
import tempfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

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
from taper.amounts.duration import day_after, read_date
from taper.cli.plan_inputs import adjusted_by, dated
from taper.cli.writing import write_as
from taper_page import fragments
from taper_page.command import (
    Form,
    Refused,
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
_BEYOND = 28
_REVIEWED = {"html", "clinician", "fhir-r4", "fhir-r5"}
_FACTS = ("age", "sex", "weight_kg", "crcl", "egfr", "liver")
_SAID = ("kidney_stable", "dialysis", "pregnant", "lactating")
_LISTS = ("conditions", "medications", "as_needed")


class Session:
    """A plan, what happened to it, and the days that follow from both."""

    def __init__(self, folder: str | None = None) -> None:
        self._folder = Path(folder or tempfile.mkdtemp(prefix="taper-"))
        self._form: Form = {}
        self._schedule: Schedule | None = None
        self._report: dict[str, Any] = {}

    def call(self, name: str, given: str) -> str:
        """Answer one request of the page: JSON in, JSON out; what was refused says so, at its field."""
        answers: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "plan": self.plan, "event": self.event, "undo": self.undo, "file": self.file, "open": self.open,
        }  # fmt: skip
        forget_notes()
        try:
            made = answers[name](json.loads(given))
        except Refused as error:
            made = {"refused": error.message, "field": error.field}
        except TaperError as error:
            there = refused(error, self._form)
            made = {"refused": there.message, "field": there.field}
        return json.dumps(made)

    def plan(self, form: dict[str, str]) -> dict[str, Any]:
        """Plan as the form says, forget what happened to another plan, and answer."""
        self._form = form
        self._products_file()
        ran = run(planning(form, plan=str(self._plan_file), products=self._own), form)
        self._report = json.loads(ran.printed)["report"]
        self._keep_log_of(read_plan(self._plan_file.read_text(encoding="utf-8")))
        return self._answer(ran.notes)

    def event(self, given: dict[str, str]) -> dict[str, Any]:
        """Write down what happened, and answer with the plan after it."""
        self._started()
        words = [
            "log",
            str(self._plan_file),
            given["event"],
            f"--log={self._log_file}",
            f"--day={given.get('day', '')}",
        ]
        words += [] if self._log_file.exists() else [f"--start={self._form['start'].strip()}"]
        words += [
            f"--{name}={given[name].strip()}" for name in ("for", "pace", "steps", "at") if given.get(name, "").strip()
        ]
        words += dating(self._form, plan="", products=self._own, log=None)[3:]
        return self._answer(run(words, self._form).notes)

    def undo(self, _: dict[str, str]) -> dict[str, Any]:
        """Take back the last thing that was written down."""
        self._started()
        if self._log_file.exists():
            data = json.loads(self._log_file.read_text(encoding="utf-8"))
            data["events"] = data.get("events", [])[:-1]
            self._log_file.unlink()
            if data["events"]:
                self._log_file.write_text(Log.read(data).to_json(), encoding="utf-8")
        return self._answer(())

    def file(self, given: dict[str, str]) -> dict[str, Any]:
        """One file to hand out: its name, its media type and its text."""
        kind = given["kind"]
        name, media = FILES[kind]
        if kind == "plan":
            text = self._plan_file.read_text(encoding="utf-8") if self._plan_file.exists() else ""
        elif kind == "log":
            text = self._log_file.read_text(encoding="utf-8") if self._log_file.exists() else ""
        else:
            text = self._written(kind, given)
        if not text:
            raise Refused("there is nothing to write yet; make a plan first")
        return {"name": name, "media": media, "text": text}

    def open(self, given: dict[str, str]) -> dict[str, Any]:
        """Take a file in: a plan or a log of this library, or FHIR requests."""
        text = given["text"]
        kind = _kind_of(text)
        start = given.get("start", "").strip()
        if kind == "log":
            log = read_log(text)
            if log.written_for is None:
                raise Refused("this log does not hold its plan; open the plan first, then the log")
            self._begin({**self._form, "start": log.start.isoformat()}, log.written_for)
            self._log_file.write_text(log.to_json(), encoding="utf-8")
            return self._answer(()) | {"start": log.start.isoformat()}
        if kind == "plan":
            self._begin({"work": "down", "start": start}, read_plan(text))
            return self._answer(())
        source = self._folder / "opened.json"
        source.write_text(text, encoding="utf-8")
        ran = run(opening(given, str(source), plan=str(self._plan_file)), {**given, "work": "open"})
        begins = json.loads(ran.printed)["report"]["start"] or start
        self._begin({"work": "down", "start": begins}, read_plan(self._plan_file.read_text(encoding="utf-8")))
        return self._answer(ran.notes) | {"start": begins}

    @property
    def _plan_file(self) -> Path:
        return self._folder / "plan.json"

    @property
    def _log_file(self) -> Path:
        return self._folder / "plan.log.json"

    @property
    def _patient_file(self) -> Path:
        return self._folder / "patient.json"

    @property
    def _own(self) -> str | None:
        file = self._folder / "products.json"
        return str(file) if file.exists() else None

    def _begin(self, form: Form, plan: Plan) -> None:
        """Go on with a plan that was made elsewhere."""
        self._form, self._report = form, {}
        (self._folder / "products.json").unlink(missing_ok=True)
        self._plan_file.write_text(plan.to_json(), encoding="utf-8")
        self._log_file.unlink(missing_ok=True)

    def _products_file(self) -> None:
        file = self._folder / "products.json"
        file.unlink(missing_ok=True)
        if lines := lines_of(self._form, "own"):
            drug = self._form.get("drug", "").strip()
            formulary = Formulary.shipped()
            name = formulary.name_of(drug) if formulary.holds(drug) else drug.lower()
            file.write_text(json.dumps(read_products(lines, name)), encoding="utf-8")

    def _keep_log_of(self, plan: Plan) -> None:
        """Forget what happened, unless it happened to this very plan from this very day."""
        log = self._log
        if log and (log.plan != plan.fingerprint or log.start.isoformat() != self._form.get("start", "").strip()):
            self._log_file.unlink()

    def _started(self) -> None:
        if not self._plan_file.exists():
            raise Refused("make a plan first")

    def _options(self, *more: str) -> Any:
        log = str(self._log_file) if self._log_file.exists() else None
        words = dating(self._form, plan=str(self._plan_file), products=self._own, log=log)
        return options_of([*words, *more], self._form)

    @property
    def _log(self) -> Log | None:
        return read_log(self._log_file.read_text(encoding="utf-8")) if self._log_file.exists() else None

    def _dated(self) -> Schedule:
        """The plan on dates; one that goes on without an end is shown for a while beyond its last change."""
        options = self._options()
        try:
            return adjusted_by(options.log, options) if options.log else dated(options)
        except HorizonNeeded:
            options.days = self._long_enough()
            return adjusted_by(options.log, options) if options.log else dated(options)

    def _long_enough(self) -> int:
        start = read_date(self._form["start"].strip())
        plan = read_plan(self._plan_file.read_text(encoding="utf-8"))
        ends = (
            day_after(
                start + timedelta(days=course.starts_on_day - 1),
                tuple(step.lasting for step in course.steps if step.lasting is not None),
            )
            for course in plan.courses
        )
        return (max(ends) - start).days + _BEYOND

    def _answer(self, notes: tuple[str, ...]) -> dict[str, Any]:
        self._check_start()
        schedule = self._dated()
        review = check(schedule, self._patient(), market=self._form.get("market") or None)
        self._schedule = schedule
        log = self._log
        events = log.events if log else ()
        return {
            "title": schedule.realized.plan.title or ", ".join(schedule.realized.drugs),
            "notes": list(dict.fromkeys(notes)),
            "picture": draw_stairs(schedule, self._form.get("pace", "")),
            "table": fragments.plan_table(schedule),
            "gentler": fragments.gentler(self._report),
            "supply": fragments.supply_list(count_supply(schedule)),
            "review": fragments.review_list(review),
            "events": [f"{event.day} {event.kind}" for event in events],
            "log": self._log_file.read_text(encoding="utf-8") if events else "",
        }

    def _check_start(self) -> None:
        text = self._form.get("start", "").strip()
        if not text:
            raise Refused("give the first day of the plan", "start")
        try:
            read_date(text)
        except InvalidInput as error:
            raise Refused(error.message, "start") from None

    def _patient(self) -> Patient:
        text = json.dumps(self._facts())
        self._patient_file.write_text(text, encoding="utf-8")
        return read_patient(text)

    def _facts(self) -> dict[str, Any]:
        """What the form says about the person, as a patient file says it."""
        facts: dict[str, Any] = {}
        for name in _FACTS:
            if text := self._form.get(name, "").strip():
                facts[name] = int(text) if name == "age" and text.isdigit() else text
        for name in _SAID:
            if text := self._form.get(name, ""):
                facts[name] = text == "yes"
        for name in _LISTS:
            if lines := lines_of(self._form, name):
                facts[name] = [] if [line.lower() for line in lines] == ["none"] else lines
        return facts

    def _written(self, kind: str, given: dict[str, str]) -> str:
        self._started()
        form = {**self._form, **{name: text for name, text in given.items() if name in ("language", "large")}}
        pages = {"html": ("--pages=patient",), "clinician": ("--pages=clinician",)}.get(kind, ())
        as_format = "html" if kind == "clinician" else kind
        person = (f"--patient={self._patient_file}",) if kind in _REVIEWED and self._facts() else ()
        options = self._options(f"--format={as_format}", *pages, *person, *papers(form, _PAPERS.get(kind, ())))
        if self._schedule is None:
            self._answer(())
        return str(write_as(as_format, cast("Schedule", self._schedule), options))


def drugs() -> list[str]:
    """The names under which a medicine can be found: those on file and the brands that lead to one."""
    formulary = Formulary.shipped()
    return sorted((*formulary.drugs, *formulary.other_names))


def _kind_of(text: str) -> str:
    try:
        data = json.loads(text)
    except ValueError:
        raise Refused("this file is no JSON; open a plan, a log, or FHIR requests") from None
    shape = str(data.get("format", "")) if isinstance(data, dict) else ""
    return "log" if shape.startswith("taper-log") else "plan" if shape.startswith("taper-plan") else "fhir"
