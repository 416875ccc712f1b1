"""What was agreed, taken back, refused; and what holds on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest

from alongside.consent import actions, queries, rules
from alongside.consent.models import Consent
from alongside.engine.consent import ConsentFact, RefusalFact, permitted
from alongside.records.errors import NotAllowed
from tests.conftest import NOON
from tests.factories import Cast, World

TODAY = NOON.date()
NEXT_YEAR = date(2027, 3, 2)


def give(world: World, by: Cast, **more: Any) -> Consent:
    given: dict[str, Any] = {
        "circle": world.circle,
        "person": world.noor.person,
        "form": "c_measures",
        "given_how": "screen",
        "expires_on": TODAY + timedelta(days=90),
        **more,
    }
    return actions.give(by=by.reader, at=NOON, **given)


def test_a_consent_keeps_the_form_its_text_and_its_end(world: World, noor: Cast) -> None:
    form, _title, text, digest = queries.form_words("c_measures", "en")
    consent = give(world, noor, shown=digest)
    assert (consent.form, consent.text_hash) == (form, digest)
    assert consent.written_by_id == noor.person.pk
    assert text.startswith("Agree to questions and charts")


def test_a_form_that_changed_since_it_was_shown_is_shown_again(world: World, noor: Cast) -> None:
    with pytest.raises(actions.FormChanged):
        give(world, noor, shown="0" * 64)


def test_nobody_agrees_on_the_screen_for_another(world: World, noor: Cast, asha: Cast) -> None:
    with pytest.raises(actions.NotTheirCircle):
        give(world, asha)
    with pytest.raises(actions.NotTheirCircle):
        give(world, noor, person=world.teo.person)
    with pytest.raises(actions.NotTheirCircle):
        give(world, noor, person=world.sam)


def test_a_lead_writes_down_what_was_said_with_a_witness(world: World, asha: Cast) -> None:
    with pytest.raises(actions.NeedsAWitness):
        give(world, asha, given_how="spoken")
    consent = give(world, asha, given_how="spoken", witness="Hana Kobayashi")
    assert consent.witness == "Hana Kobayashi"
    assert consent.written_by_id == asha.person.pk


@pytest.mark.parametrize("ends", [TODAY - timedelta(days=1), date(2036, 3, 2)])
def test_an_end_that_the_form_does_not_allow_is_refused(
    world: World, noor: Cast, ends: date
) -> None:
    with pytest.raises(actions.EndsTooLate):
        give(world, noor, expires_on=ends)


def test_a_part_the_form_does_not_offer_cannot_be_agreed_to(world: World, noor: Cast) -> None:
    with pytest.raises(actions.NotAConsent):
        give(world, noor, parts=["everything"])


def test_somebody_without_a_relationship_gives_and_reads_nothing(world: World, bo: Cast) -> None:
    with pytest.raises(NotAllowed):
        give(world, bo, given_how="paper")
    assert not queries.consents(seen_by=bo.reader).exists()


def test_members_read_only_their_own_consents(world: World, noor: Cast, teo: Cast) -> None:
    assert queries.consents(seen_by=noor.reader).count() == 1
    assert not queries.consents(seen_by=teo.reader).exists()


def test_taking_back_works_at_once_and_rewrites_nothing(world: World, noor: Cast) -> None:
    consent = give(world, noor)
    actions.withdraw(consent=consent, by=noor.reader, at=NOON)
    kept = queries.consents(seen_by=noor.reader).get(pk=consent.pk)
    assert (kept.given_at, kept.withdrawn_at) == (NOON, NOON)
    answer = queries.may(
        person=noor.person.pk,
        circle=world.circle.pk,
        form="c_measures",
        on=TODAY,
        seen_by=noor.reader,
    )
    assert not answer.allowed
    assert [reason.key for reason in answer.reasons] == ["consent.withdrawn"]
    with pytest.raises(actions.AlreadyWithdrawn):
        actions.withdraw(consent=kept, by=noor.reader, at=NOON)


def test_nobody_takes_back_anothers_consent(world: World, noor: Cast, teo: Cast) -> None:
    consent = give(world, noor)
    with pytest.raises((NotAllowed, actions.AlreadyWithdrawn)):
        actions.withdraw(consent=consent, by=teo.reader, at=NOON)
    assert queries.consents(seen_by=noor.reader).get(pk=consent.pk).withdrawn_at is None


def test_ending_what_it_covers_ends_the_consent(world: World, noor: Cast, asha: Cast) -> None:
    about = "course:0b4bf9f5-5f7c-4d5a-9f9c-0a7f5a1f0a10"
    give(world, noor, about=about)
    assert actions.end_for(about=about, by=asha.reader, at=NOON) == 1
    assert not queries.live_on(TODAY, seen_by=noor.reader).filter(about=about).exists()


def test_a_no_is_kept_and_wins_over_the_yes_before(world: World, noor: Cast) -> None:
    give(world, noor)
    actions.refuse(
        circle=world.circle,
        person=noor.person,
        about="c_measures",
        offered="Short forms about how I am.",
        words="Not now.",
        by=noor.reader,
        at=NOON,
    )
    answer = queries.may(
        person=noor.person.pk,
        circle=world.circle.pk,
        form="c_measures",
        on=TODAY,
        seen_by=noor.reader,
    )
    assert [reason.key for reason in answer.reasons] == ["consent.refused"]


def test_capacity_is_presumed_until_somebody_assessed_it(world: World, asha: Cast) -> None:
    assert queries.capacity_of(world.sam.pk, on=TODAY, seen_by=asha.reader) == "presumed"
    actions.record_capacity(
        circle=world.circle,
        person=world.sam,
        decision="Whether to come to the first talk",
        conclusion="in_doubt",
        grounds="He could not say back what was explained, in the morning, with pictures.",
        review_on=TODAY + timedelta(days=7),
        by=asha.reader,
        at=NOON,
    )
    assert queries.capacity_of(world.sam.pk, on=TODAY, seen_by=asha.reader) == "in_doubt"


def test_a_member_assesses_nobodys_capacity(world: World, noor: Cast) -> None:
    with pytest.raises((NotAllowed, actions.NotTheirCircle)):
        actions.record_capacity(
            circle=world.circle,
            person=world.sam,
            decision="Anything",
            conclusion="lacks",
            grounds="I know him.",
            review_on=TODAY,
            by=noor.reader,
            at=NOON,
        )


# -- the engine's answer -----------------------------------------------------------------------


def fact(**more: Any) -> ConsentFact:
    given: dict[str, Any] = {
        "form": "c_treatment@1",
        "person": "sam",
        "given_on": TODAY,
        "expires_on": NEXT_YEAR,
        **more,
    }
    return ConsentFact(**given)


@pytest.mark.parametrize(
    ("consent", "key"),
    [
        (fact(withdrawn_on=TODAY), "consent.withdrawn"),
        (fact(ended_on=TODAY), "consent.ended"),
        (fact(expires_on=TODAY - timedelta(days=1), given_on=date(2026, 1, 1)), "consent.expired"),
        (fact(given_on=TODAY + timedelta(days=1)), "consent.not_yet"),
        (fact(purpose="research"), "consent.other_purpose"),
        (fact(about="course:1"), "consent.none"),
        (fact(form="c_family@1"), "consent.none"),
        (fact(person="noor"), "consent.none"),
    ],
)
def test_a_consent_that_does_not_hold_says_why(consent: ConsentFact, key: str) -> None:
    answer = permitted([consent], person="sam", form="c_treatment", on=TODAY, about="course:2")
    assert (answer.allowed, [reason.key for reason in answer.reasons]) == (False, [key])


def test_the_last_day_still_counts() -> None:
    consent = fact(expires_on=TODAY)
    assert permitted([consent], person="sam", form="c_treatment", on=TODAY).allowed
    tomorrow = TODAY + timedelta(days=1)
    assert not permitted([consent], person="sam", form="c_treatment", on=tomorrow).allowed


def test_a_yes_after_a_no_counts_again() -> None:
    no = RefusalFact("sam", "c_treatment", TODAY - timedelta(days=3))
    assert permitted([fact()], person="sam", form="c_treatment", on=TODAY, refusals=[no]).allowed
    same_day = RefusalFact("sam", "c_treatment", TODAY)
    answer = permitted([fact()], person="sam", form="c_treatment", on=TODAY, refusals=[same_day])
    assert not answer.allowed


def test_on_one_day_the_later_word_counts() -> None:
    noon = datetime.combine(TODAY, time(12), UTC)
    yes = replace(fact(), given_on=TODAY, at=noon)
    before = RefusalFact("sam", "c_treatment", TODAY, noon - timedelta(hours=1))
    after = RefusalFact("sam", "c_treatment", TODAY, noon + timedelta(hours=1))
    ask = partial(permitted, [yes], person="sam", form="c_treatment", on=TODAY)
    assert ask(refusals=[before]).allowed
    assert not ask(refusals=[after]).allowed


@pytest.mark.parametrize(
    ("given", "months", "end"),
    [(date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2024, 2, 29), 12, date(2025, 2, 28))],
)
def test_an_end_after_months_stays_inside_the_month(given: date, months: int, end: date) -> None:
    assert rules.latest_end(given, months) == end
