"""The program on public data, beside plain methods."""
