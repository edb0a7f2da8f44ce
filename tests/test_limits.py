"""Limits are said once, printed, on the page, and are what the code refuses by."""

import json
from functools import partial

import pytest
from hypothesis import assume, given

from taper import (
    CannotPrint,
    Duration,
    InvalidInput,
    Patient,
    Plan,
    Product,
    from_fhir,
    mg,
    read_log,
    read_plan,
    realize,
    to_fhir,
    to_html,
    to_ical,
    to_pdf,
    to_schedule,
    to_xlsx,
)
from taper._base import limits
from taper._base.json_text import NotJson
from taper.amounts.duration import read_date
from taper.cli import main
from taper.formats.fhir.write import bundle
from taper.plans.weights import Weights
from taper.products.recipes import Handling
from taper.schedules import schedule
from taper.testing import durations, realizable_plans, starts

TABLETS = [Product(id="x1", drug="x", form="tablet", strength="1 mg", score=2)]


def daily(count, **more):
    steps = [{"for": "1 day", "regimen": {"morning": f"{1 + day % 20} mg", "evening": "2 mg"}} for day in range(count)]
    return Plan.read({"courses": [{"drug": "x", "then": "stop", "steps": steps, **more}]})


def most_of(kind, field):
    made = kind.model_fields[field].metadata
    return next(item.le for item in made if hasattr(item, "le"))


def test_the_limits_of_pieces_products_and_states_are_those_that_are_printed():
    assert most_of(Handling, "pieces") == most_of(Weights, "pieces") == limits.MOST_PIECES
    assert most_of(Handling, "products") == most_of(Weights, "products") == limits.MOST_PRODUCTS
    assert Weights().most_states == limits.MOST_STATES


def test_every_limit_is_printed(capsys):
    assert main(["limits"]) == 0
    printed = capsys.readouterr().out
    assert all(f"{limit.of}: {limit.most}" in printed for limit in limits.LIMITS)
    assert main(["limits", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["limits"]
    assert [item["of"] for item in listed] == [limit.of for limit in limits.LIMITS]


@pytest.mark.parametrize(
    ("read", "largest", "larger"),
    [
        (Duration.parse, f"{limits.LONGEST_DAYS} days", f"{limits.LONGEST_DAYS + 1} days"),
        (Duration.parse, f"{limits.LONGEST_MONTHS} months", f"{limits.LONGEST_MONTHS + 1} months"),
        (mg, str(limits.LARGEST_MG), str(limits.LARGEST_MG + 1)),
        (read_date, str(limits.LATEST), "2201-01-01"),
        (read_date, str(limits.EARLIEST), "1899-12-31"),
    ],
)
def test_what_is_at_the_limit_is_read_and_what_is_beyond_is_refused(read, largest, larger):
    read(largest)
    with pytest.raises(InvalidInput):
        read(larger)


def test_a_text_of_more_than_five_megabytes_is_refused_before_it_is_read():
    with pytest.raises(NotJson, match="larger than 5 MB"):
        read_plan(" " * (limits.LARGEST_BYTES + 1))
    with pytest.raises(NotJson, match="larger than 50 MB"):
        from_fhir(" " * (limits.LARGEST_FHIR_BYTES + 1))


def test_a_course_holds_so_many_steps_and_a_plan_so_many_courses():
    step, courses = {"for": "1 day", "regimen": {"evening": "1 mg"}}, limits.MOST_COURSES
    assert len(daily(limits.MOST_STEPS).courses[0].steps) == limits.MOST_STEPS
    with pytest.raises(InvalidInput, match="at most 7320"):
        daily(limits.MOST_STEPS + 1)
    with pytest.raises(InvalidInput, match="at most 50"):
        Plan.read(
            {"courses": [{"id": f"c{n}", "drug": "x", "then": "stop", "steps": [step]} for n in range(courses + 1)]}
        )


@pytest.mark.parametrize("stages", [limits.MOST_STAGES + 1, 10**30])
def test_so_many_stages_lead_from_one_drug_to_another(stages, capsys):
    words = ["cross", "alprazolam", "--from", "1 mg bd", "--to-drug", "diazepam", "--equivalence", "ashton"]
    assert main([*words, "--every", "weekly", "--rounding", "down", "--stages", str(stages)]) == 2
    assert f"stages: {stages} stages are too many; write at most 100\n" in capsys.readouterr().err
    assert main([*words, "--every", "weekly", "--rounding", "down", "--stages", "100"]) == 2
    assert "of 100 take the same doses" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["medications", "as_needed", "conditions", "absent_conditions"])
def test_a_list_of_a_patient_holds_so_many_names(name):
    names = [f"name {n}" for n in range(limits.MOST_NAMES + 300)]
    assert len(getattr(Patient.read({name: names[: limits.MOST_NAMES]}), name)) == limits.MOST_NAMES
    with pytest.raises(InvalidInput, match=f"{name}: holds 500, and may hold at most 200; leave some out"):
        Patient.read({name: names})


CLOCKS = {f"{hour:02}:00": "1 mg" for hour in range(24)}


class TestDosesOfASchedule:
    """They are counted from the steps, before a day is made."""

    def schedule(self, *steps, then="stop", **more):
        plan = Plan.read({"courses": [{"drug": "x", "then": then, "steps": [*steps]}]})
        return to_schedule(realize(plan, TABLETS), start=read_date("2027-03-01"), **more)

    def test_twenty_years_of_a_dose_an_hour_are_one(self):
        made = self.schedule({"for": f"{limits.LONGEST_DAYS} days", "regimen": CLOCKS})
        assert sum(len(day.intakes) for day in made.days) == 175_680 <= limits.MOST_SCHEDULED

    def test_more_are_refused_and_as_many_days_as_the_message_says_are_not(self):
        cycle = [{**CLOCKS, "00:30": "1 mg"}, {**CLOCKS, **{f"{hour:02}:45": "1 mg" for hour in range(24)}}]
        many = {"for": f"{limits.LONGEST_DAYS - 1} days", "cycle": [*cycle, cycle[-1], cycle[-1]]}
        with pytest.raises(InvalidInput, match=r"hold 309\d+ doses, .* at most 250000; .*\(--days \d+\)$") as refused:
            self.schedule({"for": "1 day", "regimen": CLOCKS}, many)
        fit = int(str(refused.value).rpartition(" ")[2].rstrip(")"))
        made = self.schedule({"for": "1 day", "regimen": CLOCKS}, many, horizon=Duration(fit))
        held = sum(len(day.intakes) for day in made.days)
        assert held <= limits.MOST_SCHEDULED < held + 48
        with pytest.raises(InvalidInput, match="and a schedule holds at most"):
            self.schedule({"for": "1 day", "regimen": CLOCKS}, many, horizon=Duration(fit + 1))

    @pytest.mark.parametrize("write", [to_html, to_xlsx, partial(to_ical, tz=None)])
    def test_fewer_are_written_and_as_many_days_as_the_message_says(self, write, monkeypatch):
        monkeypatch.setattr(schedule, "MOST_WRITTEN", 100)
        says = "10 days hold 240 doses, and this format holds at most 100; .* horizon of 4 days or less"
        with pytest.raises(InvalidInput, match=says):
            write(self.schedule({"for": "10 days", "regimen": CLOCKS}))
        assert write(self.schedule({"for": "10 days", "regimen": CLOCKS}, horizon=Duration(4)))

    def test_a_bundle_holds_fewer_dosages(self, monkeypatch):
        monkeypatch.setattr(bundle, "MOST_WRITTEN", 47)
        one, two = {"for": "10 days", "regimen": CLOCKS}, {"for": "10 days", "cycle": [CLOCKS, CLOCKS]}
        assert to_fhir(self.schedule(one))
        with pytest.raises(InvalidInput, match="48 dosages to write, and a bundle holds at most 47; split the plan"):
            to_fhir(self.schedule(two))
        with pytest.raises(InvalidInput, match="has 240 dosages to write"):
            to_fhir(self.schedule(one, horizon=Duration(1)), profile="days")

    @given(realizable_plans(), starts(), durations())
    def test_those_beyond_a_window_are_as_many_as_a_whole_schedule_has_there(self, drawn, start, horizon):
        realized = realize(*drawn)
        assume(not any(course.course.is_open for course in realized.courses))
        whole, shown = (to_schedule(realized, start=start, horizon=length) for length in (None, horizon))
        left = sum(len(day.intakes) for day in whole.days[len(shown.days) :])
        assert left == (shown.beyond.intakes if shown.beyond is not None else 0)


def test_a_log_holds_so_many_events():
    events = [{"kind": "hold", "day": "2027-03-02", "for": "1 day", "course": f"c{n}"} for n in range(10_001)]
    log = {"format": "taper-log/1", "plan": "0" * 64, "start": "2027-03-01"}
    assert len(read_log(json.dumps({**log, "events": events[:-1]})).events) == limits.MOST_EVENTS
    with pytest.raises(InvalidInput, match="at most 10000"):
        read_log(json.dumps({**log, "events": events}))


@pytest.mark.parametrize(("days", "holds"), [(500, r"holds \d+"), (2000, r"holds about \d+")], ids=["all", "some"])
def test_a_handout_that_would_take_gigabytes_is_refused_and_says_how_many_days_fit(days, holds):
    """A much too long one is refused from some of its days, before the rest is written."""
    pytest.importorskip("typst")
    schedule = to_schedule(realize(daily(days), TABLETS), start=read_date("2027-03-01"))
    with pytest.raises(CannotPrint, match=f"the handout of {days} days {holds}.* \\(about \\d+ fit\\)") as refused:
        to_pdf(schedule)
    fit = int(str(refused.value).rpartition("about ")[2].split()[0])
    assert 280 < fit < 350
    window = to_schedule(schedule.realized, start=schedule.start, horizon=Duration(fit // 4))
    assert to_pdf(window).startswith(b"%PDF")


@pytest.mark.parametrize("pages", ["patient", "clinician"])
def test_a_pdf_of_fewer_pages_holds_more_days(pages):
    pytest.importorskip("typst")
    schedule = to_schedule(realize(daily(2000), TABLETS), start=read_date("2027-03-01"))
    with pytest.raises(CannotPrint, match=r"about [6-9]\d\d fit"):
        to_pdf(schedule, pages=pages)
