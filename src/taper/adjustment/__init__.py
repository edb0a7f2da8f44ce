"""Adjustment: a plan that follows what happened."""
