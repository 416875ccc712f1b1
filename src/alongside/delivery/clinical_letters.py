"""Letters and reports: begun from a kind of content, edited, signed, given, and kept.

A signed letter stays as it is; what is to be said otherwise is another version. Nothing goes to
anybody but the person without their live consent that names the recipient (``c_release``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from alongside import catalogue
from alongside.access.readers import person_for
from alongside.consent import queries as consents
from alongside.consent.models import Consent
from alongside.delivery import rules
from alongside.delivery.models import Letter, LetterGiven
from alongside.engine import letters as engine
from alongside.engine.consent import permitted
from alongside.engine.letters import Kind, Part
from alongside.people.models import Person
from alongside.people.queries import live_members
from alongside.plans import queries as plans
from alongside.plans.models import Course
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Held, Refused, StaleVersion, Unfit
from alongside.records.reader import Reader


class NotTreated(Refused):
    """A letter of a course is about somebody whom the course treats."""


class NotStarted(Refused):
    """There is nothing to write about before the course has started."""


class NotTold(Refused):
    """The person has not been told that there is help: nothing is written to them."""


class NoConsent(Held):
    """Whom it is about has not agreed, or no longer agrees, that the recipient is told."""


class UnknownPart(Unfit):
    """The letter has no such part, or it is longer than can be kept. ``part`` names it."""

    part: str


class Blank(Unfit):
    """Parts that this letter needs are blank. ``missing`` are they."""

    missing: tuple[Part, ...]


class AlreadySigned(Refused):
    """A signed letter is not changed: write another version."""


class NotSigned(Refused):
    """A draft is not given to anybody, and has no other version."""


class NeedsWords(Unfit):
    """Something must be said in words. ``field`` names it."""

    field: str


class WrongWay(Unfit):
    """There is no such way of giving a letter, or it lies in the future. ``field`` says which."""

    field: str


@action
def begin_letter(
    *,
    course: Course,
    kind: str,
    about: Person,
    language: str,
    parts: Mapping[str, str],
    by: Reader,
    at: datetime,
    consent: Consent | None = None,
) -> Letter:
    """Begin a letter as a draft.

    Args:
        kind: ``closing``, or ``closing@1``; the newest version is written.
        about: whom the course treats. parts: text by part id, as drafted.
        consent: the live release that names the recipient, where the kind needs one.

    Raises:
        NotTreated, NotStarted, NotTold, NoConsent, UnknownPart; UnknownContent.
    """
    by.confirm_create("clinical_letter", institution=course.institution_id, circle=course.circle_id)
    found = catalogue.current().letter(kind)
    if course.started_at is None:
        raise NotStarted(course=course)
    if about not in plans.treated_by(course):
        raise NotTreated(person=about)
    if about.pk == course.circle.focus_id and course.plan.case.disclosed_at is None:
        raise NotTold(person=about)
    if found.consent:
        _must_agree(found, consent, about, course, by, at)
    letter: Letter = Letter.objects.create(
        institution_id=course.institution_id,
        circle_id=course.circle_id,
        course=course,
        about=about,
        written_by=person_for(by, institution=course.institution_id, circle=course.circle_id),
        kind=str(found.ref),
        language=language,
        to_whom=consent.to_whom if found.consent and consent is not None else about.name,
        consent=consent if found.consent else None,
        parts=_kept(found, parts),
        begun_at=at,
        changed_at=at,
    )
    audit.write(
        "delivery.letter_begun", by=by, at=at, about=letter, detail={"kind": str(found.ref)}
    )
    return letter


@action
def write_letter(
    *, letter: Letter, parts: Mapping[str, str], expected: int, by: Reader, at: datetime
) -> Letter:
    """Save the draft of a letter.

    Raises:
        AlreadySigned, UnknownPart; StaleVersion with the row as it is now.
    """
    by.confirm("R", letter)
    if letter.signed_at is not None:
        raise AlreadySigned(letter=letter)
    by.confirm("E", letter)
    letter.parts, letter.changed_at = _kept(kind_of(letter), parts), at
    letter.save_version(expected, ["parts", "changed_at"])
    audit.write("delivery.letter_changed", by=by, at=at, about=letter)
    return letter


@action
def sign_letter(*, letter: Letter, expected: int, by: Reader, at: datetime) -> Letter:
    """Sign a letter: from then on it stays as it is and may be given.

    Raises:
        Blank, AlreadySigned, NoConsent, StaleVersion.
    """
    by.confirm("R", letter)
    if letter.signed_at is not None:
        raise AlreadySigned(letter=letter)
    by.confirm("S", letter)
    found = kind_of(letter)
    missing = engine.missing(found, rules.parts_of(letter.parts))
    if missing:
        raise Blank(missing=missing)
    if found.consent:
        _must_agree(found, letter.consent, letter.about, letter.course, by, at)
    letter.signed_at = at
    letter.save_version(expected, ["signed_at"])
    audit.write("delivery.letter_signed", by=by, at=at, about=letter)
    return letter


@action
def begin_version(*, letter: Letter, because: str, by: Reader, at: datetime) -> Letter:
    """Begin another version of a signed letter, with its words. The signed one stays.

    Raises:
        NotSigned, NeedsWords; StaleVersion: there is a newer version already.
    """
    by.confirm("R", letter)
    by.confirm_create("clinical_letter", institution=letter.institution_id, circle=letter.circle_id)
    if letter.signed_at is None:
        raise NotSigned(letter=letter)
    if not because.strip():
        raise NeedsWords(field="because")
    row = Letter(
        institution_id=letter.institution_id,
        circle_id=letter.circle_id,
        course_id=letter.course_id,
        about_id=letter.about_id,
        written_by=person_for(by, institution=letter.institution_id, circle=letter.circle_id),
        kind=letter.kind,
        language=letter.language,
        to_whom=letter.to_whom,
        consent_id=letter.consent_id,
        parts=letter.parts,
        letter=letter.letter,
        number=letter.number + 1,
        because=because.strip(),
        begun_at=at,
        changed_at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as taken:
        rows = Letter.objects.visible_to(by).filter(letter=letter.letter)
        raise StaleVersion(current=rows.get(number=letter.number + 1)) from taken
    audit.write("delivery.letter_begun", by=by, at=at, about=row, detail={"kind": row.kind})
    return row


@action
def give_letter(
    *, letter: Letter, how: str, given_at: datetime, by: Reader, at: datetime
) -> LetterGiven:
    """Write down that a signed letter was given: to whom, how, when.

    Args:
        how: a word of ``rules.WAYS_OF_GIVING``. With ``own_page`` whom it is about finds it
            on their own page, at once.
        given_at: when; not after ``at``.

    Raises:
        NotSigned, WrongWay; NoConsent: whom it is about no longer agrees to the recipient.
    """
    by.confirm("R", letter)
    by.confirm_create("clinical_letter", institution=letter.institution_id, circle=letter.circle_id)
    if letter.signed_at is None:
        raise NotSigned(letter=letter)
    if how not in rules.WAYS_OF_GIVING or (how == "own_page" and not has_a_page(letter, by)):
        raise WrongWay(field="how")
    if given_at > at or given_at < letter.signed_at:
        raise WrongWay(field="day")
    found, to_whom = kind_of(letter), letter.to_whom
    if how == "own_page":
        to_whom = letter.about.name
        if letter.shared_at is None:
            letter.shared_at = at
            letter.save_version(letter.version, ["shared_at"])
    elif found.consent:
        _must_agree(found, letter.consent, letter.about, letter.course, by, at)
    given: LetterGiven = LetterGiven.objects.create(
        institution_id=letter.institution_id,
        circle_id=letter.circle_id,
        letter=letter,
        about_id=letter.about_id,
        written_by=person_for(by, institution=letter.institution_id, circle=letter.circle_id),
        to_whom=to_whom,
        how=how,
        given_at=given_at,
        written_at=at,
    )
    audit.write("delivery.letter_given", by=by, at=at, about=letter, detail={"how": how})
    return given


def _must_agree(
    kind: Kind, consent: Consent | None, about: Person, course: Course, by: Reader, at: datetime
) -> None:
    """The consent is the person's own, of the right form, live today, and names who is told."""
    here = releases(kind=kind, course=course, about=about, seen_by=by, at=at)
    if consent is None or consent.pk not in {row.pk for row in here}:
        raise NoConsent(form=kind.consent)


def _kept(kind: Kind, parts: Mapping[str, str]) -> str:
    for part, text in parts.items():
        if kind.part(part) is None or len(text) > rules.LONGEST_PART:
            raise UnknownPart(part=part)
    return json.dumps({k: v for k, v in parts.items() if v.strip()}, ensure_ascii=False)


def has_a_page(letter: Letter, by: Reader) -> bool:
    """Is whom it is about still here, with a page of their own: the person, or a live member?"""
    if letter.about_id == letter.circle.focus_id:
        return True
    return bool(live_members(letter.circle, seen_by=by).filter(person=letter.about_id).exists())


# -- what there is --------------------------------------------------------------------------------


def kind_of(letter: Letter) -> Kind:
    """The kind of a letter at its exact version."""
    return catalogue.current().letter(letter.kind)


def kinds() -> list[Kind]:
    """The newest version of each kind of letter."""
    cat = catalogue.current()
    return [cat.letter(id) for id in sorted({str(kind.ref.id) for kind in cat.letters.values()})]


def releases(
    *, kind: Kind, course: Course, about: Person, seen_by: Reader, at: datetime
) -> list[Consent]:
    """The live consents of the person that name somebody this kind of letter may go to."""
    rows = consents.consents_of(about.pk, seen_by=seen_by, circle=course.circle_id)
    _given, refused = consents.facts([about.pk], circle=course.circle_id, seen_by=seen_by)
    covers = {"", f"course:{course.pk}"}
    return [
        row
        for row in rows
        if row.form.partition("@")[0] == kind.consent
        and row.to_whom.strip()
        and row.about in covers
        # Each by itself: after a no, a newer yes to somebody else does not bring this one back.
        and permitted(
            [consents.fact_of(row)],
            person=str(about.pk),
            form=kind.consent,
            on=at.date(),
            purpose=row.purpose,
            about=row.about,
            refusals=refused,
        ).allowed
    ]


def letters(*, seen_by: Reader) -> Any:
    """Every version of every letter this reader may read, the newest first."""
    return (
        Letter.objects.visible_to(seen_by)
        .select_related(
            "about", "written_by", "consent", "institution", "circle__focus",
            "course__plan__case", "course__deliverer__person",
        )
        .order_by("-begun_at", "-number", "pk")
    )  # fmt: skip


def given(*, seen_by: Reader, letter: Letter) -> Any:
    """To whom a letter went, how and when; the first first."""
    rows = LetterGiven.objects.visible_to(seen_by).filter(letter=letter)
    return rows.select_related("written_by").order_by("given_at", "written_at")
