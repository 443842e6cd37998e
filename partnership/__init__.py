"""How it is wired: settings, addresses, background work, health, the runner."""

from partnership.celery import app as celery_app

__all__ = ["celery_app"]
