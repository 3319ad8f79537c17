"""Whether what was found is evidence enough to answer."""
