"""The one sentence that every format says of itself."""

NOTICE = "A count and its sources, not advice. A prescriber or pharmacist decides."
"""What every output says last; the phrases of each language say the same."""
