from collections.abc import Collection
from typing import cast

import pytest

from bot.access.authorization import (
    FOR_ADMINS,
    FOR_EXPERTS,
    FOR_MEMBERS,
    Action,
    Actor,
    GroupLookupError,
    Policy,
    Reason,
    authorize,
)

KNOWN_GROUPS = {"S1": ["U0ADMIN2"]}


def _group_members(group_id: str) -> Collection[str]:
    if group_id not in KNOWN_GROUPS:
        raise GroupLookupError(group_id)
    return KNOWN_GROUPS[group_id]


def _policy(*admins: str) -> Policy:
    return Policy(
        team_ids=frozenset({"T1", "E1"}),
        admins=frozenset(admins),
        group_members=_group_members,
        experts=lambda: ["U0ADMIN1", "U0ADMIN2", "U0EXPERT"],
    )


def _actor(user_id: str = "U0MEMBER", **changes: object) -> Actor:
    return Actor(**{"user_id": user_id, "team_id": "T1", **changes})  # type: ignore[arg-type]


USUAL = _policy("U0ADMIN1", "S1")
EVERYTHING = {
    "admin by id": (_actor("U0ADMIN1"), USUAL),
    "admin by group": (_actor("U0ADMIN2"), USUAL),
    "admin known by the organisation": (_actor("U0ADMIN1", team_id="E1"), USUAL),
}
ONLY_AS_A_MEMBER = {
    "member": (_actor(), USUAL, Reason.NOT_ADMIN),
    "guest": (_actor(is_guest=True), USUAL, Reason.GUEST),
    "guest who is listed": (_actor("U0ADMIN1", is_guest=True), USUAL, Reason.GUEST),
    "anybody without a list": (_actor("U0ADMIN1"), _policy(), Reason.NO_ADMINS),
    "group that cannot be looked up": (_actor(), _policy("S9"), Reason.GROUP_LOOKUP_FAILED),
    "group named as a user": (_actor("S1"), _policy("U0ADMIN1"), Reason.NOT_ADMIN),
}
NOTHING = {
    "bot": (_actor("U0ADMIN1", is_bot=True), USUAL, Reason.NOT_A_PERSON),
    "nobody": (_actor(""), USUAL, Reason.NOT_A_PERSON),
    "deactivated": (_actor("U0ADMIN1", is_deactivated=True), USUAL, Reason.DEACTIVATED),
    "other team": (_actor("U0ADMIN1", team_id="T2"), USUAL, Reason.OTHER_TEAM),
    "unknown team": (_actor("U0ADMIN1", team_id=""), USUAL, Reason.OTHER_TEAM),
    "external channel": (
        _actor("U0ADMIN1", in_external_channel=True),
        USUAL,
        Reason.EXTERNAL_CHANNEL,
    ),
}


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("kind", EVERYTHING)
def test_an_administrator_may_do_everything(kind: str, action: Action) -> None:
    actor, policy = EVERYTHING[kind]

    assert authorize(actor, action, policy).allowed


@pytest.mark.parametrize("action", sorted(FOR_MEMBERS | FOR_ADMINS))
@pytest.mark.parametrize("kind", ONLY_AS_A_MEMBER)
def test_a_member_may_do_only_what_members_may(kind: str, action: Action) -> None:
    actor, policy, reason = ONLY_AS_A_MEMBER[kind]

    decision = authorize(actor, action, policy)

    assert decision.allowed is (action in FOR_MEMBERS)
    assert decision.reason is (Reason.ALLOWED if decision.allowed else reason)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("kind", NOTHING)
def test_strangers_may_do_nothing(kind: str, action: Action) -> None:
    actor, policy, reason = NOTHING[kind]

    decision = authorize(actor, action, policy)

    assert (decision.allowed, decision.reason) == (False, reason)


def test_an_action_that_is_not_known_is_refused_even_to_administrators() -> None:
    decision = authorize(_actor("U0ADMIN1"), cast("Action", "delete_everything"), USUAL)

    assert (decision.allowed, decision.reason) == (False, Reason.UNKNOWN_ACTION)


def test_every_action_has_its_place() -> None:
    assert set(Action) == FOR_MEMBERS | FOR_ADMINS | FOR_EXPERTS
    assert not FOR_MEMBERS & FOR_ADMINS


def test_whoever_is_in_the_experts_channel_may_answer_and_nothing_else() -> None:
    expert = _actor("U0EXPERT")

    assert authorize(expert, Action.ANSWER, USUAL).allowed
    assert not authorize(expert, Action.INGEST, USUAL).allowed
    assert authorize(_actor(), Action.ANSWER, USUAL).reason is Reason.NOT_EXPERT


def test_without_an_experts_channel_nobody_is_an_expert() -> None:
    policy = Policy(team_ids=frozenset({"T1"}), admins=frozenset(), group_members=_group_members)

    assert authorize(_actor(), Action.ANSWER, policy).reason is Reason.NOT_EXPERT


def test_experts_who_cannot_be_found_out_are_none() -> None:
    def away() -> Collection[str]:
        raise GroupLookupError("C0EXPERTS")

    policy = Policy(
        team_ids=frozenset({"T1"}),
        admins=frozenset(),
        group_members=_group_members,
        experts=away,
    )

    decision = authorize(_actor("U0EXPERT"), Action.ANSWER, policy)

    assert decision.reason is Reason.EXPERTS_LOOKUP_FAILED
