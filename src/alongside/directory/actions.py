"""Save a service; say that somebody called a crisis line and it was answered."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alongside import catalogue
from alongside.directory import queries, rules
from alongside.directory.models import HelpOption, Hold, LineCheck, Service
from alongside.people.models import Circle, Institution
from alongside.people.reach import normalised
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Unfit
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks
from alongside.tasks import queries as task_queries
from alongside.tasks.actions import AlreadyDone


class ServiceMakesNoSense(Unfit):
    """A field of the service cannot stand. ``field`` names it."""

    field: str


class UnknownLine(Unfit):
    """The country has no line of this id."""


class OptionMakesNoSense(Unfit):
    """A field of an option or a hold cannot stand. ``field`` names it."""

    field: str


@action
def save_service(
    *,
    institution: Institution,
    name: str,
    by: Reader,
    at: datetime,
    service: Service | None = None,
    expected: int | None = None,
    setting: str = "clinic",
    zone: str = "",
    opens: time | None = None,
    closes: time | None = None,
    fallback_email: str = "",
) -> Service:
    """Make a service of an institution, or change one.

    Args:
        service, expected: the one to change, and the version that was read.
        setting: a word of ``content/settings``. zone: where its hours are; the institution's.
        fallback_email: a named outside recipient, so that an alert is never told to nobody.

    Raises:
        ServiceMakesNoSense, people.reach.NotReachable; StaleVersion when somebody was quicker.
    """
    zone = zone or institution.zone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise ServiceMakesNoSense(field="zone", value=zone) from unknown
    name = " ".join(name.split())
    if not 0 < len(name) <= 200:
        raise ServiceMakesNoSense(field="name", value=name)
    if fallback_email:
        fallback_email = normalised(channel="email", value=fallback_email, country="")
    values = {
        "name": name,
        "setting": setting,
        "zone": zone,
        "opens": opens,
        "closes": closes,
        "fallback_email": fallback_email,
    }
    if service is None:
        by.confirm_create("service", institution=institution.pk)
        service = Service(institution=institution, created_at=at, **values)
        service.save(force_insert=True)
    else:
        by.confirm("E", service)
        for field, value in values.items():
            setattr(service, field, value)
        service.save_version(expected or service.version, list(values))
    audit.write("directory.service_saved", by=by, at=at, about=service)
    return service


@action
def check_line(
    *,
    institution: Institution,
    country: str,
    line: str,
    by: Reader,
    at: datetime,
    invented: bool = False,
) -> LineCheck:
    """Say that this line was called today at the number in the content, and was answered.

    Args:
        country: two letters. line: its id in ``content/crisis_lines``.
        invented: the demonstration's; the pages say so.

    Raises:
        UnknownLine.
    """
    by.confirm_create("line_check", institution=institution.pk)
    country = country.upper()
    lines = catalogue.current().lines.get(country)
    listed = next((each for each in lines.lines if each.id == line), None) if lines else None
    if listed is None:
        raise UnknownLine(country=country, line=line)
    check = LineCheck(
        institution=institution,
        country=country,
        line=line,
        number=listed.number or listed.text or "",
        checked_at=at,
        checked_by_id=by.account_id,
        invented=invented,
    )
    check.save(force_insert=True)
    audit.write("directory.line_checked", by=by, at=at, about=check, detail={"line": line})
    return check


@action
def save_option(
    *,
    institution: Institution,
    name: str,
    kind: str,
    by: Reader,
    at: datetime,
    option: HelpOption | None = None,
    expected: int | None = None,
    accepts: str = "",
    price: str = "",
    withdrawal: str = "",
    licence: str = "not_yet",
    licence_checked_on: date | None = None,
    licence_words: str = "",
    interest: str = "",
    starts_within_hours: int | None = None,
) -> HelpOption:
    """Keep what somebody else offers, as a family would ask about it; or change it.

    Args:
        kind, withdrawal, licence: words of ``rules``. A checked licence has the day it was
            looked up and where.
        accepts: whom it takes and what it asks for. price: in words, also when it is free.
        interest: what ties whoever sends people there to it; "none" is said too.
        starts_within_hours: how soon it can begin; None when nobody said.

    Raises:
        OptionMakesNoSense; StaleVersion.
    """
    name = " ".join(name.split())
    for name_of, word, known in (
        ("kind", kind, rules.OPTION_KINDS),
        ("withdrawal", withdrawal, ("", *rules.WITHDRAWAL)),
        ("licence", licence, rules.LICENCE),
    ):
        if word not in known:
            raise OptionMakesNoSense(field=name_of, value=word)
    if not 0 < len(name) <= 200:
        raise OptionMakesNoSense(field="name", value=name)
    if licence == "checked" and (licence_checked_on is None or licence_checked_on > at.date()):
        raise OptionMakesNoSense(field="licence_checked_on", value=licence_checked_on)
    values = {
        "name": name,
        "kind": kind,
        "accepts": accepts.strip(),
        "price": price.strip()[:200],
        "withdrawal": withdrawal,
        "licence": licence,
        "licence_checked_on": licence_checked_on if licence == "checked" else None,
        "licence_words": licence_words.strip()[:200],
        "interest": interest.strip()[:200],
        "starts_within_hours": starts_within_hours,
    }
    if option is None:
        by.confirm_create("help_option", institution=institution.pk)
        option = HelpOption(institution=institution, created_at=at, **values)
        option.save(force_insert=True)
    else:
        by.confirm("E", option)
        for field, value in values.items():
            setattr(option, field, value)
        option.save_version(expected or option.version, list(values))
    audit.write("directory.option_saved", by=by, at=at, about=option)
    return option


@action
def save_hold(
    *,
    circle: Circle,
    option: HelpOption,
    by: Reader,
    at: datetime,
    held_until: datetime | None,
    warn_hours: int,
    hold: Hold | None = None,
    expected: int | None = None,
    proof: str = "",
    proved_at: datetime | None = None,
    funding: str = "",
    travel: str = "",
    cover: str = "",
    packing: str = "",
) -> Hold:
    """Keep a place for a circle until a moment, with what is arranged around it; or change it.

    Args:
        held_until: None where no place needs to be kept. It lapses by time, not by a job.
        warn_hours: so long before, a task tells whoever leads.
        proof, proved_at: who said that the place is kept, and when.

    Raises:
        OptionMakesNoSense: a hold that ended, a proof from the future; StaleVersion.
    """
    if held_until is not None and held_until <= at:
        raise OptionMakesNoSense(field="held_until", value=held_until)
    if proved_at is not None and proved_at > at:
        raise OptionMakesNoSense(field="proved_at", value=proved_at)
    values = {
        "held_until": held_until,
        "proof": proof.strip(),
        "proved_at": proved_at,
        "funding": funding.strip(),
        "travel": travel.strip(),
        "cover": cover.strip(),
        "packing": packing.strip(),
    }
    if hold is None:
        by.confirm_create("hold", institution=circle.institution_id, circle=circle.pk)
        hold = Hold(
            institution_id=circle.institution_id, circle=circle, option=option, made_at=at, **values
        )
        hold.save(force_insert=True)
    else:
        by.confirm("E", hold)
        for field, value in values.items():
            setattr(hold, field, value)
        hold.save_version(expected or hold.version, list(values))
    _warn_before_it_lapses(hold, warn_hours, by=by, at=at)
    audit.write("directory.hold_saved", by=by, at=at, about=hold)
    return hold


@action
def end_hold(*, hold: Hold, by: Reader, at: datetime) -> Hold:
    """Give the place back, so that somebody else can have it."""
    by.confirm("E", hold)
    hold.ended_at = at
    hold.save_version(hold.version, ["ended_at"])
    _no_warning_any_more(hold, by=by, at=at)
    audit.write("directory.hold_ended", by=by, at=at, about=hold)
    return hold


@action
def end_warnings(*, circle: Circle, by: Reader, at: datetime) -> None:
    """Nobody needs to ask for longer any more; until they lapse or are given back, places stay."""
    for hold in queries.holds(seen_by=by, circle=circle.pk):
        _no_warning_any_more(hold, by=by, at=at)


def _warn_before_it_lapses(hold: Hold, warn_hours: int, *, by: Reader, at: datetime) -> None:
    _no_warning_any_more(hold, by=by, at=at)
    if hold.held_until is None:
        return
    tasks.make_task(
        institution=hold.institution,
        circle=hold.circle,
        kind="hold_lapses",
        about=f"hold:{hold.pk}",
        what="hold_lapses",
        for_role="lead",
        due_at=max(at, hold.held_until - timedelta(hours=warn_hours)),
        by=by,
        at=at,
    )


def _no_warning_any_more(hold: Hold, *, by: Reader, at: datetime) -> None:
    for task in task_queries.open_tasks(seen_by=by).filter(
        kind="hold_lapses", about=f"hold:{hold.pk}"
    ):
        try:
            tasks.do_task(task=task, by=by, at=at)
        except AlreadyDone:
            continue
