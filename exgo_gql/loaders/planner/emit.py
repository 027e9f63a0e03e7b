"""Stage 3: the statement. Every object is one scalar sub-select that gives its JSON, and holds those below it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from exgo_gql.loaders import ids, values
from exgo_gql.loaders.nodes import Row
from exgo_gql.loaders.planner import emit_pages
from exgo_gql.loaders.planner.records import as_list, as_row
from exgo_gql.loaders.planner.refusals import Reason, Unplannable
from exgo_gql.loaders.planner.selection import (
    Branch,
    Cell,
    Fields,
    GlobalId,
    Hole,
    Item,
    Named,
    Object,
    Outline,
    Page,
    Tally,
    Typename,
)
from exgo_gql.loaders.scope import Binds, Statement, visible
from exgo_gql.loaders.sources import Arguments, Relation, Shape
from exgo_gql.loaders.statements import Form, conditions, joined, looked_up
from exgo_gql.loaders.values import quote, quote_text

MOST_TABLES = 100
"""Tables that one statement may read. PostgreSQL plans about a hundred in tens of milliseconds, once."""

Forms = tuple[Form | frozenset[str], ...]
"""For each slot all that changes the SQL text: a relation's form, or the types that global ids name."""


class Emitter:
    """Writes one statement. It needs the forms of the arguments, never their values."""

    def __init__(self, outline: Outline, forms: Forms, *, whole: bool) -> None:
        self.binds = Binds()
        self.permissions: frozenset[str] = frozenset()
        """All that a viewer must hold for what was written."""
        self._outline, self._forms, self._whole = outline, forms, whole
        self._tables = 0

    def statement(self) -> Statement:
        """The whole document. Raises ``Unplannable`` when it reads too many tables."""
        return self.binds.finish(as_row(self.columns(self._outline.fields, None, "")))

    def columns(self, fields: Fields, target: type[Row] | None, alias: str) -> str:
        """The select list that gives an object's fields under their response keys."""
        written = []
        for field in fields:
            self.permissions |= field.permissions
            written.append(f"{self.item(field.item, target, alias)} as {quote(field.key)}")
        return ", ".join(written)

    def item(self, item: Item, target: type[Row] | None, alias: str) -> str:
        match item:
            case Typename(name=name):
                return quote_text(name)
            case GlobalId(type_name=name):
                return ids.sql(name, f"{alias}.id")
            case Cell(of=of) if target is not None:
                return values.as_json(of.type, values.expression(of, target.table, alias))
            case Hole() if target is not None:
                return self._hole(item, target, alias)
            case Named():
                return self._named(item)
            case Branch():
                return self._branch(item, alias)
        raise TypeError(item)

    def source(self, target: type[Row]) -> tuple[str, str]:
        """The visible rows of a type, and a fresh alias for them."""
        self._tables += 1
        if self._tables > MOST_TABLES:
            raise Unplannable(Reason.SIZE)
        alias = f"t{self._tables}"
        return f"{visible(target.table, self._whole, self.binds)} {alias}", alias

    def form(self, slot: int) -> Form:
        """The form of a relation's arguments."""
        form = self._forms[slot]
        assert isinstance(form, Form)  # the slot's source is a relation
        return form

    def of(self, slot: int) -> Callable[[Any], Arguments]:
        """Where in a request a slot's arguments are."""
        return lambda request: request.slots[slot]

    def matching(self, branch: Branch, owner: str, alias: str) -> str:
        """Which rows of the target belong here: by the key, the filters, the look-up."""
        relation, form, of = branch.relation, self.form(branch.slot), self.of(branch.slot)
        key = [f"{owner}.{quote(mine)}" for mine, _ in relation.pairs]
        where = joined(relation, form, alias, self.binds, key) if relation.pairs else []
        where += conditions(relation, form, alias, self.binds, of)
        if form.key:
            where += looked_up(relation, form, alias, self.binds, of)
        return " and ".join(where) or "true"

    def _hole(self, hole: Hole, target: type[Row], alias: str) -> str:
        needs = [values.as_need(of.type, values.expression(of, target.table, alias)) for of in hole.needs]
        return f"json_build_array({', '.join([quote_text(f'~{hole.number}'), *needs])})"

    def _branch(self, branch: Branch, owner: str) -> str:
        match branch.content:
            case Page() as page:
                return emit_pages.page(self, branch, page, owner)
            case Tally() as tally:
                return emit_pages.tally(self, branch, tally)
            case Object() as content:
                return self._rows(branch, content, owner)

    def _rows(self, branch: Branch, content: Object, owner: str) -> str:
        relation = branch.relation
        source, alias = self.source(content.target)
        where = self.matching(branch, owner, alias)
        tail = _tail(relation, self.form(branch.slot), alias)
        columns = self.columns(content.fields, content.target, alias)
        written = as_list if relation.shape is Shape.MANY else as_row
        return written(f"{columns} from {source} where {where}{tail}")

    def _named(self, named: Named) -> str:
        types = self._forms[named.slot]
        assert isinstance(types, frozenset)  # the slot's source is no relation
        of = self.of(named.slot)
        names = self.binds.add(lambda request: [one[0].__name__ if one else None for one in of(request).ids])
        keys = self.binds.add(lambda request: [one[1] if one else None for one in of(request).ids])
        objects = [self._by_id(named.objects[name]) for name in sorted(types)]
        chosen = f"case k.type {' '.join(objects)} end" if objects else "null::json"
        from_ = f"unnest({names}::text[], {keys}::uuid[]) with ordinality k(type, id, n)"
        if named.anything.many:
            return f"(select coalesce(json_agg({chosen} order by k.n), '[]') from {from_})"
        return f"(select {chosen} from {from_})"

    def _by_id(self, content: Object) -> str:
        self.permissions |= {content.target.may}
        source, alias = self.source(content.target)
        columns = self.columns(content.fields, content.target, alias)
        row = as_row(f"{columns} from {source} where {alias}.id = k.id")
        return f"when {quote_text(content.target.__name__)} then {row}"


def _tail(relation: Relation, form: Form, alias: str) -> str:
    if relation.shape is Shape.MANY:
        limit = f" limit {relation.limit}" if relation.limit is not None else ""
        return f" order by {relation.keysets[''].order_by(alias)}{limit}"
    if form.key and form.key != "id":
        return f" order by {alias}.id desc limit 1"
    return " limit 1" if relation.through is not None else ""
