"""The job queue's own tables (pgqueuer), owned like all others; a job carries the id of a delivery."""

from alembic import op
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    install = QueryBuilderEnvironment().build_install_query(create_schema=False)
    # Many statements in one text: the driver's simple protocol, on the connection of this transaction.
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(install))
    op.execute("grant select, insert on pgqueuer, pgqueuer_log to exgo_merchant, exgo_staff")
    op.execute(
        "grant select, insert, update, delete on pgqueuer, pgqueuer_log, pgqueuer_statistics, pgqueuer_schedules "
        "to exgo_worker"
    )
    op.execute("grant usage on all sequences in schema public to exgo_merchant, exgo_staff, exgo_worker")


def downgrade() -> None:
    raise RuntimeError("restore a backup: revisions go forward only")
