"""Slack's side of HTTP mode: signed requests to the app's request URL."""

import http.client
import json
import time
import uuid
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from slack_sdk.signature import SignatureVerifier

from bot.local_slack.workspace.deliveries import Kind
from bot.local_slack.workspace.values import Json

SIGNING_SECRET = "local-signing-secret"  # noqa: S105 (opens nothing but this stand-in)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What the app answered to a signed request."""

    status: int
    body: str
    seconds: float
    envelope_id: str

    @property
    def is_ack(self) -> bool:
        """Whether Slack takes it as an acknowledgement."""
        return 200 <= self.status < 300

    @property
    def payload(self) -> Json | None:
        """What the app said with its acknowledgement; plain text becomes `{"text": ...}`."""
        if not self.body.strip():
            return None
        try:
            value = json.loads(self.body)
        except ValueError:
            return {"text": self.body}
        return value if isinstance(value, dict) else {"text": self.body}


def post_signed(
    url: str,
    kind: Kind,
    payload: Json,
    *,
    signing_secret: str = SIGNING_SECRET,
    age_s: float = 0.0,
    retry: int = 0,
    timeout_s: float = 3.0,
) -> HttpAnswer:
    """Post a payload as Slack does and return the answer.

    A wrong `signing_secret` or an `age_s` above 300 makes a request that the app must refuse.

    Raises:
        OSError: The app does not answer in time.
    """
    parts = urlsplit(url)
    body, content_type = _encoded(kind, payload)
    timestamp = str(int(time.time() - age_s))
    signature = SignatureVerifier(signing_secret).generate_signature(timestamp=timestamp, body=body)
    headers = {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature or "",
    }
    if retry:
        headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout_s)
    started_at = time.monotonic()
    try:
        connection.request("POST", parts.path or "/", body.encode(), headers)
        response = connection.getresponse()
        return HttpAnswer(
            status=response.status,
            body=response.read().decode(),
            seconds=time.monotonic() - started_at,
            envelope_id=str(uuid.uuid4()),
        )
    except http.client.HTTPException as exc:
        raise ConnectionError(f"no answer from {url}: {exc!r}") from exc
    finally:
        connection.close()


def _encoded(kind: Kind, payload: Json) -> tuple[str, str]:
    match kind:
        case "events_api":
            return json.dumps(payload), "application/json"
        case "slash_commands":
            return urlencode(payload), "application/x-www-form-urlencoded"
        case "interactive":
            form = urlencode({"payload": json.dumps(payload)})
            return form, "application/x-www-form-urlencoded"
