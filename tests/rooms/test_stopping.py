"""A person's own word ends what was asked before it, in its own transaction, and says why."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alongside.access.readers import reader_for_link
from alongside.calendar import ending as times
from alongside.calendar.models import Booking, Busy
from alongside.cases import rights
from alongside.cases.models import RightsRequest
from alongside.consent.models import Consent, Refusal
from alongside.delivery import on_time, stopping
from alongside.insights import completeness, timeline
from alongside.measures import actions as measures
from alongside.measures import ending
from alongside.measures.models import Asking
from alongside.plans import actions as plans
from alongside.plans.models import Course
from alongside.records import audit
from alongside.records.errors import NotAllowed
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import booked, fresh_case, give_consent, started

WEB = Path(__file__).resolve().parents[2] / "src/alongside/web"
SignedIn = Callable[[Cast], Any]


def asked(world: World, respondent: Any, instrument: str, about: Any) -> Asking:
    return measures.make_asking(
        circle=world.circle, about=about, respondent=respondent, instrument=instrument,
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip


def wall(day: int) -> datetime:
    """Ten o'clock on a day of March."""
    return NOON.replace(day=day, hour=10, tzinfo=None)


def is_open(asking: Asking, world: World) -> bool:
    asking.refresh_from_db()
    return asking.expires_at > world.moment


def on_the_line(world: World) -> list[str]:
    rows = timeline.entries(world.circle.pk, seen_by=world.asha.reader, kind="answers")
    return [row.facts["because"] for row in rows if row.word == "asking_ended"]


def test_an_objection_ends_what_others_are_still_asked_and_their_links_with_it(
    world: World, sam: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GDPR 21: all in one transaction; what the person is asked about themself stays."""
    others = asked(world, world.noor.person, "nrs_mood", world.sam)
    own = asked(world, world.sam, "nrs_mood", world.sam)
    token = measures.hand_over(asking=others, by=world.asha.reader, at=world.moment)
    said: dict[str, Any] = {
        "circle": world.circle, "kind": "objection", "words": "Ask nobody about me.",
        "by": sam.through("person"), "at": world.moment,
    }  # fmt: skip

    def breaks(word: str, **rest: Any) -> None:
        if word == "measures.asking_ended":
            raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(audit, "write", breaks)
        with pytest.raises(OSError, match="full"):
            stopping.ask_for(**said)
    assert is_open(others, world)
    assert not RightsRequest._base_manager.exists()

    made = stopping.ask_for(**said)
    assert not is_open(others, world)
    assert is_open(own, world)
    with pytest.raises(NotAllowed):
        reader_for_link(token, "answer", world.moment)
    assert on_the_line(world) == [ending.OBJECTED]
    counts = completeness.of_cases([world.circle.pk], seen_by=world.asha.reader, at=world.moment)[
        world.circle.pk
    ]
    assert (counts.left_out, counts.expired) == (1, 0)
    rights.lift(request=made, by=sam.through("person"), at=world.moment)
    assert not is_open(others, world)  # it is asked anew, by somebody who thinks of it
    stopping.ask_for(**{**said, "kind": "correction"})
    assert is_open(own, world)


def test_a_yes_taken_back_or_a_no_ends_what_rested_on_it_and_the_lead_reads_why(
    world: World, sam: Cast, signed_in: SignedIn
) -> None:
    course = started(world, "cbt")
    on_time.ask_once(at=world.moment)
    (timed,) = Asking._base_manager.filter(occasion=f"course:{course.pk}")
    by_hand = asked(world, world.sam, "nrs_mood", world.sam)
    theirs = asked(world, world.noor.person, "nrs_mood", world.noor.person)
    yes = Consent._base_manager.get(person=world.sam, form__startswith="c_treatment")
    assert signed_in(sam).post(f"/me/record/receipts/{yes.pk}/end/").status_code == 302
    assert [is_open(row, world) for row in (timed, by_hand, theirs)] == [False, True, True]

    address = f"/work/cases/{world.case.pk}/consent/refusal/"
    given = {"person": world.sam.pk, "about": "c_measures", "offered": "Short questionnaires"}
    staff = signed_in(world.asha)
    assert staff.post(address, given).status_code == 302, Refusal._base_manager.count()
    assert [is_open(row, world) for row in (by_hand, theirs)] == [False, True]
    assert set(on_the_line(world)) == {ending.TAKEN_BACK, ending.REFUSED}
    page = staff.get(f"/work/cases/{world.case.pk}/timeline/?kind=answers").content.decode()
    for words in ("They took back the yes it rested on.", "They said no."):
        assert words in page


def test_what_ends_gives_back_the_times_that_were_kept_for_it(
    world: World, sam: Cast, cbt: Course, signed_in: SignedIn
) -> None:
    """A no, the end of a course, the end of a case: nobody is expected any more."""
    of_course = {"about": f"course:{cbt.pk}"}
    mine = booked(world, wall(9), persons=[world.sam], **of_course)
    talk = booked(world, wall(10), persons=[world.sam])
    both = booked(world, wall(11), persons=[world.sam, world.noor.person])
    hers = booked(world, wall(12))
    over = booked(world, wall(14), persons=[world.sam], **of_course)
    begins = world.moment - timedelta(days=1)
    Booking._base_manager.filter(pk=over.pk).update(
        starts_at=begins, ends_at=begins + timedelta(hours=1)
    )
    all_three = [world.sam, world.noor.person, world.teo.person]
    three = booked(world, wall(16), persons=all_three)
    his = booked(world, wall(17), persons=all_three[2:])
    assert signed_in(world.teo).post(f"/circle/{world.circle.pk}/leave/").status_code == 302
    three.refresh_from_db()
    his.refresh_from_db()
    assert sorted(three.persons) == sorted(str(one.pk) for one in all_three[:2])
    assert (three.cancelled_at, his.cancelled_because) == (None, times.LEFT)

    def stand() -> list[bool]:
        for row in (mine, talk, both, hers):
            row.refresh_from_db()
        return [row.cancelled_at is None for row in (mine, talk, both, hers)]

    said: dict[str, Any] = {
        "circle": world.circle, "person": world.sam, "offered": "The talks",
        "by": sam.through("person"), "at": world.moment,
    }  # fmt: skip
    stopping.refuse(about=f"course:{cbt.pk}", **said)
    assert stand() == [False, True, True, True]
    stopping.refuse(about="c_treatment@1", **said)
    assert stand() == [False, False, True, True]
    assert mine.cancelled_because == times.REFUSED
    again = booked(world, wall(13), persons=[world.sam], **of_course)
    desk = signed_in(world.asha)
    page = desk.get(f"/work/courses/{cbt.pk}/end/").content.decode()
    assert "1 time to come is given back: tell them." in page
    plans.end_course(
        course=cbt, completion="stopped_safety", words="He said no to it.",
        expected=cbt.version, by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    again.refresh_from_db()
    assert again.cancelled_because == times.COURSE_ENDED
    still_asked = asked(world, world.sam, "nrs_mood", world.sam)
    token = measures.hand_over(asking=still_asked, by=world.asha.reader, at=world.moment)
    closing = f"/work/cases/{world.case.pk}/closing/"
    before = desk.get(closing).content.decode()
    assert "3 times to come are given back: tell them." in before
    assert "1 form is still open: it is asked no more." in before
    case = fresh_case(world)
    given = {"version": case.version, "outcome": "stopped_safety", "words": "He said no to it all."}
    assert desk.post(closing, given).status_code == 302
    assert stand() == [False] * 4
    busy = Busy._base_manager.filter(is_live=True, starts_at__gt=world.moment)
    assert not busy.exclude(booking=over).exists()
    over.refresh_from_db()
    assert over.cancelled_at is None, "what was is told, not given back"
    assert not is_open(still_asked, world)
    assert on_the_line(world) == [ending.CASE_CLOSED]
    person = signed_in(sam)
    assert "There is nothing to do here" in person.get(f"/l/{token}/").content.decode()
    page = person.get("/me/questions/").content.decode()
    assert str(still_asked.pk) not in page
    assert "Your help here has ended. Nothing is asked of you." in page


def test_times_that_rest_on_a_yes_taken_back_are_named_to_the_lead_who_gives_them_back(
    world: World, sam: Cast, cbt: Course, signed_in: SignedIn
) -> None:
    """Gates close at once, and nobody has to find the times by chance; a new yes clears it."""
    of_course = {"about": f"course:{cbt.pk}"}
    alone = booked(world, wall(9), persons=[world.sam], **of_course)
    both = booked(world, wall(10), persons=[world.sam, world.noor.person], **of_course)
    hers = booked(world, wall(11))
    yes = Consent._base_manager.get(person=world.sam, form__startswith="c_treatment")
    person, desk = signed_in(sam), signed_in(world.asha)
    end = f"/me/record/receipts/{yes.pk}/end/"
    assert "have to come to a talk that is booked" in person.get(end).content.decode()
    other = give_consent(world, world.sam, "c_measures")
    page = person.get(f"/me/record/receipts/{other.pk}/end/").content.decode()
    assert "a talk that is booked" not in page  # questions: no time rests on them
    assert person.post(end).status_code == 302

    waiting = desk.get("/work/waiting/").content.decode()
    assert "Monday 9 March 2026, 10:00 · Tuesday 10 March 2026, 10:00" in waiting
    world.asha.account.language = "es"
    world.asha.account.save(update_fields=["language"])
    assert "lunes 9 de marzo de 2026, 10:00 · martes" in desk.get("/work/waiting/").content.decode()
    world.asha.account.language = "en"
    world.asha.account.save(update_fields=["language"])
    sessions = f"/work/cases/{world.case.pk}/sessions/"
    assert sessions in waiting
    kept = desk.get(sessions).content.decode()
    assert "Give these 2 times back" in kept
    assert "for them the time stays" in kept
    for row, is_left in ((alone, True), (hers, False)):
        page = desk.get(f"/work/bookings/{row.pk}/").content.decode()
        assert ("took their yes back." in page) == is_left

    give_consent(world, world.sam, "c_treatment")
    assert "Kept for a yes" not in desk.get(sessions).content.decode()
    again = Consent._base_manager.get(
        person=world.sam, form__startswith="c_treatment", withdrawn_at=None
    )
    took = desk.post(f"/work/cases/{world.case.pk}/consent/{again.pk}/withdraw/")
    assert took["Location"] == sessions
    receipts = desk.get(f"/work/cases/{world.case.pk}/consent/").content.decode()
    assert "You took it back" not in receipts  # that is said to whoever did
    assert desk.post(f"{sessions}give-back/").status_code == 302
    for row in (alone, both, hers):
        row.refresh_from_db()
    assert alone.cancelled_because == times.TAKEN_BACK
    for language, words in (("es", "Retiró su sí."), ("en", "They took their yes back.")):
        world.asha.account.language = language
        world.asha.account.save(update_fields=["language"])
        assert words in desk.get(f"/work/bookings/{alone.pk}/").content.decode()
    assert (both.cancelled_at, both.persons) == (None, [str(world.noor.person.pk)])
    assert hers.cancelled_at is None
    assert not Task._base_manager.filter(kind="times_without_yes", done_at=None).exists()
    assert "Kept for a yes" not in desk.get(sessions).content.decode()


def test_doors_say_a_persons_word_where_it_ends_what_was_asked() -> None:
    """A page that kept a no or an end alone would leave questions or times open."""
    words = "withdraw|refuse|close_case|end_membership"
    alone = re.compile(rf"(?<!stopping\.)\b(?:\w*actions\.(?:{words})|rights\.ask)\(")
    found = {
        str(file.relative_to(WEB))
        for file in WEB.rglob("*.py")
        if alone.search(file.read_text(encoding="utf-8"))
    }
    assert found == {"practitioner/concerns.py"}  # a worry that is taken back, before any case
