"""The base of audited tables, and events: what happened, who did it, through which door."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from audit.defaults import actor_id, actor_kind, actor_name, door, organisation, reason, request_id, side
from common.sides import Layer

ACTOR_KINDS = ("person", "service", "system")
DOORS = ("admin", "api", "task", "command")

CREDENTIAL_KINDS = (
    "address changed",
    "password changed",
    "password reset",
    *(
        f"second factor {change}: {factor}"
        for change in ("added", "removed", "renewed")
        for factor in ("totp", "webauthn", "recovery_codes")
    ),
    "second factor reset",
)
"""The kinds of events that change how a person proves who they are; their detail has the key of the ``person``."""


class ActColumns(models.Model):
    """The act as plain columns. The defaults are callables, so that bulk inserts store it too.

    The names begin with ``act_`` because a history row also has every column of the record.
    """

    act_kind = models.CharField(_("actor kind"), max_length=8, default=actor_kind, editable=False)
    act_name = models.CharField(_("who"), max_length=300, default=actor_name, editable=False)
    act_organisation = models.CharField(_("for"), max_length=60, default=organisation, editable=False)
    act_side = models.CharField(_("side"), max_length=2, default=side, editable=False)
    act_door = models.CharField(_("door"), max_length=8, default=door, editable=False)
    act_request_id = models.CharField(_("request"), max_length=36, default=request_id, editable=False)

    class Meta:
        abstract = True


def act_constraints(table: str) -> list[models.BaseConstraint]:
    """Return the constraints by which the database refuses a row without an actor."""
    return [
        models.CheckConstraint(
            name=f"{table}_has_actor",
            condition=models.Q(act_kind__in=ACTOR_KINDS) & models.Q(act_door__in=DOORS) & ~models.Q(act_name=""),
        )
    ]


class HistoryRow(ActColumns):
    """The columns of a history row besides those of the record."""

    history_layer = models.CharField(_("layer"), max_length=6, choices=Layer, default=Layer.SHARED, editable=False)

    class Meta:
        abstract = True


class AuditedRecords(HistoricalRecords):
    """History that stores the act in place of the library's request user."""

    def get_history_user(self, instance: models.Model) -> None:
        return None

    def get_change_reason_for_object(self, instance: models.Model, history_type: str, using: str | None) -> str:
        return reason()

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        table = f"{model._meta.app_label}_{model._meta.model_name}"
        return {**super().get_meta_options(model), "constraints": act_constraints(table)}


class Audited(models.Model):
    """A table whose every change is recorded: who, for which organisation, when, why, through which door.

    ``row_version`` counts the changes; an edit sends the version it was based on, so that a stale edit is noticed.
    Credentials and the time of the last sign-in are not in history: their changes are events. Neither is ``outline``,
    which is computed from the record's other columns, nor ``drafted_as``, which the history of the draft itself tells.
    """

    row_version = models.PositiveIntegerField(default=1, editable=False)

    history = AuditedRecords(
        bases=(HistoryRow,),
        inherit=True,
        history_id_field=models.BigAutoField(),
        excluded_fields=["password", "last_login", "client_secret", "outline", "drafted_as"],
        history_user_id_field=models.BigIntegerField(null=True, db_index=True, default=actor_id, editable=False),
        history_change_reason_field=models.CharField(max_length=1000, blank=True, default=reason),
    )

    class Meta:
        abstract = True

    def check_change(self, before: Self | None, today: date) -> None:
        """Check the rules of this table that a constraint cannot; called by `save_record` and, before it, by forms.

        ``before`` is the stored row, None for a new one. Raises: ValidationError, with a sentence for its field.
        """

    def layer_now(self) -> str:
        """Return the layer of this change, which its history row keeps when the record's own layer changes."""
        return str(getattr(self, "layer", Layer.SHARED))


class Event(ActColumns):
    """Something that happened and is not the change of a row: a sign-in, a refusal, a new passkey. Append-only."""

    at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    kind = models.CharField(max_length=60, editable=False)
    subject = models.CharField(max_length=200, blank=True, editable=False)
    detail = models.JSONField(default=dict, editable=False)
    layer = models.CharField(max_length=6, choices=Layer, default=Layer.SHARED, editable=False)
    act_id = models.BigIntegerField(null=True, db_index=True, default=actor_id, editable=False)
    act_reason = models.CharField(max_length=1000, blank=True, default=reason, editable=False)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = act_constraints("audit_event")

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()
