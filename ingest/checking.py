"""Checks articles and glossary against the house rules, without a model."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    location: str
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.location}: {self.rule}: {self.text}"


def check_corpus(
    paths: list[str], *, glossary_file: Path, compare_with: str | None
) -> list[Finding]:
    return []
