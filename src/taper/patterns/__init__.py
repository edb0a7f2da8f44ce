"""Plans from a request: tapers, titrations, cross-tapers, explicit steps; and the solver behind them."""

from taper.patterns.anew import plan_anew
from taper.patterns.order import Order, evenly, in_order, keep_last
from taper.patterns.problem import NoPlan
from taper.patterns.report import TaperReport
from taper.patterns.taper import Taper, TooFast, plan_taper
from taper.patterns.weights import STANDARD, Weights

__all__ = [
    "STANDARD",
    "NoPlan",
    "Order",
    "Taper",
    "TaperReport",
    "TooFast",
    "Weights",
    "evenly",
    "in_order",
    "keep_last",
    "plan_anew",
    "plan_taper",
]
