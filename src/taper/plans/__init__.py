"""Plans: regimens, steps and courses; the request a plan answers; the log of what happened."""
