"""What a call of Slack's Web API may raise: everything that the SDK lets through."""

from http.client import HTTPException

from slack_sdk.errors import SlackClientError

__all__ = ["CALL_FAILURES"]

# An answer that is cut off is an `HTTPException`; one that is no UTF-8, a `ValueError`.
CALL_FAILURES = (SlackClientError, HTTPException, OSError, ValueError)
