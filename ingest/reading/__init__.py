"""From the bytes of a file to articles: one reader for each kind of file."""
