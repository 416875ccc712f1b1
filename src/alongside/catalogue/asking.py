"""When and how often somebody is asked: what a deployment may set within bounds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from pathlib import Path
from typing import Annotated

from pydantic import Field

from alongside.catalogue.loading import Problem, Shape, Shelf, read_placed, shown
from alongside.engine.protocols.asking import AskingTimes

Wall = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
MOST_REMINDERS = 3  # more is no asking any more


class AskingTimesFile(Shape):
    """``asking/times.yaml``."""

    source: str
    checked: date
    review_by: date
    ask_at: Wall
    ask_until: Wall
    before_session_days: Annotated[int, Field(ge=0, le=7)]
    session_open_days: Annotated[int, Field(ge=1, le=14)]
    open_days: Annotated[int, Field(ge=1, le=60)]
    follow_up_open_days: Annotated[int, Field(ge=1, le=60)]
    reminders_after_days: Annotated[tuple[int, ...], Field(max_length=MOST_REMINDERS)]
    not_now_days: Annotated[int, Field(ge=1, le=14)]
    not_reached_days: Annotated[int, Field(ge=1, le=14)]
    failed_way_days: Annotated[int, Field(ge=1, le=90)]
    longest_pause_days: Annotated[int, Field(ge=1, le=366)]
    look_back_days: Annotated[int, Field(ge=7, le=366)]
    ask_first_days: Annotated[int, Field(ge=1, le=14)]
    by_hand_ahead_days: Annotated[int, Field(ge=0, le=60)]
    says_of_session_days: Annotated[int, Field(ge=1, le=90)]
    seconds_a_question: Annotated[int, Field(ge=1, le=120)]


SHAPES = {"asking_times": AskingTimesFile}


def load(roots: Sequence[Path]) -> Shelf[AskingTimes]:
    """One item, ``times``. A deployment's own file replaces the shipped one."""
    shelf: Shelf[AskingTimes] = Shelf()
    for root in roots:
        path = root / "asking" / "times.yaml"
        if not path.is_file():
            continue
        reading = read_placed(path, AskingTimesFile, shown=shown(path, roots))
        shelf.problems.extend(reading.problems)
        if reading.value is None:
            continue
        if mistakes := _mistakes(reading.value, shown(path, roots)):
            shelf.problems.extend(mistakes)
            continue
        shelf.items["times"] = _times(reading.value)
    return shelf


def _mistakes(file: AskingTimesFile, name: str) -> list[Problem]:
    days = file.reminders_after_days
    wrong = []
    if list(days) != sorted(set(days)) or any(day < 1 for day in days):
        wrong.append("reminders_after_days must go up from 1, each day once")
    if file.ask_until <= file.ask_at:
        wrong.append("ask_until comes after ask_at, on the same day")
    most = min(file.open_days, file.follow_up_open_days)
    wrong += [
        f"a reminder after {day} days comes when the form is over, after {most}"
        for day in days
        if day >= most
    ]
    return [Problem(name, 0, 0, message) for message in wrong]


def _times(file: AskingTimesFile) -> AskingTimes:
    return AskingTimes(
        ask_at=time.fromisoformat(file.ask_at),
        ask_until=time.fromisoformat(file.ask_until),
        before_session_days=file.before_session_days,
        session_open_days=file.session_open_days,
        open_days=file.open_days,
        follow_up_open_days=file.follow_up_open_days,
        reminders_after_days=file.reminders_after_days,
        not_now_days=file.not_now_days,
        seconds_a_question=file.seconds_a_question,
        not_reached_days=file.not_reached_days,
        failed_way_days=file.failed_way_days,
        longest_pause_days=file.longest_pause_days,
        look_back_days=file.look_back_days,
        ask_first_days=file.ask_first_days,
        by_hand_ahead_days=file.by_hand_ahead_days,
        says_of_session_days=file.says_of_session_days,
        source=file.source,
    )
