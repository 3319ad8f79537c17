"""From a query to ranked passages: the vector index, the vectors beside it, and the ranking."""
