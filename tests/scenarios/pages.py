"""What a page says, whatever the layout of its template."""

import re

from django.http import HttpResponseBase


def html_of(response: HttpResponseBase) -> str:
    """Return the page without the line breaks and indents of its template."""
    assert hasattr(response, "content")
    html = re.sub(r"(?<=>)\s*\n\s*|\s*\n\s*(?=</)", "", response.content.decode())
    return re.sub(r"\s*\n\s*", " ", html)
