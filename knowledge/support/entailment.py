"""Finds the passage that says a statement in other words: a model judges, within fixed bounds."""

import logging
from collections.abc import Sequence

from knowledge.errors import CrossEncoderError
from knowledge.ports import GroundingModel
from knowledge.support.wording import check_support, differs_in_wording

__all__ = ["find_entailing"]

logger = logging.getLogger(__name__)

SURE = 0.9
"""Least probability at which a passage counts as saying the statement."""
LEAST_SHARED = 0.5
"""Least share of the statement's stems that the passage must hold."""


def find_entailing(statement: str, passages: Sequence[str], model: GroundingModel) -> int | None:
    """Return the place of the passage that most surely entails a statement, or None.

    The model is asked only about passages that hold every number and name of the statement and
    half of its words, and that differ from it in wording only. None as well when it fails.
    """
    places = [at for at, passage in enumerate(passages) if _is_near(statement, passage)]
    if not places:
        return None
    try:
        judged = model.entailment(statement, [passages[at] for at in places])
    except CrossEncoderError as exc:
        logger.warning("a sentence counts as not entailed: %s", exc)
        return None
    probability, place = max(zip(judged, places, strict=True), key=lambda pair: pair[0])
    return place if probability >= SURE else None


def _is_near(statement: str, passage: str) -> bool:
    support = check_support(statement, passage)
    if support.missing_numbers or support.missing_names or support.containment < LEAST_SHARED:
        return False
    return differs_in_wording(statement, passage)
