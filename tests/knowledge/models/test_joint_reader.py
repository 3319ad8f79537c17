"""The reader of passages, with the real model, and its sums on states of a few numbers."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from torch import Tensor

from knowledge.errors import EmbedderError
from knowledge.models.bundled import bundled_model
from knowledge.models.joint_reader import (
    QUESTION_TOKENS,
    TOKENS,
    UNREAD,
    Encoded,
    JointReader,
    Judgement,
    encode,
    judge,
)
from tests.workbench import make_chunk

CANTEEN = make_chunk(
    "canteen#0",
    title="The canteen",
    heading="Opening hours",
    text="The canteen feeds the agents of every shift. It shuts at three in the morning. "
    "Its soup is made from carrots and ginger.",
)
STORE = make_chunk("store#0", title="Store", heading="", text="The store sells pens and paper.")
STATES = torch.tensor([[9.0, 9.0], [3.0, 4.0], [9.0, 9.0], [4.0, 3.0], [0.0, 5.0], [9.0, 9.0]])


@pytest.fixture(scope="module")
def reader() -> JointReader:
    return JointReader(bundled_model())


@pytest.fixture(scope="module")
def model() -> SentenceTransformer:
    return SentenceTransformer(str(bundled_model()), device="cpu")


@pytest.mark.parametrize(
    ("question", "answers"),
    [("when does the canteen close?", 1), ("what is the canteen's soup made of?", 2)],
)
def test_the_sentence_that_answers_stands_out(
    question: str, answers: int, reader: JointReader
) -> None:
    (odds,) = reader.read(question, [CANTEEN])

    assert len(odds) == 3
    assert max(odds) == odds[answers]


def test_a_question_that_the_passage_does_not_answer_is_told_from_one_that_it_does(
    reader: JointReader,
) -> None:
    (answered,) = reader.read("what is the canteen's soup made of?", [CANTEEN])
    (unanswered,) = reader.read("how much does the canteen's soup cost?", [CANTEEN])

    assert max(answered) > max(unanswered)


def test_passages_are_read_each_by_itself_in_order(reader: JointReader) -> None:
    question = "when does the canteen close?"

    together = reader.read(question, [STORE, CANTEEN])

    for chunk, odds in zip([STORE, CANTEEN], together, strict=True):
        assert odds == pytest.approx(reader.read(question, [chunk])[0], abs=0.3)


def test_nothing_to_read_has_no_odds_and_loads_nothing(tmp_path: Path) -> None:
    assert JointReader(tmp_path, changes=tmp_path / "none").read("why?", []) == []


def test_the_model_reads_the_question_the_frame_and_each_unit(model: SentenceTransformer) -> None:
    read = encode(model, "Who is it?", frame="The staff", units=["It is Ann.", "She is in."])

    def text(place: tuple[int, int]) -> str:
        return model.tokenizer.decode(read.tokens[slice(*place)])

    assert model.tokenizer.decode(read.tokens) == (
        "[CLS] who is it? [SEP] the staff [SEP] it is ann. [SEP] she is in. [SEP]"
    )
    assert text(read.question) == "who is it?"
    assert [text(place) for place in read.units] == ["it is ann.", "she is in."]
    bare = encode(model, "Who is it?", frame=" ", units=["It is Ann."])
    assert model.tokenizer.decode(bare.tokens) == "[CLS] who is it? [SEP] it is ann. [SEP]"


def test_what_does_not_fit_is_not_read(model: SentenceTransformer) -> None:
    units = ["word " * 300, "word " * 300, "Short."]

    read = encode(model, "why " * 100, frame="", units=units)

    assert read.question == (1, 1 + QUESTION_TOKENS)
    assert [end - start for start, end in read.units] == [300, 0, 2]
    assert len(read.tokens) <= TOKENS


def _judge(*mix: float, linear: Tensor) -> list[float]:
    read = Encoded(tokens=[0] * 6, question=(1, 2), units=[(3, 4), (5, 5)])
    judgement = Judgement(mix=torch.tensor(mix), linear=linear)
    return judge(read, STATES, judgement).tolist()


def test_a_unit_is_judged_by_its_mean_its_nearest_token_and_a_linear_layer() -> None:
    nothing = torch.zeros(4)

    # The mean of (4, 3) and the (0, 5) that ends the unit is (2, 4); the question is (3, 4) / 5.
    assert _judge(1, 0, 0, linear=nothing)[0] == pytest.approx(22 / 5 / 20**0.5)
    assert _judge(0, 1, 0, linear=nothing)[0] == pytest.approx(24 / 25)
    assert _judge(0, 0, 7, linear=nothing)[0] == 7
    linear = torch.tensor([1.0, 0.0, 0.0, 10.0])
    assert _judge(0, 0, 0, linear=linear)[0] == pytest.approx(2 + 10 * 4 * 4 / 5)


def test_a_unit_that_was_not_read_is_no_answer() -> None:
    assert _judge(1, 1, 1, linear=torch.zeros(4))[1] == UNREAD


def test_an_empty_question_is_answered_by_nothing(reader: JointReader) -> None:
    assert reader.read("", [STORE]) == [(UNREAD,)]


def test_a_text_without_units_has_no_odds() -> None:
    read = Encoded(tokens=[0] * 6, question=(1, 2), units=[])

    assert judge(read, STATES, Judgement(torch.ones(3), torch.ones(4))).tolist() == []


def test_it_is_said_what_is_missing(tmp_path: Path) -> None:
    incomplete = tmp_path / "half.safetensors"
    save_file({"mix": torch.ones(3)}, incomplete)

    with pytest.raises(EmbedderError, match=r"cannot read none\.safetensors"):
        JointReader(bundled_model(), changes=tmp_path / "none.safetensors").load()
    with pytest.raises(EmbedderError, match=r"reads passages; reinstall the program: 'linear'"):
        JointReader(bundled_model(), changes=incomplete).load()
    with pytest.raises(EmbedderError, match="reads passages; reinstall the program"):
        JointReader(tmp_path / "no model").load()
