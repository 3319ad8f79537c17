"""Pure: the house rules that one article keeps or breaks by itself."""

import datetime as dt
import re
from collections.abc import Iterator

from ingest.house_rules.articles import Finding, HouseArticle, word_count
from knowledge.text.language import stems_of

__all__ = ["RULES"]

MAX_SECTION_WORDS = 250
MIN_BODY_WORDS, MAX_BODY_WORDS = 600, 1_400
REQUIRED = ("title", "slug", "summary", "updated", "tags", "related", "sources")

_WORKED_EXAMPLE = "Worked example"
_FIGURE = re.compile(r"US\$\s?\d|\d[\d.,]*\s?(?:%|(?:million|billion|trillion)\b)")
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_UNNAMED = re.compile(
    r"(?:it|its|this|that|these|those|they|their|them|he|she|his|her|such|here|there|both|we|our|"
    r"you|your|another|others)\b",
    re.IGNORECASE,
)


def front_matter_is_complete(article: HouseArticle) -> Iterator[Finding]:
    """Every key is there and filled, and `updated` is a date."""
    for key in REQUIRED:
        if not article.front.get(key):
            yield article.finding("front matter", f"`{key}` is missing or empty", line=1)
    updated = article.front.get("updated")
    if updated and not isinstance(updated, dt.date):
        yield article.finding(
            "front matter",
            f"`updated` is {updated!r}; write a date such as 2026-05-17",
            line=article.front_lines.get("updated"),
        )


def slug_is_file_name(article: HouseArticle) -> Iterator[Finding]:
    """The slug is the file's name without its suffix."""
    slug = article.front.get("slug")
    if slug and slug != article.stem:
        yield article.finding(
            "slug",
            f"the slug {slug!r} is not the file's name {article.stem!r}",
            line=article.front_lines.get("slug"),
        )


def sources_are_complete(article: HouseArticle) -> Iterator[Finding]:
    """Every source has a title and a web address."""
    sources = article.front.get("sources") or []
    for number, source in enumerate(sources if isinstance(sources, list) else [sources], start=1):
        fields = source if isinstance(source, dict) else {}
        is_linked = str(fields.get("url", "")).startswith(("http://", "https://"))
        if not fields.get("title") or not is_linked:
            yield article.finding(
                "source",
                f"source {number} needs a title and a url that starts with http",
                line=article.front_lines.get("sources"),
            )


def lengths_are_kept(article: HouseArticle) -> Iterator[Finding]:
    """No section is too long, and the body is neither too short nor too long."""
    total = 0
    for section in article.sections:
        count = word_count("\n".join(section.lines))
        total += count + word_count(section.heading)
        if count > MAX_SECTION_WORDS:
            yield article.finding(
                "length",
                f"the section {section.heading!r} has {count} words; {MAX_SECTION_WORDS} are the "
                "limit",
                line=section.line,
            )
    if not MIN_BODY_WORDS <= total <= MAX_BODY_WORDS:
        yield article.finding(
            "length",
            f"the body has {total} words; it should have {MIN_BODY_WORDS} to {MAX_BODY_WORDS}",
        )


def figures_have_years(article: HouseArticle) -> Iterator[Finding]:
    """A sentence with an amount or a percentage names the year, unless it is a worked example.

    For a table row the year may stand in the first row of its table.
    """
    for section in article.sections:
        if section.heading.startswith(_WORKED_EXAMPLE):
            continue
        for statement in section.statements():
            dated = f"{statement.table_head} {statement.text}"
            if _FIGURE.search(statement.text) and not _YEAR.search(dated):
                yield article.finding(
                    "year", f"a figure without its year: {statement.text!r}", line=statement.line
                )


def openings_name_their_subject(article: HouseArticle) -> Iterator[Finding]:
    """The first sentence of a section stands alone: it names what the heading is about."""
    for section in article.sections:
        first = next(section.statements(), None)
        if first is None:
            yield article.finding(
                "opening", f"the section {section.heading!r} is empty", line=section.line
            )
        elif _UNNAMED.match(first.text):
            yield article.finding(
                "opening", f"it opens with a pronoun: {first.text!r}", line=first.line
            )
        elif not set(stems_of(first.text)) & set(stems_of(f"{section.heading} {article.title}")):
            yield article.finding(
                "opening",
                f"it shares no word with its heading or the title: {first.text!r}",
                line=first.line,
            )


def questions_stand_under_headings(article: HouseArticle) -> Iterator[Finding]:
    """Questions are listed under headings, and each of these is a section of the article."""
    asked = article.front.get("questions") or {}
    if not isinstance(asked, dict) or not all(isinstance(of, list) for of in asked.values()):
        yield article.finding(
            "questions",
            "`questions` needs headings, each with a list of questions",
            line=article.front_lines.get("questions"),
        )
    first = {listed.heading: listed for listed in reversed(article.questions)}
    for heading, listed in first.items():
        if heading not in article.headings:
            yield article.finding(
                "questions",
                f"there are questions under {heading!r}, which is no section",
                line=listed.line,
            )


RULES = (
    front_matter_is_complete,
    slug_is_file_name,
    sources_are_complete,
    lengths_are_kept,
    figures_have_years,
    openings_name_their_subject,
    questions_stand_under_headings,
)
"""Each takes an article and yields what it finds."""
