"""The SDL: checked in as it is served, everything described, no Float, no list null by accident."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_specified_scalar_type,
)

from exgo_gql.app import schema
from exgo_gql.domain.codes import MESSAGES, Code

CHECKED_IN = Path(__file__).parents[2] / "schema.graphql"

NULLABLE_LISTS = {"Payload.wouldChange": "null unless it is a dry run"}
"""Lists that may be null as a whole, and why. Payloads take ``wouldChange`` from their interface."""
NULLABLE_ITEMS = {"Query.nodes": "an unknown id leaves a gap in its place"}


def own_types(sdl: GraphQLSchema) -> list[GraphQLNamedType]:
    return [
        type_
        for name, type_ in sdl.type_map.items()
        if not name.startswith("__") and not is_specified_scalar_type(type_)
    ]


def things(sdl: GraphQLSchema) -> Iterator[tuple[str, str, Any]]:
    """Whatever can be described: its path, its name, itself."""
    for type_ in own_types(sdl):
        yield type_.name, type_.name, type_
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}", name, field
                for argument, given in field.args.items():
                    yield f"{type_.name}.{name}({argument})", argument, given
        elif isinstance(type_, GraphQLInputObjectType):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}", name, field
        elif isinstance(type_, GraphQLEnumType):
            for name, value in type_.values.items():
                yield f"{type_.name}.{name}", name, value


def letters(text: str) -> str:
    return re.sub(r"[^a-z0-9\u4e00-\u9fff]", "", text.lower())


def outputs(sdl: GraphQLSchema) -> Iterator[tuple[str, GraphQLNamedType, str, Any]]:
    for type_ in own_types(sdl):
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}", type_, name, field.type


def test_the_file_is_what_is_served() -> None:
    served = schema().as_str() + "\n"
    assert CHECKED_IN.read_text(encoding="utf-8") == served, (
        "python -m exgo_gql schema --write schema.graphql"
    )


def test_everything_is_described_beyond_its_name(sdl: GraphQLSchema) -> None:
    # API-5, architecture "The schema": a description that repeats the name is a defect
    said = {path: (name, thing.description or "") for path, name, thing in things(sdl)}
    assert len(said) > 900
    assert [path for path, (_, text) in said.items() if not text.strip()] == []
    assert [path for path, (name, text) in said.items() if letters(text) == letters(name)] == []


def test_names_in_descriptions_exist(sdl: GraphQLSchema) -> None:
    known = {name for _, name, _ in things(sdl)} | {"Accept-Language", "Authorization"}
    unknown = [
        (path, word)
        for path, _, thing in things(sdl)
        for word in re.findall(r"`([A-Za-z_-]{3,})`", thing.description or "")
        if word not in known and not re.fullmatch("[A-Z]+(-[A-Z]+)+", word)  # YYYY-MM-DD
    ]
    assert unknown == []


def test_no_type_is_float(sdl: GraphQLSchema) -> None:
    assert "Float" not in sdl.type_map


def test_output_lists_are_non_null_with_non_null_items(sdl: GraphQLSchema) -> None:
    loose_lists, loose_items = set(), set()
    for path, type_, name, kind in outputs(sdl):
        inner = get_nullable_type(kind)
        if not isinstance(inner, GraphQLList):
            continue
        if not isinstance(kind, GraphQLNonNull):
            loose_lists.add(f"Payload.{name}" if type_.name.endswith("Payload") else path)
        if not isinstance(inner.of_type, GraphQLNonNull):
            loose_items.add(path)
    assert loose_lists == set(NULLABLE_LISTS)
    assert loose_items == set(NULLABLE_ITEMS)


def test_input_lists_have_non_null_items(sdl: GraphQLSchema) -> None:
    found = []
    for path, _, thing in things(sdl):
        kind = getattr(thing, "type", None)
        inner = get_nullable_type(kind) if kind is not None else None
        if isinstance(inner, GraphQLList):
            found.append((path, isinstance(inner.of_type, GraphQLNonNull)))
    assert len(found) > 30
    assert [path for path, strict in found if not strict] == ["Query.nodes"]


def test_every_connection_is_non_null_and_paged(sdl: GraphQLSchema) -> None:
    for path, type_, name, kind in outputs(sdl):
        if get_named_type(kind).name.endswith("Connection"):
            assert isinstance(kind, GraphQLNonNull), path
            assert {"first", "after", "last", "before"} <= set(type_.fields[name].args), path


def test_every_mutation_takes_one_input_and_answers_with_a_payload(sdl: GraphQLSchema) -> None:
    # API-3, API-4
    assert sdl.mutation_type is not None
    for name, field in sdl.mutation_type.fields.items():
        payload = get_named_type(field.type)
        assert payload.name == f"{name[0].upper()}{name[1:]}Payload"
        assert str(payload.fields["errors"].type) == "[UserError!]!"
        if name not in ("login", "logout"):
            assert set(field.args) == {"input", "idempotencyKey", "dryRun"}, name
            assert isinstance(field.args["input"].type, GraphQLNonNull)
            assert [interface.name for interface in payload.interfaces] == ["Payload"]


def test_updates_carry_the_version(sdl: GraphQLSchema) -> None:
    # API-2
    updates = [type_ for type_ in own_types(sdl) if type_.name.endswith("UpdateInput")]
    assert len(updates) == 5
    for type_ in updates:
        assert str(type_.fields["version"].type) == "Int!", type_.name


def test_error_codes_are_documented_by_their_sentences(sdl: GraphQLSchema) -> None:
    # API-5
    codes = sdl.type_map["ErrorCode"]
    assert isinstance(codes, GraphQLEnumType)
    assert set(codes.values) == {code.name for code in Code} == {code.name for code in MESSAGES}
    for name, value in codes.values.items():
        assert all(sentence in (value.description or "") for sentence in MESSAGES[Code[name]]), name


@pytest.mark.parametrize("name", ["UserError", "Node", "Payload"])
def test_interfaces_have_implementations(sdl: GraphQLSchema, name: str) -> None:
    interface = sdl.type_map[name]
    assert isinstance(interface, GraphQLInterfaceType)
    assert len(sdl.get_possible_types(interface)) >= 9
