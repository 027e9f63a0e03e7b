"""Documents, from text to something that can run, remembered by their text (rules 16 and 17)."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
    ValuesOfCorrectTypeRule,
    parse,
    specified_rules,
    validate,
)

from exgo_gql.extensions.coercion import LiteralsOfCorrectTypeRule, heed_one_of
from exgo_gql.extensions.inputs import check_text
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.measure import Measure, measure
from exgo_gql.extensions.refusals import RequestCode, RequestRefused, refused
from exgo_gql.loaders.recent import Recent

_TOKEN_BYTES = 640
"""What a token takes up in memory once parsed, with its share of the tree (measured on 64-bit CPython)."""

_COMPARISONS = 25_000
"""Units that comparing fields of one response name may take; graphql-core's own 500,000 are 250 ms."""

_VALUE = re.compile(
    r"\b(String|BlockString|Int|Float) '.*|(?<=escape sequence).*|, did you mean '0.*", re.DOTALL
)
"""Where a syntax error begins to repeat the document's literals."""


class _OverlappingFieldsRule(OverlappingFieldsCanBeMergedRule):
    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = _COMPARISONS


_OURS: dict[type[ASTValidationRule], type[ASTValidationRule]] = {
    ValuesOfCorrectTypeRule: LiteralsOfCorrectTypeRule,
    OverlappingFieldsCanBeMergedRule: _OverlappingFieldsRule,
}
_RULES = tuple(_OURS.get(rule, rule) for rule in specified_rules)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation of a document that was parsed, measured and found valid.

    Shared by requests, never changed.
    """

    text: str
    document: DocumentNode
    operation: OperationDefinitionNode
    measure: Measure

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.operation.operation

    @property
    def uses_introspection(self) -> bool:
        """Whether it asks for ``__schema`` or ``__type``."""
        return self.measure.introspects


class Documents:
    """The documents that came lately, each parsed, measured and validated once."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        heed_one_of(schema)
        self._schema = schema
        self._limits = limits
        self.recent: Recent[dict[str | None, Prepared]] = Recent(limits.remembered)

    def prepare(
        self, text: str, operation_name: str | None = None, *, may_introspect: bool = False
    ) -> Prepared:
        """Find or make what a document asks to run. Names are suggested only to callers who may introspect.

        Raises:
            RequestRefused: status 400 with ``BAD_USER_INPUT``, ``LIMIT_EXCEEDED``, ``GRAPHQL_PARSE_FAILED``,
                ``GRAPHQL_VALIDATION_FAILED`` or ``OPERATION_NOT_FOUND``, in the order of rule 16.

        """
        operations = self.recent.get(text)
        if operations is None:
            document = self._parsed(text)
            operations = self._valid(text, document, may_introspect=may_introspect)
            self.recent.put(text, operations, 3 * sys.getsizeof(text) + document.token_count * _TOKEN_BYTES)
        if operation_name is None and len(operations) == 1:
            return next(iter(operations.values()))
        prepared = operations.get(operation_name)
        if prepared is None:
            raise refused(
                RequestCode.OPERATION_NOT_FOUND,
                "The document has no operation of that name."
                if operation_name is not None
                else "The document must have one operation, or the request must name one.",
            )
        return prepared

    def _parsed(self, text: str) -> DocumentNode:
        check_text(text)
        self._limits.insist("document", len(text.encode()))
        try:
            return parse(text, max_lexical_tokens=self._limits.tokens, max_comments=self._limits.tokens)
        except GraphQLSyntaxError as error:
            if error.description.startswith("Document contains more than"):
                raise RequestRefused([self._limits.exceeded("tokens", self._limits.tokens + 1)]) from None
            raise RequestRefused([_told(error)]) from None

    def _valid(
        self, text: str, document: DocumentNode, *, may_introspect: bool
    ) -> dict[str | None, Prepared]:
        measured = measure(document, self._schema, self._limits)
        exceeded = [
            error for operation, extent in measured for error in extent.exceeded(self._limits, operation)
        ]
        if exceeded:
            raise RequestRefused(exceeded)
        errors = validate(
            self._schema,
            document,
            _RULES,
            max_errors=self._limits.errors,
            hide_suggestions=not may_introspect,
        )
        for error in errors:
            error.extensions = {"code": str(RequestCode.GRAPHQL_VALIDATION_FAILED)}
        if errors:
            raise RequestRefused(errors)
        return {
            operation.name.value if operation.name else None: Prepared(text, document, operation, extent)
            for operation, extent in measured
        }


def _told(error: GraphQLSyntaxError) -> GraphQLError:
    description = _VALUE.sub(r"\1.", error.description)
    return GraphQLError(
        f"Syntax error: {description}",
        source=error.source,
        positions=error.positions,
        extensions={"code": str(RequestCode.GRAPHQL_PARSE_FAILED)},
    )
