"""Forms that did something, and where they led, so that a second click does nothing twice."""

from datetime import timedelta
from typing import Final

from django.db import models

KEPT: Final = timedelta(days=1)  # a page that has been open for longer is submitted as a new form


class SubmittedForm(models.Model):
    """One rendered form with one content, submitted by one person; written together with what it did."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField(db_index=True)
    led_to = models.TextField(blank=True)  # an address of ours; empty only while the first submission runs

    def __str__(self) -> str:
        return self.fingerprint
