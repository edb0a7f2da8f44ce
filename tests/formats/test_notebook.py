"""What a notebook shows of a plan and of a schedule: a small table that is text, complete, and readable in the dark."""

import re

from hypothesis import given

from formats.drawing import dated, schedules
from formats.test_html import EVIL, Page
from taper import days


def cells(text):
    return [element["text"] for element in Page(text).elements if element["tag"] == "td"]


class TestSchedule:
    @given(schedule=schedules())
    def test_every_dose_and_every_day_is_covered_by_its_rows(self, schedule):
        held = cells(schedule._repr_html_())
        rows = [held[place : place + 4] for place in range(0, len(held), 4)]
        covered = []
        for numbers, _, doses, _ in rows:
            first, _, last = numbers.partition("-")
            for number in range(int(first), int(last or first) + 1):
                covered.append(number)
                for intake in schedule.days[number - 1].intakes:
                    assert f"{intake.slot} {intake.dose} {intake.drug}: " in doses
        assert covered == [day.number for day in schedule.days]

    def test_it_reads_as_a_table_of_stretches_and_says_how_it_ends(self):
        schedule = dated({"for": "3 days", "regimen": {"evening": "3 mg"}}, {"for": "2 days", "kind": "gap"},
                         {"for": "9 days", "cycle": [{}, {"evening": "2 mg"}]}, horizon=days(7))  # fmt: skip
        assert cells(schedule._repr_html_()) == [
            "1-3", "2027-03-01 to 2027-03-03", "evening 3 mg testamine: 1 and 1/2 x 2 mg tablet", "testamine 3 mg/day",
            "4-5", "2027-03-04 to 2027-03-05", "not taken", "",
            "6", "2027-03-06", "nothing", "",
            "7", "2027-03-07", "evening 2 mg testamine: 1 x 2 mg tablet", "testamine 2 mg/day",
        ]  # fmt: skip
        assert "testamine: 2027-03-01 to 2027-03-07 (window; 7 more days with 3 doses" in schedule._repr_html_()

    def test_what_it_leaves_out_is_counted(self):
        schedule = dated({"for": "250 days", "cycle": [{"evening": "2 mg"}, {}]})
        assert cells(schedule._repr_html_())[-4:] == ["...", "", "50 more rows are not shown; to_table shows them", ""]


class TestPlan:
    def test_it_lists_every_step(self):
        plan = dated(
            {"for": "3 days", "regimen": {"evening": "3 mg"}},
            {"for": "2 days", "kind": "gap"},
            {"regimen": {"morning": "2 mg"}},
            then="continue",
            horizon=days(9),
        ).realized.plan
        assert cells(plan._repr_html_()) == [
            "testamine", "1", "3 days", "3 mg evening", "",
            "testamine", "2", "2 days", "nothing", "",
            "testamine", "3", "no end", "2 mg morning", "continue",
        ]  # fmt: skip


class TestBoth:
    def test_a_title_is_text(self):
        schedule = dated({"for": "3 days", "regimen": {"evening": "3 mg"}}, title=EVIL)
        for held in (schedule, schedule.realized.plan):
            page = Page(held._repr_html_())
            assert {element["tag"] for element in page.elements} <= {
                "table",
                "caption",
                "thead",
                "tbody",
                "tr",
                "th",
                "td",
            }
            assert page.find("caption")[0]["text"].startswith(EVIL)

    def test_no_color_of_its_own_is_set(self):
        schedule = dated({"for": "3 days", "regimen": {"evening": "3 mg"}})
        for held in (schedule, schedule.realized.plan):
            colors = re.findall(r"(?:color|background):([^;\"]+)", held._repr_html_())
            assert set(colors) <= {"inherit", "transparent"}
            assert not re.search(r"#[0-9a-f]{3}|rgb\(|black|white(?!-)", held._repr_html_())
