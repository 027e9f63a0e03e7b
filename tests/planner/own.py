"""The repository's own documents: saved operations, documentation, benchmarks, and what tests ask."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    get_named_type,
    parse,
    validate,
    visit,
)

from exgo_gql.web.graphiql import load
from tests.planner.arguments import Arguments
from tests.planner.documents import Question, as_json

ROOT = Path(__file__).parents[2]
PROSE = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
BENCHMARKS = ROOT / "benchmarks"


@dataclass(frozen=True)
class Own:
    """One document, and where it stands."""

    place: str
    document: str

    def __str__(self) -> str:
        return self.place


def saved() -> list[Own]:
    """The queries among the operations that GraphiQL shows."""
    found = [Own(f"GraphiQL: {operation.name}", operation.document) for operation in load()]
    return [own for own in found if _is_query(parse(own.document))]


def written() -> list[Own]:
    """What the documentation shows."""
    found = []
    for path in PROSE:
        blocks = re.findall(r"```graphql\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
        found += [
            Own(f"{path.name} {number}", block)
            for number, block in enumerate(blocks, 1)
            if _is_query(parse(block))
        ]
    return found


def measured(schema: GraphQLSchema) -> list[Own]:
    """What the benchmarks ask, in files of its own or in Python."""
    files = [Own(path.name, path.read_text(encoding="utf-8")) for path in BENCHMARKS.rglob("*.graphql")]
    return [own for own in files if _is_valid(schema, own.document)] + list(_in_python(schema, BENCHMARKS))


def asked_in_tests(schema: GraphQLSchema) -> list[Own]:
    """What tests ask: every text in them that is a query."""
    return list(_in_python(schema, ROOT / "tests"))


def _in_python(schema: GraphQLSchema, folder: Path) -> Iterator[Own]:
    seen = set()
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if "{" in text and text not in seen and _is_valid(schema, text):
                seen.add(text)
                yield Own(f"{path.name}:{node.lineno}", text)


def _is_query(document: DocumentNode) -> bool:
    kinds = {node.operation for node in document.definitions if isinstance(node, OperationDefinitionNode)}
    return kinds == {OperationType.QUERY}


def _is_valid(schema: GraphQLSchema, text: str) -> bool:
    try:
        document = parse(text)
    except GraphQLError:
        return False
    return _is_query(document) and not validate(schema, document)


class _Uses(Visitor):
    """What each variable is used for: the argument or condition, its type, the type that is looked up."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.found: dict[str, tuple[str, Any, str | None]] = {}

    def enter_variable(
        self, node: VariableNode, _key: Any, parent: Any, _path: Any, ancestors: list[Any]
    ) -> None:
        type_ = self.info.get_input_type()
        field_ = self.info.get_field_def()
        if type_ is None or field_ is None:
            return
        names = [of.name.value for of in (*ancestors, parent) if hasattr(of, "name") and of.name is not None]
        target = get_named_type(field_.type).name
        self.found[node.name.value] = (names[-1], type_, None if target == "Node" else target)


def questions(
    own: Own, schema: GraphQLSchema, arguments: Arguments, given: Mapping[str, Any], times: int
) -> Iterator[Question]:
    """Each operation of the document, with these variables and what they lack drawn, so many times."""
    document = parse(own.document)
    info = TypeInfo(schema)
    uses = _Uses(info)
    visit(document, TypeInfoVisitor(info, uses))
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    for operation in operations:
        names = [node.variable.name.value for node in operation.variable_definitions or ()]
        drawn = [name for name in names if name not in given]
        for _ in range(times if drawn else 1):
            values = {name: given[name] for name in names if name in given}
            values |= {name: as_json(arguments.value(*uses.found[name])) for name in drawn}
            yield Question(own.document, values, operation.name.value if operation.name else None)
