"""From a question that the articles do not answer to the answer of a colleague."""
