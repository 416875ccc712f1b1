"""What the kill test does inside the served database, each call in a process of its own."""

from __future__ import annotations

from typing import Any


def build() -> None:
    """A house on the real clock, Hana on call today and tomorrow, and Sam's case with Noor."""
    from datetime import datetime, time, timedelta

    from alongside.crisis import actions as crisis
    from alongside.records import clock
    from tests.factories import make_world

    at = clock.now()
    world = make_world(at=at)
    today = at.date()
    for day in (-1, 0, 1):
        crisis.save_shift(
            service=world.service,
            account=world.hana.account,
            order=1,
            local_start=datetime.combine(today + timedelta(days=day), time()),
            local_end=datetime.combine(today + timedelta(days=day + 1), time()),
            zone="Europe/London",
            by=world.system,
            at=at,
        )


def make_askings(*, number: int) -> list[str]:
    """Ask Noor about herself some times, and return the ids of the askings."""
    from datetime import timedelta

    from alongside.measures import actions as measures
    from alongside.measures.models import Asking
    from alongside.people.models import Circle, Member
    from alongside.records import clock
    from alongside.records.scoped import writing

    at = clock.now()
    circle = Circle.objects.unscoped("a test").get()
    member = Member.objects.unscoped("a test").filter(circle=circle).first()
    with writing():
        made = [
            Asking.objects.create(
                institution_id=circle.institution_id,
                circle=circle,
                about=member.person,
                respondent=member.person,
                written_by=member.person,
                kind=measures.kind_of(circle, member.person, member.person),
                instrument="phq9@1",
                asked_at=at,
                due_on=at.date(),
                expires_at=at + timedelta(days=1),
            )
            for _ in range(number)
        ]
    return [str(asking.pk) for asking in made]


def _reader_of(row: Any, at: Any) -> Any:
    """The one who was asked, through a private link."""
    from datetime import timedelta

    from alongside.access import actions as access
    from alongside.access.readers import reader_for_link
    from alongside.records.reader import system

    token = access.issue_link(
        purpose="answer",
        target=row.pk,
        person=row.respondent,
        circle=row.circle,
        expires_at=at + timedelta(hours=1),
        by=system("a test", at),
        at=at,
    )
    return reader_for_link(token, "answer", at)


def record(*, asking: str, submission: str) -> list[list[str]]:
    """Save a draft, then record answers that show danger, twice; return the ids of the alerts.

    As the one who was asked does it, through a private link.
    """
    from alongside.measures import actions as measures
    from alongside.measures.models import Asking
    from alongside.records import clock

    at = clock.now()
    row = Asking.objects.unscoped("a test").select_related("respondent", "circle").get(pk=asking)
    by = _reader_of(row, at)
    if row.answered_at is None:
        measures.save_draft(asking=row, answers={"item_1": 1}, by=by, at=at)
        row.refresh_from_db()
    answers = {f"item_{number}": 0 for number in range(1, 9)} | {"item_9": 2}
    found = []
    for _ in range(2):
        recorded = measures.record_answers(
            asking=row, answers=answers, submission=submission, by=by, at=at
        )
        found.append([str(alert.pk) for alert in recorded.alerts])
    return found


def record_totals(*, asking: str, submission: str) -> list[str]:
    """Enter what somebody's own form came to, twice; return the ids of the responses."""
    from alongside.measures import actions as measures
    from alongside.measures.models import Asking
    from alongside.records import clock

    at = clock.now()
    row = Asking.objects.unscoped("a test").select_related("respondent", "circle").get(pk=asking)
    by = _reader_of(row, at)
    return [
        str(
            measures.record_totals(
                asking=row,
                totals={"total": 12},
                form_version="paper",
                submission=submission,
                by=by,
                at=at,
            ).response.pk
        )
        for _ in range(2)
    ]


def keep_beside(*, submission: str) -> str:
    """An answer the database did not take, as the web keeps it."""
    from alongside.records import spool

    form = {"path": "/worried/today/first/", "fields": f"answer=yes&submission={submission}"}
    return spool.put({**form, "cookies": {}, "headers": {}}, once=submission).name


def beside() -> list[str]:
    """What waits beside the database."""
    from alongside.records import spool

    return [kept.name for kept in spool.waiting()]


def look() -> dict[str, Any]:
    """Everything the danger path keeps, and whether it hangs together."""
    from alongside.cases.models import Concern
    from alongside.crisis.models import Alert, AlertEvent, SafetyCheck
    from alongside.measures.models import Response
    from alongside.notify.models import Message
    from alongside.records import sealer

    def all_of(model: Any) -> Any:
        return model.objects.unscoped("a test")

    alerts = []
    for alert in all_of(Alert):
        messages = list(all_of(Message).filter(about=f"alert:{alert.pk}"))
        alerts.append(
            {
                "id": str(alert.pk),
                "concern": str(alert.concern_id or ""),
                "messages": len(messages),
                "tries": sum(message.attempts for message in messages),
                "unsent": sum(message.sent_at is None for message in messages),
                "raised": all_of(AlertEvent).filter(alert=alert, kind="raised").count(),
                "checked": any(str(alert.pk) in check.alerts for check in all_of(SafetyCheck)),
            }
        )
    return {
        "alerts": alerts,
        "concerns": all_of(Concern).count(),
        "responses": all_of(Response).count(),
        "checks_without_alert": sum(
            bool(check.findings) and not check.alerts for check in all_of(SafetyCheck)
        ),
        "trail": sealer.verify().whole,
    }
