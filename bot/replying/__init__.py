"""From an accepted question to the message that answers it."""
