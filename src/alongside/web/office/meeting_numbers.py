"""What became of families who thought of a planned meeting: counts, and nobody in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.access import policy
from alongside.catalogue.meetings import in_language
from alongside.insights import meeting_funnel
from alongside.records import clock
from alongside.web.parts.pages import Request, local_day, short_day

STAGES = {
    meeting_funnel.FIRST: gettext_lazy("Somebody came to the service"),
    "begun": gettext_lazy("A family thought of a meeting"),
    "dated": gettext_lazy("A date was set"),
    "held": gettext_lazy("It was held"),
    "said_yes": gettext_lazy("The person said yes to some help"),
    "first_help": gettext_lazy("A first talk was kept"),
    "still_30": gettext_lazy("Still in help after 30 days"),
    "still_90": gettext_lazy("Still in help after 90 days"),
}
# The same where they are compared, a column each.
SHORT = {
    "begun": gettext_lazy("Thought of it"),
    "held": gettext_lazy("Held"),
    "said_yes": gettext_lazy("Yes to some help"),
    "still_30": gettext_lazy("In help after 30 days"),
    "still_90": gettext_lazy("In help after 90 days"),
}


def meetings(request: Request, institution: Any) -> dict[str, Any]:
    """The funnel in words; nothing for whoever may see no counts, or where no meeting was begun."""
    if not policy.may_open(request.reader, "aggregate", "R"):
        return {}
    at = clock.now()
    since = local_day(request, at) - timedelta(
        days=catalogue.current().retention.first_numbers_days
    )
    found = meeting_funnel.of_institution(institution=institution, since=since, at=at)
    if found.stages[1].count == "0":
        return {}
    return {
        "words": _(
            "Of all who came since %(day)s, how many families thought of a meeting; and of these, "
            "each counted once, how far they came. Those who stopped or still prepare are in every "
            "share. Where nobody knows, it does not count."
        )
        % {"day": short_day(since)},
        "stages": [_stage(each) for each in found.stages],
        "tables": [
            {
                "label": _("How the meetings ended"),
                "columns": [{"label": _("What")}, {"label": _("Count"), "number": True}],
                "rows": [[{"text": _end(word)}, _count(count)] for word, count in found.ends],
            },
            _compared(
                _("How far families came, by the way that was taken last"),
                _("Way"),
                [(_way(word), counts) for word, counts in found.ways],
            ),
            *(
                [_compared(_("How far families came, by service"), _("Service"), found.services)]
                if len(found.services) > 1
                else ()
            ),
        ],
    }


def _compared(label: str, what: str, rows: Sequence[tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    return {
        "label": label,
        "columns": [
            {"label": what},
            *({"label": SHORT[word], "number": True} for word in meeting_funnel.COMPARED),
        ],
        "rows": [[{"text": name}, *(_count(count) for count in counts)] for name, counts in rows],
    }


def _count(count: str) -> dict[str, str]:
    return {"text": count or _("not shown")}


def _end(word: str) -> str:
    if word == meeting_funnel.PREPARING:
        return _("Still being prepared")
    for answer in catalogue.current().meetings.rules_file.answers:
        if answer.id == word:
            return in_language(answer.text, get_language() or "en")
    return _("Not held")


def _way(word: str) -> str:
    path = catalogue.current().meetings.path(word)
    return in_language(path.name, get_language() or "en") if path else word


def _stage(each: meeting_funnel.MeetingStage) -> dict[str, Any]:
    rounded = None if each.share is None else round(100 * each.share)
    aside = []
    if rounded is None and each.count != "0":
        aside.append(_("share not shown: too few"))
    if each.unknown and each.unknown != "0":
        aside.append(_("not known of %(count)s") % {"count": each.unknown})
    return {
        "label": STAGES[each.word],
        "share": 0 if rounded is None else rounded / 100,
        "count": each.count,
        "percent": "" if rounded is None else f"{rounded} %",
        "hidden": rounded is None and each.count != "0",
        "aside": "; ".join(aside),
    }
