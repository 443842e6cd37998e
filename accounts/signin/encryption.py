"""Encrypt the secrets of second factors with a key that is not in the database."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def cipher() -> MultiFernet:
    """Return what encrypts with SECRET_KEY and decrypts also what an earlier key of SECRET_KEY_FALLBACKS encrypted."""
    return MultiFernet([_fernet(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _fernet(secret: str) -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=b"roadmaps second factors").derive(secret.encode())
    return Fernet(urlsafe_b64encode(key))
