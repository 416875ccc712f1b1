"""Who is on track, and what is expected, from one's own finished courses."""

from __future__ import annotations

from decimal import Decimal

from alongside.cli.analyses.table import Answer, Asked, rounded
from alongside.cli.refusals import Refused, WrongUsage
from alongside.engine.outcomes.expected import (
    FEWEST_COURSES,
    FinishedCourse,
    StartBand,
    start_bands,
)
from alongside.engine.outcomes.growth import Course, growth_curve
from alongside.engine.outcomes.of_instrument import change_of
from alongside.engine.outcomes.tracking import TrackRules, look
from alongside.insights.record_files import Column

SIGNALS = ("on_track", "watch", "not_on_track", "too_early")
Scores = dict[str, list[tuple[int, Decimal]]]


def track(asked: Asked) -> Answer:
    """Each person's last score against the rules, or against the made-up curve with --curve."""
    from alongside.cli.content_here import instrument

    options = asked.options
    if options.instrument is None or options.sessions is None:
        raise WrongUsage("Give --instrument, and --sessions: how many the treatment usually has.")
    info = change_of(instrument(options.instrument)[0])
    if info.rule is None:
        raise Refused(f"No reliable change is published for {info.instrument}.")
    if options.curve and info.line is None:
        raise Refused(f"No caseness line is published for {info.instrument}: --curve needs one.")
    rules = TrackRules(curve=bool(options.curve))
    people = _people(asked, info.lowest, info.highest)
    persons, lines = [], []
    for person, given in people.items():
        (_, start), (session, score) = given[0], given[-1]
        held = max(1, session)
        found = look(start, score, session=held, planned=options.sessions, info=info, rules=rules)
        if found is None:  # nothing may be said without a rule, and this measure has one
            raise Refused(f"No reliable change is published for {info.instrument}.")
        once = len(given) == 1
        signal = "too_early" if once else found.signal
        because = [reason.text for reason in found.reasons]
        if once:
            because = ["there is only one score so far"]
        persons.append(
            {
                "person": person,
                "start": rounded(float(start)),
                "session": session,
                "score": rounded(float(score)),
                "signal": signal,
                "expected": rounded(found.expected.low) if found.expected and not once else None,
                "because": because,
            }
        )
        lines.append(f"  {person:<20}{signal.replace('_', ' '):<14}{'; '.join(because)}")
    totals = {name: sum(each["signal"] == name for each in persons) for name in SIGNALS}
    basis = "curve" if options.curve else "rules"
    counted = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in totals.items())
    lines = [
        f"{counted}.",
        *lines,
        "A signal is for the deliverer and the supervisor. It decides nothing.",
    ]
    if options.curve:
        lines.append("The curve is made up: it has no evidence of its own.")
    return Answer(
        {
            "analysis": "track",
            "instrument": info.instrument.partition("@")[0],
            "basis": basis,
            "persons": persons,
            "totals": {"n": len(persons), **totals},
        },
        lines,
    )


def courses(asked: Asked) -> Answer:
    """Bands of expected change by start and session; with --growth the growth curve too."""
    options = asked.options
    if options.edges is None:
        raise WrongUsage("Say where bands of first scores begin: --edges 5,10,15,20,27.")
    try:
        edges = [float(each) for each in options.edges.split(",")]
    except ValueError as failure:
        raise WrongUsage(f"--edges are numbers with commas, not {options.edges[:40]}.") from failure
    people = _people(asked)
    finished = [
        FinishedCourse(float(given[0][1]), {session: float(score) for session, score in given[1:]})
        for given in people.values()
        if len(given) > 1
    ]
    bands = start_bands(finished, edges, higher_is=asked.higher_is)
    shown: dict[str, object] = {
        "analysis": "courses",
        "n": len(people),
        "courses": len(finished),
        "fewest": FEWEST_COURSES,
        "bands": [_band(band) for band in bands],
    }
    lines = [f"{len(people)} people, {len(finished)} with a score after the first."]
    if not bands:
        lines.append(
            f"No band of first scores has {FEWEST_COURSES} courses, so nothing can be expected "
            "from them."
        )
    for band in bands:
        lines.append(f"  first score {band.low:g} to {band.high:g}, {band.courses} courses:")
        lines += [
            f"    session {session:>3}: three in four improved by {change:g} or more, nine in ten "
            f"by {band.lower_change[session]:g} or more"
            for session, change in band.low_change.items()
        ]
    if options.growth:
        curve = growth_curve(
            [
                Course(one.start, {float(at): score for at, score in one.scores.items()})
                for one in finished
            ]
        )
        shown["growth"] = {
            name: rounded(getattr(curve, name))
            for name in (
                "courses", "points", "intercept", "slope", "by_start", "intercept_variance",
                "slope_variance", "covariance", "residual_variance",
            )
        }  # fmt: skip
        lines.append(
            f"Growth curve: {curve.intercept:.3f} {curve.slope:+.3f} ln(1 + session) "
            f"{curve.by_start:+.3f} first score, from {curve.courses} courses."
        )
    return Answer(shown, lines)


def _people(asked: Asked, lowest: int | None = None, highest: int | None = None) -> Scores:
    rows, _ = asked.read(
        Column("person", "text"),
        Column("session", "count"),
        Column("score", "number", may_be_blank=True),
    )
    asked.refuse_outside(rows, "score", lowest, highest)
    people: Scores = {}
    seen: dict[tuple[str, int], int] = {}
    bad = []
    for row in rows:
        session, score = row.whole("session") or 0, row.score("score")
        key = (row.text("person"), session)
        if key in seen:
            bad.append((row.row, f"{key[0][:40]} has session {session} in row {seen[key]} too"))
        seen.setdefault(key, row.row)
        if score is not None:
            people.setdefault(key[0], []).append((session, score))
    asked.refuse(bad)
    for given in people.values():
        given.sort()
    if not people:
        raise Refused(f"{asked.path.name} has no score.")
    return people


def _band(band: StartBand) -> dict[str, object]:
    return {
        "low": rounded(band.low),
        "high": rounded(band.high),
        "courses": band.courses,
        "sessions": [
            {
                "session": session,
                "p25": rounded(change),
                "p10": rounded(band.lower_change[session]),
            }
            for session, change in band.low_change.items()
        ],
    }
