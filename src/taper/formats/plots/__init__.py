"""A schedule as pictures: the staircase, the falls, occupancy, supply and a calendar, as SVG or PNG."""

from taper.formats.plots.calendar import plot_calendar as plot_calendar
from taper.formats.plots.doses import plot_doses as plot_doses
from taper.formats.plots.falls import plot_falls as plot_falls
from taper.formats.plots.occupancy import plot_occupancy as plot_occupancy
from taper.formats.plots.overlays import Curve as Curve
from taper.formats.plots.overlays import LimitLine as LimitLine
from taper.formats.plots.overlays import ideal_curve as ideal_curve
from taper.formats.plots.picture import Picture as Picture
from taper.formats.plots.supply import plot_supply as plot_supply
