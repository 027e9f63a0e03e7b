"""What one request may ask of the server, in numbers (rule 17)."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import GraphQLError, Node

from exgo_gql.extensions.refusals import RequestCode, RequestRefused

_SAID = {
    "document": "The size of the document in bytes",
    "tokens": "The number of tokens in the document",
    "depth": "The depth of an operation",
    "aliases": "The number of aliases in an operation",
    "fields": "The number of fields in an operation",
    "mutations": "The number of mutations in an operation",
    "authentications": "The number of mutations in an operation that authenticates",
    "page": "The size of a page",
    "items": "The number of items in one list or object of the input",
    "values": "The number of values in the variables",
    "nesting": "The nesting of the input",
    "cost": "The cost of the operation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The numbers of rule 17. A value equal to its limit passes; one more is refused."""

    body: int = 1 << 20
    """Bytes of a request body, or of a query string."""
    receipt: float = 15.0
    """Seconds in which a body must have arrived (rule 21)."""
    document: int = 16 << 10
    """Bytes of a document in UTF-8."""
    tokens: int = 1_000
    """Lexical tokens of a document; and, counted apart, its comments."""
    depth: int = 15
    """Fields from the root to the deepest leaf. GraphiQL's introspection is exactly 15 deep."""
    aliases: int = 30
    fields: int = 500
    """Fields of an operation with every fragment written out, ``__typename`` and introspection included."""
    page: int = 100
    """The largest ``first`` or ``last``."""
    page_default: int = 20
    """What a connection without ``first`` and ``last`` is counted as, unless its field declares a default."""
    list_default: int = 10
    """What a plain list is counted as."""
    items: int = 250
    """Entries of one list or object in a literal or a variable."""
    values: int = 5_000
    """Values in all variables together: an object takes tens of µs to make, and a body can hold 500,000."""
    nesting: int = 20
    """Lists and objects inside one another, in a literal or a variable."""
    mutations: int = 4
    """Root fields of a mutation; ``__typename`` is none."""
    authentications: int = 1
    """Root fields of a mutation that has one of ``authentication_fields``: guesses are not sent in bulk."""
    authentication_fields: frozenset[str] = frozenset()
    cost: int = 5_000
    """Cost of an operation: one for each object it can answer, and ``mutation_cost`` for each mutation."""
    mutation_cost: int = 10
    execution: float = 10.0
    """Seconds that an operation may run."""
    errors: int = 10
    """Errors in one answer."""
    message: int = 300
    """Characters of an error message."""
    remembered: int = 64 << 20
    """Bytes that parsed documents may take up in memory, about."""

    def exceeded(self, name: str, actual: int, node: Node | None = None) -> GraphQLError:
        """Say that the limit called ``name`` is passed, with the figures for programs."""
        most: int = getattr(self, name)
        return GraphQLError(
            f"{_SAID[name]} is {actual}; at most {most} is allowed.",
            node,
            extensions={
                "code": str(RequestCode.LIMIT_EXCEEDED),
                "limit": name,
                "most": most,
                "actual": actual,
            },
        )

    def insist(self, name: str, actual: int, node: Node | None = None) -> None:
        """Refuse a request that passes the limit called ``name``.

        Raises:
            RequestRefused: ``LIMIT_EXCEEDED``.

        """
        if actual > getattr(self, name):
            raise RequestRefused([self.exceeded(name, actual, node)])
