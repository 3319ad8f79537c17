"""PDF documents: their printed lines, made headings and paragraphs again, under page numbers."""
