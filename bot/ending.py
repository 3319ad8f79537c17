"""How the program ends at a signal, whatever it is doing, and with threads that take no notice."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["ended_by_sigterm", "leave"]


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM raise KeyboardInterrupt, as Ctrl-C does, where this is the main thread.

    Whoever serves within sets handlers of its own for that time.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    earlier = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)


def leave(code: int) -> None:
    """End the process with an exit code, now.

    The interpreter's own end waits for nothing either, but threads that load a model meanwhile can
    bring it to a crash.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)
