"""Units, routes and times of day as systems and people of many countries write them."""

from decimal import Decimal

import pytest

from formats.fhir_orders import (
    SLOTS,
    SNOMED,
    UCUM,
    between,
    counted,
    dosage,
    lasting,
    order,
    quantity,
    refusals,
    reports,
    steps_of,
)
from taper import CannotImport, Concentration, from_fhir, mg
from taper.formats.fhir.tables import table, unit_codes

FIVE = {"morning": "5 mg"}
BMP = "https://fhir.kbv.de/CodeSystem/KBV_CS_SFHIR_BMP_DOSIEREINHEIT"
FORM = "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm"
EDQM = "http://standardterms.edqm.eu"
DUTCH = "urn:oid:2.16.840.1.113883.2.4.4.1.900.2"

ONE = {
    "unity with a word": ("tablet", "1", UCUM),
    "German pieces": ("Stück", "1", UCUM),
    "Dutch pieces": ("stuk", "1", UCUM),
    "an annotation": ("tablet", "{tbl}", UCUM),
    "an annotation alone": (None, "{tablet}", UCUM),
    "an annotation of pieces": ("Stück", "{Stueck}", UCUM),
    "a word in place of a code": ("tbl", "tbl", UCUM),
    "each": ("ea", "ea", UCUM),
    "SNOMED CT": ("Tablet", "732936001", SNOMED),
    "SNOMED CT in German": ("Tablette", "732936001", SNOMED),
    "a capsule of SNOMED CT": ("Capsule", "732937005", SNOMED),
    "a dose form of SNOMED CT": ("Tablet", "385055001", SNOMED),
    "a form that is not on file": ("Filmtablette", "999", SNOMED),
    "HL7": ("TAB", "TAB", FORM),
    "HL7 extended release": ("tablet", "ERTAB", FORM),
    "EDQM": ("Comprimé", "15054000", EDQM),
    "a capsule of EDQM": ("Gélule", "15012000", EDQM),
    "KBV": ("Stück", "1", BMP),
    "G-Standaard": ("stuk", "245", DUTCH),
    "words alone": ("comprimidos", None, None),
}


@pytest.mark.parametrize("name", ONE)
def test_one_unit_of_the_product_is_its_strength_however_it_is_written(name):
    unit, code, system = ONE[name]
    assert steps_of(order(counted(1, unit, code, system)), strength=mg(5))[1] == [(FIVE, "on")]


def test_a_word_may_say_that_it_is_a_unit_of_presentation():
    assert steps_of(order(counted(1, "Tablet (unit of presentation)")), strength=mg(5))[1] == [(FIVE, "on")]


def test_a_unit_whose_code_is_not_known_is_reported():
    resource = order(counted(1, "Filmtablette", "999", SNOMED))
    assert any(
        "the code '999' is not known, and its unit is read" in line for line in reports(resource, strength=mg(5))
    )
    own_word = order(counted(5, "Milligramme Wirkstoff", "mg", UCUM))
    assert steps_of(own_word)[1] == [(FIVE, "on")]
    assert any(
        "the unit 'Milligramme Wirkstoff' is not known, and its code is read" in line for line in reports(own_word)
    )


@pytest.mark.parametrize(
    ("unit", "code", "system"),
    [
        ("tablet", "mg", UCUM), ("mg", "{tablet}", UCUM), ("mg", "mg/kg", UCUM), ("mg/kg", "mg", UCUM),
        ("IU", "[iU]", UCUM), ("drops", "[drp]", UCUM), ("Tropfen", "6", BMP), ("tablet", "VAGTAB", FORM),
        ("VAGTAB", "VAGTAB", FORM), ("puff", None, None), (None, "1", UCUM), ("capsule", "732936001", SNOMED),
        ("mg", "999", SNOMED),
        (None, "[tablet]", UCUM),
        ("each", "999", SNOMED),
        ("ea", "ORINHL", FORM),
        ("Stück", "6", BMP),
    ],
)  # fmt: skip
def test_a_unit_that_is_none_or_says_two_things_refuses(unit, code, system):
    assert any(": unit: " in line for line in refusals(order(counted(1, unit, code, system)), strength=mg(5)))


def test_a_system_that_is_no_text_refuses_and_is_none():
    held = {"numerator": quantity(2), "denominator": quantity(5, "mL", system=[])}
    assert any(".denominator.system: element: " in line for line in refusals(of_drug(MEASURED, strength=held)))


@pytest.mark.parametrize("number", ["1.000", "1,000", "1.000.000", "1,000,000"])
def test_a_number_with_marks_of_thousands_in_the_name_of_a_drug_is_read(number):
    assert refusals(order(medicationCodeableConcept={"text": f"prednisone {number} mcg"})) == []


def test_pieces_are_pieces_of_a_product_of_any_form_and_never_of_a_liquid():
    one = {"numerator": quantity(5), "denominator": quantity(1, "{tablet}")}
    assert steps_of(of_drug(counted(2, "Stück", "1", BMP), strength=one))[1] == [({"morning": "10 mg"}, "on")]
    liquid = {"numerator": quantity(2), "denominator": quantity(5, "mL")}
    assert any(
        "its strength says only that 1 mL holds" in line
        for line in refusals(of_drug(counted(2, "Stück", "1", BMP), strength=liquid))
    )
    bare = {"numerator": quantity(5), "denominator": {"value": 1}}
    assert steps_of(of_drug(counted(2, "tablet"), strength=bare))[1] == [({"morning": "10 mg"}, "on")]


def of_drug(*dosages, strength, **more):
    """An order of a drug that stands in it, with what a unit or a volume of it holds."""
    drug = {"resourceType": "Medication", "id": "m",
            "ingredient": [{"itemCodeableConcept": {"text": "diazepam"}, "strength": strength}]} | more  # fmt: skip
    return order(*dosages, medicationCodeableConcept=None, medicationReference={"reference": "#m"}, contained=[drug])


MEASURED = dosage(doseAndRate=[{"doseQuantity": quantity(5, "mL")}])


def test_a_volume_is_a_dose_where_what_it_holds_is_stated():
    liquid = {"numerator": quantity(2), "denominator": quantity(5, "mL")}
    assert steps_of(of_drug(MEASURED, strength=liquid))[1] == [({"morning": "2 mg"}, "on")]
    said = of_drug(MEASURED | {"text": "Take 5 mL (2 mg) in the morning"}, strength=liquid)
    assert refusals(said) == []
    assert refusals(of_drug(MEASURED | {"text": "Take 10 mL in the morning"}, strength=liquid)) != []
    assert steps_of(order(MEASURED), strength=Concentration.parse("2 mg/5 mL"))[1] == [({"morning": "2 mg"}, "on")]
    assert any("5 mL, and what one unit holds is not stated" in line for line in refusals(order(MEASURED)))


def test_the_medication_may_stand_beside_the_order_in_a_bundle():
    liquid = {"numerator": quantity(2), "denominator": quantity(5, "mL")}
    drug = {"resourceType": "Medication", "id": "m",
            "ingredient": [{"itemCodeableConcept": {"text": "diazepam"}, "strength": liquid}]}  # fmt: skip
    told = order(MEASURED, medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"})
    held = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": told}, {"resource": drug}]}
    assert steps_of(held)[1] == [({"morning": "2 mg"}, "on")]


def test_an_ingredient_that_is_not_active_is_no_second_drug():
    drug = {
        "resourceType": "Medication",
        "id": "m",
        "ingredient": [
            {
                "itemCodeableConcept": {"text": "diazepam"},
                "strength": {"numerator": quantity(5), "denominator": {"value": 1}},
            },
            {"itemCodeableConcept": {"text": "lactose"}, "isActive": False},
        ],
    }
    told = order(
        counted(1, "tablet"), medicationCodeableConcept=None, medicationReference={"reference": "#m"}, contained=[drug]
    )
    assert steps_of(told)[1] == [(FIVE, "on")]


def test_a_drug_that_refers_to_itself_has_no_name_and_ends():
    drug = {"resourceType": "Medication", "id": "m", "ingredient": [{"itemReference": {"reference": "#m"}}]}
    told = order(medicationCodeableConcept=None, medicationReference={"reference": "#m"}, contained=[drug])
    assert any("the drug has no name" in line for line in refusals(told))


def test_an_ingredient_may_be_named_by_its_substance():
    drug = {"resourceType": "Medication", "id": "m", "ingredient": [{"itemReference": {"reference": "#s"}}]}
    substance = {"resourceType": "Substance", "id": "s", "code": {"text": "diazepam"}}
    told = order(medicationCodeableConcept=None, medicationReference={"reference": "#m"}, contained=[drug, substance])
    assert from_fhir(told).plan.courses[0].drug == "diazepam"


def test_a_drug_that_only_a_reference_shows_is_called_so_and_reported():
    shown = order(
        medicationCodeableConcept=None, medicationReference={"reference": "Medication/9", "display": "Prednisone"}
    )
    assert from_fhir(shown).plan.courses[0].drug == "Prednisone"
    assert any("is not in the resource; it is called 'Prednisone'" in line for line in reports(shown))


ROUTES = [
    {"coding": [{"system": SNOMED, "code": "26643006"}], "text": "à prendre par voie orale"},
    {"coding": [{"system": EDQM, "code": "20053000"}]},
    {"coding": [{"system": "urn:oid:0.4.0.127.0.16.1.1.2.1", "code": "20067000", "display": "Sublingual use"}]},
    {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration", "code": "PO"}]},
    {"coding": [{"system": "urn:oid:2.16.840.1.113883.2.4.4.9", "code": "9", "display": "ORAAL"}]},
    *({"text": text} for text in ("zum Einnehmen", "Par voie orale", "vía oral", "oraal", "per via orale",
                                  "por via oral",
                                  "oral anvendelse", "by mouth")),
]  # fmt: skip


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_route_by_mouth_is_known_by_code_and_in_eight_languages(route):
    assert refusals(order(dosage(route=route))) == []


def test_there_are_names_of_the_route_in_eight_languages_and_every_table_has_sources():
    assert len(table("routes")["route"]["words"]) == 8
    for name in ("units", "routes", "times", "extensions"):
        for source in table(name)["sources"]:
            assert {"id", "title", "locator", "year", "verified_on"} <= set(source), name
    named = {item["id"] for item in table("units")["sources"]}
    assert all(set(held["sources"]) <= named for held in table("units")["codes"].values())
    assert unit_codes("http://example.org/none") is None


@pytest.mark.parametrize(
    "place",
    [
        {"method": {"coding": [{"system": SNOMED, "code": "422145002", "display": "Inject"}]}},
        {"method": {"coding": [{"system": SNOMED, "code": "422145002"}]}},
        {"method": {"text": "apply"}},
        {"site": {"text": "left eye"}},
        {"site": {"coding": [{"system": SNOMED, "code": "8205005"}]}},
        {"site": {"text": "left arm"}},
        {"route": {"coding": [{"system": EDQM, "code": "20045000"}]}},
        {"route": {"coding": [{"system": SNOMED, "code": "26643006"}, {"system": SNOMED, "code": "46713006"}]}},
        {"route": {"coding": [{"system": SNOMED, "code": "26643006"}], "text": "via sonde"}},
    ],
    ids=str,
)  # fmt: skip
def test_a_way_that_is_not_by_mouth_refuses_wherever_it_is_said(place):
    assert any(": route: " in line for line in refusals(order(dosage(**({"route": None} | place)))))


def test_the_code_that_is_known_to_be_another_way_is_the_one_that_is_named():
    both = {"coding": [{"system": SNOMED, "code": "47625008"}], "text": "oral"}
    (line,) = refusals(order(dosage(route=both)))
    assert "the route '47625008' is not known to be by mouth" in line


def test_times_of_day_that_do_not_fit_how_often_a_dose_is_taken_refuse():
    for often, named, words in ((1, SLOTS[2], "2 times of day are named by slots, for a dose taken once a day"),
                                (2, SLOTS[1], "named by slots, for a dose taken 2 times a day")):  # fmt: skip
        told = order(dosage(repeat={"when": None, "frequency": often}))
        with pytest.raises(CannotImport, match=f"{words}; make them agree"):
            from_fhir(told, slots={often: named})


def test_a_start_in_words_is_no_date():
    said = refusals(order(dosage(repeat=between("5 April 2027"))))
    assert any("bounds: '5 April 2027' is not a date; write it as year-month-day" in line for line in said)


@pytest.mark.parametrize(
    "place", [{"method": {"coding": [{"system": SNOMED, "code": "421521009", "display": "Swallow"}]}},
              {"method": {"coding": [{"system": SNOMED, "code": "738995006", "display": "Tragar"}]}},
              {"method": {"text": "Take"}},
              {"site": {"text": "Mouth"}},
              {"site": {"coding": [{"system": SNOMED, "code": "181220002"}]}}], ids=str)  # fmt: skip
def test_a_method_or_site_of_the_mouth_is_read(place):
    assert refusals(order(dosage(**place))) == []


THREE = {"morning": "40 mg", "noon": "40 mg", "evening": "40 mg"}
# cibus matutinus, diurnus and vespertinus: breakfast, lunch and dinner, after ante, with or post.
MEALS = {"CM": "morning", "CD": "noon", "CV": "evening"}
TIMES = {
    "night is bedtime": ({"when": ["MORN", "NIGHT"], "frequency": 2}, {"morning": "40 mg", "bedtime": "40 mg"}),
    "waking is morning": ({"when": ["WAKE"]}, {"morning": "40 mg"}),
    "before breakfast": ({"when": ["ACM"], "offset": 30}, {"morning": "40 mg"}),
    **{
        f"at {code}": ({"when": [code]}, {slot: "40 mg"})
        for meal, slot in MEALS.items()
        for code in (meal, f"A{meal}", f"P{meal}")
    },
    "before meals": ({"when": ["AC"], "frequency": 3}, THREE),
    "after meals": ({"when": ["PC"], "frequency": 3}, THREE),
    "with meals, not counted": ({"when": ["C"], "frequency": None}, THREE),
    "early in the morning": ({"when": ["MORN.early"]}, {"morning": "40 mg"}),
    "every 8 hours": ({"when": None, "period": 8, "periodUnit": "h"}, THREE),
    "every 24 hours": ({"when": None, "period": 24, "periodUnit": "h"}, {"morning": "40 mg"}),
}


@pytest.mark.parametrize("name", TIMES)
def test_times_of_day_are_named_times_and_reported(name):
    repeat, doses = TIMES[name]
    assert steps_of(order(dosage(repeat=repeat)))[1] == [(doses, "on")]
    assert any(": time: " in line for line in reports(order(dosage(repeat=repeat))))


def test_hours_that_divide_a_day_are_clock_times_where_no_times_are_named():
    for hours, clock in (
        (8, ["06:00", "14:00", "22:00"]),
        (12, ["06:00", "18:00"]),
        (6, ["00:00", "06:00", "12:00", "18:00"]),
    ):
        read = from_fhir(order(dosage(repeat={"when": None, "period": hours, "periodUnit": "h"})))
        assert list(read.plan.courses[0].steps[0].days[0].as_dict()) == clock
        assert any(f"every {hours} hours, read as {', '.join(clock)}" in report.message for report in read.reports)


def test_hours_are_read_beside_as_many_times_of_day_as_they_make():
    clock = {"when": None, "timeOfDay": ["08:00:00", "20:00:00"], "period": 12, "periodUnit": "h"}
    for frequency in (None, 1):
        twice = steps_of(order(dosage(repeat=clock | {"frequency": frequency})))[1]
        assert twice == [({"08:00": "40 mg", "20:00": "40 mg"}, "on")]
    assert steps_of(order(dosage(repeat={"period": 24, "periodUnit": "h"})))[1] == [({"morning": "40 mg"}, "on")]
    every_other = {"period": 48, "periodUnit": "h", "when": ["EVE"]}
    (step,) = from_fhir(order(dosage(repeat=every_other))).plan.courses[0].steps
    assert [day.as_dict() for day in step.days] == [{"evening": "40 mg"}, {}]


@pytest.mark.parametrize(("frequency", "is_read"), [(1, True), (2, False)])
def test_once_in_two_days_is_every_other_day_and_twice_leaves_open_on_which(frequency, is_read):
    told = order(dosage(repeat={"when": None, "frequency": frequency, "period": 2}))
    if is_read:
        (step,) = from_fhir(told, slots=SLOTS).plan.courses[0].steps
        assert [day.as_dict() for day in step.days] == [{"morning": "40 mg"}, {}]
    else:
        assert any("2 times in 2 days leaves open on which days" in line for line in refusals(told))


def test_two_whole_days_in_hours_are_every_other_day():
    read = from_fhir(order(dosage(repeat={"when": None, "period": 48, "periodUnit": "h"})), slots=SLOTS)
    assert [bool(day) for day in read.plan.courses[0].steps[0].days] == [True, False]


CODES = {"QD": 1, "BID": 2, "TID": 3, "QID": 4, "Q8H": 3, "Q6H": 4, "AM": 1, "BED": 1}


@pytest.mark.parametrize("code", CODES)
def test_a_code_of_how_often_is_read_alone_and_with_bounds(code):
    coded = {"code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "code": code}]}}
    ((doses, length),) = steps_of(order(dosage(timing=coded)))[1]
    assert (len(doses), length) == (CODES[code], "on")
    ((doses, length),) = steps_of(order(dosage(timing=coded | {"repeat": lasting(10)})))[1]
    assert (len(doses), length) == (CODES[code], "10 days")


@pytest.mark.parametrize(
    ("code", "clock"), [("Q8H", ["06:00", "14:00", "22:00"]), ("Q6H", ["00:00", "06:00", "12:00", "18:00"])]
)
def test_a_code_of_hours_is_at_clock_times_where_no_times_are_named(code, clock):
    coded = dosage(timing={"code": {"coding": [{"code": code}]}})
    assert list(from_fhir(order(coded)).plan.courses[0].steps[0].days[0].as_dict()) == clock


def of_code(code, **repeat):
    told = {"code": {"coding": [{"code": code}]}, "repeat": {"frequency": 1, "period": 1, "periodUnit": "d", **repeat}}
    return order(dosage(timing=told))


@pytest.mark.parametrize(("code", "repeat"), [("AM", {"when": ["MORN"]}), ("AM", {"timeOfDay": ["09:30:00"]}),
    ("PM", {"when": ["EVE"]}), ("PM", {"timeOfDay": ["12:00:00"]}), ("BED", {"when": ["HS"]})])  # fmt: skip
def test_a_code_of_a_part_of_the_day_is_read_beside_a_time_in_it(code, repeat):
    assert refusals(of_code(code, **repeat)) == []


@pytest.mark.parametrize(("code", "repeat"), [("AM", {"when": ["NOON"]}), ("AM", {"timeOfDay": ["12:00:00"]}),
    ("PM", {"when": ["MORN"]}), ("PM", {"timeOfDay": ["11:59:00"]}), ("BED", {"when": ["EVE"]})])  # fmt: skip
def test_a_code_of_a_part_of_the_day_refuses_beside_a_time_out_of_it(code, repeat):
    assert any(f"the code {code} and repeat differ" in line for line in refusals(of_code(code, **repeat)))


def test_the_time_of_a_code_is_that_of_a_repeat_that_names_none():
    (step,) = from_fhir(of_code("BED")).plan.courses[0].steps
    assert step.days[0].as_dict() == {"bedtime": "40 mg"}


@pytest.mark.parametrize(
    "system", [None, "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "http://example.org/often"]
)
def test_a_code_of_how_often_of_another_system_is_reported(system):
    coding = {"code": "BID"} | ({"system": system} if system else {})
    told = reports(order(dosage(timing={"code": {"coding": [coding]}})))
    is_told = any("BID of the system 'http://example.org/often' is read as HL7 defines it" in line for line in told)
    assert is_told == (system == "http://example.org/often")


def test_codes_that_differ_refuse():
    coded = {"code": {"coding": [{"code": "BID"}, {"code": "TID"}]}}
    assert any("the codes BID and TID differ" in line for line in refusals(order(dosage(timing=coded))))


@pytest.mark.parametrize(
    "repeat",
    [{"when": ["NIGHT", "HS"], "frequency": 2}, {"when": ["PHS"]}, {"when": None, "period": 5, "periodUnit": "h"},
     {"when": ["MORN"], "offset": 30}, {"when": ["ACM"], "offset": 600}, {"when": ["AC", "PC"], "frequency": 2},
     {"when": None, "period": None, "periodUnit": "h"}, {"period": None, "periodUnit": "h"},
     {"period": 8, "periodUnit": "h"},
     {"period": 12, "periodUnit": "h", "when": ["MORN", "EVE"], "frequency": 2}],
    ids=str,
)  # fmt: skip
def test_a_time_that_is_uncertain_refuses(repeat):
    assert any(": time: " in line for line in refusals(order(dosage(repeat=repeat))))


def test_a_meal_that_is_not_said_refuses_where_the_caller_names_none():
    told = order(dosage(repeat={"when": ["AC"], "frequency": 2}))
    with pytest.raises(Exception, match="2 of the meals of a day are meant by 'AC', and which is not said"):
        from_fhir(told)
    assert refusals(told) == []
    three = order(dosage(repeat={"when": ["AC"], "frequency": 3}))
    assert list(from_fhir(three).plan.courses[0].steps[0].days[0].as_dict()) == ["morning", "noon", "evening"]


def doses(*given):
    return [{"type": {"coding": [{"code": kind}]}, "doseQuantity": quantity(value)} for kind, value in given]


def test_ordered_and_calculated_entries_are_one_dose_where_they_agree():
    assert steps_of(order(dosage(doseAndRate=doses(("ordered", 5), ("calculated", 5)))))[1] == [(FIVE, "on")]
    assert any("the doses 5 mg and 6 mg differ" in line
               for line in refusals(order(dosage(doseAndRate=doses(("ordered", 5), ("calculated", 6))))))  # fmt: skip
    assert any("states 2 doses" in line
               for line in refusals(order(dosage(doseAndRate=doses(("ordered", 5), ("ordered", 5))))))  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "agrees"),
    [
        ({"rateRatio": {"numerator": quantity(10), "denominator": quantity(1, "d")}}, True),
        ({"rateRatio": {"numerator": quantity(10), "denominator": quantity(24, "h")}}, True),
        ({"rateQuantity": quantity(10, "mg/d")}, True),
        ({"rateRatio": {"numerator": quantity(5), "denominator": quantity(1, "d")}}, False),
        ({"rateRatio": {"numerator": quantity(10), "denominator": quantity(1, "h")}}, False),
        ({"rateRatio": {"numerator": quantity(10, "[iU]"), "denominator": quantity(1, "d")}}, False),
        ({"rateQuantity": quantity(10, "mL/h")}, False),
        ({"rateRatio": {"numerator": quantity(2, "{tablet}"), "denominator": quantity(1, "d")}}, False),
        ({"rateRange": {"low": quantity(10), "high": quantity(10)}}, False),
    ],
    ids=str,
)
def test_a_days_amount_beside_the_dose_is_read_where_it_agrees_and_any_other_rate_refuses(rate, agrees):
    repeat = {"frequency": 2, "when": ["MORN", "EVE"]}
    told = order(dosage(repeat=repeat, doseAndRate=[{"doseQuantity": quantity(5), **rate}]))
    assert (refusals(told) == []) is agrees
    assert agrees or any(": rate: " in line for line in refusals(told))


def test_a_rate_beside_doses_of_some_days_only_refuses():
    rate = {"rateRatio": {"numerator": quantity(5), "denominator": quantity(1, "d")}}
    told = order(dosage(repeat={"period": 2}, doseAndRate=[{"doseQuantity": quantity(5), **rate}]))
    assert any(": rate: " in line for line in refusals(told))


def test_a_days_amount_in_tablets_is_compared_in_tablets():
    twice = {"frequency": 2, "when": ["MORN", "EVE"]}
    for count, agrees in ((2, True), (3, False)):
        rate = {"rateRatio": {"numerator": quantity(count, "{tablet}"), "denominator": quantity(1, "d")}}
        told = order(dosage(repeat=twice, doseAndRate=[{"doseQuantity": quantity(1, "{tablet}"), **rate}]))
        assert (refusals(told, strength=mg(5)) == []) is agrees


def test_a_range_of_one_dose_is_that_dose():
    one = {"doseRange": {"low": quantity(5), "high": quantity(5)}}
    assert steps_of(order(dosage(doseAndRate=[one])))[1] == [(FIVE, "on")]
    two = {"doseRange": {"low": quantity(5), "high": quantity(Decimal("7.5"))}}
    assert any("a range of doses" in line for line in refusals(order(dosage(doseAndRate=[two]))))


def test_several_times_in_several_days_leave_open_on_which_days_whatever_times_of_day_are_named():
    for repeat, days in (
        ({"period": 1, "periodUnit": "wk"}, 7),
        ({"period": 2}, 2),
        ({"period": 48, "periodUnit": "h"}, 2),
    ):
        for when in (["MORN"], ["MORN", "EVE"], None):
            told = order(dosage(repeat={"frequency": 2, "when": when, **repeat}))
            assert any(f"2 times in {days} days leaves open on which days; write" in line for line in refusals(told))


def test_slots_that_are_too_few_are_counted():
    told = order(dosage(repeat={"when": None, "frequency": 2}))
    with pytest.raises(CannotImport, match="1 time of day is named by slots, for a dose taken 2 times a day"):
        from_fhir(told, slots={2: ["morning"]})
    with pytest.raises(CannotImport, match="2 times of day are named by slots, for a dose taken 3 times a day"):
        from_fhir(order(dosage(repeat={"when": None, "frequency": 3})), slots={3: ["morning", "evening"]})
