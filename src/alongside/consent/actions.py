"""Writes: what was agreed, taken back, refused; what was found of capacity."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from alongside import catalogue
from alongside.consent.models import Capacity, Consent, Refusal
from alongside.consent.queries import form_words
from alongside.consent.rules import NOT_A_CONSENT, latest_end, latest_review
from alongside.engine.consent import ABILITIES, not_borne_out
from alongside.people.models import Circle, Person
from alongside.people.queries import author_of, live_members
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused, Unfit
from alongside.records.reader import Reader


class FormChanged(Refused):
    """The form was changed between reading and agreeing; it must be shown again."""


class NotAConsent(Refused):
    """This form records something else and cannot be agreed to. ``form`` says which."""

    form: str


class EndsTooLate(Unfit):
    """The end is in the past or later than the form allows. ``latest`` is the last day allowed."""

    latest: date


class NeedsAWitness(Unfit):
    """A spoken consent needs the name of somebody who heard it."""


class NotTheirCircle(Refused):
    """The person has no place in this circle."""


class AlreadyWithdrawn(Refused):
    """This consent was taken back, or ended, before."""

    consent: Consent


class NotBorneOut(Unfit):
    """The finding does not follow from what was written. ``part`` says what is missing."""

    part: str


class NeedsWords(Unfit):
    """What was offered, decided or found must be written down. ``field`` says what is missing."""

    field: str


@action
def give(
    *,
    circle: Circle,
    person: Person,
    form: str,
    given_how: str,
    expires_on: date,
    by: Reader,
    at: datetime,
    language: str = "en",
    shown: str = "",
    purpose: str = "care",
    about: str = "",
    to_whom: str = "",
    witness: str = "",
    fills: Mapping[str, str] | None = None,
    parts: Sequence[str] = (),
) -> Consent:
    """Record that a person agreed to one purpose, until a day.

    Args:
        person: who agrees: the focus person or a live member. Nobody agrees for another.
        form: an id of content/consents, with or without version.
        given_how: ``screen`` by the person's own account, ``paper`` or ``spoken``.
        expires_on: the last day; required, and not later than the form allows.
        shown: the hash of the text the person had before them; refused when it is another now.
        about: what it covers higher up, such as ``course:<uuid>``; ending that ends the consent.
        witness: who heard it; required when it was spoken.
        fills: what stood in the open places of the form.
        parts: ids of the optional sections that were agreed to; none is agreed to by default.

    Raises:
        FormChanged, NotAConsent, EndsTooLate, NeedsAWitness, NotTheirCircle.
    """
    by.confirm_create("consent", institution=circle.institution_id, circle=circle.pk)
    must_belong(person, circle, by)
    ref, _title, _text, digest = form_words(form, language, fills)
    if ref.partition("@")[0] in NOT_A_CONSENT:
        raise NotAConsent(form=ref)
    if shown and shown != digest:
        raise FormChanged
    asked = catalogue.current().consent_form(ref)
    latest = latest_end(at.date(), asked.longest_months)
    if not at.date() <= expires_on <= latest:
        raise EndsTooLate(latest=latest)
    if not set(parts) <= set(asked.optional_parts):
        raise NotAConsent(form=ref)
    if given_how == "spoken" and not witness.strip():
        raise NeedsAWitness
    writer = _writer(by, circle, person)
    if given_how == "screen" and writer.pk != person.pk:
        raise NotTheirCircle
    consent: Consent = Consent.objects.create(
        institution=circle.institution,
        circle=circle,
        person=person,
        form=ref,
        text_hash=digest,
        filled=json.dumps(dict(fills), ensure_ascii=False, sort_keys=True) if fills else "",
        parts=sorted(parts),
        language=language,
        purpose=purpose,
        about=about,
        to_whom=to_whom[:200],
        given_how=given_how,
        witness=witness.strip(),
        given_at=at,
        expires_on=expires_on,
        written_by=writer,
    )
    audit.write(
        "consent.consent_given",
        by=by,
        at=at,
        about=consent,
        detail={"form": ref, "how": given_how},
    )
    return consent


@action
def withdraw(*, consent: Consent, by: Reader, at: datetime) -> Consent:
    """Take a consent back, without a reason, at once. The past stays as it was.

    The person may always; the lead may write it down when told.

    Raises:
        AlreadyWithdrawn: it was taken back or ended before.
    """
    if not by.is_system and consent.person_id not in by.persons:
        by.confirm_create("consent", institution=consent.institution_id, circle=consent.circle_id)
    changed = (
        Consent.objects.visible_to(by)
        .filter(pk=consent.pk, withdrawn_at=None, ended_on=None)
        .update(withdrawn_at=at)
    )
    if not changed:
        raise AlreadyWithdrawn(consent=consent)
    consent.withdrawn_at = at
    audit.write("consent.consent_withdrawn", by=by, at=at, about=consent)
    return consent


@action
def end_for(*, about: str, by: Reader, at: datetime) -> int:
    """End every consent that covers one thing, because that ended. Returns how many.

    Called by the action that ends it, which asked whether it may.
    """
    if not about:
        raise NeedsWords(field="about")
    rows = Consent.objects.visible_to(by).filter(about=about, withdrawn_at=None, ended_on=None)
    ended = list(rows)
    rows.update(ended_on=at.date())
    for consent in ended:
        audit.write("consent.consent_ended", by=by, at=at, about=consent, detail={"about": about})
    return len(ended)


@action
def refuse(
    *,
    circle: Circle,
    person: Person,
    about: str,
    offered: str,
    by: Reader,
    at: datetime,
    words: str = "",
    stays_open: str = "",
) -> Refusal:
    """Record a no. It is final until the person gives a new yes, and it stays in view.

    Args:
        about: a form's id, or what was offered, such as ``course:<uuid>``.
        offered: what the person was offered, in words they would know.
        words: what the person said.
        stays_open: what is still there for them, whenever they want.
    """
    by.confirm_create("consent", institution=circle.institution_id, circle=circle.pk)
    must_belong(person, circle, by)
    if not offered.strip():
        raise NeedsWords(field="offered")
    refusal: Refusal = Refusal.objects.create(
        institution=circle.institution,
        circle=circle,
        person=person,
        about=about[:80],
        offered=offered.strip(),
        words=words.strip(),
        stays_open=stays_open.strip(),
        refused_at=at,
        written_by=_writer(by, circle, person),
    )
    audit.write("consent.refusal_recorded", by=by, at=at, about=refusal, detail={"about": about})
    return refusal


@action
def record_capacity(
    *,
    circle: Circle,
    person: Person,
    decision: str,
    conclusion: str,
    grounds: str,
    review_on: date,
    by: Reader,
    at: datetime,
    about: str = "",
    abilities: Mapping[str, str] | None = None,
    information: str = "",
    help_used: str = "",
    cause: str = "",
) -> Capacity:
    """Record whether a person can make one decision at this time. Presumed until assessed (S13).

    Args:
        decision: which decision; never "in general".
        conclusion: ``assessed_present``, ``in_doubt``, ``lacks`` or ``fluctuating``.
        grounds: what was seen and heard, in the person's words where possible.
        review_on: when somebody looks again; at the latest `rules.latest_review`.
        about: what it decides about higher up, such as ``course:<uuid>``.
        abilities: ``yes``, ``no`` or ``unsure`` for understand, retain, weigh, communicate.
        information: what the person was told. help_used: what was done to help them decide.
        cause: how an impairment of mind or brain brings it about.

    Only staff assess; nobody assesses themself.

    Raises:
        NotBorneOut: *cannot decide* without a missing ability, its cause and the help that was
            tried first, or *can decide* with a missing ability.
        NeedsWords, EndsTooLate, NotTheirCircle.
    """
    by.confirm_create("consent", institution=circle.institution_id, circle=circle.pk)
    must_belong(person, circle, by)
    for field, text in (("decision", decision), ("grounds", grounds)):
        if not text.strip():
            raise NeedsWords(field=field)
    if conclusion not in {word for word, _ in Capacity.CONCLUSIONS}:
        raise NeedsWords(field="conclusion")
    writer = author_of(by, circle=circle)
    if not writer.is_staff_member or writer.pk == person.pk:
        raise NotTheirCircle
    found = {one: word for one, word in (abilities or {}).items() if one in ABILITIES and word}
    if part := not_borne_out(conclusion, found, cause=cause, help_used=help_used):
        raise NotBorneOut(part=part)
    latest = latest_review(at.date())
    if not at.date() <= review_on <= latest:
        raise EndsTooLate(latest=latest)
    capacity: Capacity = Capacity.objects.create(
        institution=circle.institution,
        circle=circle,
        person=person,
        about=about[:80],
        decision=decision.strip(),
        conclusion=conclusion,
        grounds=grounds.strip(),
        abilities=json.dumps(found, sort_keys=True) if found else "",
        information=information.strip(),
        help_used=help_used.strip(),
        cause=cause.strip(),
        assessed_at=at,
        review_on=review_on,
        written_by=writer,
    )
    audit.write(
        "consent.capacity_recorded", by=by, at=at, about=capacity, detail={"word": conclusion}
    )
    return capacity


def must_belong(person: Person, circle: Circle, by: Reader) -> None:
    if person.pk == circle.focus_id:
        return
    if not live_members(circle, seen_by=by).filter(person=person).exists():
        raise NotTheirCircle


def _writer(by: Reader, circle: Circle, person: Person) -> Person:
    """Who writes: staff for anybody in the circle, a member or the person for themself alone."""
    writer = author_of(by, circle=circle)
    if not writer.is_staff_member and writer.pk != person.pk:
        raise NotTheirCircle
    return writer
