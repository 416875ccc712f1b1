"""The drawings: what is drawn is what was given, in words and in shapes, and nothing runs."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree

import pytest

from alongside.web.parts import chart, genogram, samples


def svgs(markup: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(f"<all>{markup}</all>"))


def made(*scores: int | None, **more: object) -> chart.Chart:
    points = tuple(chart.Point(7 * week, score) for week, score in enumerate(scores))
    return chart.Chart(name="PHQ-9", points=points, highest=27, **more)  # type: ignore[arg-type]


def classes(drawing: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [shape for shape in drawing.iter() if name in (shape.get("class") or "").split()]


def test_one_function_draws_a_wide_and_a_narrow_one() -> None:
    wide, narrow = svgs(chart.draw(samples.sam_chart()))
    assert (wide.get("class"), narrow.get("class")) == ("wide", "narrow")
    assert {wide.get("role"), narrow.get("role")} == {"img"}


def test_drawing_is_the_one_that_was_designed() -> None:
    wide, _ = svgs(chart.draw(samples.sam_chart()))
    assert wide.get("viewBox") == "0 0 640 240"
    assert [line.get("points") for line in classes(wide, "c-line")] == [
        "36.0,83.3 99.5,88.8 163.0,83.3",
        "290.0,88.8 353.5,94.3 417.0,88.8 480.5,94.3",
    ]
    (corridor,) = classes(wide, "c-corridor")
    assert (corridor.get("y"), corridor.get("height")) == ("50.4", "65.8")
    (cut,) = classes(wide, "c-cut")
    assert cut.get("y1") == "127.2"


def test_missing_week_is_a_dashed_line_and_an_empty_square() -> None:
    wide, narrow = svgs(chart.draw(made(18, None, 17)))
    for drawing in (wide, narrow):
        assert len(classes(drawing, "c-gap")) == 1
        assert len(classes(drawing, "c-miss")) == 1
        assert len(classes(drawing, "c-have")) == 2
        assert not classes(drawing, "c-line")


def test_without_a_published_change_there_is_no_corridor_and_no_word_of_it() -> None:
    figure = chart.figure(made(7, 5))
    assert "c-corridor" not in figure.svg
    assert figure.reliable == ""
    assert figure.sentence == "7 at the start, 5 now. 2 of 2 answered."


def test_sentence_names_the_least_change_that_is_more_than_chance() -> None:
    assert "That is 10 points; 6 or more is a reliable change." in chart.sentence(
        made(18, 8, reliable=6)
    )
    assert "A change of 6 or more would be larger" in chart.sentence(made(18, 16, reliable=6))


def test_score_outside_its_scale_stays_inside_the_drawing() -> None:
    wide, _ = svgs(chart.draw(made(99, -4)))
    heights = [float(dot.get("cy") or 0) for dot in classes(wide, "c-dot")]
    assert heights == [34.0, 262.0]


def test_edge_of_the_corridor_lies_where_it_gets_better() -> None:
    lower = svgs(chart.draw(made(15, 14, reliable=6)))[0]
    higher = svgs(chart.draw(made(15, 14, reliable=6, lower_is_better=False)))[0]
    assert float(classes(lower, "c-edge")[0].get("y1") or 0) > float(
        classes(higher, "c-edge")[0].get("y1") or 0
    )


def test_nothing_answered_yet_is_said_in_words() -> None:
    figure = chart.figure(made(None, None))
    assert figure.sentence == "Nothing has been answered yet."
    assert (figure.answered, figure.due) == (0, 2)


def test_one_score_draws_a_dot_and_no_line() -> None:
    wide, _ = svgs(chart.draw(made(12)))
    assert len(classes(wide, "c-dot")) == 1
    assert not classes(wide, "c-line")


@pytest.mark.parametrize("points", [(), (chart.Point(0, 1),)])
def test_chart_with_nothing_to_draw_is_refused(points: tuple[chart.Point, ...]) -> None:
    with pytest.raises(chart.NothingToDraw):
        chart.figure(chart.Chart(name="empty", points=points, highest=0))


def test_words_of_a_chart_are_never_markup() -> None:
    wicked = chart.Chart(
        name='<script>"',
        points=(chart.Point(0, 1), chart.Point(7, 2)),
        highest=10,
        bands=(chart.Band(0, "<b>"),),
        line=chart.Line(5, "<i>&"),
        phases=(chart.Phase(3, "<u onload=x>"),),
    )
    markup = chart.draw(wicked)
    assert not re.search(r"<(script|b|i|u)[ >]", markup)
    assert len(svgs(markup)) == 2


def test_what_fell_on_one_day_is_written_beside_each_other_and_never_over_it() -> None:
    day = [chart.Phase(7, f"What began as number {n}") for n in range(1, 7)]
    for drawing in svgs(chart.draw(made(18, 17, 12, 9, phases=(*day, chart.Phase(8, "Next"))))):
        ends: dict[str, float] = {}
        labels = classes(drawing, "c-phase-t")
        assert len(labels) == 7
        for label in labels:
            row, place = str(label.get("y")), float(label.get("x") or 0)
            assert place >= ends.get(row, 0), label.text
            ends[row] = place + 6 * len(label.text or "")


def test_table_says_the_same_with_the_change_from_the_start() -> None:
    rows = list(chart.rows(samples.marisol_chart()))
    assert rows[0] == chart.Row("start", "18", "mod. severe", "–")
    assert rows[4] == chart.Row("4", "not answered", "", "")
    assert rows[-1] == chart.Row("12", "8", "mild", "−10")


def test_dates_stand_where_days_do() -> None:
    by_day = chart.draw(made(18, 17, 16))
    by_date = chart.draw(
        chart.Chart(
            name="PHQ-9",
            points=tuple(
                chart.Point(date(2026, 9, 1 + 7 * week), score)
                for week, score in enumerate((18, 17, 16))
            ),
            highest=27,
        )
    )
    assert by_day == by_date


def test_hidden_rate_draws_no_dot() -> None:
    wide, narrow = svgs(chart.draw_rates((chart.Rate("Moved out", None),), "rates"))
    assert not classes(wide, "c-dot")
    assert "too few to show" in "".join(narrow.itertext())


def test_rate_lies_between_the_ends_of_its_interval() -> None:
    wide, _ = svgs(chart.draw_rates(samples.RATES, "rates"))
    for line, dot in zip(
        [shape for shape in classes(wide, "c-whisk") if shape.tag == "line"],
        classes(wide, "c-dot"),
        strict=True,
    ):
        assert float(line.get("x1") or 0) < float(dot.get("cx") or 0) < float(line.get("x2") or 0)


def test_bars_since_something_began_have_another_shade_and_a_line() -> None:
    wide, _ = svgs(chart.draw_bars(samples.WEEKS, "bars", began="music begins"))
    assert len(classes(wide, "c-bar")) == 16
    assert len(classes(wide, "c-bar--b")) == 8
    assert len(classes(wide, "c-phase")) == 1


def test_family_tree_draws_every_person_and_refuses_a_stranger() -> None:
    (tree,) = svgs(samples.family_tree())
    words = " ".join(tree.itertext())
    assert all(one.name in words for one in samples.FAMILY)
    with pytest.raises(KeyError):
        genogram.draw(samples.FAMILY, bonds=(genogram.Bond("sam", "nobody", "cut"),), title="")


@pytest.mark.parametrize("drawing", [samples.sam_chart, samples.no_rule, samples.few_points])
def test_colours_come_from_classes_alone(drawing: object) -> None:
    markup = chart.draw(drawing())  # type: ignore[operator]
    assert not re.search(r"#[0-9a-f]{3}|style=|fill=|stroke=", markup)
