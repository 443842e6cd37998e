"""What the form shows where somebody else changed the same row: both texts, who and when."""

from typing import Any

from django.utils.translation import gettext as _

from common.deadlines import printed_long
from common.language import MARKS, reader_language
from common.text import Text
from desk.editor.forms import RowForm
from desk.editor.saving import EditConflict, RowDeleted
from desk.editor.selectors import ConflictNotice, EditorPage
from desk.editor.targets import RowTarget, fields_of
from roadmaps.document.content import ExecutorRole
from roadmaps.document.fields import FieldKind


def conflict_notice(conflict: EditConflict | RowDeleted) -> ConflictNotice:
    if isinstance(conflict, RowDeleted):
        return ConflictNotice(conflict.author, is_deleted=True, can_restore=conflict.can_restore)
    return ConflictNotice(conflict.author)


def show_theirs(form: RowForm, page: EditorPage, target: RowTarget, conflict: EditConflict) -> None:
    """Set beside each field that both changed what the other has written."""
    kinds = {field.name: field.kind for field in fields_of(target.kind)}
    for both in conflict.fields:
        words = _printed(page, kinds[both.name], both.theirs)
        if kinds[both.name] == FieldKind.EXECUTORS:
            form.executors.theirs = words
        else:
            form.fields[both.name].theirs = words  # type: ignore[attr-defined]  # for the template


def _printed(page: EditorPage, kind: FieldKind, value: Any) -> str:
    if value is None or value == ():
        return _("nothing")
    if kind == FieldKind.DEADLINE:
        return printed_long(value, reader_language())
    if kind == FieldKind.EXECUTORS:
        return "; ".join(_executor(page, executor) for executor in value)
    if kind == FieldKind.ORGANISATION:
        return _organisation(page, value)
    return _text(value) if isinstance(value, Text) else str(value)


def _text(text: Text) -> str:
    if len(text.entries) == 1:
        return text.entries[0][1]
    return "; ".join(f"{MARKS[language]} {words}" for language, words in text.entries)


def _executor(page: EditorPage, executor: Any) -> str:
    words = [_("lead") if executor.role == ExecutorRole.LEAD else _("co-executor")]
    if executor.part:
        words.append(_text(executor.part))
    return f"{_organisation(page, executor.organisation)} ({', '.join(words)})"


def _organisation(page: EditorPage, code: str) -> str:
    organisation = page.organisations.get(code)
    return f"{organisation.side} {organisation.short_name}" if organisation else code
