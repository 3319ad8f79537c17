"""Low-rank changes of a model's weights, which tune it to the field.

LoRA, Hu et al. 2021: each changed linear layer gets its weight plus the product of two thin
matrices. The change is added once, when the model is loaded, so that nothing is slower for it.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.errors import EmbedderError

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["FIELD_TUNING", "add_changes", "digest", "read_changes"]

FIELD_TUNING = Path(__file__).parent / "field_tuning.safetensors"
"""What `python -m training.fit_embedder` learnt from the questions that the articles list."""


def digest(file: Path) -> str:
    """Return eight hexadecimal digits that change with the file; raise `EmbedderError`."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()[:8]
    except OSError as exc:
        raise EmbedderError(
            f"cannot read {file.name}, which tunes the embedding model: {exc.strerror}; "
            "reinstall the program"
        ) from exc


def read_changes(file: Path) -> "dict[str, Tensor]":
    """Return the tensors in `file` by name; raise `EmbedderError` when it cannot be read."""
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.torch import load_file  # noqa: PLC0415

    try:
        return load_file(file)
    except (OSError, SafetensorError) as exc:
        raise EmbedderError(f"cannot read {file.name}; reinstall the program: {exc}") from exc


def add_changes(model: "nn.Module", changes: "Mapping[str, Tensor]", *, of: str) -> None:
    """Add changes to the weights of the layers that they name.

    There are for each layer `NAME.up` (out, rank) and `NAME.down` (rank, in). Errors name the file
    that the changes are `of`.

    Raises:
        EmbedderError: when they do not fit the model.
    """
    import torch  # noqa: PLC0415

    try:
        for name in sorted({key.rpartition(".")[0] for key in changes}):
            weight = model.get_parameter(f"{name}.weight")
            up, down = changes[f"{name}.up"], changes[f"{name}.down"]
            with torch.no_grad():
                weight.add_(up.to(weight.dtype) @ down.to(weight.dtype))
    except (AttributeError, KeyError, RuntimeError) as exc:
        raise EmbedderError(f"{of} does not fit the model: {exc}") from exc
