"""Pure: an article becomes chunks that end with a sentence and fit the embedder's window."""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from ingest.sections import Section, find_sections
from knowledge.domain import Article, Chunk, ChunkId

__all__ = ["BUNDLED_WINDOW", "SPLITTER_VERSION", "TokenCounter", "split_articles", "version_id"]

SPLITTER_VERSION = "1"
"""Raised when the same article would be split otherwise, so that a run splits it again."""

BUNDLED_WINDOW = 256
"""Tokens that the bundled embedding model reads."""
MIN_BODY_TOKENS = 64
"""What a chunk's body may take even when its title and heading fill the window."""

TokenCounter = Callable[[Sequence[str]], list[int]]


def version_id(article: Article, *, max_tokens: int) -> str:
    """Name a version: it changes with the content, the way of splitting or the embedder's window.

    With nothing else, so that a run repeated has nothing to do.
    """
    # The window of the bundled model is left out, so that what was split for it keeps its name.
    window = "" if max_tokens == BUNDLED_WINDOW else f"\0{max_tokens}"
    key = "\0".join((article.article_id, article.content_hash, SPLITTER_VERSION)) + window
    return hashlib.sha256(key.encode()).hexdigest()


def split_articles(
    articles: Sequence[Article],
    *,
    count_tokens: TokenCounter,
    max_tokens: int,
    sections: Sequence[Sequence[Section]] | None = None,
) -> list[tuple[Chunk, ...]]:
    """Return the chunks of each article, in order; `sections` are those of each, if known.

    A chunk holds whole sentences, list items and table rows of one section, and with its title
    and heading it takes at most `max_tokens`; a section that needs several chunks is divided
    evenly. A single sentence that is longer than the window is cut between words. An article
    without text gives no chunk. Tokens are counted for all articles at once, which is what makes
    counting cheap.
    """
    if sections is None:
        sections = [list(find_sections(article)) for article in articles]
    pieces = [
        text
        for article, parts in zip(articles, sections, strict=True)
        for section in parts
        for text in (_trail_text(article, section), *_flat(section))
    ]
    counts = iter(count_tokens(pieces))
    split = []
    for article, parts in zip(articles, sections, strict=True):
        texts: list[tuple[Section, str]] = []
        for section in parts:
            budget = max(max_tokens - next(counts), MIN_BODY_TOKENS)
            # Each count includes the two special tokens of a text on its own.
            lines = [[(s, max(next(counts) - 2, 1)) for s in line] for line in section.lines]
            texts += [
                (section, text) for text in _pack(lines, budget=budget, count_tokens=count_tokens)
            ]
        split.append(_chunks(article, texts, version=version_id(article, max_tokens=max_tokens)))
    return split


def _chunks(
    article: Article, texts: Sequence[tuple[Section, str]], *, version: str
) -> tuple[Chunk, ...]:
    asked: dict[str, list[str]] = {}
    for heading, question in article.questions:
        asked.setdefault(heading, []).append(question)
    return tuple(
        Chunk(
            chunk_id=ChunkId(
                hashlib.sha256(f"{version}\0{position}\0{text}".encode()).hexdigest()[:32]
            ),
            article_id=article.article_id,
            title=article.title,
            url=article.url,
            heading=" > ".join(section.trail),
            position=position,
            text=text,
            questions=tuple(asked.get(section.trail[-1], ())) if section.trail else (),
        )
        for position, (section, text) in enumerate(texts)
    )


def _pack(
    lines: Sequence[Sequence[tuple[str, int]]], *, budget: int, count_tokens: TokenCounter
) -> Iterator[str]:
    """Yield texts of whole pieces, each within `budget` tokens and about the same size."""
    pieces = [
        (number, part, tokens)
        for number, line in enumerate(lines)
        for text, whole in line
        for part, tokens in _fitting(text, whole, budget=budget, count_tokens=count_tokens)
    ]
    total = sum(tokens for _, _, tokens in pieces)
    if not total:
        return
    target = total / -(-total // budget)
    packed: list[tuple[int, str]] = []
    size = 0
    for number, text, tokens in pieces:
        if packed and (size + tokens > budget or size >= target):
            yield _join(packed)
            packed, size = [], 0
        packed.append((number, text))
        size += tokens
    yield _join(packed)


def _join(pieces: Sequence[tuple[int, str]]) -> str:
    text = ""
    last = None
    for number, piece in pieces:
        separator = "" if last is None else " " if number == last else "\n"
        text += separator + piece
        last = number
    return text


def _fitting(
    text: str, tokens: int, *, budget: int, count_tokens: TokenCounter
) -> Iterator[tuple[str, int]]:
    """Yield `text`, halved between words until each part is within `budget` or one word."""
    words = text.split(" ")
    if tokens <= budget or len(words) == 1:
        yield text, tokens
        return
    middle = len(words) // 2
    halves = [" ".join(words[:middle]), " ".join(words[middle:])]
    for half, count in zip(halves, count_tokens(halves), strict=True):
        yield from _fitting(half, count - 2, budget=budget, count_tokens=count_tokens)


def _flat(section: Section) -> Iterator[str]:
    for line in section.lines:
        yield from line


def _trail_text(article: Article, section: Section) -> str:
    return " > ".join((article.title, *section.trail))
