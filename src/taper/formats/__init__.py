"""The ways out and in: one module a format."""
