"""Goal Attainment Scaling over a file."""

from __future__ import annotations

from alongside.cli.analyses.table import Answer, Asked, rounded
from alongside.engine.outcomes import gas
from alongside.engine.outcomes.gas import ScaledGoal
from alongside.insights.record_files import Column, Record

LEVELS = (-2, -1, 0, 1, 2)


def goals(asked: Asked) -> Answer:
    """T of each person; first, last and change where the file has times."""
    rows, here = asked.read(
        Column("person", "text"),
        Column("goal", "text"),
        Column("level", "number"),
        Column("weight", "number", required=False, may_be_blank=True),
        Column("time", "moment", required=False),
    )
    rho = 0.3 if asked.options.rho is None else asked.options.rho
    people: dict[str, dict[float, dict[str, Record]]] = {}
    bad: list[tuple[int, str]] = []
    for row in rows:
        if row.score("level") not in LEVELS:
            bad.append((row.row, f"level {row.score('level')} is not a whole number from -2 to 2"))
        weight = row.score("weight")
        if weight is not None and weight <= 0:
            bad.append((row.row, f"weight {weight} is not more than 0"))
        when = row.number("time") if "time" in here else 0.0
        set_then = people.setdefault(row.text("person"), {}).setdefault(when, {})
        if row.text("goal") in set_then:
            other = set_then[row.text("goal")].row
            bad.append((row.row, f"{row.text('goal')[:40]} is in row {other} too"))
        set_then[row.text("goal")] = row
    asked.refuse(bad)
    for person, times in people.items():
        first = min(times)
        for when in times:
            if _weights(times[when]) != _weights(times[first]):
                at = min(each.row for each in times[when].values())
                bad.append((at, f"{person} has other goals or weights than at the first time"))
    asked.refuse(bad)
    persons = [_person(person, times, rho) for person, times in people.items()]
    done = [each for each in persons if each["change"] is not None]
    return Answer(
        {"analysis": "goals", "rho": rounded(rho), "persons": persons, "n": len(persons)},
        [
            f"{len(persons)} people, {len(done)} with more than one time.",
            *(_words(each) for each in persons),
            "50 is all goals as hoped; 10 points are one standard deviation.",
        ],
    )


def _weights(set_then: dict[str, Record]) -> dict[str, float]:
    return {goal: _weight(row) for goal, row in set_then.items()}


def _weight(row: Record) -> float:
    weight = row.score("weight")
    return 1.0 if weight is None else float(weight)


def _scaled(set_then: dict[str, Record]) -> list[ScaledGoal]:
    return [
        ScaledGoal(int(row.number("level")), _weight(row)) for _, row in sorted(set_then.items())
    ]


def _person(person: str, times: dict[float, dict[str, Record]], rho: float) -> dict[str, object]:
    first, last = _scaled(times[min(times)]), _scaled(times[max(times)])
    several = len(times) > 1
    return {
        "person": person,
        "goals": len(last),
        "t": rounded(gas.t_score(last, rho=rho)),
        "t_first": rounded(gas.t_score(first, rho=rho)) if several else None,
        "change": rounded(gas.t_change(first, last, rho=rho)) if several else None,
    }


def _words(each: dict[str, object]) -> str:
    said = f"  {each['person']!s:<20} T {each['t']:6.2f} over {each['goals']} goals"
    if each["change"] is None:
        return said
    return f"{said}, from {each['t_first']:.2f}: {each['change']:+.2f}"
