"""The whole schema, put together from the subjects."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type

from exgo_gql.loaders.links import link
from exgo_gql.loaders.sources import TYPES
from exgo_gql.resolvers import asns, nodes, orders, products, reference, sessions
from exgo_gql.schema import actions  # noqa: F401  # types that no resolver names
from exgo_gql.schema.errors import TYPES as ERROR_TYPES
from exgo_gql.schema.scalars import SCALARS


@strawberry.type(description="Everything that can be read.")
class Query(
    sessions.SessionQueries,
    nodes.NodeQueries,
    reference.ReferenceQueries,
    products.ProductQueries,
    asns.AsnQueries,
    orders.OrderQueries,
):
    """The roots of reading."""


Mutation = create_type(
    "Mutation",
    [*sessions.MUTATIONS, *products.MUTATIONS, *asns.MUTATIONS, *orders.MUTATIONS],
    description="Everything that can be done. Each answers with its object and with why it was refused.",
)


def build() -> strawberry.Schema:
    """Link the declarations and build the schema. Raises ``DeclarationError`` for one that cannot mean anything."""
    link(Query)
    return strawberry.Schema(
        Query,
        Mutation,
        types=[*TYPES.values(), *ERROR_TYPES],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
