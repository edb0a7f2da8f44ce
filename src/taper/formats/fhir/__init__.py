"""A plan as FHIR medication requests, R4 and R5, and such requests read back as a plan."""
