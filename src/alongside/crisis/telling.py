"""Who is told about an alert at each step, and telling them: a message row each. Never nobody."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.access.models import Account, Relationship
from alongside.access.permissions import live
from alongside.crisis import edges, rules
from alongside.crisis.codes import make as make_code
from alongside.crisis.codes import shown as shown_code
from alongside.crisis.models import Alert, AlertEvent, Shift
from alongside.directory.models import Service
from alongside.notify import actions as notify
from alongside.notify import channels
from alongside.notify.models import Message
from alongside.people.models import Institution
from alongside.records import audit, crashpoint, prepared
from alongside.records.actions_base import joined
from alongside.records.reader import Reader, system
from alongside.records.scoped import ScopedQuerySet

log = logging.getLogger(__name__)
REASON = "tell who is on call"
STEP_MESSAGE, SHIFT_MESSAGE, NEWS_MESSAGE = "alert_step", "alert_shift", "alert_news"
ROTA_MESSAGE = "rota_gap"
SHIFT_WORDS = ("on_shift", "second_on_call")
WITH_CODE = ("sms", "voice")  # ways that reach one person, who then types the code
CLINICAL = ("lead", "therapist", "facilitator", "supervisor", "on_call")
STAFF = (*CLINICAL, "manager", "coordinator", "privacy", "auditor", "admin")
ROTA_SPAN = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to be told: an account, or the outside address that stands behind a service."""

    account: Account | None
    address: str
    as_what: str  # the word of the level's list, or "fallback"

    @property
    def key(self) -> str:
        return str(self.account.pk) if self.account else "fallback"


# -- who is on call -------------------------------------------------------------------------------


def on_call(*, service: UUID, at: datetime) -> dict[int, list[Account]]:
    """Who is on call for a service at a moment: the first ones under 1, the second under 2."""

    def rows(service: UUID, at: datetime) -> Any:
        shifts = Shift.objects.unscoped(REASON).filter(service=service, account__is_active=True)
        now = shifts.filter(starts_at__lte=at, ends_at__gt=at, ended_at=None)
        return now.select_related("account").order_by("order", "starts_at")

    found: dict[int, list[Account]] = {1: [], 2: []}
    for shift in prepared.rows("crisis.on_call", rows, service=service, at=at):
        if shift.account not in found[shift.order]:
            found[shift.order].append(shift.account)
    return found


def gaps_ahead(*, service: UUID, at: datetime) -> tuple[rules.Gap, ...]:
    """The gaps of the next 14 days in who is first and second on call; ``who`` are accounts."""
    until = at + rules.ROTA_AHEAD
    shifts = list(
        Shift.objects.unscoped(REASON)
        .filter(service=service, ends_at__gt=at, starts_at__lt=until, ended_at=None)
        .filter(account__is_active=True)
        .select_related("account")
    )
    lasts = channels.reachable_until({shift.account_id for shift in shifts})
    watches = [
        rules.Watch(
            shift.account, shift.order, shift.starts_at, shift.ends_at, lasts[shift.account_id]
        )
        for shift in shifts
    ]
    return rules.gaps(watches, at, until)


def recipients(alert: Alert, tell: Iterable[str], at: datetime) -> list[Recipient]:
    """Whom a step tells, by the words of ``content/danger/levels.yaml``. Never empty handed.

    A word that stands for nobody at this moment goes on to supervisor, all staff with the role,
    the institution's head and the fallback address (3.4). Nobody twice, and nobody who is family
    of the circle (A10).
    """
    found: dict[str, Recipient] = {}
    for word in tell:
        for each in _who(alert, word, at) or _instead(alert, at):
            found.setdefault(each.key, each)
    return list(found.values())


def _instead(alert: Alert, at: datetime) -> list[Recipient]:
    """Who stands in when nobody is rostered: supervisors and head, and the fallback address."""
    stand_ins = [
        *_who(alert, "supervisor", at),
        *_who(alert, "service_manager", at),
        *_fallback(alert),
    ]
    return stand_ins or _who(alert, "all_staff_of_role", at) or _who(alert, "institution_head", at)


def _who(alert: Alert, word: str, at: datetime) -> list[Recipient]:
    if word in {"on_shift", "second_on_call"}:
        accounts = _on_shift(alert, 1 if word == "on_shift" else 2, at)
    elif word == "duty_clinician":
        accounts = _with_role(alert, ("lead", "therapist"), at, in_circle=True) or _with_role(
            alert, ("supervisor",), at
        )
    elif word == "supervisor":
        accounts = _with_role(alert, ("supervisor",), at)
    elif word == "service_manager":
        accounts = _with_role(alert, ("manager",), at)
    elif word == "all_staff_of_role":
        accounts = [*_rostered(alert, at), *_with_role(alert, CLINICAL, at)]
    elif word == "institution_head":
        accounts = _with_role(alert, ("manager",), at) or _with_role(alert, ("admin",), at)
    else:
        accounts = []
    people = [
        Recipient(account, account.email, word)
        for account in dict.fromkeys(accounts)
        if not edges.is_kin(account=account.pk, alert=alert, at=at)
    ]
    return people + (_fallback(alert) if word == "institution_head" else [])


def _on_shift(alert: Alert, order: int, at: datetime) -> list[Account]:
    if alert.service_id is None:
        return []
    now = on_call(service=alert.service_id, at=at)
    return now[order] or (now[2] if order == 1 else [])


def _rostered(alert: Alert, at: datetime) -> list[Account]:
    if alert.service_id is None:
        return []
    shifts = (
        Shift.objects.unscoped(REASON)
        .filter(
            service=alert.service_id,
            ends_at__gte=at - ROTA_SPAN,
            starts_at__lte=at + ROTA_SPAN,
            account__is_active=True,
        )
        .select_related("account")
        .order_by("starts_at")
    )
    return [shift.account for shift in shifts]


def _with_role(
    alert: Alert, roles: tuple[str, ...], at: datetime, *, in_circle: bool = False
) -> list[Account]:
    if in_circle and alert.circle_id is None:
        return []

    def rows(institution: UUID, roles: tuple[str, ...], at: datetime, circle: UUID | None) -> Any:
        held = _roles_at(institution, roles, at).select_related("account")
        if circle is not None:
            held = held.filter(circle=circle)
        return held.order_by("valid_from", "pk")

    where = {"institution": alert.institution_id, "circle": alert.circle_id if in_circle else None}
    edges_now = prepared.rows("crisis.with_role", rows, roles=roles, at=at, **where)
    return [edge.account for edge in edges_now]


def _roles_at(institution: UUID, roles: tuple[str, ...], at: datetime) -> ScopedQuerySet:
    rows: ScopedQuerySet = Relationship.objects.unscoped(REASON).filter(
        live(at), within=institution, role__in=roles, account__is_active=True
    )
    return rows


def _fallback(alert: Alert) -> list[Recipient]:
    service = alert.service
    if service is None or not service.fallback_email:
        return []
    return [Recipient(None, service.fallback_email, "fallback")]


def with_role(institution: UUID, role: str, at: datetime) -> list[Account]:
    """Everybody who has a role at an institution now, each once, the longest first."""
    rows = _roles_at(institution, (role,), at).select_related("account")
    return list(dict.fromkeys(edge.account for edge in rows.order_by("valid_from", "pk")))


def works_at(account: Account, institution: UUID, at: datetime) -> bool:
    """Whether this account works for the institution: it has a staff role there now."""
    rows = _roles_at(institution, STAFF, at).filter(account=account)
    return account.is_active and (rows.exists() or account.is_staff_member)


def is_named_clinician(
    account: UUID | None, institution: UUID, roles: Collection[str], at: datetime
) -> bool:
    """Whether an account has one of these roles there now, and not because it was told."""
    rows = _roles_at(institution, tuple(roles), at).filter(account=account)
    return bool(rows.exclude(reason=edges.OF_ALERT).exists())


def clinicians(institution: UUID, at: datetime) -> list[Account]:
    """Everybody who treats, leads, supervises or is on call there now, each once, by name."""
    rows = _roles_at(institution, CLINICAL, at).select_related("account")
    found = {edge.account_id: edge.account for edge in rows if edge.account.is_staff_member}
    return sorted(found.values(), key=lambda account: (account.name, str(account.pk)))


def has_second_person(alert: Alert, first: UUID | None, at: datetime) -> bool:
    """Whether anybody else at the institution could look again at what one person closed."""
    return _roles_at(alert.institution_id, CLINICAL, at).exclude(account=first).exists()


# -- telling --------------------------------------------------------------------------------------


def tell(
    *,
    alert: Alert,
    step: rules.Step,
    by: Reader,
    at: datetime,
    again: bool = False,
    somebody: bool = False,
) -> int:
    """Queue the messages of one step, in the caller's transaction. Returns how many are new.

    Everybody told can open the alert: an edge is opened for them, and ended an hour after the
    alert is closed. One who cannot be written to keeps it from nobody else; if that is everybody,
    those who stand in are told.

    Args:
        again: sends to the same people once more, under a key of its own.
        somebody: raises what went wrong where not one could be written to: then the answer is not
            saved either, and its page says so with the numbers to call (E1, E2).
    """
    acting = system(REASON, at)
    level = catalogue.current().danger.levels[alert.level]
    round = _round(alert, step, at, again)

    def tell_one(each: Recipient) -> int:
        begin = f"{alert.pk}:{round}:{each.key}"
        if notify.is_queued(f"{begin}:email"):
            return 0
        if each.account is not None:
            edges.open_for(alert=alert, account=each.account, at=at)
        kind = SHIFT_MESSAGE if each.as_what in SHIFT_WORDS else STEP_MESSAGE
        subject, body = words(alert, step, each, again=again)
        _queue(alert, each, begin, kind, subject, body, by=acting, at=at)
        if level.every_channel:
            _queue_other_ways(alert, each, begin, kind, subject, body, codes=True, by=acting, at=at)
        crashpoint.here("danger.after_message")
        event(alert, "told", at=at, step=step.number, account=each.account, note=each.as_what)
        return 1

    people = recipients(alert, step.tell, at)
    told, failure = _to_each(alert, people, tell_one, step.number, at)
    if failure is not None and not told:
        tried = {each.key for each in people}
        others = [each for each in _instead(alert, at) if each.key not in tried]
        told, _failure = _to_each(alert, others, tell_one, step.number, at)
        if somebody and not told:
            raise failure
    return told


def _to_each(
    alert: Alert,
    people: Iterable[Recipient],
    tell_one: Callable[[Recipient], int],
    step: int,
    at: datetime,
) -> tuple[int, Exception | None]:
    """Tell each apart: how many are new, and what went wrong last.

    That it failed stands on the time line, and at the first step the next one is due at once. A
    database that fails is nobody's fault in particular: nothing is saved then, and it is said.
    """
    told, failure = 0, None
    for each in people:
        try:
            with transaction.atomic():
                told += tell_one(each)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            failure = error
            log.exception("alert %s: %s could not be written to", alert.pk, each.key)
            event(alert, "not_told", at=at, step=step, account=each.account, note=each.as_what)
            if step == 1 and alert.next_step_at is not None:
                alert.next_step_at = at
                alert.save(update_fields=["next_step_at"])
    return told, failure


def _queue(
    alert: Alert,
    to: Recipient,
    begin: str,
    kind: str,
    subject: str,
    body: str,
    *,
    by: Reader,
    at: datetime,
    way: channels.Way | None = None,
) -> None:
    """Put one message about an alert to one address in the outbox."""
    joined(notify.queue)(
        key=f"{begin}:email" if way is None else f"{begin}:{way.kind}:{way.id.hex[:12]}",
        kind=kind,
        institution=alert.institution_id,
        circle=alert.circle_id,
        account=to.account.pk if to.account else None,
        channel="email" if way is None else way.kind,
        way=None if way is None else way.id,
        address=to.address if way is None else way.address,
        subject=subject,
        body=body,
        about=f"alert:{alert.pk}",
        life_critical=alert.is_life_critical,
        due_at=at,
        by=by,
        at=at,
    )


def _queue_other_ways(
    alert: Alert,
    to: Recipient,
    begin: str,
    kind: str,
    subject: str,
    body: str,
    *,
    codes: bool,
    by: Reader,
    at: datetime,
) -> None:
    """The same by every other tested channel.

    Args:
        codes: texts and calls carry a code to take the alert with. A push message never does: it
            stands on a locked screen, and one press on it leads to the board.
    """
    if to.account is None:
        return
    for way in channels.ways_to(to.account.pk, at=at):
        if way.address == to.address.lower():
            continue
        text = body
        if way.kind != "email":
            with_code = codes and way.counts and way.kind in WITH_CODE
            code = make_code(alert=alert, account=to.account, at=at) if with_code else ""
            text = short_words(to.account.language, way.kind, code)
        _queue(alert, to, begin, kind, subject, text, way=way, by=by, at=at)


def short_words(language: str, channel: str, code: str) -> str:
    """What a text or a call says: no name, no programme, no topic; where to go, and the code.

    Without a code (the number was not tested lately, so it may be another's by now) it asks for
    a sign-in.
    """
    cat = catalogue.current()
    sentence = {"voice": "danger_call", "push": "danger_push"}.get(channel, "danger_text")
    said = cat.sentence(sentence if code else f"{sentence}_no_code", language)
    spoken = ", ".join(code) if channel == "voice" else shown_code(code)
    return said.replace("{url}", f"{settings.PUBLIC_URL}/have/").replace("{code}", spoken)


def step_of(alert: Alert) -> rules.Step:
    """The step an alert is at."""
    return rules.step(catalogue.current().danger.levels[alert.level], max(alert.step, 1))


def tell_who_comes_on(*, alert: Alert, shift: Shift, by: Reader, at: datetime) -> int:
    """Tell whoever has come on shift as the first about an alert nobody has, if nothing did."""
    begin = f"{alert.pk}:shift:{shift.pk}:{shift.account_id}"
    if heard_on_shift(alert=alert, shift=shift, at=at):
        return 0
    acting = system(REASON, at)
    to = Recipient(shift.account, shift.account.email, "on_shift")
    edges.open_for(alert=alert, account=shift.account, at=at)
    subject, body = words(alert, step_of(alert), to, again=True)
    _queue(alert, to, begin, SHIFT_MESSAGE, subject, body, by=acting, at=at)
    _queue_other_ways(alert, to, begin, SHIFT_MESSAGE, subject, body, codes=True, by=acting, at=at)
    event(alert, "told", at=at, step=alert.step, account=shift.account, note="on_shift")
    return 1


def heard_on_shift(*, alert: Alert, shift: Shift, at: datetime) -> bool:
    """Whether this shift was told of the alert, or must not be: its owner is family (A10)."""
    told = AlertEvent.objects.unscoped("told before").filter(
        alert=alert, kind="told", account=shift.account_id, at__gte=shift.starts_at
    )
    return told.exists() or edges.is_kin(account=shift.account_id, alert=alert, at=at)


def was_told(alert: Alert, key: str) -> bool:
    """Whether news with this key went into the outbox before."""
    rows = Message.objects.unscoped("told before").filter(about=f"alert:{alert.pk}")
    return bool(rows.filter(key__startswith=f"{alert.pk}:news:{key}:").exists())


def tell_news(*, alert: Alert, news: str, key: str, by: Reader, at: datetime) -> int:
    """Tell whoever has the alert, else everybody told so far, that there is something new."""
    acting = system(REASON, at)
    if alert.acknowledged_by is not None:
        people: dict[str, Recipient] = {
            str(alert.acknowledged_by_id): Recipient(
                alert.acknowledged_by, alert.acknowledged_by.email, "has_it"
            )
        }
    else:
        people = {each.key: each for each in recipients(alert, step_of(alert).tell, at)}

    def tell_one(each: Recipient) -> int:
        language = each.account.language if each.account else "en"
        with translation.override(language):
            subject = _("Please look now")
            body = _("There is something new on your board.\n\n%(url)s\n") % {"url": board_url()}
        begin = f"{alert.pk}:news:{key}:{each.key}"
        _queue(alert, each, begin, NEWS_MESSAGE, subject, body, by=acting, at=at)
        _queue_other_ways(
            alert, each, begin, NEWS_MESSAGE, subject, body, codes=False, by=acting, at=at
        )
        return 1

    told, _failure = _to_each(alert, people.values(), tell_one, alert.step, at)
    event(alert, news, at=at)
    return told


def call_second_team(*, alerts: list[Alert], round: str, by: Reader, at: datetime) -> int:
    """Many alerts at once: second on call and service manager hear of it, and may open each (M14).

    Args:
        alerts: those nobody has, the newest last. round: one message a round to each.

    Returns:
        How many people were told by this call.
    """
    acting, newest = system(REASON, at), alerts[-1]
    places = {(alert.institution_id, edges.circle_of(alert)): alert for alert in alerts}
    news = Message.objects.unscoped("told before").filter(kind=NEWS_MESSAGE)

    def tell_one(each: Recipient) -> int:
        if (account := each.account) is not None:
            for alert in places.values():  # who may open one of a place may open all of it
                if not edges.is_kin(account=account.pk, alert=alert, at=at):
                    edges.open_for(alert=alert, account=account, at=at)
        mark = f":flood-{newest.service_id}-{round}:{each.key}"
        if news.filter(key__contains=f"{mark}:").exists():
            return 0
        with translation.override(each.account.language if each.account else "en"):
            subject = _("Please look now")
            body = _("A lot came in at once. Please help whoever is on now.\n\n%(url)s\n") % {
                "url": board_url()
            }
        begin = f"{newest.pk}{mark}"
        _queue(newest, each, begin, NEWS_MESSAGE, subject, body, by=acting, at=at)
        _queue_other_ways(
            newest, each, begin, NEWS_MESSAGE, subject, body, codes=False, by=acting, at=at
        )
        return 1

    second = recipients(newest, ("second_on_call", "service_manager"), at)
    told, _failure = _to_each(newest, second, tell_one, newest.step, at)
    AlertEvent.objects.bulk_create(_event(alert, "flood", at=at) for alert in alerts)
    return told


def managers(institution: UUID, at: datetime) -> list[Account]:
    """Who manages the services of an institution; its administrators while nobody does."""
    return with_role(institution, "manager", at) or with_role(institution, "admin", at)


def tell_of_gap(*, service: Service, account: Account, round: str, by: Reader, at: datetime) -> int:
    """Tell a manager once a round that a plan has a gap. Returns 1 when it is news."""

    def said() -> tuple[str, str]:
        return _("Your plan has a gap"), _(
            "There are hours to fill in the next 14 days.\n\n%(url)s\n"
        ) % {"url": f"{settings.PUBLIC_URL}/office/rota/"}

    return tell_once(
        kind=ROTA_MESSAGE,
        about=f"rota:{service.pk}",
        institution=service.institution_id,
        account=account,
        round=round,
        said=said,
        by=by,
        at=at,
    )


def tell_once(
    *,
    kind: str,
    about: str,
    institution: UUID,
    account: Account,
    round: str,
    said: Callable[[], tuple[str, str]],
    by: Reader,
    at: datetime,
) -> int:
    """Send a colleague one letter a round about the same thing. Returns 1 when it is news.

    Args:
        said: subject and body, asked for in the language of the account.
    """
    key = f"{about}:{account.pk}:{round}"
    if notify.is_queued(key):
        return 0
    with translation.override(account.language):
        subject, body = said()
    notify.queue(
        key=key,
        kind=kind,
        institution=institution,
        account=account.pk,
        address=account.email,
        subject=subject,
        body=body,
        about=about,
        due_at=at,
        by=by,
        at=at,
    )
    return 1


def words(alert: Alert, step: rules.Step, to: Recipient, *, again: bool) -> tuple[str, str]:
    """Subject and body: no name, no programme, no topic; where to go and what to press."""
    cat = catalogue.current()
    language = to.account.language if to.account else "en"
    level = cat.danger.levels[alert.level]
    if step.with_emergency_instruction:
        sentence = "danger_step_emergency"
    elif step.number > 1 or again:
        sentence = "danger_step_again"
    else:
        sentence = level.first_message
    lines = cat.lines.get(_country(alert.institution_id))
    number = lines.emergency_number if lines else ""
    with translation.override(language):
        said = cat.sentence(sentence, language).replace(
            "{number}", number or _("the emergency number")
        )
        subject = _("Please look soon") if alert.level == "C" else _("Please look now")
        return subject, f"{said}\n\n{board_url()}\n"


def _country(institution: UUID) -> str:
    def rows(institution: UUID) -> Any:
        return Institution.objects.unscoped(REASON).filter(pk=institution)

    found: Institution = prepared.rows("crisis.home", rows, institution=institution)[0]
    return found.country


def board_url() -> str:
    return f"{settings.PUBLIC_URL}/work/crisis/"


def event(
    alert: Alert,
    kind: str,
    *,
    at: datetime,
    step: int = 0,
    account: Account | UUID | None = None,
    note: str = "",
) -> AlertEvent:
    """Add one line to the time line of an alert."""
    made = _event(alert, kind, at=at, step=step, account=account, note=note)
    made.save(force_insert=True)
    return made


def _event(
    alert: Alert,
    kind: str,
    *,
    at: datetime,
    step: int = 0,
    account: Account | UUID | None = None,
    note: str = "",
) -> AlertEvent:
    return AlertEvent(
        alert=alert,
        institution_id=alert.institution_id,
        circle_id=alert.circle_id,
        at=at,
        kind=kind,
        step=step,
        account_id=account.pk if isinstance(account, Account) else account,
        note=note,
    )


def climb(*, alert: Alert, by: Reader, at: datetime, somebody: bool = False) -> int:
    """Take an alert one step further: tell the next ones, and set when the step after is due.

    Args:
        somebody: as for ``tell``.
    """
    level = catalogue.current().danger.levels[alert.level]
    due = alert.next_step_at or at
    alert.step += 1
    step = rules.step(level, alert.step)
    alert.next_step_at = rules.next_step_at(level, alert.step, due)
    alert.save(update_fields=["step", "next_step_at"])
    told = tell(alert=alert, step=step, by=by, at=at, somebody=somebody)
    event(alert, "escalated", at=at, step=alert.step)
    audit.write(
        "crisis.alert_escalated", by=by, at=at, about=alert, detail={"step": str(alert.step)}
    )
    return told


# -- is a message still right to send? ------------------------------------------------------------


def step_is_right(message: Message, at: datetime) -> bool:
    """A step's message goes out until somebody has the alert, to people who are still rightful."""
    return _step_is_right(message, _alert_of(message), at)


def _step_is_right(message: Message, alert: Alert | None, at: datetime) -> bool:
    if alert is None or alert.closed_at is not None or alert.acknowledged_at is not None:
        return False
    if not alert.is_life_critical:
        return False  # it was lowered: a task now
    if channels.is_removed(message.way_id):
        return False
    return message.account_id is None or edges.may_open(account=message.account, alert=alert, at=at)


def shift_is_right(message: Message, at: datetime) -> bool:
    """As a step's message, and only while its recipient is on shift; else the step is told anew."""
    alert = _alert_of(message)
    if alert is None or alert.service_id is None or not _step_is_right(message, alert, at):
        return False
    now = on_call(service=alert.service_id, at=at)
    return message.account_id in {account.pk for accounts in now.values() for account in accounts}


def news_is_right(message: Message, at: datetime) -> bool:
    """News goes out while the alert is open."""
    alert = _alert_of(message)
    if alert is None or alert.closed_at is not None or channels.is_removed(message.way_id):
        return False
    return message.account_id is None or edges.may_open(account=message.account, alert=alert, at=at)


def gap_is_right(message: Message, at: datetime) -> bool:
    """A manager is told of a gap while there is one."""
    return bool(gaps_ahead(service=UUID(message.about.partition(":")[2]), at=at))


def _alert_of(message: Message) -> Alert | None:

    def rows(pk: UUID) -> Any:
        asked = Alert.objects.unscoped("is this message still right?").filter(pk=pk)
        return asked.select_related("concern")

    found: Alert | None = prepared.first(
        "crisis.of_message", rows, pk=UUID(message.about.partition(":")[2])
    )
    return found


def _round(alert: Alert, step: rules.Step, at: datetime, again: bool) -> str:
    """What makes a message of a step its own: an alert that opened again has new ones."""
    opened = alert.last_raised_at
    return f"{step.number}:{opened:%Y%m%dT%H%M%S%f}" + (f":{at:%Y%m%dT%H%M%S%f}" if again else "")


def service_of(*, circle: UUID | None, institution: UUID) -> Service | None:
    """The service that must answer: the case's own, else the institution's first."""
    from alongside.cases.models import Case

    if circle is not None:
        case = Case.objects.unscoped(REASON).filter(circle=circle).select_related("service").first()
        if case is not None:
            found: Service = case.service
            return found
    first: Service | None = (
        Service.objects.unscoped(REASON)
        .filter(institution=institution, ended_at=None)
        .order_by("created_at", "pk")
        .first()
    )
    return first
