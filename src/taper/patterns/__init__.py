"""Plans from a request: tapers, titrations, cross-tapers, explicit steps; and the solver behind them."""

from taper.patterns.anew import plan_anew
from taper.patterns.cross import CrossTaper, plan_cross_anew, plan_cross_taper
from taper.patterns.micro import plan_micro_taper
from taper.patterns.order import Order, evenly, in_order, keep_last
from taper.patterns.problem import NoPlan
from taper.patterns.report import TaperReport
from taper.patterns.stages import Stage, round_dose
from taper.patterns.steps import Steps, StepsReport, every_other_day, on_weekdays, plan_steps
from taper.patterns.taper import Taper, TooFast, plan_taper
from taper.patterns.titration import NoTitration, choose_titration, plan_titration
from taper.patterns.weights import STANDARD, Weights

__all__ = [
    "STANDARD",
    "CrossTaper",
    "NoPlan",
    "NoTitration",
    "Order",
    "Stage",
    "Steps",
    "StepsReport",
    "Taper",
    "TaperReport",
    "TooFast",
    "Weights",
    "choose_titration",
    "evenly",
    "every_other_day",
    "in_order",
    "keep_last",
    "on_weekdays",
    "plan_anew",
    "plan_cross_anew",
    "plan_cross_taper",
    "plan_micro_taper",
    "plan_steps",
    "plan_taper",
    "plan_titration",
    "round_dose",
]
