"""Text files to articles: plainly written ones whole, saved web pages without their furniture."""

from collections.abc import Iterator, Sequence

from ingest.reading.heads.slugs import slugify, title_from_stem
from ingest.reading.letters import escape_line, escape_text, is_separator, rows_to_table
from ingest.reading.remarks import Remark
from ingest.reading.saved_pages.furniture import LabelKind, is_page_mark, label_kind
from ingest.reading.saved_pages.main_content import drop_inserts, judge_blocks, main_run
from ingest.reading.saved_pages.metadata import find_author, find_published, find_updated, find_url
from ingest.reading.saved_pages.text_blocks import (
    Block,
    is_isolated,
    is_list_item,
    is_prose,
    is_table_row,
    split_blocks,
)
from ingest.reading.saved_pages.titles import find_title
from knowledge.domain import Article, ArticleId
from knowledge.errors import ArticleError

__all__ = ["read_text"]

_MIN_LABELS = 3
_MAX_HEADING_WORDS = 14


def read_text(text: str, *, location: str, stem: str) -> Iterator[Article | Remark]:
    """Yield the article in clean `text`, and of a saved page a remark on what it was cut from.

    Raises:
        ArticleError: when a saved page holds furniture and no article.
    """
    blocks = split_blocks(text)
    labels = [label_kind(block) for block in blocks]
    if not _has_furniture(blocks, labels):
        yield _plain_article(blocks, location=location, stem=stem)
        return
    lines = [block.text for block in blocks]
    judged = judge_blocks(blocks, labels, author=find_author(lines, title=""))
    start, end = main_run(judged)
    if start == end:
        raise ArticleError(
            "is empty: the page has menus but no article; save the article itself",
            location=location,
        )
    title = find_title(blocks, labels, start=start, end=end)
    kept = drop_inserts(judged[start:end], title=title)
    title = title or title_from_stem(stem)
    inside = set(kept)
    around = [block.text for block in blocks if block not in inside]
    above = [block.text for block in blocks[:end] if block not in inside]
    if cut := [line for line in around if line != title]:
        yield Remark(
            text=f"{len(cut)} pieces around the article (menus, labels, adverts) in it are left "
            "out: it is a saved page",
            location=location,
        )
    yield Article(
        article_id=ArticleId(slugify(title)),
        title=title,
        body=_to_markdown(kept),
        location=location,
        url=find_url(around, title=title),
        author=find_author(around, title=title),
        published=find_published(above),
        updated=find_updated(around),
    )


def _has_furniture(blocks: Sequence[Block], labels: Sequence[LabelKind]) -> bool:
    """Return whether a text is a saved page: it has several labels, of more than one kind."""
    found = [label for label in labels if label]
    if len(found) >= _MIN_LABELS and len(set(found)) > 1:
        return True
    return any(is_page_mark(block.text) for block in blocks)


def _plain_article(blocks: Sequence[Block], *, location: str, stem: str) -> Article:
    first = blocks[0]
    has_title = len(blocks) > 1 and _is_heading(first) and first.gap_after
    title = first.text.strip("# ") if has_title else title_from_stem(stem)
    return Article(
        article_id=ArticleId(slugify(title)),
        title=title,
        body=_to_markdown(blocks[1:] if has_title else blocks),
        location=location,
    )


def _is_heading(block: Block) -> bool:
    text = block.text
    return (
        block.word_count <= _MAX_HEADING_WORDS
        and not is_list_item(text)
        and not text.startswith("|")
        and text[-1] not in ".,;:!"
        and (text[0].isupper() or text[0].isdigit() or not text[0].isascii())
    )


def _to_markdown(blocks: Sequence[Block]) -> str:
    """Return blocks as Markdown: short lines of their own become headings, lists stay together.

    All else is written so that it is quoted letter by letter, whatever Markdown would make of it.
    """
    parts: list[str] = []
    shown = [block for block in blocks if is_table_row(block.text) or not is_separator(block.text)]
    at = 0
    while at < len(shown):
        block, first = shown[at], at
        at += 1
        if is_table_row(block.text):
            while at < len(shown) and is_table_row(shown[at].text) and not shown[at].gap_before:
                at += 1
            text, tight = rows_to_table([row.text for row in shown[first:at]]), False
        elif _is_heading(block) and is_isolated(block) and not is_prose(block) and at < len(shown):
            text, tight = f"## {escape_text(block.text.lstrip('# '))}", False
        else:
            text = escape_line(block.text)
            is_running = is_prose(block) and not is_list_item(block.text)
            tight = first > 0 and not block.gap_before and not is_running
            tight = tight and not is_table_row(shown[first - 1].text)
        parts += ["\n" if tight else "\n\n", text]
    return "".join(parts[1:])
