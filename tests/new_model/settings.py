"""The product's settings with one app more."""

import partnership.settings as product

globals().update({name: getattr(product, name) for name in dir(product) if name.isupper()})
INSTALLED_APPS = [*product.INSTALLED_APPS, "tests.new_model.apps.NewModelConfig"]
