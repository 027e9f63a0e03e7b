"""The SDL in Python: types with declared fields, inputs, payloads, errors. No SQL, no rules."""

from exgo_gql.schema import enums  # noqa: F401  # an enum must be registered before a type names it
