"""`manage.py export_signatures FILE`: the signatures and what they sign, for a check elsewhere."""

from collections.abc import Iterable
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.errors import sentence
from roadmaps.services.export import ExportError, signature_lines, stated_lines


class Command(BaseCommand):
    help = "Export each valid signature with its document, each withdrawal and refusal, for tools/verify_signatures.py."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="where to write; - is the standard output")
        parser.add_argument("--road-map", metavar="REFERENCE", help="only this one, such as RM-07")

    def handle(self, *args: Any, file: str, road_map: str | None, **options: Any) -> None:
        try:
            with closing(signature_lines(road_map)) as lines:
                stated = stated_lines(road_map)
                if file == "-":
                    for line in chain(lines, stated):
                        self.stdout.write(line)
                    return
                count = _write(chain(lines, stated), Path(file)) - len(stated)
        except ExportError as error:
            raise CommandError(sentence(error)) from error
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{count} signature{'' if count == 1 else 's'} written to {file}")
        if stated:
            self.stdout.write(f"with them what was withdrawn or refused: {len(stated)}")


def _write(lines: Iterable[str], file: Path) -> int:
    """How many. As bytes: the lines end in the same way on every machine. Raises: OSError."""
    count = 0
    with file.open("wb") as written:
        for line in lines:
            written.write(line.encode() + b"\n")
            count += 1
    return count
