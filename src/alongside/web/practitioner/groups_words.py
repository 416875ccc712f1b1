"""Words and forms of therapy groups, for who leads one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.access import actions as access
from alongside.delivery import actions, group_rounds, group_sessions, groups
from alongside.delivery.group_sessions import LATEST_MINUTES, Part
from alongside.measures import queries as measures
from alongside.records import clock
from alongside.records.errors import Refused
from alongside.web.parts.content_words import offered
from alongside.web.parts.forms import Clock, Form, Text, offer
from alongside.web.parts.ways import way_name
from alongside.web.practitioner.forms import Day, Versioned
from alongside.web.practitioner.measures import DAYS

KINDS: Mapping[str, Any] = {
    "closed": gettext_lazy("Closed: nobody comes in after it first met"),
    "slow_open": gettext_lazy("Slow open: somebody comes in when a place is free"),
    "open": gettext_lazy("Open: people come and go"),
}
SHORT_KINDS: Mapping[str, Any] = {
    "closed": gettext_lazy("closed"),
    "slow_open": gettext_lazy("slow open"),
    "open": gettext_lazy("open"),
}
STATES: Mapping[str, tuple[Any, str]] = {
    "in": (gettext_lazy("In the group"), "moss"),
    "offered": (gettext_lazy("A place is offered"), "lamp"),
    "waiting": (gettext_lazy("Waits"), "pen"),
    "not_now": (gettext_lazy("Not now"), ""),
    "left": (gettext_lazy("Left"), ""),
}
SIGNS: Mapping[str, tuple[Any, str]] = {
    "ok": (gettext_lazy("ok"), "moss"),
    "attention": (gettext_lazy("attention"), "lamp"),
    "urgent": (gettext_lazy("urgent"), "signal"),
}
ATTENDANCE: Mapping[str, Any] = {
    "attended": gettext_lazy("Came"),
    "late": gettext_lazy("Came late"),
    "cancelled_in_time": gettext_lazy("Said so before"),
    "did_not_attend": gettext_lazy("Did not come"),
    "cancelled_by_service": gettext_lazy("We cancelled"),
}
ASKED: Mapping[str, tuple[Any, str]] = {
    "answered": (gettext_lazy("Answered"), "moss"),
    "declined": (gettext_lazy("Would rather not"), ""),
    "expired": (gettext_lazy("Ran out"), "lamp"),
    "open": (gettext_lazy("Asked, open"), "pen"),
    "not_reached": (gettext_lazy("Nothing reaches them"), "lamp"),
}
ANSWERS = [
    ("no", gettext_lazy("No")),
    ("yes", gettext_lazy("Yes")),
    ("unknown", gettext_lazy("Not known")),
]
NOT_READY: Mapping[str, Any] = {
    "talk": gettext_lazy("First the talk before the group, and that it fits."),
    "rules": gettext_lazy("First they read the rules and agree to them."),
    "full": gettext_lazy("Every place is taken or offered."),
    "closed": gettext_lazy("This group is closed: it has met already."),
    "ended": gettext_lazy("This group is over."),
}


def refusal(why: Refused) -> tuple[str, str]:
    """The field a refusal is about, or nothing, and the sentence that says what to do."""
    if isinstance(why, groups.NotReady):
        return "", str(NOT_READY[why.because])
    if isinstance(why, groups.NotASize):
        sizes = {"fewest": why.fewest, "most": why.most}
        return "most", _("A group has %(fewest)s to %(most)s places.") % sizes
    if isinstance(why, groups.NeedsWords | actions.NeedsWords):
        return why.field, _("Write a few words.")
    if isinstance(why, groups.NotAsked):
        return f"ask_{why.question}", _("Choose one: not known is an answer too.")
    if isinstance(why, group_sessions.NamesAnother):
        field = why.field.replace(":", "_")
        return field, _(
            "This names %(alias)s, who reads none of it and whose record it is not. "
            "Write it without a name, or in their own part."
        ) % {"alias": why.member.alias}
    if isinstance(why, group_sessions.HeldBack):
        return f"word_{why.member.pk}", _(
            "Something holds back a session with %(alias)s: see to it in their case first."
        ) % {"alias": why.member.alias}
    for kind, field, words in _REFUSALS:
        if isinstance(why, kind):
            return field, str(words)
    raise why


_REFUSALS: tuple[tuple[type[Refused], str, Any], ...] = (
    (groups.DoesNotFit, "fits", gettext_lazy("An answer says that it does not fit now.")),
    (groups.CannotJoin, "", gettext_lazy("This place cannot be given. The lead is told.")),
    (groups.LiesBehind, "next_day", gettext_lazy("The next meeting lies ahead.")),
    (groups.HasAPlace, "person", gettext_lazy("They wait here or have a place already.")),
    (groups.AliasTaken, "alias", gettext_lazy("Somebody in this group is called so.")),
    (
        groups.NotWaiting,
        "",
        gettext_lazy("They do not wait for a place now. Look at it again."),
    ),
    (groups.LastLeader, "", gettext_lazy("Somebody must lead it: add a colleague first.")),
    (access.StaffAndFamily, "account", gettext_lazy("They cannot lead this group.")),
    (access.NotToOneself, "account", gettext_lazy("You lead it already.")),
    (group_sessions.NotEveryone, "", gettext_lazy("Somebody came in or left meanwhile. Look.")),
    (group_sessions.AlreadyTold, "", gettext_lazy("This session is written down already.")),
    (actions.NotHappenedYet, "day", gettext_lazy("This lies ahead. Choose when it was.")),
    (actions.NobodyCame, "", gettext_lazy("Nobody came: then no session was held.")),
    (group_rounds.NobodyToAsk, "", gettext_lazy("Nobody of the group can be asked now.")),
    (group_rounds.NotForAGroup, "instrument", gettext_lazy("A person asks this, face to face.")),
)


def add_refusal(form: Any, why: Refused) -> None:
    """Put a refusal beside the field it is about, or on top of the form."""
    field, words = refusal(why)
    form.add_error(field if field in form.fields else None, words)


def ways() -> list[tuple[str, str]]:
    """The ways a group may follow, by name; those made for groups first."""
    found = {}
    for protocol in catalogue.current().offered.values():
        found[protocol.ref.id] = (protocol.treats != "group", way_name(str(protocol.ref)))
    order = sorted(found.items(), key=lambda pair: pair[1])
    return [(id, name) for id, (_other, name) in order]


class Begin(Form):
    """A new group."""

    name = Text(
        label=gettext_lazy("What its members call it"),
        help_text=gettext_lazy("It stands on the sign-in sheet: nothing about why they come."),
        max_length=120,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Who may come in later"),
        choices=list(KINDS.items()),
        widget=forms.RadioSelect,
        initial="slow_open",
    )
    way = forms.ChoiceField(
        label=gettext_lazy("Way"),
        help_text=gettext_lazy(
            "A session goes into the case of each member who has a course of this way."
        ),
    )
    meets = Text(label=gettext_lazy("When and where it meets"), max_length=200, required=False)
    most = forms.IntegerField(label=gettext_lazy("Places"))
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=15, max_value=480)
    rules = Text(label=gettext_lazy("Rules everybody agrees to"), lines=8, max_length=4000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        here = catalogue.current().groups
        kwargs["initial"] = {
            "most": min(here.most, 8),
            "minutes": here.minutes,
            "rules": here.rules_in(get_language() or "en"),
            "way": "group",
        }
        super().__init__(*args, **kwargs)
        offer(self, "way", ways())


class Change(Versioned):
    """What a group is called, when it meets, its places."""

    name = Text(label=gettext_lazy("What its members call it"), max_length=120)
    meets = Text(label=gettext_lazy("When and where it meets"), max_length=200, required=False)
    most = forms.IntegerField(label=gettext_lazy("Places"))
    next_day = Day(
        label=gettext_lazy("Next meeting, day"),
        help_text=gettext_lazy("Every member reads it on their own page. Blank: none is set."),
        required=False,
    )
    next_time = Clock(label=gettext_lazy("Next meeting, time"), required=False)

    def clean(self) -> dict[str, Any]:
        """A day has its time, and a time its day."""
        said = super().clean() or {}
        for one, other in (("next_day", "next_time"), ("next_time", "next_day")):
            if said.get(one) and not said.get(other) and not self.errors.get(other):
                self.add_error(other, _("Write the day and the time of the next meeting."))
        return said


class End(Versioned):
    """Why a group, or a place in it, ends."""

    because = Text(label=gettext_lazy("Why it ends"), max_length=200)


class Leader(Form):
    """A colleague who leads it too."""

    account = forms.ChoiceField(label=gettext_lazy("Who leads it too"))

    def __init__(self, *args: Any, staff: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "account", staff)


class Propose(Form):
    """Somebody of a case for a group."""

    group = forms.ChoiceField(label=gettext_lazy("Group"))
    person = forms.ChoiceField(label=gettext_lazy("Who"))
    alias = Text(
        label=gettext_lazy("How the group will call them"),
        help_text=gettext_lazy("They choose it. A first name or anything else; no surname."),
        max_length=60,
    )
    goal = Text(
        label=gettext_lazy("What they want from it, in their words"),
        required=False,
        lines=3,
        max_length=1000,
    )

    def __init__(
        self,
        *args: Any,
        here: Sequence[tuple[str, str]],
        persons: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "group", here)
        offer(self, "person", persons)


class Talk(Form):
    """The talk with one person before the group."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        for question in catalogue.current().groups.questions:
            self.fields[f"ask_{question.id}"] = forms.ChoiceField(
                label=question.words(language),
                choices=ANSWERS,
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose one: not known is an answer too.")},
            )
        self.fields["fits"] = forms.ChoiceField(
            label=_("What it came to"),
            choices=[("yes", _("The group fits")), ("no", _("Not now: something else first"))],
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose one.")},
        )
        self.fields["instead"] = Text(
            label=_("If not now: what you offer instead, today"),
            required=False,
            lines=3,
            max_length=1000,
        )

    def answers(self) -> dict[str, str]:
        """The answer to each question that has a valid one, also in a form that is not whole."""
        return {
            question.id: self.cleaned_data[f"ask_{question.id}"]
            for question in catalogue.current().groups.questions
            if f"ask_{question.id}" in self.cleaned_data
        }


class Session(Form):
    """One session: about the group, then each member's own part."""

    day = Day(label=gettext_lazy("Day"))
    time = Clock(label=gettext_lazy("Began at"))
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=1, max_value=480)
    leaders = forms.MultipleChoiceField(
        label=gettext_lazy("Who led it"), widget=forms.CheckboxSelectMultiple
    )
    topic = Text(
        label=gettext_lazy("Topic"),
        help_text=gettext_lazy("Stands in each member’s own note: nobody’s name."),
        max_length=200,
    )
    events = Text(
        label=gettext_lazy("What happened in the group"),
        help_text=gettext_lazy("Stays with the group: nobody’s name."),
        required=False,
        lines=4,
        max_length=4000,
    )

    def __init__(
        self, *args: Any, members: Sequence[Any], leaders: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.members = list(members)
        offer(self, "leaders", leaders)
        for member in self.members:
            pk = member.pk
            self.fields[f"word_{pk}"] = forms.ChoiceField(
                label=_("Did %(alias)s come?") % {"alias": member.alias},
                choices=list(ATTENDANCE.items()),
                error_messages={"required": _("Choose one.")},
                widget=forms.RadioSelect,
            )
            self.fields[f"late_{pk}"] = forms.IntegerField(
                label=_("Minutes late"), required=False, min_value=1, max_value=LATEST_MINUTES
            )
            self.fields[f"note_{pk}"] = Text(
                label=_("For their own record alone"), required=False, lines=3, max_length=4000
            )
            self.fields[f"incident_{pk}"] = Text(
                label=_("Something critical, if there was"),
                help_text=_("The lead of their case gets a task."),
                required=False,
                lines=2,
                max_length=2000,
            )

    @property
    def about(self) -> list[Any]:
        """The fields about the group."""
        return [self[name] for name in ("day", "time", "minutes", "leaders", "topic", "events")]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """Each member with the fields of their part."""
        return [
            {
                "id": str(member.pk),
                "alias": member.alias,
                "fields": [
                    self[f"{name}_{member.pk}"] for name in ("word", "late", "note", "incident")
                ],
            }
            for member in self.members
        ]

    def given(self) -> dict[Any, Part]:
        """What was written of each member."""
        said = self.cleaned_data
        return {
            member: Part(
                said[f"word_{member.pk}"],
                said[f"late_{member.pk}"],
                said[f"note_{member.pk}"],
                said[f"incident_{member.pk}"],
            )
            for member in self.members
        }


class Round(Form):
    """The same questions for everybody in the group."""

    instrument = forms.ChoiceField(label=gettext_lazy("Questions"))
    days = forms.TypedChoiceField(
        label=gettext_lazy("Open for"), choices=DAYS, coerce=int, initial=7
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = [
            (each.ref.id, offered(each, clock.now()))
            for each in sorted(
                measures.instruments_here(),
                key=lambda each: each.ref.id != group_rounds.CONNECTION,
            )
            if measures.may_be_sent(each) and each.respondent == "self"
        ]
        offer(self, "instrument", here)
