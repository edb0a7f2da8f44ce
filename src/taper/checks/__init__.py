"""Checks: a realized plan and a person, read by rules into a review."""
