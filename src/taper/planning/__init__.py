"""Plans from a request: tapers, titrations, cross-tapers, explicit steps; and the solver behind them."""

from taper.planning.cross_stages import Stage, round_dose
from taper.planning.cross_taper import CrossTaper, plan_cross_taper, replan_cross_taper
from taper.planning.daily_taper import plan_daily_taper
from taper.planning.explicit_steps import Steps, StepsReport, every_other_day, on_weekdays, plan_steps
from taper.planning.replan import replan
from taper.planning.report import TaperReport
from taper.planning.solver.problem import NoPlan
from taper.planning.taper import Taper, TooFast, plan_taper
from taper.planning.titration import NoTitration, choose_titration, plan_titration
from taper.plans.order import Order, evenly, in_order, keep_last
from taper.plans.weights import STANDARD, Weights

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
    "plan_cross_taper",
    "plan_daily_taper",
    "plan_steps",
    "plan_taper",
    "plan_titration",
    "replan",
    "replan_cross_taper",
    "round_dose",
]
