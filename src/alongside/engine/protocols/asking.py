"""Which askings of a course are due, and when: from its schedule, its dates and what was asked.

Days are days of the course's own zone and moments are wall times in it, so a change to summer
time moves no asking. Every occasion has a name of its own (``session:3``, ``day:2026-12-01``,
``after:3m``): the same facts give the same names, and who asks by name asks once.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from alongside.engine.errors import EngineError
from alongside.engine.protocols.shapes import MeasureRule

Word = Literal["as_planned", "every_days", "paused", "stopped"]
State = Literal["asked", "due", "next", "missed", "covered", "paused", "stopped"]
Kind = Literal["start", "session", "day", "phase", "end", "after"]

WORDS: tuple[Word, ...] = ("as_planned", "every_days", "paused", "stopped")
# What goes on for as long as the course runs; the rest belongs to one moment of it.
RUNNING: frozenset[Kind] = frozenset({"start", "session", "day", "phase"})


class NoInterval(EngineError):
    """A change to another interval says every how many days: 1 to 366."""

    def __init__(self, days: int | None) -> None:
        super().__init__(f"every {days} days: 1 to 366")
        self.days = days


@dataclass(frozen=True, slots=True)
class AskingTimes:
    """How the service asks: wall time, days before and after, reminders. From content.

    ``ask_at`` to ``ask_until`` are the hours of whoever named none of their own.
    ``reminders_after_days`` are days after the asking; there are as many reminders as days.
    ``not_reached_days`` is how soon somebody sees to who cannot be written to, ``failed_way_days``
    how long a way that failed is left alone. ``by_hand_ahead_days`` is how long before its time
    something may be asked by hand, ``says_of_session_days`` how long after a session a form still
    says something of it.
    """

    ask_at: time
    ask_until: time
    before_session_days: int
    session_open_days: int
    open_days: int
    follow_up_open_days: int
    reminders_after_days: tuple[int, ...]
    not_now_days: int
    seconds_a_question: int
    not_reached_days: int
    failed_way_days: int
    longest_pause_days: int
    look_back_days: int
    ask_first_days: int
    by_hand_ahead_days: int
    says_of_session_days: int
    source: str = ""

    def minutes(self, questions: int) -> int:
        """About how many minutes so many questions take, rounded up; 1 at least."""
        return max(1, -(-questions * self.seconds_a_question // 60))


@dataclass(frozen=True, slots=True)
class CourseDates:
    """What is known of a course. ``held`` are the moments of sessions 1, 2, 3 …, ``next_at`` the
    next booked one; ``phase_ends`` the moment each phase ended; ``asked_from`` when a first
    measure may be asked, None while nobody agreed to it."""

    asked_from: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    held: tuple[datetime, ...] = ()
    next_at: datetime | None = None
    phase_ends: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One asking that was made: of which instrument, by which name, when. ``key`` is its own."""

    instrument: str
    slot: str
    at: datetime
    key: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What one person's schedule has instead, from a day on; ``until`` ends a pause."""

    word: Word
    since: date
    days: int | None = None
    until: date | None = None
    instrument: str = ""  # empty: all measures of the course


@dataclass(frozen=True, slots=True)
class Occasion:
    """One time an instrument is asked.

    ``on`` is the day it belongs to; it is open from ``opens_at`` until ``closes_at`` (UTC).
    ``missed``: its time went by and nobody asked. ``covered``: the same questions were asked so
    shortly before that they are not asked again; ``since`` says when. ``asked_key`` is the key of
    the asking it became: by its name, or by hand while it was open.
    """

    instrument: str
    slot: str
    kind: Kind
    on: date
    opens_at: datetime
    closes_at: datetime
    state: State
    primary: bool = False
    since: date | None = None
    asked_key: str = ""


def due(
    rules: Sequence[MeasureRule],
    course: CourseDates,
    *,
    asked: Iterable[Asked] = (),
    changes: Iterable[Change] = (),
    least_days: Mapping[str, int] | None = None,
    times: AskingTimes,
    zone: tzinfo,
    at: datetime,
) -> tuple[Occasion, ...]:
    """The occasions of one person in one course up to the next of each kind, oldest first.

    Args:
        rules: those of the protocol that this person answers.
        asked: every asking of this person, oldest first, by hand too (with an empty name): that
            one stands for the first occasion that was open when it was made.
        changes: the live changes to this person's schedule; one for a single instrument comes
            before one for all.
        least_days: by instrument, the fewest days between two askings of it.
        zone: of the course; ``at``: aware.

    Raises:
        NoInterval: a change to another interval without one.
    """
    today = at.astimezone(zone).date()
    made = list(asked)
    changed = {change.instrument: change for change in changes}
    found: dict[tuple[str, str], Occasion] = {}
    for rule in rules:
        change = changed.get(rule.instrument, changed.get(""))
        for slot, kind, on in _slots(rule, course, change, today, zone):
            one = _occasion(rule, slot, kind, on, times, zone)
            if change is not None:
                one = _after_change(one, change, times, zone)
            found.setdefault((rule.instrument, slot), one)
    order = sorted(found.values(), key=lambda one: (one.opens_at, one.instrument, one.slot))
    return _with_states(order, course, made, least_days or {}, times, zone, at)


def joined(
    then: Iterable[Occasion], now: Iterable[Occasion], moved_on: date, asked_now: Collection[str]
) -> tuple[Occasion, ...]:
    """The occasions of a course that was moved to another version of its protocol.

    What lay before that day stands as the former version asked for it, and from then on as the
    new one does: nobody missed what was not asked of them yet, and what was missed stays so. An
    asking that waits goes on; what only the former version would still ask is asked no more.

    Args:
        then, now: by the rules of the former and of the new version. asked_now: the instruments
            that the new one names.
    """
    kept = [
        one
        for one in then
        if one.on < moved_on
        and (one.asked_key or one.state != "due" or one.instrument in asked_now)
    ]
    known = {(one.instrument, one.slot) for one in kept}
    later = [
        one
        for one in now
        if (one.instrument, one.slot) not in known and (one.on >= moved_on or one.asked_key)
    ]
    return tuple(sorted([*kept, *later], key=lambda one: (one.opens_at, one.instrument, one.slot)))


def reminder_due(
    asked_at: datetime,
    *,
    sent: int,
    times: AskingTimes,
    zone: tzinfo,
    at: datetime,
    quiet_until: datetime | None = None,
) -> int:
    """The number of the reminder to send now, from 1; 0 when none is.

    Args:
        asked_at: when the first message went into the outbox. sent: the number of the last
            reminder. quiet_until: until when the person asked not to be reminded.

    After a silence of the service only the newest of those that are late is sent.
    """
    if quiet_until is not None and at < quiet_until:
        return 0
    day = asked_at.astimezone(zone).date()
    late = [
        number
        for number, days in enumerate(times.reminders_after_days, 1)
        if number > sent and at_wall(day + timedelta(days=days), times.ask_at, zone) <= at
    ]
    return late[-1] if late else 0


def at_wall(day: date, wall: time, zone: tzinfo) -> datetime:
    """A wall time of a day, in UTC. One that the clocks leap over is the same time after it."""
    return datetime.combine(day, wall, zone).astimezone(UTC)


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last of its month where there is none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# -- the parts ----------------------------------------------------------------------------------


def _slots(
    rule: MeasureRule, course: CourseDates, change: Change | None, today: date, zone: tzinfo
) -> list[tuple[str, Kind, date]]:
    """The name, kind and day of each occasion that is known by now, and the next."""
    found: list[tuple[str, Kind, date]] = []
    began = None if course.started_at is None else course.started_at.astimezone(zone).date()
    ended = None if course.ended_at is None else course.ended_at.astimezone(zone).date()
    own = change if change is not None and change.word == "every_days" else None
    if "intake" in rule.when and course.asked_from is not None:
        found.append(("start", "start", course.asked_from.astimezone(zone).date()))
    if began is not None:
        sessions = _sessions(rule, course, zone)
        if own is not None:
            sessions = [each for each in sessions if each[2] < own.since]
        found += sessions
        found += [
            (f"phase:{phase}", "phase", moment.astimezone(zone).date())
            for phase, moment in course.phase_ends
            if "phase_end" in rule.when
        ]
        last = ended or today
        if "every_days" in rule.when and rule.days is not None:
            until = own.since if own is not None else None
            found += [
                (f"day:{day}", "day", day)
                for day in _days(began, rule.days, last, is_over=ended is not None)
                if until is None or day < until
            ]
        if own is not None and _is_running(rule):
            if own.days is None or not 1 <= own.days <= 366:
                raise NoInterval(own.days)
            first = max(own.since, began)
            days = [first, *_days(first, own.days, last, is_over=ended is not None)]
            found += [(f"day:{day}", "day", day) for day in days if ended is None or day <= ended]
    if began is not None and ended is not None:
        if "end" in rule.when:
            found.append(("end", "end", ended))
        if "followup" in rule.when:
            found += [
                (f"after:{days}d", "after", ended + timedelta(days=days))
                for days in rule.followup_days
            ]
            found += [
                (f"after:{months}m", "after", months_later(ended, months))
                for months in rule.followup_months
            ]
    return found


def _is_running(rule: MeasureRule) -> bool:
    return bool({"each", "every_n", "every_days", "sessions"} & set(rule.when))


def _sessions(rule: MeasureRule, course: CourseDates, zone: tzinfo) -> list[tuple[str, Kind, date]]:
    moments = list(course.held)
    if course.next_at is not None and course.ended_at is None:
        moments.append(course.next_at)
    return [
        (f"session:{number}", "session", moment.astimezone(zone).date())
        for number, moment in enumerate(moments, 1)
        if "each" in rule.when
        or ("every_n" in rule.when and rule.every and number % rule.every == 0)
        or ("sessions" in rule.when and number in rule.sessions)
    ]


def _days(first: date, every: int, last: date, *, is_over: bool) -> list[date]:
    """Every so many days after the first day: up to the last one, and one more while it goes on."""
    number = max(0, (last - first).days // every)
    days = [first + timedelta(days=every * n) for n in range(1, number + 1)]
    return days if is_over else [*days, first + timedelta(days=every * (number + 1))]


def _occasion(
    rule: MeasureRule, slot: str, kind: Kind, on: date, times: AskingTimes, zone: tzinfo
) -> Occasion:
    before = times.before_session_days if kind == "session" else 0
    open_days = {"session": times.session_open_days, "after": times.follow_up_open_days}
    return Occasion(
        instrument=rule.instrument,
        slot=slot,
        kind=kind,
        on=on,
        opens_at=at_wall(on - timedelta(days=before), times.ask_at, zone),
        closes_at=at_wall(
            on + timedelta(days=open_days.get(kind, times.open_days)), times.ask_at, zone
        ),
        state="next",
        primary=rule.primary,
    )


def _after_change(one: Occasion, change: Change, times: AskingTimes, zone: tzinfo) -> Occasion:
    """Stopped or paused, where its time reaches into the change; after a pause the rest of it."""
    opens, closes = one.opens_at.astimezone(zone).date(), one.closes_at.astimezone(zone).date()
    if closes <= change.since or change.word not in ("stopped", "paused"):
        return one
    if change.word == "stopped":
        return replace(one, state="stopped", since=change.since)
    if change.until is not None and opens > change.until:
        return one
    if change.until is not None and one.on > change.until:
        return replace(one, opens_at=at_wall(change.until + timedelta(days=1), times.ask_at, zone))
    return replace(one, state="paused", since=change.since)


def _with_states(
    order: Sequence[Occasion],
    course: CourseDates,
    made: Sequence[Asked],
    least_days: Mapping[str, int],
    times: AskingTimes,
    zone: tzinfo,
    at: datetime,
) -> tuple[Occasion, ...]:
    by_name = {(each.instrument, each.slot): each for each in made if each.slot}
    days: dict[str, list[date]] = {}
    for each in made:
        days.setdefault(each.instrument, []).append(each.at.astimezone(zone).date())
    by_hand = [each for each in made if not each.slot]
    found: list[Occasion] = []
    for occasion in order:
        named = by_name.get((occasion.instrument, occasion.slot))
        if named is None and (named := _asked_by_hand(occasion, by_hand)) is not None:
            by_hand.remove(named)
        if named is not None:
            found.append(replace(occasion, state="asked", asked_key=named.key))
            continue
        if occasion.state in ("paused", "stopped"):
            found.append(occasion)
            continue
        one = _not_too_soon(occasion, days.get(occasion.instrument, []), least_days, times, zone)
        if one.state != "covered":
            one = replace(one, state=_state(one, course, at))
        if one.state in ("due", "next"):  # the next of the same questions keep their distance
            asks_on = max(one.opens_at, at).astimezone(zone).date()
            days.setdefault(one.instrument, []).append(asks_on)
        found.append(one)
    return tuple(found)


def _asked_by_hand(one: Occasion, by_hand: Sequence[Asked]) -> Asked | None:
    return next(
        (
            each
            for each in by_hand
            if each.instrument == one.instrument and one.opens_at <= each.at < one.closes_at
        ),
        None,
    )


def _state(one: Occasion, course: CourseDates, at: datetime) -> State:
    if one.closes_at <= at:
        return "missed"
    if one.kind in RUNNING and course.ended_at is not None and course.ended_at <= at:
        return "missed"
    return "due" if one.opens_at <= at else "next"


def _not_too_soon(
    one: Occasion,
    asked_on: Sequence[date],
    least_days: Mapping[str, int],
    times: AskingTimes,
    zone: tzinfo,
) -> Occasion:
    """Later within its time, or covered, where the same was asked too shortly before."""
    least = least_days.get(one.instrument, 0)
    opens, closes = one.opens_at.astimezone(zone).date(), one.closes_at.astimezone(zone).date()
    before = [day for day in asked_on if day < closes]
    if one.kind == "start":  # one first set of answers is enough, whoever asked for it
        recent = [day for day in before if (opens - day).days <= times.open_days]
        return replace(one, state="covered", since=max(recent)) if recent else one
    if not least or not before:
        return one
    last = max(before)
    earliest = last + timedelta(days=least)
    if earliest <= opens:
        return one
    moved = at_wall(earliest, times.ask_at, zone)
    is_too_late = one.kind in ("session", "day") and earliest > one.on
    if moved >= one.closes_at or is_too_late:
        return replace(one, state="covered", since=last)
    return replace(one, opens_at=moved)


# -- how complete ------------------------------------------------------------------------------

Outcome = Literal["answered", "late", "declined", "expired", "waiting", "not_asked"]
OUTCOMES: tuple[Outcome, ...] = (
    "answered", "late", "declined", "expired", "waiting", "not_asked",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many times questions were due by a day, and what became of each.

    ``answered`` in time, ``late`` answered after the day, ``declined``, ``expired`` unanswered,
    ``waiting`` past its day and still open, ``not_asked``: due, and nobody asked. ``left_out``
    are those paused, stopped or covered on purpose: they are told and in no share.
    """

    answered: int = 0
    late: int = 0
    declined: int = 0
    expired: int = 0
    waiting: int = 0
    not_asked: int = 0
    left_out: int = 0

    @property
    def due(self) -> int:
        """Every time that was due: the denominator."""
        return sum(getattr(self, each) for each in OUTCOMES)

    @property
    def asked(self) -> int:
        """Of those, how many were asked at all."""
        return self.due - self.not_asked

    @property
    def have(self) -> int:
        """Of those, how many have an answer, late ones too."""
        return self.answered + self.late

    @property
    def share(self) -> float | None:
        """Answers of all that was due, 0 to 1; None when nothing was."""
        return self.have / self.due if self.due else None

    def __add__(self, other: Completeness) -> Completeness:
        return Completeness(
            *(getattr(self, name) + getattr(other, name) for name in (*OUTCOMES, "left_out"))
        )


def outcome_of(
    *,
    due_on: date,
    answered_on: date | None,
    is_declined: bool,
    is_over: bool,
    today: date,
) -> Outcome | None:
    """What became of one asking; None while its day has not passed and nothing is said.

    Args:
        due_on: its day. answered_on: the day of the answer. is_over: it can be answered no more.
    """
    if answered_on is not None:
        return "late" if answered_on > due_on else "answered"
    if is_declined:
        return "declined"
    if is_over:
        return "expired"
    return "waiting" if due_on < today else None


def completeness(outcomes: Iterable[Outcome | None], *, left_out: int = 0) -> Completeness:
    """Count outcomes; None is not due yet and counts nowhere."""
    counts: dict[str, int] = dict.fromkeys(OUTCOMES, 0)
    for outcome in outcomes:
        if outcome is not None:
            counts[outcome] += 1
    return Completeness(**counts, left_out=left_out)
