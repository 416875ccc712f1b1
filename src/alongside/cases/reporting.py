"""Who reports whom, counted: more than usual is looked at before anybody calls (M1, M2).

Counts are by keyed hashes, over one institution and so far back as content/retention says. Nobody
sees the other reports through them: only how many there are. Danger is never held up by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from alongside import catalogue
from alongside.cases import rules
from alongside.cases.models import Case, Concern, ReportReview
from alongside.people.models import ContactPoint
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.crypto import keyed_hash
from alongside.records.errors import Refused, Unfit
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet
from alongside.tasks import actions as tasks
from alongside.tasks import queries as task_queries

COUNTED = "a count of reports by one contact or about one person, never the reports (M2)"
TASK = "many_reports"
ANSWERS = ("go_on", "not_by_us")


class LookedAtFirst(Refused):
    """The privacy officer looks at who reports whom before anybody is called."""

    review: ReportReview


class AnsweredBefore(Refused):
    """It has its answer."""


class NeedsWords(Unfit):
    """Why must be written down. ``field`` says where."""

    field: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many reports there are in the time looked back on, this one included.

    ``by_contact``: by the same contact. ``people``: about how many people those are. ``same``:
    by the same contact about the same person. ``about``: about the same person, by anybody.
    ``turned``: who reports is somebody whom a case here is about.
    """

    by_contact: int = 0
    people: int = 0
    same: int = 0
    about: int = 0
    turned: bool = False

    @property
    def are_many(self) -> bool:
        """More than content/retention lets pass without a look."""
        kept = catalogue.current().retention
        too_many = self.people > kept.reports_people or self.same > kept.reports_same
        return self.turned or too_many


def about_hash(concern: Concern) -> str:
    """The keyed hash of whom a report is about: name as said, age band; empty without a name."""
    name = rules.plain_alias(concern.about_alias)
    if not name:
        return ""
    said = f"{concern.institution_id}:{name}:{concern.about_age_band}"
    return keyed_hash("concern_about", said)


def counts_of(concern: Concern, *, at: datetime) -> Counts:
    """Count them for one report. Numbers only; whoever shows them asks whether it may be read."""
    back = timedelta(days=catalogue.current().retention.reports_days)
    rows = Concern.objects.unscoped(COUNTED).filter(
        institution_id=concern.institution_id, began_at__gte=at - back
    )
    rows = rows.exclude(state="draft")
    about = rows.filter(about_hash=concern.about_hash).count() if concern.about_hash else 0
    if not concern.contact_hash:
        return Counts(about=about)
    own = list(rows.filter(contact_hash=concern.contact_hash).values_list("about_hash", flat=True))
    return Counts(
        by_contact=len(own),
        people=len(set(own) - {""}) + own.count(""),
        same=own.count(concern.about_hash) if concern.about_hash else 0,
        about=about,
        turned=_case_about_reporter(concern) is not None,
    )


def _case_about_reporter(concern: Concern) -> Case | None:
    """The case that is about whoever reports here, by the contact they left."""
    theirs = ContactPoint.objects.unscoped(COUNTED).filter(
        value_hash=concern.contact_hash, ended_at=None
    )
    rows = Case.objects.unscoped(COUNTED).filter(
        circle__focus__in=theirs.values("person"), institution_id=concern.institution_id
    )
    found: Case | None = rows.order_by("-opened_at").first()
    return found


def look(concern: Concern, *, by: Reader, at: datetime) -> ReportReview | None:
    """Ask the privacy officer to look, where there are many. Called inside the act of sending.

    A report by somebody whom a case is about asks for both: the report that began that case is
    looked at too, and who leads it is asked to think again about who the danger is.
    """
    counts = counts_of(concern, at=at)
    if not counts.are_many:
        return None
    review = _asked(concern, counts, by=by, at=at)
    if counts.turned and (case := _case_about_reporter(concern)) is not None:
        first = Concern.objects.unscoped(COUNTED).filter(case=case).order_by("began_at").first()
        if first is not None:
            _asked(first, counts_of(first, at=at), by=by, at=at)
        tasks.make_task(
            institution=concern.institution, circle=case.circle, kind="counter_report",
            about=f"case:{case.pk}", what="counter_report", why="counter_report",
            for_role="lead", by=by, at=at,
        )  # fmt: skip
    return review


def _asked(concern: Concern, counts: Counts, *, by: Reader, at: datetime) -> ReportReview:
    rows = ReportReview.objects.unscoped(COUNTED).filter(concern=concern, answered_at=None)
    found: ReportReview | None = rows.first()
    if found is not None:
        return found
    made: ReportReview = ReportReview.objects.create(
        institution_id=concern.institution_id,
        concern=concern,
        by_contact=counts.by_contact,
        people=counts.people,
        same=counts.same,
        about=counts.about,
        turned=counts.turned,
        asked_at=at,
    )
    tasks.make_task(
        institution=concern.institution, kind=TASK, about=f"concern:{concern.pk}", what=TASK,
        why=TASK, for_role="privacy", by=by, at=at,
    )  # fmt: skip
    audit.write("cases.report_review_asked", by=by, at=at, about=made)
    return made


@action
def answer(
    *, review: ReportReview, answer: str, words: str, by: Reader, at: datetime
) -> ReportReview:
    """Say, as the privacy officer, whether people here go on with a report.

    Args:
        answer: ``go_on``, or ``not_by_us``: it becomes no case here.
        words: why; who takes up concerns reads it.

    Raises:
        AnsweredBefore, NeedsWords; NotAllowed.
    """
    by.confirm("E", review)
    if answer not in ANSWERS:
        raise NeedsWords(field="answer")
    if len(words.strip()) < rules.REASON_LETTERS:
        raise NeedsWords(field="words")
    rows = ReportReview.objects.visible_to(by).filter(pk=review.pk, answered_at=None)
    fresh: ReportReview | None = rows.select_for_update().first()
    if fresh is None:
        raise AnsweredBefore
    fresh.answer, fresh.words, fresh.answered_at = answer, words.strip(), at
    fresh.answered_by_id = by.account_id
    fresh.save(update_fields=["answer", "words", "answered_at", "answered_by"])
    for task in task_queries.open_tasks(seen_by=by).filter(
        kind=TASK, about=f"concern:{fresh.concern_id}"
    ):
        tasks.do_task(task=task, by=by, at=at)
    audit.write("cases.report_review_answered", by=by, at=at, about=fresh, detail={"word": answer})
    return fresh


def must_be_looked_at(concern: Concern) -> None:
    """Refuse to go on while the privacy officer has not looked, or said no.

    Raises:
        LookedAtFirst.
    """
    found = review_of(concern)
    if found is not None and found.answer != "go_on":
        raise LookedAtFirst(review=found)


def review_of(concern: Concern) -> ReportReview | None:
    """The newest look at a report, for somebody who may read that report; a state and a reason."""
    rows = ReportReview.objects.unscoped(COUNTED).filter(concern=concern)
    found: ReportReview | None = rows.order_by("-asked_at").first()
    return found


def reviews(*, seen_by: Reader) -> ScopedQuerySet:
    """What is to be looked at, and was; what waits first, the oldest first."""
    rows = ReportReview.objects.visible_to(seen_by)
    return rows.order_by("answered_at", "asked_at", "pk")


def shown_to(concern: Concern, *, seen_by: Reader, at: datetime) -> Counts:
    """The counts of one report for somebody who may read it; for anybody else, nothing."""
    return counts_of(concern, at=at) if seen_by.may("R", concern) else Counts()
