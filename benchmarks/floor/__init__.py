"""The least that the same pages can cost: one prepared statement each, and nothing around it.

No GraphQL, no log-in, no row-level security. Computed fields are left out, or stand as the columns they come of.
"""
