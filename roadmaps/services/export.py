"""Export of the signatures: all that an auditor needs to verify them without trusting this system.

Withdrawals and refusals go with them. They are stated by this system and signed by nobody. They are read from the
history too: one that was undone in its own table is still exported.

`tools/verify_signatures.py` reads it; `docs/signing.md` says what stands in it.
"""

from base64 import urlsafe_b64encode
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from common.canonical import canonical
from common.errors import CodedError
from roadmaps.document import hashing
from roadmaps.models import Refusal, Revision, RoadMap, Signature
from roadmaps.signing import FORMAT

WITHDRAWAL: Final = "roadmap-withdrawal/v1"
REFUSAL: Final = "roadmap-refusal/v1"
BYTES: Final = ("credential_id", "public_key", "authenticator_data", "client_data", "signature")


class ExportError(CodedError):
    """The signatures cannot be exported."""


def signature_lines(road_map: str | None = None) -> Generator[str, None, None]:
    """Return each valid signature as one line of canonical JSON, without its line end, always in the same order.

    - Those of every version and of every open revision; not withdrawn ones, nor those of a text edited since.
    - The database is written as it is: checking it is left to the reader.

    ``road_map`` is a reference such as RM-07; None: all of them.
    Raises: ExportError, for an unknown road map at once.
    """
    if road_map is not None and not RoadMap.objects.filter(reference=road_map).exists():
        raise ExportError("export.no_road_map", reference=road_map)
    counting = Q(revision__version__isnull=False) | Q(revision__void_at__isnull=True)
    found = Signature.objects.filter(counting, withdrawn_at__isnull=True)
    if road_map is not None:
        found = found.filter(revision__proposal__road_map__reference=road_map)
    ordered = found.select_related("revision__proposal__road_map", "revision__version").order_by(
        "revision__proposal__road_map__reference", "revision__proposal__number", "revision__number", "side", "issued_at"
    )
    return _lines(ordered)


def stated_lines(road_map: str | None = None) -> list[str]:
    """Return each withdrawal of a signature and each refusal of a revision as one line, always in the same order."""
    revisions = Revision.objects.all()
    if road_map is not None:
        revisions = revisions.filter(proposal__road_map__reference=road_map)
    references = dict(revisions.values_list("pk", "reference"))
    found = [_withdrawal(references[row[0]], *row[1:]) for row in _withdrawn() if row[0] in references]
    found += [_refusal(references[row[0]], *row[1:]) for row in _refused() if row[0] in references]
    return sorted(canonical(line).decode() for line in found)


def _withdrawn() -> set[tuple[int, str, datetime, datetime]]:
    columns = ("revision_id", "side", "issued_at", "withdrawn_at")
    now = Signature.objects.filter(withdrawn_at__isnull=False).values_list(*columns)
    ever = Signature.history.filter(withdrawn_at__isnull=False).values_list(*columns)
    return {*now, *ever}


def _refused() -> set[tuple[int, str, datetime]]:
    columns = ("revision_id", "side", "refused_at")
    return {*Refusal.objects.values_list(*columns), *Refusal.history.values_list(*columns)}


def _withdrawal(revision: str, side: str, issued_at: datetime, withdrawn_at: datetime) -> dict[str, str]:
    times = {"issued_at": _second(issued_at), "at": _second(withdrawn_at)}
    return {"format": WITHDRAWAL, "revision": revision, "side": side, **times}


def _refusal(revision: str, side: str, refused_at: datetime) -> dict[str, str]:
    return {"format": REFUSAL, "revision": revision, "side": side, "issued_at": "", "at": _second(refused_at)}


def _second(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _lines(ordered: QuerySet[Signature]) -> Generator[str, None, None]:
    try:
        for signature in ordered.iterator():
            yield canonical(_line(signature)).decode()
    except ValueError as error:  # a value that no service would have stored, such as a fraction
        raise ExportError("export.unsignable_document", problem=error) from error


def _line(signature: Signature) -> dict[str, Any]:
    revision = signature.revision
    version = getattr(revision, "version", None)
    return {
        "format": FORMAT,
        "document": canonical(_document(revision)).decode(),
        "content_hash": signature.content_hash,
        "revision": revision.reference,
        "version": version.number if version else None,
        "side": signature.side,
        "issued_at": _second(signature.issued_at),
        "signer": signature.signer_name,
        "seat": signature.seat,
        "illustrative": signature.illustrative,
        **{name: urlsafe_b64encode(bytes(getattr(signature, name))).rstrip(b"=").decode() for name in BYTES},
    }


def _document(revision: Revision) -> dict[str, Any]:
    """Return the document as `hashing.document` does, but from the stored content: tampering must show."""
    return {
        "format": hashing.FORMAT,
        "road_map": revision.proposal.road_map.reference,
        "base": revision.base_hash or None,
        "content": revision.content,
        "reason": revision.reason.to_json() if revision.reason else None,
    }
