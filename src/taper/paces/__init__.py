"""Paces: what is asked, the rulers it is measured on, and the changes that result."""
