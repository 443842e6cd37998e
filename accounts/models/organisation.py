"""Organisations and their names over time."""

from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.policy.access import Access
from audit.models import Audited
from common.sides import Side
from common.text import MultilingualField, Text


class OrganisationKind(models.TextChoices):
    CONTROL = "control", _("control organisation")
    MINISTRY = "ministry", _("ministry")
    AGENCY = "agency", _("agency")
    BANK = "bank", _("bank")
    FUND = "fund", _("fund")
    COMPANY = "company", _("company")
    UNIVERSITY = "university", _("university")
    INSTITUTE = "institute", _("institute")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def named(self) -> "OrganisationQuerySet":
        """Prefetch the names, so that printing a list costs one more query and not one a row."""
        return self.prefetch_related("names")


class Reach(models.Func):
    """Compute from an organisation's key the list of its key and of all that answer to it, at any depth."""

    function = "JSONB_AGG"
    template = """(
        WITH RECURSIVE reached(id) AS (
            SELECT %(expressions)s
            UNION SELECT below.id FROM accounts_organisation below JOIN reached ON below.parent_id = reached.id
        ) SELECT %(function)s(id) FROM reached
    )"""
    output_field = models.JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **context)


class ForOrganisation:
    """Acts for one ``organisation``."""

    organisation_id: int

    @cached_property
    def reach(self) -> list[int]:
        """Return the keys of the organisation and of all that answer to it; a query may annotate them."""
        keys: list[int] = Organisation.objects.values_list(Reach("pk"), flat=True).get(pk=self.organisation_id)
        return keys


class Organisation(Audited):
    """A ministry, agency, bank or company of one side. Its ``code`` never changes; its names do, by decree."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    side = models.CharField(_("side"), max_length=2, choices=Side)
    kind = models.CharField(_("kind"), max_length=12, choices=OrganisationKind)
    # PROTECT: an organisation to which others answer is closed, not deleted
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="answering", verbose_name=_("answers to")
    )
    coordinator = models.BooleanField(_("coordinates its side"), default=False)
    control_body = models.BooleanField(_("controls its side"), default=False)
    iati = models.CharField(_("IATI identifier"), max_length=60, blank=True)
    named_in = models.PositiveIntegerField(
        _("named in paragraph"), null=True, blank=True, help_text=_("Paragraph of the press release that names it.")
    )
    note = models.TextField(_("note"), blank=True)

    access = Access(view="organisation.view", edit="organisation.edit", administered=("pk",))
    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["side", "code"]
        constraints = [
            models.CheckConstraint(name="organisation_side", condition=models.Q(side__in=Side.values)),
            models.UniqueConstraint(
                fields=["side"], condition=models.Q(coordinator=True), name="one_coordinator_a_side"
            ),
            models.UniqueConstraint(
                fields=["side"], condition=models.Q(control_body=True), name="one_control_body_a_side"
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def name_row(self, on: date | None = None) -> "OrganisationName | None":
        """Return the name in force on ``on`` (default: today), from the prefetched names where there are any."""
        day = on or timezone.localdate()
        rows = sorted(self.names.all(), key=lambda row: row.valid_from or date.min)
        in_force = [row for row in rows if row.valid_from is None or row.valid_from <= day]
        return in_force[-1] if in_force else (rows[0] if rows else None)

    @property
    def name(self) -> Text | str:
        row = self.name_row()
        return row.name if row else self.code

    @property
    def short_name(self) -> str:
        """Return the abbreviation, or the whole name where there is none."""
        row = self.name_row()
        return str((row.short or row.name) if row else self.code)


class OrganisationName(Audited):
    """A name of an organisation, used from a day until the next. A document prints the name of its own date."""

    # CASCADE never fires: organisations are not deleted
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="names", verbose_name=_("organisation")
    )
    name = MultilingualField(_("name"), max_length=300)
    short = models.CharField(_("abbreviation"), max_length=30, blank=True)
    valid_from = models.DateField(
        _("in force from"), null=True, blank=True, help_text=_("Empty: the first name that is known.")
    )
    unconfirmed = models.BooleanField(
        _("to be confirmed"), default=False, help_text=_("Not from an official source yet.")
    )

    access = Access(view="organisation.view", edit="organisation.edit", administered=("organisation",))

    class Meta:
        verbose_name = _("name")
        verbose_name_plural = _("names")
        ordering = ["organisation", models.F("valid_from").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "valid_from"], name="one_name_from_a_day"),
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(valid_from__isnull=True), name="one_first_name"
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)
