"""Schedules: realized plans, dated days, rows, adherence and differences."""
