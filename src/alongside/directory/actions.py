"""Save a service; say that somebody called a crisis line and it was answered."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alongside import catalogue
from alongside.directory.models import LineCheck, Service
from alongside.people.models import Institution
from alongside.people.reach import normalised
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused
from alongside.records.reader import Reader


class ServiceMakesNoSense(Refused):
    """A field of the service cannot stand. ``field`` names it."""

    field: str


class UnknownLine(Refused):
    """The country has no line of this id."""


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
