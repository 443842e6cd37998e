"""The Celery application. `celery -A partnership worker` and `beat` find it here."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.settings")

# the same format and the same addresses, but files that are whole
TRANSPORT_ALIASES["filesystem"] = "partnership.queue_files:Transport"

app = Celery("partnership")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
