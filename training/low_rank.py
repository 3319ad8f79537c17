"""Changes of a model's linear layers that are fitted while the weights stay as they are (LoRA)."""

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["RANK", "add_low_rank", "as_saved"]

RANK = 16
BLOCK = re.compile(r"\.encoder\.layer\.(\d+)\.")


def add_low_rank(
    model: "SentenceTransformer", *, first: int = 0, rank: int = RANK
) -> dict[str, nn.Parameter]:
    """Freeze a model, give each linear layer a change that is still nothing, and return these.

    The blocks before the `first` one stay as they are, so that nothing is led back through them.
    """
    model.requires_grad_(False)
    changes = {}
    for name, layer in model[0].named_modules():
        block = BLOCK.search(name)
        if isinstance(layer, nn.Linear) and block and int(block[1]) >= first:
            rows, columns = layer.weight.shape
            down = torch.randn(rank, columns) / math.sqrt(columns)
            changes[f"{name}.down"] = nn.Parameter(down.to(model.device))
            changes[f"{name}.up"] = nn.Parameter(torch.zeros(rows, rank, device=model.device))
            layer.register_forward_hook(_adding(changes[f"{name}.down"], changes[f"{name}.up"]))
    return changes


def as_saved(changes: dict[str, nn.Parameter]) -> dict[str, Tensor]:
    """Return changes as a file holds them."""
    return {name: change.detach().cpu().half() for name, change in changes.items()}


def _adding(down: Tensor, up: Tensor) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], Tensor]:
    return lambda _layer, inputs, output: output + inputs[0] @ down.T @ up.T
