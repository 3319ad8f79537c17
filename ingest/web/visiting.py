"""A web address as a source: one page, or all pages that its sitemap lists, as files."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ingest.reading.files import RawFile, Unchanged, stem_of
from ingest.reading.remarks import Remark
from ingest.reading.sitemaps import Sitemap
from ingest.web.addresses import Address, parse_address, resolve_reference
from ingest.web.fetching import Fetched, Fetcher, FetchError, NotModified, gunzip
from ingest.web.kinds import SITEMAP, in_utf8, looks_like_sitemap, name_of, suffix_of
from ingest.web.manners import Manners
from ingest.web.networks import Guard
from knowledge.errors import ArticleError
from knowledge.record.web_pages import Validators
from knowledge.settings import KnowledgeSettings

__all__ = ["Visit", "VisitItem", "VisitLimits", "Visitor", "make_visitor"]

MAX_SITEMAPS = 50
MAX_TROUBLE = 3
"""Pages in a row that cannot be had, after which a site is left alone until the next run."""

VisitItem: TypeAlias = RawFile | ArticleError | Remark | Unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitLimits:
    """What one source may take in one run."""

    pages: int = 1_000
    total_bytes: int = 500 * 2**20
    total_s: float = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What is known of a source before it is visited, and what is learnt of it."""

    list_pages: Callable[[RawFile], Sitemap | ArticleError]
    """Reads a sitemap, in a child process as every file is read."""
    known: Callable[[str], Validators | None] = lambda _: None
    """What a page was given when it was last taken in; None when it has to come whole."""
    given: dict[str, Validators] = field(default_factory=dict)
    """What the pages were given now, by address."""


class Visitor:
    """Fetches the pages of sources one after another, politely and within limits."""

    def __init__(
        self, fetcher: Fetcher, manners: Manners, *, limits: VisitLimits | None = None
    ) -> None:
        """Take what fetches, and what is asked before it does."""
        self._fetcher = fetcher
        self._manners = manners
        self._limits = limits or VisitLimits()

    @property
    def ports(self) -> Collection[int]:
        """The ports that may be asked."""
        return self._fetcher.ports

    def visit(self, location: str, visit: Visit) -> Iterator[VisitItem]:
        """Yield the pages of a source, or what hinders them, each named by its address.

        Raises `ArticleError` when the source cannot be visited to its end: what it held stays.
        """
        self._manners.forget()
        address = parse_address(location, ports=self._fetcher.ports)
        until = self._fetcher.clock() + self._limits.total_s
        found = self._fetch(address, visit)
        if isinstance(found, ArticleError):
            # Its one page, or the list of them all, cannot be had.
            raise found
        if isinstance(found, NotModified) or _suffix(found) != SITEMAP:
            yield self._page(address, found, visit)
            return
        pages: dict[str, Address] = {}
        for item in self._listed(found, address, visit):
            if isinstance(item, Address):
                pages.setdefault(str(item), item)
            else:
                yield item
        yield from self._pages(list(pages.values()), location, visit, until=until)

    def _pages(
        self, pages: list[Address], location: str, visit: Visit, *, until: float
    ) -> Iterator[VisitItem]:
        limits, trouble, total = self._limits, 0, 0
        for page in pages[: limits.pages]:
            found = self._fetch(page, visit)
            if isinstance(found, _TroubleError):
                trouble += 1
                yield found
                if found.status in (429, 503) or trouble >= MAX_TROUBLE:
                    raise _stopped("the site does not answer as it should", found, location)
                continue
            trouble = 0
            if isinstance(found, ArticleError):
                yield found
                continue
            total += 0 if isinstance(found, NotModified) else len(found.data)
            yield self._page(page, found, visit)
            if total > limits.total_bytes or self._fetcher.clock() > until:
                raise ArticleError(
                    "takes more than one run may; the pages beyond stay as they were. Give its "
                    "parts one by one",
                    location=location,
                )
        if len(pages) > limits.pages:
            raise ArticleError(
                f"lists {len(pages):,} pages, and {limits.pages:,} are read; raise KB_WEB_PAGES, "
                f"or give its parts one by one",
                location=location,
            )

    def _listed(
        self, first: Fetched, address: Address, visit: Visit
    ) -> Iterator[Address | ArticleError | Remark]:
        """Yield the pages of a sitemap and those that it lists; raise when one cannot be read."""
        sitemap = self._sitemap(first, address, visit)
        yield from self._of_the_site(sitemap.pages, address)
        parts = self._of_the_site(sitemap.sitemaps, address)
        for number, part in enumerate(parts, 1):
            if not isinstance(part, Address):
                yield part
                continue
            if number > MAX_SITEMAPS:
                raise ArticleError(
                    f"lists more than {MAX_SITEMAPS} sitemaps; give them one by one",
                    location=str(address),
                )
            found = self._fetch(part, visit)
            if isinstance(found, ArticleError):
                # Its pages are not known, so none of the source may be taken for gone.
                raise found
            if isinstance(found, NotModified):
                raise ArticleError("is said to be unchanged, unasked", location=str(part))
            inner = self._sitemap(found, part, visit)
            if inner.sitemaps:
                yield Remark(
                    text=f"{len(inner.sitemaps)} sitemaps were left out, as one that is "
                    f"listed itself lists them; give them one by one",
                    location=str(part),
                )
            yield from self._of_the_site(inner.pages, address)

    def _of_the_site(
        self, references: tuple[str, ...], address: Address
    ) -> Iterator[Address | ArticleError | Remark]:
        others = 0
        for reference in references:
            try:
                found = resolve_reference(address, reference, ports=self._fetcher.ports)
            except ArticleError as exc:
                yield exc
                continue
            if found.host == address.host:
                yield found
            else:
                others += 1
        if others:
            yield Remark(
                text=f"{others} addresses of other hosts were left out, for which a sitemap does "
                f"not speak; add them by themselves",
                location=str(address),
            )

    def _sitemap(self, found: Fetched, address: Address, visit: Visit) -> Sitemap:
        data = found.data
        if data.startswith(b"\x1f\x8b"):
            try:
                data = gunzip(data, max_bytes=self._fetcher.limits.max_bytes)
            except FetchError as exc:
                raise ArticleError(str(exc), location=str(address)) from exc
        sitemap = visit.list_pages(
            RawFile(location=str(address), data=data, suffix=SITEMAP, stem="sitemap")
        )
        if isinstance(sitemap, ArticleError):
            raise sitemap
        return sitemap

    def _fetch(self, address: Address, visit: Visit) -> "Fetched | NotModified | ArticleError":
        try:
            return self._fetcher.get(
                address,
                validators=visit.known(str(address)),
                may_ask=self._manners.may_ask,
                is_wanted=lambda kind, place: suffix_of(kind, place) != "",
            )
        except FetchError as exc:
            if exc.is_of_the_site:
                return _TroubleError(str(exc), location=str(address), status=exc.status)
            return ArticleError(str(exc), location=str(address))

    def _page(self, address: Address, found: Fetched | NotModified, visit: Visit) -> VisitItem:
        location = str(address)
        if isinstance(found, NotModified):
            known = visit.known(location)
            if known is None:
                return ArticleError("is said to be unchanged, unasked", location=location)
            visit.given[location] = known
            return Unchanged(location)
        visit.given[location] = found.validators
        suffix = _suffix(found)
        stem, folders = name_of(address)
        return RawFile(
            location=location,
            data=in_utf8(found.data, found.content_type, suffix=suffix),
            suffix=suffix,
            stem=stem_of(stem, folders),
            url=location,
        )


def make_visitor(settings: KnowledgeSettings) -> Visitor:
    """Return what visits the web as the settings allow it."""
    guard = Guard(networks=settings.allowed_networks)
    fetcher = Fetcher(guard=guard, ports=settings.allowed_ports)
    return Visitor(fetcher, Manners(fetcher), limits=VisitLimits(pages=settings.web_pages))


class _TroubleError(ArticleError):
    """A failure that the next page of the site will most likely have, too."""

    def __init__(self, reason: str, *, location: str, status: int) -> None:
        super().__init__(reason, location=location)
        self.status = status


def _suffix(found: Fetched) -> str:
    suffix = suffix_of(found.content_type, found.address)
    if suffix != SITEMAP and looks_like_sitemap(found.data):
        # Many servers call a sitemap a text or a page.
        return SITEMAP
    return suffix


def _stopped(why: str, last: ArticleError, location: str) -> ArticleError:
    return ArticleError(
        f"{why}, so the rest of it is left for the next run; what was read of it before stays "
        f"(the last answer: {last.reason})",
        location=location,
    )
