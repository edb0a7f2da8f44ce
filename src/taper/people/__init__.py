"""People: the patient and the figures of kidney function."""
