"""After the meeting a letter is given to the person: theirs to open, to keep or to give back."""

from __future__ import annotations

from datetime import datetime

from alongside.meetings.models import FamilyLetter
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed, Refused
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet


class NotYetMet(Refused):
    """The person knows of no meeting yet: nothing is given to them before."""


class NotDone(Refused):
    """The letter is no letter that can be given: a draft, kept back, or with them already."""


class WasOpened(Refused):
    """The person has opened it: it is theirs now."""


@action
def give(*, letter: FamilyLetter, by: Reader, at: datetime) -> FamilyLetter:
    """The writer gives their finished letter to the person, once the meeting was held with them.

    Raises:
        NotDone; NotYetMet: the meeting was not held and nobody has told them.
    """
    letter = _locked(letter)
    _must_be_the_writers(letter, by)
    by.confirm("S", letter)
    if letter.final_at is None or letter.withheld_at is not None or letter.erased_at is not None:
        raise NotDone
    case = letter.meeting.case
    if letter.meeting.held_at is None and case.disclosed_at is None and case.engaged_at is None:
        raise NotYetMet
    letter.given_at, letter.opened_at, letter.given_back_at = at, None, None
    letter.save_version(letter.version, ["given_at", "opened_at", "given_back_at"])
    audit.write("meetings.letter_given", by=by, at=at, about=letter)
    return letter


@action
def take_back(*, letter: FamilyLetter, by: Reader, at: datetime) -> FamilyLetter:
    """The writer takes it back, as long as the person has not opened it.

    Raises:
        WasOpened, NotDone.
    """
    letter = _locked(letter)
    _must_be_the_writers(letter, by)
    by.confirm("R", letter)
    if letter.given_at is None or letter.given_back_at is not None:
        raise NotDone
    if letter.opened_at is not None:
        raise WasOpened
    letter.given_at = None
    letter.save_version(letter.version, ["given_at"])
    audit.write("meetings.letter_taken_back", by=by, at=at, about=letter)
    return letter


@action
def open_it(*, letter: FamilyLetter, by: Reader, at: datetime) -> FamilyLetter:
    """The person opens it. The writer is shown that they did; from now on it is the person's."""
    letter = _locked(letter)
    _must_be_theirs(letter, by)
    if letter.opened_at is None:
        letter.opened_at = at
        letter.save_version(letter.version, ["opened_at"])
        audit.write("meetings.letter_opened", by=by, at=at, about=letter)
    return letter


@action
def give_back(*, letter: FamilyLetter, by: Reader, at: datetime) -> FamilyLetter:
    """The person gives it back, opened or not. No reason is asked; they do not see it any more."""
    letter = _locked(letter)
    _must_be_theirs(letter, by)
    letter.given_back_at = at
    letter.save_version(letter.version, ["given_back_at"])
    audit.write("meetings.letter_given_back", by=by, at=at, about=letter)
    return letter


def letters_to(*, seen_by: Reader) -> ScopedQuerySet:
    """Letters of the circle that were given to the reader, who is the person, newest first."""
    return (
        FamilyLetter.objects.visible_to(seen_by)
        .filter(
            circle__focus__in=seen_by.persons,
            given_at__lte=seen_by.at,
            given_back_at=None,
        )
        .exclude(written_by__in=seen_by.persons)
        .select_related("written_by", "circle", "meeting")
        .order_by("-given_at", "pk")
    )


def _locked(letter: FamilyLetter) -> FamilyLetter:
    rows = FamilyLetter.objects.unscoped("a letter is given, taken back and opened one at a time")
    found: FamilyLetter = (
        rows.select_for_update(of=("self",))
        .select_related("meeting__case", "circle")
        .get(pk=letter.pk)
    )
    return found


def _must_be_the_writers(letter: FamilyLetter, by: Reader) -> None:
    if letter.written_by_id not in by.persons:
        raise NotAllowed("a letter is its writer's")


def _must_be_theirs(letter: FamilyLetter, by: Reader) -> None:
    by.confirm("R", letter)
    is_theirs = letter.given_at is not None and letter.given_back_at is None
    if not is_theirs or letter.circle.focus_id not in by.persons:
        raise NotAllowed("a letter is opened by whom it is for")
