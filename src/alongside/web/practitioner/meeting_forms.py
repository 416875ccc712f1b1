"""The forms of a planned meeting. They clean; the actions decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from alongside.catalogue.meetings import in_language
from alongside.directory.rules import LICENCE, OPTION_KINDS, WITHDRAWAL
from alongside.meetings.rules import ROLES
from alongside.web.parts.forms import Clock, Form, Text, offer
from alongside.web.practitioner import meeting_words as said
from alongside.web.practitioner.forms import Day, Versioned

Choices = Sequence[tuple[str, Any]]


def wide() -> forms.TextInput:
    """One line as wide as its box."""
    return forms.TextInput(attrs={"class": "w-full"})


class ChoosePath(Form):
    """A way of inviting, and why this one."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)
    way = forms.ChoiceField(label=gettext_lazy("Which way"), widget=forms.RadioSelect)
    lead = forms.ChoiceField(label=gettext_lazy("Who leads"))
    reason = Text(
        label=gettext_lazy("Why this way"),
        help_text=gettext_lazy("It stays beside the choice, with the evidence as it was shown."),
        lines=3,
        max_length=2000,
    )

    def __init__(
        self, *args: Any, ways: Choices, hints: dict[str, str], staff: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "way", ways)
        if staff:
            offer(self, "lead", staff)
        else:
            del self.fields["lead"]
        self.choice_hints = {"way": hints}


class Arrange(Versioned):
    """What the meeting is for and what is arranged."""

    aim = Text(
        label=gettext_lazy("What help is sought"),
        help_text=gettext_lazy("For the person’s good, not for anybody’s comfort."),
        lines=2,
        max_length=1000,
    )
    accepts = Text(
        label=gettext_lazy("What would count as a yes"),
        help_text=gettext_lazy("The meeting aims at accepting help, not at winning."),
        lines=2,
        max_length=1000,
    )
    offered = Text(
        label=gettext_lazy("What else was offered to the family"),
        required=False,
        lines=2,
        max_length=1000,
    )
    refused_aims = forms.MultipleChoiceField(
        label=gettext_lazy("Is any of this part of it, for anybody?"),
        help_text=gettext_lazy("Ask each alone. Nobody is helped with these here."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    led = forms.ChoiceField(
        label=gettext_lazy("How it is led"),
        choices=[("", gettext_lazy("Nobody has said yet")), *said.LED.items()],
        widget=forms.RadioSelect,
        required=False,
    )
    standby = Text(
        label=gettext_lazy("Clinician on stand-by, with a number"),
        required=False,
        max_length=200,
        widget=wide(),
    )
    has_no_children = forms.BooleanField(
        label=gettext_lazy("There are no children at home"), required=False
    )
    children = Text(
        label=gettext_lazy("Who looks after each child, during and after"),
        help_text=gettext_lazy("A name and a place for every child. Without it there is no date."),
        required=False,
        lines=2,
        max_length=1000,
    )
    place = Text(
        label=gettext_lazy("The place"),
        help_text=gettext_lazy("Private and calm, with a free way out. Not the person’s work."),
        required=False,
        max_length=300,
        widget=wide(),
    )
    stop_word = Text(
        label=gettext_lazy("The stop word"),
        help_text=gettext_lazy("Anybody may say it, and then it stops."),
        required=False,
        max_length=40,
    )
    escort = Text(
        label=gettext_lazy("Who goes along to help, and how"),
        required=False,
        max_length=300,
        widget=wide(),
    )
    bag = Text(
        label=gettext_lazy("The bag: what is in it, and where it is"),
        required=False,
        lines=2,
        max_length=600,
    )

    def __init__(self, *args: Any, aims: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "refused_aims", aims)
        self.fields["bag"].help_text = _("Usually: %(words)s") % {"words": said.usual_bag()}


class Answers(Versioned):
    """The next step for each answer the person may give."""

    def __init__(self, *args: Any, answers: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        for answer in answers:
            self.fields[answer.id] = Text(
                label=in_language(answer.text, language),
                help_text=_("Usually: %(words)s") % {"words": in_language(answer.usual, language)},
                lines=3,
                max_length=2000,
                required=False,
            )


class SeatForm(Form):
    """A member's part in the meeting."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)
    speaks = forms.BooleanField(
        label=gettext_lazy("Speaks"),
        help_text=gettext_lazy(
            "Somebody the person respects, with first-hand facts, calm, not using now."
        ),
        required=False,
    )
    order = forms.IntegerField(
        label=gettext_lazy("When in the order"),
        help_text=gettext_lazy("The warm and gentle first, who is listened to most near the end."),
        min_value=1,
        max_value=20,
        initial=1,
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("What else they do"),
        choices=[(word, said.ROLES[word]) for word in ROLES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    where = Text(
        label=gettext_lazy("Where they sit"),
        help_text=gettext_lazy("The person sits near the way out."),
        required=False,
        max_length=120,
    )
    because = Text(
        label=gettext_lazy("Why they do not speak"),
        help_text=gettext_lazy("If they should not. Only staff read this."),
        required=False,
        lines=2,
        max_length=1000,
    )


class Questions(Form):
    """Safety questions, as somebody answered them."""

    def __init__(self, *args: Any, checks: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        for check in checks:
            self.fields[check.id] = forms.ChoiceField(
                label=in_language(check.question, language),
                help_text=in_language(check.hint, language) if check.hint else "",
                choices=[
                    *((each.id, in_language(each.text, language)) for each in check.answers),
                    ("", _("Not answered")),
                ],
                widget=forms.RadioSelect,
                required=False,
                initial="",
            )

    def answers(self) -> dict[str, str | None]:
        """By check id; None is one that was not answered."""
        return {name: value or None for name, value in self.cleaned_data.items()}


class Things(Form):
    """What somebody goes through the day before a meeting."""

    done = forms.MultipleChoiceField(
        label=gettext_lazy("Gone through"), widget=forms.CheckboxSelectMultiple, required=False
    )
    words = Text(
        label=gettext_lazy("What is left open, and who sees to it"),
        lines=3,
        max_length=2000,
        required=False,
    )

    def __init__(self, *args: Any, things: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        self.things = [(each.id, in_language(each.text, language)) for each in things]
        offer(self, "done", self.things)

    def answers(self) -> dict[str, str | None]:
        """By thing; None is one that is not done."""
        ticked = set(self.cleaned_data["done"])
        return {id: "done" if id in ticked else None for id, _words in self.things}


class Reason(Form):
    """Why something is let pass, or how it was resolved."""

    reason = Text(label=gettext_lazy("Why, and what was seen"), lines=4, max_length=4000)


class Option(Form):
    """One option for help, and the place kept for this family."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)
    hold_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)
    name = Text(label=gettext_lazy("Name of the service"), max_length=200, widget=wide())
    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"),
        choices=[(word, said.OPTION_KINDS[word]) for word in OPTION_KINDS],
    )
    accepts = Text(
        label=gettext_lazy("Whom it takes, and what it asks for"),
        help_text=gettext_lazy("Papers, tests, list of medicines, age, other illness."),
        lines=2,
        max_length=1000,
        required=False,
    )
    starts_within_hours = forms.IntegerField(
        label=gettext_lazy("Can start within so many hours"),
        min_value=0,
        max_value=2000,
        required=False,
    )
    price = Text(
        label=gettext_lazy("Price"),
        help_text=gettext_lazy("Also when it is free."),
        max_length=200,
        required=False,
        widget=wide(),
    )
    funding = Text(
        label=gettext_lazy("Who pays"),
        help_text=gettext_lazy("A general enquiry only, until the person agrees."),
        max_length=300,
        required=False,
        widget=wide(),
    )
    withdrawal = forms.ChoiceField(
        label=gettext_lazy("Medical cover for withdrawal"),
        choices=[
            ("", gettext_lazy("Nobody has asked yet")),
            *((word, said.WITHDRAWAL[word]) for word in WITHDRAWAL),
        ],
        required=False,
    )
    licence = forms.ChoiceField(
        label=gettext_lazy("Licence"), choices=[(word, said.LICENCE[word]) for word in LICENCE]
    )
    licence_checked_on = Day(label=gettext_lazy("Looked up on"), required=False)
    licence_words = Text(
        label=gettext_lazy("Where it was looked up"), max_length=200, required=False, widget=wide()
    )
    interest = Text(
        label=gettext_lazy("Declared interest"),
        help_text=gettext_lazy("What ties you or this service to it. Write “none” if so."),
        max_length=200,
        required=False,
        widget=wide(),
    )
    travel = Text(
        label=gettext_lazy("The way there"), max_length=300, required=False, widget=wide()
    )
    cover = Text(
        label=gettext_lazy("Children, animals and work meanwhile"),
        help_text=gettext_lazy("Who looks after each, when somebody stays there."),
        lines=2,
        max_length=600,
        required=False,
    )
    packing = Text(
        label=gettext_lazy("What to bring, and what stays at home"),
        help_text=gettext_lazy("As the place says: papers, medicines, clothes; no phone."),
        lines=2,
        max_length=600,
        required=False,
    )
    until_day = Day(label=gettext_lazy("Place kept until"), required=False)
    until_time = Clock(label=gettext_lazy("At"), required=False)
    proof = Text(
        label=gettext_lazy("Who said it is kept"), max_length=300, required=False, widget=wide()
    )
    proved_now = forms.BooleanField(
        label=gettext_lazy("I was told so today, just now"), required=False
    )

    def held_until(self, zone: str) -> datetime | None:
        """Until when the place is kept, on the clock of the institution; None without a day."""
        day, time = self.cleaned_data["until_day"], self.cleaned_data["until_time"]
        if day is None:
            return None
        at_time = time or datetime.min.time().replace(hour=18)
        return datetime.combine(day, at_time, tzinfo=ZoneInfo(zone))


class SetDate(Versioned):
    """When the circle meets."""

    day = Day(label=gettext_lazy("Day"))
    time = Clock(
        label=gettext_lazy("Time"),
        help_text=gettext_lazy("A morning, when the person is most likely sober."),
    )
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=5, max_value=480)


class BackDate(Versioned):
    """The date is taken back."""

    because = Text(label=gettext_lazy("Why"), max_length=200, widget=wide())


class EndMeeting(Versioned):
    """How it ended."""

    outcome = forms.ChoiceField(label=gettext_lazy("How it ended"), widget=forms.RadioSelect)
    words = Text(label=gettext_lazy("What happened, and what comes next"), lines=5, max_length=4000)
    places = forms.MultipleChoiceField(
        label=gettext_lazy("Places to give back"),
        help_text=gettext_lazy("What is not ticked stays kept until its time runs out."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        outcomes: Choices,
        hints: dict[str, str],
        places: Choices = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "outcome", outcomes)
        self.choice_hints = {"outcome": hints}
        if places:
            offer(self, "places", places)
        else:
            del self.fields["places"]
