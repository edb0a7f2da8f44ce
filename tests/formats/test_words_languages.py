"""Each language says the plan and nothing else: what is written is read back by words that the library never saw."""

import importlib
import re
import sys
import tomllib
from datetime import timedelta
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from hypothesis import given

import taper
from formats.drawing import DRUG, START, TABLET, dated, schedules
from formats.reading import STOP_WORDS, WEEKDAYS, Reader
from taper import Formulary, Plan, Portion, days, realize, to_schedule, to_table
from taper.errors import MissingExtra, NotFound
from taper.plans.regimen import Slot
from taper.products.product import SUBFORMS, DosageForm, Manner, Product, Release
from taper.schedules.schedule import End, Schedule
from taper.testing import named_slots
from taper.words.instruction import write_instructions, write_sig
from taper.words.language import LANGUAGES, WithoutDates, speak
from taper.words.plain import describe_ending

_FOLDER = Path(taper.__file__).parent / "data" / "words"
READERS = {language: Reader(language) for language in LANGUAGES}
each_language = pytest.mark.parametrize("language", LANGUAGES)
assert find_spec("babel"), "these tests need babel"


def read(schedule: Schedule, language: str):
    reader = READERS[language]
    return [reader.read(str(text)) for text in write_instructions(schedule, language=language)]


def said_on(day, schedule, step):
    products = {product.id: product for course in schedule.realized.courses for product in course.products}
    return [
        (intake.slot.name, intake.dose.mg, tuple(portion_facts(p, products[p.product]) for p in intake.portions))
        for intake in day.intakes
        if (intake.course, intake.step) == (step.course, step.number)
    ]


def first_day(schedule, step):
    return {slot: dose for slot, dose, _ in said_on(schedule.days[step.first_day - 1], schedule, step)}


def portion_facts(portion, product):
    if portion.volume is not None:
        held = product.concentration
        return product.drug, "mL", portion.volume.ml, held.mass.mg, held.volume.ml
    return product.drug, portion.count, product.strength.mg


class TestReadingBack:
    @given(schedule=schedules())
    def test_every_day_read_from_the_words_is_the_day_of_the_schedule(self, schedule):
        for language in LANGUAGES:
            for step, text in zip(schedule.steps, read(schedule, language), strict=True):
                assert (text.number, text.first, text.last) == (step.number, step.first, step.last)
                assert text.name.lower().startswith(step.drug)
                for day in schedule.days[step.first_day - 1 : step.last_day]:
                    assert text.intakes_on(day.date) == said_on(day, schedule, step)

    @given(schedule=schedules())
    def test_every_total_is_the_sum_of_the_doses_beside_it_and_no_dose_is_said_where_there_is_none(self, schedule):
        for language in LANGUAGES:
            for text in read(schedule, language):
                for day in text.days:
                    assert day.none == (not day.takes)
                    assert day.total == (sum(take[1] for take in day.takes) if day.takes else None)

    @given(schedule=schedules())
    def test_the_change_is_from_the_step_before_and_agrees_with_its_own_figures(self, schedule):
        for language in LANGUAGES:
            for step, text in zip(schedule.steps, read(schedule, language), strict=True):
                now = totals(step.realized.step, step)
                before = totals_before(schedule, step)
                for was, here, difference in text.said.get("more", []):
                    assert (was, here, difference) == (before[0], now[0], now[0] - before[0])
                    assert difference > 0
                for was, here, difference in text.said.get("less", []):
                    assert (was, here, difference) == (before[0], now[0], before[0] - now[0])
                    assert difference > 0
                for (total,) in text.said.get("same", []):
                    assert total == before[0] == now[0]
                kinds = {"more", "less", "same", "changed_days", "same_days", "pattern", "nothing", "unknown"}
                kinds &= set(text.said)
                assert len(kinds) == 1

    @given(schedule=schedules())
    def test_a_change_of_days_names_the_days_that_change_and_their_doses(self, schedule):
        for language in LANGUAGES:
            for step, text in zip(schedule.steps, read(schedule, language), strict=True):
                if not {"changed_days", "same_days"} & set(text.said):
                    continue
                was, now = days_before(schedule, step), days_now(step)
                shape = was if len(set(now.values())) == 1 and len(set(was.values())) > 1 else now
                expected = {
                    place: (mass(was[place]), mass(now[place])) for place in shape
                    if place in was and place in now and was[place] != now[place]
                }  # fmt: skip
                found = {}
                for named, one, other in text.said.get("changed_days", []):
                    doses = tuple(
                        each if isinstance(each, Fraction) else sum(READERS[language].amounts(each))
                        for each in (one, other)
                    )
                    found |= dict.fromkeys(places_in(named, language), doses)
                assert found == expected

    def test_a_weekly_dose_that_grows_names_its_day_and_is_never_per_day(self):
        steps = [{"for": "4 weeks", "weekly": {"mon": {"morning": dose}}} for dose in ("2 mg", "4 mg")]
        schedule = dated(*steps)
        text = write_sig(schedule, schedule.steps[1])
        assert "Changed on Monday: was 2 mg; is now 4 mg." in text
        assert "a day" not in text
        assert "/day" not in to_table(schedule)

    def test_patterns_of_different_length_say_how_many_days_have_which_dose(self):
        schedule = dated(
            {"for": "2 weeks", "cycle": [{"morning": "4 mg"}, {}]},
            {"for": "3 weeks", "cycle": [{"morning": "4 mg"}, {}, {}]},
        )
        said = "Change: the days were 4 mg on 1 of 2 days and no dose on 1 of 2 days; "
        assert said + "they are now 4 mg on 1 of 3 days and no dose on 2 of 3 days." in write_sig(
            schedule, schedule.steps[1]
        )

    @given(schedule=schedules())
    def test_times_of_day_that_change_are_those_that_differ_from_the_step_before(self, schedule):
        for language in LANGUAGES:
            for step, text in zip(schedule.steps, read(schedule, language), strict=True):
                earlier = [held for held in schedule.steps_of(step.course) if held.number == step.number - 1]
                if not earlier or {"more", "less", "same"}.isdisjoint(text.said):
                    continue
                was = first_day(schedule, earlier[0])
                now = first_day(schedule, step)
                assert dict(text.said.get("new_slot", [])) == {slot: now[slot] for slot in now.keys() - was.keys()}
                assert {slot for (slot,) in text.said.get("gone_slot", [])} == was.keys() - now.keys()
                changed = {slot: (was[slot], now[slot]) for slot in was.keys() & now.keys() if was[slot] != now[slot]}
                assert {slot: (a, b) for slot, a, b in text.said.get("changed_slot", [])} == changed

    @given(schedule=schedules())
    def test_what_follows_is_the_next_step_or_the_end_of_the_course(self, schedule):
        for language in LANGUAGES:
            for step, text in zip(schedule.steps, read(schedule, language), strict=True):
                said = {name: text.said[name][0] for name in text.said if name in ENDINGS}
                if "last" in said:
                    said["last"] = ("the last", *said["last"][1:])
                assert said == ending_of(schedule, step)


ENDINGS = {"next", "next_review", "last", "no_last", "stop", "part", "review", "continues", "window"}


def ending_of(schedule, step):
    made = {}
    steps = len(schedule.realized.course(step.course).steps)
    if step.last is not None and step.last > schedule.last:
        made["window"] = (schedule.last,)
    if step.number < steps:
        waits = schedule.realized.course(step.course).steps[step.number].step.review_before
        return made | {"next_review" if waits else "next": (str(step.number + 1), step.last + timedelta(days=1))}
    end = schedule.course_ends[step.course]
    if end is End.CONTINUES:
        return made | {"continues": (schedule.last,)}
    if end is End.REVIEW:
        return made | {"review": (step.last,)}
    if end is End.WINDOW:
        return made
    return made | stop_of(schedule, step)


def stop_of(schedule, step):
    mine = [(day.date, i.slot.name) for day in schedule.days for i in day.intakes if i.course == step.course]
    others = [day.date for day in schedule.days for i in day.intakes if i.course != step.course]
    unsure = [end for name, end in schedule.course_ends.items() if name != step.course and end is not End.STOP]
    goes_on = bool(unsure) or any(not mine or other > mine[-1][0] for other in others)
    made = {"last": ("the last", *mine[-1])} if mine else {"no_last": ()}
    after = mine[-1][0] + timedelta(days=1) if mine else step.first
    return made | ({"part": (SaidName(step.drug),)} if goes_on else {"stop": (after,)})


class SaidName(str):
    """A drug's name, equal in any case: German writes it with a capital."""

    def __eq__(self, other):
        return str(other).lower() == str(self)

    __hash__ = str.__hash__


def totals(pattern, step=None):
    listed = [day.total.mg for day in pattern.days]
    if step is None or step.last is None:
        return listed
    length = (step.last - step.first).days + 1
    if pattern.weekly is not None:
        return [listed[(step.first + timedelta(days=n)).weekday()] for n in range(min(7, length))]
    return listed[:length]


def totals_before(schedule, step):
    if step.number > 1:
        earlier = next(held for held in schedule.steps_of(step.course) if held.number == step.number - 1)
        return totals(earlier.realized.step, earlier)
    before = schedule.realized.course(step.course).course.before
    return totals(before) if before not in (None, "nothing") else [Fraction(0)]


def days_of(pattern, step=None):
    """The doses of each day of a pattern by its place, where the step reaches it."""
    listed = [tuple((intake.slot.name, intake.dose.mg) for intake in day) for day in pattern.days]
    length = len(listed) if step is None or step.last is None else (step.last - step.first).days + 1
    if pattern.weekly is not None:
        first = 0 if step is None else step.first.weekday()
        reached = {(first + number) % 7 for number in range(min(length, 7))}
    else:
        reached = set(range(min(length, len(listed))))
    return {place: listed[place] for place in sorted(reached)}


def mass(doses):
    return sum(mg for _, mg in doses)


def days_now(step):
    return spread(days_of(step.realized.step, step))


def days_before(schedule, step):
    if step.number > 1:
        earlier = next(held for held in schedule.steps_of(step.course) if held.number == step.number - 1)
        return spread(days_of(earlier.realized.step, earlier))
    return spread(days_of(schedule.realized.course(step.course).course.before))


class Spread(dict):
    """Days by place, where a pattern whose days are equal has every place."""

    def __contains__(self, place):
        return len(set(self.values())) == 1 or super().__contains__(place)

    def __missing__(self, place):
        return next(iter(self.values()))


def spread(days):
    return Spread(days)


def places_in(text, language):
    """The places that a text names: weekdays, or the first number of each "day 2 of 3"."""
    names = [name for name in WEEKDAYS[language].split() if re.search(rf"\b{name}\b", text)]
    if names:
        return [WEEKDAYS[language].split().index(name) for name in names]
    return [int(number) - 1 for number in re.findall(r"(\d+) (?:of|de|sur|von) \d+", text)]


class TestSayingStop:
    @given(schedule=schedules())
    def test_stop_is_said_where_nothing_of_the_drug_follows_and_nowhere_else(self, schedule):
        for language in LANGUAGES:
            for step, text in zip(schedule.steps, write_instructions(schedule, language=language), strict=True):
                stops = "stop" in ending_of(schedule, step)
                assert bool(re.search(STOP_WORDS[language], str(text), re.IGNORECASE)) == stops

    def test_a_course_that_ends_while_another_of_its_drug_goes_on_is_not_told_to_stop(self):
        plan = Plan.read({"courses": [
            {"id": "a", "drug": DRUG, "then": "stop", "steps": [{"for": "2 days", "regimen": {"morning": "2 mg"}}]},
            {"id": "b", "drug": DRUG, "then": "stop", "steps": [{"for": "3 days", "regimen": {"evening": "2 mg"}}]},
        ]})  # fmt: skip
        schedule = to_schedule(realize(plan, [TABLET]), start=START)
        first, second = (str(text) for text in write_instructions(schedule))
        assert "stop" not in first
        assert "Other doses of testamine stand elsewhere in this plan." in first
        assert "Then stop: no dose from Thursday 4 March 2027 on." in second
        assert describe_ending(schedule) == [
            "a: the last dose of this course is on 2027-03-02; other courses hold doses of testamine.",
            "b: stop; the last dose is on 2027-03-03.",
        ]

    def test_a_drug_of_which_a_course_goes_on_beyond_what_is_shown_is_not_told_to_stop(self):
        day = {"regimen": {"morning": "2 mg"}}
        plan = Plan.read({"courses": [{"id": "a", "drug": DRUG, "then": "stop", "steps": [{**day, "for": "3 days"}]},
                                      {"id": "b", "drug": DRUG, "then": "continue", "steps": [day]}]})  # fmt: skip
        schedule = to_schedule(realize(plan, [TABLET]), start=START, horizon=days(3))
        first, second = (text.ending for text in write_instructions(schedule))
        assert first == ("End: the last of these doses is on Wednesday 3 March 2027, in the morning.",
                         "Other doses of testamine stand elsewhere in this plan.")  # fmt: skip
        assert second == ("This step continues; the plan sets no end. Shown here to Wednesday 3 March 2027.",)

    def test_the_last_dose_is_the_last_that_is_taken_when_the_last_days_of_a_cycle_hold_none(self):
        schedule = dated({"for": "4 days", "cycle": [{"evening": "2 mg"}, {}]}, then="stop")
        assert describe_ending(schedule) == ["testamine: stop; the last dose is on 2027-03-03."]
        assert "no dose from Thursday 4 March 2027 on" in write_sig(schedule, schedule.steps[0])

    def test_a_course_whose_days_hold_no_dose_says_so_and_stops_from_its_first_day(self):
        steps = [{"for": "1 day", "cycle": [{}, {"evening": "2 mg"}]}]
        alone = dated(*steps, then="stop")
        assert describe_ending(alone) == ["testamine: stop; its days hold no dose."]
        assert write_sig(alone, alone.steps[0]).endswith(
            "End: these days hold no dose. Then stop: no dose from Monday 1 March 2027 on."
        )
        beside = {"id": "b", "drug": DRUG, "then": "stop", "steps": [{"for": "3 days", "regimen": {"evening": "2 mg"}}]}
        plan = Plan.read({"courses": [{"id": "a", "drug": DRUG, "then": "stop", "steps": steps}, beside]})
        schedule = to_schedule(realize(plan, [TABLET]), start=START)
        assert describe_ending(schedule)[0] == "a: its days hold no dose; other courses hold doses of testamine."

    def test_a_window_and_a_decision_are_told_in_plain_words_too(self):
        schedule = dated({"for": "9 days", "regimen": {"evening": "2 mg"}}, then="stop", horizon=days(4))
        assert describe_ending(schedule) == [
            "testamine: the plan continues beyond 2027-03-04, which this window does not show.",
            "Not shown: 5 more days with 5 doses beyond this window, to 2027-03-09.",
        ]
        waiting = dated({"for": "2 days", "regimen": {"evening": "2 mg"}}, {"kind": "decision"}, then="continue",
                        horizon=days(4))  # fmt: skip
        assert describe_ending(waiting) == ["testamine: decision needed; nothing is planned from 2027-03-03."]


class TestSafeWriting:
    """ISMP, List of Error-Prone Abbreviations; Joint Commission, "Do Not Use" list."""

    @given(schedule=schedules())
    def test_no_amount_is_written_in_a_way_that_has_been_misread(self, schedule):
        for language in LANGUAGES:
            for text in map(str, write_instructions(schedule, language=language)):
                assert not re.search(r"\d[.,]\d*0(?!\d)", text), "a trailing zero"
                assert not re.search(r"(?<!\d)[.,]\d", text), "no leading zero"
                assert not re.search(r"\d(mg|mcg|g|mL)\b", text), "no space before the unit"
                assert not re.search(r"[µμ]|\bQ\.?D|\bHS\b|\bcc\b|\bIU\b|\bd/c\b", text)
                assert not re.search(r"(mg|mcg|g)/", text), "a slash has been read as a 1"
                assert not re.search(r"\b\d 1/[234]\b", text) or "mg" in text, "1 1/2 units has been read as 11/2"

    @each_language
    def test_a_half_is_one_sign_in_figures_and_a_word_beside_it(self, language):
        schedule = dated({"for": "2 days", "regimen": {"morning": "3 mg", "evening": "1 mg"}})
        text = write_sig(schedule, schedule.steps[0], language=language)
        assert "(1½ × 2 mg)" in text
        assert "(½ × 2 mg)" in text
        assert "1 1/2" not in text

    def test_above_twenty_a_count_is_in_figures_only(self):
        english = speak("en")
        assert english.count(Fraction(20), TABLET) == "twenty tablets"
        assert english.count(Fraction(21), TABLET) == "21 tablets"
        assert english.count(Fraction(43, 2), TABLET) == "21 and a half tablets"

    def test_a_part_that_has_no_word_is_written_in_figures(self):
        assert speak("en").count(Fraction(7, 5), TABLET) == "1 2/5 tablets"

    @pytest.mark.parametrize(
        ("language", "number", "amount"),
        [("en", "1234.5", "250 mcg"), ("es", "1234,5", "250 microgramos"), ("fr", "1234,5", "250 microgrammes"),
         ("de", "1234,5", "250 Mikrogramm")],
    )  # fmt: skip
    def test_numbers_have_the_sign_of_the_language_and_no_thousands_separator(self, language, number, amount):
        assert speak(language).number(Fraction("1234.5")) == number
        assert speak(language).amount(taper.mcg(250)) == amount

    @each_language
    def test_an_amount_without_an_end_is_written_as_a_fraction(self, language):
        assert speak(language).amount(taper.Dose("10/3", "mg")) == "3 1/3 mg"


class TestPhrases:
    @pytest.mark.parametrize("language", ["es", "fr", "de"])
    def test_every_phrase_holds_the_same_facts_as_in_english(self, language):
        english, other = leaves(load("en")), leaves(load(language))
        assert {key for key in english if key not in OWN} <= other.keys()
        for key, text in english.items():
            if key not in OWN:
                assert facts(other[key]) == facts(text), key

    @each_language
    def test_every_form_and_release_has_its_words(self, language):
        held = load(language)["forms"]
        names = {f"{'' if r is Release.IMMEDIATE else f'{r} '}{form}" for form in DosageForm for r in Release}
        names |= {f"{'' if r is Release.IMMEDIATE else f'{r} '}{name}" for (_, _, r), name in SUBFORMS.items()}
        assert held.keys() == names
        singulars = [words[0] for words in held.values()]
        assert len(set(singulars)) == len(singulars), "two forms that read alike"

    @each_language
    def test_no_two_products_on_file_read_alike_that_differ_in_form_release_or_strength(self, language):
        spoken, formulary = speak(language), Formulary.shipped()
        found: dict[str, set[object]] = {}
        for drug in formulary.drugs:
            for product in formulary.products(drug):
                kind = (product.form, product.subform, product.release, product.brand)
                amount = product.strength or product.concentration
                found.setdefault(spoken.product(product), set()).add((*kind, str(amount)))
        assert len(found) > 200
        assert [name for name, kinds in found.items() if len(kinds) > 1] == []

    def test_a_product_that_its_name_tells_apart_says_so_in_print(self):
        marks = {"soluble": "soluble", "dispersible": "dispersible", "sprinkle": "sprinkle", "once daily": "once-daily",
                 "granules": "granule", "drops": "drops",
                 "concentrate": "concentrate", "Inderal XL": "Inderal XL"}  # fmt: skip
        formulary = Formulary.shipped()
        seen = set()
        for product in (product for drug in formulary.drugs for product in formulary.products(drug)):
            for mark, word in marks.items():
                if re.search(rf"\b{mark}\b", product.name or "", re.IGNORECASE):
                    assert word in product.label, product.id
                    seen.add(mark)
        assert seen == set(marks)

    @each_language
    def test_every_manner_of_taking_has_its_words(self, language):
        assert load(language)["taken"].keys() == set(get_args(Manner))

    @each_language
    def test_every_kind_of_noun_has_its_one_and_its_article(self, language):
        held = load(language)
        for words in held["forms"].values():
            assert words[2] in held["numbers"]["one"]
            assert words[2] in held["numbers"]["article"]

    @each_language
    def test_noon_is_noon_and_midnight_is_midnight(self, language):
        words = {"en": ("noon", "midnight"), "es": ("mediodía", "medianoche"), "fr": ("midi", "minuit"),
                 "de": ("mittag", "mitternacht")}[language]  # fmt: skip
        noon, midnight = (speak(language).slot(Slot(name))[1].lower() for name in ("12:00", "00:00"))
        assert words[0] in noon
        assert words[1] not in noon
        assert words[1] in midnight
        assert words[0] in speak(language).slot(Slot("noon"))[1].lower()

    @each_language
    @given(slot=named_slots())
    def test_no_two_times_of_day_read_alike(self, language, slot):
        others = {speak(language).slot(Slot(name)) for name in ("morning", "noon", "evening", "bedtime")}
        assert len(others) == 4
        assert speak(language).slot(slot) in others

    def test_one_o_clock_is_singular_in_spanish(self):
        assert speak("es").slot(Slot("01:30"))[1] == "a la 01:30"
        assert speak("es").slot(Slot("13:30"))[1] == "a las 13:30"

    def test_french_elides_before_a_vowel_and_says_the_first_as_an_ordinal(self):
        product = Product(id="a", drug="alprazolam", form="tablet", strength="1 mg")
        schedule = dated({"for": "1 day", "regimen": {"morning": "1 mg"}}, products=[product])
        text = write_sig(schedule, schedule.steps[0], language="fr")
        assert "le lundi 1er mars 2027, 1 jour." in text
        assert "un comprimé d'alprazolam 1 mg" in text

    @each_language
    @pytest.mark.parametrize("form", [form for form in DosageForm if not form.is_liquid])
    @pytest.mark.parametrize("release", Release)
    def test_a_product_that_is_not_a_plain_tablet_says_so(self, language, form, release):
        product = Product(id="p", drug=DRUG, form=form, release=release, strength="2 mg")
        one, many, _ = speak(language).form_words(product)
        assert one in speak(language).portion(Portion(product="p", count=1), product)
        assert many in speak(language).portion(Portion(product="p", count=2), product)
        plain = Product(id="p", drug=DRUG, form="tablet", strength="2 mg")
        assert (speak(language).product(product) == speak(language).product(plain)) == (product == plain)

    def test_an_unknown_language_is_refused_with_those_that_are_held(self):
        schedule = dated({"for": "1 day", "regimen": {"morning": "2 mg"}})
        with pytest.raises(NotFound, match="'it' is not on file; choose one of en, es, fr, de"):
            write_instructions(schedule, language="it")


def test_without_babel_one_line_says_what_to_install(monkeypatch):
    schedule = dated({"for": "1 day", "regimen": {"morning": "2 mg"}})
    speak.cache_clear()
    monkeypatch.setitem(sys.modules, "babel.dates", None)
    with pytest.raises(MissingExtra, match=r'^wording needs the package babel: pip install "babel>=2.16,<3"$'):
        write_instructions(schedule)


def test_a_time_zone_that_cannot_be_read_changes_no_word_and_is_left_as_it_is(monkeypatch):
    import babel

    schedule = dated({"for": "1 day", "regimen": {"morning": "2 mg"}})
    expected = write_instructions(schedule)
    speak.cache_clear()
    monkeypatch.setenv("TZ", "/")
    for name in ("localtime", "dates"):
        monkeypatch.delattr(babel, name)
        monkeypatch.delitem(sys.modules, f"babel.{name}")
    assert write_instructions(schedule) == expected
    assert "babel.localtime" not in sys.modules
    with pytest.raises(IsADirectoryError):
        importlib.import_module("babel.localtime")
    speak.cache_clear()


OWN = {"of_vowel", "drug_capital", "dates.first_of_month", "slots.clock_one.0", "slots.clock_one.1"} | {
    "dates.long", "dates.day", "dates.month"}  # fmt: skip
_SAME = {"a", "number", "forms", "whole", "form", "of_drug", "drug"}


def load(language):
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def leaves(held, path=""):
    made = {}
    pairs = held.items() if isinstance(held, dict) else enumerate(held)
    for key, value in pairs:
        name = f"{path}.{key}" if path else str(key)
        if name in {"numbers.one", "numbers.article"}:
            continue
        made |= leaves(value, name) if isinstance(value, dict | list) else {name: value}
    return made


def facts(text):
    names = {name for _, name, _, _ in Formatter().parse(str(text)) if name}
    return {"whole"} if names and names <= _SAME else names - {"of_drug", "drug"}


class TestDates:
    @pytest.mark.parametrize(
        ("last", "year", "said"),
        [
            (START, True, "Mon 1 Mar 2027"),
            (START, False, "Mon 1 Mar"),
            (START + timedelta(days=2), True, "Mon 1 Mar – Wed 3 Mar 2027"),
            (START + timedelta(days=2), False, "Mon 1 Mar – Wed 3 Mar"),
            (START + timedelta(days=306), True, "Mon 1 Mar 2027 – Sat 1 Jan 2028"),
        ],
        ids=["one", "one-without-year", "two", "two-without-year", "two-years"],
    )
    def test_two_dates_of_a_language_are_one_where_they_are_the_same(self, last, year, said):
        assert speak("en").row_dates(START, last, year=year) == said

    @pytest.mark.parametrize(
        ("first", "last", "said"),
        [(1, 1, "Day 1"), (1, 3, "Days 1–3"), (1, 7, "Week 1"), (8, 21, "Weeks 2–3"), (2, 7, "Days 2–7"),
         (1, 8, "Days 1–8")],
    )  # fmt: skip
    def test_a_language_without_dates_counts_whole_weeks_and_else_days(self, first, last, said):
        counted = WithoutDates(speak("en"), START)
        begins, ends = (START + timedelta(days=number - 1) for number in (first, last))
        assert counted.row_dates(begins, ends) == said
        assert (counted.day_and_month(ends), counted.row_date(ends)) == (f"Day {last}", f"day {last}")


class TestWhatIsSaidBeside:
    @each_language
    def test_a_step_that_waits_for_review_and_one_that_goes_back_up_say_so(self, language):
        schedule = dated(
            {"for": "2 days", "regimen": {"morning": "2 mg"}},
            {"for": "2 days", "regimen": {"morning": "4 mg"}, "kind": "step-back", "review_before": True},
        )
        first, second = read(schedule, language)
        assert {"step_back", "review_before"}.isdisjoint(first.said)
        assert {"step_back", "review_before"} <= second.said.keys()

    @each_language
    def test_a_time_without_doses_and_one_that_waits_for_a_decision_say_so(self, language):
        schedule = dated(
            {"for": "2 days", "regimen": {"morning": "2 mg"}},
            {"for": "3 days", "kind": "gap"},
            {"kind": "decision"},
            then="continue",
            horizon=days(9),
        )
        _, gap, decision = read(schedule, language)
        assert "gap" in gap.said
        assert "less" in gap.said
        assert decision.said.keys() == {"decision"}
        assert (gap.days, decision.days) == ([], [])

    @each_language
    def test_a_step_made_of_other_products_names_them(self, language):
        five = Product(id="t5", drug=DRUG, form="tablet", strength="5 mg")
        schedule = dated(
            {"for": "2 days", "regimen": {"morning": "10 mg"}, "products": ["t5"]},
            {"for": "2 days", "regimen": {"morning": "10 mg"}, "products": ["t2"]},
            products=[TABLET, five],
        )
        _, second = read(schedule, language)
        assert "same" in second.said
        assert "2 mg" in second.said["new_product"][0][0]
        assert "5 mg" in second.said["gone_product"][0][0]

    def test_two_products_that_read_alike_are_told_apart_by_id(self):
        twin = Product(id="twin", drug=DRUG, form="tablet", strength="2 mg")
        schedule = dated(
            {"for": "2 days", "regimen": {"morning": "2 mg"}, "products": ["t2"]},
            {"for": "2 days", "regimen": {"morning": "2 mg"}, "products": ["twin"]},
            products=[TABLET, twin],
        )
        first, second = map(str, write_instructions(schedule))
        assert "(1 × 2 mg) [t2]." in first
        assert "(1 × 2 mg) [twin]." in second
        assert "New product in this step: testamine 2 mg tablet [twin]." in second

    def test_two_courses_of_one_drug_are_told_apart_by_id(self):
        steps = [{"for": "2 days", "regimen": {"morning": "2 mg"}}]
        plan = Plan.read({"courses": [{"id": name, "drug": DRUG, "then": "review", "steps": steps} for name in "ab"]})
        schedule = to_schedule(realize(plan, [TABLET]), start=START)
        assert [str(text)[:31] for text in write_instructions(schedule)] == [
            "Step 1 of 1, testamine (a): fro", "Step 1 of 1, testamine (b): fro"]  # fmt: skip

    def test_spanish_says_e_before_the_sound_of_i(self):
        join = speak("es").join
        assert join(["baclofen", "imipramine"]) == "baclofen e imipramine"
        assert join(["a", "hydrocodone"]) == "a e hydrocodone"
        assert join(["a", "hielo"]) == "a y hielo"
        assert join(["imipramine", "baclofen"]) == "imipramine y baclofen"
        assert join(["imipramine"]) == "imipramine"
        assert speak("en").join(["baclofen", "imipramine"]) == "baclofen and imipramine"

    def test_a_dose_is_said_in_the_unit_of_the_label(self):
        tablet = Product(id="t125", drug=DRUG, form="tablet", strength="125 mcg", score=2)
        schedule = dated(
            {"for": "2 days", "regimen": {"morning": "0.125 mg"}},
            {"for": "2 days", "regimen": {"morning": "0.0625 mg"}},
            {"for": "2 days", "kind": "gap"},
            products=[tablet],
        )
        _, second, third = map(str, write_instructions(schedule))
        assert "In the morning, 62.5 mcg: take half a tablet of testamine 125 mcg" in second
        assert "Total of these doses: 62.5 mcg. Change: from 125 mcg to 62.5 mcg a day, 62.5 mcg less." in second
        assert "Change: from 62.5 mcg to 0 mcg a day, 62.5 mcg less." in third

    def test_a_step_of_one_day_and_a_cycle_that_comes_again_say_so(self):
        steps = ({"for": "1 day", "regimen": {"morning": "2 mg"}},
                 {"for": "3 days", "cycle": [{"morning": "2 mg"}, {}]},
                 {"for": "2 days", "cycle": [{"morning": "2 mg"}, {}]},
                 {"for": "2 weeks", "weekly": {"mon": {"morning": "2 mg"}, "fri": {"morning": "2 mg"}}})  # fmt: skip
        take = "In the morning, 2 mg: take one tablet of testamine 2 mg (1 × 2 mg). Total of these doses: 2 mg."
        one, again, once, week = map(str, write_instructions(dated(*steps)))
        assert one.startswith(f"Step 1 of 4, testamine: on Monday 1 March 2027, 1 day. On this day: {take}")
        first, second = "Day 1 of 2, first on Tuesday 2 March 2027:", "Day 2 of 2, first on Wednesday 3 March 2027:"
        assert f"4 March 2027, 3 days. {first} {take} {second} No dose. After day 2 comes day 1 again. " in again
        assert "comes day 1 again" not in once
        rest = "Every Tuesday, Wednesday, Thursday, Saturday, and Sunday: No dose."
        assert f"14 days. Every Monday and Friday: {take} {rest} Change" in week

    def test_a_dose_of_two_units_is_said_as_the_plan_writes_it(self):
        products = [Product(id="a", drug=DRUG, form="tablet", strength="1 mg"),
                    Product(id="b", drug=DRUG, form="tablet", strength="500 mcg")]  # fmt: skip
        (text,) = write_instructions(dated({"for": "2 days", "regimen": {"morning": "2.5 mg"}}, products=products))
        assert "In the morning, 2.5 mg: take" in str(text)

    @each_language
    def test_the_step_before_one_that_waits_names_the_condition(self, language):
        schedule = dated(
            {"for": "2 days", "regimen": {"morning": "2 mg"}},
            {"for": "2 days", "regimen": {"morning": "4 mg"}, "review_before": True},
        )
        first, _ = read(schedule, language)
        assert first.said["next_review"] == [("2", START + timedelta(days=2))]
        assert "next" not in first.said

    def test_the_example_of_the_front_page_reads_as_a_person_would_say_it(self):
        plan = taper.load_plan(Path(__file__).parents[2] / "examples" / "baclofen.json")
        made = realize(plan, Formulary.shipped().products("baclofen", market="us"))
        schedule = to_schedule(made, start=START, horizon=taper.weeks(4))
        assert write_sig(schedule, schedule.steps[1]) == (
            "Step 2 of 3, baclofen: from Thursday 4 March 2027 to Sunday 7 March 2027, 4 days. Every day: In the "
            "morning, 5 mg: take one tablet of baclofen 5 mg (1 × 5 mg). In the evening, 5 mg: take one tablet of "
            "baclofen 5 mg (1 × 5 mg). Total of these doses: 10 mg. Change: from 5 mg to 10 mg a day, 5 mg more. New "
            "in the morning: 5 mg. Next: step 3 from Monday 8 March 2027 on."
        )
