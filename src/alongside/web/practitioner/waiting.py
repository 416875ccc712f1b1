"""What waits for this practitioner, of all rooms, in order of the harm if it is left.

One list: tasks, concerns to read, times to tell of, drafts to sign, credentials that end. Where
each kind leads stands in ``WHERE``; a kind of task that is not there leads to its case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.cases import queries as cases
from alongside.credentials import queries as credentials
from alongside.crisis import queries as crisis
from alongside.delivery import countersigning, own_reach, reviews, unpermitted
from alongside.delivery import queries as delivery
from alongside.engine.order_of_harm import Placed, Waiting, in_order_of_harm
from alongside.meetings import actions as meetings
from alongside.meetings import calls, rules
from alongside.records.fields import prepare
from alongside.tasks import queries as tasks
from alongside.web.parts.pages import Request, clock_time, list_moment, local_day, zone_of
from alongside.web.practitioner import notes_beside, words
from alongside.web.practitioner.base import address, name_of

AT_MOST = 500
SECOND_LOOK = "confirm_close"
END_OF_DAY = time(23, 59)  # by when what is due on a day is due
ICONS = {
    "new_concern": "mail-open",
    "told_by_member": "mail-open",
    "unsigned_note": "notebook-pen",
    "untold_session": "calendar-clock",
    "credential_ends": "badge-check",
    "review_change": "trending-up",
    "review_again": "trending-up",
    "team_review": "users",
    "follow_up": "phone",
    "follow_up_missed": "phone",
    "crisis_review": "calendar-clock",
    "case_review": "calendar-clock",
    "after_closing": "calendar-clock",
    rules.FOLLOW_UP: "phone",
}


@dataclass(slots=True)
class Item:
    """One thing that waits, with its words; ``task`` where pressing *Done* here answers it."""

    key: str
    kind: str
    due_at: datetime
    title: str
    url: str = ""
    text: str = ""
    task: Any = None
    circle: UUID | None = None
    placed: Placed | None = field(default=None)


def items(request: Request, at: datetime) -> list[Item]:
    """Everything that waits for this reader, in order. A fixed number of queries."""
    reader = request.reader
    found = [_of_concern(request, each) for each in _concerns(request)]
    told = {each.key for each in found}
    mine = list(tasks.mine(seen_by=reader)[:AT_MOST])
    others = _for_others_to_look_at(((row.kind, row.about) for row in mine), seen_by=reader)
    mine = [row for row in mine if row.kind != SECOND_LOOK or row.about not in others]
    found += with_calls(of_tasks(mine, told=told), seen_by=reader, at=at)
    found += _untold(request, at)
    found += _drafts(request, at)
    found += _credentials(request, at)
    found += of_reviews(request, cases.reviews_due(seen_by=reader, at=at))
    return in_order(found, at)


def pressing(request: Request, at: datetime) -> int:
    """How many of the items are late or due soon: what Today says, and its badge on every page.

    Counted without their words, and only what is due by then is read.
    """
    reader, kinds = request.reader, catalogue.current().task_kinds
    soon, zone = at + kinds.rules.soon, zone_of(request)
    within = kinds.due_after("new_concern") or timedelta(0)
    by_now = soon - within
    told = {
        f"concern:{pk}" for pk, sent in cases.untaken(seen_by=reader) if sent and sent <= by_now
    }
    rows = tasks.due_by(soon, seen_by=reader)
    due = {about for kind, about in rows if kind == reviews.DUE}
    others = _for_others_to_look_at(rows, seen_by=reader)
    left_out = sum(
        (kind == "new_concern" and about in told)
        or (kind == reviews.AGAIN and about in due)
        or (kind == SECOND_LOOK and about in others)
        for kind, about in rows
    )
    told_by = soon - (kinds.due_after("untold_session") or timedelta(0))
    untold = delivery.over_and_untold(min(at, told_by), seen_by=reader)
    signed_by = soon - catalogue.current().notes.sign_within
    drafts = delivery.held_and_unsigned(min(at, signed_by), seen_by=reader)
    last = soon.astimezone(zone)
    day = last.date() if last.time() >= END_OF_DAY else last.date() - timedelta(days=1)
    looks = cases.to_look_at(min(day, cases.last_day_to_look(at)), seen_by=reader)
    ends = [
        each
        for each in credentials.own_ending(day, seen_by=reader)
        if credentials.standing_of(each, local_day(request, at)).word == "soon"
    ]
    counted = len(untold) + len(drafts) + len(looks)
    return len(told) + len(rows) - left_out + counted + len(ends)


def _for_others_to_look_at(rows: Iterable[tuple[str, str]], *, seen_by: Any) -> set[str]:
    """Closed alerts that wait for a second person who is not this reader.

    Who closed one does not look at it again, and who was on call reads it for an hour more.
    """
    waits = {about for kind, about in rows if kind == SECOND_LOOK}
    if not waits:
        return waits
    own = crisis.to_confirm(seen_by=seen_by).values_list("pk", flat=True)
    return waits - {f"alert:{pk}" for pk in own}


def of_tasks(rows: Sequence[Any], *, told: Iterable[str] = ()) -> list[Item]:
    """Tasks in their words; what is on the list in another shape is left out."""
    prepare(rows, "what", "why")
    prepare([row.circle.focus for row in rows if row.circle is not None], "name")
    told = set(told)
    due = {row.about for row in rows if row.kind == reviews.DUE}
    return [
        _of_task(row)
        for row in rows
        if not (row.kind == "new_concern" and row.about in told)
        and not (row.kind == reviews.AGAIN and row.about in due)  # one review answers both
    ]


def with_calls(found: list[Item], *, seen_by: Any, at: datetime) -> list[Item]:
    """Of the calls after meetings: whom somebody still calls. Each is written on its own page."""
    abouts = {each.task.about for each in found if each.kind == rules.FOLLOW_UP and each.task}
    if not abouts:
        return found
    listed = calls.of_tasks(abouts, seen_by=seen_by, at=at)
    prepare([call.person for of_day in listed.values() for call in of_day], "name")
    for each in found:
        of_day = listed.get(each.task.about, ()) if each.task is not None else ()
        if any(call.is_open for call in of_day):
            each.text, each.task = words.calls_in_short(of_day), None
    return found


def in_order(found: Sequence[Item], at: datetime) -> list[Item]:
    """Put items in order of harm, each with its place and reason."""
    by_key = {each.key: each for each in found}
    placed = in_order_of_harm(
        [Waiting(each.key, each.kind, each.due_at) for each in found],
        catalogue.current().task_kinds.rules,
        at=at,
    )
    for each in placed:
        by_key[each.key].placed = each
    return [by_key[each.key] for each in placed]


def groups(request: Request, found: Sequence[Item], at: datetime) -> list[dict[str, Any]]:
    """The items under the words of the harm they stand for, as ``today/_waiting.html`` draws."""
    kinds, language = catalogue.current().task_kinds, get_language() or "en"
    listed: dict[str, dict[str, Any]] = {}
    for each in found:
        if each.placed is None:
            continue
        is_now = each.placed.place == "now"
        key = each.placed.level if is_now else "later"
        words_ = kinds.level_words(key, language) if is_now else _("Later")
        group = listed.setdefault(key, {"id": key, "title": words_, "rows": []})
        group["rows"].append(row(request, each, at))
    return list(listed.values())


def row(request: Request, item: Item, at: datetime) -> dict[str, Any]:
    """One row: words, where it leads, by when, and why it stands higher than its kind does."""
    late = item.placed is not None and item.placed.is_late
    when = clock_or_day(request, item.due_at, at)
    risen = ""
    if item.placed is not None and item.placed.has_risen:
        days = (at - item.due_at).days
        risen = ngettext(
            "Late by %(days)s day, so it stands higher.",
            "Late by %(days)s days, so it stands higher.",
            days,
        ) % {"days": days}
    return {
        "title": item.title,
        "url": item.url,
        "icon": ICONS.get(item.kind, "circle-check"),
        "text": " ".join(part for part in (item.text, risen) if part),
        "tag": (_("Overdue since %(when)s") if late else _("By %(when)s")) % {"when": when},
        "tag_kind": "lamp" if late else "",
        "tag_icon": "clock",
        "task": item.task,
    }


def clock_or_day(request: Request, moment: datetime, at: datetime) -> str:
    """The time when it is today, else the day."""
    if local_day(request, moment) == local_day(request, at):
        return clock_time(request, moment)
    return list_moment(request, moment).partition(",")[0]


# -- what waits in the rooms --------------------------------------------------------------------


def _concerns(request: Request) -> list[Any]:
    found = list(cases.to_triage(seen_by=request.reader)[:AT_MOST])
    prepare(found, "about_alias")
    return found


def _of_concern(request: Request, concern: Any) -> Item:
    within = catalogue.current().task_kinds.due_after("new_concern") or timedelta(0)
    return Item(
        key=f"concern:{concern.pk}",
        kind="new_concern",
        due_at=concern.sent_at + within,
        title=_("New concern about %(name)s") % {"name": concern.about_alias or _("somebody")},
        url=reverse("practitioner:concern", args=[concern.pk]),
        text=_("%(path)s. Sent %(when)s.")
        % {
            "path": words.PATHS.get(concern.path, concern.path),
            "when": list_moment(request, concern.sent_at),
        },
    )


def _of_task(task: Any) -> Item:
    case = getattr(task.circle, "case", None) if task.circle is not None else None
    title = words.task(task)
    return Item(
        key=f"task:{task.pk}",
        kind=task.kind,
        due_at=task.due_at,
        title=f"{name_of(case)}: {title}" if case is not None else title,
        url=_address(task, case),
        text=words.why_of_task(task),
        # What ends by its act alone is done where it leads.
        task=None if task.kind in catalogue.current().task_kinds.end_by_their_act else task,
        circle=task.circle_id,
    )


def of_reviews(request: Request, rows: Any) -> list[Item]:
    """Cases that somebody must look at again: each with its day, after which it closes."""
    found = list(rows[:AT_MOST])
    prepare([case.circle.focus for case in found], "name")
    zone = zone_of(request)
    return [
        Item(
            key=f"review:{case.pk}",
            kind="case_review",
            due_at=datetime.combine(case.review_by, END_OF_DAY, zone),
            title=f"{name_of(case)}: {words.task_of_kind('case_review')}",
            url=reverse("practitioner:case-closing", args=[case.pk]),
            text=_("Ninety days without a step and the case closes.")
            if case.engaged_at is None
            else "",
            circle=case.circle_id,
        )
        for case in found
    ]


def _untold(request: Request, at: datetime) -> list[Item]:
    """Times that are over, and nobody has said whether somebody came."""
    within = catalogue.current().task_kinds.due_after("untold_session") or timedelta(0)
    rows = list(delivery.to_tell(seen_by=request.reader, at=at)[:AT_MOST])
    prepare([each.circle.focus for each in rows], "name")
    return [
        Item(
            key=f"booking:{each.pk}",
            kind="untold_session",
            due_at=each.ends_at + within,
            title=_("%(name)s: say what happened on %(when)s")
            % {"name": str(each.circle.focus), "when": list_moment(request, each.starts_at)},
            url=reverse("practitioner:booking-tell", args=[each.pk]),
            circle=each.circle_id,
        )
        for each in rows
    ]


def _drafts(request: Request, at: datetime) -> list[Item]:
    within = catalogue.current().notes.sign_within
    drafts = list(delivery.unsigned(seen_by=request.reader, at=at)[:AT_MOST])
    prepare([each.circle.focus for each in drafts], "name")
    sessions = [each.session for each in drafts]
    beside = delivery.notes_of(seen_by=request.reader, sessions=sessions)
    return [
        Item(
            key=f"note:{each.pk}",
            kind="unsigned_note",
            due_at=each.session.held_at + within,
            title=(
                _("%(name)s: sign the note of session %(number)s about %(about)s")
                if len(beside[each.session_id]) > 1
                else _("%(name)s: sign the note of session %(number)s")
            )
            % {
                "name": str(each.circle.focus),
                "number": each.session.number,
                "about": each.about.name,
            },
            url=notes_beside.address(each),
            circle=each.circle_id,
        )
        for each in drafts
    ]


def _credentials(request: Request, at: datetime) -> list[Item]:
    today, zone = local_day(request, at), zone_of(request)
    found = []
    for each in credentials.own(seen_by=request.reader):
        if each.expires_on is None or credentials.standing_of(each, today).word != "soon":
            continue
        kind = catalogue.current().credentials.get(each.code)
        found.append(
            Item(
                key=f"credential:{each.pk}",
                kind="credential_ends",
                due_at=datetime.combine(each.expires_on, END_OF_DAY, zone),
                title=_("Your credential ends: %(name)s")
                % {"name": getattr(kind, "name", each.code)},
                url=reverse("practitioner:credentials"),
            )
        )
    return found


# -- where each kind leads ----------------------------------------------------------------------

Where = Callable[[Any, Any], str]


def _of_case(name: str) -> Where:
    """A page of the case."""
    return lambda task, case: address(name, case.pk) if case is not None else ""


def _of_thing(name: str) -> Where:
    """A page of the thing the task is about."""
    return lambda task, case: address(name, task.about.partition(":")[2])


def _of_course(task: Any, case: Any) -> str:
    return (
        address("practitioner:track-review", case.pk, task.about.partition(":")[2])
        if case is not None
        else ""
    )


def _of_calls(task: Any, case: Any) -> str:
    if case is None:
        return ""
    return address("practitioner:meeting-after", case.pk, task.about.split(":")[1]) + "#calls"


WHERE: Mapping[str, Where] = {
    "alert": _of_thing("practitioner:alert"),
    "alert_overdue": _of_thing("practitioner:alert"),
    SECOND_LOOK: _of_thing("practitioner:alert"),
    "debrief": lambda task, case: address("practitioner:alert-debrief", task.about.split(":")[1]),
    "follow_up": _of_case("practitioner:case-after"),
    "follow_up_missed": _of_case("practitioner:case-after"),
    "crisis_review": _of_case("practitioner:case-after"),
    "means_safety": _of_case("practitioner:case-safety"),
    unpermitted.TASK: _of_case("practitioner:case-sessions"),
    "team_review": _of_case("practitioner:case-plan"),
    countersigning.ASKED: _of_thing("practitioner:session"),
    countersigning.RETURNED: _of_thing("practitioner:session"),
    reviews.DUE: _of_course,
    reviews.AGAIN: _of_course,
    rules.FOLLOW_UP: _of_calls,
    meetings.LOOK: lambda task, case: (
        address("practitioner:meeting-checks", case.pk, task.about.rpartition(":")[2])
        if case is not None
        else ""
    ),
    own_reach.ASKED: _of_case("practitioner:case-circle"),
    own_reach.CHANGED: _of_case("practitioner:case-circle"),
    "hand_over": _of_thing("practitioner:hand-over-answer"),
    "hand_over_not_taken": _of_thing("practitioner:hand-over-answer"),
}


def _address(task: Any, case: Any) -> str:
    named = WHERE.get(task.kind)
    if named is not None and (found := named(task, case)):
        return found
    if task.about.startswith("concern:"):
        return reverse("practitioner:concern", args=[task.about.partition(":")[2]])
    if task.about.startswith("alert:"):
        return address("practitioner:alert", task.about.partition(":")[2])
    return reverse("practitioner:case", args=[case.pk]) if case is not None else ""
