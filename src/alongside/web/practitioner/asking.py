"""Asking on time in a case: what is due, asked and answered; ask now, pause, change; rounds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.cases import queries as cases
from alongside.cases import rights
from alongside.catalogue import UnknownContent
from alongside.delivery import on_time, schedule
from alongside.insights import completeness as insights
from alongside.measures import actions, queries
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.asked_words import by_share, how_complete
from alongside.web.parts.content_words import measure_notes, offered, way_notes
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.pages import (
    Request,
    local_day,
    moment_words,
    number_in,
    saved,
    say,
    seen_by_whom,
    short_day,
    two_texts,
)
from alongside.web.parts.people_words import listed
from alongside.web.parts.ways import way_name
from alongside.web.practitioner import standing_words
from alongside.web.practitioner.base import BASE, case_or_404, case_page, name_of
from alongside.web.practitioner.measures import DAYS
from alongside.web.practitioner.words import ENDED, short_instrument
from alongside.web.practitioner.words import refusal as refusal_words

READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])
SHOWN = 6  # past times of one measure that stand open on the page; the others are in the fold

STATES: Mapping[str, tuple[Any, str]] = {
    "answered": (gettext_lazy("Answered"), "moss"),
    "late": (gettext_lazy("Answered late"), "moss"),
    "declined": (gettext_lazy("Would rather not"), ""),
    "expired": (gettext_lazy("Ran out"), "lamp"),
    "ended": (gettext_lazy("Ended by a no"), ""),
    "waiting": (gettext_lazy("Late, still open"), "lamp"),
    "not_asked": (gettext_lazy("Not asked"), "lamp"),
    "open": (gettext_lazy("Asked, open"), "pen"),
    "due": (gettext_lazy("Due now"), "lamp"),
    "next": (gettext_lazy("Next"), ""),
    "covered": (gettext_lazy("Asked shortly before"), ""),
    "paused": (gettext_lazy("Paused"), ""),
    "stopped": (gettext_lazy("Stopped"), ""),
}
HELD_BACK: Mapping[str, Any] = {
    "no_consent": gettext_lazy("There is no consent that holds today, so nothing goes out."),
    "withdrawn": gettext_lazy("They took back their yes to questionnaires. Nothing goes out."),
    "not_in": gettext_lazy("The person has not come in yet, so nothing goes out to them."),
    "left": gettext_lazy("They are no longer in the circle. Nothing goes out."),
    "closed": gettext_lazy("The case is closed. Nothing goes out."),
    "over": gettext_lazy("The course ended in a way after which nobody is asked."),
}
WORDS = [
    ("as_planned", gettext_lazy("As the way says")),
    ("every_days", gettext_lazy("At another interval")),
    ("paused", gettext_lazy("Pause")),
    ("stopped", gettext_lazy("Stop")),
]


# -- the page -----------------------------------------------------------------------------------


@access("asking", "R")
@require_safe
def overview(request: Request, pk: UUID) -> HttpResponse:
    """What this case asks of whom: due, asked, answered, late, next."""
    case, at, reader = case_or_404(request, pk), clock.now(), request.reader
    found = _parts(request, case)
    prepare([part.person for part in found], "name")
    may_ask = reader.may_make("asking", institution=case.institution_id, circle=case.circle_id)
    letters = schedule.reminders_of(
        [line.timing.pk for part in found for line in part.lines if line.timing is not None],
        seen_by=reader,
    )
    counts = insights.of_cases([case.circle_id], seen_by=reader, at=at)[case.circle_id]
    return case_page(
        request,
        "practitioner/asking/schedule.html",
        case,
        tab="schedule",
        parts=[_part(request, case, part, letters, may_ask) for part in found],
        complete=how_complete(counts),
        tally=by_share(counts),
        times=_how_we_ask(),
        may_ask=may_ask,
        seen=seen_by_whom(request, "own_measure", case.circle_id),
    )


def _parts(request: Request, case: Any) -> list[schedule.Part]:
    rows = schedule.courses(seen_by=request.reader).filter(circle=case.circle)
    return schedule.parts(rows.order_by("pk"), seen_by=request.reader, at=clock.now())


def _part(
    request: Request, case: Any, part: schedule.Part, letters: Mapping[UUID, Any], may_ask: bool
) -> dict[str, Any]:
    live = {change.instrument: change for change in part.changes}
    is_over = part.held_back in ("closed", "over")
    today = local_day(request, clock.now())
    measures = []
    for rule, instrument in part.asks:
        id = instrument.ref.id
        rows = [
            _line(request, case, line, letters, may_ask and not is_over)
            for line in part.lines
            if line.instrument.ref.id == id and not (is_over and _is_to_come(line))
        ]
        ahead = [row for row in rows if row["is_ahead"]]
        past = [row for row in rows if not row["is_ahead"]][::-1]
        for number, row in enumerate(past):  # how it was some sessions ago can be asked no more
            if not row["is_lasting"] and (number or row["is_long_ago"]):
                row["ask_url"] = ""
        change = live.get(id) or live.get("")
        measures.append(
            {
                "id": id,
                "name": short_instrument(str(instrument.ref)),
                "when": when_words(rule),
                "notes": [] if part.course.ended_at else measure_notes(str(instrument.ref), today),
                "change": _change_words(change) if change is not None else "",
                "rows": [*ahead, *past[:SHOWN]],
                "more": past[SHOWN:],
                "url": _change_url(case, part, id),
            }
        )
    return {
        "id": f"{part.course.pk}-{part.person.pk}",
        "title": _("%(way)s: %(who)s")
        % {"way": way_name(str(part.protocol.ref)), "who": str(part.person)},
        "notes": [] if part.course.ended_at else way_notes(str(part.protocol.ref), today),
        "held_back": str(HELD_BACK.get(part.held_back, "")),
        "measures": measures,
        "change_url": _change_url(case, part, ""),
        "change_label": _("Change for %(who)s") % {"who": str(part.person)},
        "is_over": is_over,
    }


def _is_to_come(line: schedule.Line) -> bool:
    """Nobody was asked, and its day is still ahead: of what is over it is not promised."""
    return line.asking is None and line.occasion.state in ("due", "next")


def _change_url(case: Any, part: schedule.Part, instrument: str) -> str:
    url = reverse("practitioner:schedule-change", args=[case.pk, part.course.pk, part.person.pk])
    return f"{url}?measure={instrument}" if instrument else url


def _line(
    request: Request,
    case: Any,
    line: schedule.Line,
    letters: Mapping[UUID, Any],
    may_ask: bool,
) -> dict[str, Any]:
    one = line.occasion
    state: str = line.outcome or ("open" if line.asking is not None else one.state)
    if line.asking is not None and line.asking.ended_because:
        state = "ended"
    label, kind = STATES[state]
    is_ahead = state in ("due", "next", "open", "waiting")
    times = catalogue.current().asking_times
    soon = one.opens_at <= clock.now() + timedelta(days=times.by_hand_ahead_days)
    latest = one.on + timedelta(days=times.says_of_session_days)
    asks = may_ask and line.asking is None and one.state in ("due", "next", "missed") and soon
    return {
        "day": short_day(one.on),
        "occasion": occasion_words(line),
        "state": label,
        "kind": kind,
        "text": _line_words(request, line, letters),
        "is_ahead": is_ahead,
        "is_long_ago": latest < local_day(request, clock.now()),
        "is_lasting": one.kind in ("start", "phase", "end", "after"),
        "ask_url": reverse("practitioner:schedule-ask", args=[case.pk, line.course.pk])
        if asks
        else "",
        "ask_label": _("Ask now, together") if line.by_hand else _("Ask now"),
        "person": str(line.person.pk),
        "instrument": one.instrument,
        "slot": one.slot,
        "enter_url": reverse("practitioner:measure-enter", args=[case.pk, line.asking.pk])
        if line.asking is not None and may_ask and state in ("open", "waiting")
        else "",
    }


def _line_words(request: Request, line: schedule.Line, letters: Mapping[UUID, Any]) -> str:
    one, asking = line.occasion, line.asking
    if asking is None:
        if one.state == "covered" and one.since is not None:
            return _("The same was asked on %(day)s.") % {"day": short_day(one.since)}
        if line.by_hand and one.state in ("due", "next"):
            return _("Somebody from the team asks this one; it is never sent.")
        if one.state == "next":
            return _("We ask on %(day)s.") % {"day": moment_words(request, one.opens_at)}
        return ""
    said = [_("Asked %(day)s.") % {"day": short_day(local_day(request, asking.asked_at))}]
    if asking.answered_at is not None:
        said.append(
            _("Answered %(day)s.") % {"day": short_day(local_day(request, asking.answered_at))}
        )
    elif asking.ended_because:
        said.append(str(ENDED[asking.ended_because]))
    elif asking.declined_at is None:
        sent = letters.get(line.timing.pk, []) if line.timing is not None else []
        reminders = [row for row in sent if row.number]
        if line.timing is not None and not sent and not line.by_hand:
            said.append(_("No safe way to write to them: hand the link over."))
        elif reminders:
            said.append(
                _("Reminded %(day)s.")
                % {"day": short_day(local_day(request, reminders[-1].made_at))}
            )
        if line.timing is not None and line.timing.quiet_until is not None:
            said.append(_("They said: not now."))
        said.append(
            _("Open until %(day)s.") % {"day": short_day(local_day(request, asking.expires_at))}
        )
    return " ".join(said)


def occasion_words(line: schedule.Line) -> str:
    """Which time it is: of session 3, after 3 months."""
    kind, _colon, rest = line.occasion.slot.partition(":")
    if kind == "session":
        return _("Session %(number)s") % {"number": rest}
    if kind == "phase":
        way = _protocol(line)
        phases = {
            phase.id: standing_words.of_way(way, f"phases/{phase.id}/name", phase.name)
            for phase in way.phases
        }
        return _("End of: %(phase)s") % {"phase": phases.get(rest, rest)}
    if kind == "after":
        number = int(rest[:-1])
        if rest.endswith("m"):
            return ngettext("%(number)s month after", "%(number)s months after", number) % {
                "number": number
            }
        return ngettext("%(number)s day after", "%(number)s days after", number) % {
            "number": number
        }
    return {"start": _("Before it starts"), "end": _("At the end"), "day": _("By the calendar")}[
        kind
    ]


def _protocol(line: schedule.Line) -> Any:
    return catalogue.current().protocols[line.course.protocol]


def when_words(rule: Any) -> str:
    """When a measure is asked, as its way says it."""
    numbers = listed([str(number) for number in rule.sessions])
    said = {
        "intake": _("before it starts"),
        "each": ngettext("at every session", "at every %(number)s sessions", 1) % {"number": 1},
        "every_n": ngettext("at every session", "at every %(number)s sessions", rule.every or 1)
        % {"number": rule.every},
        "sessions": ngettext("at session %(list)s", "at sessions %(list)s", len(rule.sessions))
        % {"list": numbers},
        "every_days": ngettext("every day", "every %(number)s days", rule.days or 1)
        % {"number": rule.days},
        "phase_end": _("at the end of each phase"),
        "end": _("at the end"),
    }
    words = [said[word] for word in rule.when if word in said]
    if rule.followup_days:
        words.append(
            _("%(list)s days after") % {"list": listed([str(n) for n in rule.followup_days])}
        )
    if rule.followup_months:
        words.append(
            _("%(list)s months after") % {"list": listed([str(n) for n in rule.followup_months])}
        )
    text = listed(words)
    return text[:1].upper() + text[1:]


def _change_words(change: Any) -> str:
    """What is asked instead, since when, why."""
    if change.word == "every_days":
        said = ngettext("Every day", "Every %(number)s days", change.days) % {"number": change.days}
    elif change.word == "paused" and change.until is not None:
        said = _("Paused until %(day)s") % {"day": short_day(change.until)}
    else:
        said = str(dict(WORDS)[change.word])
    return _("%(what)s, since %(day)s: %(reason)s") % {
        "what": said,
        "day": short_day(change.since),
        "reason": change.reason,
    }


def _how_we_ask() -> str:
    times = catalogue.current().asking_times
    return (
        _(
            "We ask from %(time)s on, %(before)s days before a session, by each one’s own safe way "
            "and hours. Nothing in a message tells why."
        )
        % {
            "time": times.ask_at.strftime("%H:%M"),
            "before": times.before_session_days,
        }
        + " "
        + ngettext(
            "We remind once.",
            "We remind at most %(number)s times.",
            len(times.reminders_after_days),
        )
        % {"number": len(times.reminders_after_days)}
    )


# -- ask now, change ----------------------------------------------------------------------------


def _course(request: Request, case: Any, course: UUID) -> Any:
    rows = schedule.courses(seen_by=request.reader).filter(circle=case.circle, pk=course)
    found = rows.first()
    if found is None:
        raise Http404
    return found


@access("asking", "C")
@require_POST
def ask(request: Request, pk: UUID, course: UUID) -> HttpResponse:
    """Ask one time of the schedule now."""
    case, at = case_or_404(request, pk), clock.now()
    found = _course(request, case, course)
    person = next(
        (p.person for p in _parts(request, case) if str(p.person.pk) == request.POST.get("person")),
        None,
    )
    if person is None:
        raise Http404
    try:
        timing = on_time.ask_now(
            course=found,
            person=person,
            instrument=request.POST.get("instrument", ""),
            slot=request.POST.get("slot", ""),
            by=request.reader,
            at=at,
        )
    except on_time.NothingToAsk:
        say(request, _("This was asked before, or it is not due any more. Nothing was sent."))
        return redirect("practitioner:case-schedule", case.pk)
    except rights.Limited as refusal:
        say(request, refusal_words(refusal)[1])
        return redirect("practitioner:case-schedule", case.pk)
    if not queries.may_be_sent(queries.instrument_of(timing.asking)):
        return redirect("practitioner:measure-enter", case.pk, timing.asking_id)
    _say_sent(request, on_time.send_now(timings=[timing], by=request.reader, at=at))
    return redirect("practitioner:case-schedule", case.pk)


def _say_sent(request: Request, sent: Mapping[UUID, Any]) -> None:
    due = [moment for moment in sent.values() if moment is not None]
    if due:
        say(
            request,
            ngettext(
                "Asked. The message goes out at %(time)s. It says nothing about why.",
                "Asked. %(number)s messages go out from %(time)s on. They say nothing about why.",
                len(due),
            )
            % {"time": moment_words(request, min(due)), "number": len(due)},
        )
    without = len(sent) - len(due)
    if without:
        say(
            request,
            ngettext(
                "For %(number)s person nothing can be sent: hand the link over, or ask together.",
                "For %(number)s people nothing can be sent: hand the link over, or ask together.",
                without,
            )
            % {"number": without},
        )


class Change(Form):
    """What one person is asked instead, and why."""

    word = forms.ChoiceField(
        label=gettext_lazy("From today on"), choices=WORDS, widget=forms.RadioSelect
    )
    days = forms.IntegerField(
        label=gettext_lazy("Every how many days"),
        help_text=gettext_lazy("Only for another interval."),
        min_value=1,
        max_value=366,
        required=False,
    )
    until = forms.DateField(
        label=gettext_lazy("Pause until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = Text(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("The person may read this."),
        max_length=300,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        longest = catalogue.current().asking_times.longest_pause_days
        self.fields["until"].help_text = _(
            "Leave it empty to pause without an end; at most %(days)s days."
        ) % {"days": longest}

    def clean(self) -> dict[str, Any]:
        """What belongs to one choice alone is asked for there and dropped elsewhere."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("word") == "every_days" and not given.get("days"):
            self.add_error("days", _("Write every how many days."))
        if given.get("word") != "every_days":
            given["days"] = None
        if given.get("word") != "paused":
            given["until"] = None
        return given


@access("asking", "C")
@READ_OR_SEND
def change(request: Request, pk: UUID, course: UUID, person: UUID) -> HttpResponse:
    """Pause, stop or change what one person is asked, with a reason."""
    case, at = case_or_404(request, pk), clock.now()
    found = _course(request, case, course)
    part = next(
        (
            each
            for each in _parts(request, case)
            if (each.course.pk, each.person.pk) == (found.pk, person)
        ),
        None,
    )
    measure = request.GET.get("measure", "")
    if part is None or measure not in ("", *(i.ref.id for _rule, i in part.asks)):
        raise Http404
    before = next((row for row in part.changes if row.instrument == measure), None)
    form = Change(request.POST or None, initial=_initial(before))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            on_time.change_schedule(
                course=found,
                person=part.person,
                instrument=measure,
                expected=number_in(request, "version") or None,
                by=request.reader,
                at=at,
                **{name: given[name] for name in ("word", "days", "until", "reason")},
            )
        except on_time.NeedsReason:
            form.add_error("reason", _("Write a few words."))
        except on_time.NotThatLong:
            form.add_error(
                "until",
                _("A pause ends within %(days)s days, not in the past.")
                % {"days": catalogue.current().asking_times.longest_pause_days},
            )
        except StaleVersion as stale:
            return _two_texts(request, case, form, stale.current)
        else:
            saved(request, at)
            return redirect("practitioner:case-schedule", case.pk)
    name = _name_of_measure(measure)
    return case_page(
        request,
        "practitioner/asking/change.html",
        case,
        tab="schedule",
        title=_("Change the schedule"),
        status=400 if form.errors else 200,
        form=form,
        version=before.version if before is not None else 0,
        lead=_("%(measure)s, for %(who)s: %(when)s.")
        % {
            "measure": name or _("All questions of this way"),
            "who": str(part.person),
            "when": next(
                (when_words(rule) for rule, i in part.asks if i.ref.id == measure),
                _("Each has its own times"),
            ),
        },
        back=reverse("practitioner:case-schedule", args=[case.pk]),
    )


def _initial(before: Any) -> dict[str, Any]:
    if before is None:
        return {"word": "paused"}
    return {name: getattr(before, name) for name in ("word", "days", "until", "reason")}


def _name_of_measure(measure: str) -> str:
    if not measure:
        return ""
    try:
        return short_instrument(str(catalogue.current().instrument(measure).ref))
    except UnknownContent:
        return measure


def _two_texts(request: Request, case: Any, form: Change, current: Any) -> HttpResponse:
    fields = [(name, str(form.fields[name].label or name)) for name in form.fields]
    return two_texts(
        request,
        base=BASE,
        pairs=[
            (name, label, request.POST.get(name, ""), _plain(getattr(current, name)))
            for name, label in fields
        ],
        version=current.version,
        keep_url=reverse("practitioner:case-schedule", args=[case.pk]),
        at=current.changed_at,
        choices={"word": [(value, str(words)) for value, words in WORDS]},
    )


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


# -- a round ------------------------------------------------------------------------------------


class Round(Form):
    """The same questions for several, each alone."""

    instrument = forms.ChoiceField(label=gettext_lazy("Questions"))
    respondents = forms.MultipleChoiceField(
        label=gettext_lazy("Who answers, each alone"), widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Open for"), choices=DAYS, coerce=int, initial=14
    )

    def __init__(self, *args: Any, people_here: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = [
            (each.ref.id, offered(each, clock.now()))
            for each in sorted(
                queries.instruments_here(), key=lambda each: each.respondent != "informant"
            )
            if each.role != "safety" and each.respondent != "clinician"
        ]
        offer(self, "instrument", here)
        offer(self, "respondents", [(str(person.pk), str(person)) for person in people_here])


@access("asking", "C")
@READ_OR_SEND
def ask_round(request: Request, pk: UUID) -> HttpResponse:
    """Ask several members what they see, each alone, with one press."""
    case, at = case_or_404(request, pk), clock.now()
    people = [
        person
        for person in queries.can_be_asked(case.circle, seen_by=request.reader)
        if person.pk != case.circle.focus_id
    ]
    prepare(people, "name")
    form = Round(request.POST or None, people_here=people)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        chosen = [person for person in people if str(person.pk) in given["respondents"]]
        try:
            made = on_time.ask_round(
                circle=case.circle,
                about=case.circle.focus,
                respondents=chosen,
                instrument=given["instrument"],
                days=given["days"],
                by=request.reader,
                at=at,
            )
        except on_time.NotHere:
            form.add_error("respondents", _("Somebody left the circle meanwhile."))
        except (rights.Limited, actions.AskedNoMore) as refusal:
            form.add_error(None, refusal_words(refusal)[1])
        else:
            _say_sent(request, on_time.send_now(timings=made, by=request.reader, at=at))
            return redirect("practitioner:case-measures", case.pk)
    return case_page(
        request,
        "practitioner/asking/round.html",
        case,
        tab="schedule",
        title=_("Ask several the same"),
        status=400 if form.errors else 200,
        form=form,
        nobody=not people,
        who=name_of(case),
        back=reverse("practitioner:case-schedule", args=[case.pk]),
    )


# -- how complete, over my cases ----------------------------------------------------------------


@access("asking", "R")
@require_safe
def mine(request: Request) -> HttpResponse:
    """How complete the answers of my cases are, over the last months."""
    at = clock.now()
    rows = list(cases.open_cases(seen_by=request.reader).order_by("-opened_at", "pk")[:200])
    prepare([case.circle.focus for case in rows], "name")
    since = local_day(request, at) - insights.look_back()
    found = insights.of_cases(
        [case.circle_id for case in rows], seen_by=request.reader, at=at, since=since
    )
    total = insights.in_total(found.values())
    return render(
        request,
        "practitioner/asking/mine.html",
        {
            "rows": [
                [
                    {
                        "text": name_of(case),
                        "url": reverse("practitioner:case-schedule", args=[case.pk]),
                    },
                    *_cells(found[case.circle_id]),
                ]
                for case in rows
                if found[case.circle_id].due or found[case.circle_id].left_out
            ],
            "columns": COLUMNS,
            "total": how_complete(total),
            "tally": by_share(total),
            "since": short_day(since),
        },
    )


COLUMNS = [
    {"label": gettext_lazy("Case")},
    {"label": gettext_lazy("Due"), "number": True},
    {"label": gettext_lazy("Answered"), "number": True},
    {"label": gettext_lazy("Late"), "number": True},
    {"label": gettext_lazy("Would rather not"), "number": True},
    {"label": gettext_lazy("No answer"), "number": True},
    {"label": gettext_lazy("Not asked"), "number": True},
    {"label": gettext_lazy("Answers of all due"), "number": True, "short": gettext_lazy("Share")},
]


def _cells(counts: Any) -> list[dict[str, str]]:
    numbers = (
        counts.due,
        counts.have,
        counts.late,
        counts.declined,
        counts.expired + counts.waiting,
        counts.not_asked,
    )
    share = "" if counts.share is None else f"{round(100 * counts.share)} %"
    return [*({"text": str(number)} for number in numbers), {"text": share}]
