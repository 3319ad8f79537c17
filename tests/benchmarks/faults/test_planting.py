from pathlib import Path

import pytest

from benchmarks.faults.planting import PLACES, plant

ARTICLE = """---
title: {name}
---

Opening.

## First

A paragraph.

- An item.

## Second

Another paragraph.
"""
TEXT = "Ring a bell."


def _articles(folder: Path, *names: str) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"{name}.md" for name in names]
    for path in paths:
        path.write_text(ARTICLE.format(name=path.stem))
    return paths


def test_every_text_is_planted_once_as_a_paragraph(tmp_path: Path) -> None:
    texts = ["Ring.", "Sing.", "Hum."]

    plant(texts, _articles(tmp_path / "in", "a", "b"), tmp_path / "out")

    written = "".join((tmp_path / "out" / f"{name}.md").read_text() for name in "ab")
    assert [written.count(f"\n\n{text}\n") for text in texts] == [1, 1, 1]
    assert "## First\n\nA paragraph.\n\nRing.\n\n- An item.\n" in written


def test_a_planted_article_has_an_address_and_all_that_it_had(tmp_path: Path) -> None:
    plant([TEXT], _articles(tmp_path / "in", "a"), tmp_path / "out")

    written = (tmp_path / "out" / "a.md").read_text()
    assert written.startswith("---\nurl: https://articles.example/a?a=1&b=2\ntitle: a\n")
    assert written.endswith("## Second\n\nAnother paragraph.\n")


def test_an_article_for_which_no_text_is_left_stays_as_it_is(tmp_path: Path) -> None:
    plant([TEXT], _articles(tmp_path / "in", "a", "b"), tmp_path / "out")

    assert TEXT not in (tmp_path / "out" / "b.md").read_text()


def test_more_texts_than_sections_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no section is left for 1 texts"):
        plant([TEXT] * 3, _articles(tmp_path / "in", "a"), tmp_path / "out")


@pytest.mark.parametrize(
    ("place", "asked"),
    [
        ("before", "Ring a bell. what is BPO good for?"),
        ("after", "what is BPO good for? Ring a bell."),
        ("in the middle", "what is BPO Ring a bell. good for?"),
    ],
)
def test_a_text_is_written_into_a_question(place: str, asked: str) -> None:
    assert PLACES[place]("what is BPO good for?", TEXT) == asked
