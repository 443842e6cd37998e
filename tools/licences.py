"""May an Apache-2.0 product be built on everything that is installed? A package that says nothing clear is named.

The packages say it themselves, each in its own way; where one does not, what its LICENSE file says stands in READ.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions

ALLOWED = {
    "apache", "apache 2", "apache 2.0", "apache-2.0", "apache software license",
    "bsd", "bsd license", "bsd 2-clause license", "bsd-2-clause", "bsd-3-clause", "new bsd",
    "isc", "isc license (iscl)", "mit", "mit license", "mit-0", "mit-cmu",
    "psf-2.0", "python software foundation license", "the unlicense (unlicense)", "zlib", "zope public license",
    # used as it is, never changed: its own files keep their licence
    "mpl-2.0", "mozilla public license 2.0 (mpl 2.0)",
}  # fmt: skip
# LGPL: imported unchanged and replaceable by whoever runs the product, which is what it asks for
LINKED = {"jwcrypto": "LGPL-3.0-or-later", "psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only"}
# Read in their LICENSE files, because the metadata says nothing, or something odd
READ = {
    "axe-playwright-python": "MIT",
    "qrcode": "BSD-3-Clause, with the MIT of the code it began from, called other in its metadata",
    "uritemplate": "BSD-3-Clause or Apache-2.0, as one chooses; its metadata says so in words of its own",
}


def statements(package: Distribution) -> list[str]:
    """What it says: the expression, or else the classifiers, or else the first line of the old field."""
    for expression in package.metadata.get_all("License-Expression") or []:
        return re.split(r" (?:AND|OR) ", re.sub(r"[()]", "", expression))
    classifiers = [line for line in package.metadata.get_all("Classifier") or [] if line.startswith("License ::")]
    named = [line.rpartition(" :: ")[2] for line in classifiers if line != "License :: OSI Approved"]
    return named or [line for field in package.metadata.get_all("License") or [] for line in field.splitlines()[:1]]


def faults() -> Iterator[str]:
    for package in distributions():
        name = package.metadata["Name"]
        said = statements(package)
        known = {*READ} | {one for one, licence in LINKED.items() if said == [licence]}
        if name not in known and (not said or not all(one.lower() in ALLOWED for one in said)):
            yield f"{name}: {', '.join(said) or 'says nothing'}"


def main() -> int:
    found = sorted(faults())
    for fault in found:
        print(fault)
    print("Look at these." if found else "Every licence is on the list.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
