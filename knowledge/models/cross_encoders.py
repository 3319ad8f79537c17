"""Cross-encoders on this machine, which read two texts together: one ranks, one judges."""

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge.errors import ConfigError, CrossEncoderError, first_line
from knowledge.models.loading import go_offline, loading_options, number_format

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

__all__ = [
    "CrossEncoderJudge",
    "CrossEncoderReranker",
    "LocalCrossEncoder",
    "create_judge",
    "create_reranker",
]

BATCH_SIZE = 8
"""Pairs of like length that are read together; a small batch holds little padding."""
JUDGING_LABELS = frozenset({"entailment", "supported"})


class LocalCrossEncoder:
    """A sentence-transformers cross-encoder, loaded on first use.

    Safe to share between threads: one reads at a time. A model that could not be loaded is not
    tried again.
    """

    def __init__(self, folder: str, *, variable: str, outputs: int, wanted: int) -> None:
        """`variable` is the setting that errors name; `wanted` is the place of the used output."""
        self._folder = folder
        self._variable = variable
        self._outputs = outputs
        self._wanted = wanted
        self._model: CrossEncoder | None = None
        self._failure = ""
        self._busy = threading.Lock()

    def load(self) -> None:
        """Load the model, if it is not; raises `CrossEncoderError` when it cannot be."""
        with self._busy:
            self._loaded()

    def _probabilities(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return the wanted output of each pair, in [0, 1]; what is too long is cut off."""
        if not pairs:
            return []
        with self._busy:
            model = self._loaded()
            import torch  # noqa: PLC0415

            try:
                # Raw, since some models save an activation of their own and others none.
                predicted = model.predict(
                    list(pairs),
                    batch_size=BATCH_SIZE,
                    show_progress_bar=False,
                    activation_fn=torch.nn.Identity(),
                )
            except Exception as exc:
                # The kind only: the text of a question must not come into the log.
                raise self._error(f"failed: {type(exc).__name__}") from exc
        logits = np.asarray(predicted, dtype=np.float64).reshape(len(pairs), -1)
        if logits.shape[1] != self._outputs or not np.isfinite(logits).all():
            raise self._error("does not give the numbers that its configuration promises")
        return [float(value) for value in _normalised(logits)[:, self._wanted]]

    def _loaded(self) -> "CrossEncoder":
        if self._failure:
            raise self._error(self._failure)
        if self._model is None:
            try:
                self._model = _load(self._folder)
            except Exception as exc:
                self._failure = f"cannot be loaded: {first_line(exc)}"
                raise self._error(self._failure) from exc
        return self._model

    def _error(self, reason: str) -> CrossEncoderError:
        return CrossEncoderError(f"{self._variable}: the model {self._folder} {reason}")


class CrossEncoderReranker(LocalCrossEncoder):
    """Says how well each passage answers a question."""

    def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """Return a score in [0, 1] for each passage, in order; higher is better."""
        return self._probabilities([(query, passage) for passage in passages])


class CrossEncoderJudge(LocalCrossEncoder):
    """Says how likely each passage is to entail a statement."""

    def entailment(self, statement: str, passages: Sequence[str]) -> list[float]:
        """Return a probability for each passage, in order."""
        return self._probabilities([(passage, statement) for passage in passages])


def create_reranker(folder: str) -> CrossEncoderReranker:
    """Return the reranker in a folder; nothing but its configuration is read yet.

    Raises `ConfigError` when it is no cross-encoder with one output.
    """
    variable = "KB_RERANKER_MODEL"
    labels = _read_labels(folder, variable)
    if len(labels) != 1:
        raise ConfigError(
            f"{variable}: the model {folder} has {len(labels)} outputs; a reranker has one"
        )
    return CrossEncoderReranker(folder, variable=variable, outputs=1, wanted=0)


def create_judge(folder: str) -> CrossEncoderJudge:
    """Return the grounding model in a folder; nothing but its configuration is read yet.

    Raises `ConfigError` when it is no cross-encoder with one output, or with two or three of which
    one is for entailment.
    """
    variable = "KB_GROUNDING_MODEL"
    labels = _read_labels(folder, variable)
    wanted = [place for place, label in enumerate(labels) if label.casefold() in JUDGING_LABELS]
    if len(labels) == 1:
        wanted = [0]
    if len(labels) not in (1, 2, 3) or len(wanted) != 1:
        raise ConfigError(
            f"{variable}: the model {folder} has the outputs {', '.join(labels)}; a grounding "
            f"model has one, or two or three of which one is called entailment or supported"
        )
    return CrossEncoderJudge(folder, variable=variable, outputs=len(labels), wanted=wanted[0])


def _load(folder: str) -> "CrossEncoder":
    go_offline()
    # torch takes seconds to import; `/define` and `--help` must not wait for it.
    import torch  # noqa: PLC0415
    from sentence_transformers import CrossEncoder  # noqa: PLC0415

    dtype = number_format(torch.cpu.get_capabilities())
    model: CrossEncoder = CrossEncoder(folder, **loading_options(dtype))
    return model


def _read_labels(folder: str, variable: str) -> list[str]:
    """Return the names of a classifier's outputs, in order."""
    try:
        config = json.loads((Path(folder) / "config.json").read_text(encoding="utf-8"))
        architectures = [str(name) for name in config.get("architectures") or ()]
        labels = _labels(config)
        has_weights = any(Path(folder).glob("*.safetensors"))
    except (OSError, ValueError, TypeError, AttributeError) as exc:
        raise ConfigError(
            f"{variable}: cannot read config.json in {folder}: {first_line(exc)}"
        ) from exc
    # Any other model would be given a head of random numbers, and no error.
    if not any(name.endswith("ForSequenceClassification") for name in architectures):
        raise ConfigError(
            f"{variable}: the model {folder} is no cross-encoder, but {', '.join(architectures)}"
        )
    if not has_weights:
        raise ConfigError(f"{variable}: the model {folder} has no safetensors weights")
    return labels


def _labels(config: Mapping[str, Any]) -> list[str]:
    """Return what a configuration says of the outputs, as transformers reads it."""
    named = config.get("id2label")
    if named is None:
        return [f"LABEL_{place}" for place in range(int(config.get("num_labels", 2)))]
    return [str(named[place]) for place in sorted(named, key=int)]


def _normalised(logits: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, Any]:
    if logits.shape[1] == 1:
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -500, 500))))
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
