"""Looking anything up by its global id."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import strawberry

from exgo_gql.auth.viewer import Forbidden
from exgo_gql.context import Context
from exgo_gql.loaders import ids
from exgo_gql.loaders.nodes import Node
from exgo_gql.loaders.sources import TYPES

Info = strawberry.Info[Context, None]

MOST = 100


class TooManyIds(Exception):  # noqa: N818  # named for what the caller is told
    """More ids than one request may look up."""

    extensions = {"code": "BAD_USER_INPUT"}  # noqa: RUF012  # graphql-core reads it from the class


async def _find(context: Context, id_: str) -> Any:
    decoded = ids.decode(id_)
    target = TYPES.get(decoded[0]) if decoded else None
    if decoded is None or target is None or not issubclass(target, Node):
        return None
    if not context.viewer.may(target.may):
        raise Forbidden(target.may)
    return await context.loaders.row(target, decoded[1])


async def node(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="As `id` gave it.")],
) -> Node | None:
    context = info.context
    context.viewer  # noqa: B018  # raises when nobody is logged in, whatever the id
    return await _find(context, str(id))  # type: ignore[no-any-return]  # rows are of the declared types


async def nodes(
    info: Info,
    ids: Annotated[list[strawberry.ID], strawberry.argument(description="As `id` gave them, of any types.")],
) -> list[Node | None]:
    context = info.context
    context.viewer  # noqa: B018  # as above
    if len(ids) > MOST:
        raise TooManyIds(f"At most {MOST} ids.")
    return list(await asyncio.gather(*(_find(context, str(id_)) for id_ in ids)))


@strawberry.type
class NodeQueries:
    """Root fields of reading."""

    node: Node | None = strawberry.field(
        resolver=node,
        description="The object of this id; null for an unknown one and for another merchant's alike. Needs the "
        "permission of its type.",
    )
    nodes: list[Node | None] = strawberry.field(
        resolver=nodes,
        description="The objects of these ids, at most 100, in their order; null as in `node`.",
    )
