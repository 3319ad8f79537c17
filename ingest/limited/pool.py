"""Some child processes that read files, and take articles apart, one each at a time."""

import json
import os
import queue
import select
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, TypeAlias, cast

from ingest.limited.wire import Failure, Limits, ListPages, Request, receive, send
from ingest.reading.files import NotRead, RawFile, Unchanged
from ingest.reading.remarks import Remark
from ingest.reading.sitemaps import Sitemap
from ingest.sections import Section
from knowledge.domain import Article
from knowledge.errors import ArticleError

__all__ = ["ReaderPool", "open_pool"]

MIN_PROCESSES, MAX_PROCESSES = 2, 4
"""Each may take 300 MiB, so that not every core of a large machine has one."""
AHEAD = 2
"""Files that are read ahead of the one that is wanted, for each process."""
MAX_REQUESTS = 2_000
"""After so many a child is replaced, since the libraries within keep some memory of each."""

# The parent's paths, so that the same packages are found wherever the program was started.
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from ingest.limited.child import main; main()"
)


_Item: TypeAlias = RawFile | ArticleError | Remark | NotRead | Unchanged
_Found: TypeAlias = Article | ArticleError | Remark | NotRead | Unchanged


class _ChildGoneError(Exception):
    """The child ended, or was ended, before it replied."""

    def __init__(self, reason: str, *, may_be_of_the_child: bool = False) -> None:
        """`may_be_of_the_child` says that another child may read the same file."""
        super().__init__(reason)
        self.may_be_of_the_child = may_be_of_the_child


class _Child:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.requests = 0
        self.is_worn = False
        """Whether it has kept so much of earlier files that the next one would lack it."""
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-c", _START, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Ctrl-C is for the run, which tells its children by closing their input.
            start_new_session=True,
        )
        self._to = cast("BinaryIO", self._process.stdin)
        self._from = cast("BinaryIO", self._process.stdout)
        self._replies = select.poll()
        self._replies.register(self._from, select.POLLIN)
        with suppress(OSError):
            send(self._to, limits)

    def ask(self, request: Request, size: int) -> Any:
        """Return the reply; raise `_ChildGoneError` with the reason when there is none."""
        self.requests += 1
        cpu_s = self._limits.cpu_for(size)
        try:
            send(self._to, (size, request))
            # The first one waits for the child's start besides.
            if not self._replies.poll(1_000 * self._limits.wall_factor * (cpu_s + 5.0)):
                self._process.kill()
            reply = receive(self._from, max_bytes=self._limits.reply_bytes)
            self.is_worn = receive(self._from)
        except ValueError as exc:
            raise _ChildGoneError(
                f"gives more than {self._limits.reply_bytes // 2**20} MiB of text"
            ) from exc
        except (OSError, EOFError) as exc:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
            reason, is_limit = self._why(cpu_s)
            raise _ChildGoneError(reason, may_be_of_the_child=not is_limit) from exc
        return reply

    def close(self) -> None:
        with suppress(OSError):
            self._to.close()
        try:
            self._process.wait(0.2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._from.close()

    def _why(self, cpu_s: float) -> tuple[str, bool]:
        """Return why the child ended, and whether that is a limit on time."""
        code = self._process.poll()
        if code in (-signal.SIGPROF, -signal.SIGKILL):
            return f"takes more than {round(cpu_s, 1):g} s", True
        return f"ends the process that reads it ({'no status' if code is None else code})", False


class ReaderPool:
    """Reads files in child processes; may be used from any thread."""

    def __init__(self, *, limits: Limits | None = None, processes: int | None = None) -> None:
        """Start nothing: a child is started when it is first needed.

        Without `processes` there are as many as cores, within bounds.
        """
        self._limits = limits or Limits()
        processes = processes or min(max(os.cpu_count() or 1, MIN_PROCESSES), MAX_PROCESSES)
        self._processes = processes
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="reading")
        self._idle: queue.LifoQueue[_Child] = queue.LifoQueue()

    def read(self, items: Iterable[_Item]) -> Iterator[_Found]:
        """Yield what each file holds, in order; what is no file is passed on in its place.

        The files of an archive are read in its place, each within limits of its own.

        A file that exceeds a limit, or ends its process, is an `ArticleError` of its name.
        """
        yield from (one for found in self._ahead(items, self._read_one) for one in found)

    def sections(self, articles: Sequence[Article]) -> list[list[Section] | ArticleError]:
        """Return the sections of each article, or the error that says why it has none."""
        return list(self._ahead(articles, self._sections_of))

    def pages(self, raw: RawFile) -> Sitemap | ArticleError:
        """Return what a sitemap lists, or the error that says why it cannot be read."""
        reply: Any = self._ask(ListPages(raw), len(raw.data))
        if isinstance(reply, Failure):
            return _error(reply, raw.location)
        assert isinstance(reply, Sitemap | ArticleError)  # noqa: S101 (tells the type checker)
        return reply

    def close(self) -> None:
        """End the children."""
        self._threads.shutdown(cancel_futures=True)
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    def _read_one(self, item: _Item) -> list[_Found]:
        if not isinstance(item, RawFile):
            return [item]
        reply = self._ask(item, len(item.data))
        if isinstance(reply, Failure):
            return [_error(reply, item.location)]
        found: list[_Found] = []
        for one in reply:
            # No archive lies within another one: that is refused where it is unpacked.
            found += self._read_one(one) if isinstance(one, RawFile) else [one]
        return found

    def _sections_of(self, article: Article) -> list[Section] | ArticleError:
        reply = self._ask(article, len(article.body))
        return _error(reply, article.location) if isinstance(reply, Failure) else list(reply)

    def _ahead(self, items: Iterable[Any], work: Callable[[Any], Any]) -> Iterator[Any]:
        """Yield the result of each item in order, while the next ones are worked on."""
        waiting: deque[Future[Any]] = deque()
        ended: list[ArticleError] = []
        try:
            for item in _until_error(items, ended):
                waiting.append(self._threads.submit(work, item))
                if len(waiting) > AHEAD * self._processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
            if ended:
                raise ended[0]
        finally:
            for future in waiting:
                future.cancel()

    def _ask(self, request: Request, size: int) -> Any:
        while True:
            child = self._take()
            was_used = child.requests > 0
            try:
                reply = child.ask(request, size)
            except _ChildGoneError as gone:
                child.close()
                reply = Failure(str(gone))
                if not was_used or not gone.may_be_of_the_child:
                    return reply
                # An earlier file may have left the child broken: try afresh.
            else:
                if isinstance(reply, Failure) or child.is_worn or child.requests >= MAX_REQUESTS:
                    child.close()
                else:
                    self._idle.put(child)
                return reply

    def _take(self) -> _Child:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return _Child(self._limits)


@contextmanager
def open_pool() -> Iterator[ReaderPool]:
    """Open a pool, and end its children at the end."""
    pool = ReaderPool()
    try:
        yield pool
    finally:
        pool.close()


def _until_error(items: Iterable[Any], ended: list[ArticleError]) -> Iterator[Any]:
    """Yield items; what their source ends with comes after the results of those before it."""
    try:
        yield from items
    except ArticleError as exc:
        ended.append(exc)


def _error(failure: Failure, location: str) -> ArticleError:
    return ArticleError(
        f"{failure.reason} to be read; split it, or save it in a simpler form"
        if failure.reason.startswith(("takes", "needs"))
        else f"{failure.reason}; split it, or save it in a simpler form",
        location=location,
    )
