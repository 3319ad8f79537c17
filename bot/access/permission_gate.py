"""Every decision about permission: looked up, decided and, where it matters, recorded."""

from bot.access.authorization import (
    FOR_ADMINS,
    FOR_EXPERTS,
    Action,
    Actor,
    Decision,
    Policy,
    authorize,
)
from bot.access.directory import Directory
from bot.services import AuditTrail

__all__ = ["PermissionGate"]


class PermissionGate:
    """Asks `authorize` with what Slack knows of the person."""

    def __init__(self, policy: Policy, *, directory: Directory, audit: AuditTrail) -> None:
        """`audit` hears of every act of an administrator or expert and of every refusal."""
        self._policy = policy
        self._directory = directory
        self._audit = audit

    def is_open(self, actor: Actor, action: Action) -> bool:
        """Return whether `actor` may do `action`, to show what may be done; nothing is recorded."""
        # Most people are refused by what is known already, without asking Slack.
        if not authorize(actor, action, self._policy).allowed:
            return False
        actor = self._directory.with_standing(actor)
        return authorize(actor, action, self._policy).allowed

    def decide(self, actor: Actor, action: Action) -> Decision:
        """Return whether `actor` may do `action`; raise rather than leave it unrecorded."""
        if action in FOR_ADMINS | FOR_EXPERTS:
            actor = self._directory.with_standing(actor)
        decision = authorize(actor, action, self._policy)
        if action in FOR_ADMINS | FOR_EXPERTS or not decision.allowed:
            self._audit.write_audit(
                actor=actor.user_id, action=str(action), result=str(decision.reason)
            )
        return decision
