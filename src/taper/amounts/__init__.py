"""Amounts: doses, durations, volumes and concentrations."""
