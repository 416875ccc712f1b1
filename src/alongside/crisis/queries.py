"""Alerts and checks, each with its reader; and who is on call, which is for anyone to know."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from alongside.access.models import Account
from alongside.catalogue import current as content
from alongside.crisis import rules, telling
from alongside.crisis.models import Alert, AlertEvent, Contact, SafetyCheck, Shift
from alongside.directory.models import Service
from alongside.notify import channels
from alongside.notify.models import Attempt, Message
from alongside.records import prepared
from alongside.records.among import Ids
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

LIFE_CRITICAL = tuple(sorted(rules.LIFE_CRITICAL))
HOURS = "the hours on call are for anyone"


# -- alerts ---------------------------------------------------------------------------------------


def alerts(*, seen_by: Reader) -> Any:
    """Every alert this reader may read, with what it is about."""
    return Alert.objects.visible_to(seen_by).select_related(
        "concern", "circle__focus", "about", "service", "acknowledged_by", "closed_by"
    )


def open_alerts(*, seen_by: Reader) -> Any:
    """Open ones, oldest first. One query for the whole list page."""
    return alerts(seen_by=seen_by).open().order_by("raised_at")


def board(*, seen_by: Reader) -> list[Alert]:
    """The open alerts of A, B and C: those nobody has first, the most urgent and oldest first."""
    found = open_alerts(seen_by=seen_by).filter(level__in=LIFE_CRITICAL)
    return sorted(
        found,
        key=lambda alert: (alert.acknowledged_at is not None, alert.level, alert.raised_at),
    )


def by_source(alerts_shown: list[Alert]) -> list[list[Alert]]:
    """The same alerts, those that nobody has and that come from one source together (M14).

    A source is the person an alert is about, else the number or address that was left, else the
    public door of a service. Each alert is in one group, in the order it had; few of one source
    stay alone.
    """
    sources: dict[tuple[str, object], list[Alert]] = {}
    for alert in alerts_shown:
        if alert.acknowledged_at is None:
            sources.setdefault(_source(alert), []).append(alert)
    least = content().danger.waits.together_from
    groups: list[list[Alert]] = []
    for alert in alerts_shown:
        same = sources.get(_source(alert), []) if alert.acknowledged_at is None else []
        if len(same) < least:
            groups.append([alert])
        elif same[0] is alert:
            groups.append(same)
    return groups


def _source(alert: Alert) -> tuple[str, object]:
    if alert.about_id is not None:
        return "person", alert.about_id
    if alert.circle_id is not None:
        return "circle", alert.circle_id
    if alert.concern is not None and alert.concern.contact_hash:
        return "contact", alert.concern.contact_hash
    return ("door", alert.service_id) if alert.concern is not None else ("place", alert.place)


def on_the_list(*, seen_by: Reader) -> Any:
    """The open alerts of D to G, which are tasks."""
    return open_alerts(seen_by=seen_by).exclude(level__in=LIFE_CRITICAL).order_by("level")


def to_confirm(*, seen_by: Reader) -> Any:
    """Closed alerts of A and B that a second person must still look at; not the reader's own."""
    levels = [code for code, level in content().danger.levels.items() if level.second_person_within]
    return (
        alerts(seen_by=seen_by)
        .filter(closed_at__isnull=False, close_confirmed_at=None, level__in=levels)
        .exclude(closed_by=seen_by.account_id)
        .order_by("closed_at")
    )


def last_closed(*, seen_by: Reader) -> Alert | None:
    """The alert that was closed last."""
    rows = alerts(seen_by=seen_by).filter(closed_at__isnull=False)
    found: Alert | None = rows.order_by("-closed_at").first()
    return found


def standing_still(*, at: datetime, seen_by: Reader) -> int:
    """How many open alerts nobody has whose next step was due by then, and was not taken."""
    open_ones = Alert.objects.visible_to(seen_by).open().life_critical()
    return int(open_ones.filter(acknowledged_at=None, next_step_at__lte=at).count())


def nobody_has(*, seen_by: Reader) -> int:
    """How many open alerts of A, B and C nobody has: for the rail."""

    def rows() -> Any:
        open_ones = Alert.objects.visible_to(seen_by).open().life_critical()
        return open_ones.filter(acknowledged_at=None).order_by().values_list("pk", flat=True)

    return len(prepared.rows("crisis.nobody_has", rows, seen_by=seen_by))


def of_circle(circle: UUID, *, seen_by: Reader) -> list[Alert]:
    """Open alerts of one circle, the most urgent first: gate G1 asks this."""

    def rows(circle: UUID) -> Any:
        return open_alerts(seen_by=seen_by).filter(circle=circle).order_by("level", "raised_at")

    return prepared.rows("crisis.of_circle", rows, seen_by=seen_by, circle=circle)


def open_in(circles: Ids, *, seen_by: Reader) -> Counter[UUID]:
    """How many open alerts there are in each of some circles."""

    def rows(circles: Ids) -> Any:
        found = open_alerts(seen_by=seen_by).filter(circle__among=circles)
        return found.order_by().values_list("circle_id", flat=True)

    return Counter(prepared.rows("crisis.open_in", rows, seen_by=seen_by, circles=circles))


def safety_checks(*, seen_by: Reader) -> ScopedQuerySet:
    return SafetyCheck.objects.visible_to(seen_by).order_by("-checked_at")


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of an alert's time line."""

    at: datetime
    kind: str
    step: int
    who: str
    note: str
    way: str = ""  # by which way a message went


def time_line(alert: Alert, *, seen_by: Reader) -> list[Moment]:
    """Everything that happened to an alert, oldest first: steps, tries to send, contacts, ends."""
    told: dict[UUID, str] = {}
    moments = []
    for event in (
        AlertEvent.objects.visible_to(seen_by)
        .filter(alert=alert)
        .select_related("account")
        .order_by("at", "step")
    ):
        who = _name(event.account)
        if event.account_id:
            told[event.account_id] = who
        moments.append(Moment(event.at, event.kind, event.step, who, event.note))
    if not moments:
        return []  # whoever may not read the events does not read the tries either
    for each in (
        Attempt.objects.unscoped("the tries of an alert this reader may read")
        .filter(message__about=f"alert:{alert.pk}")
        .select_related("message__account")
    ):
        who = _name(each.message.account)
        moments.append(
            Moment(each.at, f"message_{each.outcome}", 0, who, each.detail, each.message.channel)
        )
    return sorted(moments, key=lambda moment: moment.at)


def contacts(alert: Alert, *, seen_by: Reader) -> ScopedQuerySet:
    """Every try to reach somebody about an alert, oldest first."""
    return (
        Contact.objects.visible_to(seen_by)
        .filter(alert=alert)
        .select_related("account")
        .order_by("at")
    )


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step of an alert, for a page: when, who, and whether it was taken, is next, or comes."""

    number: int
    at: datetime
    who: tuple[str, ...]
    words: tuple[str, ...]
    state: str  # done, now, or nothing


def steps(alert: Alert, *, told: list[AlertEvent] | None = None, more: int = 3) -> list[StepShown]:
    """The steps of an alert: those taken with the names told, the next one, and some that follow.

    Args:
        told: its events of kind *told*, when they are at hand.
        more: how many steps to come are shown.
    """
    level = content().danger.levels[alert.level]
    if not level.is_life_critical:
        return []
    names: dict[int, list[str]] = {}
    times: dict[int, datetime] = {}
    for event in told or []:
        names.setdefault(event.step, []).append(_name(event.account))
        times.setdefault(event.step, event.at)
    shown = [
        StepShown(number, times[number], tuple(names[number]), (), "done")
        for number in sorted(names)
    ][-3:]
    due, number = alert.next_step_at, alert.step + 1
    for _ in range(more if due is not None else 0):
        assert due is not None  # noqa: S101  # the loop does not run without it
        step = rules.step(level, number)
        shown.append(StepShown(number, due, (), step.tell, ""))
        following = rules.next_step_at(level, number, due)
        if following is None:
            break
        due, number = following, number + 1
    return shown


def told(alerts_shown: list[Alert], *, seen_by: Reader) -> dict[UUID, list[AlertEvent]]:
    """Who was told about each of these alerts: one query for a whole page."""
    found: dict[UUID, list[AlertEvent]] = {}
    rows = AlertEvent.objects.visible_to(seen_by).filter(alert__in=alerts_shown, kind="told")
    for event in rows.select_related("account").order_by("at"):
        found.setdefault(event.alert_id, []).append(event)
    return found


def failing(alerts_shown: list[Alert]) -> int:
    """How many messages about these alerts were tried in vain, and are tried again.

    Args:
        alerts_shown: as the reader may read them; who may know of an alert may know this.
    """
    rows = Message.objects.unscoped("the messages of alerts this reader may read")
    waiting = rows.filter(sent_at=None, withheld_at=None, given_up_at=None, attempts__gt=0)
    return waiting.filter(about__in=[f"alert:{alert.pk}" for alert in alerts_shown]).count()


@dataclass(frozen=True, slots=True)
class Sent:
    """The newest message about an alert to one person by one way, and how far it got."""

    who: str  # nothing: the outside fallback
    way: str  # email, sms, voice, push
    state: str  # sent, waits, failing, withheld
    at: datetime
    tries: int


def sent(alert: Alert, *, seen_by: Reader) -> list[Sent]:
    """By which ways each was told of an alert, and whether it went out; by person, then way."""
    if not AlertEvent.objects.visible_to(seen_by).filter(alert=alert).exists():
        return []  # whoever may not read the events does not read who was told
    rows = Message.objects.unscoped("the messages of an alert this reader may read")
    newest: dict[tuple[str, str], Sent] = {}
    for row in (
        rows.filter(about=f"alert:{alert.pk}")
        .select_related("account")
        .order_by("created_at", "key")
    ):
        state = "withheld" if row.withheld_at else "failing" if row.attempts else "waits"
        who = _name(row.account)
        newest[who, row.channel] = Sent(
            who,
            row.channel,
            "sent" if row.sent_at else state,
            row.sent_at or row.withheld_at or row.created_at,
            row.attempts,
        )
    return sorted(newest.values(), key=lambda each: (each.who == "", each.who, each.way))


# -- who is on call -------------------------------------------------------------------------------


def who_is_on_call(service: Service, at: datetime) -> dict[int, list[Account]]:
    """First ones under 1, second under 2."""
    return telling.on_call(service=service.pk, at=at)


def is_staffed(service: Service, at: datetime) -> bool:
    """Whether anybody is on shift now."""
    return any(who_is_on_call(service, at).values())


def next_on_call(service: Service, at: datetime) -> datetime | None:
    """When the next shift begins; None when none is planned."""
    rows = Shift.objects.unscoped(HOURS).filter(service=service, starts_at__gt=at, ended_at=None)
    found: datetime | None = rows.order_by("starts_at").values_list("starts_at", flat=True).first()
    return found


def rota_gaps(service: Service, at: datetime) -> dict[int, tuple[rules.Gap, ...]]:
    """The parts of the next 14 days without a first, or a second, person who can be reached.

    Reached means: by two verified independent channels (3.4). ``who`` of a gap are accounts.
    """
    found = telling.gaps_ahead(service=service.pk, at=at)
    return {order: tuple(gap for gap in found if gap.order == order) for order in (1, 2)}


def reachable_until(accounts: list[Account]) -> dict[UUID, datetime | None]:
    """Until when each can be reached by two verified independent channels; None: not at all."""
    return channels.reachable_until(account.pk for account in accounts)


def without_two_channels(service: Service, at: datetime) -> int:
    """How many of those on call now or to come have no two verified independent channels now."""
    rows = Shift.objects.unscoped(HOURS).filter(
        service=service, ends_at__gt=at, ended_at=None, account__is_active=True
    )
    lasts = channels.reachable_until(set(rows.values_list("account_id", flat=True)))
    return sum(last is None or last <= at for last in lasts.values())


def shifts(*, seen_by: Reader, service: Service, at: datetime) -> ScopedQuerySet:
    """The shifts that are on or still to come."""
    return (
        Shift.objects.visible_to(seen_by)
        .filter(service=service, ends_at__gt=at, ended_at=None)
        .select_related("account")
        .order_by("starts_at", "order")
    )


def _name(account: Account | None) -> str:
    return (account.name or account.email) if account is not None else ""
