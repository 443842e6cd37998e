"""Loading the real programme: the files beside this package, read and checked as values, then written as records."""

from pathlib import Path
from typing import Final

from programme.loading.reading import read_programme
from programme.loading.records import Loading, Ref, Row
from programme.loading.schema import LoadError
from programme.loading.values import AreaEntry, DecisionEntry, Programme
from programme.loading.writing import write_programme

DATA: Final = Path(__file__).resolve().parent.parent / "data"
LOADER: Final = "load_programme"  # the system actor by whose name the loader knows its own history rows

__all__ = [
    "DATA",
    "LOADER",
    "AreaEntry",
    "DecisionEntry",
    "LoadError",
    "Loading",
    "Programme",
    "Ref",
    "Row",
    "read_programme",
    "write_programme",
]
