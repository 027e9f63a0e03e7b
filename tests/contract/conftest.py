"""What the contracts are read from: the schema as graphql-core has it."""

from __future__ import annotations

import pytest
from graphql import GraphQLSchema

from exgo_gql.app import schema


@pytest.fixture(scope="session")
def sdl() -> GraphQLSchema:
    """The schema that the application serves."""
    return schema()._schema
