"""Text as the program sees it: terms, stems and sentences, and the units of a passage."""
