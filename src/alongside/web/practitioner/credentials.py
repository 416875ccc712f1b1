"""My credentials: what I hold, until when, and who looked."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from alongside import catalogue
from alongside.credentials import actions, queries
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.errors import NotAllowed, Refused
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, day_words, local_day, saved, short_day
from alongside.web.parts.people_words import CREDENTIAL_KINDS, STANDINGS, days_left
from alongside.web.parts.ways import way_name
from alongside.web.practitioner import words
from alongside.web.practitioner.forms import AddCredential

METHODS = {
    "register": gettext_lazy("In the public register"),
    "website": gettext_lazy("On the issuer’s page"),
    "letter": gettext_lazy("In a letter from the issuer"),
}


@access("credential", "R")
@require_safe
def mine(request: Request) -> HttpResponse:
    """What I hold."""
    return _page(request)


@access("credential", "C")
@require_POST
def add(request: Request) -> HttpResponse:
    """Declare a title. It counts once somebody else verified it."""
    practitioner = people.own_practitioner(seen_by=request.reader)
    if practitioner is None:
        raise NotAllowed("not on the staff")
    form = AddCredential(request.POST, titles=_titles())
    if not form.is_valid():
        return _page(request, add_form=form, status=400)
    at = clock.now()
    try:
        actions.record_credential(
            practitioner=practitioner, **form.cleaned_data, by=request.reader, at=at
        )
    except Refused as refusal:
        words.add_refusal(form, refusal)
        return _page(request, add_form=form, status=400)
    saved(request, at)
    return redirect("practitioner:credentials")


def _titles() -> list[tuple[str, str]]:
    held = catalogue.current().credentials
    return sorted(
        ((id, f"{title.short}: {title.name}") for id, title in held.items()),
        key=lambda pair: pair[1].casefold(),
    )


def _page(
    request: Request, *, add_form: AddCredential | None = None, status: int = 200
) -> HttpResponse:
    today = local_day(request, clock.now())
    rows = list(queries.own(seen_by=request.reader))
    return render(
        request,
        "practitioner/credentials/mine.html",
        {
            "cards": [_card(row, today) for row in rows],
            "blocked": _blocked(rows, today),
            "add_form": add_form or AddCredential(titles=_titles()),
            "form": add_form,
        },
        status=status,
    )


def _card(row: Any, today: Any) -> dict[str, Any]:
    found = queries.standing_of(row, today)
    label, kind, icon = STANDINGS[found.word]
    title = catalogue.current().credentials.get(row.code)
    text = str(label)
    if found.word == "valid" and row.expires_on is not None:
        text = _("Valid to %(day)s") % {"day": short_day(row.expires_on)}
    elif found.word == "valid":
        text = _("No end date")
    elif found.word == "soon" and found.days_left is not None:
        text = days_left(found.days_left)
    elif found.word == "ended":
        text = _("Ended %(day)s") % {"day": short_day(row.expires_on)}
    facts = [
        (_("Number"), _("ends %(signs)s") % {"signs": row.number[-4:]} if row.number else ""),
        (_("Ends"), day_words(row.expires_on)),
        (_("Kind"), CREDENTIAL_KINDS.get(title.kind, "") if title is not None else ""),
        (_("Issued by"), row.issuer),
        (_("Counts in"), _("any place") if row.jurisdiction == "any" else row.jurisdiction),
        (
            _("Checked"),
            _("%(how)s, %(day)s")
            % {"how": METHODS.get(row.method, row.method), "day": short_day(row.verified_on)}
            if row.verified_on
            else _("Not yet: a manager looks at the register"),
        ),
        (_("Allows"), title.allows if title is not None else ""),
    ]
    return {
        "id": str(row.pk),
        "short": title.short if title is not None else row.code,
        "name": title.name if title is not None else row.code,
        "legacy": title is not None and title.legacy,
        "tag": text,
        "kind": kind,
        "icon": icon,
        "stamp": {"signal": "signal", "lamp": "lamp"}.get(kind, ""),
        "facts": [{"term": term, "text": value} for term, value in facts if value],
    }


def _blocked(rows: list[Any], today: Any) -> list[dict[str, str]]:
    """Ways this practitioner cannot deliver alone today, with the titles that would open them."""
    cat = catalogue.current()
    counting = {row.code for row in rows if queries.standing_of(row, today).counts}
    known = {row.code for row in rows}
    found = []
    for protocol in cat.offered.values():
        asked = {code for each in protocol.deliverers for code in each.credentials}
        if asked and known & asked and not counting & asked:
            names = [
                cat.credentials[code].short for code in sorted(asked) if code in cat.credentials
            ]
            found.append(
                {
                    "title": _("You can’t lead %(way)s alone today.")
                    % {"way": way_name(str(protocol.ref))},
                    "text": _("It asks for one of these, verified and in date: %(titles)s.")
                    % {"titles": ", ".join(names)},
                }
            )
    return found
