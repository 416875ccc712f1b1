"""The forms of plans, times and sessions. They clean; the actions decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.delivery.rules import (
    HARDEST,
    IN_TIME,
    LONGEST_LATE,
    LONGEST_MINUTES,
    LONGEST_PART,
    Came,
)
from alongside.plans.rules import MOST_SESSIONS, endings
from alongside.web.parts.forms import Clock, Form, Text, offer
from alongside.web.parts.people_words import COMPLETIONS
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.forms import Day, Versioned

Choices = Sequence[tuple[str, Any]]


def _wide() -> forms.TextInput:
    """One line as wide as its box."""
    return forms.TextInput(attrs={"class": "w-full"})


def _choose(form: Form, **fields: Choices) -> None:
    """Give fields their choices."""
    for name, choices in fields.items():
        offer(form, name, list(choices))


# -- plan ------------------------------------------------------------------------------------------


class LookAtDanger(Form):
    """What was asked about present danger, and what was answered. Any question may stay open."""

    about = forms.ChoiceField(
        label=gettext_lazy("About whom"),
        help_text=gettext_lazy("Ask each person alone."),
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, persons: Choices, questions: Iterable[Any], language: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, about=persons)
        for question in questions:
            self.fields[f"q_{question.id}"] = forms.ChoiceField(
                label=question.text.get(language, question.text["en"]),
                help_text=question.hint.get(language, question.hint.get("en", "")),
                choices=[
                    *((a.id, a.text.get(language, a.text["en"])) for a in question.answers),
                    ("", _("Not asked")),
                ],
                required=False,
                initial="",
                widget=forms.RadioSelect,
            )

    def answers(self) -> Mapping[str, str | None]:
        """By question id; None is a question that was not asked."""
        return {
            name.removeprefix("q_"): value or None
            for name, value in self.cleaned_data.items()
            if name.startswith("q_")
        }


class ProposeCourse(Form):
    """One course: a way, for whom, by whom, how long."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Which decision it follows"), widget=forms.RadioSelect
    )
    way = forms.ChoiceField(label=gettext_lazy("The way"), widget=forms.RadioSelect)
    persons = forms.MultipleChoiceField(
        label=gettext_lazy("Whom it is for"),
        help_text=gettext_lazy(
            "A way that helps relatives is for a relative. Everybody it is for is asked to agree."
        ),
        widget=forms.CheckboxSelectMultiple,
    )
    deliverer = forms.ChoiceField(label=gettext_lazy("Who delivers it"))
    supervisor = forms.ChoiceField(
        label=gettext_lazy("Who supervises"),
        required=False,
        help_text=gettext_lazy("Somebody else. A trainee needs one with the title."),
    )
    sessions_planned = forms.IntegerField(
        label=gettext_lazy("How many sessions"),
        help_text=gettext_lazy("Leave it empty for the usual number."),
        required=False,
        min_value=1,
        max_value=MOST_SESSIONS,
    )
    summary = Text(
        label=gettext_lazy("The plan in your words"),
        help_text=gettext_lazy(
            "What happens, in which order, and what it is for. Everybody who agrees reads this."
        ),
        required=False,
        lines=5,
        max_length=8000,
    )

    def __init__(
        self,
        *args: Any,
        decisions: Choices,
        ways: Choices,
        way_hints: Mapping[str, str],
        persons: Choices,
        staff: Choices,
        with_decision: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, decision=decisions, way=ways, persons=persons, deliverer=staff)
        _choose(self, supervisor=[("", _("Nobody")), *staff])
        self.choice_hints = {"way": way_hints}
        if not with_decision:
            del self.fields["decision"]


class Agree(Form):
    """What one person said to the plan."""

    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    person = forms.ChoiceField(label=gettext_lazy("Who answered"), widget=forms.RadioSelect)
    answer = forms.ChoiceField(
        label=gettext_lazy("What they said"),
        choices=[
            ("yes", gettext_lazy("Yes")),
            ("no", gettext_lazy("No")),
            ("basis", gettext_lazy("They cannot decide: a lawful basis instead")),
        ],
        widget=forms.RadioSelect,
    )
    words = Text(
        label=gettext_lazy("In their words, or the grounds of the basis"),
        required=False,
        lines=3,
        max_length=4000,
    )
    choice_hints = {
        "answer": {
            "no": gettext_lazy("Final for this edition of the plan."),
            "basis": gettext_lazy("Who assessed it, when, and where the papers are."),
        }
    }

    def __init__(self, *args: Any, persons: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, person=persons)


class ChangePlan(Versioned):
    """Another edition of the plan."""

    summary = Text(
        label=gettext_lazy("The plan in your words"), required=False, lines=6, max_length=8000
    )
    because = Text(
        label=gettext_lazy("Why it changes"),
        help_text=gettext_lazy("Kept as a decision."),
        lines=3,
        max_length=4000,
    )


class Release(Form):
    """A named clinician lets one gate pass."""

    reason = Text(
        label=gettext_lazy("Why it may pass"),
        help_text=gettext_lazy("At least 20 letters. Your name and this reason stay in the case."),
        lines=4,
        max_length=4000,
    )
    until = Day(label=gettext_lazy("The last day it holds"))


class SetGoal(Form):
    """A goal with five levels."""

    about = forms.ChoiceField(label=gettext_lazy("Whose goal"))
    kind = forms.ChoiceField(
        label=gettext_lazy("A change in"),
        choices=list(said.KINDS.items()),
        widget=forms.RadioSelect,
    )
    words = Text(label=gettext_lazy("The goal, in their words"), lines=2, max_length=1000)
    start_level = forms.ChoiceField(
        label=gettext_lazy("Where it stands today"),
        choices=[(value, f"{sign} {name}") for value, sign, name in said.LEVELS],
        initial="-1",
    )
    weight = forms.IntegerField(
        label=gettext_lazy("Weight: how much it matters times how hard it is; 1 when in doubt"),
        min_value=1,
        max_value=10,
        initial=1,
        required=False,
    )

    def __init__(self, *args: Any, persons: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, about=persons)
        for value, sign, name in said.LEVELS:
            self.fields[_level(value)] = Text(
                label=f"{sign} {name}",
                max_length=400,
                widget=_wide(),
            )

    def levels(self) -> Mapping[str, str]:
        """The words of each level."""
        return {value: self.cleaned_data[_level(value)] for value, _sign, _name in said.LEVELS}


def _level(value: str) -> str:
    return f"level_{value.replace('-', 'minus_')}"


class RateGoal(Form):
    """Where a goal stands today."""

    level = forms.ChoiceField(
        label=gettext_lazy("Where it stands today"),
        choices=[(value, sign) for value, sign, _name in said.LEVELS],
        widget=forms.RadioSelect,
    )


class RecordStep(Form):
    """What became of a step."""

    state = forms.ChoiceField(
        label=gettext_lazy("What became of it"),
        choices=list(said.STEP_STATES.items()),
        widget=forms.RadioSelect,
    )
    on_paper = forms.BooleanField(
        label=gettext_lazy("Its form is kept on paper, or in your own files"), required=False
    )
    reason = Text(
        label=gettext_lazy("Why it is left out"), required=False, lines=3, max_length=2000
    )

    def __init__(self, *args: Any, makes_form: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not makes_form:
            del self.fields["on_paper"]


class EndCourse(Versioned):
    """How a course ended."""

    completion = forms.ChoiceField(label=gettext_lazy("How it ended"), widget=forms.RadioSelect)
    words = Text(label=gettext_lazy("What happened, in your words"), lines=4, max_length=8000)

    def __init__(self, *args: Any, started: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, completion=[(word, COMPLETIONS[word]) for word in endings(started=started)])


class EndPlan(Form):
    """Why a plan ends."""

    because = forms.ChoiceField(
        label=gettext_lazy("Why the plan ends"),
        choices=list(said.PLAN_ENDS.items()),
        widget=forms.RadioSelect,
    )


# -- sessions --------------------------------------------------------------------------------------


class Tell(Form):
    """What happened at a time: held, or not held and why."""

    course = forms.ChoiceField(label=gettext_lazy("Which course"), required=False)
    day = Day(label=gettext_lazy("Day"))
    time = Clock(label=gettext_lazy("It began at"))
    what = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        choices=[
            ("held", gettext_lazy("It was held")),
            ("not_held", gettext_lazy("It was not held")),
        ],
        widget=forms.RadioSelect,
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("How many minutes it took"),
        min_value=1,
        max_value=LONGEST_MINUTES,
        required=False,
    )
    agenda = Text(
        label=gettext_lazy("What you talked about"),
        help_text=gettext_lazy("One line each. It can wait for the note."),
        required=False,
        lines=3,
        max_length=2000,
    )
    because = forms.ChoiceField(
        label=gettext_lazy("Why it was not held"),
        choices=list(said.NOT_HELD.items()),
        widget=forms.RadioSelect,
        required=False,
    )
    whose = forms.ChoiceField(
        label=gettext_lazy("Whose reason it was"),
        choices=[("", gettext_lazy("As the answer above says")), *said.WHOSE.items()],
        required=False,
    )
    words = Text(label=gettext_lazy("In a few words"), required=False, lines=2, max_length=1000)

    def __init__(
        self,
        *args: Any,
        persons: Choices,
        to_say: Iterable[str],
        courses: Choices,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.to_say = tuple(to_say)
        for word in self.to_say:
            self.fields[f"said_{word}"] = forms.BooleanField(
                label=said.SAID.get(word, word), required=False
            )
        self.person_ids = [pk for pk, _name in persons]
        for pk, name in persons:
            self.fields[f"came_{pk}"] = forms.ChoiceField(
                label=name,
                choices=list(said.ATTENDANCE.items()),
                initial="attended",
                required=False,
                widget=forms.RadioSelect,
            )
            self.fields[f"late_{pk}"] = forms.IntegerField(
                label=_("By how many minutes"),
                min_value=1,
                max_value=LONGEST_LATE,
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
            )
            self.fields[f"why_{pk}"] = Text(
                label=_("Why"), required=False, max_length=400, widget=_wide()
            )
            self.fields[f"whose_{pk}"] = forms.ChoiceField(
                label=_("Whose reason it was"),
                choices=[("", _("Not said")), *said.WHOSE.items()],
                required=False,
            )
        if len(courses) > 1:
            _choose(self, course=courses)
        else:
            del self.fields["course"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("what") == "held" and not given.get("minutes"):
            self.add_error("minutes", _("Write how many minutes it took."))
        if given.get("what") == "not_held" and not given.get("because"):
            self.add_error("because", _("Choose one of these."))
        return given

    def came(self) -> Mapping[str, Came]:
        """By person id; what was said of each. What belongs to another answer is left out."""
        given = self.cleaned_data
        found = {}
        for pk in self.person_ids:
            word = given[f"came_{pk}"] or "attended"
            in_time = word == IN_TIME
            found[pk] = Came(
                word,
                late_minutes=given[f"late_{pk}"] if word == "late" else None,
                whose="" if in_time else given[f"whose_{pk}"],
                reason="" if in_time else given[f"why_{pk}"],
            )
        return found

    def said(self) -> frozenset[str]:
        """The words that were ticked."""
        return frozenset(word for word in self.to_say if self.cleaned_data.get(f"said_{word}"))

    def lines(self) -> list[str]:
        """The agenda, a line each."""
        return [line for line in self.cleaned_data["agenda"].splitlines() if line.strip()]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The fields of attendance, by person."""
        return [
            {name: self[f"{name}_{pk}"] for name in ("came", "late", "why", "whose")}
            for pk in self.person_ids
        ]

    @property
    def ticks(self) -> list[Any]:
        """The fields of what only somebody there can say."""
        return [self[f"said_{word}"] for word in self.to_say]


class Note(Versioned):
    """The note of a session: one text for each line of the protocol's skeleton, and one more."""

    def __init__(self, *args: Any, parts: Iterable[tuple[str, str, bool]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.part_ids = []
        for part, label, required in parts:
            self.part_ids.append(part)
            self.fields[f"part_{part}"] = Text(
                label=label if required else _("%(part)s (if there was any)") % {"part": label},
                required=False,
                lines=2,
                max_length=LONGEST_PART,
            )

    def written(self) -> Mapping[str, str]:
        """By part id."""
        return {part: self.cleaned_data[f"part_{part}"] for part in self.part_ids}


class AddToNote(Form):
    """Something added to a signed note."""

    words = Text(label=gettext_lazy("What you add or correct"), lines=4, max_length=LONGEST_PART)


class SetHomework(Form):
    """Something to try before the next time."""

    about = forms.ChoiceField(label=gettext_lazy("Who tries it"))
    task = Text(label=gettext_lazy("What"), max_length=1000, widget=_wide())
    why = Text(label=gettext_lazy("What it is for"), required=False, max_length=500, widget=_wide())
    when_where = Text(
        label=gettext_lazy("When and where"), required=False, max_length=500, widget=_wide()
    )
    form = forms.ChoiceField(
        label=gettext_lazy("A form to fill in at home"),
        required=False,
        help_text=gettext_lazy("They find it on their own page."),
    )
    difficulty = forms.IntegerField(
        label=gettext_lazy("How hard they find it, 0 to 10"),
        required=False,
        min_value=0,
        max_value=HARDEST,
    )
    due_on = Day(label=gettext_lazy("Look at it again on"), required=False)

    def __init__(self, *args: Any, persons: Choices, sheets: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, about=persons)
        offer(self, "form", [("", _("None")), *sheets])
        if not sheets:
            del self.fields["form"]


class TellHomework(Versioned):
    """What came of it."""

    done = forms.ChoiceField(
        label=gettext_lazy("How it went"),
        choices=[
            ("full", gettext_lazy("Done")),
            ("part", gettext_lazy("Done in part")),
            ("none", gettext_lazy("Not done this time")),
        ],
        widget=forms.RadioSelect,
    )
    obstacle = Text(
        label=gettext_lazy("What got in the way"), required=False, lines=2, max_length=2000
    )
    learning = Text(
        label=gettext_lazy("What was learned"), required=False, lines=2, max_length=2000
    )
