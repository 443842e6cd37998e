"""The hash of the secrets of partner systems."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class RandomSecretHasher(PBKDF2PasswordHasher):
    """One round only: a secret is 128 random characters, which nobody can guess however fast the hash is.

    A slow hash would let strangers keep the server busy with wrong secrets.
    """

    algorithm = "random_secret"
    iterations = 1
