"""What the pages of a circle say of its sides: who was spoken to alone, and who proposed them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.cases import sides
from alongside.engine.sides import HEARD, OWN, TOLD_US, Heard
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.web.parts.pages import Request, local_day, seen_by_whom, short_day
from alongside.web.practitioner.standing_words import texts

PLACE, ADD = "#sides", "#add"


def choices(kind: str) -> list[tuple[str, str]]:
    """The words of content for ``proposed_by`` or ``how``, in the reader's language."""
    language = get_language() or "en"
    listed = getattr(catalogue.current().sides, kind)
    return [(one.id, one.text.get(language, one.text["en"])) for one in listed]


def word(kind: str, id: str) -> str:
    """One of these words; nothing for none."""
    return dict(choices(kind)).get(id, id)


def proposed(case: Any, person: UUID, row: Any, told: frozenset[UUID]) -> str:
    """Who proposed somebody, in words; nothing while nobody has said."""
    if person == case.circle.focus_id:
        return ""
    if person in told:
        return word("proposed_by", TOLD_US)
    return word("proposed_by", row.proposed_by) if row is not None and row.proposed_by else ""


def spoken(row: Any) -> str:
    """When somebody was last spoken to alone, how, and by whom; nothing while nobody has."""
    if row is None or row.spoken_on is None:
        return ""
    return _("%(day)s, %(how)s, with %(who)s") % {
        "day": short_day(row.spoken_on),
        "how": word("how", row.how),
        "who": row.spoken_by,
    }


def url_of(case: UUID) -> str:
    """Where the sides of a case stand."""
    return reverse("practitioner:case-circle", args=[case]) + PLACE


def side_url(case: Any, person: UUID) -> str:
    """The page of one side."""
    return reverse("practitioner:circle-side", args=[case.pk, person])


def so_far(found: Heard) -> str:
    """How many were heard, as a gate says it."""
    return _("Spoken to alone: %(have)s of %(least)s.") % {
        "have": found.have,
        "least": found.least,
    }


def heard_so_far(circle: UUID) -> str:
    """The same of a circle, for a page that knows nothing of its sides."""
    return so_far(sides.heard(circle, at=clock.now()))


def in_circle(request: Request, case: Any) -> Mapping[str, Any] | None:
    """The sides of a circle for its page; nothing for who may not know them.

    ``rows`` has a line for everybody, the person last; ``items`` what is missing yet, each with
    the next act; ``done`` a sentence when nothing is; ``seen`` who can see it.
    """
    reader = request.reader
    if not sides.may_be_read(case.circle, seen_by=reader):
        return None
    rows = sides.newest(case.circle_id, seen_by=reader)
    told = sides.told_us(case.circle_id)
    prepare([row.spoken_by for row in rows.values() if row.spoken_by], "name")
    members = [m for m in people.members_in(case.circle_id, seen_by=reader) if m.to_at is None]
    here = [*(member.person_id for member in members), case.circle.focus_id]
    found = sides.heard(case.circle_id, at=clock.now())
    may = case.state != "closed" and reader.may_make(
        "side", institution=case.institution_id, circle=case.circle_id
    )
    items = _missing(case, found, here[:-1], rows, may=may) if case.state != "closed" else []
    names = {member.person_id: str(member.person) for member in members}
    return {
        "rows": [
            {
                "title": names.get(pk, str(case.circle.focus)),
                "text": _line(case, pk, rows.get(pk), told),
                "action_url": side_url(case, pk),
                "action_label": _("Write it down") if may else _("How it came to be known"),
            }
            for pk in here
        ],
        "items": items,
        "done": "" if items else so_far(found),
        "seen": seen_by_whom(request, "side", case.circle_id),
    }


def _line(case: Any, person: UUID, row: Any, told: frozenset[UUID]) -> str:
    if person == case.circle.focus_id:
        by = _("Whom it is about")
    else:
        by = proposed(case, person, row, told) or _("Nobody says who proposed them")
    talk = spoken(row)
    alone = (
        _("Spoken to alone on %(talk)s") % {"talk": talk} if talk else _("Not spoken to alone yet")
    )
    return f"{by} · {alone}"


def _missing(
    case: Any, found: Heard, members: list[UUID], rows: Mapping[UUID, Any], *, may: bool
) -> list[dict[str, Any]]:
    """What the two gates wait for, each with the one act that comes next."""
    own_by = catalogue.current().sides.own_by
    silent = [pk for pk in members if pk not in rows or rows[pk].spoken_on is None]
    own = [pk for pk in silent if pk in rows and rows[pk].proposed_by in own_by]
    items = []
    if not found.are_enough:
        items.append(_item(case, HEARD, so_far(found), silent, may=may))
    if not found.has_own:
        words = _("Nobody who was spoken to alone was proposed by you or by the person.")
        items.append(_item(case, OWN, words, own, may=may))
    return items


def _item(case: Any, gate: str, text: str, whom: list[UUID], *, may: bool) -> dict[str, Any]:
    url = side_url(case, whom[0]) if whom else ADD
    label = _("Write down a talk") if whom else _("Add somebody")
    return {
        "state": "fix",
        "title": texts().get(f"gates/{gate}/name", gate),
        "text": text,
        "url": url if may else "",
        "label": label,
    }


def facts(case: Any, person: UUID, row: Any, told: frozenset[UUID]) -> list[dict[str, str]]:
    """What is known of one side, as short facts."""
    is_person = person == case.circle.focus_id
    said = [
        (
            _("Who proposed them"),
            "" if is_person else proposed(case, person, row, told) or _("Not known yet"),
        ),
        (_("Spoken to alone"), spoken(row) or _("Not yet")),
        (_("What else to know"), row.words if row is not None else ""),
    ]
    return [{"term": term, "text": text} for term, text in said if text]


def of_member(request: Request, case: Any, member: Any) -> dict[str, Any] | None:
    """What the page of a member says of it; nothing for who may not know it."""
    if not sides.may_be_read(case.circle, seen_by=request.reader):
        return None
    row = sides.newest(case.circle_id, seen_by=request.reader).get(member.person_id)
    return {
        "facts": facts(case, member.person_id, row, sides.told_us(case.circle_id)),
        "url": side_url(case, member.person_id),
    }


def changes(request: Request, case: Any, rows: list[Any], told: frozenset[UUID]) -> list[Any]:
    """Every row about one side as a time line shows it, newest first."""
    found = []
    for row in reversed(rows):
        by = proposed(case, row.person_id, row, told)
        found.append(
            {
                "iso": row.written_at.isoformat(),
                "when": short_day(local_day(request, row.written_at)),
                "title": _("Spoken to alone on %(talk)s") % {"talk": spoken(row)}
                if row.spoken_on
                else _("Not spoken to alone"),
                "text": " · ".join(part for part in (by, row.words, str(row.written_by)) if part),
            }
        )
    return found
