"""Exact, realizable, cited and dated plans for increasing or withdrawing a medicine.

Public names are loaded when they are first used, so that importing the package costs next to nothing.
"""

from importlib import import_module

TYPE_CHECKING = False
"""As that of typing, which a type checker takes for true, without the time that importing typing takes."""

if TYPE_CHECKING:
    from taper._base.json_text import NotJson as NotJson
    from taper._base.numbers import NotExact as NotExact
    from taper._base.takes import WrongObject as WrongObject
    from taper.adjustment.apply_log import apply_log as apply_log
    from taper.adjustment.event_day import DecisionNeeded as DecisionNeeded
    from taper.adjustment.event_day import NothingToChange as NothingToChange
    from taper.adjustment.event_day import OtherPlan as OtherPlan
    from taper.amounts.dose import AverageDose as AverageDose
    from taper.amounts.dose import DailyDose as DailyDose
    from taper.amounts.dose import Dose as Dose
    from taper.amounts.dose import InvalidAmount as InvalidAmount
    from taper.amounts.dose import MassUnit as MassUnit
    from taper.amounts.dose import mcg as mcg
    from taper.amounts.dose import mg as mg
    from taper.amounts.duration import Duration as Duration
    from taper.amounts.duration import InvalidDate as InvalidDate
    from taper.amounts.duration import InvalidDuration as InvalidDuration
    from taper.amounts.duration import days as days
    from taper.amounts.duration import months as months
    from taper.amounts.duration import weeks as weeks
    from taper.amounts.liquid import Concentration as Concentration
    from taper.amounts.liquid import InvalidVolume as InvalidVolume
    from taper.amounts.liquid import Volume as Volume
    from taper.batch.refusals import OutOfOrder as OutOfOrder
    from taper.batch.refusals import WrongColumns as WrongColumns
    from taper.checks.check import check as check
    from taper.checks.check import rule_names as rule_names
    from taper.checks.open_question import NotAssessed as NotAssessed
    from taper.checks.open_question import Reason as Reason
    from taper.checks.review import Clear as Clear
    from taper.checks.review import Finding as Finding
    from taper.checks.review import LeftOut as LeftOut
    from taper.checks.review import RequirementNotMet as RequirementNotMet
    from taper.checks.review import Review as Review
    from taper.checks.review import Severity as Severity
    from taper.checks.review import Why as Why
    from taper.checks.review import Within as Within
    from taper.errors import CannotCompute as CannotCompute
    from taper.errors import InvalidInput as InvalidInput
    from taper.errors import MissingExtra as MissingExtra
    from taper.errors import NotFound as NotFound
    from taper.errors import OutOfScope as OutOfScope
    from taper.errors import TaperError as TaperError
    from taper.formats.arrow import NotDecimal as NotDecimal
    from taper.formats.arrow import to_arrow as to_arrow
    from taper.formats.arrow import to_pandas as to_pandas
    from taper.formats.arrow import to_polars as to_polars
    from taper.formats.difference import to_difference_table as to_difference_table
    from taper.formats.fhir.quantity import CannotExpress as CannotExpress
    from taper.formats.fhir.read.import_report import CannotImport as CannotImport
    from taper.formats.fhir.read.import_report import ImportReport as ImportReport
    from taper.formats.fhir.read.plan import FhirPlan as FhirPlan
    from taper.formats.fhir.read.plan import from_fhir as from_fhir
    from taper.formats.fhir.read.plan import load_fhir as load_fhir
    from taper.formats.fhir.read.wrong_resource import WrongResource as WrongResource
    from taper.formats.fhir.write.bundle import to_fhir as to_fhir
    from taper.formats.fhir.write.bundle import write_fhir as write_fhir
    from taper.formats.fhir.write.cards import to_cds_cards as to_cds_cards
    from taper.formats.html import to_html as to_html
    from taper.formats.ical import ZoneNeeded as ZoneNeeded
    from taper.formats.ical import to_ical as to_ical
    from taper.formats.ical.zone import ClockSkipped as ClockSkipped
    from taper.formats.ical.zone import ZoneNotFound as ZoneNotFound
    from taper.formats.monograph import to_monograph_text as to_monograph_text
    from taper.formats.pdf import CannotPrint as CannotPrint
    from taper.formats.pdf import to_pdf as to_pdf
    from taper.formats.plots.calendar import plot_calendar as plot_calendar
    from taper.formats.plots.doses import plot_doses as plot_doses
    from taper.formats.plots.falls import plot_falls as plot_falls
    from taper.formats.plots.occupancy import plot_occupancy as plot_occupancy
    from taper.formats.plots.overlays import ideal_curve as ideal_curve
    from taper.formats.plots.picture import Picture as Picture
    from taper.formats.plots.supply import plot_supply as plot_supply
    from taper.formats.table import to_csv as to_csv
    from taper.formats.table import to_markdown as to_markdown
    from taper.formats.table import to_table as to_table
    from taper.formats.xlsx import to_xlsx as to_xlsx
    from taper.knowledge.equivalence import EquivalenceTable as EquivalenceTable
    from taper.knowledge.formulary import Formulary as Formulary
    from taper.knowledge.formulary import UnknownDrug as UnknownDrug
    from taper.knowledge.monograph import Monograph as Monograph
    from taper.knowledge.monograph import Occupancy as Occupancy
    from taper.knowledge.monograph import Titration as Titration
    from taper.knowledge.product_choice import NoProducts as NoProducts
    from taper.knowledge.product_choice import SeveralForms as SeveralForms
    from taper.knowledge.protocols import Protocol as Protocol
    from taper.knowledge.protocols import load_protocol as load_protocol
    from taper.knowledge.protocols import protocol_names as protocol_names
    from taper.knowledge.reading import InvalidData as InvalidData
    from taper.knowledge.reading import UnknownClass as UnknownClass
    from taper.knowledge.stale import list_stale as list_stale
    from taper.paces.changes import largest_fall as largest_fall
    from taper.paces.changes import measure_changes as measure_changes
    from taper.paces.changes import steepest_window as steepest_window
    from taper.paces.from_figures import banded as banded
    from taper.paces.from_figures import fixed as fixed
    from taper.paces.from_figures import percent_of_current as percent_of_current
    from taper.paces.from_figures import percent_of_start as percent_of_start
    from taper.paces.from_figures import points_of_occupancy as points_of_occupancy
    from taper.paces.pace import InvalidPace as InvalidPace
    from taper.paces.pace import Pace as Pace
    from taper.paces.pace import PaceWithoutEnd as PaceWithoutEnd
    from taper.paces.phases import Phase as Phase
    from taper.paces.phases import Phases as Phases
    from taper.paces.rulers import linear as linear
    from taper.paces.rulers import logarithmic as logarithmic
    from taper.people.kidney_figures import EGFR as EGFR
    from taper.people.kidney_figures import AbsoluteEGFR as AbsoluteEGFR
    from taper.people.kidney_figures import Creatinine as Creatinine
    from taper.people.kidney_figures import CreatinineClearance as CreatinineClearance
    from taper.people.kidney_figures import WrongMeasure as WrongMeasure
    from taper.people.kidney_function import ckd_epi_2021 as ckd_epi_2021
    from taper.people.kidney_function import cockcroft_gault as cockcroft_gault
    from taper.people.kidney_function import deindex as deindex
    from taper.people.kidney_function import kdigo_category as kdigo_category
    from taper.people.measuring import ImplausibleValue as ImplausibleValue
    from taper.people.patient import Medication as Medication
    from taper.people.patient import Patient as Patient
    from taper.people.patient import load_patient as load_patient
    from taper.people.patient import read_patient as read_patient
    from taper.planning.climb import NoTitration as NoTitration
    from taper.planning.cross_stages import Stage as Stage
    from taper.planning.cross_stages import round_dose as round_dose
    from taper.planning.cross_taper import CrossTaper as CrossTaper
    from taper.planning.cross_taper import plan_cross_taper as plan_cross_taper
    from taper.planning.cross_taper import replan_cross_taper as replan_cross_taper
    from taper.planning.daily_taper import plan_daily_taper as plan_daily_taper
    from taper.planning.explicit_steps import Steps as Steps
    from taper.planning.explicit_steps import StepsReport as StepsReport
    from taper.planning.explicit_steps import every_other_day as every_other_day
    from taper.planning.explicit_steps import on_weekdays as on_weekdays
    from taper.planning.explicit_steps import plan_steps as plan_steps
    from taper.planning.kidney_proposal import KidneyProposal as KidneyProposal
    from taper.planning.kidney_proposal import NoProposal as NoProposal
    from taper.planning.kidney_proposal import propose_for_kidney as propose_for_kidney
    from taper.planning.pattern import plan_pattern as plan_pattern
    from taper.planning.phases import PhasedTaper as PhasedTaper
    from taper.planning.phases import PhasesReport as PhasesReport
    from taper.planning.phases import plan_phases as plan_phases
    from taper.planning.replan import replan as replan
    from taper.planning.report import TaperReport as TaperReport
    from taper.planning.solver.problem import NoPlan as NoPlan
    from taper.planning.solver.state_space import TooManyStates as TooManyStates
    from taper.planning.taper import Taper as Taper
    from taper.planning.taper import TooFast as TooFast
    from taper.planning.taper import plan_taper as plan_taper
    from taper.planning.titration import choose_titration as choose_titration
    from taper.planning.titration import plan_titration as plan_titration
    from taper.plans.everyday import Ambiguous as Ambiguous
    from taper.plans.everyday import read_day as read_day
    from taper.plans.log import ChangeProducts as ChangeProducts
    from taper.plans.log import Gap as Gap
    from taper.plans.log import Hold as Hold
    from taper.plans.log import IntakeRecord as IntakeRecord
    from taper.plans.log import InvalidEvent as InvalidEvent
    from taper.plans.log import Log as Log
    from taper.plans.log import PassReview as PassReview
    from taper.plans.log import Resume as Resume
    from taper.plans.log import ResumeAt as ResumeAt
    from taper.plans.log import Retarget as Retarget
    from taper.plans.log import Slow as Slow
    from taper.plans.log import SpeedUp as SpeedUp
    from taper.plans.log import StepBack as StepBack
    from taper.plans.log import Stop as Stop
    from taper.plans.log import Symptom as Symptom
    from taper.plans.log import TitrateAnew as TitrateAnew
    from taper.plans.log import TitrateTo as TitrateTo
    from taper.plans.log import load_log as load_log
    from taper.plans.log import read_log as read_log
    from taper.plans.order import InvalidOrder as InvalidOrder
    from taper.plans.order import evenly as evenly
    from taper.plans.order import in_order as in_order
    from taper.plans.order import keep_last as keep_last
    from taper.plans.plan import Before as Before
    from taper.plans.plan import Course as Course
    from taper.plans.plan import Plan as Plan
    from taper.plans.plan import StartNeeded as StartNeeded
    from taper.plans.plan import Step as Step
    from taper.plans.plan import load_plan as load_plan
    from taper.plans.plan import read_plan as read_plan
    from taper.plans.regimen import Intake as Intake
    from taper.plans.regimen import InvalidSlot as InvalidSlot
    from taper.plans.regimen import Regimen as Regimen
    from taper.plans.regimen import Slot as Slot
    from taper.plans.step_pattern import InvalidPattern as InvalidPattern
    from taper.plans.step_pattern import StepPattern as StepPattern
    from taper.plans.weights import Weights as Weights
    from taper.products.counts import TooManyDoses as TooManyDoses
    from taper.products.product import DosageForm as DosageForm
    from taper.products.product import Portion as Portion
    from taper.products.product import Product as Product
    from taper.products.product import Release as Release
    from taper.products.product import load_products as load_products
    from taper.products.product import read_products as read_products
    from taper.products.recipes import Handling as Handling
    from taper.products.recipes import NotReachable as NotReachable
    from taper.products.recipes import Reachable as Reachable
    from taper.products.recipes import Recipe as Recipe
    from taper.schedules.adherence import Adherence as Adherence
    from taper.schedules.adherence import InvalidRecord as InvalidRecord
    from taper.schedules.adherence import compare_intakes as compare_intakes
    from taper.schedules.difference import Difference as Difference
    from taper.schedules.difference import compare as compare
    from taper.schedules.morphine_totals import mme as mme
    from taper.schedules.realization import CannotRealize as CannotRealize
    from taper.schedules.realization import RealizedPlan as RealizedPlan
    from taper.schedules.realization import realize as realize
    from taper.schedules.rows import to_records as to_records
    from taper.schedules.schedule import HorizonNeeded as HorizonNeeded
    from taper.schedules.schedule import Schedule as Schedule
    from taper.schedules.schedule import to_schedule as to_schedule
    from taper.source import Grade as Grade
    from taper.source import Source as Source
    from taper.source import Subject as Subject
    from taper.supply.count import Supply as Supply
    from taper.supply.count import count_supply as count_supply
    from taper.supply.count import days_supply as days_supply
    from taper.supply.fills import AtMost as AtMost
    from taper.supply.fills import InvalidFills as InvalidFills
    from taper.supply.shelf import InvalidStock as InvalidStock
    from taper.supply.shelf import load_stock as load_stock
    from taper.supply.shelf import read_stock as read_stock
    from taper.words.instruction import Instruction as Instruction
    from taper.words.instruction import write_instructions as write_instructions
    from taper.words.instruction import write_sig as write_sig
    from taper.words.notice import NOTICE as NOTICE

_HOMES = {
    "taper._base.json_text": "NotJson",
    "taper._base.numbers": "NotExact",
    "taper._base.takes": "WrongObject",
    "taper.adjustment.apply_log": "apply_log",
    "taper.adjustment.event_day": "DecisionNeeded NothingToChange OtherPlan",
    "taper.amounts.dose": "AverageDose DailyDose Dose InvalidAmount MassUnit mcg mg",
    "taper.amounts.duration": "Duration InvalidDate InvalidDuration days months weeks",
    "taper.amounts.liquid": "Concentration InvalidVolume Volume",
    "taper.batch.refusals": "OutOfOrder WrongColumns",
    "taper.checks.check": "check rule_names",
    "taper.checks.open_question": "NotAssessed Reason",
    "taper.checks.review": "Clear Finding LeftOut RequirementNotMet Review Severity Why Within",
    "taper.errors": "CannotCompute InvalidInput MissingExtra NotFound OutOfScope TaperError",
    "taper.formats.arrow": "NotDecimal to_arrow to_pandas to_polars",
    "taper.formats.difference": "to_difference_table",
    "taper.formats.fhir.quantity": "CannotExpress",
    "taper.formats.fhir.read.wrong_resource": "WrongResource",
    "taper.formats.fhir.read.import_report": "CannotImport ImportReport",
    "taper.formats.fhir.read.plan": "FhirPlan from_fhir load_fhir",
    "taper.formats.fhir.write.bundle": "to_fhir write_fhir",
    "taper.formats.fhir.write.cards": "to_cds_cards",
    "taper.formats.html": "to_html",
    "taper.formats.ical": "ZoneNeeded to_ical",
    "taper.formats.ical.zone": "ClockSkipped ZoneNotFound",
    "taper.formats.monograph": "to_monograph_text",
    "taper.formats.pdf": "CannotPrint to_pdf",
    "taper.formats.plots.calendar": "plot_calendar",
    "taper.formats.plots.doses": "plot_doses",
    "taper.formats.plots.falls": "plot_falls",
    "taper.formats.plots.occupancy": "plot_occupancy",
    "taper.formats.plots.overlays": "ideal_curve",
    "taper.formats.plots.picture": "Picture",
    "taper.formats.plots.supply": "plot_supply",
    "taper.formats.table": "to_csv to_markdown to_table",
    "taper.formats.xlsx": "to_xlsx",
    "taper.knowledge.equivalence": "EquivalenceTable",
    "taper.knowledge.formulary": "Formulary UnknownDrug",
    "taper.knowledge.monograph": "Monograph Occupancy Titration",
    "taper.knowledge.product_choice": "NoProducts SeveralForms",
    "taper.knowledge.protocols": "Protocol load_protocol protocol_names",
    "taper.knowledge.reading": "InvalidData UnknownClass",
    "taper.knowledge.stale": "list_stale",
    "taper.paces.from_figures": "banded fixed percent_of_current percent_of_start points_of_occupancy",
    "taper.paces.changes": "largest_fall measure_changes steepest_window",
    "taper.paces.pace": "InvalidPace Pace PaceWithoutEnd",
    "taper.paces.phases": "Phase Phases",
    "taper.paces.rulers": "linear logarithmic",
    "taper.people.kidney_figures": "AbsoluteEGFR Creatinine CreatinineClearance EGFR WrongMeasure",
    "taper.people.kidney_function": "ckd_epi_2021 cockcroft_gault deindex kdigo_category",
    "taper.people.measuring": "ImplausibleValue",
    "taper.people.patient": "Medication Patient load_patient read_patient",
    "taper.planning.climb": "NoTitration",
    "taper.planning.cross_stages": "Stage round_dose",
    "taper.planning.cross_taper": "CrossTaper plan_cross_taper replan_cross_taper",
    "taper.planning.daily_taper": "plan_daily_taper",
    "taper.planning.explicit_steps": "Steps StepsReport every_other_day on_weekdays plan_steps",
    "taper.planning.kidney_proposal": "KidneyProposal NoProposal propose_for_kidney",
    "taper.planning.pattern": "plan_pattern",
    "taper.planning.phases": "PhasedTaper PhasesReport plan_phases",
    "taper.planning.replan": "replan",
    "taper.planning.report": "TaperReport",
    "taper.planning.solver.problem": "NoPlan",
    "taper.planning.solver.state_space": "TooManyStates",
    "taper.planning.taper": "Taper TooFast plan_taper",
    "taper.planning.titration": "choose_titration plan_titration",
    "taper.plans.everyday": "Ambiguous read_day",
    "taper.plans.log": (
        "ChangeProducts Gap Hold IntakeRecord InvalidEvent Log PassReview Resume ResumeAt Retarget Slow SpeedUp "
        "StepBack Stop Symptom TitrateAnew TitrateTo load_log read_log"
    ),
    "taper.plans.order": "InvalidOrder evenly in_order keep_last",
    "taper.plans.plan": "Before Course Plan StartNeeded Step load_plan read_plan",
    "taper.plans.regimen": "Intake InvalidSlot Regimen Slot",
    "taper.plans.step_pattern": "InvalidPattern StepPattern",
    "taper.plans.weights": "Weights",
    "taper.products.counts": "TooManyDoses",
    "taper.products.product": "DosageForm Portion Product Release load_products read_products",
    "taper.products.recipes": "Handling NotReachable Reachable Recipe",
    "taper.schedules.adherence": "Adherence InvalidRecord compare_intakes",
    "taper.schedules.difference": "Difference compare",
    "taper.schedules.morphine_totals": "mme",
    "taper.schedules.realization": "CannotRealize RealizedPlan realize",
    "taper.schedules.rows": "to_records",
    "taper.schedules.schedule": "HorizonNeeded Schedule to_schedule",
    "taper.source": "Grade Source Subject",
    "taper.supply.count": "Supply count_supply days_supply",
    "taper.supply.fills": "AtMost InvalidFills",
    "taper.supply.shelf": "InvalidStock load_stock read_stock",
    "taper.words.instruction": "Instruction write_instructions write_sig",
    "taper.words.notice": "NOTICE",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

_METHODS = {
    "Schedule": (
        "apply_log", "check", "count_supply", "to_arrow", "to_csv", "to_fhir", "to_html", "to_ical", "to_markdown",
        "to_pandas", "to_pdf", "to_polars", "to_records", "to_table", "to_xlsx",
    ),
    "RealizedPlan": ("check", "to_schedule"),
}  # fmt: skip
"""Public functions that an object can also call as methods of its own, so that no floor looks up."""

__version__ = "0.1.0"

if not TYPE_CHECKING:  # pragma: no branch - an editor reads the names above instead, and so flags one that is misspelt
    __all__ = sorted(_HOME_OF)

    def __getattr__(name: str) -> object:
        if name not in _HOME_OF:
            raise AttributeError(_unknown(name), name=name)
        value = getattr(import_module(_HOME_OF[name]), name)
        import_module("taper._base.shown").bind(_METHODS, __getattr__)
        globals()[name] = value
        return value


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(_HOME_OF), n=3)
    hint = f"; near names are {', '.join(near)}" if near and not name.startswith("__") else ""
    return f"module 'taper' has no attribute {name!r}{hint}"


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
