"""One item of content as people read it: heads, phases, gates, measures, sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from alongside.catalogue import Catalogue
from alongside.web.parts.way_words import (
    DELIVERERS,
    EFFECTS,
    FORMATS,
    STEPS,
    STOPS,
    TREATS,
    WHEN,
    range_words,
)

Section = dict[str, Any]


def sections(cat: Catalogue, kind: str, ref: str) -> list[Section]:
    """The parts of one item, each with its rows; parts that say nothing are left out."""
    show: Callable[[Catalogue, Any], Iterator[Section]] = {
        "protocols": _protocol,
        "instruments": _instrument,
        "artefacts": _form,
        "consent_forms": _consent,
        "letters": _letter,
    }[kind]
    found = show(cat, cat.shelves[kind][ref])
    return [section for section in found if section["rows"] or section["facts"]]


def _section(title: str, rows: list[dict[str, Any]], *, numbered: bool = False) -> Section:
    return {"title": title, "rows": rows, "numbered": numbered, "facts": [], "lead": ""}


def _short(lead: str, facts: list[tuple[str, str]]) -> Section:
    said = [{"term": term, "text": text} for term, text in facts if text]
    return _section(_("In short"), []) | {"lead": lead, "facts": said}


def _row(title: str, text: str = "", **more: Any) -> dict[str, Any]:
    return {"title": title, "text": text, **more}


def _in(words: Mapping[str, str]) -> str:
    language = get_language() or "en"
    return words.get(language) or words.get("en") or ""


# -- protocols -----------------------------------------------------------------------------------


def _protocol(cat: Catalogue, way: Any) -> Iterator[Section]:
    said = cat.reasons(get_language() or "en")
    key = f"protocols/{way.ref}"

    def word(path: str, english: str) -> str:
        return str(said.get(f"{key}/{path}", english))

    yield _short(word("what", way.what), _heads(cat, way, said))
    yield _section(
        _("For whom"), [_row(word(f"indications/{row.id}", row.text)) for row in way.indications]
    )
    yield _section(
        _("What speaks against it"),
        [
            _row(word(f"exclusions/{row.id}/text", row.reason.text), _exclusion(row, word))
            for row in way.exclusions
        ],
    )
    yield _section(
        _("What to mind"),
        [_row(said.get(row.key, row.text), row.source) for row in way.cautions],
    )
    yield _section(
        _("Forms of it"),
        [
            _row(
                word(f"variants/{row.id}/name", row.name),
                word(f"variants/{row.id}/note", row.note),
            )
            for row in way.variants
        ],
    )
    yield _section(_("Gates before the start"), _gates(cat, way.gates_start, said))
    yield _section(_("Gates before each session"), _gates(cat, way.gates_session, said))
    yield from _phases(cat, way, word, said)
    yield _section(_("Measures"), [_measure(cat, row) for row in way.measures])
    yield _section(
        _("Forms"),
        [_row(_in(form.title)) for form in cat.artefacts_of(str(way.ref)).values()],
    )
    yield _section(_("Consent that is asked for"), _consents(cat, way))
    yield _section(
        _("When it stops"),
        [
            _row(
                word(f"stop_rules/{row.id}/text", row.text),
                f"{word(f'stop_rules/{row.id}/then', row.then)} ({STOPS[row.effect]})",
            )
            for row in way.stop_rules
        ],
    )
    yield _section(
        _("What was found"),
        [
            _row(
                said.get(row.key, row.text),
                row.source,
                tag=_("not looked up yet") if row.unverified else "",
                tag_kind="lamp",
            )
            for row in way.evidence
        ],
    )
    yield _section(_("Sources"), [_row(source) for source in way.sources])


def _heads(cat: Catalogue, way: Any, said: Mapping[str, str]) -> list[tuple[str, str]]:
    settings = [said.get(f"settings/{id}/name", id) for id in way.settings]
    deliverers = [
        ", ".join(
            (
                str(DELIVERERS.get(row.role, row.role)),
                *(_credential(cat, code) for code in row.credentials),
            )
        )
        for row in way.deliverers
    ]
    dose = way.dose
    return [
        (_("Whom it treats"), str(TREATS[way.treats])),
        (_("Who may deliver it"), "; ".join(deliverers)),
        (_("How"), ", ".join(str(FORMATS[each]) for each in way.formats)),
        (_("Where"), ", ".join(settings)),
        (_("Sessions"), range_words(dose.sessions)),
        (_("Minutes"), range_words(dose.minutes)),
        (_("Days between two"), range_words(dose.spacing_days)),
        (_("Weeks in all"), range_words(dose.window_weeks)),
    ]


def _credential(cat: Catalogue, code: str) -> str:
    found = cat.credentials.get(code)
    return code if found is None else str(found.short)


def _exclusion(row: Any, word: Callable[[str, str], str]) -> str:
    release = word(f"exclusions/{row.id}/release", row.release.text)
    return f"{str(EFFECTS[row.effect]).capitalize()}. {release} {row.reason.source}".strip()


def _gates(cat: Catalogue, uses: Any, said: Mapping[str, str]) -> list[dict[str, Any]]:
    rows = []
    for use in uses:
        gate = cat.gates.get(use.gate)
        text = use.gate if gate is None else said.get(gate.reason.key, gate.reason.text)
        until = "" if gate is None else said.get(gate.release.key, gate.release.text)
        rows.append(_row(text, until))
    return rows


def _phases(
    cat: Catalogue, way: Any, word: Callable[[str, str], str], said: Mapping[str, str]
) -> Iterator[Section]:
    names = {step.id: step.name for phase in way.phases for step in phase.steps}
    for number, phase in enumerate(way.phases, 1):
        rows = [
            _row(
                word(f"steps/{step.id}", step.name),
                _step(cat, step, lambda id: word(f"steps/{id}", names.get(id, id)), said),
                tag=str(STEPS[step.kind]),
            )
            for step in phase.steps
        ]
        title = _("Phase %(number)s: %(name)s") % {
            "number": number,
            "name": word(f"phases/{phase.id}/name", phase.name),
        }
        goals = [
            _row(word(f"phases/{phase.id}/goals/{place}", goal), _("Goal"))
            for place, goal in enumerate(phase.goals, 1)
        ]
        yield _section(title, [*goals, *rows])


def _step(cat: Catalogue, step: Any, named: Callable[[str], str], said: Mapping[str, str]) -> str:
    words = [] if step.required else [_("May be left out.")]
    if step.after:
        words.append(_("After: %(steps)s.") % {"steps": ", ".join(named(id) for id in step.after)})
    if step.within_days is not None:
        words.append(_days(step.within_days, is_wait=False))
    if step.not_before_days is not None:
        words.append(_days(step.not_before_days, is_wait=True))
    words += [row["title"] for row in _gates(cat, step.gates, said)]
    return " ".join(words)


def _days(days: int, *, is_wait: bool) -> str:
    if is_wait:
        return ngettext("Not before %(days)s day.", "Not before %(days)s days.", days) % {
            "days": days
        }
    return ngettext("Within %(days)s day.", "Within %(days)s days.", days) % {"days": days}


def _measure(cat: Catalogue, row: Any) -> dict[str, Any]:
    ref = cat.newest("instruments", row.instrument)
    name = cat.instruments[ref].name if ref is not None else row.instrument
    words = ", ".join(str(WHEN[each]) for each in row.when).capitalize()
    return _row(str(name), words, tag=_("main measure") if row.primary else "")


def _consents(cat: Catalogue, way: Any) -> list[dict[str, Any]]:
    rows = []
    for id in way.consents:
        ref = cat.newest("consent_forms", id)
        form = cat.consent_forms.get(ref or "")
        rows.append(_row(id if form is None else form.title(get_language() or "en")))
    return rows


# -- the other kinds -----------------------------------------------------------------------------


def _instrument(cat: Catalogue, it: Any) -> Iterator[Section]:
    held = cat.wordings.get(str(it.ref), {})
    words = held.get(get_language() or "en") or held.get("en")
    yield _short(
        "" if words is None else words.stem,
        [(_("Licence"), it.licence.statement), (_("Source"), it.source)],
    )
    if words is not None:
        yield _section(
            _("Questions"),
            [_row(words.items.get(item.id, item.id)) for item in it.items],
            numbered=True,
        )
        yield _section(
            _("Answers"),
            [
                _row(text, str(value))
                for labels in words.options.values()
                for value, text in sorted(labels.items())
            ],
        )
    bands = words.bands if words is not None else {}
    yield _section(
        _("Ranges"),
        [
            _row(
                bands.get(band.name, band.name.replace("_", " ")),
                _("from %(points)s points") % {"points": band.lowest},
            )
            for band in it.bands
        ],
    )
    yield _section(
        _("From when on it counts"),
        [_row(f"{case.op} {case.value}", case.source) for case in it.caseness],
    )
    change = it.reliable_change
    yield _section(
        _("Reliable change"), [] if change is None else [_row(str(change.value), change.source)]
    )
    yield _section(
        _("Danger"),
        [
            _row(rule.name, rule.source, tag=rule.level, tag_kind="signal")
            for rule in cat.risk_rules.values()
            if rule.instrument == it.ref
        ],
    )


def _form(cat: Catalogue, form: Any) -> Iterator[Section]:
    yield _short(_in(form.intro), [(_("Source"), form.source)])
    yield _section(
        _("What is filled in"),
        [
            _row(
                _in(field.label),
                ", ".join(_in(part.label) for part in field.columns)
                or ", ".join(_in(option.text) for option in field.options)
                or _in(field.hint),
            )
            for field in form.fields
        ],
        numbered=True,
    )


def _consent(cat: Catalogue, form: Any) -> Iterator[Section]:
    yield _section(
        _("What it says"),
        [
            _row(_in(part.heading), _in(part.text), tag=_("agreed apart") if part.optional else "")
            for part in form.sections
        ],
    )
    yield _section(_("Sources"), [_row(form.source)])


def _letter(cat: Catalogue, kind: Any) -> Iterator[Section]:
    yield _section(
        _("What it says"),
        [
            _row(_in(part.title), " ".join(_in(one.text) for one in part.sentences))
            for part in kind.parts
        ],
    )
    yield _section(_("Sources"), [_row(kind.source)])
