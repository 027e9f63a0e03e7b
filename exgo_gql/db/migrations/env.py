"""Alembic's entry: runs on the connection that ``db.migrate`` opened, in its transaction."""

from alembic import context

from exgo_gql.db.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_server_default=False,
    include_name=lambda name, kind, _: not (kind == "table" and (name or "").startswith("pgqueuer")),
)
context.run_migrations()
