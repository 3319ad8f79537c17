"""Pure: the house rules on how articles and glossary fit together."""

from collections.abc import Iterator, Mapping, Sequence

from ingest.house_rules.articles import Finding, HouseArticle, ListedQuestion
from knowledge.glossary.entries import Entry, PlacedEntry, find_clashes
from knowledge.glossary.keys import term_words
from knowledge.text.language import content_words, words

__all__ = [
    "entries_define_more_than_each_other",
    "entries_fit_together",
    "glossary_prose",
    "questions_are_listed_once",
    "references_resolve",
    "related_links_go_both_ways",
    "slugs_are_unique",
]

_MIN_OWN_WORDS = 5
"""So many words of its own a definition needs besides the term that it leans on."""


def slugs_are_unique(articles: Sequence[HouseArticle]) -> Iterator[Finding]:
    """No two articles have one slug."""
    owners: dict[str, HouseArticle] = {}
    for article in articles:
        owner = owners.setdefault(article.slug, article)
        if owner is not article:
            yield article.finding(
                "slug", f"the slug {article.slug!r} is also that of {owner.location}", line=1
            )


def questions_are_listed_once(articles: Sequence[HouseArticle]) -> Iterator[Finding]:
    """No question is listed twice, in one article or in two; case and punctuation aside."""
    places: dict[str, list[tuple[HouseArticle, ListedQuestion]]] = {}
    for article in articles:
        for listed in article.questions:
            places.setdefault(" ".join(words(listed.text)), []).append((article, listed))
    for same in places.values():
        # Both are told of each other: only one of them may have been asked to be checked.
        for (article, listed), (other, its) in zip(same, same[1:] + same[:1], strict=True):
            if its is not listed:
                yield article.finding(
                    "questions",
                    f"{listed.text!r} is also listed at {other.location}:{its.line}",
                    line=listed.line,
                )


def related_links_go_both_ways(articles: Mapping[str, HouseArticle]) -> Iterator[Finding]:
    """Every `related` names an article (by slug, as in `articles`), which names this one too."""
    for article in articles.values():
        line = article.front_lines.get("related")
        for slug in article.related:
            other = articles.get(slug)
            if other is None or other is article:
                yield article.finding("related", f"{slug!r} is no other article", line=line)
            elif article.slug not in other.related:
                yield article.finding("related", f"{slug!r} does not link back", line=line)


def references_resolve(
    entries: Sequence[PlacedEntry], articles: Mapping[str, HouseArticle], *, location: str
) -> Iterator[Finding]:
    """Every `see` of the glossary names a section that exists."""
    for item in entries:
        for see in item.entry.references:
            article = articles.get(see.article)
            if article is None:
                reason = f"the article {see.article!r}, which is not there"
            elif see.heading not in article.headings:
                reason = f"the section {see.heading!r}, which {see.article!r} does not have"
            else:
                continue
            yield Finding(
                location=location,
                line=item.line,
                rule="reference",
                text=f"the entry {item.entry.term!r} refers to {reason}",
            )


def entries_fit_together(entries: Sequence[PlacedEntry], *, location: str) -> Iterator[Finding]:
    """No two entries share a name, and every related term exists."""
    for clash in find_clashes(entries, location=location):
        yield Finding(location=location, line=clash.line, rule="glossary", text=clash.reason)


def entries_define_more_than_each_other(
    entries: Sequence[PlacedEntry], *, location: str
) -> Iterator[Finding]:
    """No two entries say little more than the name of the other."""
    leaning = {item.entry.term: _leans_on(item.entry, entries) for item in entries}
    for item in entries:
        term = item.entry.term
        other = leaning[term]
        if other is not None and leaning.get(other) == term:
            yield Finding(
                location=location,
                line=item.line,
                rule="circular",
                text=f"the entries {term!r} and {other!r} only define each other",
            )


def glossary_prose(entries: Sequence[PlacedEntry]) -> Iterator[tuple[int | None, str]]:
    """Yield what the entries say, piece by piece, with the line of the entry."""
    for item in entries:
        yield item.line, item.entry.not_to_confuse
        for meaning in item.entry.senses:
            yield item.line, meaning.definition
            yield item.line, meaning.example


def _leans_on(entry: Entry, entries: Sequence[PlacedEntry]) -> str | None:
    """Return the term of which a bare definition speaks, or None for one with words of its own."""
    definition = " ".join(meaning.definition for meaning in entry.senses)
    own = " ".join((entry.term, *(meaning.expansion for meaning in entry.senses)))
    words = set(term_words(" ".join(content_words(definition)))) - set(term_words(own))
    for item in entries:
        other = set(term_words(item.entry.term))
        if item.entry is not entry and other <= words and len(words - other) < _MIN_OWN_WORDS:
            return item.entry.term
    return None
