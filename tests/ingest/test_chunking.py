"""Articles become chunks: properties that hold for any article, and the cases worth a name."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunking import MIN_BODY_TOKENS, split_articles, version_id
from knowledge.domain import Article, Chunk
from knowledge.models.embeddings import SentenceTransformerEmbedder
from tests.fakes import HashingEmbedder
from tests.workbench import make_article

MAX_TOKENS = 120
COUNT = HashingEmbedder().count_tokens

words = st.from_regex(r"[A-Za-z]{1,9}", fullmatch=True)
sentences = st.lists(words, min_size=1, max_size=20).map(lambda ws: " ".join(ws).capitalize() + ".")
paragraphs = st.lists(sentences, min_size=1, max_size=8).map(" ".join)
lists = st.lists(sentences, min_size=1, max_size=8).map(
    lambda items: "\n".join(f"- {item}" for item in items)
)
tables = st.lists(st.lists(words, min_size=2, max_size=2), min_size=1, max_size=6).map(
    lambda rows: "\n".join(
        f"| {' | '.join(cells)} |" for cells in (["head", "head"], ["---", "---"], *rows)
    )
)
code = st.lists(words, min_size=1, max_size=40).map(lambda ws: f"```\n{' '.join(ws)}\n```")
headings = st.builds(lambda level, word: f"{'#' * level} {word}", st.integers(2, 4), words)
bodies = st.lists(st.one_of(paragraphs, lists, tables, code, headings), min_size=1, max_size=6).map(
    "\n\n".join
)


def _split(article: Article, *, max_tokens: int = MAX_TOKENS) -> tuple[Chunk, ...]:
    (chunks,) = split_articles([article], count_tokens=COUNT, max_tokens=max_tokens)
    return chunks


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@settings(max_examples=25, deadline=None)
@given(body=bodies)
def test_every_word_under_the_headings_is_kept_once_and_in_order(body: str) -> None:
    prose = re.sub(r"^#+ .*$|^\| --- .*$", "", body, flags=re.MULTILINE)

    chunks = _split(make_article(body=body))

    assert [word for chunk in chunks for word in _words(chunk.text)] == _words(prose)


@settings(max_examples=25, deadline=None)
@given(body=bodies, max_tokens=st.integers(80, 200))
def test_every_chunk_fits_the_window(body: str, max_tokens: int) -> None:
    chunks = _split(make_article(body=body), max_tokens=max_tokens)

    for chunk in chunks:
        (whole,), (trail,) = COUNT([chunk.embedding_text]), COUNT([f"A > {chunk.heading}"])
        assert whole <= max(max_tokens, trail + MIN_BODY_TOKENS)


@settings(max_examples=25, deadline=None)
@given(body=bodies)
def test_splitting_again_gives_the_same_chunks(body: str) -> None:
    article = make_article(body=body)
    alone = _split(article)

    _, beside = split_articles(
        [make_article("other"), article], count_tokens=COUNT, max_tokens=MAX_TOKENS
    )

    assert alone == beside
    assert [chunk.position for chunk in alone] == list(range(len(alone)))
    assert len({chunk.chunk_id for chunk in alone}) == len(alone)


@settings(max_examples=25, deadline=None)
@given(parts=st.lists(paragraphs, min_size=2, max_size=6))
def test_sections_are_never_mixed(parts: list[str]) -> None:
    body = "\n\n".join(f"## Part{n}\n\n{text}" for n, text in enumerate(parts))

    chunks = _split(make_article(body=body))

    for n, text in enumerate(parts):
        own = [chunk.text for chunk in chunks if chunk.heading == f"Part{n}"]
        assert _words(" ".join(own)) == _words(text)


def test_headings_make_a_trail_without_the_title() -> None:
    body = "# A\n\nTop.\n\n## Costs\n\nOne.\n\n### Hidden\n\nTwo.\n\n## Risks\n\nThree."

    chunks = _split(make_article(body=body))

    assert [(chunk.heading, chunk.text) for chunk in chunks] == [
        ("", "Top."),
        ("Costs", "One."),
        ("Costs > Hidden", "Two."),
        ("Risks", "Three."),
    ]


def test_every_chunk_of_a_section_carries_the_questions_of_its_heading_and_no_others() -> None:
    long = " ".join(f"Sentence number {n} says what it costs." for n in range(40))
    body = f"Top.\n\n## Costs\n\n{long}\n\n### Hidden\n\nTwo.\n\n## Risks\n\nThree."
    questions = (("Costs", "how dear"), ("Hidden", "what else"), ("Costs", "what price"))

    chunks = _split(make_article(body=body, questions=questions))

    costs = [chunk for chunk in chunks if chunk.heading == "Costs"]
    assert len(costs) > 1
    assert {chunk.questions for chunk in costs} == {("how dear", "what price")}
    assert [(c.heading, c.questions) for c in chunks if c not in costs] == [
        ("", ()),
        ("Costs > Hidden", ("what else",)),
        ("Risks", ()),
    ]


def test_questions_take_no_room_in_the_text_of_a_chunk() -> None:
    body = "## Costs\n\nOne."

    (plain,) = _split(make_article(body=body))
    (asked,) = _split(make_article(body=body, questions=(("Costs", "how dear"),)))

    assert asked.embedding_text == plain.embedding_text
    assert asked.chunk_id != plain.chunk_id


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param("One.\nTwo.\n\nThree.", "One. Two.\nThree.", id="paragraphs"),
        pytest.param("- One.\n- Two.", "- One.\n- Two.", id="list"),
        pytest.param("1. One.\n2. Two.", "- One.\n- Two.", id="numbered list"),
        pytest.param("- One.\n  - Deeper.", "- One.\n- Deeper.", id="nested list"),
        pytest.param("|a|b|\n|-|-|\n|1|2|", "| a | b |\n| 1 | 2 |", id="table"),
        pytest.param("> Said.", "Said.", id="quotation"),
        pytest.param("**Bold** and [link](https://x.example).", "Bold and link.", id="marks"),
        pytest.param("AT&amp;T \\* 5 &lt; 6", "AT&T * 5 < 6", id="entities and escapes"),
        pytest.param("```\na = 1\nb = 2\n```", "a = 1 b = 2", id="code"),
        pytest.param("Text.\n\n![alt](x.png)", "Text.", id="image"),
    ],
)
def test_markdown_becomes_plain_lines(body: str, text: str) -> None:
    (chunk,) = _split(make_article(body=body))

    assert chunk.text == text


@pytest.mark.parametrize("body", ["", "## Only\n\n## Headings", "![image](x.png)", "---"])
def test_an_article_without_text_has_no_chunks(body: str) -> None:
    assert _split(make_article(body=body)) == ()


def test_a_long_section_is_divided_evenly() -> None:
    body = " ".join("Ten words stand in each and every sentence of this." for _ in range(30))

    chunks = _split(make_article(body=body))

    sizes = [len(chunk.text.split()) for chunk in chunks]
    assert len(sizes) == 3
    assert max(sizes) - min(sizes) <= 20


def test_a_sentence_longer_than_the_window_is_cut_between_words_and_each_part_fits(
    embedder: SentenceTransformerEmbedder,
) -> None:
    # Long words first, short ones last: parts of as many words are not of as many tokens.
    sentence = " ".join(["pneumonoultramicroscopicsilicovolcanoconiosis"] * 60 + ["so"] * 300)

    (chunks,) = split_articles(
        [make_article(body=sentence)],
        count_tokens=embedder.count_tokens,
        max_tokens=embedder.max_tokens,
    )

    assert max(embedder.count_tokens([c.embedding_text for c in chunks])) <= embedder.max_tokens
    assert " ".join(chunk.text for chunk in chunks).split() == sentence.split()


def test_the_version_changes_with_the_content_and_with_nothing_else() -> None:
    article = make_article()

    version = version_id(article, max_tokens=256)
    assert version == version_id(make_article(location="/elsewhere.md"), max_tokens=256)
    assert version != version_id(make_article(body="Other."), max_tokens=256)
    assert version != version_id(make_article("b", body=article.body), max_tokens=256)
    assert version != version_id(article, max_tokens=64)
