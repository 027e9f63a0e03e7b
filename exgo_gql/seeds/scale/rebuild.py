"""Tables without their indexes, foreign keys and triggers for as long as they are filled in bulk.

Kept up row by row they take ten times as long as built at the end. Their definitions are read from the catalogue
and written back as they were, in the transaction of the load: should it fail, nothing has happened. Foreign keys
and unique constraints are verified when they come back.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import asyncpg

_CONSTRAINTS = """
select c.conrelid::regclass::text as on_table, c.conname as name, pg_get_constraintdef(c.oid) as definition,
       c.contype = 'f' as foreign_key
from pg_constraint c
where c.contype in ('f', 'p', 'u') and (c.conrelid = any ($1::regclass[]) or c.confrelid = any ($1::regclass[]))
order by foreign_key desc, on_table, name
"""
_INDEXES = """
select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
from pg_index i
where i.indrelid = any ($1::regclass[])
  and not exists (select from pg_constraint c where c.conindid = i.indexrelid and c.contype in ('p', 'u'))
  and coalesce(pg_get_expr(i.indpred, i.indrelid), '') not like '% ANY (%'
order by name
"""
# A condition on a list of states would come back spelt otherwise: those indexes stay, and few rows are in them.
_MEMORY = ("maintenance_work_mem = '512MB'", "work_mem = '128MB'", "jit = off")
"""For this transaction alone: bounded, and no compiling of statements that run once."""


@asynccontextmanager
async def bare(
    owner: asyncpg.Connection, tables: Sequence[str], report: Callable[[str], object]
) -> AsyncIterator[None]:
    """One transaction in which ``tables`` are bare; at its end they are as before, and verified."""
    async with owner.transaction():
        for setting in (*_MEMORY, "statement_timeout = 0", "lock_timeout = 0"):
            await owner.execute(f"set local {setting}")
        # Lock all at once and first: a reader in between would wait, not see half of it.
        await owner.execute(f"lock table {', '.join(tables)} in access exclusive mode")
        constraints = await owner.fetch(_CONSTRAINTS, list(tables))
        indexes = await owner.fetch(_INDEXES, list(tables))
        for row in constraints:
            await owner.execute(f'alter table {row["on_table"]} drop constraint "{row["name"]}"')
        for row in indexes:
            await owner.execute(f"drop index {row['name']}")
        for table in tables:
            await owner.execute(f"alter table {table} disable trigger user")
        yield
        for row in constraints[::-1]:
            if not row["foreign_key"]:
                await _restore(owner, row)
        for row in indexes:
            await owner.execute(row["definition"])
        report("indexes built")
        for row in constraints:
            if row["foreign_key"]:
                await _restore(owner, row)
        report("foreign keys verified")
        for table in tables:
            await owner.execute(f"alter table {table} enable trigger user")


async def _restore(owner: asyncpg.Connection, row: asyncpg.Record) -> None:
    await owner.execute(f'alter table {row["on_table"]} add constraint "{row["name"]}" {row["definition"]}')
