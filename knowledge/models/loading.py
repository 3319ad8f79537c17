"""How every model on this machine is loaded: offline, from safetensors, without foreign code."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

__all__ = [
    "go_offline",
    "loading_options",
    "number_format",
    "one_thread_for_numpy",
    "read_window",
]


def go_offline() -> None:
    """Keep the hub libraries from the network; call it before they are imported.

    They read these variables once. Without them an unknown name would be looked up.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"  # noqa: TID251
    os.environ["TRANSFORMERS_OFFLINE"] = "1"  # noqa: TID251
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"  # noqa: TID251
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"  # noqa: TID251
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # noqa: TID251


def number_format(capabilities: Mapping[str, Any]) -> str:
    """Return the format that suits a processor, whose `capabilities` are torch's.

    bfloat16 where it has instructions for it (about three times as fast), else float32.
    """
    has_bfloat16 = capabilities.get("amx_bf16") or capabilities.get("avx512_bf16")
    return "bfloat16" if has_bfloat16 else "float32"


def loading_options(dtype: str) -> dict[str, Any]:
    """Return the arguments with which sentence-transformers loads a model in a number format."""
    return {
        "device": "cpu",
        "local_files_only": True,
        "trust_remote_code": False,
        "model_kwargs": {"dtype": dtype, "use_safetensors": True},
    }


def read_window(folder: Path) -> int | None:
    """Return how many tokens the sentence-transformers model in `folder` reads, if it says so."""
    try:
        settings = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        return int(settings["max_seq_length"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def one_thread_for_numpy() -> None:
    """Let numpy multiply in one thread from now on, in the whole process.

    Its threads wait for more by spinning, which takes the processors from torch: on two cores an
    answer took twice as long. What it multiplies here is small.
    """
    threadpool_limits(limits=1, user_api="blas")
