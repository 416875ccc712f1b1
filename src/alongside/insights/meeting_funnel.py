"""What became of families who thought of a planned meeting, from the first contact on.

Each family (circle) is counted once, at the furthest it came with any of its meetings, and the
denominator of every share is all who began to prepare one: those who stopped on the way are in it.
Of those alone the share is of all who came to the service. Small counts are
hidden (rule 5.4). What nobody knows counts as not reached, and how much that is stands beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from alongside.cases.models import Case
from alongside.engine.outcomes.small_counts import may_show_share, shown_count, shown_parts
from alongside.meetings.models import MeetingAfter, PlannedMeeting
from alongside.people.models import Institution
from alongside.records.reader import system

REASON = "counts of planned meetings, from first contact on"
AFTER = ("first_help", "still_30", "still_90")
FIRST = "contact"
STAGES = ("begun", "dated", "held", "said_yes", *AFTER)
COMPARED = ("begun", "held", "said_yes", "still_30", "still_90")  # by way, by service
YES = frozenset({"accept_now", "accept_other", "accept_trial"})
PREPARING = "preparing"


@dataclass(frozen=True, slots=True)
class MeetingStage:
    """How many families came so far, as it may be shown. ``unknown``: where nobody knows it."""

    word: str
    count: str
    share: float | None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class MeetingFunnel:
    """The stages, how the meetings ended, and how far families came by way and by service.

    ``ways``, ``services``: of each, a count for each word of ``COMPARED``; the last one a family
    took, or came to, is theirs.
    """

    since: date
    stages: tuple[MeetingStage, ...]
    ends: tuple[tuple[str, str], ...]
    ways: tuple[tuple[str, tuple[str, ...]], ...]
    services: tuple[tuple[str, tuple[str, ...]], ...]


def of_institution(*, institution: Institution, since: date, at: datetime) -> MeetingFunnel:
    """Count the families who began to prepare a meeting since a day. Three queries.

    Args:
        institution: one the reader belongs to; who may see counts is asked by the page.
    """
    by = system(REASON, at)
    start = datetime.combine(since, time(), ZoneInfo(institution.zone))
    meetings = list(
        PlannedMeeting.objects.visible_to(by)
        .filter(institution=institution, began_at__gte=start, began_at__lte=at)
        .order_by("began_at", "pk")
        .values_list("pk", "circle", "path", "case__service__name", "booking", "held_at", "outcome")
    )
    said: dict[UUID, dict[str, str]] = {}
    for meeting, what, answer in (
        MeetingAfter.objects.visible_to(by)
        .filter(institution=institution, meeting__in=[row[0] for row in meetings])
        .order_by("written_at", "pk")
        .values_list("meeting", "what", "said")
    ):
        said.setdefault(meeting, {})[what] = answer
    reached: dict[UUID, set[str]] = {}
    unknown = Counter[str]()
    ends = Counter[str]()
    last_way: dict[UUID, str] = {}
    helped: dict[UUID, dict[str, str]] = {}
    last_service: dict[UUID, str] = {}
    for pk, circle, way, service, booking, held_at, outcome in meetings:
        here = reached.setdefault(circle, set())
        here.add("begun")
        here.update({"dated"} if booking or held_at else ())
        here.update({"held", "dated"} if held_at else ())
        here.update({"said_yes"} if outcome in YES else ())
        after = said.get(pk, {})
        for word in AFTER:
            if after.get(word):
                helped.setdefault(circle, {})[word] = after[word]
            if after.get(word) == "yes":
                here.add(word)
        ends[outcome or PREPARING] += 1
        last_way[circle], last_service[circle] = way, service
    for circle, here in reached.items():
        for word in AFTER:
            known = word in here or helped.get(circle, {}).get(word, "unknown") != "unknown"
            unknown[word] += not known
    counts = Counter(word for words in reached.values() for word in words)
    came = set(
        Case.objects.visible_to(by)
        .filter(institution=institution, opened_at__gte=start, opened_at__lte=at)
        .values_list("circle", flat=True)
    ).union(reached)
    begun, *later = STAGES
    return MeetingFunnel(
        since=since,
        stages=(
            _stage(FIRST, len(came), len(came), None),
            _stage(begun, counts[begun], len(came), None),
            *(_stage(word, counts[word], counts[begun], unknown.get(word)) for word in later),
        ),
        ends=_parts(ends),
        ways=_compared(reached, last_way),
        services=_compared(reached, last_service),
    )


def _compared(
    reached: Mapping[UUID, set[str]], last: Mapping[UUID, str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    groups = sorted(set(last.values()))
    columns = []
    for word in COMPARED:
        counts = Counter(last[circle] for circle, words in reached.items() if word in words)
        columns.append(shown_parts([counts[group] for group in groups]))
    return tuple(zip(groups, zip(*columns, strict=True), strict=True))


def _parts(counts: Counter[str]) -> tuple[tuple[str, str], ...]:
    words = sorted(counts)
    return tuple(zip(words, shown_parts([counts[word] for word in words]), strict=True))


def _stage(word: str, count: int, of: int, unknown: int | None) -> MeetingStage:
    return MeetingStage(
        word,
        shown_count(count),
        count / of if may_show_share(count, of) else None,
        "" if unknown is None else shown_count(unknown),
    )
