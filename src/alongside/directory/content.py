"""Content that is written and reviewed here: drafts, reviews, versions."""

from __future__ import annotations

from datetime import date, datetime

from alongside import catalogue
from alongside.catalogue import Catalogue, writing
from alongside.catalogue.reviews import Retired, Review
from alongside.directory.models import ContentReview, ContentVersion
from alongside.people.models import Institution
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Unfit
from alongside.records.reader import Reader

__all__ = ["ContentMakesNoSense", "must_fit", "retire_version", "review_item"]


class ContentMakesNoSense(Unfit):
    """A field cannot stand. ``field`` names it; ``why`` is a word for the page."""

    field: str
    why: str


@action
def review_item(
    *,
    institution: Institution,
    kind: str,
    ref: str,
    sources: tuple[str, ...],
    review_by: date,
    words: str,
    by: Reader,
    at: datetime,
) -> ContentReview:
    """Say that a version in use was looked at against its sources, and when it is again.

    Args:
        kind, ref: a shelf and a version, such as ``protocols`` and ``cbt@1``.
        sources: what it was held against, at least one. review_by: a day to come.

    Raises:
        ContentMakesNoSense: not here, no source, a day that is not to come.
    """
    by.confirm_create("content_review", institution=institution.pk)
    if ref not in catalogue.current().shelves.get(kind, {}):
        raise ContentMakesNoSense(field="ref", why="absent", value=ref)
    must_fit(sources, review_by, at)
    row = ContentReview.objects.create(
        institution=institution,
        kind=kind,
        ref=ref,
        passed=True,
        reviewer_id=by.account_id,
        reviewer_name=by.name,
        reviewed_at=at,
        review_by=review_by,
        sources="\n".join(sources),
        words=words,
    )
    audit.write("directory.content_reviewed", by=by, at=at, about=row, detail={"version": ref})
    writing.put_review(kind, ref, Review(by.name, at.date(), review_by, sources, words))
    return row


@action
def retire_version(
    *, institution: Institution, kind: str, ref: str, why: str, by: Reader, at: datetime
) -> ContentVersion:
    """Begin a version no more. What runs on it stays on it.

    Raises:
        ContentMakesNoSense: not here, retired already, or asked by the service itself.
    """
    by.confirm_create("content_version", institution=institution.pk)
    cat = catalogue.current()
    if kind not in RETIRABLE or ref not in cat.shelves.get(kind, {}):
        raise ContentMakesNoSense(field="ref", why="absent", value=ref)
    if f"{kind}/{ref}" in cat.retired:
        raise ContentMakesNoSense(field="ref", why="retired", value=ref)
    if kind == "instruments" and _is_needed(cat, ref):
        raise ContentMakesNoSense(field="ref", why="needed", value=ref)
    row = ContentVersion.objects.create(
        institution=institution,
        kind=kind,
        ref=ref,
        act="retired",
        made_at=at,
        made_by_id=by.account_id,
        made_by_name=by.name,
        why=why,
    )
    audit.write("directory.content_retired", by=by, at=at, about=row, detail={"version": ref})
    writing.put_retired(kind, ref, Retired(by.name, at.date(), why))
    return row


RETIRABLE = ("protocols", "instruments")  # the files stay: rules, alerts and askings name them


def _is_needed(cat: Catalogue, ref: str) -> bool:
    """Whether the service itself asks this measure, and this is its last version."""
    id = ref.rpartition("@")[0]
    others = [
        name
        for name in cat.instruments
        if name.rpartition("@")[0] == id
        and name != ref
        and f"instruments/{name}" not in cat.retired
    ]
    return id == cat.meetings.after.strain.instrument and not others


def must_fit(sources: tuple[str, ...], review_by: date | None, at: datetime) -> None:
    """A review names a source and a day to come. Raises ContentMakesNoSense."""
    if not any(source.strip() for source in sources):
        raise ContentMakesNoSense(field="sources", why="empty", value="")
    if review_by is None or review_by <= at.date():
        raise ContentMakesNoSense(field="review_by", why="past", value=review_by)
