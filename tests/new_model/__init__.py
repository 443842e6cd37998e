"""An app with one model more, added as `docs/adding-a-model.md` says; `tests/test_new_model.py` runs its checks.

It is no app of the product: only `tests.new_model.settings` installs it.
"""
