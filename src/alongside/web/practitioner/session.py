"""Sessions of a case: the list, one session, and its note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from alongside import catalogue
from alongside.calendar import queries as calendar
from alongside.crisis import queries as crisis
from alongside.delivery import actions, artefacts, queries, rules, unpermitted
from alongside.measures import queries as measures
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.records.fields import prepare
from alongside.web.parts import sheets
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    clock_time,
    day_words,
    further,
    local_day,
    moment_words,
    saved,
    say,
    seen_by_whom,
    two_texts,
)
from alongside.web.parts.people_words import listed
from alongside.web.parts.ways import way_name
from alongside.web.practitioner import (
    countersign,
    note_draft,
    notes_beside,
    own_views,
    standing_words,
)
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.base import BASE, case_or_404, case_page
from alongside.web.practitioner.calendar import booking_row, colleague_names, expected_in
from alongside.web.practitioner.delivery_forms import (
    AddToNote,
    Note,
    SetHomework,
)
from alongside.web.practitioner.homework_shown import homework_row, rate_of

HOMEWORK = 30
FREE_PART = gettext_lazy("Anything else")
ANYWAY = "sign_anyway"  # after a warning
SIGN = ("sign", ANYWAY)


# -- the list --------------------------------------------------------------------------------------


@access("session", "R")
@require_safe
def listing(request: Request, pk: UUID) -> HttpResponse:
    """The sessions of a case: to tell, to come, what was; and what is tried at home."""
    case = case_or_404(request, pk)
    reader, at = request.reader, clock.now()
    courses = list(plans.courses(seen_by=reader).filter(circle=case.circle).order_by("pk"))
    running = [row for row in courses if row.started_at and not row.ended_at]
    rows, paging = further(
        request,
        queries.sessions(seen_by=reader).filter(circle=case.circle).order_by("-held_at", "-pk"),
    )
    notes = queries.notes_of(seen_by=reader, sessions=rows)
    upcoming = list(calendar.upcoming(seen_by=reader, at=at, circle=case.circle_id))
    untold = list(queries.untold(seen_by=reader, at=at, circle=case.circle_id))
    expected = expected_in(request, [*untold, *upcoming])
    besides = colleague_names(request, [*untold, *upcoming])
    tried = list(queries.homework(seen_by=reader).filter(circle=case.circle).order_by("-set_at"))
    prepare([row.about for row in tried], "name")
    may_tell = case.state != "closed" and reader.may_make(
        "session", institution=case.institution_id, circle=case.circle_id
    )
    return case_page(
        request,
        "practitioner/session/list.html",
        case,
        tab="sessions",
        head=False,
        left=_left(request, case, at),
        untold=[
            booking_row(request, row, at, expected=expected, case=None, told=False, besides=besides)
            for row in untold
        ],
        upcoming=[
            booking_row(request, row, at, expected=expected, case=None, told=False, besides=besides)
            for row in upcoming
            if row.starts_at > at or row not in untold
        ],
        sessions=[_session_row(request, row, notes[row.pk]) for row in rows],
        paging=paging,
        to_tell=[
            {
                "url": reverse("practitioner:course-tell", args=[row.pk]),
                "label": way_name(row.protocol),
            }
            for row in running
        ]
        if may_tell
        else [],
        may_book=case.state != "closed"
        and reader.may_make("booking", institution=case.institution_id, circle=case.circle_id),
        homework=[homework_row(request, row, may_tell=may_tell) for row in tried[:HOMEWORK]],
        rate=rate_of(tried),
        seen=seen_by_whom(request, "session", case.circle_id),
    )


def _left(request: Request, case: Any, at: datetime) -> list[dict[str, Any]]:
    """Times to come that rest on a yes somebody took back; whether this reader may give back."""
    if case.state == "closed":
        return []
    return [
        {
            "url": reverse("practitioner:booking", args=[each.booking.pk]),
            "when": moment_words(request, each.booking.starts_at),
            "iso": each.booking.starts_at.isoformat(),
            "who": listed([person.name for person in each.persons]),
            "others": len(each.booking.persons) > len(each.persons),
            "may": request.reader.may("E", each.booking),
        }
        for each in unpermitted.times_left(circle=case.circle_id, seen_by=request.reader, at=at)
    ]


@access("booking", "E")
@require_POST
def give_back(request: Request, pk: UUID) -> HttpResponse:
    """Give back every time that rests on a yes that was taken back."""
    case = case_or_404(request, pk)
    at = clock.now()
    number = unpermitted.give_back(circle=case.circle, by=request.reader, at=at)
    say(
        request,
        ngettext("%(count)s time was given back.", "%(count)s times were given back.", number)
        % {"count": number},
    )
    return redirect("practitioner:case-sessions", pk=case.pk)


def _session_row(request: Request, session: Any, notes: Sequence[Any]) -> dict[str, Any]:
    tag, kind = _note_tag(session, notes)
    return {
        "title": said.session_name(session),
        "url": reverse("practitioner:session", args=[session.pk]),
        "text": " · ".join(
            part
            for part in (
                said.way_name(session.course.protocol, session.course.variant),
                _("%(minutes)s minutes") % {"minutes": session.minutes}
                if session.minutes
                else str(said.WHOSE.get(session.not_held_by, "")),
            )
            if part
        ),
        "icon": "circle-check" if session.held else "calendar-x",
        "when": moment_words(request, session.held_at),
        "iso": session.held_at.isoformat(),
        "tag": tag,
        "tag_kind": kind,
    }


def _note_tag(session: Any, notes: Sequence[Any]) -> tuple[str, str]:
    if not session.held:
        return _("Not held"), ""
    if not notes:
        return "", ""
    signed = sum(note.signed_at is not None for note in notes)
    if signed == len(notes):
        return _("Signed"), "moss"
    if not signed:
        return _("Draft, not signed"), "lamp"
    return _("%(signed)s of %(all)s notes signed") % {"signed": signed, "all": len(notes)}, "lamp"


# -- one session -----------------------------------------------------------------------------------


@access("session", "R")
@require_safe
def session(request: Request, pk: UUID) -> HttpResponse:
    """One session: its note, who came, the steps done, what is tried at home."""
    return session_page(request, session_or_404(request, pk))


def session_or_404(request: Request, pk: UUID) -> Any:
    """A session the reader may read."""
    return get_object_or_404(queries.sessions(seen_by=request.reader), pk=pk)


def session_page(
    request: Request,
    held: Any,
    *,
    note_form: Note | None = None,
    homework_form: SetHomework | None = None,
    addition_form: AddToNote | None = None,
    warned: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    """One session with its note, steps, sheets and tasks; with a form that was not right."""
    reader, at = request.reader, clock.now()
    case = case_or_404(request, held.course.plan.case_id)
    beside = notes_beside.of(request, held)
    note = notes_beside.chosen(request, beside)
    is_mine = note is not None and note.signed_at is None and reader.may("E", note)
    treated = [(str(p.pk), p.name) for p in plans.treated_by(held.course)]
    may_tell = reader.may_make("session", institution=held.institution_id, circle=held.circle_id)
    may_add = bool(note and note.signed_at) and reader.may_make(
        "progress_note", institution=held.institution_id, circle=held.circle_id
    )
    rows = queries.homework(seen_by=reader).filter(session=held).order_by("set_at")
    names = _step_names(held.course)
    written = artefacts.for_note(seen_by=reader, session=held) if held.held else []
    lines = note_draft.draft_of(request, note) if note is not None and is_mine else ()
    labels = note_labels(note) if note is not None else []
    return case_page(
        request,
        "practitioner/session/session.html",
        case,
        tab="sessions",
        title=said.session_name(held),
        head=False,
        status=status,
        session=held,
        name=said.session_name(held),
        when=day_words(local_day(request, held.held_at)),
        facts=_facts(request, held),
        came=[
            {
                "name": row.person.name,
                "word": said.attendance_words(row, held),
                "came": row.word in rules.CAME,
            }
            for row in queries.attendance(seen_by=reader, session=held)
        ],
        agenda=rules.lines_of(held.agenda),
        note=note,
        which=notes_beside.which(note, beside),
        beside=notes_beside.rows(request, note, beside),
        note_form=(note_form or _note_form(note, begun=note_draft.begun(note, lines)))
        if is_mine
        else None,
        note_parts=_written(note) if note is not None and not is_mine else [],
        warned=warned,
        note_line=_note_line(request, note) if note is not None else "",
        before=countersign.shown(request, note) if note is not None else None,
        additions=[
            {
                "words": row.words,
                "line": _("Added %(when)s by %(name)s")
                % {"when": moment_words(request, row.signed_at), "name": row.written_by.name},
            }
            for row in (queries.additions(seen_by=reader, note=note) if note is not None else ())
        ],
        addition_form=(addition_form or AddToNote(auto_id="add_%s")) if may_add else None,
        homework=[homework_row(request, row, may_tell=may_tell) for row in rows],
        has_to_try=any(row.told_at is None for row in rows),
        homework_form=(
            homework_form
            or SetHomework(auto_id="home_%s", persons=treated, sheets=for_home(held.course))
        )
        if may_tell and held.held
        else None,
        offered=note_draft.offered(note, lines, labels) if is_mine else [],
        drawn=note_draft.stands(note, lines, labels)
        if is_mine
        else note_draft.drawn(note, labels)
        if note is not None
        else [],
        sheets=sheets.rows_of(
            request, written, lambda row: reverse("practitioner:sheet", args=[row.sheet])
        ),
        to_fill=_to_fill(held) if may_tell and held.held else [],
        steps=[
            {
                "name": names.get(row.step, row.step),
                "state": said.STEP_STATES[row.state],
            }
            for row in queries.steps_in(seen_by=reader, session=held)
        ],
        open_steps=_open_steps(request, held, at) if may_tell and held.held else [],
        questions=_questions(request, held, case, at) if held.held else [],
        answered=_answered(request, held, case),
        ask_url=reverse("practitioner:case-measures", args=[case.pk]),
        looks=_looks(request, held),
        look_url=reverse("practitioner:case-danger", args=[case.pk]) + f"?session={held.pk}",
        may_look=reader.may_make(
            "safety_check", institution=held.institution_id, circle=held.circle_id
        ),
        views=own_views.views(request, case, f"note:{note.pk}") if note is not None else [],
        seen_note=seen_by_whom(request, "progress_note", held.circle_id),
        form=next((f for f in (note_form, homework_form, addition_form) if f is not None), None),
    )


def _questions(request: Request, held: Any, case: Any, at: datetime) -> list[dict[str, str]]:
    """Forms that somebody who came can fill in now, together."""
    came = [
        row.person_id
        for row in queries.attendance(seen_by=request.reader, session=held)
        if row.word in rules.CAME
    ]
    rows = measures.open_for(came, held.circle_id, seen_by=request.reader, at=at)[:20]
    return [
        {
            "name": measures.instrument_of(row).name,
            "who": str(row.respondent),
            "url": reverse("practitioner:measure-enter", args=[case.pk, row.pk])
            + f"?session={held.pk}",
        }
        for row in rows
        if request.reader.may("C", row)
    ]


def _looks(request: Request, held: Any) -> list[dict[str, str]]:
    """What was asked about danger in this session, and how urgent what was found is."""
    rows = crisis.safety_checks(seen_by=request.reader).filter(source=f"session:{held.pk}")
    return [
        {
            "who": str(row.about),
            "found": _("%(level)s: an alert was raised") % {"level": row.findings[0]["level"]}
            if row.findings
            else _("No danger was told"),
            "is_well": "" if row.findings else "yes",
        }
        for row in rows.select_related("about")
    ]


def _answered(request: Request, held: Any, case: Any) -> list[dict[str, str]]:
    """What was answered in this session."""
    here = catalogue.current().instruments
    return [
        {
            "name": here[row.instrument].name if row.instrument in here else row.instrument,
            "who": str(row.respondent),
            "url": reverse("practitioner:measure-response", args=[case.pk, row.pk]),
        }
        for row in measures.answered_in(f"session:{held.pk}", seen_by=request.reader)
    ]


def for_home(course: Any) -> list[tuple[str, str]]:
    """The forms that somebody treated here may fill in at home."""
    treated = plans.treated_by(course)
    return [
        (form.ref.form, sheets.title_of(str(form.ref)))
        for form in artefacts.forms_now(course, clock.now()).values()
        if any(form.is_for(artefacts.who_is(course, person)) for person in treated)
    ]


def _to_fill(held: Any) -> list[dict[str, str]]:
    """The forms of the course, each to be filled in from this session."""
    if held.course.ended_at is not None:
        return []
    return [
        {
            "title": sheets.title_of(str(form.ref)),
            "url": reverse("practitioner:sheet-new", args=[held.course_id, form.ref.form])
            + f"?session={held.pk}",
        }
        for form in artefacts.forms_now(held.course, clock.now()).values()
    ]


def _facts(request: Request, held: Any) -> list[dict[str, str]]:
    found = [
        (_("When"), moment_words(request, held.held_at)),
        (
            _("How long"),
            _("%(minutes)s minutes") % {"minutes": held.minutes} if held.minutes else "",
        ),
        (_("What"), said.way_name(held.course.protocol, held.course.variant)),
        (_("With"), held.practitioner.person.name),
        (_("Why not"), str(said.NOT_HELD.get(held.not_held_because, ""))),
        (_("Whose reason"), str(said.WHOSE.get(held.not_held_by, ""))),
        (_("In words"), held.not_held_words),
    ]
    return [{"term": term, "text": text} for term, text in found if text]


def _step_names(course: Any) -> dict[str, str]:
    way = plans.protocol_of(course)
    return {
        step.id: standing_words.step_name(way, step.id)
        for phase in way.phases
        for step in phase.steps
    }


def _open_steps(request: Request, held: Any, at: datetime) -> list[dict[str, str]]:
    if held.course.ended_at is not None:
        return []
    state = queries.state_of(course=held.course, seen_by=request.reader, at=at)
    names = _step_names(held.course)
    return [
        {
            "name": names[step.step],
            "url": reverse("practitioner:step-record", args=[held.course_id, step.step])
            + f"?session={held.pk}",
        }
        for step in state.next_steps
    ]


def agenda_of(request: Request, course: Any, at: datetime) -> dict[str, list[str]]:
    """What a session of this course is made of: its lines, its open steps, what was tried at home.

    The steps follow the variant that the plan chose, and where the course stands in it.
    """
    state = queries.state_of(course=course, seen_by=request.reader, at=at)
    names, way = _step_names(course), plans.protocol_of(course)
    home = queries.homework(seen_by=request.reader).filter(course=course, reviewed_at=None)
    return {
        "lines": [
            standing_words.of_way(way, f"skeleton/{line.id}", line.name) for line in way.skeleton
        ],
        "steps": [names[step.step] for step in state.next_steps],
        "home": [task.task for task in home.order_by("set_at")],
    }


def note_labels(note: Any) -> list[tuple[str, str, bool]]:
    way = plans.protocol_at(note.session.course, note.session.held_at)
    return [
        *(
            (line.id, standing_words.of_way(way, f"skeleton/{line.id}", line.name), line.required)
            for line in way.skeleton
        ),
        (rules.FREE_PART, str(FREE_PART), False),
    ]


def _note_form(note: Any, data: Any = None, *, begun: Mapping[str, str] | None = None) -> Note:
    parts = rules.parts_of(note.parts) if begun is None else begun
    return Note(
        data,
        auto_id="note_%s",
        parts=note_labels(note),
        initial={
            "version": note.version,
            **{f"part_{part}": text for part, text in parts.items()},
        },
    )


def _written(note: Any) -> list[dict[str, str]]:
    parts = rules.parts_of(note.parts)
    return [
        {"label": label, "text": parts[part]}
        for part, label, _must in note_labels(note)
        if part in parts
    ]


def _note_line(request: Request, note: Any) -> str:
    facts = {"name": note.written_by.name, "when": moment_words(request, note.signed_at)}
    if note.signed_at is not None:
        return _("Signed %(when)s by %(name)s. It stays as it is; it can be added to.") % facts
    if note.written_by_id in request.reader.persons:
        return _("A draft. Saved at %(time)s.") % {"time": clock_time(request, note.changed_at)}
    return _("A draft, not signed. Only %(name)s changes and signs it.") % facts


# -- the note --------------------------------------------------------------------------------------


def _own(request: Request) -> Any:
    """Notes of one's own, draft or signed; nobody else's draft can be written to."""
    return queries.notes(seen_by=request.reader).filter(written_by__in=request.reader.persons)


@access("progress_note", "E")
@require_POST
def save_note(request: Request, pk: UUID) -> HttpResponse:
    """Save the draft; sign it when that was pressed. What was written is saved in any case."""
    held = session_or_404(request, pk)
    note = notes_beside.named_or_404(request, _own(request), held)
    form, at = _note_form(note, request.POST), clock.now()
    if not form.is_valid():
        if note.signed_at is not None:
            return _signed_meanwhile(request, held, form)
        return session_page(request, held, note_form=form, status=400)
    try:
        note = actions.write_note(
            note=note,
            parts=note_draft.taken(request, note, form.written()),
            expected=form.cleaned_data["version"],
            by=request.reader,
            at=at,
        )
    except StaleVersion as stale:
        return _stale_note(request, held, stale.current, form)
    except actions.AlreadySigned:
        return _signed_meanwhile(request, held, form)
    if request.POST.get("do") not in SIGN:
        saved(request, at)
        return redirect(notes_beside.address(note))
    return _signed(request, held, note, at)


def _signed(request: Request, held: Any, note: Any, at: datetime) -> HttpResponse:
    """Sign a note. What it lacks, and whom it names, is a warning once: then it is the author's."""
    warned = request.POST.getlist("warned") if request.POST["do"] == ANYWAY else []
    try:
        actions.sign_note(
            note=note,
            expected=note.version,
            drafted=note_draft.draft_of(request, note),
            blank=_("None.") if "blank" in warned else "",
            may_name="names" in warned,
            by=request.reader,
            at=at,
        )
    except (actions.Incomplete, actions.NamesAnother, actions.SafeguardingOpen) as why:
        form = _note_form(note, note_draft.typed_with_version(request, note.version))
        form.is_valid()
        said.add_refusal(form, why)
        if isinstance(why, actions.Incomplete):
            warned = [*warned, "blank"]
            for line in why.missing:
                form.add_error(f"part_{line.id}", _("Blank: write a line, also if it is “none”."))
        elif isinstance(why, actions.NamesAnother):
            warned = [*warned, "names"]
            for part in why.parts:
                form.add_error(f"part_{part}", _("Names somebody else who was there."))
        else:
            warned = []
        return session_page(request, held, note_form=form, warned=warned, status=400)
    say(request, _("Signed at %(time)s.") % {"time": clock_time(request, at)})
    return redirect(notes_beside.address(note))


def _signed_meanwhile(request: Request, held: Any, form: Note) -> HttpResponse:
    """It was signed on another page: nothing typed is lost, it can be added instead."""
    given = [form.data.get(f"part_{part}", "") for part in form.part_ids]
    typed = "\n\n".join(text for text in given if text.strip())
    addition = AddToNote(auto_id="add_%s", initial={"words": typed})
    say(request, _("This note was signed meanwhile. What you typed is below: add what is new."))
    return session_page(request, held, addition_form=addition, status=HTTPStatus.CONFLICT)


def _stale_note(request: Request, held: Any, current: Any, form: Note) -> HttpResponse:
    if current.signed_at is not None:
        return _signed_meanwhile(request, held, form)
    theirs = rules.parts_of(current.parts)
    mine = form.written()
    return two_texts(
        request,
        base=BASE,
        pairs=[
            (f"part_{part}", label, mine.get(part, ""), theirs.get(part, ""))
            for part, label, _must in note_labels(current)
        ],
        version=current.version,
        keep_url=notes_beside.address(current),
        at=current.changed_at,
        by_myself=True,
    )


@access("progress_note", "E")
@require_POST
def autosave_note(request: Request, pk: UUID) -> HttpResponse:
    """Save the draft while somebody is typing. JSON; 409 when another page saved it first."""
    note = get_object_or_404(_own(request), pk=pk)
    form, at = _note_form(note, request.POST), clock.now()
    if not form.is_valid():
        return JsonResponse({"words": _not_kept(form)}, status=HTTPStatus.BAD_REQUEST)
    try:
        note = actions.write_note(
            note=note,
            parts=form.written(),
            expected=form.cleaned_data["version"],
            by=request.reader,
            at=at,
        )
    except (StaleVersion, actions.AlreadySigned):
        words = _("Another page saved this note first. Press Save as draft to see both texts.")
        return JsonResponse({"words": words}, status=HTTPStatus.CONFLICT)
    time = clock_time(request, at)
    return JsonResponse(
        {"saved": time, "version": note.version, "words": _("Saved at %(time)s.") % {"time": time}}
    )


def _not_kept(form: Note) -> str:
    first = next(iter(form.errors.values()), [""])
    return _("Not saved: %(why)s") % {"why": first[0]}


@access("progress_note", "C")
@require_POST
def add_to_note(request: Request, pk: UUID) -> HttpResponse:
    """Correct or complete a signed note."""
    held = session_or_404(request, pk)
    note = notes_beside.named_or_404(request, queries.notes(seen_by=request.reader), held)
    form, at = AddToNote(request.POST, auto_id="add_%s"), clock.now()
    if form.is_valid():
        try:
            actions.add_to_note(
                note=note, words=form.cleaned_data["words"], by=request.reader, at=at
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect(notes_beside.address(note))
    return session_page(request, held, addition_form=form, status=400)
