"""Run a module as a child that ends with its parent: `python -m partnership.tethered FD MODULE ARGUMENTS ...`.

The parent alone holds the other end of the pipe FD, which the system closes however the parent ends. Then the child and
all that it started are told to stop, and are killed after a while.
"""

import os
import runpy
import signal
import sys
from threading import Thread
from time import sleep

GRACE = 10  # seconds


def main() -> None:
    tether = int(sys.argv[1])
    Thread(target=_watch, args=(tether,), daemon=True).start()
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _watch(tether: int) -> None:
    """Wait for the end of the parent. The child leads a process group, which is all that it started."""
    os.read(tether, 1)
    os.killpg(0, signal.SIGTERM)
    sleep(GRACE)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
