"""The forms of this door. They clean; the actions decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.people_words import AGE_BANDS, COMPLETIONS, MEMBER_ROLES, RELATIONS

Choices = Sequence[tuple[str, Any]]
FILL = "fill__"


def address_line() -> forms.EmailInput:
    """A line wide enough for most addresses."""
    return forms.EmailInput(attrs={"size": 30})


class Day(forms.DateField):
    """A day, with the calendar of the browser."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)
        self.input_formats = ["%Y-%m-%d", "%d/%m/%Y"]


class Versioned(Form):
    """A form that edits: it names the version it was made from."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class OpenCase(Versioned):
    """A concern becomes a case."""

    alias = Text(
        label=gettext_lazy("What the person is called here"),
        help_text=gettext_lazy(
            "A first name or an alias. No surname, no number, until they agree."
        ),
        max_length=120,
    )
    age_band = forms.ChoiceField(label=gettext_lazy("Age"), required=False)
    service = forms.ChoiceField(label=gettext_lazy("Service"))
    needs = forms.MultipleChoiceField(
        label=gettext_lazy("What it is about"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    legal_basis = forms.ChoiceField(
        label=gettext_lazy("Why we may hold this before the person has agreed"),
        widget=forms.RadioSelect,
    )
    legal_reason = Text(
        label=gettext_lazy("Why this basis fits"),
        help_text=gettext_lazy("In your own words. The privacy officer may read it."),
        lines=3,
        max_length=2000,
    )
    review_by = Day(label=gettext_lazy("Look again by"))
    ends_on = Day(label=gettext_lazy("Ends on, at the latest"))
    reporter_joins = forms.BooleanField(
        label=gettext_lazy("Who told us joins the circle"), required=False
    )

    def __init__(
        self,
        *args: Any,
        services: Choices,
        needs: Choices,
        bases: Iterable[Any],
        language: str,
        can_join: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "service", services)
        offer(self, "needs", needs)
        listed = list(bases)
        offer(self, "legal_basis", [(b.id, b.words(language)) for b in listed])
        self.choice_hints = {"legal_basis": {b.id: b.meaning(language) for b in listed}}
        offer(self, "age_band", [("", _("Not known")), *AGE_BANDS.items()])
        if not can_join:
            del self.fields["reporter_joins"]


class EndConcern(Versioned):
    """A concern is sent on, or withdrawn."""

    how = forms.ChoiceField(
        label=gettext_lazy("What happens with it"),
        choices=[
            ("referred_on", gettext_lazy("Sent on to somebody who can help better")),
            ("withdrawn", gettext_lazy("Taken back, or told in error")),
        ],
        widget=forms.RadioSelect,
    )
    to = Text(label=gettext_lazy("Sent on to whom"), required=False, max_length=200)
    why = Text(label=gettext_lazy("Why"), lines=3, max_length=2000)


class AddMember(Form):
    """Somebody else belongs to the circle."""

    name = Text(label=gettext_lazy("Name or alias"), max_length=120)
    relation = forms.ChoiceField(
        label=gettext_lazy("Who they are to the person"),
        choices=[("", gettext_lazy("Choose one")), *RELATIONS.items()],
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("What they do"),
        choices=[(word, capfirst(label)) for word, label in MEMBER_ROLES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    contact = Text(
        label=gettext_lazy("A safe number or address"),
        help_text=gettext_lazy("Theirs alone. Only you, the therapist and they can see it."),
        required=False,
        max_length=254,
    )
    texts = forms.BooleanField(
        label=gettext_lazy("Texts are safe there: nobody else reads them"), required=False
    )
    safe_words = Text(
        label=gettext_lazy("What may be said, what never"), required=False, max_length=500
    )
    language = forms.ChoiceField(
        label=gettext_lazy("In which language we write to them"),
        choices=settings.LANGUAGES,
        required=False,
    )
    proposed_by = forms.ChoiceField(
        label=gettext_lazy("Who proposed them"),
        help_text=gettext_lazy("Nobody in the circle sees this."),
        required=False,
    )

    def __init__(self, *args: Any, proposers: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "proposed_by", [("", _("Not known yet")), *proposers])


class SpokenAlone(Form):
    """Who proposed somebody, and when they were spoken to alone: added, never changed."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    proposed_by = forms.ChoiceField(
        label=gettext_lazy("Who proposed them"),
        help_text=gettext_lazy("Nobody in the circle sees this."),
        required=False,
    )
    spoken_on = Day(
        label=gettext_lazy("Spoken to alone on"),
        help_text=gettext_lazy("The last time. Leave it open while nobody has."),
        required=False,
    )
    how = forms.ChoiceField(label=gettext_lazy("How"), required=False)
    spoken_by = forms.ChoiceField(label=gettext_lazy("Who spoke with them"), required=False)
    words = Text(
        label=gettext_lazy("What else to know"),
        help_text=gettext_lazy("Why, if a talk that is written down was not alone after all."),
        lines=3,
        max_length=1000,
        required=False,
    )

    def __init__(
        self, *args: Any, proposers: Choices, how: Choices, people: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "how", [("", _("Choose one")), *how])
        offer(self, "spoken_by", people)
        if proposers:
            offer(self, "proposed_by", [("", _("Not known yet")), *proposers])
        else:
            del self.fields["proposed_by"]


class ChangeMember(Versioned):
    """What a member is called here, what they do, and whether the others see them."""

    relation = forms.ChoiceField(
        label=gettext_lazy("Who they are to the person"), choices=list(RELATIONS.items())
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("What they do"),
        choices=[(word, capfirst(label)) for word, label in MEMBER_ROLES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    silent = forms.BooleanField(
        label=gettext_lazy("Hidden from the other members"),
        help_text=gettext_lazy("They do not see the name. You do."),
        required=False,
    )


class Invite(Form):
    """A private link by mail, in words that tell nothing."""

    address = forms.EmailField(
        label=gettext_lazy("Their own e-mail address"),
        widget=address_line(),
        help_text=gettext_lazy("Ask first whether anybody else reads it."),
        max_length=254,
    )


class Resolve(Form):
    """How a worrying answer was resolved."""

    reason = Text(
        label=gettext_lazy("How it was resolved"),
        help_text=gettext_lazy("Dates can be set again after this. The answer stays as it is."),
        lines=4,
        max_length=4000,
    )


class RecordConsent(Form):
    """What a person agreed to, on paper or spoken."""

    person = forms.ChoiceField(label=gettext_lazy("Who agreed"))
    form = forms.ChoiceField(label=gettext_lazy("To what"))
    given_how = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[
            ("paper", gettext_lazy("On paper, signed")),
            ("spoken", gettext_lazy("Spoken, with a witness")),
        ],
        widget=forms.RadioSelect,
    )
    witness = Text(
        label=gettext_lazy("Who heard it"),
        help_text=gettext_lazy("When it was spoken."),
        required=False,
        max_length=120,
    )
    about = forms.ChoiceField(
        label=gettext_lazy("For"),
        required=False,
        help_text=gettext_lazy("A consent for one course ends with it."),
    )
    to_whom = Text(
        label=gettext_lazy("To whom"),
        help_text=gettext_lazy(
            "When something goes to somebody outside: their name, and nobody else gets it. "
            "Without a name it is passed on to the person’s therapist here."
        ),
        required=False,
        max_length=200,
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("Parts they said yes to"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    expires_on = Day(label=gettext_lazy("The last day it holds"))

    def fills(self) -> dict[str, str]:
        """What stands in the open places of the form."""
        return {
            name.removeprefix(FILL): value
            for name, value in self.cleaned_data.items()
            if name.startswith(FILL)
        }

    def __init__(
        self,
        *args: Any,
        persons: Choices,
        forms_: Choices,
        courses: Choices,
        parts: Choices = (),
        places: Choices = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for word, label in places:
            self.fields[f"{FILL}{word}"] = Text(label=label, max_length=500)
        offer(self, "person", persons)
        offer(self, "form", forms_)
        offer(self, "about", [("", _("Everything here")), *courses])
        offer(self, "parts", parts)
        if not parts:
            del self.fields["parts"]


class RecordRefusal(Form):
    """A no, which is final."""

    person = forms.ChoiceField(label=gettext_lazy("Who said no"))
    about = forms.ChoiceField(label=gettext_lazy("To what"))
    offered = Text(label=gettext_lazy("What was offered, in words they know"), lines=3)
    words = Text(label=gettext_lazy("What they said"), lines=3, required=False)
    stays_open = Text(
        label=gettext_lazy("What stays open to them"),
        help_text=gettext_lazy("Help in danger, and anything else they can still have."),
        lines=3,
        required=False,
    )

    def __init__(self, *args: Any, persons: Choices, abouts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nobody_yet = ("", _("Choose one"))  # a no is final: none is written down by accident
        offer(self, "person", [nobody_yet, *persons])
        offer(self, "about", [nobody_yet, *abouts])


class Decide(Form):
    """What somebody decides about a way, with their reason."""

    chosen = forms.ChoiceField(label=gettext_lazy("The way"))
    reason = Text(
        label=gettext_lazy("Why this way"),
        help_text=gettext_lazy("What was shown is kept beside your reason."),
        lines=4,
        max_length=4000,
    )

    def __init__(self, *args: Any, ways: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "chosen", ways)


class Alternative(Form):
    """Another explanation was considered: the one who told us could be the danger (M1)."""

    reason = Text(
        label=gettext_lazy("What else could explain this"),
        help_text=gettext_lazy("Also: could the one who told us be the danger?"),
        lines=4,
        max_length=4000,
    )


class Disclose(Versioned):
    """The person has been told."""

    sure = forms.BooleanField(
        label=gettext_lazy("The person has been told that this circle exists, and their rights")
    )
    address = forms.EmailField(
        label=gettext_lazy("Their e-mail address"),
        widget=address_line(),
        help_text=gettext_lazy(
            "If they want a page of their own: what is held, by whom, and a way to object."
        ),
        required=False,
        max_length=254,
    )


SEXES = {
    "": gettext_lazy("Not known"),
    "female": gettext_lazy("Female"),
    "male": gettext_lazy("Male"),
}


class Known(Versioned):
    """What questionnaires need to know of a person."""

    sex = forms.ChoiceField(
        label=gettext_lazy("Sex, for questionnaires"),
        choices=[*SEXES.items()],
        help_text=gettext_lazy(
            "Some questionnaires have another treatment line for women than for men. It is used "
            "for that and for nothing else, from the next answers on. Ask, or leave it open: then "
            "the result names every line there is."
        ),
        required=False,
    )


class Engage(Versioned):
    """The person came in."""

    address = forms.EmailField(
        label=gettext_lazy("Their own e-mail address"),
        widget=address_line(),
        help_text=gettext_lazy("With it they get a page of their own. You can leave it open."),
        required=False,
        max_length=254,
    )


class CloseCase(Versioned):
    """How it ended."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("How it ended"),
        choices=list(COMPLETIONS.items()),
        widget=forms.RadioSelect,
    )
    words = Text(
        label=gettext_lazy("What happened, in words"),
        help_text=gettext_lazy("For whoever reads it in a year."),
        lines=5,
        max_length=8000,
    )


class Prolong(Versioned):
    """A later end, for a reason."""

    ends_on = Day(label=gettext_lazy("New end"))
    reason = Text(label=gettext_lazy("Why it must last longer"), lines=3, max_length=2000)


class AddCredential(Form):
    """A title, as its holder declares it."""

    code = forms.ChoiceField(label=gettext_lazy("Title"))
    issuer = Text(label=gettext_lazy("Issued by"), max_length=120)
    jurisdiction = Text(label=gettext_lazy("Where it counts"), max_length=40)
    number = Text(
        label=gettext_lazy("Number"),
        help_text=gettext_lazy("Kept encrypted. Others see the last four signs."),
        required=False,
        max_length=60,
    )
    issued_on = Day(label=gettext_lazy("Issued on"), required=False)
    expires_on = Day(
        label=gettext_lazy("Ends on"),
        help_text=gettext_lazy("Leave open when it has no end."),
        required=False,
    )

    def __init__(self, *args: Any, titles: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "code", [("", _("Choose one")), *titles])
