"""What a type checker knows of the methods that are bound at the front door; mypy reads this file, and it fails there.

Each wrong call carries the error that it must get: strict mypy refuses an ignored error that does not come.
"""

from datetime import date
from typing import Any, assert_type

from taper import Log, RealizedPlan, Review, Schedule, Supply, weeks


def schedule_methods(schedule: Schedule, log: Log, review: Review, supply: Supply) -> None:
    assert_type(schedule.apply_log(log, horizon=weeks(4)), Schedule)
    assert_type(schedule.check(sources=["fda-2024"]), Review)
    assert_type(schedule.count_supply(packs=True), Supply)
    assert_type(schedule.to_csv(), str)
    assert_type(schedule.to_fhir(version="R5"), dict[str, Any])
    assert_type(schedule.to_html(review, supply, language="de"), str)
    assert_type(schedule.to_ical(tz="Europe/London", style="banner"), str)
    assert_type(schedule.to_markdown(review), str)
    assert_type(schedule.to_pdf(review, supply, paper="a4"), bytes)
    assert_type(schedule.to_records(), list[dict[str, Any]])
    assert_type(schedule.to_table(review, every_day=True), str)
    assert_type(schedule.to_xlsx(review, supply), bytes)
    for frame in (schedule.to_arrow, schedule.to_pandas, schedule.to_polars):
        frame(amounts="text", per="day")


def wrong_arguments(schedule: Schedule) -> None:
    schedule.to_table(each_day=True)  # type: ignore[call-arg]
    schedule.to_ical(style="yearly")  # type: ignore[arg-type]
    schedule.to_pandas(per="week")  # type: ignore[arg-type]
    schedule.count_supply(packs="yes")  # type: ignore[arg-type]
    schedule.apply_log()  # type: ignore[call-arg]


def realized_methods(realized: RealizedPlan) -> None:
    assert_type(realized.check(start=date(2027, 3, 1)), Review)
    assert_type(realized.to_schedule(start=date(2027, 3, 1)), Schedule)
    realized.to_schedule(start="2027-03-01")  # type: ignore[arg-type]
