"""The retention clock over a whole case: what runs out, what is due to be erased, and erasing it.

Stands in this room because what is held about somebody lies in all the rooms below. Source:
access and safety rules of this project, 5.1; content/retention.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db.models import F, Q

from alongside import catalogue
from alongside.access import closing
from alongside.cases import retention
from alongside.cases.models import Case, Concern, Decision, ReportReview
from alongside.consent.models import Consent
from alongside.crisis.models import Alert, SafeguardingNamed, SafeguardingReport, SafetyCheck
from alongside.delivery import stopping
from alongside.delivery.models import Erasure
from alongside.measures.models import Response
from alongside.meetings.models import FamilyLetter, LetterReview
from alongside.people.models import Circle, ContactPoint, Member, Person
from alongside.plans.models import Course, CoursePerson
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused, Unfit
from alongside.records.fields import EncryptedTextField
from alongside.records.reader import Reader, system
from alongside.tasks.models import Task

REASON = "retention"
WHY = "what is held about somebody who never agreed is counted and erased"
REASON_LETTERS = 10
KEPT = (SafetyCheck, Alert, SafeguardingReport)  # the safeguarding minimum
# Danger and what was done about it, and the erasure itself.
MINIMUM = frozenset(
    {
        "SafetyCheck", "Alert", "AlertEvent", "Contact", "CareForm", "HandOver", "FollowUp",
        "SafeguardingReport", "Erasure",
    }
)  # fmt: skip
# The frame of what somebody was treated in; it is theirs, where anybody in the circle agreed.
FRAME = frozenset({"Plan", "Course", "TherapySession", "StepRecord", "Booking"})
SUBJECTS = ("about", "person", "respondent")  # whom a row is about, the first it has


class NotDue(Refused):
    """The person came in, the case is open, its day has not come, an alert is open or a report
    waits, or it was erased before."""


class NeedsAReason(Unfit):
    """Erasing needs a reason of some letters."""


@dataclass(frozen=True, slots=True)
class Due:
    """One case whose day comes: its code and dates, what would go, what stays. No name."""

    case: Case
    erase_on: date
    is_due: bool
    goes: dict[str, int]
    stays: dict[str, int]


def run_out_due(*, at: datetime) -> int:
    """Close what ran out, of every institution. Returns how many closed.

    Never while an alert is open, a course runs or a safeguarding report waits: then it stays
    overdue on the lists of the lead and the supervisor.
    """
    by, closed = system(REASON, at), 0
    rows = list(retention.run_out_by(at))
    circles = [case.circle_id for case in rows]
    busy = set(
        Alert.objects.visible_to(by)
        .filter(circle__in=circles, closed_at=None)
        .values_list("circle", flat=True)
    ) | set(
        Course.objects.visible_to(by)
        .filter(circle__in=circles, started_at__isnull=False, ended_at=None)
        .values_list("circle", flat=True)
    )
    for case in rows:
        if case.circle_id in busy:
            continue
        try:
            _run_out(case=case, by=by, at=at)
        except Refused:
            continue  # a hold of another room, or a step that was taken just now
        closed += 1
    return closed


def erase_letters_due(*, at: datetime) -> int:
    """Erase the letters whose time is over, as their writers chose. Returns how many.

    What was given to the person and not given back is theirs. Never while an alert of the circle
    is open or a safeguarding report waits.
    """
    by, erased = system(REASON, at), 0
    for each in catalogue.current().meetings.letters.keeping:
        if each.days is None:
            continue
        rows = FamilyLetter.objects.unscoped(WHY).filter(
            keep_for=each.id,
            erased_at=None,
            meeting__ended_at__lte=at - timedelta(days=each.days),
        )
        found = list(rows.exclude(given_at__isnull=False, given_back_at=None).order_by("pk"))
        held = _in_danger({row.circle_id for row in found})
        for row in found:
            if row.circle_id not in held:
                erased += _erase_letter(letter=row, by=by, at=at)
    return erased


@action
def _erase_letter(*, letter: FamilyLetter, by: Reader, at: datetime) -> int:
    """Take the words of one letter, and of what was said to it, unless it was given meanwhile."""
    rows = FamilyLetter.objects.unscoped(WHY).select_for_update(of=("self",))
    row = rows.filter(pk=letter.pk, keep_for=letter.keep_for, erased_at=None).first()
    if row is None or (row.given_at is not None and row.given_back_at is None):
        return 0
    row.text, row.kept, row.erased_at = "", "", at
    row.save_version(row.version, ["text", "kept", "erased_at"])
    LetterReview.objects.unscoped(WHY).filter(letter=row).update(words="")
    audit.write("meetings.letter_erased", by=by, at=at, about=row)
    return 1


@action
def _run_out(*, case: Case, by: Reader, at: datetime) -> None:
    """Close one, and what was kept or asked in it."""
    retention.run_out(case=case, by=by, at=at)
    stopping.end_with_the_case(case, by=by, at=at)


def due(*, seen_by: Reader, at: datetime) -> list[Due]:
    """Closed cases about somebody who never came in, the soonest first. Looking changes nothing.

    For who may make an erasure; codes, dates and counts alone. A fixed number of queries.
    """
    after = catalogue.current().retention.erase_after
    erased = Erasure.objects.visible_to(seen_by).values("circle")
    rows = list(
        Case.objects.unscoped(WHY)
        .filter(institution__in=seen_by.institutions, state="closed", engaged_at=None)
        .exclude(circle__in=erased)
        .select_related("circle", "institution")
        .order_by("closed_at", "pk")[:500]
    )
    circles = [case.circle_id for case in rows]
    goes = {name: _by_circle(found) for name, found in _goes(circles).items()}
    goes["records"] = _sum([_by_circle(found) for found in _records(circles)])
    stays = {
        model._meta.model_name: _by_circle(model.objects.unscoped(WHY).filter(circle__in=circles))
        for model in KEPT
    }
    found, in_danger = [], _in_danger(circles)
    for case in rows:
        ends = (case.closed_at or at) + after
        found.append(
            Due(
                case=case,
                erase_on=ends.astimezone(ZoneInfo(case.institution.zone)).date(),
                is_due=ends <= at and case.circle_id not in in_danger,
                goes={name: each.get(case.circle_id, 0) for name, each in goes.items()},
                stays={str(name): each.get(case.circle_id, 0) for name, each in stays.items()},
            )
        )
    return found


@action
def erase(*, case: Case, reason: str, by: Reader, at: datetime) -> Erasure:
    """Erase what is held about somebody who never agreed, but for the safeguarding minimum.

    Words, names and facts about the person are overwritten, so are those of relatives who
    agreed to nothing for themselves; what relatives said about the person goes. What a relative
    agreed to for themselves is their own record and stays, and so do looks at danger, alerts and
    safeguarding reports. There is no way back; the row that is kept says who, when and why.

    Raises:
        NeedsAReason; NotDue.
    """
    by.confirm_create("erasure", institution=case.institution_id)
    if len(reason.strip()) < REASON_LETTERS:
        raise NeedsAReason
    rows = Case.objects.unscoped(WHY).filter(pk=case.pk, institution__in=by.institutions)
    locked = rows.select_for_update(of=("self",)).select_related("circle__focus").first()
    after = catalogue.current().retention.erase_after
    if (
        locked is None
        or locked.engaged_at is not None
        or locked.closed_at is None
        or locked.closed_at + after > at
        or Erasure.objects.unscoped(WHY).filter(circle=locked.circle_id).exists()
        or locked.circle_id in _in_danger([locked.circle_id])
    ):
        raise NotDue
    here = [locked.circle_id]
    closing.forget(list(_goes(here)["people"].values_list("pk", flat=True)), by=by, at=at)
    counts = {"records": sum([_blank(rows) for rows in _records(here)])}
    counts |= {name: _blank(rows) for name, rows in _goes(here).items()}
    erasure: Erasure = Erasure.objects.create(
        institution=locked.institution,
        circle=locked.circle,
        code=locked.circle.code,
        reason=reason.strip(),
        counts=counts,
        erased_at=at,
        erased_by_id=by.account_id,
    )
    for task in Task.objects.unscoped(WHY).filter(
        Q(kind=retention.ERASE_TASK, about=f"case:{locked.pk}") | Q(circle=locked.circle_id),
        done_at=None,
    ):
        _end(task, by=by, at=at)
    audit.write("delivery.erasure_made", by=by, at=at, about=erasure, detail={
        name: str(count) for name, count in counts.items()
    })  # fmt: skip
    return erasure


def _in_danger(circles: Collection[UUID]) -> set[UUID]:
    """Circles about which an alert is open or a report waits: nothing of them goes meanwhile."""
    alerts = Alert.objects.unscoped(WHY).filter(circle__in=circles, closed_at=None)
    waiting = SafeguardingReport.objects.unscoped(WHY).filter(circle__in=circles, decided_at=None)
    return {*alerts.values_list("circle", flat=True), *waiting.values_list("circle", flat=True)}


def _own(circles: Collection[UUID]) -> set[UUID]:
    """Who has a record of their own in some circles: treated, or agreed to something. Never the
    person a case is about: they did not come in."""
    clients = CoursePerson.objects.unscoped(WHY).filter(course__circle__in=circles)
    agreed = Consent.objects.unscoped(WHY).filter(circle__in=circles)
    focus = Circle.objects.unscoped(WHY).filter(pk__in=circles).values_list("focus", flat=True)
    found = {*clients.values_list("person", flat=True), *agreed.values_list("person", flat=True)}
    return found - set(focus)


def holding_words() -> list[Any]:
    """Every kind of record of a circle that holds words somebody wrote."""
    return [
        model
        for model in apps.get_models()
        if any(isinstance(each, EncryptedTextField) for each in model._meta.concrete_fields)
        and any(each.name == "circle" for each in model._meta.concrete_fields)
    ]


def _records(circles: Collection[UUID]) -> list[Any]:
    """The rows of every other kind whose words go. A kind nobody thought of goes as well."""
    own = _own(circles)
    treated = CoursePerson.objects.unscoped(WHY).filter(course__circle__in=circles, person__in=own)
    framed = set(treated.values_list("course__circle", flat=True))
    found = []
    for model in holding_words():
        name = model.__name__
        if name in MINIMUM or name in {one.__name__ for one in BY_NAME}:
            continue
        rows = model.objects.unscoped(WHY).filter(circle__in=circles)
        there = {each.name for each in model._meta.concrete_fields if each.is_relation}
        subject = next((each for each in SUBJECTS if each in there), "")
        if name in FRAME:
            rows = rows.exclude(circle__in=framed)
        elif subject:
            rows = rows.exclude(**{f"{subject}__in": own})
        found.append(rows)
    return found


def _sum(parts: Iterable[dict[UUID, int]]) -> dict[UUID, int]:
    total: dict[UUID, int] = {}
    for part in parts:
        for circle, count in part.items():
            total[circle] = total.get(circle, 0) + count
    return total


def _goes(circles: Collection[UUID]) -> dict[str, Any]:
    """By word, the rows of some circles whose content goes."""
    own = _own(circles)
    members = Member.objects.unscoped(WHY).filter(circle__in=circles)
    gone = Q(focus_of__in=circles) | Q(pk__in=members.values("person")) & ~Q(pk__in=own)
    named = SafeguardingNamed.objects.unscoped(WHY).values("person")  # a report says whom
    people = Person.objects.unscoped(WHY).filter(gone, is_staff_member=False)
    people = people.exclude(pk__in=named)
    return {
        "people": people,
        "contacts": ContactPoint.objects.unscoped(WHY).filter(person__in=people.values("pk")),
        "concerns": Concern.objects.unscoped(WHY).filter(circle__in=circles),
        "cases": Case.objects.unscoped(WHY).filter(circle__in=circles),
        "decisions": Decision.objects.unscoped(WHY).filter(circle__in=circles),
        "report_reviews": ReportReview.objects.unscoped(WHY)
        .filter(concern__circle__in=circles)
        .annotate(circle=F("concern__circle")),
        "tasks": Task.objects.unscoped(WHY).filter(circle__in=circles),
        "answers": Response.objects.unscoped(WHY).filter(circle__in=circles).exclude(about__in=own),
    }


BY_NAME = (Person, ContactPoint, Concern, Case, Decision, Task, Response)  # in ``_goes``
# Columns in clear that say something of somebody, and what stands there afterwards.
CLEAR: dict[str, dict[str, Any]] = {
    "Person": {"birth_year": None, "age_band": "", "sex": ""},
    "ContactPoint": {"value_hash": ""},
    "Concern": {"about_age_band": "", "relation": "", "contact_hash": "", "about_hash": ""},
    "Case": {"needs": []},
    "Response": {
        "answers": {},
        "scores": {},
        "scores_exact": {},
        "missing": [],
        "band": "",
        "result": "",
        "details": {},
        "caseness": None,
        "caseness_rule": "",
    },
    "Booking": {"cancelled_because": "", "persons": []},
    "Consent": {"to_whom": "", "parts": []},
    "GroupMember": {"left_because": ""},
    "Side": {"proposed_by": ""},
}


def _blank(rows: Any) -> int:
    """Overwrite every text and clear column of some rows. Returns how many rows."""
    model = rows.model
    texts = [each.name for each in model._meta.fields if isinstance(each, EncryptedTextField)]
    there = {each.name for each in model._meta.fields}
    clear = {name: it for name, it in CLEAR.get(model.__name__, {}).items() if name in there}
    count: int = rows.update(**dict.fromkeys(texts, ""), **clear)
    return count


def _by_circle(rows: Any) -> dict[UUID, int]:
    if rows.model is Person:
        found: dict[UUID, int] = {}
        pairs = rows.values_list("focus_of", "memberships__circle", "pk").distinct()
        for focus, member, _pk in pairs:
            if place := focus or member:
                found[place] = found.get(place, 0) + 1
        return found
    counted: dict[UUID, int] = {}
    for circle in rows.values_list("circle", flat=True):
        counted[circle] = counted.get(circle, 0) + 1
    return counted


def _end(task: Task, *, by: Reader, at: datetime) -> None:
    """What was still to do about somebody whose record is erased is over."""
    rows = Task.objects.unscoped(WHY).filter(pk=task.pk, done_at=None)
    if rows.update(done_at=at, done_by=by.account_id):
        audit.write("tasks.task_done", by=by, at=at, about=task, detail={"kind": task.kind})
