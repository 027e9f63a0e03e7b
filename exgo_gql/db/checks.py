"""What start-up refuses to serve without: every tenant table locked, every revision applied (rule 6)."""

from __future__ import annotations

from typing import Any

from alembic.script import ScriptDirectory

from exgo_gql.db.migrate import configuration

LEAST_SERVER = 180_000

UNLOCKED = """
select c.relname from pg_class c
  join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
  left join pg_attribute a on a.attrelid = c.oid and a.attname = 'merchant_id' and not a.attisdropped
where c.relkind in ('r', 'p') and (a.attname is not null or c.relname = 'merchants')
  and (not c.relrowsecurity or not c.relforcerowsecurity or pg_get_userbyid(c.relowner) <> 'exgo_owner'
    or 4 <> (select count(*) from pg_policy p where p.polrelid = c.oid)
    or not exists (
      select from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant'
        and p.polroles = array['exgo_merchant'::regrole::oid]
        and pg_get_expr(p.polqual, p.polrelid) like '%( SELECT %current_setting%'
        and pg_get_expr(p.polwithcheck, p.polrelid) = pg_get_expr(p.polqual, p.polrelid))
    or exists (
      select from pg_policy p where p.polrelid = c.oid and p.polname <> 'tenant'
        and (cardinality(p.polroles) <> 1 or p.polroles[1] = 'exgo_merchant'::regrole::oid or p.polroles[1] = 0)))
order by 1
"""


class NotReady(Exception):  # noqa: N818  # the answer of a readiness check
    """The database cannot be served from; the message says why in one sentence."""


async def check_server(connection: Any) -> None:
    """Refuse an old server, an unfinished migration, a tenant table without its locks. Raises ``NotReady``."""
    version = int(await connection.fetchval("show server_version_num"))
    if version < LEAST_SERVER:
        raise NotReady(f"PostgreSQL 18 or newer is needed; this is {version // 10_000}")
    if not await connection.fetchval("select 'B' < 'a'"):
        # Prefixes are searched as ranges, and keysets compared by code points.
        raise NotReady("the database sorts text by a language; create it with the locale C or C.UTF-8")
    if await connection.fetchval("select to_regclass('alembic_version')") is None:
        raise NotReady("the database is empty: run `exgo-gql migrate`")
    applied = await connection.fetchval("select version_num from alembic_version")
    wanted = ScriptDirectory.from_config(configuration()).get_current_head()
    if applied != wanted:
        raise NotReady(
            f"the database is at revision {applied}, this program needs {wanted}: run `exgo-gql migrate`"
        )
    unlocked = [row["relname"] for row in await connection.fetch(UNLOCKED)]
    if unlocked:
        raise NotReady(f"tables without forced row-level security: {', '.join(unlocked)}")
