"""The saved operations of the GraphiQL page: documents in files, each under a header of comment lines.

A header has these lines, then the document follows, with one operation that has a name of its own:

    # title: Create a product
    # flow: Stock mode (备货)                         the group that it is a step of
    # as: owner                                       label or role of a demonstration account, or several
    # variables: {"sku": "CUP-{{random}}"}            JSON, on one line
    # keep: productId = productCreate.product.id      any number; numbers in a path count into lists
    # refused: TAKEN                                  codes: the step is meant to be refused, with all of them

Only `title` and `flow` are needed. What is kept fills variables of the same name in later operations. Texts in
variables may hold placeholders, which the page fills whenever it opens the operation: `{{random}}` with five
letters and digits, the same for the whole operation, so that a flow can be walked again under new numbers;
`{{now}}` with the moment; `{{inAWeek}}` with the day seven days from now.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

FOLDER = Path(__file__).parent / "operations"

PLACEHOLDERS = frozenset({"random", "now", "inAWeek"})

_KEYS = frozenset({"title", "flow", "as", "variables", "keep", "refused"})
_HEADER_LINE = re.compile(r"#\s*(\w+):\s*(.*)")
_KEEP = re.compile(r"([_A-Za-z]\w*)\s*=\s*(\w+(?:\.\w+)*)")
_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}")


@dataclass(frozen=True, slots=True)
class Keep:
    """What to remember of an answer: the value at `path` of `data`, for variables called `name`."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of a flow."""

    name: str
    title: str
    flow: str
    accounts: tuple[str, ...]
    variables: Mapping[str, object]
    keep: tuple[Keep, ...]
    document: str
    refused: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The form in which the page reads it."""
        return {
            "name": self.name,
            "title": self.title,
            "flow": self.flow,
            "as": self.accounts,
            "variables": self.variables,
            "keep": [{"name": keep.name, "path": keep.path} for keep in self.keep],
            "document": self.document,
            "refused": self.refused,
        }


def load(folder: Path | None = None) -> list[Operation]:
    """Every operation of the folder, in the order of file names; a ValueError names the malformed file."""
    operations: dict[str, Operation] = {}
    for path in sorted((folder or FOLDER).glob("*.graphql")):
        try:
            operation = _read(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{path.name}: {error}") from error
        if operation.name in operations:
            # The page knows an operation in its editor again by this name.
            raise ValueError(f"{path.name}: another file has an operation called {operation.name}")
        operations[operation.name] = operation
    return list(operations.values())


def _read(text: str) -> Operation:
    header, document = _split(text)
    try:
        # The whole file, comments and all: so the line of a syntax error is the line in the file.
        tree = parse(text)
    except GraphQLSyntaxError as error:
        lines = [location.line for location in error.locations or []]
        raise ValueError(f"line {lines[0]}: {error.message}" if lines else error.message) from error
    definition = _only_operation(tree)
    if definition.name is None:
        raise ValueError("the operation has no name")
    return Operation(
        name=definition.name.value,
        title=_one(header, "title"),
        flow=_one(header, "flow"),
        accounts=_items(header["as"]),
        variables=_variables(header, definition),
        keep=tuple(_keep(line, definition, tree) for line in header["keep"]),
        document=document,
        refused=_items(header["refused"]),
    )


def _items(lines: list[str]) -> tuple[str, ...]:
    return tuple(item.strip() for line in lines for item in line.split(",") if item.strip())


def _split(text: str) -> tuple[dict[str, list[str]], str]:
    lines = text.splitlines()
    matches = [_HEADER_LINE.fullmatch(line.rstrip()) for line in lines]
    end = next((at for at, line in enumerate(lines) if line.strip() and not matches[at]), len(lines))
    header: dict[str, list[str]] = {key: [] for key in _KEYS}
    for number, match in enumerate(matches, 1):
        if match is None:
            continue
        key, value = match.groups()
        if number > end and key in _KEYS:
            raise ValueError(f"line {number}: {key!r} stands below the header and would be ignored")
        if number <= end and key not in _KEYS:
            raise ValueError(f"line {number}: unknown key {key!r}, known are {', '.join(sorted(_KEYS))}")
        if number <= end:
            header[key].append(value)
    return header, "\n".join(lines[end:]).strip() + "\n"


def _one(header: Mapping[str, list[str]], key: str) -> str:
    if len(header[key]) != 1 or not header[key][0]:
        raise ValueError(f"exactly one line '# {key}: …' is needed")
    return header[key][0]


def _only_operation(tree: DocumentNode) -> OperationDefinitionNode:
    found = [node for node in tree.definitions if isinstance(node, OperationDefinitionNode)]
    if len(found) != 1:
        raise ValueError(f"exactly one operation is needed, there are {len(found)}")
    return found[0]


def _variables(header: Mapping[str, list[str]], definition: OperationDefinitionNode) -> Mapping[str, object]:
    if not header["variables"]:
        return {}
    text = _one(header, "variables")
    if not text.startswith("{"):
        raise ValueError("variables: a JSON object is needed")
    if unknown := sorted(set(_PLACEHOLDER.findall(text)) - PLACEHOLDERS):
        raise ValueError(f"variables: there is no placeholder {', '.join(unknown)}")
    try:
        values: dict[str, object] = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"variables: {error}") from error
    declared = {node.variable.name.value for node in definition.variable_definitions or ()}
    if unknown := sorted(values.keys() - declared):
        raise ValueError(f"variables: the operation does not declare {', '.join(unknown)}")
    return values


def _keep(line: str, definition: OperationDefinitionNode, tree: DocumentNode) -> Keep:
    match = _KEEP.fullmatch(line.strip())
    if match is None:
        raise ValueError(f"keep: {line!r} is not of the form 'name = path.to.value'")
    name, path = match.groups()
    if not _selects(definition.selection_set, path.split("."), tree):
        raise ValueError(f"keep: the operation does not select {path}")
    return Keep(name, path)


def _selects(selections: SelectionSetNode | None, path: list[str], tree: DocumentNode) -> bool:
    if not path:
        return True
    if path[0].isdecimal():  # an index into a list, which has no place in the document
        return _selects(selections, path[1:], tree)
    return any(
        _selects(field.selection_set, path[1:], tree)
        for field in _fields(selections, tree)
        if (field.alias or field.name).value == path[0]
    )


def _fields(selections: SelectionSetNode | None, tree: DocumentNode) -> Iterator[FieldNode]:
    for node in selections.selections if selections else ():
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, FragmentSpreadNode):
            for fragment in tree.definitions:
                if isinstance(fragment, FragmentDefinitionNode) and fragment.name.value == node.name.value:
                    yield from _fields(fragment.selection_set, tree)
        else:
            yield from _fields(getattr(node, "selection_set", None), tree)
