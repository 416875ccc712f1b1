"""Help moves to another setting: what changes there is shown before anything is saved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.catalogue.chooser import in_words
from alongside.engine.protocols.moving import requirements
from alongside.plans import moving, places, queries
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, saved, two_texts
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.base import BASE, case_or_404, case_page
from alongside.web.practitioner.plan_forms import ToSetting
from alongside.web.practitioner.plan_shared import plan_or_404

# What a setting brings to the front, in words.
SHOWN = {
    "bookings": gettext_lazy("times"),
    "leave_page": gettext_lazy("Leave this page"),
    "price": gettext_lazy("the price"),
    "programmes": gettext_lazy("programmes without names"),
    "referrals": gettext_lazy("referrals"),
    "rooms": gettext_lazy("rooms"),
    "safe_contact": gettext_lazy("safe ways of contact"),
    "sites": gettext_lazy("sites"),
    "unit": gettext_lazy("the unit or ward"),
}


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def setting(request: Request, pk: UUID) -> HttpResponse:
    """Another place of care: ``?to=`` names it, the page says what changes, POST moves the plan."""
    live = plan_or_404(request, pk)
    case = case_or_404(request, live.case_id)
    known = catalogue.current().settings
    here = places.setting_of(case)
    to = request.POST.get("to") or request.GET.get("to", "")
    if to and to not in known:
        raise Http404
    if not to:
        return _choose_page(request, case, here)
    form = ToSetting(
        request.POST or None,
        required_there=_required(to),
        initial={
            "version": case.version,
            "in_place": sorted(places.said_in_place(case, clock.now())) if to == here else [],
        },
    )
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            moving.move(
                plan=live,
                setting=to,
                in_place=given.get("in_place", []),
                reason=given["reason"],
                expected=given["version"],
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return two_texts(
                request,
                base=BASE,
                pairs=[
                    ("to", _("Where help is given"), to, places.setting_of(stale.current)),
                ],
                same=[
                    ("reason", given["reason"]),
                    *(("in_place", name) for name in given.get("in_place", [])),
                ],
                version=stale.current.version,
                choices={"to": [(id, place_name(id)) for id in known]},
                keep_url=reverse("practitioner:case-plan", args=[case.pk]),
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return _preview(request, case, live, here, to, form)


def _choose_page(request: Request, case: Any, here: str) -> HttpResponse:
    return case_page(
        request,
        "practitioner/plan/setting.html",
        case,
        tab="plan",
        title=_("Where help is given"),
        head=False,
        here=place_name(here),
        places=[
            {"id": id, "name": place_name(id), "here": id == here}
            for id in catalogue.current().settings
        ],
        back=reverse("practitioner:case-plan", args=[case.pk]),
    )


def _preview(
    request: Request, case: Any, live: Any, here: str, to: str, form: ToSetting
) -> HttpResponse:
    found = moving.changes(plan=live, setting=to, seen_by=request.reader)
    names = {
        str(course.pk): said.way_name(course.protocol, course.variant)
        for course in queries.courses_of(seen_by=request.reader, plan=live)
    }
    return case_page(
        request,
        "practitioner/plan/setting_change.html",
        case,
        tab="plan",
        title=place_name(to),
        head=False,
        status=400 if form.errors else 200,
        form=form,
        to=to,
        here=place_name(here),
        stays=to == here,
        parts=[
            part
            for part in (
                _part(_("Possible there"), found.possible, found.possible_gone),
                _part(_("Asked for there"), found.required, found.required_gone),
                {
                    "title": _("In the foreground"),
                    "new": [str(SHOWN.get(word, word)) for word in found.shown],
                    "gone": [str(SHOWN.get(word, word)) for word in found.shown_gone],
                },
            )
            if part["new"] or part["gone"]
        ],
        courses=[
            {
                "name": names[one.key],
                "fits": one.is_described and not one.blocks,
                "blocks": _texts(block.reason for block in one.blocks),
                "new": _texts(one.cautions),
                "gone": _texts([*(block.reason for block in one.blocks_gone), *one.cautions_gone]),
            }
            for one in found.courses
        ],
        change_url=reverse("practitioner:plan-change", args=[live.pk]),
        back=reverse("practitioner:case-plan", args=[case.pk]),
    )


def _part(title: str, new: Iterable[Any], gone: Iterable[Any]) -> dict[str, Any]:
    return {"title": title, "new": _texts(new), "gone": _texts(gone)}


def _texts(reasons: Iterable[Any]) -> list[str]:
    words = catalogue.current().reasons(get_language() or "en")
    return [in_words(reason, words) for reason in reasons]


def _required(to: str) -> list[tuple[str, str]]:
    found = catalogue.current().settings[to]
    return list(zip(requirements(found), _texts(found.required), strict=True))


def place_name(setting: str) -> str:
    """What a setting is called in the reader's language."""
    found = catalogue.current().settings.get(setting)
    if found is None:
        return _("Not known")
    words = catalogue.current().reasons(get_language() or "en")
    return words.get(f"settings/{setting}/name", found.name)
