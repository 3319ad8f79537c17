"""Checks articles and glossary against the house rules, without a model."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ingest.house_rules import corpus_rules
from ingest.house_rules.article_rules import RULES
from ingest.house_rules.articles import Finding, HouseArticle, parse_house_article
from ingest.house_rules.wording import WordRuns, check_wording, word_runs
from knowledge.errors import ArticleError
from knowledge.glossary.entries import read_entries

__all__ = ["Finding", "check_corpus"]


def check_corpus(
    paths: list[str], *, glossary_file: Path, compare_with: str | None
) -> list[Finding]:
    """Return what breaks a house rule in the Markdown files among `paths`, folders included.

    Links between articles are followed to the named files and to those that lie beside them. The
    glossary is checked as a whole when it refers to one of the named articles, and not at all
    otherwise: articles of another kind need no glossary. `compare_with` names a text from which
    nothing may be copied.

    Raises:
        ArticleError: when a path or the text to compare with cannot be read.
    """
    copied = word_runs(_read(compare_with)) if compare_with else frozenset()
    named = {path for argument in paths for path in _markdown_files(argument)}
    beside = {sibling for path in named for sibling in path.parent.glob("*.md")}
    articles = [_parse(path) for path in sorted(named | beside)]
    checked = {str(path) for path in named}
    by_slug = {article.slug: article for article in reversed(articles)}

    findings = [
        *_check_articles(articles, by_slug, copied=copied),
        *_check_glossary(
            glossary_file,
            by_slug,
            needed_by={article.slug for article in articles if article.location in checked},
            copied=copied,
        ),
    ]
    return [finding for finding in findings if finding.location in {*checked, str(glossary_file)}]


def _check_articles(
    articles: Iterable[HouseArticle], by_slug: Mapping[str, HouseArticle], *, copied: WordRuns
) -> Iterator[Finding]:
    articles = list(articles)
    for article in articles:
        if article.broken_front is not None:
            # What else there is to find hangs on it.
            yield article.broken_front
            continue
        for rule in RULES:
            yield from rule(article)
        yield from check_wording(article.prose(), location=article.location, copied=copied)
    yield from corpus_rules.slugs_are_unique(articles)
    yield from corpus_rules.questions_are_listed_once(articles)
    yield from corpus_rules.related_links_go_both_ways(by_slug)


def _check_glossary(
    path: Path, articles: Mapping[str, HouseArticle], *, needed_by: set[str], copied: WordRuns
) -> Iterator[Finding]:
    location = str(path)
    try:
        entries = read_entries(path)
    except ArticleError as exc:
        yield Finding(location=location, line=exc.line, rule="glossary", text=exc.reason)
        return
    if not needed_by & {see.article for item in entries for see in item.entry.references}:
        return
    yield from corpus_rules.entries_fit_together(entries, location=location)
    yield from corpus_rules.references_resolve(entries, articles, location=location)
    yield from corpus_rules.entries_define_more_than_each_other(entries, location=location)
    yield from check_wording(corpus_rules.glossary_prose(entries), location=location, copied=copied)


def _markdown_files(argument: str) -> list[Path]:
    path = Path(argument).expanduser()
    if path.is_dir():
        return sorted(path.rglob("*.md"))
    if path.suffix != ".md":
        raise ArticleError("is no Markdown file; the house rules are for those", location=argument)
    return [path]


def _parse(path: Path) -> HouseArticle:
    return parse_house_article(_read(path), location=str(path), stem=path.stem)


def _read(path: str | Path) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise ArticleError(f"cannot be read: {exc}", location=str(path)) from exc
