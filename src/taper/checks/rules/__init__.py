"""Rules: one module a rule; each reads a case and returns answers."""
