"""The ways of inviting somebody together: the evidence, the choice, and going another way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.engine.meetings import suggested
from alongside.meetings import actions, queries, rules
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    list_moment,
    saved,
    short_day,
)
from alongside.web.practitioner import meeting_words as said
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.meeting_forms import ChoosePath
from alongside.web.practitioner.meeting_frame import (
    meeting_or_404,
    open_stops_of,
    stale_page,
)
from alongside.web.practitioner.plan_shared import staff_of


def began(request: Request, case: Any, form: Any) -> bool:
    """Begin to prepare on the way that was chosen; a refusal stands in the form."""
    given, at = form.cleaned_data, clock.now()
    way, _sep, level = given["way"].partition("/")
    staff = {str(row.pk): row for row in people.practitioners(seen_by=request.reader)}
    try:
        actions.begin(
            case=case,
            path=way,
            level=int(level or 0),
            reason=given["reason"],
            lead=staff[given["lead"]],
            by=request.reader,
            at=at,
        )
    except Refused as refusal:
        said.add_refusal(form, refusal)
        return False
    saved(request, at)
    return True


def path_form(request: Request, case: Any, data: Any, *, meeting: Any = None) -> Any:
    """The choice of a way, without those that are no meeting."""
    ways, hints = [], {}
    for path in catalogue.current().meetings.paths:
        if not path.is_meeting:
            continue
        for level in path.levels or (None,):
            value = rules.way(path.id, level.id if level else 0)
            ways.append((value, said.path_name(path.id, level.id if level else 0)))
            hints[value] = in_language((level or path).what, said.language())
    own = people.own_practitioner(seen_by=request.reader)
    initial: dict[str, Any] = {"lead": str(own.pk) if own else ""}
    if meeting is not None:
        initial = {"version": meeting.version, "way": rules.way(meeting.path, meeting.level)}
    return ChoosePath(
        data, ways=ways, hints=hints, staff=[] if meeting else staff_of(request), initial=initial
    )


def _flow(case: Any, flow: Any) -> dict[str, Any]:
    """What is done in place of a meeting, what that changes, and the page it begins on."""
    language = said.language()
    lines = ((_("Not here"), flow.blocks), (_("Needs"), flow.whom), (_("Different"), flow.changes))
    return {
        "title": in_language(flow.title, language),
        "text": in_language(flow.text, language),
        "facts": [{"term": term, "text": in_language(text, language)} for term, text in lines],
        "url": reverse("practitioner:case-consent", args=[case.pk]) if flow.decides else "",
    }


def ways_page(
    request: Request, case: Any, form: Any, *, title: str, meeting: Any = None
) -> HttpResponse:
    """Every way with its evidence, and the choice for whoever may make it."""
    content = catalogue.current().meetings
    number = people.live_members(case.circle, seen_by=request.reader).count()
    file = content.paths_file
    first = suggested(file.few, file.more, file.more_from, number)
    flow = content.flow_for(case.needs)
    earlier = queries.meetings(seen_by=request.reader).filter(circle=case.circle)
    return case_page(
        request,
        "practitioner/meeting/ways.html",
        case,
        tab="meeting",
        title=title,
        head=False,
        status=400 if form is not None and form.errors else 200,
        form=form,
        first=said.path_name(first),
        first_is_meeting=any(path.id == first and path.is_meeting for path in content.paths),
        number=number,
        flow=_flow(case, flow) if flow else None,
        ways=[_way(path) for path in content.paths],
        choose_url=reverse("practitioner:case-choose", args=[case.pk]),
        history=history(request, meeting) if meeting else [],
        stops=open_stops_of(request, case),
        earlier=[
            {
                "title": said.path_name(row.path, row.level),
                "text": outcome_words(row.outcome),
                "when": short_day(row.ended_at),
                "url": reverse("practitioner:meeting-after", args=[case.pk, row.pk]),
            }
            for row in earlier.exclude(ended_at=None)
        ],
        back=reverse("practitioner:case-meeting", args=[case.pk]) if meeting else "",
    )


def outcome_words(code: str) -> str:
    """How a meeting ended, in words."""
    for answer in catalogue.current().meetings.rules_file.answers:
        if answer.id == code:
            return in_language(answer.text, said.language())
    return _("Not held") if code == rules.NOT_HELD else code


def _way(path: Any) -> dict[str, Any]:
    words = said.language()
    people_words = _("%(least)s to %(most)s people") % {
        "least": path.people.least,
        "most": path.people.most,
    }
    return {
        "name": in_language(path.name, words),
        "what": in_language(path.what, words),
        "tag": _("Surprise") if path.is_surprise else "",
        "facts": [
            {"term": _("The person"), "text": in_language(path.told, words)},
            {"term": _("Circle"), "text": people_words},
            {"term": _("Limits"), "text": in_language(path.limits, words)},
            {"term": _("With nobody trained"), "text": in_language(path.alone, words)},
            {"term": _("With somebody on the phone"), "text": in_language(path.phone, words)},
            {"term": _("With a professional"), "text": in_language(path.present, words)},
        ],
        "evidence": [
            {
                "text": in_language(each.text, words),
                "limits": in_language(each.limits, words),
                "source": each.source,
            }
            for each in path.evidence
        ],
    }


def history(request: Request, meeting: Any) -> list[dict[str, Any]]:
    """Every way chosen so far with its reason, newest first."""
    found = []
    for row in queries.paths_taken(seen_by=request.reader, meeting=meeting):
        way, _sep, level = row.chosen.partition("/")
        found.append(
            {
                "title": said.path_name(way, int(level or 0)),
                "text": row.reason,
                "when": list_moment(request, row.decided_at),
            }
        )
    return found


@access("planned_meeting", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def path(request: Request, pk: UUID) -> HttpResponse:
    """Move to another way or level. What was chosen before stays, with its reason."""
    case = case_or_404(request, pk)
    found = meeting_or_404(request, case)
    form = path_form(request, case, request.POST or None, meeting=found)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        way, _sep, level = given["way"].partition("/")
        try:
            actions.choose_path(
                meeting=found,
                path=way,
                level=int(level or 0),
                reason=given["reason"],
                expected=given["version"] or found.version,
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return stale_page(
                request,
                case,
                stale.current,
                [
                    (
                        "way",
                        _("Which way"),
                        given["way"],
                        rules.way(stale.current.path, stale.current.level),
                    ),
                    ("reason", _("Why this way"), given["reason"], ""),
                ],
            )
        except Refused as refusal:
            said.add_refusal(form, refusal)
        else:
            saved(request, at)
            return redirect("practitioner:case-meeting", pk=case.pk)
    return ways_page(request, case, form, title=_("Another way"), meeting=found)
