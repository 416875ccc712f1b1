"""The forms of times: keep one or a series, move it, give it back. The actions decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.calendar.rules import (
    LEAST_MINUTES,
    LONGEST_LINK,
    MOST_MINUTES,
    MOST_TIMES,
    repeated,
)
from alongside.web.parts.forms import Clock, Form, Text, offer
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.forms import Day, Versioned

Choices = Sequence[tuple[str, Any]]
REPEATS = {
    "": gettext_lazy("Once"),
    "1": gettext_lazy("Every week"),
    "2": gettext_lazy("Every two weeks"),
    "3": gettext_lazy("Every three weeks"),
    "4": gettext_lazy("Every four weeks"),
}
SCOPES = {
    "this": gettext_lazy("This time alone"),
    "following": gettext_lazy("This one and all that follow"),
}
FEW = 2


def scope() -> forms.ChoiceField:
    """One time of a series, or this and the following."""
    return forms.ChoiceField(
        label=gettext_lazy("Which of the series"),
        choices=list(SCOPES.items()),
        widget=forms.RadioSelect,
        initial="this",
    )


class Time(Form):
    """A day and a time on the clock of the place, and where it is."""

    day = Day(label=gettext_lazy("Day"))
    time = Clock(label=gettext_lazy("Time"))
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=LEAST_MINUTES, max_value=MOST_MINUTES, initial=50
    )
    second = forms.ChoiceField(
        label=gettext_lazy("The clocks go back that night. Which of the two is it?"),
        choices=[
            ("first", gettext_lazy("The earlier one, before the clocks go back")),
            ("second", gettext_lazy("The later one, an hour after it")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    place = forms.ChoiceField(
        label=gettext_lazy("How you meet"),
        choices=list(said.PLACES.items()),
        widget=forms.RadioSelect,
    )
    room = forms.ChoiceField(label=gettext_lazy("Room"), required=False)
    video_link = Text(
        label=gettext_lazy("Address of the video call"),
        help_text=gettext_lazy("Who is expected finds it on their own page. It is kept locked."),
        required=False,
        max_length=LONGEST_LINK,
        widget=forms.TextInput(attrs={"class": "w-full", "inputmode": "url"}),
    )

    def __init__(self, *args: Any, rooms: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rooms:
            offer(self, "room", [("", _("None")), *rooms])
        else:
            del self.fields["room"]

    @property
    def asks_which(self) -> bool:
        """Was it asked, or answered, which of two times is meant?"""
        return bool(self["second"].errors or self["second"].value())

    def wall(self) -> datetime:
        """The wall time that was given."""
        return said.wall_of(self.cleaned_data["day"], self.cleaned_data["time"])

    def is_second(self) -> bool | None:
        """The later of two times; None when nobody asked."""
        return {"first": False, "second": True}.get(self.cleaned_data["second"])

    def link(self) -> str:
        """The address of the call, if it is by video."""
        given = self.cleaned_data
        return given["video_link"].strip() if given["place"] == "video" else ""


class Book(Time):
    """Keep a time, or the same time on several days."""

    persons = forms.MultipleChoiceField(
        label=gettext_lazy("Who is expected"), widget=forms.CheckboxSelectMultiple
    )
    practitioner = forms.ChoiceField(label=gettext_lazy("With whom"))
    colleagues = forms.MultipleChoiceField(
        label=gettext_lazy("Who of the staff takes part besides"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    course = forms.ChoiceField(label=gettext_lazy("For"), required=False)
    repeat = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=list(REPEATS.items()),
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )
    times = forms.IntegerField(
        label=gettext_lazy("How many times"),
        min_value=FEW,
        max_value=MOST_TIMES,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
    )
    until = Day(label=gettext_lazy("Or until"), required=False)

    def __init__(
        self, *args: Any, persons: Choices, staff: Choices, courses: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "persons", persons)
        offer(self, "practitioner", staff)
        offer(self, "colleagues", staff)
        offer(self, "course", [*courses, ("", _("A first talk, or something else"))])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("repeat"):
            return given
        if not given.get("times") and not given.get("until"):
            if not self.errors.keys() & {"times", "until"}:
                self.add_error("times", _("Say how many times, or until which day."))
        elif given.get("times") and given.get("until"):
            self.add_error("until", _("Say one of the two: how many times, or until which day."))
        elif given.get("until") and given.get("day") and given["until"] < given["day"]:
            self.add_error("until", _("Choose a day after the first one."))
        return given

    def walls(self) -> list[datetime]:
        """The wall times of the series; the one time when it does not repeat."""
        given = self.cleaned_data
        if not given["repeat"]:
            return [self.wall()]
        weeks = int(given["repeat"])
        return list(repeated(self.wall(), weeks=weeks, times=given["times"], until=given["until"]))

    def hidden(self) -> list[Any]:
        """What was typed, to be sent along by a page that asks one thing more."""
        return [self[name].as_hidden() for name in self.fields if name != "second"]


class Move(Time):
    """Move a time, alone or with those that follow."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    scope = scope()

    def __init__(self, *args: Any, in_series: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not in_series:
            del self.fields["scope"]


class GiveBack(Versioned):
    """Give a time back, alone or with those that follow."""

    because = Text(
        label=gettext_lazy("Why it is given back"),
        help_text=gettext_lazy("No details of health: people with a calendar may see this."),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "w-full"}),
    )
    scope = scope()

    def __init__(self, *args: Any, in_series: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not in_series:
            del self.fields["scope"]


def first_day(default: date, given: str) -> date:
    """A day out of an address, or the default for anything else."""
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return default
    return found if date(2000, 1, 1) <= found <= date(2200, 1, 1) else default
