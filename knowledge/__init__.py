"""What is known, found and answered, without Slack.

`docs/code.md` is the map of its rooms.
"""
