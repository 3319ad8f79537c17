"""Who may do what: one function, which refuses whatever it does not know."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Action", "Actor", "Decision", "GroupLookupError", "Policy", "Reason", "authorize"]


class Action(StrEnum):
    """Everything that a person can ask the assistant to do."""

    ASK = "ask"
    DEFINE = "define"
    READ = "read"
    SHARE = "share"
    VOTE = "vote"
    ESCALATE = "escalate"
    HELP = "help"
    ANSWER = "answer"
    """To take, answer or decline a question that was passed to the experts."""
    STATUS = "status"
    SOURCES = "sources"
    GAPS = "gaps"
    CHANNEL = "channel"
    DIGEST = "digest"
    EXPERTS = "experts"
    PLAN = "plan"
    INGEST = "ingest"
    ADD = "add"
    ROLLBACK = "rollback"
    PAUSE = "pause"
    RESUME = "resume"
    ERASE = "erase"


FOR_MEMBERS = frozenset(
    {
        Action.ASK,
        Action.DEFINE,
        Action.READ,
        Action.SHARE,
        Action.VOTE,
        Action.ESCALATE,
        Action.HELP,
    }
)
FOR_ADMINS = frozenset(
    {
        Action.STATUS,
        Action.SOURCES,
        Action.GAPS,
        Action.CHANNEL,
        Action.DIGEST,
        Action.EXPERTS,
        Action.PLAN,
        Action.INGEST,
        Action.ADD,
        Action.ROLLBACK,
        Action.PAUSE,
        Action.RESUME,
        Action.ERASE,
    }
)


FOR_EXPERTS = frozenset({Action.ANSWER})


class Reason(StrEnum):
    """Why something is allowed or refused."""

    ALLOWED = "allowed"
    NOT_A_PERSON = "not_a_person"
    DEACTIVATED = "deactivated"
    PERSON_LOOKUP_FAILED = "person_lookup_failed"
    OTHER_TEAM = "other_team"
    EXTERNAL_CHANNEL = "external_channel"
    GUEST = "guest"
    NO_ADMINS = "no_admins"
    NOT_ADMIN = "not_admin"
    NOT_EXPERT = "not_expert"
    EXPERTS_LOOKUP_FAILED = "experts_lookup_failed"
    GROUP_LOOKUP_FAILED = "group_lookup_failed"
    UNKNOWN_ACTION = "unknown_action"


class GroupLookupError(Exception):
    """The members of a user group or channel cannot be found out: refuse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person behind a payload, by what Slack says of them; never by what they say."""

    user_id: str
    team_id: str
    """The workspace of the person; empty when it is not known, which is refused."""
    in_external_channel: bool = False
    """Whether people of other companies read the place."""
    is_bot: bool = False
    is_guest: bool = False
    is_deactivated: bool = False
    is_unknown: bool = False
    """Whether Slack could not say who this is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Whose assistant this is."""

    team_ids: frozenset[str]
    """The workspace, and its organisation if it has one."""
    admins: frozenset[str]
    """User ids and user-group ids (S...); empty means nobody."""
    group_members: Callable[[str], Collection[str]]
    """Returns the user ids of a group or raises `GroupLookupError`."""
    experts: Callable[[], Collection[str]] = frozenset
    """Returns the user ids of those in the experts' channel or raises `GroupLookupError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether an action is allowed, and why."""

    allowed: bool
    reason: Reason


def authorize(actor: Actor, action: Action, policy: Policy) -> Decision:
    """Decide whether `actor` may do `action`; whatever is unknown is refused."""
    objection = _objection_to(actor, policy)
    if objection is None:
        objection = _objection_against(actor, action, policy)
    return Decision(allowed=objection is None, reason=objection or Reason.ALLOWED)


def _objection_to(actor: Actor, policy: Policy) -> Reason | None:
    if actor.is_bot or not actor.user_id:
        return Reason.NOT_A_PERSON
    if actor.is_deactivated:
        return Reason.DEACTIVATED
    if actor.is_unknown:
        return Reason.PERSON_LOOKUP_FAILED
    if not actor.team_id or actor.team_id not in policy.team_ids:
        return Reason.OTHER_TEAM
    if actor.in_external_channel:
        return Reason.EXTERNAL_CHANNEL
    return None


def _objection_against(actor: Actor, action: Action, policy: Policy) -> Reason | None:
    if action in FOR_MEMBERS:
        return None
    if action in FOR_EXPERTS:
        return _objection_to_expert(actor, policy)
    if action not in FOR_ADMINS:
        return Reason.UNKNOWN_ACTION
    if actor.is_guest:
        return Reason.GUEST
    if not policy.admins:
        return Reason.NO_ADMINS
    if actor.user_id in policy.admins:
        return None
    try:
        in_group = any(
            actor.user_id in policy.group_members(group)
            for group in sorted(policy.admins)
            if group.startswith("S")
        )
    except GroupLookupError:
        return Reason.GROUP_LOOKUP_FAILED
    return None if in_group else Reason.NOT_ADMIN


def _objection_to_expert(actor: Actor, policy: Policy) -> Reason | None:
    try:
        return None if actor.user_id in policy.experts() else Reason.NOT_EXPERT
    except GroupLookupError:
        return Reason.EXPERTS_LOOKUP_FAILED
