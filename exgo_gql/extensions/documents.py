"""Documents, from text to something that can run, remembered by their text (rules 16 and 17)."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import Any

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
from exgo_gql.extensions.hoisting import Hoisted, hoist
from exgo_gql.extensions.inputs import check_text
from exgo_gql.extensions.limits import Limits
from exgo_gql.extensions.literals import starts, take_apart
from exgo_gql.extensions.measure import Measure, measure
from exgo_gql.extensions.refusals import RequestCode, RequestRefused, refused
from exgo_gql.loaders.recent import Recent

_TOKEN_BYTES = 640
"""What a token takes up in memory once parsed, with its share of the tree (measured on 64-bit CPython)."""

_BARE_TOKEN_BYTES = 240
"""The same of a document that does not know where its parts stood."""

_SIGHTINGS = 4_096
"""Skeletons that are remembered by a number, with the number of the first text that had them."""

_VAIN = 0
"""Stands for that text when the skeleton is known to give no template."""

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


@dataclass(frozen=True, slots=True)
class Template:
    """A document for all texts of one skeleton."""

    name: str | None
    """Of its only operation."""
    prepared: Prepared
    hoisted: Hoisted


class Documents:
    """The documents that came lately, each parsed, measured and validated once.

    Texts that differ only in literals share a template from the third on.
    """

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        heed_one_of(schema)
        self._schema = schema
        self._limits = limits
        self.recent: Recent[dict[str | None, Prepared]] = Recent(limits.remembered // 2)
        self.templates: Recent[Template] = Recent(limits.remembered // 2)
        self._sightings: Recent[int] = Recent(_SIGHTINGS)

    def known(self, text: str, operation_name: str | None = None) -> Prepared | None:
        """What ``prepare`` gave for this very text, if it is remembered."""
        operations = self.recent.get(text)
        return _chosen(operations, operation_name) if operations is not None else None

    def alike(self, text: str, operation_name: str | None = None) -> tuple[Prepared, dict[str, Any]] | None:
        """What texts of this skeleton share, and the variables that stand for this one's literals.

        They go over the request's own variables, count towards none of their limits, and have passed
        ``check_literal``. The text is valid if they can be coerced and page sizes and cost are allowed. Errors
        of the run have no locations: whatever fails, ``prepare`` is asked in its place. ``None`` if there is
        no template, or not for these literals.
        """
        if not self._fits(text):
            return None
        apart = take_apart(text)
        template = self.templates.get(apart[0]) if apart else None
        if apart is None or template is None or operation_name not in (None, template.name):
            return None
        values = template.hoisted.values(apart[1])
        return (template.prepared, values) if values is not None else None

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
            self._learn(text, document)
        prepared = _chosen(operations, operation_name)
        if prepared is None:
            raise refused(
                RequestCode.OPERATION_NOT_FOUND,
                "The document has no operation of that name."
                if operation_name is not None
                else "The document must have one operation, or the request must name one.",
            )
        return prepared

    def _fits(self, text: str) -> bool:
        """Whether ``_parsed`` would read the text at all."""
        try:
            return len(text) <= self._limits.document and (
                text.isascii() or len(text.encode()) <= self._limits.document
            )
        except UnicodeEncodeError:
            return False

    def _learn(self, text: str, document: DocumentNode) -> None:
        """Make a template of a valid document whose skeleton was seen before with other literals."""
        apart = take_apart(text)
        if apart is None or not apart[1]:
            return
        skeleton, literals = apart
        seen = str(hash(skeleton))
        first = self._sightings.get(seen)
        if first is None:
            self._sightings.put(seen, hash(text), 1)
        if first in {None, _VAIN, hash(text)} or self.templates.get(skeleton) is not None:
            return
        hoisted = hoist(document, self._schema, literals, starts(text))
        template = self._template(hoisted) if hoisted else None
        if template is None:
            self._sightings.put(seen, _VAIN, 1)
        else:
            tokens = template.prepared.document.token_count
            weight = 3 * sys.getsizeof(skeleton) + tokens * _BARE_TOKEN_BYTES
            self.templates.put(skeleton, template, weight)

    def _template(self, hoisted: Hoisted) -> Template | None:
        """What was hoisted, prepared; ``None`` if it is not valid, as where two fields are one by their literals."""
        document = parse(hoisted.text, no_location=True)
        try:
            ((name, prepared),) = self._valid(hoisted.text, document, may_introspect=False).items()
        except RequestRefused:
            return None
        return Template(name, prepared, hoisted)

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


def _chosen(operations: dict[str | None, Prepared], name: str | None) -> Prepared | None:
    if name is None and len(operations) == 1:
        return next(iter(operations.values()))
    return operations.get(name)


def _told(error: GraphQLSyntaxError) -> GraphQLError:
    description = _VALUE.sub(r"\1.", error.description)
    return GraphQLError(
        f"Syntax error: {description}",
        source=error.source,
        positions=error.positions,
        extensions={"code": str(RequestCode.GRAPHQL_PARSE_FAILED)},
    )
