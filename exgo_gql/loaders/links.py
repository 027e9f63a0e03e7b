"""Links between declared types: made once, when every file is imported and before the schema is built."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args, get_origin

from sqlalchemy import ForeignKeyConstraint, Table, UnaryExpression
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import operators
from strawberry.types.field import UNRESOLVED

from exgo_gql.auth.permissions import ALL
from exgo_gql.loaders import values
from exgo_gql.loaders.fields import DeclaredField
from exgo_gql.loaders.nodes import Row, unwrap
from exgo_gql.loaders.pages import Connection, Keyset, Sort
from exgo_gql.loaders.scope import tenant_column
from exgo_gql.loaders.sources import TYPES, DeclarationError, Relation, Shape

_ANNOTATED = {Shape.MANY: list, Shape.PAGES: Connection, Shape.COUNTS: list}


def link(*roots: type) -> None:
    """Resolve the types that relations name and find their keys. Raises ``DeclarationError``."""
    for owner in (*TYPES.values(), *roots):
        if issubclass(owner, Row) and owner.may not in ALL:
            raise DeclarationError(f"{owner.__name__}: no role has the permission {owner.may}")
        definition = owner.__strawberry_definition__  # type: ignore[attr-defined]  # Strawberry sets it
        for field in definition.fields:
            if isinstance(field, DeclaredField):
                if isinstance(field.source, Relation):
                    _link(owner, field, field.source)
                if field.permissions - ALL:
                    raise DeclarationError(f"{owner.__name__}.{field.python_name}: unknown permission")


def _link(owner: type, field: DeclaredField, relation: Relation) -> None:
    where = f"{owner.__name__}.{field.python_name}"
    if field.resolve_type() is UNRESOLVED or field.type_annotation is None:
        raise DeclarationError(f"{where} names no declared type")
    annotation: Any = field.type_annotation.evaluate()
    plain, optional = unwrap(annotation)
    shape = _ANNOTATED.get(relation.shape)
    if get_origin(plain) is not shape:
        raise DeclarationError(f"{where}: {relation.shape} cannot be {annotation}")
    target = get_args(plain)[0] if shape else plain
    relation.name = where
    if relation.shape is Shape.COUNTS:
        relation.result = target
        target = _counted(where, relation)
    if not (isinstance(target, type) and issubclass(target, Row)):
        raise DeclarationError(f"{where}: {target} is no declared type")
    relation.target = target
    if issubclass(owner, Row):
        _find_pairs(where, owner, relation, optional=optional)
    elif relation.shape is Shape.ONE and not optional:
        raise DeclarationError(f"{where}: a look-up may find nothing; make it optional")
    if relation.shape is Shape.PAGES:
        relation.keysets = {name: _keyset(where, target.table, by) for name, by in relation.sorts.items()}
    if relation.shape is Shape.MANY:
        relation.keysets = {"": _keyset(where, target.table, relation.order_by)}


def _counted(where: str, relation: Relation) -> type[Row]:
    assert relation.group is not None  # counts() demands it
    for declared in TYPES.values():
        if declared.row is relation.group.class_:
            return declared
    raise DeclarationError(f"{where}: {relation.group} belongs to no declared type")


def _find_pairs(where: str, owner: type[Row], relation: Relation, *, optional: bool) -> None:
    target = relation.target
    if relation.through is not None:
        middle = relation.through.table
        first = _foreign_key(where, middle, owner.table, relation.via)
        second = _foreign_key(where, middle, target.table, None)
        relation.pairs = tuple((e.column.name, e.parent.name) for e in first.elements)
        relation.through = dataclasses.replace(
            relation.through, pairs=tuple((e.parent.name, e.column.name) for e in second.elements)
        )
        return
    forward = relation.shape is Shape.ONE
    child, parent = (owner, target) if forward else (target, owner)
    key = _foreign_key(where, child.table, parent.table, relation.via)
    pairs = tuple((e.parent.name, e.column.name) for e in key.elements)
    relation.pairs = pairs if forward else tuple((theirs, mine) for mine, theirs in pairs)
    if forward and not optional:
        # Non-null is proved, not hoped: the key is NOT NULL, and the target's tenant is part of it.
        tenant = tenant_column(parent.table)
        if any(e.parent.nullable for e in key.elements) or (tenant and tenant not in {b for _, b in pairs}):
            raise DeclarationError(f"{where}: the row may be missing, or another tenant's; make it optional")


def _foreign_key(
    where: str, child: Table, parent: Table, via: InstrumentedAttribute[Any] | None
) -> ForeignKeyConstraint:
    keys = [k for k in child.foreign_key_constraints if k.referred_table is parent]
    if via is not None:
        keys = [k for k in keys if via.key in k.columns]
    # A key without the tenant beside one with it says nothing more; one with further columns is a constraint.
    keys = [k for k in keys if "merchant_id" in k.columns] or keys
    widths = [len(k.columns) for k in keys]
    keys = [k for k in keys if len(k.columns) == min(widths) < max(widths)] or keys
    if len(keys) != 1:
        names = ", ".join("+".join(k.column_keys) for k in keys) or "none"
        raise DeclarationError(f"{where}: foreign keys of {child.name} to {parent.name}: {names}; say via=")
    return keys[0]


def _keyset(where: str, table: Table, order_by: tuple[Any, ...]) -> Keyset:
    sorts: list[Sort] = []
    directions: set[bool] = set()
    for item in order_by:
        descending = isinstance(item, UnaryExpression) and item.modifier is operators.desc_op
        column: Any = item.element if isinstance(item, UnaryExpression) else item
        if table.c[column.key].nullable:
            raise DeclarationError(f"{where}: {column.key} may be null, so it orders nothing")
        directions.add(descending)
        sorts.append(Sort(column.key, values.sql_type(table.c[column.key].type)))
    if len(directions) != 1:
        raise DeclarationError(f"{where}: an order goes one way, so that one index answers it")
    known = {sort.column for sort in sorts}
    sorts += [Sort(c.name, values.sql_type(c.type)) for c in table.primary_key if c.name not in known]
    return Keyset(tuple(sorts), directions.pop())
