"""Web pages: the article found among menus and adverts, as blocks."""
