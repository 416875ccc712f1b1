"""Is it working? Where a course stands, its review, and how well the early warning works."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alongside import catalogue
from alongside.access import policy
from alongside.catalogue.tracking import in_language
from alongside.delivery import reviews
from alongside.records import clock
from alongside.records.errors import Refused
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.early_warning import how_well
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.pages import (
    Request,
    day_words,
    list_moment,
    local_day,
    saved,
    say,
    short_day,
)
from alongside.web.practitioner import words
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.delivery_words import way_name
from alongside.web.practitioner.forms import Day
from alongside.web.practitioner.standing import standings_of, tag_of
from alongside.web.practitioner.three_words import three
from alongside.web.practitioner.tracking_words import SIGNALS, because


def shown(request: Request, case: Any, found: Sequence[Any]) -> list[dict[str, Any]]:
    """Each running course of a case as `practitioner/tracking/_state.html` shows it."""
    several = len(found) > 1 or any(len(each.seen) > 1 for each in found)
    return [
        {
            "way": way_name(each.course.protocol, each.course.variant),
            "tag": tag_of(each),
            "measures": [
                {
                    "name": words.short_instrument(str(seen.instrument.ref)),
                    "named": several,
                    "because": because(seen),
                    "text": str(SIGNALS[seen.look.signal if seen.look else None][0]),
                    "score": f"{seen.scores[-1][2]:g}" if seen.scores else "",
                    "score_url": reverse(
                        "practitioner:case-score", args=[case.pk, seen.scores[-1][3]]
                    )
                    if seen.scores
                    else "",
                }
                for seen in each.seen
            ],
            "kind": {"not_on_track": "lamp", "on_track": "moss"}.get(each.signal or "", ""),
            "reviewed": _reviewed(each),
            "review_url": reverse("practitioner:track-review", args=[case.pk, each.course.pk]),
            "is_due": each.signal == "not_on_track",
        }
        for each in found
        if each.seen
    ]


def seen_of(found: Sequence[Any], series: Any) -> Any:
    """What is known of one series in the running courses; None when it is no main measure."""
    for standing in found:
        for seen in standing.seen:
            is_own = series.about.pk == series.respondent.pk == seen.person
            if is_own and seen.instrument.ref.id == series.instrument.ref.id:
                return seen
    return None


def _reviewed(standing: Any) -> str:
    if standing.reviewed_at is None:
        return ""
    facts = {
        "day": short_day(standing.reviewed_at.date()),
        "again": short_day(standing.look_again_on) if standing.look_again_on else "",
    }
    return _("Reviewed on %(day)s. Next look by %(again)s.") % facts


# -- the review ------------------------------------------------------------------------------------


class Review(Form):
    """The checklist from content, what follows, and when to look again."""

    chosen = forms.ChoiceField(
        label=gettext_lazy("What follows"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what follows.")},
    )
    reason = Text(
        label=gettext_lazy("What you decided, and why"), max_length=reviews.LONGEST, lines=3
    )
    look_again_on = Day(label=gettext_lazy("Look again by"))
    share = forms.BooleanField(required=False)

    def __init__(self, *args: Any, who: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules, language = catalogue.current().tracking, get_language() or "en"
        answers = [(each.id, each.words(language)) for each in rules.answers]
        for check in rules.checklist:
            title = in_language(check.title, language)
            self.fields[f"check_{check.id}"] = forms.ChoiceField(
                label=title,
                help_text=in_language(check.ask, language),
                choices=answers,
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose one: not known yet is an answer too.")},
            )
            self.fields[f"words_{check.id}"] = Text(
                label=_("In words: %(what)s") % {"what": title.lower()},
                max_length=reviews.LONGEST,
                required=False,
            )
        offer(self, "chosen", [(each.id, each.words(language)) for each in rules.choices])
        self.fields["share"].label = _("Let %(name)s read this on their own page") % {"name": who}
        self.fields["share"].help_text = in_language(rules.shared, language)

    @property
    def points(self) -> list[dict[str, Any]]:
        """The checklist, each point with its field for words."""
        checks = catalogue.current().tracking.checklist
        return [
            {"check": self[f"check_{each.id}"], "words": self[f"words_{each.id}"]}
            for each in checks
        ]

    def found(self) -> dict[str, reviews.Found]:
        """What was found at each point."""
        given = self.cleaned_data
        return {
            each.id: reviews.Found(given[f"check_{each.id}"], given[f"words_{each.id}"])
            for each in catalogue.current().tracking.checklist
        }


@access("track_review", "R")
@require_safe
def review(request: Request, pk: UUID, course: UUID) -> HttpResponse:
    """What is known of a course that is not on track, the checklist, and former reviews."""
    case = case_or_404(request, pk)
    if _running(request, case, course) is None:
        say(request, _("This course is over, so there is nothing to review. Tick the task off."))
        return redirect("practitioner:case-progress", pk=case.pk)
    return _page(request, case, course)


@access("track_review", "C")
@require_POST
def record(request: Request, pk: UUID, course: UUID) -> HttpResponse:
    """Keep the review: it answers the task and sets the next look."""
    case = case_or_404(request, pk)
    standing = _standing(request, case, course)
    form = _form(request, case, request.POST)
    if not form.is_valid():
        return _page(request, case, course, form=form, status=400)
    at, given = clock.now(), form.cleaned_data
    try:
        reviews.record_review(
            course=standing.course,
            found=form.found(),
            chosen=given["chosen"],
            reason=given["reason"],
            look_again_on=given["look_again_on"],
            said=_said(standing),
            share=given["share"],
            by=request.reader,
            at=at,
        )
    except reviews.WrongDay as refusal:
        latest = day_words(refusal.latest)
        form.add_error(
            "look_again_on",
            _("Choose a day after today and not after %(day)s.") % {"day": latest},
        )
        return _page(request, case, course, form=form, status=400)
    except Refused as refusal:
        words.add_refusal(form, refusal)
        return _page(request, case, course, form=form, status=400)
    saved(request, at)
    return redirect("practitioner:case-progress", pk=case.pk)


def _running(request: Request, case: Any, course: UUID) -> Any:
    found = standings_of(request, case.circle_id, clock.now())
    return next((each for each in found if each.course.pk == course), None)


def _standing(request: Request, case: Any, course: UUID) -> Any:
    one = _running(request, case, course)
    if one is None:
        raise Http404
    return one


def _form(request: Request, case: Any, data: Any = None) -> Review:
    days = catalogue.current().tracking.look_again_days
    again = local_day(request, clock.now()) + timedelta(days=days)
    return Review(data, who=str(case.circle.focus), initial={"look_again_on": again})


def _page(
    request: Request, case: Any, course: UUID, *, form: Review | None = None, status: int = 200
) -> HttpResponse:
    running = standings_of(request, case.circle_id, clock.now())
    standing = next((each for each in running if each.course.pk == course), None)
    if standing is None:
        raise Http404
    former = reviews.reviews_of(standing.course, seen_by=request.reader)
    prepare([each.decision.written_by for each in former], "name")
    may = case.state != "closed" and policy.may_open(request.reader, "track_review", "C")
    return case_page(
        request,
        "practitioner/tracking/review.html",
        case,
        tab="progress",
        title=_("Review together"),
        status=status,
        standings=running,
        state=shown(request, case, [standing])[0],
        course=course,
        three=three(request, case),
        form=(form or _form(request, case)) if may else None,
        former=[_former(request, each) for each in former],
        rule_url=reverse("practitioner:track-rule"),
        within=catalogue.current().tracking.review_within_days,
    )


def _said(standing: Any) -> dict[str, Any]:
    """What was on the page, kept with the decision."""
    worst = standing.worst
    if worst is None or worst.look is None:
        return {"why": "", "signal": ""}
    return reviews.on_the_table(worst.instrument, worst.look)


def _former(request: Request, each: Any) -> dict[str, Any]:
    rules, language = catalogue.current().tracking, get_language() or "en"
    answers = {one.id: one.words(language) for one in rules.answers}
    choices = {one.id: one.words(language) for one in rules.choices}
    titles = {one.id: in_language(one.title, language) for one in rules.checklist}
    said, decision = each.said, each.decision
    return {
        "when": list_moment(request, decision.decided_at),
        "who": decision.written_by.name,
        "chosen": choices.get(decision.chosen, decision.chosen),
        "reason": decision.reason,
        "until": short_day(decision.until),
        "score": f"{said['start']:g} → {said['score']:g}" if "score" in said else "",
        "points": [
            {
                "title": title,
                "answer": answers.get(each.found[id].answer, each.found[id].answer),
                "words": each.found[id].words,
            }
            for id, title in titles.items()
            if id in each.found
        ],
    }


# -- how well the rule works here ------------------------------------------------------------------


@access("expected_course", "R")
@require_safe
def rule(request: Request) -> HttpResponse:
    """How often the early warning would have been right on this service's finished courses."""
    shown = {"base": "parts/base_practitioner.html", "warning": how_well(request)}
    return render(request, "early_warning/rule.html", shown)
