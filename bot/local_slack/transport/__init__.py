"""How the local Slack reaches the app: a socket, signed requests, or within one process."""
