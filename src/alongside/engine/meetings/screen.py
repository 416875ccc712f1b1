"""The safety questions, each member alone: what each check says of the meeting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from alongside.engine.meetings.shapes import Check, Effect

# The graver an effect the higher: one yes outweighs any number of noes.
GRAVITY: Mapping[Effect, int] = {
    "clear": 0, "warn": 1, "remove": 2, "ask": 3, "fix": 4, "lead": 5, "stop_surprise": 6,
    "stop": 7,
}  # fmt: skip
HELD = frozenset({"fix", "lead", "stop", "stop_surprise"})


@dataclass(frozen=True, slots=True)
class Screened:
    """What one member answered, oldest first; each a mapping of check id to answer or None."""

    member: str
    given: tuple[Mapping[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class CheckState:
    """Where one check stands: its gravest effect, from whom, and whether an answer was taken back.

    ``effect`` is None while nobody was asked.
    """

    check: str
    effect: Effect | None
    members: tuple[str, ...] = ()
    taken_back: bool = False


def check_states(
    checks: Iterable[Check],
    screened: Iterable[Screened],
    *,
    said_by_lead: Mapping[str, str | None],
    speakers: Collection[str],
) -> tuple[CheckState, ...]:
    """Say of every check where it stands.

    Args:
        checks: the questions in content.
        screened: what each member answered, alone, oldest first.
        said_by_lead: the last answer to each check that the lead answers.
        speakers: ids of the members who will speak.

    Returns:
        One state a check, in order. The last answer of each member counts. An answer that held
        the meeting and was taken back since is ``ask``: somebody may have been pressed. A member
        who should not speak matters only while they are among the speakers.

    Source: clinical rules of the planned meeting, SC1 to SC22.
    """
    all_screened = tuple(screened)
    return tuple(
        _of_members(check, all_screened, speakers)
        if check.asked == "member"
        else _of_lead(check, said_by_lead)
        for check in checks
    )


def _of_lead(check: Check, said: Mapping[str, str | None]) -> CheckState:
    if check.id not in said:
        return CheckState(check.id, None)
    return CheckState(check.id, check.effect_of(said[check.id]))


def _of_members(
    check: Check, screened: tuple[Screened, ...], speakers: Collection[str]
) -> CheckState:
    worst: Effect | None = None
    who: list[str] = []
    was_taken_back = False
    for each in screened:
        effects = [check.effect_of(answers.get(check.id)) for answers in each.given]
        if not effects:
            continue
        now = effects[-1]
        if check.about_self and (now == "ask" or each.member not in speakers):
            now = "clear"
        elif any(effect in HELD for effect in effects[:-1]) and GRAVITY[now] < GRAVITY["ask"]:
            now, was_taken_back = "ask", True
        if worst is None or GRAVITY[now] > GRAVITY[worst]:
            worst, who = now, [each.member]
        elif now == worst and now != "clear":
            who.append(each.member)
    return CheckState(check.id, worst, tuple(who) if worst != "clear" else (), was_taken_back)
