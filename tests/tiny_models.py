"""Models of a few kilobytes, made where a test needs one and loaded as real ones are."""

from collections.abc import Sequence
from pathlib import Path

WINDOW = 32
WORDS = ("agents", "are", "boats", "by", "charge", "hour", "paid", "red", "the", "they")


def make_cross_encoder(
    folder: Path, *, labels: Sequence[str] = ("LABEL_0",), logits: Sequence[float] = ()
) -> str:
    """Save a tiny classifier in a folder; `logits`, when given, are all that it ever says."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    torch.manual_seed(0)
    model = BertForSequenceClassification(
        BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=WINDOW,
            id2label=dict(enumerate(labels)),
        )
    )
    # Random weights of this size say nearly the same of all pairs.
    torch.nn.init.normal_(model.classifier.weight, std=2.0)
    if logits:
        torch.nn.init.zeros_(model.classifier.weight)
        model.classifier.bias.data = torch.tensor(logits)
    model.save_pretrained(folder)
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return str(folder)
