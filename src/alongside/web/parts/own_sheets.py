"""One's own sheets, at the doors of the person and of the circle: to fill in, to read, to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from alongside.delivery import artefacts, queries
from alongside.engine.artefacts import said
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.web.parts import sheets
from alongside.web.parts.pages import Request, day_words, local_day


class Place:
    """Where one's own sheets are: a door, its frame, and the person whose they are."""

    def __init__(
        self, request: Request, *, door: str, me: Any, circle: Any, home_url: str, seen: str
    ) -> None:
        self.request, self.door, self.me, self.circle = request, door, me, circle
        self.home_url, self.seen = home_url, seen
        self.before = [circle] if door == "circle" else []

    def url(self, name: str, *args: Any) -> str:
        """The address of one of the pages of this door."""
        return reverse(f"{self.door}:{name}", args=[*self.before, *args])

    def render(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """One of the pages, in the frame of this door."""
        frame = {
            "base": f"parts/base_{self.door}.html",
            "home_url": self.home_url,
            "circle": self.circle,
        }
        return render(
            self.request, f"own_sheets/{template}.html", {**frame, **context}, status=status
        )

    # -- the pages -------------------------------------------------------------------------------

    def listing(self) -> HttpResponse:
        """What was filled in, and what can be."""
        rows = list(self._own())
        return self.render(
            "list",
            sheets=[
                {
                    "title": sheets.title_of(row.form),
                    "text": day_words(local_day(self.request, row.made_at)),
                    "url": self.url("sheet", row.sheet),
                    "icon": "file-text",
                    "tag": "" if row.is_complete else _("Begun"),
                    "tag_kind": "lamp",
                }
                for row in rows
            ],
            to_fill=[
                {
                    "title": said(form.title, sheets.language()),
                    "text": said(form.intro, sheets.language()),
                    "url": self.url("sheet-new", course.pk, form.ref.form),
                    "icon": "pencil",
                    "action_url": self.url("sheet-blank", course.pk, form.ref.form)
                    if "print" in form.where
                    else "",
                    "action_label": _("On paper"),
                }
                for course in self._courses()
                for form in self._forms(course)
            ],
            seen=self.seen,
        )

    def new(self, course: UUID, form: str) -> HttpResponse:
        """Fill one in at home, perhaps for something that was set to try."""
        row = self._course_or_404(course)
        found = self._form_or_404(row, form)
        task = self._task(row, str(found.ref))
        back = self.url("task", task.pk) if task is not None else self.url("sheets")
        return sheets.fill(
            self.request,
            self._door(back),
            form=found,
            course=row,
            about=self.me,
            homework=task,
            entered_from="home",
        )

    def change(self, sheet: UUID) -> HttpResponse:
        """Go on with one."""
        row = self._sheet_or_404(sheet)
        found = self._begun(row)
        if found is None:
            raise Http404
        return sheets.fill(
            self.request,
            self._door(self.url("sheet", sheet)),
            form=found,
            course=row.course,
            about=self.me,
            artefact=row,
            entered_from="home",
        )

    def read(self, sheet: UUID) -> HttpResponse:
        """One as it holds now."""
        row = self._sheet_or_404(sheet)
        may = row.course.ended_at is None and not row.is_struck
        may = may and self._begun(row) is not None
        return self.render(
            "read",
            sheet=sheets.shown(self.request, row),
            change_url=self.url("sheet-change", sheet) if may else "",
            print_url=self.url("sheet-print", sheet),
            back=self.url("task", row.homework_id) if row.homework_id else self.url("sheets"),
            seen=self.seen,
        )

    def paper(self, sheet: UUID) -> HttpResponse:
        """One as it was filled in, to print."""
        row = self._sheet_or_404(sheet)
        shown = sheets.shown(self.request, row)
        return self.render("paper", sheet=shown, back=self.url("sheet", sheet))

    def blank(self, course: UUID, form: str) -> HttpResponse:
        """A blank one, to write on by hand."""
        found = self._form_or_404(self._course_or_404(course), form)
        if "print" not in found.where:
            raise Http404
        return self.render("paper", sheet=sheets.blank(found), back=self.url("sheets"))

    def of_task(self, task: Any) -> Mapping[str, Any]:
        """The form that a task names: where it is filled in, and what was filled in for it."""
        if not task.form:
            return {}
        rows = self._own().filter(homework=task)
        form = task.form.partition("/")[2].partition("@")[0]
        is_offered = any(form == one.ref.form for one in self._forms(task.course))
        if not is_offered and not rows:
            return {}
        return {
            "title": sheets.title_of(task.form),
            "url": f"{self.url('sheet-new', task.course_id, form)}?task={task.pk}"
            if is_offered and task.reviewed_at is None
            else "",
            "filled": [
                {
                    "title": sheets.title_of(row.form),
                    "text": day_words(local_day(self.request, row.made_at)),
                    "url": self.url("sheet", row.sheet),
                    "icon": "file-text",
                }
                for row in rows
            ],
        }

    # -- what is one's own -------------------------------------------------------------------------

    def _own(self) -> Any:
        rows = artefacts.sheets(seen_by=self.request.reader).filter(about=self.me)
        return rows.filter(circle=self.circle) if self.door == "circle" else rows

    def _courses(self) -> list[Any]:
        rows = plans.courses(seen_by=self.request.reader).filter(
            treated__person=self.me, started_at__isnull=False, ended_at=None
        )
        if self.door == "circle":
            rows = rows.filter(circle=self.circle)
        return list(rows.order_by("started_at", "pk"))

    def _forms(self, course: Any) -> Sequence[Any]:
        who = artefacts.who_is(course, self.me)
        here = artefacts.forms_now(course, clock.now())
        return [form for form in here.values() if form.is_for(who)]

    def _begun(self, sheet: Any) -> Any:
        """The form of a sheet that is there, if it may be gone on with at home."""
        try:
            found = artefacts.form_of(sheet.course, sheet.form)
        except artefacts.FormNotHere:
            return None
        return found if found.is_for(artefacts.who_is(sheet.course, self.me)) else None

    def _course_or_404(self, pk: UUID) -> Any:
        found = next((course for course in self._courses() if course.pk == pk), None)
        if found is None:
            raise Http404
        return found

    def _form_or_404(self, course: Any, form: str) -> Any:
        for found in self._forms(course):
            if form in {found.ref.form, str(found.ref)}:
                return found
        raise Http404

    def _sheet_or_404(self, sheet: UUID) -> Any:
        found = artefacts.sheet(seen_by=self.request.reader, sheet=sheet)
        if found is None or found.about_id != self.me.pk:
            raise Http404
        if self.door == "circle" and found.circle_id != self.circle:
            raise Http404
        return found

    def _task(self, course: Any, form: str) -> Any:
        """The task it is filled in for, if the address names one of one's own."""
        try:
            pk = UUID(self.request.GET.get("task", ""))
        except ValueError:
            return None
        rows = queries.homework(seen_by=self.request.reader)
        return rows.filter(pk=pk, course=course, about=self.me, form=form).first()

    def _door(self, back: str) -> sheets.Door:
        return sheets.Door(
            base=f"parts/base_{self.door}.html",
            frame=self.render,
            read=lambda row: self.url("sheet", row.sheet),
            back=back,
            seen=self.seen,
        )
