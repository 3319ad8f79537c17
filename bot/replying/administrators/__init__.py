"""What administrators do from Slack beside an ingestion, and what they are told of."""
