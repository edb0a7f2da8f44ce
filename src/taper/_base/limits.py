"""Limits on the size of inputs, each defined once, so that every answer takes bounded time and memory."""

from dataclasses import dataclass
from datetime import date

EARLIEST = date(1900, 1, 1)
LATEST = date(2200, 12, 31)
LONGEST_DAYS = 20 * 366
LONGEST_MONTHS = 20 * 12

LARGEST_BYTES = 5_000_000
LARGEST_FHIR_BYTES = 50_000_000
DEEPEST = 40
LONGEST_SILENCE = 30

LONGEST_NUMBER = 48
LONGEST_BITS = 1000
LARGEST_MG = 10**6
FINEST = 10**12

LONGEST_NAME = 80
LONGEST_TEXT = 2000

MOST_COURSES = 50
MOST_STEPS = LONGEST_DAYS
LONGEST_CYCLE = 366

MOST_EVENTS = 10_000
MOST_INTAKES = 200_000
MOST_SYMPTOMS = 100_000

MOST_SCHEDULED = 250_000
MOST_WRITTEN = 50_000

MOST_NAMES = 200
MOST_ITEMS = 200_000

MOST_PIECES = 100
MOST_PRODUCTS = 10
MOST_DOSES = 100_000
MOST_GRAINS = 10**6
MOST_TOTALS = 60_000
MOST_TOGETHER = 100
MOST_STATES = 1_000_000
MOST_TITRATION_STEPS = 1000
MOST_STAGES = 100
MOST_DIVISIONS = 50_000
MOST_WORK = 200_000_000

MOST_ROWS_OF_ONE = 200_000
MOST_FIGURES = 1_000_000
LONGEST_CELL = 256
LARGEST_FOOTER = 10_000_000
LARGEST_PAGES = 64_000_000
MOST_PAGES = 500_000

LARGEST_PDF = 340_000
MOST_FONT_FILES = 20_000


YARDSTICK = (
    "Costs are in yardsticks: one is the CPU time in which a new Python process imports pydantic and dateutil and "
    "defines one model, about 0.13 s of a core where these were measured."
)


@dataclass(frozen=True, slots=True)
class Limit:
    """How large one thing may be, and what it costs at that size in yardsticks; nothing where that is below one."""

    of: str
    most: str
    costs: str = ""


LIMITS = (
    Limit(
        "a file, a text or standard input that is read", f"{LARGEST_BYTES // 1_000_000} MB", "11 as a plan of cycles"
    ),
    Limit("FHIR that is read", f"{LARGEST_FHIR_BYTES // 1_000_000} MB", "28 to write and read 20 years of daily steps"),
    Limit("how long nothing is written to a pipe that is named as a file", f"{LONGEST_SILENCE} s"),
    Limit("lists and objects inside each other in JSON", f"{DEEPEST} deep"),
    Limit("a date", f"{EARLIEST} to {LATEST}"),
    Limit("a length of time, and a plan", f"20 years: {LONGEST_DAYS} days, or {LONGEST_MONTHS} months"),
    Limit("a number as text", f"{LONGEST_NUMBER} characters"),
    Limit("a dose", f"{LARGEST_MG // 1000} g, and no finer than 1/{FINEST} mg"),
    Limit("a name", f"{LONGEST_NAME} characters"),
    Limit("a title, a pace, a day in words or another text, also of a FHIR order", f"{LONGEST_TEXT} characters"),
    Limit("courses of a plan", f"{MOST_COURSES}", "18 to realize and date 14 of 7320 steps"),
    Limit("steps of a course", f"{MOST_STEPS}", "3 to realize and date; 17 as a calendar, 10 as FHIR, 20 as HTML"),
    Limit("days of a cycle", f"{LONGEST_CYCLE}", "11 to read, realize and date 180 steps of it with 4 doses a day"),
    Limit(
        "doses of a schedule",
        f"{MOST_SCHEDULED}",
        "7 to realize and date 175,680 in steps of cycles",
    ),
    Limit(
        "doses of a sheet, a workbook or a calendar, and dosages of a FHIR bundle",
        f"{MOST_WRITTEN}",
        "70 as HTML, 60 as a calendar, 45 as a workbook, 35 as FHIR",
    ),
    Limit("events of a log", f"{MOST_EVENTS}", "1 to read"),
    Limit(
        "events of a log that plan the rest again or make its doses of other products",
        "about 100 that plan with 200 doses at two times of day, or 250 that change the products of 1500 steps",
        "120 to apply",
    ),
    Limit("doses taken or missed in a log", f"{MOST_INTAKES}"),
    Limit("medicines or conditions of a patient in one list", f"{MOST_NAMES}", "16 to check four of unknown ones"),
    Limit("things in a list or a mapping that a function of Python is given", f"{MOST_ITEMS}"),
    Limit("scores in a log", f"{MOST_SYMPTOMS}"),
    Limit("pieces of an intake", f"{MOST_PIECES}"),
    Limit("products of an intake", f"{MOST_PRODUCTS}"),
    Limit("doses listed that some products make", f"{MOST_DOSES}"),
    Limit("steps of dose that the strengths of some products share, up to one dose", f"{MOST_GRAINS}"),
    Limit("times of day that are reduced in turn with each other", f"{MOST_TOGETHER}"),
    Limit("totals of a day in a search for a plan of several intakes in one turn", f"{MOST_TOTALS}"),
    Limit("states of a search for a plan, if the caller sets no other limit", f"{MOST_STATES}"),
    Limit("phases of a taper", "about 100 with 200 doses at two times of day", "120 to plan"),
    Limit("steps of a titration", f"{MOST_TITRATION_STEPS}"),
    Limit("stages of the change from one drug to another", f"{MOST_STAGES}", "12 to plan with 4 doses a day"),
    Limit("ways to divide a total over intakes of which one is to be larger", f"{MOST_DIVISIONS}"),
    Limit("rows of one person in a table of many people", f"{MOST_ROWS_OF_ONE}", "24 to audit"),
    Limit("kidney figures of an audit", f"{MOST_FIGURES}", "30 to audit with, and 900 MB of memory"),
    Limit("a person, a drug or a strength in a row of an audit", f"{LONGEST_CELL} characters"),
    Limit("the footer of a Parquet file", f"{LARGEST_FOOTER // 1_000_000} MB", "60 to read"),
    Limit(
        "the pages of a column of a Parquet file that hold 100,000 rows, unpacked", f"{LARGEST_PAGES // 1_000_000} MB"
    ),
    Limit("pages of a column of a Parquet file", f"{MOST_PAGES}", "40 to look at the size of each"),
    Limit("files in a folder of fonts", f"{MOST_FONT_FILES}"),
    Limit("text of a handout in PDF", f"{LARGEST_PDF} characters", "9, and 300 MB of memory"),
)
"""Every limit, in the order in which a person meets them."""
