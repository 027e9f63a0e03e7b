"""Row-level security, grants, append-only ledgers, and the functions that the tables lean on."""

from alembic import op

from exgo_gql.db.migrations.tenancy import RUNTIME, append_only, definer, grant, isolate

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

REFERENCE = (
    "currencies",
    "countries",
    "warehouses",
    "categories",
    "units",
    "transport_methods",
    "hs_codes",
    "hs_elements",
)
DOCUMENTS = (
    "products",
    "vehicles",
    "asns",
    "orders",
    "customs_filings",
    "asn_lines",
    "asn_orders",
    "receipt_lines",
    "deliveries",
)
EDITED_PARTS = ("product_elements", "combo_parts", "order_lines")
APPENDED = (
    "operation_logs",
    "stock_movements",
    "outbox",
    "receipt_batches",
    "put_aways",
    "parcels",
    "tracking_events",
)


def upgrade() -> None:
    op.execute(REFUSE_CHANGE)
    for table in (*DOCUMENTS, *EDITED_PARTS, *APPENDED):
        isolate(table)
    for table in ("users", "sessions", "kept_outcomes", "inventory", "product_grams"):
        isolate(table)
    isolate("merchants", "id")
    for table in APPENDED:
        append_only(table)

    grant("select", *REFERENCE, *DOCUMENTS, *EDITED_PARTS, *APPENDED)
    grant("select", "merchants", "inventory", "product_grams", "kept_outcomes")
    grant("insert, update", *DOCUMENTS)
    grant("insert, update, delete", *EDITED_PARTS)
    grant("delete", "asn_lines")
    grant("insert", *APPENDED, "kept_outcomes")
    grant("update (request_hash, outcome_id, created_at)", "kept_outcomes")
    grant("delete", "kept_outcomes", to=("exgo_worker",))
    # Locking a merchant's row (rule 9) needs the right to change a column of it.
    grant("update (updated_at)", "merchants", to=("exgo_merchant", "exgo_staff", "exgo_worker"))
    grant(
        "select (id, merchant_id, email, name, role, language, disabled_at, created_at, updated_at)", "users"
    )
    grant("select (id, merchant_id, user_id, kind, address, created_at, expires_at, ended_at)", "sessions")
    grant("insert, update (ended_at)", "sessions", to=("exgo_merchant", "exgo_staff"))

    grant("select", "alembic_version", to=("exgo_worker",))
    definer(SESSION_VIEWER)
    definer(LOGIN_USER)
    for function in ("session_viewer(bytea)", "login_user(text)"):
        op.execute(f"revoke all on function {function} from public")
        op.execute(f"grant execute on function {function} to exgo_merchant")

    op.execute(NAME_GRAMS)
    op.execute(SEARCH_GRAMS)
    op.execute(NAME_HAS)
    definer(KEEP_GRAMS)
    op.execute(
        "create trigger keep_grams after insert or update of name_zh, name_en on products "
        "for each row execute function keep_product_grams()"
    )
    definer(APPLY_MOVEMENTS)
    op.execute(
        "create trigger apply_movements after insert on stock_movements referencing new table as added "
        "for each statement execute function apply_stock_movements()"
    )
    for function in ("keep_product_grams()", "apply_stock_movements()", "refuse_change()"):
        op.execute(f"revoke all on function {function} from public")
    for function in ("name_grams(text)", "search_grams(text)", "name_has(text, text, text)"):
        op.execute(f"grant execute on function {function} to {', '.join(RUNTIME)}")


def downgrade() -> None:
    raise RuntimeError("restore a backup: revisions go forward only")


REFUSE_CHANGE = """
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% on % is refused: it is append-only', tg_op, tg_table_name using errcode = '42501';
end $$
"""

# What is read before the tenant is known: by hash or e-mail, one row, nothing to search in.
SESSION_VIEWER = """
create function session_viewer(hash bytea)
returns table (session_id uuid, user_id uuid, merchant_id uuid, email text, name text, role text, language text,
               merchant_status text)
language sql stable security definer set search_path = public, pg_temp rows 1 as $$
  select s.id, u.id, u.merchant_id, u.email, u.name, u.role, u.language, m.status
  from sessions s join users u on u.id = s.user_id left join merchants m on m.id = u.merchant_id
  where s.token_hash = hash and s.ended_at is null and s.expires_at > now() and u.disabled_at is null
    and (m.id is null or m.status <> 'SUSPENDED')
$$
"""

LOGIN_USER = """
create function login_user(address text)
returns table (user_id uuid, merchant_id uuid, password_hash text, role text)
language sql stable security definer set search_path = public, pg_temp rows 1 as $$
  select u.id, u.merchant_id, u.password_hash, u.role
  from users u left join merchants m on m.id = u.merchant_id
  where u.email = lower(address) and u.disabled_at is null
    and (m.id is null or m.status in ('ACTIVE', 'PENDING_PROFILE'))
$$
"""

# Pieces of one and two characters, in one spelling of case and width; none spans a space.
NAME_GRAMS = r"""
create function name_grams(value text) returns text[]
language sql immutable strict parallel safe as $$
  select coalesce(array_agg(distinct gram), '{}')
  from (select lower(normalize(value, nfkc)) as t) spelt,
       generate_series(1, 2) as n, generate_series(1, char_length(t) - n + 1) as i,
       lateral (select substr(t, i, n) as gram) piece
  where gram !~ '\s'
$$
"""

SEARCH_GRAMS = r"""
create function search_grams(value text) returns text[]
language sql immutable strict parallel safe as $$
  select coalesce(
    (select array_agg(gram) from unnest(name_grams(value)) as gram where char_length(gram) = 2),
    name_grams(value))
$$
"""

NAME_HAS = """
create function name_has(name_zh text, name_en text, part text) returns boolean
language sql immutable parallel safe as $$
  select strpos(lower(normalize(name_zh || chr(10) || name_en, nfkc)), lower(normalize(part, nfkc))) > 0
$$
"""

KEEP_GRAMS = """
create function keep_product_grams() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare wanted text[] := name_grams(new.name_zh || chr(10) || new.name_en);
begin
  delete from product_grams g
    where g.merchant_id = new.merchant_id and g.product_id = new.id and g.gram <> all (wanted);
  insert into product_grams (merchant_id, gram, product_id)
    select new.merchant_id, gram, new.id from unnest(wanted) as gram on conflict do nothing;
  return null;
end $$
"""

# One statement inserts all movements of a transaction; the balances are locked here, in the order of their
# ids, before any is changed. CHECK (… >= 0) on each bucket is what refuses to oversell (rules 8 and 9).
APPLY_MOVEMENTS = """
create function apply_stock_movements() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into inventory (merchant_id, product_id, warehouse_code, mode)
    select distinct merchant_id, product_id, warehouse_code, mode from added order by 1, 2, 3, 4
    on conflict (merchant_id, product_id, warehouse_code, mode) do nothing;
  perform 1 from inventory i
    where (i.merchant_id, i.product_id, i.warehouse_code, i.mode)
       in (select merchant_id, product_id, warehouse_code, mode from added)
    order by i.id for no key update;
  update inventory i set
      on_the_way_qty = i.on_the_way_qty + s.on_the_way,
      pending_qty = i.pending_qty + s.pending,
      sellable_qty = i.sellable_qty + s.sellable,
      unsellable_qty = i.unsellable_qty + s.unsellable,
      reserved_qty = i.reserved_qty + s.reserved,
      shipped_qty = i.shipped_qty + s.shipped,
      updated_at = greatest(i.updated_at, s.at)
    from (
      select merchant_id, product_id, warehouse_code, mode, max(at) as at,
        coalesce(sum(qty) filter (where bucket = 'ON_THE_WAY'), 0) as on_the_way,
        coalesce(sum(qty) filter (where bucket = 'PENDING'), 0) as pending,
        coalesce(sum(qty) filter (where bucket = 'SELLABLE'), 0) as sellable,
        coalesce(sum(qty) filter (where bucket = 'UNSELLABLE'), 0) as unsellable,
        coalesce(sum(qty) filter (where bucket = 'RESERVED'), 0) as reserved,
        coalesce(sum(qty) filter (where bucket = 'SHIPPED'), 0) as shipped
      from added group by merchant_id, product_id, warehouse_code, mode
    ) s
    where i.merchant_id = s.merchant_id and i.product_id = s.product_id
      and i.warehouse_code = s.warehouse_code and i.mode = s.mode;
  return null;
end $$
"""
