"""FHIR written: a plan as requests, bundles and detected issues."""
