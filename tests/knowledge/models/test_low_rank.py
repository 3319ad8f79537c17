"""Changes of a model's weights, on models of a few numbers."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from knowledge.errors import EmbedderError
from knowledge.models.low_rank import add_changes, digest, read_changes

UP, DOWN = torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0, 4.0, 5.0]])
CHANGE = torch.tensor([[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]])


@pytest.fixture
def model() -> nn.Module:
    layers = {"changed": nn.Linear(3, 2), "other": nn.Linear(3, 2)}
    return nn.ModuleDict({"encoder": nn.ModuleDict(layers)})


def _file(folder: Path, changes: Mapping[str, Tensor]) -> Path:
    file = folder / "changes.safetensors"
    save_file(dict(changes), file)
    return file


def test_the_product_is_added_to_the_weights_that_are_named_and_nothing_else(
    model: nn.Module, tmp_path: Path
) -> None:
    before = {name: value.clone() for name, value in model.state_dict().items()}
    changes = {"encoder.changed.up": UP.half(), "encoder.changed.down": DOWN.half()}

    add_changes(model, read_changes(_file(tmp_path, changes)), of="changes")

    before["encoder.changed.weight"] += CHANGE
    after = model.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert after["encoder.changed.weight"].dtype == torch.float32


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"encoder.no.up": UP, "encoder.no.down": DOWN}, id="no such layer"),
        pytest.param({"encoder.up": UP, "encoder.down": DOWN}, id="a layer without weights"),
        pytest.param({"encoder.changed.up": UP}, id="half of a change"),
        pytest.param({"encoder.changed.weight": UP}, id="weights instead of changes"),
        pytest.param(
            {"encoder.changed.up": UP, "encoder.changed.down": torch.ones(1, 4)}, id="too wide"
        ),
    ],
)
def test_changes_of_another_model_are_refused(
    changes: Mapping[str, Tensor], model: nn.Module
) -> None:
    with pytest.raises(EmbedderError, match=r"^its\.safetensors does not fit the model"):
        add_changes(model, changes, of="its.safetensors")


@pytest.mark.parametrize("content", [None, b"", b"no tensors"])
def test_a_file_that_is_missing_or_broken_is_named(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "changes.safetensors"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(EmbedderError, match=r"^cannot read changes\.safetensors"):
        read_changes(file)


def test_the_digest_changes_with_the_content_only(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one", "same", "other"))
    for file, content in ((one, b"a"), (same, b"a"), (other, b"b")):
        file.write_bytes(content)

    assert digest(one) == digest(same) != digest(other)
    assert len(digest(one)) == 8


def test_without_the_file_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match=r"cannot read gone\.st.*reinstall the program"):
        digest(tmp_path / "gone.st")
