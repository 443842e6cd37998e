from tests.fixtures_programme import programme

__all__ = ["programme"]
