"""The embedding model, from sentence-transformers."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge.errors import EmbedderError, first_line
from knowledge.models.bundled import BUNDLED_NAME, BUNDLED_SHA256, bundled_model, check_weights
from knowledge.models.loading import (
    go_offline,
    loading_options,
    number_format,
    read_window,
)
from knowledge.models.low_rank import FIELD_TUNING, add_changes, digest, read_changes
from knowledge.ports import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["SentenceTransformerEmbedder", "create_embedder"]

BATCH_SIZE = 32
SLICE_SIZE = 128
"""Texts embedded before another thread gets its turn: about a second's work."""


class SentenceTransformerEmbedder:
    """Embeds with a sentence-transformers model on this machine; loads it on first use.

    The number format follows the processor: bfloat16 where it has instructions for it (about
    three times as fast, cosine to float32 at least 0.996), else float32. Safe to share between
    threads: one embeds at a time.
    """

    def __init__(
        self, model: str | Path, *, name: str, sha256: str = "", changes: Path | None = None
    ) -> None:
        """`sha256`, when given, is what `model.safetensors` must hash to.

        `changes` names a file of changes that are added to the weights.
        """
        self._model_path = model
        self._name = name
        self._sha256 = sha256
        self._changes = changes
        self._model: SentenceTransformer | None = None
        self._window: int | None = None
        self._turnstile = threading.Lock()
        self._busy = threading.RLock()

    @property
    def name(self) -> str:
        """The model's name; part of the index's fingerprint."""
        return self._name

    @property
    def max_tokens(self) -> int:
        """Tokens that the model reads, special ones included.

        A plan asks for it, so the model is only loaded where its folder does not say.
        """
        if self._window is None:
            self._window = read_window(Path(self._model_path))
        return self._window or int(self._loaded().max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's tokens, special ones included and nothing cut off."""
        if not texts:
            return []
        tokenizer: Any = self._loaded().tokenizer
        with self._turn():
            backend = tokenizer.backend_tokenizer
            backend.no_truncation()
            backend.no_padding()
            return [len(encoding.ids) for encoding in backend.encode_batch_fast(list(texts))]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return one unit float32 row for each text, in order."""
        model = self._loaded()
        if not texts:
            return np.empty((0, model.get_embedding_dimension() or 0), dtype=np.float32)
        vectors = np.empty((len(texts), model.get_embedding_dimension() or 0), dtype=np.float32)
        # Texts of like length share a batch, so that little of it is padding.
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]), reverse=True)
        for start in range(0, len(order), SLICE_SIZE):
            places = order[start : start + SLICE_SIZE]
            with self._turn():
                vectors[places] = model.encode(
                    [texts[place] for place in places],
                    batch_size=BATCH_SIZE,
                    show_progress_bar=False,
                )
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        """Return the unit float32 vector of a question."""
        return np.asarray(self.embed_documents([text])[0], dtype=np.float32)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        # Whoever waits holds the turnstile, so a question gets its turn after the slice at hand
        # and not after the whole run of ingestion.
        with self._turnstile:
            self._busy.acquire()
        try:
            yield
        finally:
            self._busy.release()

    def _loaded(self) -> "SentenceTransformer":
        if self._model is not None:
            return self._model
        with self._turn():
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> "SentenceTransformer":
        if self._sha256:
            check_weights(Path(self._model_path), sha256=self._sha256)
        go_offline()
        # torch takes seconds to import; `/define` and `--help` must not wait for it.
        import torch  # noqa: PLC0415
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415

        dtype = number_format(torch.cpu.get_capabilities())
        try:
            # A change can be smaller than what bfloat16 can add to a weight.
            model = SentenceTransformer(
                str(self._model_path), **loading_options("float32" if self._changes else dtype)
            )
        except (OSError, ValueError, RuntimeError, KeyError) as exc:
            raise EmbedderError(
                f"cannot load the embedding model {self._name!r}. KB_EMBEDDING_MODEL must be the "
                f"path of a sentence-transformers model with safetensors weights on this machine "
                f"(nothing is downloaded): {first_line(exc)}"
            ) from exc
        if self._changes:
            add_changes(model[0], read_changes(self._changes), of=self._changes.name)
            model.to(getattr(torch, dtype))
        return model


def create_embedder(model: str) -> SentenceTransformerEmbedder:
    """Return the embedder for a name or path; for "", the bundled model tuned to the field.

    Nothing is loaded yet, but a missing model is reported at once with `EmbedderError`.
    """
    if model in ("", BUNDLED_NAME, f"sentence-transformers/{BUNDLED_NAME}"):
        changes = None if model else FIELD_TUNING
        # The index must be made anew when the tuning changes.
        name = f"{BUNDLED_NAME}+{digest(changes)}" if changes else BUNDLED_NAME
        return SentenceTransformerEmbedder(
            bundled_model(), name=name, sha256=BUNDLED_SHA256, changes=changes
        )
    return SentenceTransformerEmbedder(model, name=model)
