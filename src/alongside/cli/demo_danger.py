"""Alerts, what follows a crisis, and safeguarding reports of the demonstration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from alongside.cli.demo_days import Staff, Story
from alongside.cli.demo_house import House
from alongside.crisis import actions as crisis
from alongside.crisis import care, raising, safeguarding
from alongside.crisis.rules import LIFE_CRITICAL
from alongside.people.models import Institution


class Danger(House):
    """Whoever is on call answers; what follows is done; the safeguarding lead reads and decides."""

    def _answer_alert(
        self, alert: Any, reachable: bool, place: int = 0, *, by: Staff | None = None
    ) -> None:
        first, second = (self.staff[key] for key in self.on_call[place])
        hana = by or first
        minutes = self.chance.randint(2, 9)

        def have() -> None:
            crisis.acknowledge(alert=alert, by=self._reader(hana), at=self.moment)

        def spoke() -> None:
            crisis.record_contact(
                alert=alert,
                method="phone",
                reached=True,
                note="Spoke for ten minutes. Safe tonight, not alone.",
                by=self._reader(hana),
                at=self.moment,
            )

        def close() -> None:
            if not reachable:
                crisis.close_alert(
                    alert=alert, outcome="no_way_to_reach", by=self._reader(hana), at=self.moment
                )
                return
            crisis.close_alert(
                alert=alert,
                outcome="reached_safe",
                fields={
                    "triage_code": "D",
                    "assessment_note": "Asked directly. No plan, no means at hand, not alone.",
                    "safety_plan_or_transfer": "safety_plan",
                    "means_safety": "none_needed",
                    "means_safety_note": "Nothing at hand.",
                    "next_contact_at": (self.moment + timedelta(days=2)).isoformat(),
                    "named_person": hana.name,
                },
                by=self._reader(hana),
                at=self.moment,
            )
            self._see_to(alert)

        self.at(self.moment + timedelta(minutes=minutes), have)
        if reachable:
            self.at(self.moment + timedelta(minutes=minutes + 9), spoke)
        self.at(self.moment + timedelta(minutes=minutes + 34), close)
        if alert.level in {"A", "B"} and reachable:

            def confirm() -> None:
                # The second looks again while their edge to the alert is still there.
                crisis.confirm_close(alert=alert, by=self._reader(second), at=self.moment)

            self.at(self.moment + timedelta(minutes=minutes + 50), confirm)

    def _raise_code(self, story: Story, level: str, outcome: str) -> None:
        """A colleague saw or heard something: a code is raised, answered and closed."""
        danger, first = self.scenes["danger"], self.on_call[story.place][0]
        words = danger[outcome if outcome in danger else level]
        hana = self.staff[first] if level in LIFE_CRITICAL else story.lead
        alert = raising.raise_by_staff(
            level=level,
            seen=words["seen"],
            institution=self.home.pk,
            circle=story.case.circle,
            by=self._reader(story.lead),
            at=self.moment,
        )

        def have() -> None:
            crisis.acknowledge(alert=alert, by=self._reader(hana), at=self.moment)
            crisis.record_contact(
                alert=alert,
                method="phone",
                reached=outcome != "not_reached",
                note=words["contact"],
                by=self._reader(hana),
                at=self.moment,
            )

        def close() -> None:
            given = {
                "triage_code": "D",
                "assessment_note": words["end"],
                "reason": words["end"],
                "attempts_note": words["end"],
                "safety_plan_or_transfer": "safety_plan",
                "means_safety": "none_needed",
                "means_safety_note": "Nothing at hand.",
                "next_contact_at": (self.moment + timedelta(days=2)).isoformat(),
                "named_person": hana.name,
                "called_at": self.moment.isoformat(),
                "accepted_at": self.moment.isoformat(),
                "handed_to": "The crisis team of the hospital",
                "emergency_contact": "nobody_named",
                "welfare_check": "asked_for",
            }
            by = self._reader(hana)
            crisis.close_alert(alert=alert, outcome=outcome, fields=given, by=by, at=self.moment)
            self._see_to(alert)

        def confirm() -> None:
            # Somebody had it before the second on call was told; who leads the case looks again.
            crisis.confirm_close(alert=alert, by=self._reader(story.lead), at=self.moment)

        self.at(self.moment + timedelta(minutes=2), have)
        self.at(self.moment + timedelta(minutes=34), close)
        if level in {"A", "B"}:
            self.at(self.moment + timedelta(minutes=50), confirm)

    def _scene_danger_a(self, story: Story) -> None:
        self._raise_code(story, "A", "emergency_services")

    def _scene_danger_b(self, story: Story) -> None:
        self._raise_code(story, "B", "handed_over")

    def _scene_danger_c(self, story: Story) -> None:
        self._raise_code(story, "C", "not_reached")

    def _scene_danger_d(self, story: Story) -> None:
        self._raise_code(story, "D", "reached_safe")

    def _scene_danger_e(self, story: Story) -> None:
        self._raise_code(story, "E", "raised_in_error")

    def _scene_danger_f(self, story: Story) -> None:
        self._raise_code(story, "F", "reached_safe")
        self.at(
            self.moment + timedelta(days=6), partial(self._raise_code, story, "G", "reached_safe")
        )

    def _see_to(self, alert: Any) -> None:
        """Each thing that is due after this crisis is done some hours before."""
        for row in care.follow_ups(seen_by=self._by_itself()).filter(alert=alert):
            self.at(row.due_at - timedelta(hours=9), partial(self._follow_up, row))

    def _follow_up(self, row: Any) -> None:
        """What is due after a crisis, by whoever leads the case."""
        lead = self._reader(self._story_in(row.circle_id).lead)
        for due in care.follow_ups(seen_by=lead, circle=row.circle_id).filter(pk=row.pk):
            if due.done_at is None:
                said = self.script["follow_up"]
                care.record_follow_up(
                    row=due, outcome="reached", note=said, by=lead, at=self.moment
                )

    def _report(self, report: Mapping[str, Any]) -> None:
        """A safeguarding report about nobody's case; the first one has its answer."""
        asha = self._reader(self.staff["asha"])
        house = Institution.objects.visible_to(asha).get()
        words = {key: report[key] for key in ("kind", "words", "said_by", "at_risk", "wishes")}
        row = safeguarding.file_report(institution=house, by=asha, at=self.moment, **words)
        if "told" in report:
            later = self.moment + timedelta(minutes=50)
            self.at(later, partial(self._answer_report, report, row.pk))

    def _answer_report(self, like: Mapping[str, Any], pk: UUID | None) -> None:
        """The lead reads and answers one report, or every one that waits."""
        by = self._reader(self.staff["priya"])
        waiting = safeguarding.all_reports(seen_by=by).filter(decided_at=None)
        for report in list(waiting if pk is None else waiting.filter(pk=pk)):
            safeguarding.receive(report=report, by=by, at=self.moment)
            safeguarding.add_entry(
                report=report, kind="told", words=like["told"], by=by, at=self.moment
            )
            safeguarding.decide(
                report=report,
                decision="reported",
                because=like["because"],
                expected=report.version,
                by=by,
                at=self.moment,
            )
