"""FHIR read: requests as a plan, with every element accounted for."""
