"""Draw the picture of README.md: one request, and what halving a 2 mg tablet changes.

Run: python examples/picture.py (it writes docs/images/diazepam.svg).
"""

import sys
from datetime import date
from pathlib import Path

from taper import Formulary, Picture, plan_taper, plot_doses, realize, to_schedule

FILE = Path(__file__).parent.parent / "docs" / "images" / "diazepam.svg"


def draw() -> Picture:
    held = {product.id: product for product in Formulary.shipped().products("diazepam", market="uk")}
    two, five, ten = (held[f"diazepam-uk-tablet-{strength}mg"] for strength in (2, 5, 10))
    schedules = {}
    for name, products in {"2 mg tablet whole": [two, five, ten], "halved": [two.divided(2), five, ten]}.items():
        made = plan_taper(
            drug="diazepam",
            before={"morning": "10 mg", "bedtime": "10 mg"},
            order="evenly",
            pace="10% of current, at least 1 mg, up to 12.5%, every 2 weeks",
            products=products,
        )
        schedules[name] = to_schedule(realize(made.plan, products), start=date(2027, 3, 1))
    return plot_doses(schedules)


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(draw().to_svg(), encoding="utf-8")
    sys.stdout.write(f"wrote {FILE}\n")
