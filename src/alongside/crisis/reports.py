"""Safeguarding reports as rows: made, asked about by id alone, and who can never see one.

Knows nothing of raising alerts, so that whatever raises one may make a report beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from alongside import catalogue
from alongside.cases.models import Concern
from alongside.crisis import leads
from alongside.crisis.models import SafeguardingNamed, SafeguardingReport
from alongside.people.models import Institution
from alongside.records import audit, prepared
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks

TASK = "safeguarding_report"


def make(
    *, institution: Institution, named: Iterable[UUID] = (), by: Reader, at: datetime, **more: Any
) -> SafeguardingReport:
    """Keep a report, and tell the safeguarding lead the same day. Called inside an action."""
    row = SafeguardingReport(
        institution=institution, filed_at=at, answer_by=answer_by(institution, at), **more
    )
    row.save(force_insert=True)
    for person in dict.fromkeys(named):
        SafeguardingNamed(report=row, institution=institution, person_id=person).save(
            force_insert=True
        )
    tasks.make_task(
        kind=TASK,
        about=f"report:{row.pk}",
        institution=institution,
        what=TASK,
        for_role="privacy",
        due_at=row.answer_by,
        by=by,
        at=at,
    )
    leads.tell(row, institution=institution, by=by, at=at)
    audit.write("crisis.safeguarding_report_filed", by=by, at=at, about=row)
    return row


def said_before(
    words: Mapping[str, str], *, named: Collection[UUID], at: datetime, **same: Any
) -> SafeguardingReport | None:
    """The report in which somebody said exactly this a short while ago, still undecided."""
    since = at - catalogue.current().danger.waits.same_report_within
    rows = SafeguardingReport.objects.unscoped("the same report again is no news").filter(
        **same, decided_at=None, filed_at__gt=since
    )
    for row in rows.order_by("filed_at"):
        is_same = all(getattr(row, field) == said for field, said in words.items())
        if is_same and leads.named_in(row) == set(named):
            return row
    return None


def wait_for_an_answer(circle: UUID | None) -> bool:
    """Is there a report about this circle on which the lead has not decided? No word of it.

    One that names somebody who works on this circle does not count: what it held back, such as
    signing a note, would tell them of it.
    """

    def rows(circle: UUID) -> Any:
        reason = "G5: is a report still without an answer?"
        of_the_team = SafeguardingNamed.objects.unscoped(reason).filter(
            report=OuterRef("pk"),
            person__is_staff_member=True,
            person__account_link__account__relationships__circle=circle,
        )
        reports = SafeguardingReport.objects.unscoped(reason)
        waiting = reports.filter(~Exists(of_the_team), circle=circle, decided_at=None)
        return waiting.order_by().values_list("pk", flat=True)[:1]

    return circle is not None and bool(prepared.rows("reports.waiting", rows, circle=circle))


def of_concern(concern: UUID, *, kind: str) -> bool:
    """Was a report of this kind made of this worry before?"""
    rows = SafeguardingReport.objects.unscoped("one report of one worry")
    return bool(rows.filter(concern=concern, kind=kind).exists())


def follow(concern: Concern, *, by: Reader, at: datetime) -> None:
    """Give the lead what the writer of a worry adds later: their words, and how to reach them.

    The lead reads no worry, only reports. Nothing is taken away from one, and one that has its
    answer stays as it was.
    """
    rows = SafeguardingReport.objects.unscoped("the worry of this report goes on")
    for row in rows.filter(concern=concern, decided_at=None).select_for_update(of=("self",)):
        added = concern.words if concern.words and concern.words not in row.words else ""
        row.words = "\n\n".join(part for part in (row.words, added) if part)
        row.said_by = reached_at(concern)
        row.at_risk = row.at_risk or concern.about_alias
        row.version += 1
        row.save(update_fields=["words", "said_by", "at_risk", "version"])
        audit.write("crisis.safeguarding_report_filed", by=by, at=at, about=row)


def reached_at(concern: Concern) -> str:
    """Who told, and how they can be reached, as they left it."""
    return " · ".join(
        part for part in (concern.contact_name, concern.contact, concern.safe_hours) if part
    )


def answer_by(institution: Institution, at: datetime) -> datetime:
    """Until when the lead answers: within hours and before the evening; at night sooner."""
    waits = catalogue.current().danger.waits
    here = at.astimezone(ZoneInfo(institution.zone))
    evening = datetime.combine(here.date(), waits.safeguarding_before, here.tzinfo).astimezone(UTC)
    soonest = at + waits.safeguarding_at_night_within
    return max(min(at + waits.safeguarding_answered_within, evening), soonest)
