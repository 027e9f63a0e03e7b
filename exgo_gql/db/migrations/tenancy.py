"""What revisions say about tables in one line: who sees which rows, who may write, what is append-only."""

from __future__ import annotations

from collections.abc import Iterable

from alembic import op

TENANT = "(select nullif(current_setting('app.merchant_id', true), '')::uuid)"
RUNTIME = ("exgo_merchant", "exgo_staff", "exgo_worker")


def isolate(table: str, column: str = "merchant_id") -> None:
    """Force row-level security on a tenant table: one policy per role, so that none contains an OR."""
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    rule = f"{column} = {TENANT}"
    op.execute(f"create policy tenant on {table} to exgo_merchant using ({rule}) with check ({rule})")
    for role in ("staff", "worker", "owner"):
        op.execute(f"create policy {role} on {table} to exgo_{role} using (true) with check (true)")


def grant(rights: str, *tables: str, to: Iterable[str] = RUNTIME) -> None:
    """Give rights on tables to the runtime roles, or to some of them."""
    op.execute(f"grant {rights} on {', '.join(tables)} to {', '.join(to)}")


def append_only(table: str) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE, whoever asks (rule 8)."""
    op.execute(
        f"create trigger append_only before update or delete on {table} "
        "for each statement execute function refuse_change()"
    )
    op.execute(
        f"create trigger append_only_truncate before truncate on {table} "
        "for each statement execute function refuse_change()"
    )


def definer(sql: str) -> None:
    """Create a SECURITY DEFINER function and take it from PUBLIC; grants name who may call it."""
    op.execute(sql)
