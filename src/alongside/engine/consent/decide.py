"""Is something permitted on a day, by what a person agreed to or refused?

Source: consent is specific, has an end and can be withdrawn at any time (GDPR articles 4 and 7;
Mental Capacity Act 2005 for its principles); a refusal is final until the person says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from alongside.engine.terms import Reason


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """One consent of one person. ``form`` is an id at a version, ``about`` names what it covers."""

    form: str
    person: str
    given_on: date
    expires_on: date
    purpose: str = "care"
    about: str = ""
    to_whom: str = ""
    ended_on: date | None = None
    withdrawn_on: date | None = None
    at: datetime | None = None  # the moment it was given, where it is known

    @property
    def form_id(self) -> str:
        """The form without its version."""
        return self.form.partition("@")[0]

    def state_on(self, day: date) -> str:
        """One of ``not_yet``, ``live``, ``withdrawn``, ``ended``, ``expired``.

        The last day of ``expires_on`` still counts; a withdrawal counts from its own day on.
        """
        if day < self.given_on:
            return "not_yet"
        if self.withdrawn_on is not None and self.withdrawn_on <= day:
            return "withdrawn"
        if self.ended_on is not None and self.ended_on <= day:
            return "ended"
        return "live" if day <= self.expires_on else "expired"


@dataclass(frozen=True, slots=True)
class RefusalFact:
    """One refusal: it stands against every earlier consent about the same thing."""

    person: str
    about: str
    refused_on: date
    at: datetime | None = None  # the moment it was said, where it is known


@dataclass(frozen=True, slots=True)
class Answer:
    """Permitted or not, by which consent, and every reason in the order a person should hear."""

    allowed: bool
    reasons: tuple[Reason, ...]
    consent: ConsentFact | None = None


_WORDS = {
    "consent.given": "There is a consent, and it is valid on this day.",
    "consent.none": "Nobody has asked, or nothing was answered.",
    "consent.not_yet": "The consent begins later.",
    "consent.withdrawn": "The consent was taken back. That is final until a new yes.",
    "consent.ended": "The consent ended with what it covered.",
    "consent.expired": "The consent has run out.",
    "consent.other_purpose": "The consent was given for another purpose.",
    "consent.refused": "The answer was no. That is final until a new yes.",
}


def _reason(key: str) -> Reason:
    return Reason(key, _WORDS[key])


def permitted(
    consents: Iterable[ConsentFact],
    *,
    person: str,
    form: str,
    on: date,
    purpose: str = "care",
    about: str = "",
    refusals: Iterable[RefusalFact] = (),
) -> Answer:
    """Say whether one person's consent permits something on one day, and why.

    Args:
        consents: every consent known, of any person; only those of ``person`` count. Consent of
            a relative is never consent of the person.
        person: the id of the person asked.
        form: the form's id, without a version: each version of it counts.
        on: the day.
        purpose: the purpose of the use.
        about: what the use is about, such as ``course:<uuid>``. A consent that names something
            covers only that; a consent that names nothing covers each use of its purpose.
        refusals: every refusal known; a later refusal about the same thing wins over a consent.

    Returns:
        The answer. Not permitted comes with the nearest miss first.
    """
    own = [c for c in consents if c.person == person and c.form_id == form.partition("@")[0]]
    fitting = [c for c in own if c.about in {"", about}]
    live = [c for c in fitting if c.purpose == purpose and c.state_on(on) == "live"]
    noes = [
        r
        for r in refusals
        if r.person == person and r.about in {about, form} and r.refused_on <= on
    ]
    if live:
        newest = max(live, key=lambda c: (c.given_on, c.at.timestamp() if c.at else 0.0))
        if all(_is_after(newest, no) for no in noes):
            return Answer(True, (_reason("consent.given"),), newest)
    reasons: list[Reason] = []
    if noes:
        reasons.append(_reason("consent.refused"))
    for state in ("withdrawn", "ended", "expired", "not_yet"):
        if any(c.state_on(on) == state for c in fitting):
            reasons.append(_reason(f"consent.{state}"))
    if any(c.state_on(on) == "live" and c.purpose != purpose for c in fitting):
        reasons.append(_reason("consent.other_purpose"))
    return Answer(False, tuple(reasons) or (_reason("consent.none"),))


def _is_after(consent: ConsentFact, refusal: RefusalFact) -> bool:
    """Was the yes said after the no? On one day only their moments can tell; else the no stands."""
    if consent.at is not None and refusal.at is not None:
        return consent.at > refusal.at
    return consent.given_on > refusal.refused_on
