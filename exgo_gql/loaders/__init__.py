"""All reading for GraphQL: fields declared once, read by batch loaders (and, later, compiled into one statement)."""
