"""GraphQL arguments to what a relation is asked for: one function, used on every path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from exgo_gql.loaders import ids
from exgo_gql.loaders.pages import BadPage, window
from exgo_gql.loaders.sources import NODES, NOTHING, Anything, Arguments, Relation, Shape

if TYPE_CHECKING:
    from exgo_gql.loaders.nodes import Row

MOST_IDS = 100


class BadLookup(BadPage):
    """A look-up that names no key, or several; or more ids than one request may look up."""


def arguments(relation: Relation | Anything, given: Mapping[str, Any]) -> Arguments:
    """Check and decode. Raises ``BadPage`` for arguments that make no sense."""
    if isinstance(relation, Anything):
        return Arguments(ids=_ids(relation, given))
    if relation.shape is Shape.PAGES:
        sort = str(given.get("sort") or next(iter(relation.keysets)))
        return Arguments(window(relation.keysets[sort], given), sort, _filters(given))
    if relation.shape is Shape.COUNTS:
        return Arguments(filters=_filters(given))
    if relation.shape is Shape.ONE and not relation.pairs:
        return Arguments(key=_key(relation, given))
    return NOTHING


def _ids(anything: Anything, given: Mapping[str, Any]) -> tuple[tuple[type[Row], UUID] | None, ...]:
    texts = given["ids"] if anything.many else [given["id"]]
    if len(texts) > MOST_IDS:
        raise BadLookup(f"At most {MOST_IDS} ids.")
    return tuple(_named(str(text)) for text in texts)


def _named(text: str) -> tuple[type[Row], UUID] | None:
    decoded = ids.decode(text)
    target = NODES.get(decoded[0]) if decoded is not None else None
    return (target, decoded[1]) if decoded is not None and target is not None else None


def _filters(given: Mapping[str, Any]) -> Mapping[str, Any]:
    chosen = given.get("filter")
    return chosen.given() if chosen is not None else {}


def _key(relation: Relation, given: Mapping[str, Any]) -> tuple[str, Any]:
    names = ["id", *(key.key for key in relation.keys)]
    named = [(name, given[name]) for name in names if given.get(name) is not None]
    if len(named) != 1:
        raise BadLookup(f"Say one of: {', '.join(names)}.")
    name, value = named[0]
    if name == "id":
        return "id", ids.decode_as(relation.target.__name__, str(value))
    return name, value
