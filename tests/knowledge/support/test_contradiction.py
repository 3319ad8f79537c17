"""What can be seen to be turned around, word by word."""

import pytest

from knowledge.support.contradiction import contradicts, is_half_of
from knowledge.support.exactness import differs_exactly


@pytest.mark.parametrize(
    ("statement", "unit", "why"),
    [
        (
            "About 1.82 million people worked there in 2025.",
            "It had 1.82 million people in 2024 and 1.9 million in 2025.",
            "figure",
        ),
        (
            "AHT suits personal targets, not planning.",
            "AHT suits planning, and not personal targets.",
            "denial",
        ),
        (
            "You need an entity for an EOR, but less for a PEO.",
            "A PEO needs an entity, while an EOR needs none.",
            "order",
        ),
        ("It always saves money.", "It often saves money.", "hedge"),
        ("It had 1.9 million people in 2025.", "It had 1.9 million people in 2025.", ""),
        ("AHT is for planning, not for targets.", "AHT suits planning, and not targets.", ""),
        ("A client pays the provider.", "The client pays its provider by the hour.", ""),
    ],
)
def test_what_is_turned_around_is_seen(statement: str, unit: str, why: str) -> None:
    assert contradicts(statement, [unit]) == why


@pytest.mark.parametrize(
    ("statement", "is_half"),
    [
        ("A BPO provider runs the software as well.", True),
        ("A BPO provider runs the software as well, yet the product is the process.", False),
    ],
)
def test_what_is_cut_before_a_contrast_is_half(statement: str, is_half: bool) -> None:
    unit = "A BPO provider often runs the software as well, but the product is a finished process."

    assert is_half_of(statement, unit) == is_half


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("The notice is three months.", ""),
        ("The notice is 3 months.", ""),
        ("The notice is 4 months.", "figure"),
        ("The notice is three months at Accenture.", "name"),
        ("The notice costs $3.", "figure"),
        ("The notice is not three months.", "denial"),
        ("Your 8 hours are no part of it.", "denial"),
        ("In Manila, the notice is three months.", ""),
        ("With your 8 agents, the notice is three months.", ""),
    ],
)
def test_figures_names_and_denials_are_compared_exactly(statement: str, why: str) -> None:
    evidence = "The period of notice is three months."

    assert differs_exactly(statement, evidence, frame="Manila", asked="8 agents?") == why
