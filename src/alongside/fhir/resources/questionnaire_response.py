"""FHIR QuestionnaireResponse: answers as they were given. What comes in is scored again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from alongside.engine.errors import EngineError
from alongside.engine.instruments import as_decimal, score, valid_answers
from alongside.engine.instruments.shapes import Instrument, Item, Score, Wording
from alongside.fhir.codes import (
    ABSENT_EXTENSION,
    LOINC,
    ORDINAL,
    SCORES,
    AnswerCodes,
    Json,
    answer_coding,
    canonical,
    options_system,
    ordinal,
    ref_of,
    resource_id,
)
from alongside.fhir.resources.questionnaire import may_show

Status = Literal["completed", "amended", "entered-in-error"]
FINISHED = ("completed", "amended")
MOST_ITEMS = 2_000  # of one resource; a form of ours has at most a few dozen
DEEPEST = 12
CLOSE_ENOUGH = Decimal("0.01")  # others give an unrounded score to two places


class NotAResponse(ValueError):
    """This is no QuestionnaireResponse that can be taken. ``why`` says what is wrong."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class AnotherForm(NotAResponse):
    """The answers are to another form than the one they are read as."""

    def __init__(self, says: str, wanted: str) -> None:
        super().__init__(f"these are answers to {says}, not to {wanted}")
        self.says, self.wanted = says, wanted


@dataclass(frozen=True, slots=True)
class Unread:
    """One answer that could not be read for sure: where it stands, and why."""

    item: str
    why: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A score that came along and does not follow from the answers. Ours is ``computed``."""

    score: str
    stated: Decimal
    computed: int | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What a foreign response holds.

    ``answers`` are those that could be read, by item; danger is looked for in them first, whatever
    else is wrong. ``score`` is worked out here, and None while an answer is ``unread`` or refused
    (``errors``). ``stated`` are the scores that came along; they are compared and never used.
    """

    instrument: str
    answers: Mapping[str, int | None]
    errors: tuple[EngineError, ...]
    unread: tuple[Unread, ...]
    score: Score | None
    stated: Mapping[str, Decimal]
    disagreements: tuple[Disagreement, ...]
    answered_at: datetime | None
    status: str

    @property
    def can_be_saved(self) -> bool:
        """Was everything read, and does the score that came along agree?"""
        return not self.errors and not self.unread and not self.disagreements


def to_questionnaire_response(
    instrument: Instrument,
    answers: Mapping[str, int | None],
    *,
    id: object,
    subject: str,
    answered_at: datetime,
    source: str = "",
    status: Status = "completed",
    wording: Wording | None = None,
    codes: AnswerCodes | None = None,
) -> Json:
    """Answers for other software.

    Args:
        answers: official values by item id; None is skipped, absent was not asked.
        id: of the response. subject, source: references, such as ``Patient/<id>``: whom the
            answers are about, and who gave them.
        answered_at: an aware moment.
        wording: as for ``to_questionnaire``.

    Returns:
        A QuestionnaireResponse of FHIR R4. A skipped question stands there without an answer and
        with the reason; one that was not asked does not stand there.
    """
    words = wording if may_show(instrument, wording) else None
    made: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": resource_id(id),
        "questionnaire": canonical(instrument.ref),
        "status": status,
        "subject": {"reference": subject},
        "authored": answered_at.isoformat(),
    }
    if source:
        made["source"] = {"reference": source}
    items = [
        _item(instrument, item, answers[item.id], words, codes or {})
        for item in instrument.items
        if item.id in answers
    ]
    return made | ({"item": items} if items else {})


def _item(
    instrument: Instrument,
    item: Item,
    value: int | None,
    wording: Wording | None,
    codes: AnswerCodes,
) -> Json:
    made: Json = {"linkId": item.id}
    text = wording.items.get(item.id, "") if wording else ""
    if text:
        made["text"] = text
    if value is None:
        reason = {"url": ABSENT_EXTENSION, "valueCode": "asked-declined"}
        return {"extension": [reason], **made}
    labels = wording.options.get(item.options, {}) if wording else {}
    given = answer_coding(instrument, item.options, value, labels.get(value, ""), codes)
    points = instrument.points(item).get(value)
    if points is not None and item.scored:
        given = {"extension": [ordinal(points)], **given}
    return made | {"answer": [{"valueCoding": given}]}


def from_questionnaire_response(
    resource: object,
    instrument: Instrument,
    *,
    questionnaire: object = None,
    observations: Iterable[object] = (),
    codes: AnswerCodes | None = None,
) -> Imported:
    """Read foreign answers, score them again, and say where a score that came along differs.

    Args:
        resource: the parsed JSON of a QuestionnaireResponse.
        instrument: the instrument they are read as, at one exact version.
        questionnaire: the foreign Questionnaire, whose item codes say which question is which;
            without it a question is known by our own ids or by its LOINC code as ``linkId``.
        observations: scores that came along as Observations.
        codes: LOINC answer codes.

    Returns:
        The answers that could be read, our score, and every disagreement.

    Raises:
        NotAResponse: no QuestionnaireResponse, not finished, or marked as an error.
        AnotherForm: it names another form.
    """
    if not isinstance(resource, Mapping) or resource.get("resourceType") != "QuestionnaireResponse":
        raise NotAResponse("this is no QuestionnaireResponse")
    status = resource.get("status")
    if status not in FINISHED:
        raise NotAResponse(f"its status is {str(status)[:40]}; only finished answers are taken")
    is_ours = _same_form(resource, instrument, questionnaire)
    names = _names(instrument, questionnaire, is_ours=is_ours)
    read = _Reading(instrument, codes or {}, is_ours=is_ours)
    for row in _rows(resource.get("item")):
        read.row(row, names)
    for each in observations:
        read.observation(each)
    valid, errors = valid_answers(instrument, read.answers)
    errors = (*read.errors, *errors)
    made = None if errors or read.unread else score(instrument, valid)
    return Imported(
        instrument=str(instrument.ref),
        answers=valid,
        errors=errors,
        unread=tuple(read.unread),
        score=made,
        stated=read.stated,
        disagreements=tuple(_disagreements(read.stated, made)),
        answered_at=_moment(resource.get("authored")),
        status=str(status),
    )


def _disagreements(stated: Mapping[str, Decimal], made: Score | None) -> Iterator[Disagreement]:
    for id, value in stated.items():
        computed = None if made is None else made.scores.get(id)
        exact = None if made is None else made.exact.get(id)
        near = exact is not None and abs(as_decimal(exact) - value) < CLOSE_ENOUGH
        if computed is None or (value != computed and not near):
            yield Disagreement(id, value, computed)


class _Reading:
    """What was read so far."""

    def __init__(self, instrument: Instrument, codes: AnswerCodes, *, is_ours: bool) -> None:
        self.instrument, self.codes, self.is_ours = instrument, codes, is_ours
        self.answers: dict[str, int | None] = {}
        self.errors: tuple[EngineError, ...] = ()
        self.unread: list[Unread] = []
        self.stated: dict[str, Decimal] = {}

    def row(self, row: Mapping[str, Any], names: Mapping[str, str]) -> None:
        link = str(row.get("linkId", ""))
        name = names.get(link) or names.get(link.rpartition("/")[2])
        if name is None:
            if row.get("answer"):
                self.unread.append(Unread(link[:80], "no question of this form is known by this"))
            return
        given = row.get("answer")
        if name.startswith("score:"):
            self.state(name.removeprefix("score:"), given)
        elif name in self.answers:
            self.unread.append(Unread(name, "answered twice"))
        elif not given:
            self.answers[name] = None
        elif not isinstance(given, list) or len(given) != 1 or not isinstance(given[0], Mapping):
            self.unread.append(Unread(name, "more than one answer"))
        else:
            self.answer(self.instrument.item(name), given[0])

    def answer(self, item: Item, given: Mapping[str, Any]) -> None:
        value = self._value(item, given)
        if value is None:
            self.unread.append(Unread(item.id, _shape_of(given)))
        else:
            self.answers[item.id] = value

    def _value(self, item: Item, given: Mapping[str, Any]) -> int | None:
        """The official value; None where it cannot be told for sure."""
        found = given.get("valueCoding")
        if isinstance(found, Mapping):
            code, system = str(found.get("code", "")), found.get("system")
            if system == options_system(self.instrument, item.options):
                return _whole(code)
            known = self.codes.get(f"{self.instrument.ref.id}/{item.options}", {})
            if system == LOINC and code in known:
                return known[code]
            return self._by_points(item, _whole(_ordinal(found, given)))
        if isinstance(given.get("valueBoolean"), bool):
            yes_or_no = set(self.instrument.options[item.options]) == {0, 1}
            return int(given["valueBoolean"]) if yes_or_no and not item.reversed else None
        bare = _whole(given.get("valueInteger", given.get("valueDecimal")))
        return None if item.reversed else bare

    def _by_points(self, item: Item, said: int | None) -> int | None:
        """The answer that counts so many points.

        Of an item that counts the other way nobody can tell whether a foreign ``ordinalValue``
        was turned already; ours is.
        """
        if said is None or (item.reversed and not self.is_ours):
            return None
        points = self.instrument.points(item)
        return next((value for value, counts in points.items() if counts == said), None)

    def state(self, id: str, given: object) -> None:
        first = given[0] if isinstance(given, list) and given else None
        if isinstance(first, Mapping):
            value = first.get("valueInteger", first.get("valueDecimal"))
            quantity = first.get("valueQuantity")
            if isinstance(quantity, Mapping):
                value = quantity.get("value")
            self._keep(id, value)

    def observation(self, resource: object) -> None:
        if not isinstance(resource, Mapping) or resource.get("resourceType") != "Observation":
            return
        code = resource.get("code")
        codings = code.get("coding") if isinstance(code, Mapping) else None
        for each in codings if isinstance(codings, list) else ():
            if isinstance(each, Mapping) and (id := self._score_of(each)):
                self.state(id, [resource])

    def _score_of(self, found: Mapping[str, Any]) -> str | None:
        code, system = str(found.get("code", "")), found.get("system")
        for rule in self.instrument.scores:
            if system == LOINC and rule.loinc and code == rule.loinc:
                return rule.id
            if system == SCORES and code == f"{self.instrument.ref.id}.{rule.id}":
                return rule.id
        return None

    def _keep(self, id: str, value: object) -> None:
        found = _decimal(value)
        if found is not None and found.is_finite():
            self.stated[id] = found


def _same_form(resource: Mapping[str, Any], instrument: Instrument, questionnaire: object) -> bool:
    """Is it our own form? Raises AnotherForm when it says that it is another."""
    address = str(resource.get("questionnaire") or "")
    ref = ref_of(address)
    if ref is not None and ref != instrument.ref:
        raise AnotherForm(str(ref), str(instrument.ref))
    if isinstance(questionnaire, Mapping) and instrument.loinc:
        stated = questionnaire.get("code")
        panels = {
            str(each.get("code"))
            for each in (stated if isinstance(stated, list) else ())
            if isinstance(each, Mapping) and each.get("system") == LOINC
        }
        if panels and instrument.loinc not in panels:
            raise AnotherForm(f"LOINC {min(panels)[:20]}", f"LOINC {instrument.loinc}")
    return ref is not None


def _names(instrument: Instrument, questionnaire: object, *, is_ours: bool) -> dict[str, str]:
    """Our item, or ``score:total``, by the foreign ``linkId``."""
    by_code = {item.loinc: item.id for item in instrument.items if item.loinc}
    by_code |= {rule.loinc: f"score:{rule.id}" for rule in instrument.scores if rule.loinc}
    names = dict(by_code)
    if is_ours:
        names |= {item.id: item.id for item in instrument.items}
    if isinstance(questionnaire, Mapping):
        for row in _rows(questionnaire.get("item")):
            codes = row.get("code")
            for each in codes if isinstance(codes, list) else ():
                if isinstance(each, Mapping) and each.get("system") == LOINC:
                    name = by_code.get(str(each.get("code")))
                    if name is not None:
                        names[str(row.get("linkId", ""))] = name
    return names


def _rows(items: object) -> Iterator[Mapping[str, Any]]:
    """Every item, groups opened; what is too deep or too many is refused."""
    waiting = [(items, 1)]
    count = 0
    while waiting:
        found, depth = waiting.pop()
        if not isinstance(found, list):
            continue
        if depth > DEEPEST:
            raise NotAResponse("its groups are nested too deeply")
        for row in found:
            count += 1
            if count > MOST_ITEMS:
                raise NotAResponse("it has too many items")
            if isinstance(row, Mapping):
                yield row
                waiting.append((row.get("item"), depth + 1))
                given = row.get("answer")
                for each in given if isinstance(given, list) else ():
                    if isinstance(each, Mapping):
                        waiting.append((each.get("item"), depth + 1))


def _ordinal(*places: Mapping[str, Any]) -> object:
    for place in places:
        extensions = place.get("extension")
        for each in extensions if isinstance(extensions, list) else ():
            if isinstance(each, Mapping) and each.get("url") == ORDINAL:
                return each.get("valueDecimal")
    return None


def _whole(said: object) -> int | None:
    value = _decimal(said)
    if value is None or not value.is_finite() or abs(value) > 10**6 or value != int(value):
        return None
    return int(value)


def _decimal(said: object) -> Decimal | None:
    if isinstance(said, bool) or said is None:
        return None
    try:
        return Decimal(str(said)[:40])
    except InvalidOperation:
        return None


def _moment(said: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _shape_of(given: Mapping[str, Any]) -> str:
    kind = next((key for key in given if str(key).startswith("value")), "nothing")
    return f"{str(kind)[:40]} does not say for sure which answer it is"
