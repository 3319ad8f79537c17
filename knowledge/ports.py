"""What the services need from the outside, named for the role."""

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from knowledge.domain import Chunk, ChunkId

__all__ = [
    "ChatModel",
    "ChunkStore",
    "Embedder",
    "GroundingModel",
    "PassageReader",
    "Reranker",
    "SupportModel",
    "Vectors",
]

Vectors: TypeAlias = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors; loads its model on first use."""

    @property
    def name(self) -> str:
        """Names the model so that vectors of two models are never mixed."""

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that the model reads; the rest is cut off."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many of `max_tokens` each text takes."""

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row for each text, in order; shape (0, n) for no text."""

    def embed_query(self, text: str) -> Vectors:
        """Return the unit vector of a question."""


class PassageReader(Protocol):
    """Reads a question and a whole passage together and says which of its units answer."""

    def read(self, question: str, chunks: Sequence[Chunk], /) -> Sequence[tuple[float, ...]]:
        """Return for each chunk, in order, the log-odds that each of its units answers."""


class Reranker(Protocol):
    """Reads a question and a passage together and says how well the one answers the other."""

    def score(self, query: str, passages: Sequence[str], /) -> Sequence[float]:
        """Return a score for each passage, in order; higher is better.

        Comparable within one call only. Raises `CrossEncoderError` when it fails.
        """


class GroundingModel(Protocol):
    """Reads a passage and a statement together and says whether the one entails the other."""

    def entailment(self, statement: str, passages: Sequence[str], /) -> Sequence[float]:
        """Return for each passage, in order, the probability that it entails the statement.

        Raises `CrossEncoderError` when it fails.
        """


class SupportModel(Protocol):
    """Reads a statement with what it may rest on and says what speaks against it."""

    def judge(
        self, statements: Sequence[tuple[str, Sequence[tuple[str, str]]]], /
    ) -> Sequence[tuple[float, float]]:
        """Return the log-odds that something in each statement is absent, or contradicted.

        A statement comes with the frame and the text of each unit that it may rest on.
        """


class ChatModel(Protocol):
    """Writes text from instructions and a request."""

    @property
    def name(self) -> str:
        """What people are told has written an answer."""

    def write(self, instructions: str, request: str) -> Iterator[str]:
        """Yield pieces of the reply; raise `GenerationError` when it fails or is too slow.

        An empty piece now and then says that it is still waited for.
        """


class ChunkStore(Protocol):
    """Holds vectors of chunks and finds the nearest; derived from the record."""

    @property
    def keeps_text(self) -> bool:
        """Whether texts are in its files, where they may stay when a chunk is deleted."""

    def upsert(self, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Write chunks with their vectors; writing one again changes nothing."""

    def delete(self, chunk_ids: Sequence[ChunkId]) -> None:
        """Forget chunks; unknown ids are ignored."""

    def query(self, vector: Vectors, *, limit: int) -> list[tuple[ChunkId, float]]:
        """Return the nearest chunks and their cosine similarity, best first."""

    def count(self) -> int:
        """Return how many chunks are stored."""

    def ids(self) -> set[ChunkId]:
        """Return every stored id."""

    def close(self) -> None:
        """Release the index; the store cannot be used afterwards."""
