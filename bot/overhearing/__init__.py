"""What is written without a mention: whether it is meant for the assistant."""
