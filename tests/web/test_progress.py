"""Questions, progress and the time line of a case, as its practitioner sees them."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.translation import override

from alongside.access import actions as access
from alongside.access.models import LinkToken, Relationship
from alongside.crisis.models import Alert
from alongside.delivery.lanes import lanes
from alongside.insights import progress as insights
from alongside.measures import actions as measures
from alongside.measures.models import Asking, Response
from alongside.notify import actions as notify
from alongside.notify.models import Message
from alongside.people import actions as people
from alongside.plans import actions as plans
from alongside.plans.models import Course
from alongside.tasks.models import Task
from alongside.web.parts.scores import event_words
from alongside.web.practitioner.progress import protocol_name
from tests.conftest import NOON
from tests.factories import Cast, World, care

TABS = ("questions/", "progress/", "timeline/")


@pytest.fixture(autouse=True)
def second_step_done(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff came in with both steps, and a dispatcher lives."""
    from alongside.access import middleware

    monkeypatch.setattr(middleware, "_has_second_step", lambda account: True)
    notify.beat(name="test", at=NOON)


@pytest.fixture
def desk(world: World, sam: Cast, signed_in: Any) -> Any:
    """Asha's browser; Sam has come in."""
    return signed_in(world.asha)


@pytest.fixture
def case(world: World) -> str:
    return f"/work/cases/{world.case.pk}/"


@pytest.fixture
def asking(world: World, sam: Cast) -> Asking:
    return measures.make_asking(
        circle=world.circle, about=world.sam, respondent=world.sam, instrument="phq9",
        by=world.asha.reader, at=NOON,
    )  # fmt: skip


def text(response: Any) -> str:
    return response.content.decode()


def total(points: int) -> dict[str, int]:
    answers = {f"item_{n}": 0 for n in range(1, 10)}
    for n in range(1, 9):
        answers[f"item_{n}"] = min(3, points)
        points -= answers[f"item_{n}"]
    return answers


def chosen(world: World, **more: Any) -> dict[str, str]:
    given = {
        "instrument": "phq9", "respondent": str(world.sam.pk), "about": "self", "days": "14",
        "how": "link",
    }  # fmt: skip
    return {**given, **more}


def sent_form(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(submission)" value="([^"]+)"', page))


# -- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("who", ["bo", "grace", "noor", "teo", "sam_account"])
def test_pages_of_a_case_are_not_there_for_who_has_no_part_in_it(
    world: World, sam: Cast, case: str, signed_in: Any, tab: str, who: str
) -> None:
    browser = signed_in(getattr(world, who))
    denied, unknown = browser.get(case + tab), browser.get(f"/work/cases/{uuid4()}/{tab}")
    assert denied.status_code == unknown.status_code == 404
    assert denied.content == unknown.content


@pytest.mark.parametrize("tab", TABS)
def test_pages_close_when_the_lead_ends(
    world: World, desk: Any, case: str, signed_in: Any, tab: str
) -> None:
    assert desk.get(case + tab).status_code == 200
    edge = Relationship._base_manager.get(
        account=world.asha.account, role="lead", circle=world.circle
    )
    access.end_relationship(relationship=edge, because="left", by=world.system, at=NOON)
    assert signed_in(world.asha).get(case + tab).status_code == 404


@pytest.mark.parametrize(
    "page", ["questions/{}/send/", "questions/{}/link/", "questions/{}/enter/", "answers/{}/"]
)
def test_guessed_or_foreign_id_is_not_there(
    world: World, desk: Any, case: str, asking: Asking, page: str
) -> None:
    assert desk.post(case + page.format(uuid4())).status_code in {404, 405}
    other = world.open_case(world.worry(alias="Kim", contact="k@example.org"))
    elsewhere = f"/work/cases/{other.case.pk}/" + page.format(asking.pk)
    assert desk.post(elsewhere).status_code in {404, 405}


def test_supervisor_reads_and_cannot_ask(
    world: World, sam: Cast, case: str, signed_in: Any
) -> None:
    browser = signed_in(world.ifeoma)
    assert 'name="instrument"' not in text(browser.get(case + "questions/"))
    assert browser.post(case + "questions/ask/", chosen(world)).status_code == 404
    assert not Asking._base_manager.exists()


# -- asking --------------------------------------------------------------------------------------


def test_link_is_shown_once_and_opens_the_form(world: World, desk: Any, case: str) -> None:
    page = text(desk.post(case + "questions/ask/", chosen(world)))
    link = re.search(r"/l/([A-Za-z0-9_-]{43})", page)
    assert link
    assert desk.get(f"/l/{link[1]}/start/").status_code == 200
    assert link[1] not in text(desk.get(case + "questions/"))


def test_link_goes_out_by_mail_in_words_that_tell_nothing(
    world: World, desk: Any, case: str
) -> None:
    people.add_contact(
        person=world.sam, circle=world.circle, value="sam@example.org", by=world.asha.reader,
        at=NOON,
    )  # fmt: skip
    desk.post(case + "questions/ask/", chosen(world, how="mail"))
    message = Message._base_manager.get(kind="measures.answer_link")
    assert message.address == "sam@example.org"
    assert "PHQ" not in message.body + message.subject
    assert "message waits" in text(desk.get(case + "questions/"))


def test_without_an_address_nothing_is_asked_and_the_page_says_why(
    world: World, desk: Any, case: str
) -> None:
    response = desk.post(case + "questions/ask/", chosen(world, how="mail"))
    assert response.status_code == 422
    assert "We have no safe way to write to this person." in text(response)
    assert not Asking._base_manager.exists()


@pytest.mark.parametrize(
    ("instrument", "why"),
    [
        ("epds", "Its licence keeps its words out of here. Use your own copy"),
        ("asq", "A trained person asks this one, face to face."),
    ],
)
def test_form_that_nobody_answers_alone_says_why(
    world: World, desk: Any, case: str, instrument: str, why: str
) -> None:
    response = desk.post(case + "questions/ask/", chosen(world, instrument=instrument, how="paper"))
    assert response.status_code == 422
    assert why in text(response)
    assert not Asking._base_manager.exists()


def test_person_who_was_not_told_is_not_offered_as_somebody_to_ask(
    world: World, case: str, signed_in: Any
) -> None:
    browser = signed_in(world.asha)
    assert str(world.sam.pk) not in text(browser.get(case + "questions/"))
    response = browser.post(case + "questions/ask/", chosen(world))
    assert response.status_code == 422
    assert not Asking._base_manager.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("instrument", "asq"), ("instrument", "../phq9"), ("instrument", "\x00"),
        ("respondent", "not-an-id"), ("about", "everyone"),
        ("respondent", "7d444840-9dc0-41d1-b245-5ffdce74fad2"),
        ("days", "0"), ("days", "9999999999"), ("days", "\u0661"), ("how", "pigeon"),
        ("instrument", "x" * 10_000),
    ],
)  # fmt: skip
def test_rubbish_in_the_form_is_refused_and_nothing_is_asked(
    world: World, desk: Any, case: str, field: str, value: str
) -> None:
    response = desk.post(case + "questions/ask/", chosen(world, **{field: value}))
    assert response.status_code == 422
    assert not Asking._base_manager.exists()
    assert not LinkToken._base_manager.filter(purpose="answer").exists()


def test_new_link_from_the_list_ends_the_old_one(
    world: World, desk: Any, case: str, asking: Asking
) -> None:
    first = measures.hand_over(asking=asking, by=world.asha.reader, at=NOON)
    page = text(desk.post(f"{case}questions/{asking.pk}/link/"))
    assert "/l/" in page
    assert desk.get(f"/l/{first}/1/").status_code == 404


# -- answers written down ------------------------------------------------------------------------


def test_answers_on_paper_are_entered_and_read_with_score_source_and_licence(
    world: World, desk: Any, case: str, asking: Asking
) -> None:
    enter = f"{case}questions/{asking.pk}/enter/"
    sent = {**sent_form(text(desk.get(enter))), **{k: str(v) for k, v in total(12).items()}}
    response = desk.post(enter, sent)
    kept = Response._base_manager.get(asking=asking)
    assert response.headers["Location"] == f"{case}answers/{kept.pk}/"
    page = text(desk.get(response.headers["Location"]))
    for words in (
        "score in the range described as Moderate", "Written down by", "Asha Raman",
        "Kroenke", "no permission is required", "Spitzer", "Little interest or pleasure",
        "phq9@1",
    ):  # fmt: skip
        assert words in page, words


def test_same_form_sent_twice_is_one_response(desk: Any, case: str, asking: Asking) -> None:
    enter = f"{case}questions/{asking.pk}/enter/"
    sent = {**sent_form(text(desk.get(enter))), **{k: str(v) for k, v in total(3).items()}}
    first, second = desk.post(enter, sent), desk.post(enter, sent)
    assert first.headers["Location"] == second.headers["Location"]
    assert Response._base_manager.count() == 1


def test_invalid_answer_is_named_and_danger_beside_it_is_raised(
    desk: Any, case: str, asking: Asking
) -> None:
    enter = f"{case}questions/{asking.pk}/enter/"
    sent = {**{k: str(v) for k, v in total(3).items()}, "item_2": "8", "item_9": "3"}
    response = desk.post(enter, sent)
    page = text(response)
    assert response.status_code == 422
    assert "This is no answer to this question." in page
    assert "Alert C was raised: PHQ-9, question 9: answered 3, “Nearly every day”." in page
    assert Alert._base_manager.filter(rule="phq9_self_harm@1").count() == 1
    assert not Response._base_manager.exists()
    assert re.search(r'name="item_9"[^>]*value="3"[^>]*checked', page)


@pytest.mark.parametrize("value", ["4", "-1", "x" * 3000, "\x00", "\u202e1", "１", "1.0"], ids=repr)
def test_rubbish_as_an_answer_is_refused(desk: Any, case: str, asking: Asking, value: str) -> None:
    sent = {**{k: str(v) for k, v in total(3).items()}, "item_2": value}
    assert desk.post(f"{case}questions/{asking.pk}/enter/", sent).status_code == 422
    assert not Response._base_manager.exists()


def test_question_about_danger_left_open_becomes_a_task(
    desk: Any, case: str, asking: Asking
) -> None:
    answers = {k: str(v) for k, v in total(3).items()}
    desk.post(f"{case}questions/{asking.pk}/enter/", {**answers, "item_9": ""})
    assert Task._base_manager.filter(kind="blank_critical_item").count() == 1
    assert not Alert._base_manager.filter(rule="phq9_self_harm@1").exists()


def test_score_that_was_filled_in_and_answers_left_open_are_said(
    world: World, desk: Any, case: str, asking: Asking
) -> None:
    answers = {k: str(v) for k, v in total(9).items()} | {"item_8": ""}
    response = desk.post(f"{case}questions/{asking.pk}/enter/", answers)
    page = text(desk.get(response.headers["Location"]))
    assert "filled in from the other answers" in page
    assert "left open" in page


def test_mean_is_shown_as_it_is_and_by_its_own_name(world: World, desk: Any, case: str) -> None:
    asking = measures.make_asking(
        circle=world.circle,
        about=world.sam,
        respondent=world.sam,
        instrument="group_connection",
        by=world.asha.reader,
        at=NOON,
    )
    answers = {f"item_{number}": str(value) for number, value in enumerate((5, 4, 4, 5, 4), 1)}
    response = desk.post(f"{case}questions/{asking.pk}/enter/", answers)
    page = text(desk.get(response.headers["Location"]))
    assert re.search(r"Mean\s*<[^0-9]*4\.40", page)


# -- progress ------------------------------------------------------------------------------------


def weekly(world: World, at: Any, *scores: int | None) -> None:
    for week, score in enumerate(scores):
        moment = NOON + timedelta(weeks=week)
        world.at(moment)
        at(moment)
        if score is None:
            measures.make_asking(
                circle=world.circle, about=world.sam, respondent=world.sam, instrument="phq9",
                days=2, by=world.asha.reader, at=moment,
            )  # fmt: skip
        else:
            care.answer(world, world.sam, "phq9", total(score))
    world.at(NOON + timedelta(weeks=len(scores)))
    at(world.moment)


def test_progress_says_what_changed_and_what_is_missing(
    world: World, sam: Cast, case: str, signed_in: Any, at: Any
) -> None:
    weekly(world, at, 18, 15, None, 8)
    page = text(signed_in(world.asha).get(case + "progress/"))
    for words in (
        "Better, and larger than measurement error is likely to explain.", "−10",
        "reliable: 6 or more (published value)", "3 of 4", "missing: 18 Mar 2026",
        "treatment line", "c-corridor", "c-miss", "3 of 4 answered, over 4 weeks",
    ):  # fmt: skip
        assert words in page, words


def test_measure_without_a_published_change_says_nothing_of_reliable_change(
    world: World, sam: Cast, case: str, signed_in: Any, at: Any
) -> None:
    for week, value in enumerate((2, 8)):
        moment = NOON + timedelta(weeks=week)
        at(moment)
        world.at(moment)
        care.answer(world, world.sam, "nrs_mood", {"item_1": value})
    page = text(signed_in(world.asha).get(case + "progress/"))
    assert "c-corridor" not in page
    assert "reliable: " not in page


def test_goal_stands_on_its_five_steps(
    world: World, cbt: Course, sam: Cast, case: str, signed_in: Any
) -> None:
    goal = plans.set_goal(
        plan=cbt.plan, about=world.sam, kind="behaving", words="Eat together",
        levels=care.LEVELS, by=world.asha.reader, at=NOON,
    )  # fmt: skip
    plans.rate_goal(goal=goal, level=0, by=world.asha.reader, at=NOON)
    page = text(signed_in(world.asha).get(case + "progress/"))
    assert "Goal: Eat together" in page
    assert "T = 50.0" in page
    assert page.count('<ol class="gas">') == 1


@pytest.mark.parametrize("measure", ["", "phq9", "x" * 5000, "\x00", "phq9.." + "0" * 40], ids=repr)
def test_series_that_is_not_there_shows_the_first(
    world: World, desk: Any, case: str, measure: str
) -> None:
    care.answer(world, world.sam, "phq9", total(4))
    response = desk.get(case + "progress/", {"measure": measure})
    assert response.status_code == 200
    assert "PHQ" in text(response) or "Patient Health" in text(response)


def test_progress_opens_on_what_was_answered_and_then_on_what_running_help_is_measured_by(
    world: World, sam: Cast, case: str, asking: Asking, signed_in: Any, at: Any
) -> None:
    def opens_on() -> list[str]:
        page = text(signed_in(world.asha).get(case + "progress/"))
        return re.findall(r'aria-current="page">([^<]*(?:PHQ|GAD)[^<]*)<', page)

    def fill(person: Any, instrument: str, answers: dict[str, int], day: int) -> None:
        world.at(NOON + timedelta(days=day))
        at(world.moment)
        care.answer(world, person, instrument, answers)

    fill(world.sam, "gad7", {f"item_{n}": 1 for n in range(1, 8)}, 20)
    assert opens_on() == ["GAD-7"]  # PHQ-9 was asked and not answered
    course = care.started(world, "cbt")
    assert course.started_at is not None
    fill(world.sam, "gad7", {f"item_{n}": 0 for n in range(1, 8)}, 23)
    fill(world.noor.person, "phq9", total(12), 24)
    assert opens_on() == ["PHQ-9"]  # of him whom it treats, though two were answered later


def test_what_has_changed_says_whose_change_it_is(
    world: World, sam: Cast, case: str, signed_in: Any, at: Any
) -> None:
    """S19: a relative's own scores and goals are not taken for the person's outcome."""
    course = care.started(world, "cbt")
    goal = plans.set_goal(
        plan=course.plan, about=world.noor.person, kind="feeling", words="Sleep through",
        levels=care.LEVELS, by=world.asha.reader, at=NOON,
    )  # fmt: skip
    plans.rate_goal(goal=goal, level=1, by=world.asha.reader, at=NOON)
    for days, hers, his in ((1, 16, 12), (8, 3, 11)):
        world.at(NOON + timedelta(days=days))
        at(world.moment)
        care.answer(world, world.noor.person, "phq9", total(hers))
        care.answer(world, world.sam, "phq9", total(his))
    page = text(signed_in(world.asha).get(case + "closing/"))
    assert "PHQ-9, Noor Haddad: 16 → 3, reliably better" in page
    assert "Noor Haddad: Goal “Sleep through”: −1 → +1 of +2" in page
    assert "PHQ-9: 8 → 11, no reliable change" in page


def test_empty_case_says_what_usually_comes_next(desk: Any, case: str) -> None:
    assert "Nobody has answered anything yet." in text(desk.get(case + "progress/"))


# -- the time line -------------------------------------------------------------------------------


def test_time_line_tells_the_case_in_words(
    world: World, cbt: Course, sam: Cast, case: str, signed_in: Any
) -> None:
    talk = care.held(world, cbt)
    care.signed(world, talk)
    page = text(signed_in(world.asha).get(case + "timeline/", {"kind": "talks"}))
    assert "Session 1 was held, 50 minutes" in page
    assert "The note of session 1 was signed" in page
    first = text(signed_in(world.asha).get(case + "timeline/", {"kind": "why"}))
    assert "A worry was told: They say no to help" in first
    assert "The case was opened" in first
    assert "%(" not in page + first


def test_time_line_is_narrowed_by_person_and_day_and_printed_whole(
    world: World, desk: Any, case: str
) -> None:
    where = case + "timeline/"
    for _ in range(25):
        care.answer(world, world.sam, "phq2", {"item_1": 0, "item_2": 1})
    page = text(desk.get(where))
    options = dict(re.findall(r'<option value="([0-9a-f]{16})">([^<]+)', page))
    noor = next(value for value, name in options.items() if name.startswith("Noor"))
    assert "Noor" not in noor
    hers = text(desk.get(where, {"person": noor}))
    assert "Noor Haddad joined the circle" in hers
    assert "Sam answered" not in hers
    day = world.moment.date()
    tomorrow = (day + timedelta(days=1)).isoformat()
    assert "Nothing of this kind" in text(desk.get(where, {"since": tomorrow}))
    kept = text(desk.get(where, {"since": day.isoformat(), "until": day.isoformat()}))
    assert "Sam answered" in kept
    whole = text(desk.get(where, {"kind": "answers", "print": "1"}))
    assert whole.count("<time datetime=") == 50
    assert "print=1" in page
    assert "printed" in whole


def test_long_time_line_has_pages(world: World, desk: Any, case: str) -> None:
    for _ in range(25):
        care.answer(world, world.sam, "phq2", {"item_1": 0, "item_2": 1})
    page = text(desk.get(case + "timeline/", {"kind": "answers"}))
    assert "50 entries" in page
    assert "1 to 20 of 50" in page
    assert "41 to 50 of 50" in text(desk.get(case + "timeline/", {"kind": "answers", "page": "3"}))


@pytest.mark.parametrize("query", [{"kind": "\x00"}, {"page": "-1"}, {"page": "9" * 30},
                                   {"kind": "x" * 4000, "page": "a"},
                                   {"person": "\x00", "since": "9" * 99}], ids=str)  # fmt: skip
def test_filter_or_page_that_is_not_there_shows_something(
    desk: Any, case: str, query: dict[str, str]
) -> None:
    assert desk.get(case + "timeline/", query).status_code == 200


# -- the overview and cost -----------------------------------------------------------------------


def test_overview_shows_the_last_scores_and_what_happened(
    world: World, desk: Any, case: str
) -> None:
    care.answer(world, world.sam, "phq9", total(11))
    page = text(desk.get(case))
    assert "There is one score so far." in page
    assert "Sam answered" in page


@pytest.mark.parametrize("tab", TABS)
def test_queries_do_not_grow_with_what_is_there(
    world: World, desk: Any, case: str, tab: str, django_assert_max_num_queries: Any
) -> None:
    care.answer(world, world.sam, "phq9", total(4))
    desk.get(case + tab)
    with django_assert_max_num_queries(60) as few:
        desk.get(case + tab)
    for _ in range(6):
        care.answer(world, world.sam, "phq9", total(5))
    with django_assert_max_num_queries(len(few)):
        desk.get(case + tab)


def test_who_can_see_follows_whose_answers_are_drawn(world: World, desk: Any, case: str) -> None:
    care.answer(world, world.noor.person, "phq9", total(9))
    own = text(desk.get(f"{case}progress/"))
    assert "Others in the circle see only their own words. The person does not see it." in own
    care.answer(world, world.sam, "phq9", total(9))
    here = text(desk.get(f"{case}progress/?measure=phq9.{world.sam.pk}.{world.sam.pk}"))
    assert "The person does not see it." not in here


def test_a_phase_begins_on_the_chart_on_the_day_on_which_its_lane_begins(
    world: World, cbt: Course
) -> None:
    care.answer(world, world.sam, "phq9", total(9))
    start = world.moment
    for week in range(1, 7):  # no step is ticked off yet: sessions alone say where a course is
        world.at(start + timedelta(days=7 * week))
        care.held(world, cbt, when=world.moment - timedelta(hours=1))
    given: dict[str, Any] = {"seen_by": world.asha.reader, "at": world.moment}
    [lane] = lanes(world.circle.pk, **given)
    here = [(each.phase, each.begins) for each in lane.spans[1:] if each.state != "planned"]
    [drawn, *_rest] = insights.series(world.circle.pk, zone="Europe/London", **given)
    assert here
    assert [(each.phase, each.on) for each in drawn.phases if each.kind == "phase"] == here


def test_ways_and_phases_stand_on_the_charts_and_the_time_line_in_the_readers_language(
    world: World, cbt: Course, signed_in: Any
) -> None:
    began = SimpleNamespace(kind="began", protocol="cbt@1", phase="")
    phase = SimpleNamespace(kind="phase", protocol="cbt@1", phase="formulate")
    name = "Terapia cognitivo-conductual (TCC)"
    with override("es"):
        assert [event_words(each, protocol_name) for each in (began, phase)] == [name, "Comprender"]
    world.asha.account.language = "es"
    world.asha.account.save(update_fields=["language"])
    desk = signed_in(world.asha)
    page = desk.get(f"/work/cases/{world.case.pk}/timeline/").content.decode()
    assert name in page
    assert "Cognitive behavioural" not in page
    assert not re.search(r"hasta el \d{4}-|hasta \d{4}-", page)  # until a day as people write it
    assert re.search(r"hasta el \d+ \w+ \d{4}", page)
    page = desk.get(reverse("practitioner:plan-course", args=[cbt.plan_id])).content.decode()
    assert "sesiones" in page
    assert " sessions" not in page
