"""A schedule as an iCalendar file: one recurring event for each step and time of day."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from taper._base.extras import need
from taper._base.progress import Progress
from taper._base.shown import show
from taper._base.stamps import in_utc
from taper._base.takes import takes
from taper.amounts.duration import Duration
from taper.errors import InvalidInput
from taper.formats.ical.clocks import read_clocks
from taper.formats.ical.entries import CalendarEntry, Diary, Style, calendar_uid, identity_of
from taper.formats.ical.published import Published, read_published
from taper.formats.ical.write import CalendarStyle, write_calendar
from taper.formats.ical.zone import dates_of_skips, find_zone, refuse_skipped
from taper.plans.regimen import Slot
from taper.schedules.schedule import End, Schedule, check_written, to_schedule
from taper.words.plain import describe_ending


class Unsaid(Enum):
    """What stands for an argument that was not given, where None has a meaning of its own."""

    ZONE = "zone"


class ZoneNeeded(InvalidInput):
    """A calendar with clock times says in which zone they are, or says that they float."""


@takes
def to_ical(
    schedule: Schedule,
    *,
    times: Mapping[str, str] | None = None,
    tz: str | Unsaid | None = Unsaid.ZONE,
    style: Style = "series",
    identity: str | None = None,
    private: bool = False,
    alarms: timedelta | None = None,
    stamp: datetime | None = None,
    sequence: int = 0,
    previous: Schedule | str | None = None,
    progress: Progress | None = None,  # noqa: ARG001 - the decorator tells it
) -> str:
    """A schedule as iCalendar text: timed events where clock times are known, all-day events elsewhere.

    The same arguments give the same bytes as long as the zone data is the same. Under one identity an event keeps its
    UID as long as its course, its step's doses and its time of day do, wherever the step moves; so a revised plan,
    published again, changes events and doubles none. Doses that wait for a review are TENTATIVE and say so first, and
    days that wait for a decision have an event that says so. Events are of class PRIVATE and do not block time.

    Args:
        schedule: The days to write; only what it shows is written.
        times: Clock times of named times of day, such as {"morning": "08:00"}. Without them events are all-day.
        tz: The zone of the clock times, such as "Europe/London", or None for floating times, which every device
            shows by its own clock wherever it is. Needed as soon as there are clock times.
        style: "series" writes one event for each step and time of day, "per-dose" one for each dose, and "banner"
            one all-day event for each step.
        identity: What this plan is called in the UIDs of its events; its start and its fingerprint if not given, so
            that two plans in one calendar share no event. A plan that will be published again needs a name of its
            own from the first time on, and so do two people with the same plan from the same day.
        private: Leave the names of drugs, and the plan's title, out of what a locked screen shows: the summaries and
            the name of the calendar. The descriptions keep them.
        alarms: How long before each dose a reader is asked to remind; none if not given. A reader may ignore it.
        stamp: When the calendar was made, for DTSTAMP; the first instant of the start date in UTC if not given.
        sequence: How often the calendar was revised; with `previous` it is above the one that was published.
        previous: What was published before under this identity, as the schedule or as the text that this function
            gave for it; the events that are gone come out as cancelled, but for those beyond a window that the plan
            still holds.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Raises:
        MissingExtra: If the package icalendar is not installed.
        ZoneNeeded: If there are clock times and `tz` says nothing of them.
        ZoneNotFound: If the zone does not exist; near names are listed.
        ClockSkipped: If a dose falls into an hour that the zone's clocks skip on its date.
        InvalidInput: If `times` leaves out a time of day or puts two in the wrong order, if a zone or alarms are
            given and there are no clock times, if the sequence is not above that of `previous`, if a calendar is
            revised without an identity, or `previous` has another one.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> text = to_ical(schedule, times={"morning": "08:00", "bedtime": "22:00"}, tz="Europe/London")
        >>> "DTSTART;TZID=Europe/London:20270301T080000" in text
        True
    """
    icalendar = need("icalendar", install="calendar", purpose="a calendar")
    check_written(schedule)
    earlier = [previous] if isinstance(previous, Schedule) else []
    clocks = _clocks([schedule, *earlier], style, times)
    zone = _zone(clocks, tz)
    _check_clocks(zone, schedule, clocks)
    named = _identity(schedule, identity, is_revised=previous is not None or sequence != 0)

    def write(held: Schedule) -> tuple[CalendarEntry, ...]:
        return Diary(held, clocks, identity=named, is_private=private).entries(style)

    live = write(schedule)
    published = read_published(icalendar, previous, identity=named) if isinstance(previous, str) else None
    for old in earlier:
        published = Published(write(old), sequence=0)
    kept = {entry.uid for entry in (*live, *write(_up_to(schedule, published)))} if published else set()
    manner = CalendarStyle(
        name="Medicines" if private else schedule.realized.plan.title or ", ".join(schedule.realized.drugs),
        said=" ".join(_said(schedule, clocks, zone, alarms, private=private)),
        zone=zone,
        stamp=_stamp(schedule, stamp),
        sequence=_sequence(sequence, published),
        alarms=_alarms(alarms, clocks),
        uid=calendar_uid(named),
    )
    return write_calendar(icalendar, (*live, *_gone(kept, published, private=private)), manner)


def _identity(schedule: Schedule, identity: str | None, *, is_revised: bool) -> str:
    if identity is None and is_revised:
        raise InvalidInput(
            "a calendar that is revised needs the identity of the one before, or its events could be those of another "
            'plan; write identity="a name", the same one each time'
        )
    return identity or identity_of(schedule)


def _up_to(schedule: Schedule, published: Published | None) -> Schedule:
    """The same plan as far as the published calendar went: what lies beyond the window is not gone."""
    last = None if published is None else published.last
    if last is None or last <= schedule.last or schedule.ends in {End.STOP, End.REVIEW}:
        return schedule
    return to_schedule(schedule.realized, start=schedule.start, horizon=Duration((last - schedule.start).days + 1))


def _clocks(schedules: list[Schedule], style: Style, times: Mapping[str, str] | None) -> dict[Slot, time]:
    if style != "banner":
        return read_clocks(schedules, times)
    if times:
        raise InvalidInput("a banner lasts whole days and has no clock times; leave times out, or choose a style")
    return {}


def _zone(clocks: Mapping[Slot, time], tz: str | Unsaid | None) -> ZoneInfo | None:
    zone = find_zone(tz) if isinstance(tz, str) else None
    if clocks and isinstance(tz, Unsaid):
        slot, clock = min(clocks.items())
        raise ZoneNeeded(
            f'{slot} is at {clock:%H:%M}, and nothing says where; pass a zone such as tz="Europe/London", or tz=None '
            "for floating times, which every device shows by its own clock"
        )
    if zone is not None and not clocks:
        raise InvalidInput(f"{zone.key} is given for clock times and there are none; give times, or leave tz out")
    return zone


def _check_clocks(zone: ZoneInfo | None, schedule: Schedule, clocks: Mapping[Slot, time]) -> None:
    """Refuse a dose in an hour that is skipped, before any entry is written."""
    if zone is None:
        return
    skips = dates_of_skips(zone, schedule.start, schedule.last)
    for day in (day for day in schedule.days if day.date in skips):
        for clock in sorted({clocks[intake.slot] for intake in day.intakes if intake.slot in clocks}):
            refuse_skipped(zone, day.date, clock)


def _gone(kept: set[str], published: Published | None, *, private: bool) -> tuple[CalendarEntry, ...]:
    found = published.entries if published else ()
    return tuple(entry.cancelled(is_private=private) for entry in found if entry.uid not in kept)


def _said(
    schedule: Schedule, clocks: Mapping[Slot, time], zone: ZoneInfo | None, alarms: timedelta | None, *, private: bool
) -> list[str]:
    lines = [] if private else describe_ending(schedule)
    if zone is not None:
        lines.append(f"Times are clock times in {zone.key}.")
    elif clocks:
        lines.append("Times are floating: every device shows them by its own clock, wherever it is.")
    if alarms is not None:
        lines.append("Reminders are asked for, not promised: not every calendar program rings.")
    return lines


def _stamp(schedule: Schedule, stamp: datetime | None) -> datetime:
    if stamp is None:
        return datetime.combine(schedule.start, time(), UTC)
    if stamp.tzinfo is None:
        raise InvalidInput(f"the stamp {stamp} has no zone; write datetime(2027, 3, 1, 8, tzinfo=UTC)")
    return in_utc(stamp).replace(microsecond=0)


def _sequence(sequence: int, published: Published | None) -> int:
    least = 0 if published is None else published.sequence + 1
    if isinstance(sequence, bool) or not isinstance(sequence, int) or sequence < least:
        beyond = " is not above that of the published calendar" if published else " is not a count"
        raise InvalidInput(f"sequence {show(sequence)}{beyond}; write sequence={least} or more")
    return sequence


def _alarms(alarms: timedelta | None, clocks: Mapping[Slot, time]) -> timedelta | None:
    if alarms is None:
        return None
    if not isinstance(alarms, timedelta) or not timedelta() <= alarms <= timedelta(days=1):
        raise InvalidInput(f"alarms {show(alarms)} is not a time before a dose; write timedelta(minutes=10)")
    if not clocks:
        raise InvalidInput("alarms come before a clock time and there are none; give times, or leave alarms out")
    return alarms
