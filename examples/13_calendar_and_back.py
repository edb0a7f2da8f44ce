# %% [markdown]
# # To a calendar and back, across the clock change
#
# When you have worked through this, you can write a plan as a calendar with clock times, read it back without the
# library and compare it dose by dose, say what happens on the night when the clocks change, and publish a changed plan
# without doubling anything.
#
# The plan is the off-label baclofen example: three steps, of 5, 10 and 15 mg a day. It starts six days before the
# clocks go forward in London, on 28 March 2027.

# %%
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import icalendar
from dateutil.rrule import rrulestr
from matplotlib import pyplot as plt
from matplotlib.dates import num2date

from taper import Formulary, InvalidInput, Log, apply_log, load_protocol, realize, to_ical, to_schedule, weeks
from taper.plans.log import Hold

plan = load_protocol("baclofen-raynaud-example").plan()
made = realize(plan, Formulary.shipped().products("baclofen", market="us"))
schedule = to_schedule(made, start=date(2027, 3, 22), horizon=weeks(3))
CLOCKS = {"morning": "08:00", "noon": "13:00", "evening": "20:00"}
LONDON = "Europe/London"

# %% [markdown]
# ## Which clock?
#
# A clock time without a zone means another moment on every device, so the library asks. `tz=None` is an answer too:
# floating times, shown by each device's own clock.

# %%
try:
    to_ical(schedule, times=CLOCKS)
except InvalidInput as refusal:
    print(refusal)
text = to_ical(schedule, times=CLOCKS, tz=LONDON, identity="baclofen in spring")
print(text.count("BEGIN:VEVENT"), "recurring events for", sum(len(day.intakes) for day in schedule.days), "doses")
first = text[text.index("BEGIN:VEVENT") :].splitlines()
print("\n".join(line for line in first[:8] if not line.startswith("DTSTAMP")))
assert text.count("BEGIN:VEVENT") == 6

# %% [markdown]
# ## And back
#
# A calendar can be read by any program. Here the package `icalendar` reads the text, and `dateutil` unrolls the rules.
# Every dose of the schedule must come back on its date and at its time, and none besides.


# %%
def doses_in(calendar: str) -> list[tuple[datetime, str]]:
    """Each dose of a calendar, as a wall-clock time and what is taken."""
    found = []
    for event in icalendar.Calendar.from_ical(calendar).walk("VEVENT"):
        start = event["DTSTART"].dt.replace(tzinfo=None)
        if event.get("STATUS") == "CANCELLED":
            continue
        rule = event["RRULE"].to_ical().decode() if "RRULE" in event else "FREQ=DAILY;COUNT=1"
        found += [(at, str(event["SUMMARY"])) for at in rrulestr(rule, dtstart=start)]
    return sorted(found)


def doses_of(plan_on_dates) -> list[tuple[datetime, str]]:
    """Each dose of a schedule, in the same form."""
    labels = {product.id: product.label for product in plan_on_dates.products}
    found = []
    for day in plan_on_dates.days:
        for item in day.intakes:
            at = datetime.fromisoformat(f"{day.date} {CLOCKS[item.slot.name]}")
            units = " + ".join(f"{one.count} x {labels[one.product]}" for one in item.portions)
            found.append((at, f"{item.drug} {item.dose} {item.slot}: {units}"))
    return sorted(found)


back = doses_in(text)
print(len(back), "doses read back; the first:", back[0][0], back[0][1])
assert back == doses_of(schedule)

# %% [markdown]
# ## The night of the change
#
# The wall clock says 20:00 on every evening. The time between two evenings is 23 hours once, so in UTC the dose moves
# by an hour. A plan that counted in steps of 24 hours would move on the wall clock instead.

# %%
evenings = [at.replace(tzinfo=ZoneInfo(LONDON)) for at, what in back if "evening" in what]
UTC = ZoneInfo("UTC")


def hours_between(times: list[datetime]) -> list[int]:
    """The true hours from each time to the next, whatever the wall clock says."""
    return [(b.astimezone(UTC) - a.astimezone(UTC)) // timedelta(hours=1) for a, b in pairwise(times)]


between = hours_between(evenings)
print("hours between evenings:", {hours: between.count(hours) for hours in sorted(set(between))})
assert sorted(set(between)) == [23, 24]
assert {at.hour for at in evenings} == {20}

# %%
_, axis = plt.subplots(figsize=(9, 4.8))
dates = [at.date() for at in evenings]
steady = [evenings[0].astimezone(UTC) + timedelta(days=number) for number in range(len(evenings))]
axis.plot(dates, [at.hour for at in evenings], "o-", color="#0072B2", label="the calendar, on the wall clock in London")
axis.plot(dates, [at.astimezone(UTC).hour for at in evenings], "s--", color="#D55E00", label="the calendar, in UTC")
wrong = [at.astimezone(ZoneInfo(LONDON)).hour for at in steady]
axis.plot(dates, wrong, "^:", color="#009E73", label="counted in steps of 24 hours, on the wall clock")
axis.axvline(date(2027, 3, 28), color="black", lw=1)
axis.text(date(2027, 3, 28), 21.6, " clocks go forward", va="center")
axis.set(ylim=(18, 22), xlabel="date (2027)", ylabel="hour of the evening dose (o'clock)", yticks=range(18, 23))
axis.set_title("The evening dose stays at 20:00 on the wall clock; in UTC it moves", loc="left")
axis.xaxis.set_major_formatter(lambda value, _: f"{num2date(value).day} {num2date(value):%b}")
axis.legend(loc="lower right", frameon=False)
plt.tight_layout()
plt.show()

# %% [markdown]
# ## An hour that does not exist
#
# On 28 March there is no 01:30 in London. A dose at that time is refused by name; it is not moved silently.

# %%
try:
    to_ical(schedule, times=CLOCKS | {"morning": "01:30"}, tz=LONDON)
except InvalidInput as refusal:
    print(refusal)
floating = to_ical(schedule, times=CLOCKS | {"morning": "01:30"}, tz=None)
assert "TZID" not in floating

# %% [markdown]
# ## Publishing a change
#
# A hold keeps the second step for one week more. The calendar is published again under the same `identity`, with the
# earlier text as `previous`. Events with the same doses keep their identity, so a calendar program moves them. Events
# that no longer apply are sent as cancelled.

# %%
log = Log.of(plan, schedule.start, [Hold(day=date(2027, 3, 27), lasting=weeks(1))])
held = apply_log(schedule, log)
again = to_ical(held, times=CLOCKS, tz=LONDON, identity="baclofen in spring", previous=text, sequence=1)


def identities(calendar: str) -> set[str]:
    """The UIDs of the events that are not cancelled."""
    events = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    return {str(event["UID"]) for event in events if event.get("STATUS") != "CANCELLED"}


kept = identities(text) & identities(again)
print(f"{len(kept)} events kept, {len(identities(again) - kept)} new, {again.count('STATUS:CANCELLED')} cancelled")
assert doses_in(again) == doses_of(held)
assert kept

# %% [markdown]
# ## Exercises
#
# 1. The clocks go back on 31 October 2027. How many hours lie between the two evenings around it?
# 2. A screen that others see should not name the drug. Which argument keeps it out of the titles?

# %%
# Answer 1: 25, and the wall clock still says 20:00.
autumn = to_schedule(made, start=date(2027, 10, 28), horizon=weeks(1))
read = doses_in(to_ical(autumn, times=CLOCKS, tz=LONDON))
hours = hours_between([at.replace(tzinfo=ZoneInfo(LONDON)) for at, what in read if "evening" in what])
print("hours between evenings:", hours)
assert max(hours) == 25
# Answer 2: private=True. The descriptions keep the name.
shown = {what for _, what in doses_in(to_ical(schedule, times=CLOCKS, tz=LONDON, private=True))}
print("titles:", sorted(shown))
assert not any("baclofen" in what for what in shown)
