"""Products: what is dispensed, and the recipes that make a dose of it."""
