"""Where a number comes from, in words for staff: what was counted, each rule, and its source."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alongside.catalogue.standing import TO_VERIFY
from alongside.web.parts.content_words import PARTS, stale
from alongside.web.parts.people_words import listed

OPERATORS = {
    ">=": gettext_lazy("%(value)s or more"),
    ">": gettext_lazy("more than %(value)s"),
    "<=": gettext_lazy("%(value)s or less"),
    "<": gettext_lazy("less than %(value)s"),
}
BASES = {
    "published": gettext_lazy("published value"),
    "derived": gettext_lazy("computed from figures this service entered"),
    "by_analogy": gettext_lazy("borrowed from another measure"),
    "mid": gettext_lazy("only a smallest difference that matters, not a reliable change"),
    "none": gettext_lazy("no reliable change is published"),
}

# The same where it is switched off: nothing of it was entered here.
OFF = {
    "derived": gettext_lazy("it would be computed, and this service entered no figures of its own"),
    "by_analogy": gettext_lazy("one is only borrowed from another measure, and not switched on"),
}
OFF_ELSE = gettext_lazy("a value is known, and not switched on here")


def for_staff(it: Any, wording: Any, *, today: date) -> dict[str, Any]:
    """What ``parts/explained.html`` shows of an ``insights.explained.Explained``.

    Args:
        today: the reader's day: what is due to be looked at by then says so.
    """
    main, instrument = it.main, it.instrument
    return {
        "value": "" if main is None or main.stored is None else _named(main, wording),
        "scale": "" if main is None else scale(main.rule),
        "range": band_words(it, wording),
        "state": it.how,
        "has_unasked": main is not None and main.unasked > 0,
        "mismatch": mismatch(it),
        "danger": [
            {
                "because": because(it, found, wording),
                "is_score": _is_of_score(found),
                "has_total": bool(instrument.scores),
            }
            for found in it.findings
        ],
        "rules": [
            *_adding(it, wording),
            *_result(it, wording),
            *_missing(it),
            *_lines(it, wording),
            *_change(it, wording),
            *_danger(it, wording),
        ],
        "version": it.version,
        "source": instrument.source,
        "licence": instrument.licence.statement,
        "checked": instrument.licence.checked,
        "credit": instrument.licence.credit,
        "review_by": instrument.review_by,
        "unverified": unverified(instrument),
        "stale": stale("instruments", str(instrument.ref), today),
        "is_validated": instrument.validated,
    }


def _named(main: Any, wording: Any) -> str:
    """The number, with the name of its score where that is not simply the total."""
    name = wording.scores.get(main.rule.id)
    return f"{name} {main.stored}" if name and main.rule.id != "total" else str(main.stored)


def unverified(instrument: Any) -> str:
    """The parts of an instrument that nobody has seen at their source yet."""
    parts = (
        PARTS.get(part.split(".")[0], part.replace("_", " ")) for part in instrument.unverified
    )
    return ", ".join(dict.fromkeys(map(str, parts)))


BLANK = " is not answered"  # how the engine words a blank that counts as danger
PROJECT_RULE = "project rule"  # what a content file says where no published rule was found


def is_treatment_line(instrument: Any) -> bool:
    """Does a line of this form say who is offered treatment? Only a measure of outcome does."""
    return bool(instrument.role == "outcome")


def line_name(instrument: Any) -> str:
    """What a line of this form is called: of a screen it is no line for treatment."""
    return _("Treatment line") if is_treatment_line(instrument) else _("Line of the form")


def line_source(instrument: Any, rule: Any) -> str:
    """The source of one line, and whether anybody has seen it there."""
    stated = source(rule.source)
    parts = set(instrument.unverified) & {"caseness", f"caseness.{rule.id}"}
    if not parts or rule.source.endswith(TO_VERIFY):
        return stated
    return _not_seen(stated)


def _not_seen(stated: str) -> str:
    return _("%(source)s; not seen in its source yet") % {"source": stated}


def source(stated: str) -> str:
    """A source as the reader of a result may look it up; SOURCE.md stands beside the form."""
    if stated == PROJECT_RULE:
        return _("a rule of this project; no published one was found")
    if stated.endswith(TO_VERIFY):
        return _not_seen(source(stated.removesuffix(TO_VERIFY).strip()))
    file, _comma, part = stated.partition(", ")
    if file != "SOURCE.md":
        return stated
    part, _colon, stated = part.partition(": ")
    notes = _("the notes on this form's sources, under “%(part)s”") % {"part": part}
    return f"{notes}: {stated}" if stated else notes


def open_words(it: Any) -> str:
    """How many questions were left open, and which."""
    if not it.missing:
        return ""
    return ngettext(
        "%(count)s question was left open: %(numbers)s.",
        "%(count)s questions were left open: %(numbers)s.",
        len(it.missing),
    ) % {"count": len(it.missing), "numbers": numbers_of(it, it.missing)}


def answers(it: Any, wording: Any) -> list[dict[str, str]]:
    """Each question with what was said and the points it counts."""
    rows = []
    names = {
        (code.options, code.value): code.name.replace("_", " ") for code in it.instrument.codes
    }
    for each in it.items:
        labels = wording.options.get(each.options, {})
        said = {"not_asked": _("Not asked"), "skipped": _("Left open")}.get(each.said, "")
        if each.said == "answered":
            said = str(labels.get(each.value) or names.get((each.options, each.value), each.value))
        note = ""
        if not each.counts:
            note = _("does not count")
        elif each.is_turned and each.value is not None and each.points is not None:
            note = _("counted the other way round")
        rows.append(
            {
                "question": numbered(wording, each.number, each.id),
                "said": said,
                "points": "–" if each.points is None else str(each.points),
                "note": note,
                "is_open": "yes" if each.said == "skipped" else "",
                "in_form": "yes" if each.said == "answered" else "",
            }
        )
    return rows


def numbered(wording: Any, number: int, id: str) -> str:
    """A question as the form words it; its number alone where its words are not here."""
    worded = wording.items.get(id)
    return f"{number}. {worded}" if worded else _("Question %(number)s") % {"number": number}


def scale(rule: Any) -> str:
    """From where to where, and which way is better."""
    span = {"lowest": rule.lowest, "highest": rule.highest}
    if rule.higher_is == "worse":
        return _("on a scale of %(lowest)s to %(highest)s, lower is better") % span
    if rule.higher_is == "better":
        return _("on a scale of %(lowest)s to %(highest)s, higher is better") % span
    return _("on a scale of %(lowest)s to %(highest)s, neither way is better") % span


def band_words(it: Any, wording: Any) -> str:
    """The range, as a range and never as a diagnosis."""
    if it.range is None:
        return ""
    band = wording.bands.get(it.range.name, it.range.name)
    if it.range.lowest == it.range.highest:
        return _("score in the range described as %(band)s (%(only)s)") % {
            "band": band,
            "only": it.range.lowest,
        }
    return _("score in the range described as %(band)s (%(lowest)s to %(highest)s)") % {
        "band": band,
        "lowest": it.range.lowest,
        "highest": it.range.highest,
    }


def mismatch(it: Any) -> str:
    """Said when the stored number does not follow from the stored answers."""
    if it.agrees:
        return ""
    wrong = next(each for each in (it.main, *it.others) if each is not None and not each.agrees)
    return _("Kept as %(stored)s, but the answers give %(value)s.") % {
        "stored": _("no score") if wrong.stored is None else wrong.stored,
        "value": _("no score") if wrong.value is None else wrong.value,
    }


def because(it: Any, found: Any, wording: Any) -> str:
    """The fact behind a danger, with the answer as the form prints it."""
    given = next((each for each in it.items if each.id == found.item), None)
    if given is None or given.value is None:
        return _without_answer(it, found, wording)
    label = wording.options.get(given.options, {}).get(given.value)
    said = str(given.value) if label is None else f"{given.value}, “{label}”"
    return _("question %(number)s, answered %(said)s") % {"number": given.number, "said": said}


def _without_answer(it: Any, found: Any, wording: Any) -> str:
    """Danger that is in no single answer: in a score, or in questions that were left open."""
    blank = [part.removesuffix(BLANK) for part in found.because.split("; ") if part.endswith(BLANK)]
    if blank:
        return ngettext(
            "question %(numbers)s was not answered",
            "questions %(numbers)s were not answered",
            len(blank),
        ) % {"numbers": numbers_of(it, sorted(blank, key=it.instrument.item_ids.index))}
    score, _equals, value = found.because.partition(",")[0].partition(" = ")
    if not value:
        return str(found.because)
    name = score_name(wording, score)
    if it.how == "unscorable":
        return _("%(score)s at least %(value)s, whatever the open answers are") % {
            "score": name,
            "value": value,
        }
    return f"{name} {value}"


def _is_of_score(found: Any) -> bool:
    """Whether the danger is in a score and in no question."""
    return found.item is None and not found.because.endswith(BLANK)


def score_name(wording: Any, id: str) -> str:
    """The name of a score in words; that of the form where it has one."""
    named = wording.scores.get(id)
    if named:
        return str(named)
    return _("Total") if id == "total" else id.replace("_", " ").capitalize()


def numbers_of(it: Any, ids: Any) -> str:
    """Questions by their number on the form: 5 and 8."""
    places = {each.id: each.number for each in it.items}
    return listed([str(places[id]) for id in ids if id in places])


def _adding(it: Any, wording: Any) -> list[dict[str, str]]:
    found = []
    for each in (it.main, *it.others):
        if each is None:
            continue
        term = _("Added up") if each is it.main else score_name(wording, each.rule.id)
        found.append({"term": term, "text": _sum(it, each), "source": ""})
    return found


def _result(it: Any, wording: Any) -> list[dict[str, str]]:
    """The category of a screen, and the steps that follow."""
    if it.result is None:
        return []
    steps = [str(wording.steps.get(step, step.replace("_", " "))) for step in it.steps]
    text = str(wording.results.get(it.result, it.result.replace("_", " ")))
    if steps:
        said = "; ".join(step.rstrip(".") for step in steps)
        text += ". " + _("What follows: %(steps)s.") % {"steps": said}
    return [{"term": _("Leads to"), "text": text, "source": it.version}]


def _sum(it: Any, each: Any) -> str:
    if each.how == "as_total":
        return _("Entered as a total. The single answers are not here.")
    if each.rule.parts:
        return _parts(each)
    said = ngettext(
        "%(points)s points from %(answered)s of %(wanted)s question that counts.",
        "%(points)s points from %(answered)s of %(wanted)s questions that count.",
        each.wanted,
    ) % {"points": each.points, "answered": each.answered, "wanted": each.wanted}
    if each.unasked:
        said += " " + ngettext(
            "%(count)s of them was not asked, because of another answer; the form says what it "
            "counts.",
            "%(count)s of them were not asked, because of another answer; the form says what they "
            "count.",
            each.unasked,
        ) % {"count": each.unasked}
    if each.how == "unscorable":
        return said + " " + _("Too few for a score. It is not a zero.")
    if each.rule.kind == "goal_attainment":
        return said + " " + _("As a T score with equal weights: %(exact)s.") % {"exact": each.exact}
    if each.rule.kind == "max":
        return said + " " + _("The highest answer counts: %(value)s.") % {"value": each.value}
    if each.rule.kind == "count":
        return (
            said
            + " "
            + _("Each answer of at least %(least)s counts as one: %(value)s.")
            % {
                "least": each.rule.counts_from,
                "value": each.value,
            }
        )
    steps = str(each.points)
    if each.rule.kind == "mean":
        steps += f" ÷ {each.answered}"
    elif each.how == "prorated":
        steps += f" ÷ {each.answered} × {each.wanted}"
    if each.rule.multiply != 1:
        steps += f" × {each.rule.multiply}"
    if steps != str(each.points):
        said += f" {steps} = {each.exact}."
    if each.exact != str(each.value):
        said += " " + _("Rounded, a half goes up: %(value)s.") % {"value": each.value}
    return said


def _parts(each: Any) -> str:
    """A score that is made of other scores."""
    if each.value is None:
        return _("Made of other scores, of which one is not there. It is not a zero.")
    if each.rule.kind == "look_up":
        return _("Found in the table of the form: %(value)s.") % {"value": each.exact}
    made = ""
    for id, weight in each.rule.parts.items():
        sign = ("−" if weight < 0 else "") if not made else " − " if weight < 0 else " + "
        times = "" if abs(weight) == 1 else f"{abs(weight)} × "
        made += f"{sign}{times}{id.replace('_', ' ')}"
    return f"{made} = {each.exact}."


def _missing(it: Any) -> list[dict[str, str]]:
    if it.how == "as_total":
        return []
    if not it.instrument.scores:
        text = _("This form has no score. What is left open is never filled in.")
    elif it.missing_allowed is None:
        text = _("This measure has no rule for open questions: with one open there is no score.")
    else:
        text = ngettext(
            "Up to %(most)s may be open; it counts as the mean of the others. With more there is "
            "no score.",
            "Up to %(most)s may be open; they count as the mean of the others. With more there is "
            "no score.",
            it.missing_allowed,
        ) % {"most": it.missing_allowed}
    if it.missing:
        text += " " + _("Open here: %(numbers)s.") % {"numbers": numbers_of(it, it.missing)}
    said = _("rule of %(version)s") % {"version": it.version}
    rule = it.instrument.missing
    if rule is not None and rule.source:
        said += ": " + source(rule.source)
    return [{"term": _("Open questions"), "text": text, "source": said}]


def _lines(it: Any, wording: Any) -> list[dict[str, str]]:
    found = []
    is_of_several = len({each.rule.score for each in it.lines}) > 1
    for each in it.lines:
        at = str(OPERATORS[each.rule.op]) % {"value": each.rule.value} + _for_whom(each.rule.whom)
        if is_of_several or each.rule.score != it.instrument.main_score:
            at = f"{score_name(wording, each.rule.score)}: {at}"
        if each.holds is None:
            side = _("Without a score nobody can say on which side.")
        elif not is_treatment_line(it.instrument):
            side = _("This score meets it.") if each.holds else _("This score does not meet it.")
        elif each.holds:
            side = _("This score is on the side where treatment is offered.")
        else:
            side = _("This score is on the other side.")
        name = f"{it.version}/{each.rule.id}"
        used = _("in use") if each.is_used else _("not in use here")
        found.append(
            {
                "term": line_name(it.instrument),
                "text": f"{at}. {side}",
                "source": f"{name}, {used}: {line_source(it.instrument, each.rule)}",
            }
        )
    return found or [
        {"term": line_name(it.instrument), "text": _("This measure has none."), "source": ""}
    ]


def _for_whom(whom: Any) -> str:
    """For whom a line was made: women, from 14 to 17 years."""
    if whom is None:
        return ""
    said = {"female": _("women"), "male": _("men")}.get(whom.sex or "", "")
    ages = ""
    if whom.min_age is not None and whom.max_age is not None:
        ages = _("from %(first)s to %(last)s years") % {
            "first": whom.min_age,
            "last": whom.max_age,
        }
    elif whom.min_age is not None:
        ages = _("from %(first)s years on") % {"first": whom.min_age}
    elif whom.max_age is not None:
        ages = _("up to %(last)s years") % {"last": whom.max_age}
    words = ", ".join(part for part in (said, ages) if part)
    return f" ({words})" if words else ""


def _change(it: Any, wording: Any) -> list[dict[str, str]]:
    stated, other = it.change, it.instrument.reliable_change
    if stated is None and other is not None and other.is_on:
        text = _("%(value)s points of another score of this form, %(score)s.") % {
            "value": f"{other.value:f}",
            "score": score_name(wording, other.score),
        }
        said = f"{BASES[other.basis]}: {source(other.source)}"
        return [{"term": _("Reliable change"), "text": text, "source": said}]
    if stated is None or not stated.is_on:
        basis = str(BASES["none"]) if stated is None else str(OFF.get(stated.basis, OFF_ELSE))
        text = _("No change of this score may be called reliable (%(basis)s).") % {"basis": basis}
        return [
            {
                "term": _("Reliable change"),
                "text": text,
                "source": "" if stated is None else source(stated.source),
            }
        ]
    text = _("%(least)s points: larger than measurement error is likely to explain.") % {
        "least": str(OPERATORS[stated.comparison]) % {"value": f"{stated.value:f}"}
    }
    if stated.basis == "mid":
        text = _("%(value)s points are the smallest difference that matters to people. Nothing is "
                 "known of measurement error.") % {"value": f"{stated.value:f}"}  # fmt: skip
    basis = str(BASES[stated.basis])
    if stated.confidence is not None:
        basis += ", " + _("at %(percent)s %% confidence") % {
            "percent": f"{stated.confidence * 100:f}".rstrip("0").rstrip(".")
        }
    return [
        {"term": _("Reliable change"), "text": text, "source": f"{basis}: {source(stated.source)}"}
    ]


def _danger(it: Any, wording: Any) -> list[dict[str, str]]:
    found = [
        {
            "term": _("Danger"),
            "text": (
                _("The score shows danger: %(because)s.")
                if _is_of_score(each)
                else _("An answer shows danger: %(because)s.")
            )
            % {"because": because(it, each, wording)},
            "source": each.rule,
        }
        for each in it.findings
    ]
    if it.left_open:
        found.append(
            {
                "term": _("Danger"),
                "text": _("A question about danger was left open: %(numbers)s. It is no zero.")
                % {"numbers": numbers_of(it, it.left_open)},
                "source": "",
            }
        )
    return found
