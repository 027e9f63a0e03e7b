"""Inputs: described by the types they write, limited by the domain, decoded in one place."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

import strawberry
from strawberry.types.field import StrawberryField
from typing_extensions import dataclass_transform

from exgo_gql.domain.fields import Limit
from exgo_gql.loaders import ids
from exgo_gql.loaders.nodes import Row

C = TypeVar("C", bound=type)

NOBODY = UUID(int=0)
"""What an id that is none of ours decodes to: no row has it, so it is not found like any unknown one."""

_REFERS = "exgo refers"

VERSION = "The version that this edit was made from; a stale one is refused (`StaleVersionError`)."


def refers(type_name: str, description: str) -> Any:
    """A field that holds the global id (or ids) of a type."""
    return strawberry.field(description=description, metadata={_REFERS: type_name})


def refers_or_not(type_name: str, description: str) -> Any:
    """The same where the id may be absent."""
    return strawberry.field(description=description, metadata={_REFERS: type_name}, default=strawberry.UNSET)


@dataclass_transform(kw_only_default=True, field_specifiers=(refers, refers_or_not, strawberry.field))
def writes(*declared: type[Row], limits: Mapping[str, Limit] | None = None) -> Callable[[C], C]:
    """Make an input. A field without a description of its own takes that of the field it writes, with its limit."""

    def wrap(cls: C) -> C:
        for name, annotation in cls.__annotations__.items():
            if not isinstance(cls.__dict__.get(name), StrawberryField):
                optional = str(annotation).endswith("| None")
                default = {"default": strawberry.UNSET} if optional else {}
                setattr(
                    cls,
                    name,
                    strawberry.field(description=_described(cls, name, declared, limits), **default),
                )
        return strawberry.input(description=inspect.cleandoc(cls.__doc__ or ""))(cls)

    return wrap


def _described(
    cls: type, name: str, declared: tuple[type[Row], ...], limits: Mapping[str, Limit] | None
) -> str:
    if name == "version":
        return VERSION
    for type_ in declared:
        field = type_.declared.get(name)
        if field is not None and field.description:
            limit = (limits or {}).get(name)
            return f"{field.description} ({limit.said})" if limit else field.description
    raise TypeError(f"{cls.__name__}.{name} has no description")


def values(given: Any) -> dict[str, Any]:
    """An input as plain values: what is absent is missing, null is ``None``, ids are uuids, nested inputs dicts."""
    found: dict[str, Any] = {}
    for field in given.__strawberry_definition__.fields:
        value = getattr(given, field.python_name)
        if value is not strawberry.UNSET:
            found[field.python_name] = _plain(value, field.metadata.get(_REFERS))
    return found


def _plain(value: Any, refers_to: str | None) -> Any:
    if isinstance(value, list):
        return [_plain(item, refers_to) for item in value]
    if refers_to is not None and value is not None:
        return ids.decode_as(refers_to, str(value)) or NOBODY
    return (
        values(value) if hasattr(value, "__strawberry_definition__") and not isinstance(value, str) else value
    )


def references(input_type: type) -> dict[str, str]:
    """The fields of an input that hold ids, with the type that each refers to."""
    definition = input_type.__strawberry_definition__  # type: ignore[attr-defined]  # Strawberry sets it
    return {f.python_name: f.metadata[_REFERS] for f in definition.fields if _REFERS in f.metadata}
