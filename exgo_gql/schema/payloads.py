"""Payloads: the object first, then why it was refused. One type a mutation, all of one shape."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation

from exgo_gql.domain.log import FieldChange
from exgo_gql.loaders.nodes import Row
from exgo_gql.schema.errors import UserError
from exgo_gql.schema.names import camel, pascal

ERRORS = "Why it was refused; empty when it was done."
REPLAYED = "Whether this answers from the kept outcome of an earlier request under the same idempotency key."
WOULD_CHANGE = "On a dry run: what would change. Null otherwise."


@strawberry.interface(description="What every mutation answers, beside its object.")
class Payload:
    """The common part of payloads."""

    errors: list[UserError] = strawberry.field(description=ERRORS)
    replayed: bool = strawberry.field(description=REPLAYED)
    would_change: list[FieldChange] | None = strawberry.field(description=WOULD_CHANGE)


def payload(mutation: str, gives: type[Row]) -> type[Any]:
    """The payload type of a mutation that gives an object."""
    name = gives.__name__.lower()
    field = strawberry.field(
        description="The object as it stands now; null where it was refused or is not made."
    )
    field.type_annotation = StrawberryAnnotation(gives | None)
    made: Any = type(
        f"{pascal(mutation)}Payload",
        (Payload,),
        {name: field, "__annotations__": {name: gives | None}, "object_field": name},
    )
    return strawberry.type(made, description=f"What `{camel(mutation)}` answers.")  # type: ignore[no-any-return]  # its decorator is untyped
