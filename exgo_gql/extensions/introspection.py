"""How much of the schema an introspection asks for, against the whole of it (rule 17).

Introspection is answered from memory, but its lists are long and its types go in circles: a few hundred types
can be made to answer with millions of objects. So it costs in proportion to the query that GraphiQL sends.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
)

ROOTS = {"__schema": "__Schema", "__type": "__Type"}
"""The fields that introspection begins with, and their types."""

WHOLE_COST = 2_000
"""What the standard introspection query costs."""


@lru_cache(maxsize=16)
def list_size(schema: GraphQLSchema, name: str) -> int:
    """How long the list called ``name`` is on average in the introspection of this schema."""
    types = schema.type_map.values()
    holders = [kind for kind in types if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)]
    fields = [field for holder in holders for field in holder.fields.values()]
    inputs = [field for kind in types if isinstance(kind, GraphQLInputObjectType) for field in kind.fields]
    enums = [value for kind in types if isinstance(kind, GraphQLEnumType) for value in kind.values]
    count, holding = {
        "types": (len(types), 1),
        "directives": (len(schema.directives), 1),
        "fields": (len(fields), len(types)),
        "args": (sum(len(field.args) for field in fields), len(fields)),
        "inputFields": (len(inputs), len(types)),
        "enumValues": (len(enums), len(types)),
    }.get(name, (1, 1))
    return max(1, ceil(count / max(1, holding)))
