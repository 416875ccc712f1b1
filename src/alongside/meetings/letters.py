"""Write a letter alone, share it, have it looked at, finish it, keep it. The writer decides."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from alongside import catalogue
from alongside.access import readers
from alongside.engine.meetings.letters import kept_as
from alongside.meetings import queries
from alongside.meetings.models import FamilyLetter, LetterReview, PlannedMeeting, Seat
from alongside.people.models import Person
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed, Refused, StaleVersion, Unfit
from alongside.records.reader import Reader

LONGEST = 8000  # letters


class IsFinal(Refused):
    """The letter is final: take it back first, then write on."""


class NotShared(Refused):
    """Nobody but the writer has seen the letter yet."""


class NotReady(Refused):
    """Whoever leads has not said of this very version that it is ready."""


class TooLong(Unfit):
    """More than can be kept. ``most`` letters are."""

    most: int


class IsErased(Refused):
    """Its time was over, as its writer chose: there is no letter any more."""


class NotThere(Refused):
    """Whoever is to read the letter neither leads the meeting nor comes to it."""


class NotTheSeats(Refused):
    """The order names other seats than those of who speaks."""


@action
def begin(
    *, meeting: PlannedMeeting, person: Person, language: str, by: Reader, at: datetime
) -> FamilyLetter:
    """Open the one letter of a member for a meeting: the one that is there, or an empty one."""
    by.confirm_create("letter_draft", institution=meeting.institution_id, circle=meeting.circle_id)
    if person.pk not in by.persons:
        raise NotAllowed("nobody writes for another")
    there = queries.letters(seen_by=by, meeting=meeting).filter(written_by=person).first()
    if there is not None:
        found: FamilyLetter = there
        return found
    letter: FamilyLetter = FamilyLetter.objects.create(
        institution_id=meeting.institution_id,
        circle_id=meeting.circle_id,
        meeting=meeting,
        written_by=person,
        language=language,
        began_at=at,
        saved_at=at,
    )
    audit.write("meetings.letter_saved", by=by, at=at, about=letter)
    return letter


@action
def save(
    *, letter: FamilyLetter, text: str, expected: int, by: Reader, at: datetime
) -> FamilyLetter:
    """Keep what the writer typed. A letter that was shared stays so; what was found ready is not.

    Raises:
        IsFinal, IsErased, TooLong, StaleVersion.
    """
    _must_be_the_writers(letter, by)
    if letter.erased_at is not None:
        raise IsErased
    if letter.final_at is not None:
        raise IsFinal
    by.confirm("E", letter)
    if len(text) > LONGEST:
        raise TooLong(most=LONGEST)
    if text == letter.text and expected == letter.version:
        return letter
    letter.text, letter.saved_at = text, at
    letter.save_version(expected, ["text", "saved_at"])
    audit.write("meetings.letter_saved", by=by, at=at, about=letter)
    return letter


@action
def keep_hint(
    *, letter: FamilyLetter, hint: str, phrase: str, by: Reader, at: datetime
) -> FamilyLetter:
    """Keep a phrase as it is: the hint is not shown again while the phrase stands."""
    _must_be_the_writers(letter, by)
    by.confirm("E", letter)
    kept = {*queries.kept_hints(letter), kept_as(hint, phrase)}
    letter.kept = json.dumps(sorted(kept), ensure_ascii=False)
    letter.save(update_fields=["kept"])
    audit.write("meetings.letter_saved", by=by, at=at, about=letter)
    return letter


@action
def share(*, letter: FamilyLetter, expected: int, by: Reader, at: datetime) -> FamilyLetter:
    """Let whoever leads read the draft. Nobody else of the circle does.

    Raises:
        IsFinal, StaleVersion.
    """
    _must_be_the_writers(letter, by)
    if letter.final_at is not None:
        raise IsFinal
    by.confirm("E", letter)
    letter.shared_with_lead_at, letter.withheld_at = at, None
    letter.save_version(expected, ["shared_with_lead_at", "withheld_at"])
    audit.write("meetings.letter_shared", by=by, at=at, about=letter)
    return letter


@action
def review(
    *, letter: FamilyLetter, is_ready: bool, words: str, expected: int, by: Reader, at: datetime
) -> LetterReview:
    """Say something to a letter that was shared: it is ready, or what to think about.

    Args:
        expected: the version that was read; what is said is said of it.

    Raises:
        NotShared, StaleVersion.
    """
    by.confirm("R", letter)
    if letter.shared_with_lead_at is None:
        raise NotShared
    if letter.version != expected:
        raise StaleVersion(current=letter)
    by.confirm_create("letter_review", institution=letter.institution_id, circle=letter.circle_id)
    row: LetterReview = LetterReview.objects.create(
        institution_id=letter.institution_id,
        circle_id=letter.circle_id,
        letter=letter,
        about_id=letter.written_by_id,
        of_version=expected,
        is_ready=is_ready,
        words=words.strip(),
        reviewed_at=at,
        written_by=readers.person_for(
            by, institution=letter.institution_id, circle=letter.circle_id
        ),
    )
    audit.write("meetings.letter_reviewed", by=by, at=at, about=letter)
    return row


@action
def finish(*, letter: FamilyLetter, expected: int, by: Reader, at: datetime) -> FamilyLetter:
    """The writer says: this is my letter. Only a version that was found ready.

    Raises:
        NotReady, IsFinal, StaleVersion; NotShared: it was taken back meanwhile.
    """
    _must_be_the_writers(letter, by)
    rows = FamilyLetter.objects.unscoped("a letter is finished as it stands, under its lock")
    letter = rows.select_for_update().get(pk=letter.pk)
    if letter.final_at is not None:
        raise IsFinal
    by.confirm("E", letter)
    if expected != letter.version or not queries.is_found_ready(letter, seen_by=by):
        raise NotReady
    if letter.shared_with_lead_at is None:
        raise NotShared
    letter.final_at, letter.withheld_at = at, None
    letter.save_version(expected, ["final_at", "withheld_at"])
    audit.write("meetings.letter_finished", by=by, at=at, about=letter)
    return letter


@action
def take_back(*, letter: FamilyLetter, by: Reader, at: datetime) -> FamilyLetter:
    """The writer takes the letter back: a draft for their eyes alone, to write on or to leave."""
    _must_be_the_writers(letter, by)
    by.confirm("S" if letter.final_at else "E", letter)
    letter.final_at = letter.shared_with_lead_at = None
    letter.save(update_fields=["final_at", "shared_with_lead_at"])
    audit.write("meetings.letter_taken_back", by=by, at=at, about=letter)
    return letter


@action
def keep_back(*, letter: FamilyLetter, by: Reader, at: datetime) -> FamilyLetter:
    """The writer keeps the letter: it is not read at the meeting. It can be shared again."""
    _must_be_the_writers(letter, by)
    by.confirm("S" if letter.final_at else "E", letter)
    letter.final_at = letter.shared_with_lead_at = None
    letter.withheld_at = at
    letter.save(update_fields=["final_at", "shared_with_lead_at", "withheld_at"])
    audit.write("meetings.letter_kept_back", by=by, at=at, about=letter)
    return letter


@action
def keep_for(*, letter: FamilyLetter, word: str, by: Reader, at: datetime) -> FamilyLetter:
    """The writer says how long the letter is kept; it may be said anew until it is gone.

    Args:
        word: of ``keeping`` in content.

    Raises:
        Unfit for any other word; IsErased.
    """
    _must_be_the_writers(letter, by)
    by.confirm("R", letter)
    if word not in {each.id for each in catalogue.current().meetings.letters.keeping}:
        raise Unfit
    if letter.erased_at is not None:
        raise IsErased
    letter.keep_for = word
    letter.save(update_fields=["keep_for"])
    audit.write("meetings.letter_kept_for", by=by, at=at, about=letter, detail={"word": word})
    return letter


@action
def let_read(
    *, letter: FamilyLetter, person: Person | None, by: Reader, at: datetime
) -> FamilyLetter:
    """The writer says who reads it aloud in their place; without anybody they read it themself.

    Args:
        person: whoever leads the meeting, or somebody who comes to it.

    Raises:
        NotThere; IsErased.
    """
    _must_be_the_writers(letter, by)
    by.confirm("R", letter)
    if letter.erased_at is not None:
        raise IsErased
    readers_there = queries.who_may_read(letter, seen_by=by)
    if person is not None and person.pk not in {each.pk for each in readers_there}:
        raise NotThere
    letter.read_by = person
    letter.save(update_fields=["read_by"])
    audit.write("meetings.letter_reader_chosen", by=by, at=at, about=letter)
    return letter


@action
def put_in_order(
    *, meeting: PlannedMeeting, seats: Sequence[str], by: Reader, at: datetime
) -> None:
    """Set who reads when.

    Args:
        seats: ids of the seats of everybody who speaks, each once, in order.

    Raises:
        NotTheSeats.
    """
    by.confirm("E", meeting)
    rows: list[Seat] = list(queries.seats(seen_by=by, meeting=meeting).filter(speaks=True))
    if sorted(seats) != sorted(str(row.pk) for row in rows):
        raise NotTheSeats
    for row in rows:
        place = list(seats).index(str(row.pk)) + 1
        if row.order != place:
            row.order = place
            row.save_version(row.version, ["order"])
            audit.write("meetings.seat_saved", by=by, at=at, about=row)


def _must_be_the_writers(letter: FamilyLetter, by: Reader) -> None:
    if letter.written_by_id not in by.persons:
        raise NotAllowed("a letter is its writer's")
