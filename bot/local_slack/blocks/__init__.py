"""What a message or view may be made of, and Slack's limits."""
