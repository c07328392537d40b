"""How do our mails leave? Rendered from the outbox after the commit, carried by a Post, tried again until they are gone."""
