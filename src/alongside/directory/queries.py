"""Services, and the numbers to call: what anybody in any country may be shown right now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.directory import rules
from alongside.directory.models import (
    ContentDraft,
    ContentReview,
    HelpOption,
    Hold,
    LineCheck,
    Service,
)
from alongside.people.models import Institution
from alongside.records import prepared
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

# Lines of one nation have the same number as their neighbours: say whose each is.
NATIONS = {
    "GB-ENG": gettext_lazy("England"),
    "GB-SCT": gettext_lazy("Scotland"),
    "GB-WLS": gettext_lazy("Wales"),
    "GB-NIR": gettext_lazy("Northern Ireland"),
}
ELSEWHERE = "findahelpline.com"
KINDS = ("crisis", "health")
REASON = "numbers are for anyone"
DOORSTEP = "the public door has no reader"


@dataclass(frozen=True, slots=True)
class AsRead:
    """What was read of a country before, so that the database need not be asked again."""

    checks: Sequence[LineCheck]
    zone: str  # of the institution, if it is in that country; else empty


@dataclass(frozen=True, slots=True)
class Shown:
    """One line that somebody verified in time, and whether it is open now (None: not known)."""

    line: Any
    check: LineCheck
    is_open: bool | None


def services(*, seen_by: Reader) -> ScopedQuerySet:
    return Service.objects.visible_to(seen_by).filter(ended_at=None).order_by("name")


def line_checks(*, seen_by: Reader) -> ScopedQuerySet:
    return LineCheck.objects.visible_to(seen_by).order_by("country", "line", "-checked_at")


def drafts(*, seen_by: Reader) -> ScopedQuerySet:
    """Drafts of content, the last changed first."""
    return ContentDraft.objects.visible_to(seen_by).order_by("-changed_at", "pk")


def content_reviews(*, seen_by: Reader, draft: UUID) -> ScopedQuerySet:
    """What was said of a draft, the last first."""
    rows = ContentReview.objects.visible_to(seen_by)
    return rows.filter(draft_id=draft).order_by("-reviewed_at", "pk")


def options(*, seen_by: Reader) -> ScopedQuerySet:
    """Help somebody else offers that this institution knows of, by name."""
    return HelpOption.objects.visible_to(seen_by).filter(ended_at=None).order_by("name", "pk")


def holds(*, seen_by: Reader, circle: UUID) -> ScopedQuerySet:
    """Places kept for a circle, each with its option, oldest first."""
    return (
        Hold.objects.visible_to(seen_by)
        .filter(circle_id=circle, ended_at=None)
        .select_related("option")
        .order_by("made_at", "pk")
    )


def missing_in(hold: Hold) -> tuple[str, ...]:
    """What a family would ask about an option and nobody has written down yet."""
    option = hold.option
    return rules.missing(
        kind=option.kind,
        licence=option.licence,
        said={
            "price": option.price,
            "accepts": option.accepts,
            "withdrawal": option.withdrawal,
            "interest": option.interest,
            "funding": hold.funding,
            "travel": hold.travel,
            "cover": hold.cover,
        },
    )


def public_service() -> Service | None:
    """The service that answers the public door: the first one of this deployment; None before."""

    def rows() -> Any:
        found = Service.objects.unscoped(DOORSTEP).filter(ended_at=None)
        return found.select_related("institution").order_by("created_at", "pk")[:1]

    found: Service | None = prepared.first("directory.public_service", rows)
    return found


def house() -> Institution | None:
    """The institution behind the public door; None before the first run."""
    service = public_service()
    if service is not None:
        return service.institution
    first: Institution | None = (
        Institution.objects.unscoped(DOORSTEP).order_by("created_at", "pk").first()
    )
    return first


def as_read(country: str, at: datetime) -> AsRead:
    """The last check of each line of a country that is less than 9 months old, and its zone."""
    latest: dict[str, LineCheck] = {}
    checks = LineCheck.objects.unscoped(REASON).filter(
        country=country.upper(),
        checked_at__gt=rules.months_before(at, rules.VERIFIED_MONTHS),
        checked_at__lte=at,
    )
    for check in checks.order_by("checked_at"):
        latest[check.line] = check
    here = house()
    is_home = here is not None and here.country == country.upper()
    return AsRead(list(latest.values()), here.zone if here is not None and is_home else "")


def lines_to_show(
    country: str,
    at: datetime,
    *,
    kinds: tuple[str, ...] = KINDS,
    language: str = "en",
    read: AsRead | None = None,
) -> list[Shown]:
    """The lines of a country that were verified less than 9 months ago, at the number they have.

    Open now first, then those whose hours are not confirmed, then closed ones (rule 3.5).

    Args:
        read: what was read before, where the database is not asked again.
    """
    known = catalogue.current().lines.get(country.upper())
    if known is None:
        return []
    oldest = rules.months_before(at, rules.VERIFIED_MONTHS)
    read = as_read(country, at) if read is None else read
    latest = {check.line: check for check in read.checks if check.checked_at > oldest}
    shown = []
    for line in known.lines:
        found = latest.get(line.id)
        if line.kind not in kinds or found is None:
            continue
        if not rules.same_number(found.number, line.number or line.text or ""):
            continue  # the number changed since: nobody has called the new one
        shown.append(Shown(line, found, _is_open(line, read.zone, at)))
    order = {True: 0, None: 1, False: 2}
    short = language.partition("-")[0]
    shown.sort(
        key=lambda each: (
            order[each.is_open],
            bool(each.line.languages) and short not in each.line.languages,
        )
    )
    return shown


def help_now(
    country: str, language: str, at: datetime, *, read: AsRead | None = None
) -> dict[str, Any]:
    """What a page needs to say whom to call now, for ``parts/helpbar.html`` and the danger pages.

    Args:
        country: two letters; empty before the first run: then no number is guessed.
        language: in which the lines' names and words are wanted.
        read: as in ``lines_to_show``.

    Returns:
        emergency, emergency_note, lines (href, name, number, title, note, icon), more_url,
        country, country_name, checked_on (the oldest check that is shown), elsewhere, invented,
        hours_unknown (of a line that is shown).
    """
    known = catalogue.current().lines.get(country.upper()) if country else None
    shown = lines_to_show(country, at, language=language, read=read) if known else []
    names = known.name if known else {}
    return {
        "emergency": known.emergency_number if known else "",
        "emergency_note": _emergency_note(known),
        "lines": [_line(each) for each in shown],
        "more_url": "/help-now/",
        "country": country.upper(),
        "country_name": names.get(language.split("-", maxsplit=1)[0]) or names.get("en", ""),
        "checked_on": min((each.check.checked_at for each in shown), default=None),
        "elsewhere": ELSEWHERE,
        "hours_unknown": any(each.is_open is None for each in shown),
        "invented": any(each.check.invented for each in shown),
    }


def countries(language: str) -> list[tuple[str, str]]:
    """Every country whose emergency number is known, as code and name, by name."""
    short = language.split("-", maxsplit=1)[0]
    found = [
        (code, lines.name.get(short) or lines.name.get("en", code))
        for code, lines in catalogue.current().lines.items()
    ]
    return sorted(found, key=lambda pair: pair[1])


def numbers_for(kind: str, country: str, language: str, at: datetime) -> list[dict[str, Any]]:
    """The verified lines of one kind, such as ``child_abuse``, as links."""
    shown = lines_to_show(country, at, kinds=(kind,), language=language)
    return [_line(each) for each in shown]


def _line(each: Shown) -> dict[str, Any]:
    line = each.line
    notes = [_("In %(nation)s.") % {"nation": NATIONS[line.scope]}] if line.scope in NATIONS else []
    if line.audience:
        short = (get_language() or "en").partition("-")[0]
        audience = line.audience.get(short) or line.audience["en"]
        notes.append(_("For %(audience)s.") % {"audience": audience})
    if line.hours == "always":
        notes.append(_("Any time, day or night."))
    elif each.is_open is not None:
        notes.append(_("Open now.") if each.is_open else _("Closed now."))
    if line.then:
        notes.append(_("Then choose %(option)s.") % {"option": line.then})
    if line.number:
        return {
            "href": rules.href(line.number),
            "name": line.name,
            "number": line.number,
            "note": " ".join(notes),
            "icon": "hospital" if line.kind == "health" else "phone",
            "title": "",
        }
    said = (
        _("Text %(words)s to %(number)s") % {"words": line.text_words, "number": line.text}
        if line.text_words
        else _("%(name)s: text %(number)s") % {"name": line.name, "number": line.text}
    )
    return {
        "href": rules.text_href(line.text, line.text_words),
        "name": line.name,
        "number": "",
        "note": " ".join(notes),
        "icon": "message-square-text",
        "title": said,
    }


def _emergency_note(known: Any) -> str:
    if known is None:
        return ""
    services_ = {number.service for number in known.emergency}
    return _("Ambulance, police or fire.") if "all" in services_ else ""


def _is_open(line: Any, zone: str, at: datetime) -> bool | None:
    """Whether a line is open; its hours are wall time there, which is known at home only."""
    if zone:
        found: bool | None = line.is_open(at.astimezone(ZoneInfo(zone)))
        return found
    return True if line.hours == "always" else None
