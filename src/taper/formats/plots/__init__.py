"""A schedule as pictures: the staircase, the reductions, occupancy, supply and a calendar, as SVG or PNG."""
