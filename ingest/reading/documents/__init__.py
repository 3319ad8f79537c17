"""Documents that are archives of XML: Word, slides, spreadsheets, OpenDocument, books."""
