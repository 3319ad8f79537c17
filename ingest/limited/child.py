"""The child process: reads one file after another, each within its limits."""

import os
import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from ingest.limited.wire import Failure, Limits, Reply, Request, receive, send
from ingest.reading.files import RawFile
from ingest.reading.parsing import parse_articles
from ingest.sections import find_sections

__all__ = ["main"]

_STATM = Path("/proc/self/statm")


def main() -> None:
    """Answer requests until there are no more."""
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints would be taken for a reply.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    limits: Limits = receive(requests)
    while True:
        try:
            size, request = receive(requests)
        except EOFError:
            return
        _answer(request, size, limits, replies)


def _answer(request: Request, size: int, limits: Limits, replies: BinaryIO) -> None:
    _limit_memory(limits.memory_bytes)
    # Time on a processor: others at work do not count. By default the signal ends the process.
    signal.setitimer(signal.ITIMER_PROF, limits.cpu_for(size))
    try:
        reply = _work(request)
        send(replies, reply)
    except MemoryError:
        _limit_memory(None)
        send(replies, Failure(f"needs more than {limits.memory_bytes // 2**20} MiB of memory"))
    except RecursionError:
        send(replies, Failure("is nested too deeply"))
    except Exception as exc:  # noqa: BLE001
        # The one place where a fault of a reader is told from the end of its process.
        _limit_memory(None)
        send(replies, Failure(f"cannot be read, by a fault of the reader ({type(exc).__name__})"))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _work(request: Request) -> Reply:
    if isinstance(request, RawFile):
        return list(parse_articles(request))
    return list(find_sections(request))


def _limit_memory(more_bytes: int | None) -> None:
    """Allow so much beyond what is in use now; None lifts the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if more_bytes is None or not _STATM.exists():
        # Elsewhere than on Linux nothing tells the size, and the limit is not kept anyway.
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        return
    used = int(_STATM.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    wanted = used + more_bytes
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
