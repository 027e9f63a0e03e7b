"""Looking anything up by its global id."""

from __future__ import annotations

import strawberry

from exgo_gql.loaders.fields import all_of_anything, anything
from exgo_gql.loaders.nodes import Node


@strawberry.type
class NodeQueries:
    """Root fields of reading."""

    node: Node | None = anything(
        description="The object of this id; null for an unknown one and for another merchant's alike. Needs the "
        "permission of its type."
    )
    nodes: list[Node | None] = all_of_anything(
        description="The objects of these ids, at most 100, in their order; null as in `node`."
    )
