"""The main job in ten lines: a plan, its tablets, its dates, its review, its supply, and a calendar on disk."""

from datetime import date
from pathlib import Path

from taper import (
    Formulary,
    check,
    count_supply,
    load_plan,
    read_patient,
    realize,
    to_ical,
    to_schedule,
    to_table,
    weeks,
)

plan = load_plan(Path(__file__).with_name("baclofen.json"))
patient = read_patient('{"age": 45, "egfr": "95", "kidney_stable": true, "dialysis": false}')
made = realize(plan, Formulary.shipped().products("baclofen", market="us"))
schedule = to_schedule(made, start=date(2027, 3, 1), horizon=weeks(4))
review = check(schedule, patient)

print(to_table(schedule, review, count_supply(schedule)))
Path("baclofen.ics").write_text(to_ical(schedule), encoding="utf-8", newline="")
print("wrote baclofen.ics")
