"""What the product costs, in figures: each module prints its own and keeps them in bench/results.json."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnership.settings")
django.setup()
