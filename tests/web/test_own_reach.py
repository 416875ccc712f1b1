"""When and how one may be reached, said at one's own door: at once, kept, and told in few words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from alongside.access import actions as access
from alongside.access import sessions
from alongside.delivery import own_reach
from alongside.measures import actions as measures
from alongside.measures.permissions import LINK_MESSAGE, link_is_right
from alongside.notify.models import Message
from alongside.people import actions as people
from alongside.people import queries
from alongside.people.models import ContactPoint, Person
from alongside.records.errors import NotAllowed, StaleVersion
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.factories import Cast, World

SignedIn = Callable[[Cast], Any]


def just_in(desk: Any) -> Any:
    """Who signed in a moment ago: such a change asks for it (M6)."""
    session = desk.session
    sessions.begin(session, NOON)
    session.save()
    return desk


def reached(world: World, person: Person, value: str, **more: Any) -> ContactPoint:
    return people.add_contact(
        person=person, circle=world.circle, value=value, by=world.asha.reader, at=NOON, **more
    )


def live(world: World, person: Person) -> list[ContactPoint]:
    return list(queries.contacts_of(person, seen_by=world.asha.reader))


def words_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def told() -> list[Message]:
    return list(Message._base_manager.filter(kind=own_reach.MESSAGE).order_by("created_at"))


def waits(kind: str) -> int:
    return Task._base_manager.filter(kind=kind, done_at=None).count()


@pytest.mark.parametrize("door", ["circle", "person"])
def test_one_says_oneself_when_and_how_one_is_reached_and_what_stood_before_is_kept(
    world: World, signed_in: SignedIn, door: str
) -> None:
    """T2, M6: hours and words count at once, the former row stays, the old way and lead know."""
    who = world.noor if door == "circle" else world.engage_sam()
    page = f"/circle/{world.circle.pk}/reach/" if door == "circle" else "/me/reach/"
    home = f"/circle/{world.circle.pk}/told/" if door == "circle" else "/me/record/"
    for row in live(world, who.person):
        people.end_contact(contact=row, version=row.version, by=world.asha.reader, at=NOON)
    old = reached(world, who.person, "own@example.org", safe_from=time(18), safe_to=time(20))
    desk = just_in(signed_in(who))
    assert page in desk.get(home).content.decode()
    assert "only from 18:00 to 20:00" in words_of(desk.get(page))
    change = f"{page}{old.pk}/"
    assert 'value="18:00"' in desk.get(change).content.decode()

    given = {"version": "1", "safe_from": "09:00", "safe_words": "Say the library."}
    again = desk.post(change, given)
    assert again.status_code == 400
    assert "Write both times, or neither." in words_of(again)
    assert "Say the library." in again.content.decode()
    assert [row.pk for row in live(world, who.person)] == [old.pk]
    assert desk.post(change, {**given, "safe_to": "11:00"}).url == page
    (now,) = live(world, who.person)
    assert (now.value, now.safe_from, now.words) == (old.value, time(9), "Say the library.")
    before = ContactPoint._base_manager.get(pk=old.pk)
    assert (before.ended_at is not None, before.safe_from) == (True, time(18))

    # The same form once more, from a second window, changes nothing.
    late = desk.post(change, {**given, "safe_to": "12:00"}, follow=True)
    assert "This was changed meanwhile." in words_of(late)
    assert [row.pk for row in live(world, who.person)] == [now.pk]

    (news,) = told()
    assert (news.channel, news.address) == ("email", old.value)
    for word in ("noor", "sam", "reach", "phone", "case", "library", "number"):
        assert word not in f"{news.subject} {news.body}".lower()
    assert own_reach.news_is_right(news, news.due_at)
    assert not own_reach.news_is_right(news, news.due_at + timedelta(hours=5))
    assert waits(own_reach.CHANGED) == 1
    asha = signed_in(world.asha).get(f"/work/cases/{world.case.pk}/reach/{who.person.pk}/")
    assert "Say the library. · only from 09:00 to 11:00" in words_of(asha)

    assert desk.post(f"{page}{now.pk}/end/", {"version": "1"}).url == page
    assert live(world, who.person) == []
    assert len(told()) == 1  # others may read it there: it is not told
    assert "We have no number and no address of yours." in words_of(desk.get(page))


def test_another_number_is_looked_at_first_and_the_answer_is_the_same_whosever_it_is(
    world: World, signed_in: SignedIn
) -> None:
    """T2 condition 1, A4, 1.3: nothing goes there before, and nobody learns who else is known."""
    person, page = world.noor.person, f"/circle/{world.circle.pk}/reach/"
    reached(world, world.teo.person, "07700 900111")
    before = [row.pk for row in live(world, person)]
    assert signed_in(world.noor).get(f"{page}ask/").status_code == 403  # signed in long ago
    noor = just_in(signed_in(world.noor))
    bad = noor.post(f"{page}ask/", {"contact": "12", "safe_words": "Only by day."})
    assert (bad.status_code, "Only by day." in bad.content.decode()) == (400, True)
    asks = {"contact": "07700 900777", "texts": "on", "safe_from": "10:00", "safe_to": "12:00"}
    assert noor.post(f"{page}ask/", asks).url == page
    assert [row.pk for row in live(world, person)] == before
    assert "+447700900777" in words_of(noor.get(page))
    assert [message.address for message in told()] == [row.value for row in live(world, person)]
    assert waits(own_reach.ASKED) == 1
    # It counts nowhere: also its own form does not open it.
    (wish,) = own_reach.asked(person, seen_by=world.noor.reader)
    noor.post(f"{page}{wish.pk}/", {"version": "1", "safe_words": ""})
    with pytest.raises(StaleVersion):
        own_reach.change(contact=wish, version=1, by=world.noor.reader, at=NOON)
    assert [row.pk for row in live(world, person)] == before

    desk, lead = signed_in(world.asha), f"/work/cases/{world.case.pk}/reach/{person.pk}/"
    assert "Noor Haddad asks for this" in words_of(desk.get(lead))
    assert desk.post(lead, {"take": str(wish.pk)}).status_code == 302
    phone = next(row for row in live(world, person) if row.channel == "phone")
    assert (phone.value, phone.texts, phone.safe_to) == ("+447700900777", True, time(12))
    assert waits(own_reach.ASKED) == 0
    assert "You asked for" not in words_of(noor.get(page))
    assert "meanwhile" in words_of(desk.post(lead, {"take": str(wish.pk)}, follow=True))

    # The number of somebody kept apart from one of the circle: the same answer to who asks.
    access.separate(
        one=world.sam, other=world.teo.person, circle=world.circle, by=world.asha.reader, at=NOON
    )
    assert noor.post(f"{page}ask/", {"contact": "07700 900111"}).url == page
    (wish,) = own_reach.asked(person, seen_by=world.asha.reader)
    refused = desk.post(lead, {"take": str(wish.pk)}, follow=True)
    assert "This cannot be kept for them now." in words_of(refused)
    assert waits("join_refused") == 1
    assert phone.pk in [row.pk for row in live(world, person)]
    noor.post(f"{page}ask/", {"contact": "quiet@example.org"})
    (wish,) = own_reach.asked(person, seen_by=world.asha.reader)
    desk.post(lead, {"leave": str(wish.pk)})
    assert (waits(own_reach.ASKED), own_reach.asked(person, seen_by=world.asha.reader)) == (0, [])


def test_what_waits_for_a_way_goes_by_its_new_hours_and_not_at_all_where_it_ended(
    world: World,
) -> None:
    """M6: a form sent by hand at noon, for the evening, waits for the morning instead."""
    person = world.noor.person
    for row in live(world, person):
        people.end_contact(contact=row, version=row.version, by=world.asha.reader, at=NOON)
    way = reached(world, person, "n@example.org", safe_from=time(18), safe_to=time(20))
    asking = measures.make_asking(
        circle=world.circle, about=person, respondent=person, instrument="gad7",
        days=7, by=world.asha.reader, at=NOON,
    )  # fmt: skip
    measures.send_link(asking=asking, to=way, by=world.asha.reader, at=NOON)
    link = Message._base_manager.get(kind=LINK_MESSAGE)
    assert link_is_right(link, link.due_at)
    evening = link.due_at
    now = own_reach.change(
        contact=way, version=1, safe_from=time(9), safe_to=time(11), by=world.noor.reader, at=NOON
    )
    link.refresh_from_db()
    assert link.due_at.astimezone(UTC) == datetime(
        NOON.year, NOON.month, NOON.day, 9, tzinfo=UTC
    ) + timedelta(days=1)
    assert link_is_right(link, link.due_at)
    assert not link_is_right(link, evening)
    own_reach.end(contact=now, version=1, by=world.noor.reader, at=NOON)
    assert not link_is_right(link, link.due_at)


def test_nobody_else_changes_how_one_is_reached(world: World, signed_in: SignedIn) -> None:
    """A3, A4: not another member, not who left, not staff by this way, not by an old window."""
    (way, *_more) = live(world, world.noor.person)
    page = f"/circle/{world.circle.pk}/reach/{way.pk}/"
    guessed = f"/circle/{world.circle.pk}/reach/{world.sam.pk}/"
    noor, teo = just_in(signed_in(world.noor)), just_in(signed_in(world.teo))
    assert noor.get(page).status_code == 200
    wrong, random = teo.get(page), teo.get(guessed)
    assert (wrong.status_code, wrong.content) == (random.status_code, random.content)
    assert teo.post(f"{page}end/", {"version": "1"}).status_code == 404
    for cast in (world.teo, world.asha):
        with pytest.raises(NotAllowed):
            own_reach.change(contact=way, version=1, by=cast.reader, at=NOON)
        with pytest.raises(NotAllowed):
            own_reach.ask_for(
                person=world.noor.person, circle=world.circle, contact="x@example.org",
                by=cast.reader, at=NOON,
            )  # fmt: skip
    with pytest.raises(StaleVersion):
        own_reach.end(contact=way, version=7, by=world.noor.reader, at=NOON)
    assert world.noor.member is not None
    access.end_membership(member=world.noor.member, because="left", by=world.asha.reader, at=NOON)
    gone = just_in(signed_in(world.noor)).post(f"{page}end/", {"version": "1"})
    assert (gone.status_code, gone.url) == (302, "/account/login/code/")
    assert ContactPoint._base_manager.get(pk=way.pk).ended_at is None
