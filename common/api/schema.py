"""What OpenAPI says of each operation besides what its serializer says."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from common.api.problems import MEDIA_TYPE, Problem
from common.text import LANGUAGES

LANG = OpenApiParameter(
    "lang", str, enum=LANGUAGES, description="Only the text in this language, or else the original. Without: all."
)


class Schema(AutoSchema):
    """Every operation may answer with a problem, and takes a language."""

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        return str(super().get_serializer_name(serializer, direction)).removesuffix("Columns")

    def get_override_parameters(self) -> list[Any]:
        return [*super().get_override_parameters(), LANG]

    def get_response_serializers(self) -> Any:
        found = super().get_response_serializers()
        good = found if isinstance(found, dict) else {"200": found}
        # one record is found by its key alone: there is no parameter but the language to be wrong
        codes = (400, 401, 403, 404, 406) if "{" in self.path else (400, 401, 403, 406)
        unchanged = OpenApiResponse(description="Unchanged since the answer whose ETag came as If-None-Match.")
        return {**good, "304": unchanged, **{(str(code), MEDIA_TYPE): Problem for code in codes}}
