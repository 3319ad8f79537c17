"""Reads the public data sets that the benchmarks measure with."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

__all__ = [
    "BIPIA_FILE",
    "ClapNqItem",
    "Document",
    "SciFact",
    "load_bipia",
    "load_clapnq",
    "load_scifact",
    "nomiracl_passages",
    "sample",
]

BIPIA_FILE = Path("bipia", "text_attack_train.json")

SEED = 20
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text to ingest; its id becomes the article's."""

    document_id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SciFact:
    """Abstracts, claims, and which abstracts bear on which claim."""

    documents: tuple[Document, ...]
    claims: dict[str, str]
    relevant: dict[str, dict[str, float]]
    """Gain of each relevant document, by claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClapNqItem:
    """A real question and its passage."""

    document_id: str
    question: str
    title: str
    sentences: tuple[str, ...]
    selected: frozenset[int]
    """Places of the sentences that the answer was made of."""
    is_answerable: bool

    @property
    def document(self) -> Document:
        """The passage as a text to ingest."""
        return Document(
            document_id=self.document_id, title=self.title, text=" ".join(self.sentences)
        )


def load_scifact(data: Path, *, documents: int | None, queries: int | None) -> SciFact:
    """Return SciFact, or a sample that is the same every time.

    A sample of documents keeps all that are relevant to the sampled claims, so it can be larger
    than asked for.
    """
    folder = data / "scifact"
    texts = {str(row["_id"]): str(row["text"]) for row in _rows(folder / "queries.train.jsonl")}
    relevant: dict[str, dict[str, float]] = {}
    with (folder / "qrels.train.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if (gain := float(row["score"])) > 0:
                relevant.setdefault(row["query-id"], {})[row["corpus-id"]] = gain
    claims = {key: texts[key] for key in sample(sorted(relevant, key=int), queries)}
    relevant = {key: relevant[key] for key in claims}
    corpus = {str(row["_id"]): row for row in _rows(folder / "corpus.jsonl")}
    needed = {document_id for gains in relevant.values() for document_id in gains}
    others = [document_id for document_id in corpus if document_id not in needed]
    rest = None if documents is None else max(documents - len(needed), 0)
    kept = needed.union(sample(others, rest))
    return SciFact(
        documents=tuple(
            Document(document_id=key, title=str(row["title"]), text=str(row["text"]))
            for key, row in corpus.items()
            if key in kept
        ),
        claims=claims,
        relevant=relevant,
    )


def load_clapnq(data: Path, *, queries: int | None) -> tuple[ClapNqItem, ...]:
    """Return all questions, or a sample of which half are answerable."""
    half = None if queries is None else max(queries // 2, 1)
    return tuple(
        _clapnq_item(row, f"{name}-{place}", is_answerable=name == "answerable")
        for name in ("answerable", "unanswerable")
        for place, row in sample(list(enumerate(_rows(data / "clapnq" / f"{name}.jsonl"))), half)
    )


def _clapnq_item(row: dict[str, Any], document_id: str, *, is_answerable: bool) -> ClapNqItem:
    passage = row["passages"][0]
    selected = set(row["output"][0]["selected_sentences"])
    return ClapNqItem(
        document_id=document_id,
        question=str(row["input"]),
        title=str(passage["title"]),
        sentences=tuple(passage["sentences"]),
        selected=frozenset(
            place for place, text in enumerate(passage["sentences"]) if text in selected
        ),
        is_answerable=is_answerable,
    )


def load_bipia(data: Path) -> list[str]:
    """Return the strings that try to make a reader of texts do something else."""
    groups: dict[str, list[str]] = json.loads((data / BIPIA_FILE).read_text(encoding="utf-8"))
    return [text for group in groups.values() for text in group]


def sample(items: Sequence[T], size: int | None) -> list[T]:
    """Return `size` items in their order; all of them for None or when there are fewer."""
    if size is None or size >= len(items):
        return list(items)
    places = np.random.default_rng(SEED).choice(len(items), size=size, replace=False)
    return [items[place] for place in sorted(places.tolist())]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def nomiracl_passages(data: Path) -> tuple[dict[str, Document], list[tuple[str, bool]]]:
    """Return NoMIRACL's passages by id, and its questions with whether one of them answers."""
    passages: dict[str, Document] = {}
    questions = []
    for row in _rows(data / "nomiracl" / "en.tune.jsonl"):
        questions.append((row["question"], row["has_answer"]))
        for one in row["passages"]:
            name = one["id"].replace("#", "-")
            passages[name] = Document(document_id=name, title=one["title"], text=one["text"])
    return passages, questions
