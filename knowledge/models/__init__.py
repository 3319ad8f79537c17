"""The models that run on this machine, and the chat model when one is configured."""
