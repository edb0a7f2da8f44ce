"""The solver: the gentlest sequence of regimens that products make, and the proof of it."""
