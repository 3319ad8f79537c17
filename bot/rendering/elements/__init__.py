"""What all messages are made of: escaped text, sentences and blocks within Slack's limits."""
