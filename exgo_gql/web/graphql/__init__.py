"""GraphQL over HTTP: bodies in, media types agreed, statuses out (rules 16 to 21)."""
