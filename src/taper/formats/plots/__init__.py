"""A schedule as pictures: the staircase, the falls, occupancy, supply and a calendar, as SVG or PNG."""
