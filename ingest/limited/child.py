"""The child process: reads one file after another, each within its limits."""

import os
import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from ingest.limited.wire import Failure, Limits, ListPages, Reply, Request, receive, send
from ingest.reading.files import RawFile
from ingest.reading.parsing import parse_articles
from ingest.reading.sitemaps import read_sitemap
from ingest.sections import find_sections
from knowledge.errors import ArticleError

__all__ = ["main"]

_STATM = Path("/proc/self/statm")


def main() -> None:
    """Answer requests until there are no more."""
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints would be taken for a reply.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    limits: Limits = receive(requests)
    at_start = _used_bytes()
    while True:
        try:
            size, request = receive(requests)
        except EOFError:
            return
        _answer(request, size, limits, replies, at_start=at_start)
        # The next request has to come in, however large it is.
        _limit_memory(None)
        # What earlier files left behind counts too, so a child that has much of it is replaced.
        send(replies, _used_bytes() - at_start > limits.kept_bytes)


def _answer(
    request: Request, size: int, limits: Limits, replies: BinaryIO, *, at_start: int
) -> None:
    _limit_memory(at_start + limits.memory_bytes)
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
    if isinstance(request, ListPages):
        try:
            return read_sitemap(request.raw)
        except ArticleError as exc:
            return exc
    return list(find_sections(request))


def _used_bytes() -> int:
    """Return the size of the address space; 0 elsewhere than on Linux, where nothing tells it."""
    if not _STATM.exists():
        return 0
    return int(_STATM.read_text(encoding="ascii").split()[0]) * resource.getpagesize()


def _limit_memory(in_all_bytes: int | None) -> None:
    """Allow so much in all; None lifts the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if in_all_bytes is None or not _STATM.exists():
        # Elsewhere than on Linux the limit is not kept anyway.
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        return
    soft = in_all_bytes if hard == resource.RLIM_INFINITY else min(in_all_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
