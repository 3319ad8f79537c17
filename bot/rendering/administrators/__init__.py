"""What administrators see: how things stand, what the articles lack, and what an ingestion did."""
