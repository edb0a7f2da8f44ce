"""One day's doses: each at its own time of day, in order."""

import pickle

import pytest
from hypothesis import given
from pydantic import TypeAdapter

from taper import Dose, Intake, InvalidInput, OutOfScope, Regimen, Slot, mg
from taper.plans.regimen import FHIR_WHEN, NAMED_SLOTS, NOTHING, InvalidSlot
from taper.testing import clock_slots, named_slots, regimens


class TestSlots:
    def test_named_times_follow_the_day(self):
        assert sorted(map(Slot, reversed(NAMED_SLOTS))) == [Slot(name) for name in NAMED_SLOTS]

    @given(clock_slots(), clock_slots())
    def test_clock_times_follow_the_clock(self, one, other):
        assert (one < other) == (one.name < other.name)
        assert one.is_clock
        assert one.fhir_when is None

    @given(named_slots())
    def test_each_named_time_has_its_fhir_code(self, slot):
        assert slot.fhir_when == FHIR_WHEN[slot.name]
        assert not slot.is_clock

    @given(named_slots() | clock_slots())
    def test_a_slot_is_read_back_from_every_form(self, slot):
        assert Slot(str(slot)) == slot
        assert eval(repr(slot), {"Slot": Slot}) == slot
        assert pickle.loads(pickle.dumps(slot)) == slot
        adapter = TypeAdapter(Slot)
        assert adapter.validate_json(adapter.dump_json(slot)) == slot
        assert adapter.validate_python(slot) is slot
        assert hash(Slot(slot.name)) == hash(slot)

    @pytest.mark.parametrize(
        "name", ["am", "Morning", "24:00", "8:00", "08:60", "08:00:00", "", "\u0660\u0668:00", 8, None]
    )
    def test_anything_else_is_refused_with_the_names(self, name):
        with pytest.raises(InvalidSlot, match="morning, noon, evening, bedtime"):
            Slot(name)

    @pytest.mark.parametrize("name", ["prn", "PRN", "as needed", "as-needed", "when needed"])
    def test_an_as_needed_dose_is_refused_by_name(self, name):
        with pytest.raises(OutOfScope, match="as-needed dose"):
            Slot(name)

    def test_slots_and_other_things_never_compare(self):
        assert Slot("noon") != "noon"
        assert Slot("noon").__lt__("noon") is NotImplemented

    def test_a_slot_never_changes(self):
        with pytest.raises(AttributeError, match="is immutable; create a new one"):
            Slot("noon").name = "evening"

    def test_the_schema_names_every_named_time(self):
        assert all(name in TypeAdapter(Slot).json_schema()["pattern"] for name in NAMED_SLOTS)


class TestIntakes:
    def test_the_schema_of_a_regimen_admits_times_of_day_alone(self):
        made = TypeAdapter(Regimen).json_schema()
        assert (made["type"], made["additionalProperties"]) == ("object", False)

    def test_an_intake_is_a_dose_at_a_time(self):
        intake = Intake("evening", mg(5))
        assert (intake.slot, intake.dose) == (Slot("evening"), mg(5))
        assert intake == Intake(Slot("evening"), Dose.parse("5 mg"))
        assert hash(intake) == hash(Intake("evening", mg(5)))
        assert intake != "5 mg"
        assert intake not in {Intake("morning", mg(5)), Intake("evening", mg(6))}
        assert pickle.loads(pickle.dumps(intake)) == intake
        assert "evening" in repr(intake)

    def test_a_dose_of_zero_is_left_out_instead(self):
        with pytest.raises(InvalidInput, match="evening: a dose of 0 is not taken"):
            Intake("evening", Dose(0))

    def test_a_dose_is_a_dose(self):
        with pytest.raises(InvalidInput, match="not a Dose"):
            Intake("evening", "5 mg")

    def test_an_intake_never_changes(self):
        with pytest.raises(AttributeError, match="is immutable; create a new one"):
            Intake("evening", mg(5)).dose = mg(10)


class TestRegimens:
    @given(regimens())
    def test_a_day_is_in_order_and_its_total_is_the_sum(self, day):
        assert list(day.slots) == sorted(day.slots)
        assert day.total.mg == sum(intake.dose.mg for intake in day)
        assert len(day) == len(day.intakes)
        assert all(day.dose_at(intake.slot) == intake.dose for intake in day)
        assert all(day.dose_at(intake.slot.name) == intake.dose for intake in day)

    @given(regimens() | regimens(slots=clock_slots()))
    def test_a_day_is_read_back_from_every_form(self, day):
        assert Regimen.of(day.as_dict()) == day
        assert Regimen.of({intake.slot.name: intake.dose for intake in day}) == day
        assert eval(repr(day), {"Regimen": Regimen}) == day
        assert pickle.loads(pickle.dumps(day)) == day
        adapter = TypeAdapter(Regimen)
        assert adapter.validate_json(adapter.dump_json(day)) == day
        assert adapter.validate_python(day) is day
        assert hash(Regimen(reversed(day.intakes))) == hash(day)

    @given(regimens())
    def test_the_order_in_which_doses_are_given_never_shows(self, day):
        assert Regimen(reversed(day.intakes)) == day

    def test_a_time_of_day_stands_once(self):
        with pytest.raises(InvalidInput, match="evening is written twice"):
            Regimen([Intake("evening", mg(5)), Intake("evening", mg(1))])

    def test_doses_without_times_of_day_are_refused_with_how_to_write_them(self):
        with pytest.raises(InvalidInput, match="got '10 mg'; write each dose at its time of day"):
            Regimen.of("10 mg")

    def test_named_and_clock_times_have_no_common_order(self):
        with pytest.raises(InvalidInput, match="use one kind"):
            Regimen.of({"evening": "5 mg", "08:00": "5 mg"})

    def test_nothing_is_a_day_of_zero(self):
        assert not NOTHING
        assert str(NOTHING) == "nothing"
        assert NOTHING.total.mg == 0
        assert NOTHING.dose_at("noon") is None
        assert NOTHING != "nothing"

    def test_a_day_is_written_for_a_reader(self):
        assert str(Regimen.of({"evening": "10 mg", "morning": "5 mg"})) == "5 mg morning, 10 mg evening"

    def test_a_regimen_never_changes(self):
        with pytest.raises(AttributeError, match="is immutable; create a new one"):
            NOTHING.intakes = ()


@pytest.mark.parametrize("others", [("noon",), ("noon", "evening")])
def test_once_a_day_with_no_time_said_stands_alone(others):
    with pytest.raises(InvalidInput, match="daily is once a day with no time said"):
        Regimen.of({"daily": "5 mg"} | dict.fromkeys(others, "5 mg"))
    assert str(Regimen.of({"daily": "5 mg"}).total) == "5 mg/day"
