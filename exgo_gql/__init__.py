"""The customer system of a bonded-warehouse export service, as one GraphQL API."""
