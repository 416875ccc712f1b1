"""Content that is written here: a draft, looked at by somebody else, published as it was seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from alongside.catalogue import authoring, writing
from alongside.catalogue.loading import Problem
from alongside.catalogue.reviews import Review
from alongside.directory.content import ContentMakesNoSense, must_fit
from alongside.directory.models import ContentDraft, ContentReview, ContentVersion
from alongside.people.models import Institution
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Held, StaleVersion
from alongside.records.reader import Reader

OPEN = ("open", "asked", "passed")


class HasMistakes(Held):
    """The draft has mistakes. ``problems`` are all of them."""

    problems: tuple[Problem, ...]


class NotYours(Held):
    """Who wrote in a draft does not review it."""


class NotPassed(Held):
    """Nobody has reviewed the draft as it stands now."""


class NumberIsTaken(Held):
    """Another version has this number meanwhile. ``number`` is the next free one."""

    number: int


@action
def make_draft(
    *,
    institution: Institution,
    kind: str,
    item: str,
    files: Mapping[str, str],
    by: Reader,
    at: datetime,
    based_on: str = "",
    word: str = "directory.draft_made",
) -> ContentDraft:
    """Begin a new version: of something that is here, or of something new.

    Args:
        kind: ``protocols`` or ``instruments``. item: its id. files: texts by name, such as a copy.
        based_on: the version it was copied from.

    Raises:
        ContentMakesNoSense: an id that cannot be, no files or too many.
    """
    by.confirm_create("content_draft", institution=institution.pk)
    if kind not in authoring.KINDS or not authoring.is_id(item):
        raise ContentMakesNoSense(field="item", why="id", value=item)
    if not 0 < len(files) <= authoring.MOST_FILES:
        raise ContentMakesNoSense(field="files", why="empty", value=len(files))
    draft = ContentDraft(
        institution=institution,
        kind=kind,
        item=item,
        number=authoring.next_number(kind, item),
        based_on=based_on,
        files=dict(files),
        author_id=_account(by),
        made_at=at,
        changed_at=at,
        changed_by_id=_account(by),
        writers=[str(by.account_id)],
    )
    draft.save(force_insert=True)
    audit.write(word, by=by, at=at, about=draft, detail={"version": draft.ref})
    return draft


def _account(by: Reader) -> UUID:
    """Whose draft it is: content is written by somebody with a name."""
    if by.account_id is None:
        raise NotYours(account=None)
    return by.account_id


@action
def save_files(
    *, draft: ContentDraft, texts: Mapping[str, str], expected: int, by: Reader, at: datetime
) -> ContentDraft:
    """Keep files of a draft as they were typed; with mistakes too. A blank text takes one out.

    What was asked or passed before is open again: a review is of what stood then.

    Args:
        texts: the files that change, by name; the others stay. expected: the edition read.

    Raises:
        ContentMakesNoSense: no such name, nothing left. StaleVersion: somebody was quicker.
    """
    by.confirm("E", draft)
    _must_be(draft, *OPEN)
    files = dict(draft.files)
    for name, text in texts.items():
        if not authoring.is_file_name(draft.kind, name):
            raise ContentMakesNoSense(field="name", why="name", value=name)
        if text.strip():
            files[name] = text
        elif name == authoring.MAIN[draft.kind]:
            raise ContentMakesNoSense(field="text", why="main", value=name)
        else:
            files.pop(name, None)
    if len(files) > authoring.MOST_FILES:
        raise ContentMakesNoSense(field="name", why="many", value=len(files))
    draft.files = dict(sorted(files.items()))
    _written(draft, "open", expected, by=by, at=at)
    names = ", ".join(sorted(texts))
    audit.write("directory.draft_changed", by=by, at=at, about=draft, detail={"files": names})
    return draft


def _written(draft: ContentDraft, state: str, expected: int, *, by: Reader, at: datetime) -> None:
    draft.state, draft.changed_at, draft.changed_by_id = state, at, _account(by)
    draft.writers = sorted({*draft.writers, str(by.account_id)})
    fields = ["files", "state", "changed_at", "changed_by", "writers", "number"]
    draft.save_version(expected, fields)


@action
def ask_review(*, draft: ContentDraft, expected: int, by: Reader, at: datetime) -> ContentDraft:
    """Say that a draft is ready for somebody else to look at.

    Raises:
        HasMistakes: it would not be used. StaleVersion.
    """
    by.confirm("E", draft)
    _must_be(draft, "open")
    _must_be_sound(draft, at)
    draft.state = "asked"
    draft.save_version(expected, ["state"])
    audit.write("directory.draft_review_asked", by=by, at=at, about=draft)
    return draft


@action
def review_draft(
    *,
    draft: ContentDraft,
    passed: bool,
    sources: tuple[str, ...],
    review_by: date | None,
    words: str,
    expected: int,
    by: Reader,
    at: datetime,
) -> ContentReview:
    """Look at a draft as somebody who wrote nothing in it: pass it, or send it back with words.

    Args:
        sources, review_by: against what it was held and when it is looked at again; asked for
            only when it passes. expected: the edition that was read.

    Raises:
        NotYours, HasMistakes, ContentMakesNoSense, StaleVersion.
    """
    by.confirm_create("content_review", institution=draft.institution_id)
    by.confirm("E", draft)
    _must_be(draft, "asked")
    if str(by.account_id) in draft.writers:
        raise NotYours(draft=draft)
    if passed:
        must_fit(sources, review_by, at)
        _must_be_sound(draft, at)
    elif not words.strip():
        raise ContentMakesNoSense(field="words", why="words", value="")
    draft.state = "passed" if passed else "open"
    draft.save_version(expected, ["state"])
    row = ContentReview.objects.create(
        institution_id=draft.institution_id,
        kind=draft.kind,
        ref=draft.ref,
        draft=draft,
        draft_version=draft.version,
        passed=passed,
        reviewer_id=by.account_id,
        reviewer_name=by.name,
        reviewed_at=at,
        review_by=review_by if passed else None,
        sources="\n".join(sources) if passed else "",
        words=words,
    )
    word = "directory.content_reviewed" if passed else "directory.draft_sent_back"
    audit.write(word, by=by, at=at, about=draft, detail={"version": draft.ref})
    return row


@action
def publish_draft(
    *, draft: ContentDraft, expected: int, by: Reader, at: datetime
) -> ContentVersion:
    """Put a draft in use exactly as it was reviewed, as a whole new version, in one step.

    It is tried once more first: what does not fit what is here now is never put in place, and
    what runs stays on its version.

    Raises:
        NotPassed, HasMistakes, NumberIsTaken, StaleVersion.
    """
    by.confirm_create("content_version", institution=draft.institution_id)
    by.confirm("E", draft)
    _must_be(draft, "passed")
    if expected != draft.version:
        raise StaleVersion(current=draft)
    rows = ContentReview.objects.visible_to(by)
    review = rows.filter(draft=draft, draft_version=draft.version, passed=True).first()
    if review is None or review.review_by is None or review.review_by <= at.date():
        raise NotPassed(draft=draft)
    free = authoring.next_number(draft.kind, draft.item)
    if free != draft.number:
        raise NumberIsTaken(number=free)
    _must_be_sound(draft, at)
    draft.state = "published"
    draft.save_version(expected, ["state"])
    row = ContentVersion.objects.create(
        institution_id=draft.institution_id,
        kind=draft.kind,
        ref=draft.ref,
        act="published",
        draft=draft,
        made_at=at,
        made_by_id=by.account_id,
        made_by_name=by.name,
    )
    audit.write(
        "directory.content_published", by=by, at=at, about=row, detail={"version": draft.ref}
    )
    _put(draft, review)
    return row


def _put(draft: ContentDraft, review: ContentReview) -> None:
    # The last thing: what fails here takes everything above back with it.
    said = Review(
        review.reviewer_name,
        review.reviewed_at.date(),
        review.review_by or review.reviewed_at.date(),
        tuple(review.sources.splitlines()),
        review.words,
    )
    try:
        writing.publish(draft.kind, draft.item, draft.number, draft.files, said)
    except writing.AlreadyThere:
        raise NumberIsTaken(number=authoring.next_number(draft.kind, draft.item)) from None


@action
def renumber_draft(*, draft: ContentDraft, expected: int, by: Reader, at: datetime) -> ContentDraft:
    """Give a draft the next free number, after another version took its own; reviewed again."""
    by.confirm("E", draft)
    _must_be(draft, *OPEN)
    draft.number = authoring.next_number(draft.kind, draft.item)
    _written(draft, "open", expected, by=by, at=at)
    audit.write("directory.draft_changed", by=by, at=at, about=draft)
    return draft


@action
def leave_draft(*, draft: ContentDraft, expected: int, by: Reader, at: datetime) -> ContentDraft:
    """Go on with a draft no more. Its texts stay on record."""
    by.confirm("E", draft)
    _must_be(draft, *OPEN)
    draft.state = "left"
    draft.save_version(expected, ["state"])
    audit.write("directory.draft_left", by=by, at=at, about=draft)
    return draft


def _must_be(draft: ContentDraft, *states: str) -> None:
    if draft.state not in states:
        raise StaleVersion(current=draft)


def _must_be_sound(draft: ContentDraft, at: datetime) -> None:
    trial = authoring.tried(draft.kind, draft.item, draft.number, draft.files, today=at.date())
    if trial.errors:
        raise HasMistakes(problems=trial.errors)
    ref = draft.ref
    if ref not in trial.catalogue.shelves[draft.kind]:
        raise HasMistakes(problems=(Problem("", 0, 0, f"{ref} would not be read"),))
