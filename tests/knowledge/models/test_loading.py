import pytest
import torch
from threadpoolctl import threadpool_info

from knowledge.models.loading import (
    loading_options,
    number_format,
    one_thread_for_numpy,
)


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        pytest.param({}, False, id="unknown processor"),
        pytest.param({"avx2": True, "avx512_f": True}, False, id="no bfloat16"),
        pytest.param({"avx512_bf16": True}, True, id="AVX-512 BF16"),
        pytest.param({"avx512_bf16": False, "amx_bf16": True}, True, id="AMX"),
    ],
)
def test_bfloat16_is_used_where_the_processor_has_it(
    capabilities: dict[str, bool], *, expected: bool
) -> None:
    assert (number_format(capabilities) == "bfloat16") is expected


def test_nothing_is_loaded_from_elsewhere_and_no_code_of_others_is_run() -> None:
    options = loading_options("float32")

    assert options["local_files_only"] is True
    assert options["trust_remote_code"] is False
    assert options["model_kwargs"]["use_safetensors"] is True


def test_numpy_multiplies_in_one_thread_and_torch_in_as_many_as_before() -> None:
    before = torch.get_num_threads()

    one_thread_for_numpy()

    assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} <= {1}
    assert torch.get_num_threads() == before
