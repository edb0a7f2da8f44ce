"""Rules in words: what each is about, for a reader; its name is the code of it."""

TITLES = {
    "abrupt-stop": "stopping",
    "age": "age",
    "ceiling": "daily maximum",
    "combined-equivalent": "combined dose",
    "concentration-change": "change of concentration",
    "contraindication": "contraindication",
    "cycle-cut": "unfinished cycle",
    "dilution": "dilution",
    "duration": "length of use",
    "equivalent-rise": "rise in equivalents",
    "first-change": "first reduction",
    "formulation-swap": "change of product",
    "gap": "restart after a break",
    "intake-ceiling": "single dose",
    "interaction": "interaction",
    "kidney": "kidney function",
    "liver": "liver function",
    "pace": "speed of reduction",
    "pregnancy": "pregnancy and breastfeeding",
    "score": "divided tablets",
    "substitution": "replacement",
    "swing": "days without a dose",
    "titration-speed": "speed of increase",
    "weekly-ceiling": "weekly maximum",
}
"""What each rule is about."""


def title_of(rule: str) -> str:
    """What a rule is about, in words; the name itself of one that is not of this library."""
    return TITLES.get(rule, rule)
