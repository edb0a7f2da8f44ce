"""Exact, realizable, cited and dated plans for increasing or withdrawing a medicine.

Public names are loaded when they are first used, so that importing the package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taper.adherence import Adherence as Adherence
    from taper.adherence import compare_intakes as compare_intakes
    from taper.adjustment import apply_log as apply_log
    from taper.dates import Duration as Duration
    from taper.dates import days as days
    from taper.dates import months as months
    from taper.dates import weeks as weeks
    from taper.difference import Difference as Difference
    from taper.difference import compare as compare
    from taper.dose import AverageDose as AverageDose
    from taper.dose import DailyDose as DailyDose
    from taper.dose import Dose as Dose
    from taper.dose import MassUnit as MassUnit
    from taper.dose import mcg as mcg
    from taper.dose import mg as mg
    from taper.equivalence import EquivalenceTable as EquivalenceTable
    from taper.errors import CannotCompute as CannotCompute
    from taper.errors import InvalidInput as InvalidInput
    from taper.errors import MissingExtra as MissingExtra
    from taper.errors import NotFound as NotFound
    from taper.errors import OutOfScope as OutOfScope
    from taper.errors import TaperError as TaperError
    from taper.fills import AtMost as AtMost
    from taper.finding import Clear as Clear
    from taper.finding import Finding as Finding
    from taper.finding import NotAssessed as NotAssessed
    from taper.finding import RequirementNotMet as RequirementNotMet
    from taper.finding import Review as Review
    from taper.finding import Severity as Severity
    from taper.formats.arrow import to_arrow as to_arrow
    from taper.formats.arrow import to_pandas as to_pandas
    from taper.formats.arrow import to_polars as to_polars
    from taper.formats.difference_table import to_difference_table as to_difference_table
    from taper.formats.fhir import from_fhir as from_fhir
    from taper.formats.fhir import load_fhir as load_fhir
    from taper.formats.fhir import to_fhir as to_fhir
    from taper.formats.fhir import write_fhir as write_fhir
    from taper.formats.html import to_html as to_html
    from taper.formats.ical import to_ical as to_ical
    from taper.formats.monograph_text import to_monograph_text as to_monograph_text
    from taper.formats.pdf import to_pdf as to_pdf
    from taper.formats.plots import plot_calendar as plot_calendar
    from taper.formats.plots import plot_doses as plot_doses
    from taper.formats.plots import plot_falls as plot_falls
    from taper.formats.plots import plot_occupancy as plot_occupancy
    from taper.formats.plots import plot_supply as plot_supply
    from taper.formats.records import to_records as to_records
    from taper.formats.table import to_csv as to_csv
    from taper.formats.table import to_markdown as to_markdown
    from taper.formats.table import to_table as to_table
    from taper.formats.xlsx import to_xlsx as to_xlsx
    from taper.formulary import Formulary as Formulary
    from taper.formulary import list_stale as list_stale
    from taper.kidney import EGFR as EGFR
    from taper.kidney import AbsoluteEGFR as AbsoluteEGFR
    from taper.kidney import Creatinine as Creatinine
    from taper.kidney import CreatinineClearance as CreatinineClearance
    from taper.kidney import ckd_epi_2021 as ckd_epi_2021
    from taper.kidney import cockcroft_gault as cockcroft_gault
    from taper.kidney import deindex as deindex
    from taper.kidney import kdigo_category as kdigo_category
    from taper.log import Log as Log
    from taper.log import load_log as load_log
    from taper.log import read_log as read_log
    from taper.monograph import Monograph as Monograph
    from taper.patient import Patient as Patient
    from taper.patient import load_patient as load_patient
    from taper.patient import read_patient as read_patient
    from taper.patterns import Taper as Taper
    from taper.patterns import plan_taper as plan_taper
    from taper.plan import Before as Before
    from taper.plan import Course as Course
    from taper.plan import Plan as Plan
    from taper.plan import Step as Step
    from taper.plan import load_plan as load_plan
    from taper.plan import read_plan as read_plan
    from taper.product import DosageForm as DosageForm
    from taper.product import Portion as Portion
    from taper.product import Product as Product
    from taper.product import Release as Release
    from taper.product import Volume as Volume
    from taper.product import load_products as load_products
    from taper.product import read_products as read_products
    from taper.protocols import Protocol as Protocol
    from taper.protocols import load_protocol as load_protocol
    from taper.protocols import protocol_names as protocol_names
    from taper.reachable import Handling as Handling
    from taper.reachable import Reachable as Reachable
    from taper.reachable import Recipe as Recipe
    from taper.realization import RealizedPlan as RealizedPlan
    from taper.realization import realize as realize
    from taper.regimen import Intake as Intake
    from taper.regimen import Regimen as Regimen
    from taper.regimen import Slot as Slot
    from taper.renal import KidneyProposal as KidneyProposal
    from taper.renal import propose_for_kidney as propose_for_kidney
    from taper.rules import check as check
    from taper.schedule import Schedule as Schedule
    from taper.schedule import to_schedule as to_schedule
    from taper.source import Grade as Grade
    from taper.source import Source as Source
    from taper.stock import load_stock as load_stock
    from taper.stock import read_stock as read_stock
    from taper.supply import Supply as Supply
    from taper.supply import count_supply as count_supply
    from taper.supply import days_supply as days_supply
    from taper.words import Instruction as Instruction
    from taper.words import write_instructions as write_instructions
    from taper.words import write_sig as write_sig

_HOMES = {
    "taper.adherence": ("Adherence", "compare_intakes"),
    "taper.adjustment": ("apply_log",),
    "taper.dates": ("Duration", "days", "months", "weeks"),
    "taper.difference": ("Difference", "compare"),
    "taper.dose": ("AverageDose", "DailyDose", "Dose", "MassUnit", "mcg", "mg"),
    "taper.equivalence": ("EquivalenceTable",),
    "taper.errors": ("CannotCompute", "InvalidInput", "MissingExtra", "NotFound", "OutOfScope", "TaperError"),
    "taper.fills": ("AtMost",),
    "taper.finding": ("Clear", "Finding", "NotAssessed", "RequirementNotMet", "Review", "Severity"),
    "taper.formats.arrow": ("to_arrow", "to_pandas", "to_polars"),
    "taper.formats.difference_table": ("to_difference_table",),
    "taper.formats.fhir": ("from_fhir", "load_fhir", "to_fhir", "write_fhir"),
    "taper.formats.html": ("to_html",),
    "taper.formats.ical": ("to_ical",),
    "taper.formats.monograph_text": ("to_monograph_text",),
    "taper.formats.pdf": ("to_pdf",),
    "taper.formats.plots": ("plot_calendar", "plot_doses", "plot_falls", "plot_occupancy", "plot_supply"),
    "taper.formats.records": ("to_records",),
    "taper.formats.table": ("to_csv", "to_markdown", "to_table"),
    "taper.formats.xlsx": ("to_xlsx",),
    "taper.formulary": ("Formulary", "list_stale"),
    "taper.kidney": (
        "AbsoluteEGFR",
        "Creatinine",
        "CreatinineClearance",
        "EGFR",
        "ckd_epi_2021",
        "cockcroft_gault",
        "deindex",
        "kdigo_category",
    ),
    "taper.log": ("Log", "load_log", "read_log"),
    "taper.monograph": ("Monograph",),
    "taper.patient": ("Patient", "load_patient", "read_patient"),
    "taper.patterns": ("Taper", "plan_taper"),
    "taper.plan": ("Before", "Course", "Plan", "Step", "load_plan", "read_plan"),
    "taper.product": ("DosageForm", "Portion", "Product", "Release", "Volume", "load_products", "read_products"),
    "taper.protocols": ("Protocol", "load_protocol", "protocol_names"),
    "taper.reachable": ("Handling", "Reachable", "Recipe"),
    "taper.realization": ("RealizedPlan", "realize"),
    "taper.regimen": ("Intake", "Regimen", "Slot"),
    "taper.renal": ("KidneyProposal", "propose_for_kidney"),
    "taper.rules": ("check",),
    "taper.schedule": ("Schedule", "to_schedule"),
    "taper.source": ("Grade", "Source"),
    "taper.stock": ("load_stock", "read_stock"),
    "taper.supply": ("Supply", "count_supply", "days_supply"),
    "taper.words": ("Instruction", "write_instructions", "write_sig"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__version__ = "0.1.0"
__all__ = sorted(_HOME_OF)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'taper' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
