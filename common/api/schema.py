"""What the OpenAPI schema says of each operation besides what its serializer says."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from common.api.problems import MEDIA_TYPE, Problem
from common.language import LANGUAGES

LANG = OpenApiParameter(
    "lang",
    str,
    enum=LANGUAGES,
    description="Only the text in this language, or else the original. Without it, all languages.",
)


class Schema(AutoSchema):
    """Adds problems to every operation, and the language parameter and the ETag to those of a resource."""

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        return str(super().get_serializer_name(serializer, direction)).removesuffix("Serializer")

    def get_override_parameters(self) -> list[Any]:
        return [*super().get_override_parameters(), *([LANG] if self.is_resource else [])]

    @property
    def is_resource(self) -> bool:
        return hasattr(self.view, "columns")

    def get_response_serializers(self) -> Any:
        found = super().get_response_serializers()
        good = found if isinstance(found, dict) else {"200": found}
        # a single record takes no filters
        codes = (400, 401, 403, *([404] if "{" in self.path else []), 406, 429, 503)
        unchanged = OpenApiResponse(description="Not changed since the response whose ETag was sent as If-None-Match.")
        more = {"304": unchanged} if self.is_resource else {}
        return {**good, **more, **{(str(code), MEDIA_TYPE): Problem for code in codes}}
