"""Supplies of medicine over a file: days covered, possession ratio, gaps."""

from __future__ import annotations

from collections import defaultdict
from math import floor

from alongside.cli.analyses.table import Answer, Asked, moment_of, rounded
from alongside.cli.refusals import Refused, WrongUsage
from alongside.engine.outcomes.adherence import Adherence, Fill, adherence_together
from alongside.engine.outcomes.numbers import NotAFigure
from alongside.insights.record_files import Column

KINDS = ("fill", "hospital", "stopped")


def adherence(asked: Asked) -> Answer:
    """PDC, MPR and gaps of each person and drug, until the day that --until gives."""
    if asked.options.until is None:
        raise WrongUsage("Say until when: --until and the first day that no longer counts.")
    until = floor(moment_of(asked.options.until, "until"))
    rows, here = asked.read(
        Column("person", "text"),
        Column("day", "moment"),
        Column("days", "count", may_be_blank=True),
        Column("drug", "text", required=False, may_be_blank=True),
        Column("kind", "text", required=False),
    )
    bad: list[tuple[int, str]] = []
    fills: dict[str, dict[str, list[Fill]]] = {}
    away: dict[str, set[int]] = defaultdict(set)
    stopped: dict[str, dict[str, int]] = defaultdict(dict)
    every = []
    for row in rows:
        person, drug = row.text("person"), row.text("drug")
        kind = row.text("kind") if "kind" in here else "fill"
        day, days = floor(row.number("day")), row.whole("days")
        if kind not in KINDS:
            bad.append((row.row, f"kind {kind[:40]} is not fill, hospital or stopped"))
        elif kind == "stopped":
            stopped[person][drug] = min(day, stopped[person].get(drug, day))
        elif days is None or not 1 <= days <= 3_650:
            bad.append((row.row, f"days {days} is not from 1 to 3650"))
        elif kind == "hospital":
            away[person].update(range(day, day + days))
        else:
            fills.setdefault(person, {}).setdefault(drug, []).append(Fill(day, days))
            every.append(day)
            if day >= until:
                bad.append((row.row, "this fill is not before --until"))
    asked.refuse(bad)
    if not fills:
        raise Refused(f"{asked.path.name} has no fill.")
    persons = []
    for person, drugs in fills.items():
        try:
            found = adherence_together(
                drugs, until=until, stopped=stopped[person], hospital=away[person]
            )
        except NotAFigure as refusal:
            raise Refused(f"{person[:40]}: {refusal}.") from refusal
        persons.append(
            {
                "person": person,
                "pdc": rounded(found.mean_pdc),
                "all_covered_pdc": rounded(found.all_covered_pdc),
                "adherent": all(each.is_adherent for each in found.drugs.values()),
                "drugs": [_drug(drug, each) for drug, each in found.drugs.items()],
            }
        )
    adherent = sum(bool(each["adherent"]) for each in persons)
    return Answer(
        {"analysis": "adherence", "persons": persons, "n": len(persons), "adherent": adherent},
        [
            f"{len(persons)} people; {adherent} had at least 80 % of days covered with every drug.",
            *(
                f"  {each['person']!s:<20} PDC {each['pdc']:.3f}   all drugs together "
                f"{each['all_covered_pdc']:.3f}"
                for each in persons
            ),
            "Early refills are moved on; days in hospital count neither way.",
        ],
    )


def _drug(drug: str, each: Adherence) -> dict[str, object]:
    return {
        "drug": drug or None,
        "days": each.period_days,
        "covered": each.covered_days,
        "pdc": rounded(each.pdc),
        "mpr": rounded(each.mpr),
        "mpr_to_last_fill": rounded(each.mpr_to_last_fill),
        "longest_gap": each.longest_gap,
        "gaps": [{"after": gap.day - each.first_day, "days": gap.days} for gap in each.gaps],
    }
