"""The phases of courses as stretches of time: those that were, the present one, and those to come.

What is to come is where the protocol's own dose would lead: so many sessions, so many days between
two. It is a drawing of the plan, not a forecast of anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from alongside.engine.protocols.shapes import Protocol

State = Literal["done", "now", "planned", "left"]


@dataclass(frozen=True, slots=True)
class Span:
    """One phase of one course. ``begins`` is before ``ends``; both are days.

    ``left``: the course ended before this phase was done.
    """

    phase: str
    state: State
    begins: date
    ends: date


def spans(
    protocol: Protocol,
    *,
    variant: str = "",
    begins: date,
    ended_on: date | None = None,
    held: Sequence[date] = (),
    phase_ends: Mapping[str, date] | None = None,
    sessions_planned: int | None = None,
    on: date,
    spacing: int,
    is_planned: bool = False,
) -> tuple[Span, ...]:
    """Lay the phases of a course on a line of days.

    Args:
        begins: the day it started, or may start.
        ended_on: the day it ended; None while it is open.
        held: the days of its sessions, in order.
        phase_ends: the day each finished phase was done.
        sessions_planned: as agreed; the protocol's sessions are stretched to that number.
        spacing: days between two sessions where the protocol names no number.
        on: today; a session that has not been held is not before it.
        is_planned: it has not started, so no phase of it is now.

    Returns:
        A span a phase, in the protocol's order; of an ended course only what was begun. Phases
        overlap where the protocol says so. A phase without sessions of its own takes the days
        between its neighbours.

    Source: sessions and days between them from the protocol; ``spacing`` from content/tracking.
    """
    dose = protocol.dose_of(variant)
    phases = protocol.phases_of(variant)
    last = max((phase.sessions.max or 0 for phase in phases), default=0)
    stretch = (sessions_planned or last) / last if last else 1.0
    days = _Days(begins, tuple(held), dose.spacing_days.typical or spacing, on, ended_on)
    done = phase_ends or {}
    found: list[Span] = []
    state: State
    for phase in phases:
        first = max(1, round((phase.sessions.min or 1) * stretch))
        until = round((phase.sessions.max or phase.sessions.min or 1) * stretch)
        start = days.of(first) if phase.sessions.min else (found[-1].ends if found else begins)
        if phase.id in done:
            end, state = done[phase.id], "done"
            start = min(start, end)
        else:
            end, state = max(days.of(max(first, until)), start), "planned"
            if not is_planned and start <= on and (held or first == 1) and len(held) + 1 >= first:
                end, state = max(end, on), "now"
        if ended_on is not None and state != "done":
            if start >= ended_on and found:
                continue
            start, end, state = min(start, ended_on), ended_on, "left"
        found.append(Span(phase.id, state, start, max(end, start + timedelta(days=1))))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Days:
    begins: date
    held: tuple[date, ...]
    spacing: int
    on: date
    ended_on: date | None

    def of(self, session: int) -> date:
        """The day of a session: held, or where it falls when the next one is not before today."""
        if session <= len(self.held):
            return self.held[session - 1]
        if not self.held and session == 1:
            return self.begins
        base = self.held[-1] if self.held else self.begins
        ahead = session - max(1, len(self.held))
        if self.ended_on is None and base + timedelta(days=self.spacing) < self.on:
            base, ahead = self.on, ahead - 1  # the next session is overdue: count from today
        return base + timedelta(days=self.spacing * ahead)
