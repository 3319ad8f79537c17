from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.rendering import SectionReference
from bot.rendering.sections.passages import mark_quote, read_pieces
from ingest.chunking import split_articles
from ingest.house_rules.checking import check_corpus
from ingest.reading.parsing import parse_articles
from ingest.sources import BUNDLED, describe_source, read_source
from knowledge.domain import Article, Chunk
from knowledge.errors import ArticleError
from knowledge.glossary.glossary import Glossary
from knowledge.settings import PACKAGE_DIR
from knowledge.text.sections import read_sections
from tests.fakes import make_source

ARTICLES, GLOSSARY = PACKAGE_DIR / "articles", PACKAGE_DIR / "glossary.yaml"
# The checked facts that the articles were written from, where they are at hand.
FACTS = Path(__file__).parents[3] / "shared" / "domain" / "FACTS.md"


def _articles() -> list[Article]:
    files = read_source(describe_source(BUNDLED), bundled_dir=ARTICLES)
    read = [
        article
        for file in files
        if not isinstance(file, ArticleError)
        for article in parse_articles(file)
    ]
    return [article for article in read if isinstance(article, Article)]


def _count_tokens(texts: Sequence[str]) -> list[int]:
    return [len(text) // 4 + 2 for text in texts]


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    chunks: dict[tuple[str, str], Chunk] = {}
    for parts in split_articles(_articles(), count_tokens=_count_tokens, max_tokens=254):
        for chunk in parts:
            chunks.setdefault((chunk.article_id, chunk.heading), chunk)
    return Glossary.load(GLOSSARY, passages=lambda *section: chunks.get(section))


def test_the_bundled_articles_and_glossary_keep_the_house_rules() -> None:
    findings = check_corpus(
        [str(ARTICLES)],
        glossary_file=GLOSSARY,
        compare_with=str(FACTS) if FACTS.is_file() else None,
    )

    assert [str(finding) for finding in findings] == []


def test_the_bundled_articles_are_all_readable_and_at_least_44() -> None:
    articles = _articles()

    assert len(articles) == len(list(ARTICLES.glob("*.md"))) >= 44


def test_every_term_is_defined_with_a_cited_sentence_for_each_meaning(glossary: Glossary) -> None:
    results = {term: glossary.define(term) for term in glossary.terms()}

    assert len(results) >= 198
    for term, result in results.items():
        meanings = [sense for sense in result.senses if sense.in_domain]
        assert result.term == term
        assert len(result.sources) == len(meanings) >= 1, term
        assert all(source.quote for source in result.sources), term


def test_every_name_in_the_glossary_leads_to_its_entry(glossary: Glossary) -> None:
    strays = {
        name: found.term
        for term in glossary.terms()
        if (entry := glossary.entry(term))
        for name in entry.names
        if (found := glossary.define(name)).term != term
    }

    # A term of its own goes before the same words as another entry's second meaning.
    assert strays == {"recovery point objective": "recovery point objective"}


def test_every_passage_of_every_article_is_found_and_marked_in_the_section_that_opens() -> None:
    missing: list[tuple[str, str]] = []
    articles = _articles()
    split = split_articles(articles, count_tokens=_count_tokens, max_tokens=254)
    for article, chunks in zip(articles, split, strict=True):
        sections = {s.heading: s.body for s in read_sections(article.body, title=article.title)}
        for chunk in chunks:
            source = make_source(article_id=article.article_id, quote=chunk.text)
            pieces = read_pieces(sections[chunk.heading])
            _, place = mark_quote(pieces, SectionReference.to_place(source).quote)
            missing += [(article.article_id, chunk.text)] if place < 0 else []

    assert missing == []
