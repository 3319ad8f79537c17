"""What the local Slack holds: people, channels, messages, and what was shown when."""
