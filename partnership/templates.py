"""How the product's own templates are read."""

import re

from django.template import Origin
from django.template.loaders import filesystem


class Loader(filesystem.Loader):
    """Read templates without their indentation, which is for their authors: a long table is a third smaller.

    Lines stay lines, so that an error names the right one. Text templates are read as they stand.
    """

    def get_contents(self, origin: Origin) -> str:
        """Return the source of a template."""
        source: str = super().get_contents(origin)
        return re.sub(r"^[ \t]+", "", source, flags=re.MULTILINE) if origin.name.endswith(".html") else source
