from collections.abc import Iterator

import pytest

from bot.access.authorization import Actor, GroupLookupError
from bot.access.directory import Directory, Place
from bot.local_slack import DEFAULT_USERS, LocalSlack, User
from bot.replying.delivery import create_client

MEMBER = "U0MEMBER1"


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(usergroups={"S1": [MEMBER]}) as running:
        yield running


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def _directory(slack: LocalSlack, clock: _Clock | None = None) -> Directory:
    client = create_client(token=slack.bot_token, base_url=slack.api_url)
    return Directory(client, clock=clock or _Clock())


def _actor(user_id: str = MEMBER) -> Actor:
    return Actor(user_id=user_id, team_id="T0LOCAL01")


def test_what_was_looked_up_is_kept_for_a_minute(slack: LocalSlack) -> None:
    clock = _Clock()
    directory = _directory(slack, clock)
    assert directory.group_members("S1") == {MEMBER}

    slack.workspace.usergroups["S1"] = []

    assert directory.group_members("S1") == {MEMBER}
    clock.now = 61.0
    assert directory.group_members("S1") == frozenset()


@pytest.mark.parametrize("fault", [{"error": "no_such_subteam"}, {"status": 500}], ids=str)
def test_a_group_that_cannot_be_looked_up_is_an_error(
    slack: LocalSlack, fault: dict[str, object]
) -> None:
    slack.fail_next("usergroups.users.list", **fault)  # type: ignore[arg-type]

    with pytest.raises(GroupLookupError):
        _directory(slack).group_members("S1")


@pytest.mark.parametrize("user", DEFAULT_USERS, ids=lambda user: user.name)
def test_guests_are_told_from_members(slack: LocalSlack, user: User) -> None:
    actor = _directory(slack).with_standing(_actor(user.id))

    assert actor.is_guest is (user.id == "U0GUEST01")
    assert not actor.is_bot
    assert actor.team_id == "T0LOCAL01"


def test_without_the_scope_a_person_is_taken_as_named(slack: LocalSlack) -> None:
    slack.fail_next("users.info", error="missing_scope")

    assert _directory(slack).with_standing(_actor()) == _actor()


@pytest.mark.parametrize("fault", [{"error": "user_not_found"}, {"status": 500}], ids=str)
def test_of_somebody_who_cannot_be_looked_up_nothing_is_known(
    slack: LocalSlack, fault: dict[str, object]
) -> None:
    slack.fail_next("users.info", **fault)  # type: ignore[arg-type]

    assert _directory(slack).with_standing(_actor()).is_unknown


def test_nobody_can_be_looked_up_while_slack_is_down() -> None:
    directory = Directory(create_client(token="xoxb-local", base_url="http://127.0.0.1:9/"))

    assert directory.with_standing(_actor()).is_unknown
    assert directory.place("C0GENERAL") == Place(is_member=True, is_external=True, is_known=False)
    with pytest.raises(GroupLookupError):
        directory.group_members("S1")


@pytest.mark.parametrize(
    ("channel_id", "place"),
    [
        ("C0GENERAL", Place(is_member=True, is_external=False)),
        ("C0SHARED1", Place(is_member=True, is_external=True)),
        ("C0NOBOT01", Place(is_member=False, is_external=False)),
        ("C0NOWHERE", Place(is_member=False, is_external=False)),
        ("D0MEMBER1", Place(is_member=True, is_external=False)),
    ],
    ids=["ours", "shared", "without the bot", "hidden", "direct"],
)
def test_a_channel_is_known_by_who_reads_it(
    slack: LocalSlack, channel_id: str, place: Place
) -> None:
    assert _directory(slack).place(channel_id) == place
