"""What happened in a case, from the first worry on, in words for staff."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.insights import timeline as insights
from alongside.records import clock
from alongside.records.crypto import keyed_hash
from alongside.web.parts.access import access
from alongside.web.parts.letters import in_language
from alongside.web.parts.pages import (
    PAGE,
    Request,
    further,
    list_moment,
    local_day,
    short_day,
)
from alongside.web.parts.people_words import CASE_ENDS, COMPLETIONS, relation
from alongside.web.parts.sheets import title_of
from alongside.web.practitioner import sides_words
from alongside.web.practitioner.base import address, case_or_404, case_page
from alongside.web.practitioner.crisis_words import fact
from alongside.web.practitioner.deciding_forms import OUTCOMES
from alongside.web.practitioner.delivery_words import way_name
from alongside.web.practitioner.words import CAPACITY, DECISIONS, ENDED, PATHS, chosen

KINDS = {
    "": gettext_lazy("Everything"),
    "why": gettext_lazy("Why we are here, decisions"),
    "danger": gettext_lazy("Danger"),
    "people": gettext_lazy("People"),
    "agreed": gettext_lazy("Consent"),
    "plan": gettext_lazy("Plan and goals"),
    "talks": gettext_lazy("Talks, notes, tasks"),
    "answers": gettext_lazy("Questions and answers"),
}
PRINTED = 5000  # entries on paper
# What stands as the title of each word; %(…)s are its facts in words.
TITLES: Mapping[str, Any] = {
    "concern_sent": gettext_lazy("A worry was told: %(path)s"),
    "case_opened": gettext_lazy("The case was opened"),
    "person_told": gettext_lazy("The person was told of the circle"),
    "person_engaged": gettext_lazy("The person came in"),
    "case_closed": gettext_lazy("The case was closed: %(outcome)s"),
    "decided": gettext_lazy("%(decision)s: %(chosen)s"),
    "checked": gettext_lazy("Danger was asked about (%(form)s)"),
    "alert_raised": gettext_lazy("Alert %(level)s was raised"),
    "alert_acknowledged": gettext_lazy("Alert %(level)s: somebody has it"),
    "alert_reopened": gettext_lazy("Alert %(level)s opened again"),
    "alert_escalated": gettext_lazy("Alert %(level)s went to step %(step)s"),
    "alert_closed": gettext_lazy("Alert %(level)s was closed: %(outcome)s"),
    "contact": gettext_lazy("A try to reach somebody (%(method)s): %(reached)s"),
    "member_joined": gettext_lazy("%(who)s joined the circle (%(relation)s)"),
    "member_left": gettext_lazy("%(who)s left the circle"),
    "side_heard": gettext_lazy("%(who)s was spoken to alone on %(on)s, %(how)s, with %(by)s"),
    "side_not_heard": gettext_lazy("%(who)s was not spoken to alone after all"),
    "side_proposed": gettext_lazy("Who proposed %(who)s was written down"),
    "consent_given": gettext_lazy("%(who)s agreed: %(form)s, until %(until)s"),
    "consent_withdrawn": gettext_lazy("%(who)s took it back: %(form)s"),
    "consent_ended": gettext_lazy("It ended with what it covered: %(form)s"),
    "refused": gettext_lazy("%(who)s said no: %(offered)s"),
    "capacity": gettext_lazy("Capacity: %(conclusion)s"),
    "best_interests": gettext_lazy("Decided in the best interests of %(who)s: %(outcome)s"),
    "plan_proposed": gettext_lazy("A plan was proposed"),
    "plan_ended": gettext_lazy("The plan ended"),
    "course_started": gettext_lazy("%(protocol)s began"),
    "course_moved": gettext_lazy(
        "%(protocol)s goes on by version %(to)s; until then it ran on version %(from)s"
    ),
    "course_ended": gettext_lazy("%(protocol)s ended: %(completion)s"),
    "agreement": gettext_lazy("%(who)s on the plan: %(answer)s"),
    "goal_set": gettext_lazy("A goal: %(goal)s"),
    "goal_rated": gettext_lazy("Goal at %(level)s: %(goal)s"),
    "talk_held": gettext_lazy("Session %(number)s was held, %(minutes)s minutes"),
    "talk_not_held": gettext_lazy("A session was not held: %(because)s"),
    "note_signed": gettext_lazy("The note of session %(number)s was signed"),
    "note_added_to": gettext_lazy("The note of session %(number)s was added to"),
    "homework_set": gettext_lazy("To try at home: %(task)s"),
    "homework_told": gettext_lazy("Tried at home, %(done)s: %(task)s"),
    "sheet": gettext_lazy("A sheet was filled in: %(form)s"),
    "asked": gettext_lazy("%(who)s was asked %(instrument)s"),
    "answered": gettext_lazy("%(who)s answered %(instrument)s: %(scores)s"),
    "corrected": gettext_lazy("Answers to %(instrument)s were put right: %(scores)s"),
    "declined": gettext_lazy("%(who)s would rather not answer %(instrument)s"),
    "asking_ended": gettext_lazy("%(who)s is asked %(instrument)s no more. %(because)s"),
}
# Facts that stand in small print under the title.
SMALL = ("person", "proposed", "reason", "note", "words")
YES_NO = {
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "basis": gettext_lazy("a lawful basis"),
}
REACHED = {"yes": gettext_lazy("reached"), "no": gettext_lazy("not reached")}
METHODS = {
    "phone": gettext_lazy("by phone"),
    "visit": gettext_lazy("a visit"),
    "message": gettext_lazy("a message"),
    "with_them": gettext_lazy("with them"),
    "note": gettext_lazy("a note"),
}
CHECKS = {
    "intake": gettext_lazy("the first questions"),
    "private_check": gettext_lazy("alone"),
}
DONE = {
    "full": gettext_lazy("done"),
    "part": gettext_lazy("in part"),
    "none": gettext_lazy("not this time"),
}
NOT_HELD = {
    "did_not_attend": gettext_lazy("nobody came"),
    "cancelled_in_time": gettext_lazy("cancelled in time"),
    "cancelled_by_service": gettext_lazy("cancelled by us"),
    "postponed": gettext_lazy("put off"),
}


@access("case", "R")
@require_safe
def timeline(request: Request, pk: UUID) -> HttpResponse:
    """Everything that happened, newest first, by kind, person and day; by page, or all to print."""
    case = case_or_404(request, pk)
    kind = request.GET.get("kind", "")
    kind = kind if kind in insights.KINDS else ""
    whole = insights.entries(case.circle_id, seen_by=request.reader, kind=kind)
    people = {_who(entry.who): entry.who for entry in whole if entry.who}
    person = request.GET.get("person", "")
    person = person if person in people else ""
    days = {name: _day(request.GET.get(name, "")) for name in ("since", "until")}
    found = [entry for entry in whole if _fits(request, entry, people.get(person, ""), days)]
    is_whole = "print" in request.GET
    rows, paging = further(request, found, size=PRINTED if is_whole else PAGE)
    asked = request.GET.copy()
    asked.pop("page", None)
    asked["print"] = "1"
    return case_page(
        request,
        "practitioner/timeline/timeline.html",
        case,
        tab="timeline",
        count=len(found),
        entries=[shown(request, case, entry) for entry in rows],
        paging=paging,
        is_whole=is_whole,
        print_url=f"?{asked.urlencode()}",
        on=short_day(local_day(request, clock.now())),
        filters=[
            _choice("kind", _("What"), kind, KINDS.items()),
            _choice(
                "person",
                _("Who"),
                person,
                [("", _("Everybody")), *sorted(people.items(), key=lambda pair: pair[1])],
            ),
            {"name": "since", "label": _("From"), "type": "date", "value": _iso(days["since"])},
            {"name": "until", "label": _("Until"), "type": "date", "value": _iso(days["until"])},
        ],
    )


def _choice(name: str, label: str, chosen: str, pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "options": [
            {"value": value, "label": words, "selected": value == chosen} for value, words in pairs
        ],
    }


def _who(name: str) -> str:
    """What stands for a name in an address, which holds no name (A5)."""
    return keyed_hash("timeline", name)[:16]


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _fits(
    request: Request, entry: insights.Entry, who: str, days: Mapping[str, date | None]
) -> bool:
    day = local_day(request, entry.at)
    since, until = days["since"], days["until"]
    return (
        (not who or entry.who == who)
        and (since is None or day >= since)
        and (until is None or day <= until)
    )


def shown(request: Request, case: Any, entry: insights.Entry) -> dict[str, Any]:
    """One entry as ``parts/timeline.html`` draws it."""
    facts = {**_in_words(entry), "who": entry.who}
    title = str(TITLES[entry.word]) % facts
    small = [str(facts[name]) for name in SMALL if facts.get(name)]
    if entry.who and "%(who)s" not in str(TITLES[entry.word]):
        small.insert(0, entry.who)
    return {
        "iso": entry.at.isoformat(),
        "when": list_moment(request, entry.at),
        "title": title,
        "text": " · ".join(small),
        "url": _url(case, entry),
        "key": entry.is_key,
    }


def _url(case: Any, entry: insights.Entry) -> str:
    if entry.word in ("answered", "corrected"):
        return address("practitioner:measure-response", case.pk, entry.record)
    if entry.word.startswith("alert_") or entry.word == "contact":
        return address("practitioner:alert", entry.record)
    if entry.word == "sheet":
        return address("practitioner:sheet", entry.record)
    return ""


class _Facts(dict[str, str]):
    """A fact that an entry does not have is an empty word, never an error on a page."""

    def __missing__(self, key: str) -> str:
        return ""


def _in_words(entry: insights.Entry) -> _Facts:
    facts = _Facts(entry.facts)
    word = entry.word
    if word == "concern_sent":
        facts["path"] = str(PATHS.get(facts["path"], facts["path"]))
    elif word == "decided":
        facts["decision"] = str(DECISIONS.get(facts["kind"], facts["kind"]))
        facts["chosen"] = chosen(facts["chosen"] or facts["about"])
    elif word == "checked":
        facts["form"] = str(CHECKS.get(facts["form"].partition("@")[0], facts["form"]))
    elif word == "case_closed":
        facts["outcome"] = str(CASE_ENDS.get(facts["outcome"], facts["outcome"]))
    elif word == "course_moved":
        facts["from"] = facts["protocol"].rpartition("@")[2]
        facts["to"] = facts["to"].rpartition("@")[2]
        facts["protocol"] = way_name(facts["protocol"], facts["variant"])
    elif word in ("course_started", "course_ended"):
        facts["protocol"] = way_name(facts["protocol"], facts["variant"])
        facts["completion"] = str(COMPLETIONS.get(facts["completion"], facts["completion"]))
    elif word == "alert_raised":
        facts["note"] = fact(SimpleNamespace(**facts))[0]
    elif word == "alert_closed":
        facts["outcome"] = _outcome(facts["outcome"])
    elif word == "contact":
        facts["method"] = str(METHODS.get(facts["method"], facts["method"]))
        facts["reached"] = str(REACHED.get(facts["reached"], ""))
    elif word == "member_joined":
        facts["relation"] = relation(facts["relation"])
    elif word.startswith("side_"):
        facts["on"] = _until(facts["on"])
        facts["how"] = sides_words.word("how", facts["how"])
        facts["proposed"] = sides_words.word("proposed_by", facts["proposed"])
    elif word.startswith("consent_"):
        facts["form"] = _form(facts["form"])
        facts["until"] = _until(facts["until"])
    elif word == "capacity":
        facts["conclusion"] = str(CAPACITY.get(facts["conclusion"], facts["conclusion"]))
        facts["note"] = facts["decision"]
    elif word == "best_interests":
        facts["outcome"] = str(OUTCOMES.get(facts["outcome"], facts["outcome"]))
    elif word == "goal_rated":
        facts["level"] = f"{int(facts['level']):+d}".replace("-", "−").replace("+0", "0")
    elif word == "agreement":
        facts["answer"] = str(YES_NO.get(facts["answer"], facts["answer"]))
    elif word == "talk_not_held":
        facts["because"] = str(NOT_HELD.get(facts["because"], facts["because"]))
    elif word == "homework_told":
        facts["done"] = str(DONE.get(facts["done"], facts["done"]))
    elif word == "sheet":
        facts["form"] = title_of(facts["form"])
    elif entry.kind == "answers":
        facts["scores"] = _scores(facts)
        facts["because"] = str(ENDED.get(facts["because"], ""))
        facts["instrument"] = _instrument(facts["instrument"])
    return facts


def _scores(facts: Mapping[str, str]) -> str:
    values = json.loads(facts["scores"]) if facts["scores"] else {}
    said = [str(value) for value in values.values() if value is not None]
    if not said:
        return _("no score: too few answers")
    return ", ".join(said) + (f" ({_('filled in')})" if facts["prorated"] else "")


def _instrument(ref: str) -> str:
    found = catalogue.current().instruments.get(ref)
    return str(found.name) if found else ref


def _until(kept: str) -> str:
    return short_day(date.fromisoformat(kept)) if kept else ""


def _form(ref: str) -> str:
    found = catalogue.current().consent_forms.get(ref)
    return found.title(get_language() or "en") if found else ref


def _outcome(word: str) -> str:
    found = catalogue.current().danger.outcomes.get(word)
    return in_language(found.meaning) if found else word.replace("_", " ")
