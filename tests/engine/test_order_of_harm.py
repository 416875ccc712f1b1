"""What waits, in order of the harm if it is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from alongside import catalogue
from alongside.engine.order_of_harm import HarmRules, Kind, Waiting, in_order_of_harm

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = HarmRules(
    levels={"life": "hurt", "safety": "unsafe", "help": "late", "order": "behind"},
    kinds={
        "call": Kind("call", "life"),
        "child": Kind("child", "safety", 24 * HOUR),
        "talk": Kind("talk", "help", 24 * HOUR),
        "note": Kind("note", "order", 24 * HOUR),
    },
    unknown="help",
    soon=48 * HOUR,
)


def waits(kind: str, hours: float, key: str = "") -> Waiting:
    return Waiting(key or kind, kind, NOW + hours * HOUR)


def order(*found: Waiting) -> list[str]:
    return [each.key for each in in_order_of_harm(found, RULES, at=NOW)]


def test_the_worst_harm_comes_first_whatever_is_late_and_in_whatever_order_it_came() -> None:
    found = (waits("note", -3), waits("talk", -2), waits("child", -1), waits("call", 40))
    for given in permutations(found):
        assert order(*given) == ["call", "child", "talk", "note"]


def test_within_a_harm_what_waits_longest_comes_first_and_later_things_go_by_their_day() -> None:
    assert order(waits("talk", 5, "b"), waits("talk", -5, "a"), waits("talk", 5, "c")) == [
        "a", "b", "c",
    ]  # fmt: skip
    later = (waits("call", 900, "far"), waits("note", 49, "near"), waits("note", 48, "now"))
    assert order(*later) == ["now", "near", "far"]


def test_what_is_long_late_rises_one_level_and_never_to_life() -> None:
    note, talk, child = in_order_of_harm(
        [waits("note", -24), waits("talk", 1), waits("child", -99)], RULES, at=NOW
    )[::-1]
    assert (child.level, child.has_risen) == ("safety", False)
    levels = {
        each.key: (each.level, each.has_risen, [reason.key for reason in each.reasons])
        for each in (note, talk)
    }
    assert levels["note"] == ("help", True, ["tasks.level.help", "tasks.risen"])
    assert levels["talk"] == ("help", False, ["tasks.level.help"])
    assert order(waits("note", -23.9, "not_yet"), waits("talk", 47)) == ["talk", "not_yet"]


def test_a_kind_that_nobody_described_counts_as_content_says() -> None:
    assert order(waits("new_thing", 1), waits("child", 1), waits("note", 1)) == [
        "child", "new_thing", "note",
    ]  # fmt: skip


def test_the_shipped_kinds_put_danger_before_paper_and_name_their_words_in_both_languages() -> None:
    kinds = catalogue.current().task_kinds
    level = {id: kind.level for id, kind in kinds.kinds.items()}
    assert {level[id] for id in ("alert", "follow_up_missed", "unsaved_answer")} == {"life"}
    assert level["unsigned_note"] == "order"
    assert list(kinds.rules.levels)[0] == "life"
    assert kinds.words("reach_out", "es") != kinds.words("reach_out", "en")
    assert kinds.due_after("new_concern") == timedelta(days=1)
    assert kinds.due_after("alert") is None
    assert "review_change" in kinds.for_supervisors
