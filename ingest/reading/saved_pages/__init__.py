"""Web pages saved as plain text: the article found again among menus and adverts."""
