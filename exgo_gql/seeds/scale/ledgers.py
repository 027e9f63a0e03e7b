"""Stock movements, the balances that they add up to, and the operation log, in bulk."""

from __future__ import annotations

import asyncpg

# Each step of a document moves pieces out of one bucket and into another: a row each.
_MOVED = """
insert into stock_movements (id, merchant_id, product_id, warehouse_code, mode, bucket, qty, action, asn_id, batch_id,
                             order_id, actor_kind, at)
select uuidv7(s.at - now()), s.merchant_id, s.product_id, m.warehouse, s.mode, side.bucket, side.qty, s.action,
       s.asn_id, s.batch_id, s.order_id, s.actor_kind, s.at
from ({steps}) s
join scale_merchants m on m.no = s.merchant_no
cross join lateral (values (s.source, -s.qty), (s.target, s.qty)) as side (bucket, qty)
where side.bucket is not null and side.qty <> 0
"""

_INBOUND = """
  select l.merchant_no, l.merchant_id, l.product_id, a.mode, null as source, 'ON_THE_WAY' as target, l.qty,
         'asn:dispatch' as action, a.id as asn_id, null::uuid as batch_id, null::uuid as order_id,
         'USER' as actor_kind, a.created_at + interval '2 days' as at
  from scale_asn_lines l join scale_asns a on a.id = l.asn_id
  where a.status in ('IN_TRANSIT', 'RECEIVING', 'RECEIVED')
  union all
  select a.merchant_no, r.merchant_id, r.product_id, a.mode, 'ON_THE_WAY', 'PENDING', r.good_qty, 'asn:book_batch',
         a.id, a.batch_id, r.order_id, 'STAFF', a.created_at + interval '78 hours'
  from receipt_lines r join scale_asns a on a.batch_id = r.batch_id
  union all
  select a.merchant_no, r.merchant_id, r.product_id, a.mode, 'ON_THE_WAY', 'UNSELLABLE', r.damaged_qty,
         'asn:book_batch', a.id, a.batch_id, r.order_id, 'STAFF', a.created_at + interval '78 hours'
  from receipt_lines r join scale_asns a on a.batch_id = r.batch_id where r.damaged_qty > 0
  union all
  select a.merchant_no, r.merchant_id, r.product_id, a.mode, 'PENDING', 'RESERVED', r.good_qty, 'asn:book_batch',
         a.id, a.batch_id, r.order_id, 'STAFF', a.created_at + interval '78 hours'
  from receipt_lines r join scale_asns a on a.batch_id = r.batch_id where r.order_id is not null
  union all
  select a.merchant_no, r.merchant_id, r.product_id, a.mode, 'PENDING', 'SELLABLE', r.put_away_qty, 'asn:put_away',
         a.id, a.batch_id, null, 'STAFF', a.created_at + interval '4 days'
  from receipt_lines r join scale_asns a on a.batch_id = r.batch_id where r.put_away_qty > 0
"""

_OUTBOUND = """
  select l.merchant_no, l.merchant_id, l.product_id, o.mode, 'SELLABLE' as source, 'RESERVED' as target, l.qty,
         'order:submit' as action, null::uuid as asn_id, null::uuid as batch_id, o.id as order_id,
         'USER' as actor_kind, least(o.created_at + interval '40 minutes', now()) as at
  from scale_orders o join scale_order_lines l on l.order_id = o.id
  where o.mode = 'STOCK' and o.status in ('SUBMITTED', 'SHIPPED', 'SIGNED')
  union all
  select l.merchant_no, l.merchant_id, l.product_id, o.mode, 'RESERVED', 'SHIPPED', l.qty, 'order:ship', null, null,
         o.id, 'STAFF', coalesce(o.asn_at + interval '5 days', o.created_at + interval '2 days')
  from scale_orders o join scale_order_lines l on l.order_id = o.id where o.status in ('SHIPPED', 'SIGNED')
"""

# The trigger that keeps them is off meanwhile: the balances are the sums of these movements, and of no others,
# for the merchants are new.
BALANCES = """
insert into inventory (merchant_id, product_id, warehouse_code, mode, on_the_way_qty, pending_qty, sellable_qty,
                       unsellable_qty, reserved_qty, shipped_qty, updated_at)
select merchant_id, product_id, warehouse_code, mode,
       coalesce(sum(qty) filter (where bucket = 'ON_THE_WAY'), 0), coalesce(sum(qty) filter (where bucket = 'PENDING'), 0),
       coalesce(sum(qty) filter (where bucket = 'SELLABLE'), 0), coalesce(sum(qty) filter (where bucket = 'UNSELLABLE'), 0),
       coalesce(sum(qty) filter (where bucket = 'RESERVED'), 0), coalesce(sum(qty) filter (where bucket = 'SHIPPED'), 0),
       max(at)
from stock_movements where merchant_id in (select id from scale_merchants)
group by merchant_id, product_id, warehouse_code, mode
"""

EVENTS = """
create temp table scale_events on commit drop as
select merchant_id, id as product_id, null::uuid as asn_id, null::uuid as order_id, e.*
from scale_products p cross join lateral (values
  (1, 'product:create', p.created_at, null, 'DRAFT', null, true),
  (2, 'product:file', p.created_at + interval '1 hour', 'DRAFT', case p.kind when 'COMBO' then 'FILED' else 'FILING' end,
   null, p.status not in ('DRAFT', 'DELETED')),
  (3, 'product:approve', p.created_at + interval '1 day', 'FILING', 'FILED', 'CUSTOMS',
   p.kind = 'ORDINARY' and p.status in ('FILED', 'DISABLED')),
  (3, 'product:reject', p.created_at + interval '1 day', 'FILING', 'REJECTED', 'CUSTOMS', p.status = 'REJECTED'),
  (4, 'product:disable', p.created_at + interval '9 days', 'FILED', 'DISABLED', null, p.status = 'DISABLED'),
  (2, 'product:delete', p.created_at + interval '2 days', 'DRAFT', 'DELETED', null, p.status = 'DELETED')
) as e (version, action, at, state_before, state_after, role, happened) where e.happened
union all
select a.merchant_id, null, a.id, null, e.*
from (select a.*, coalesce(array_position(array['CONFIRMED', 'PENDING_REVIEW', 'APPROVED', 'IN_TRANSIT', 'RECEIVING',
        'RECEIVED'], status), 0) as step from scale_asns a) a cross join lateral (values
  (1, 'asn:create', a.created_at, null, 'DRAFT', null, true),
  (2, 'asn:delete', a.created_at + interval '6 hours', 'DRAFT', 'DELETED', null, a.status = 'DELETED'),
  (2, 'asn:confirm', a.created_at + interval '2 hours', 'DRAFT', 'CONFIRMED', null, a.step >= 1),
  (3, 'asn:submit_review', a.created_at + interval '3 hours', 'CONFIRMED', 'PENDING_REVIEW', null, a.step >= 2),
  (4, 'asn:approve', a.created_at + interval '1 day', 'PENDING_REVIEW', 'APPROVED', 'CUSTOMS', a.step >= 3),
  (5, 'asn:dispatch', a.created_at + interval '2 days', 'APPROVED', 'IN_TRANSIT', null, a.step >= 4),
  (6, 'asn:arrive', a.created_at + interval '3 days', 'IN_TRANSIT', 'RECEIVING', 'WAREHOUSE', a.step >= 5),
  (7, 'asn:complete', a.created_at + interval '5 days', 'RECEIVING', 'RECEIVED', 'WAREHOUSE', a.step >= 6)
) as e (version, action, at, state_before, state_after, role, happened) where e.happened
union all
select o.merchant_id, null, null, o.id, e.*
from (select o.*, mode = 'STOCK' as stock, status in ('SHIPPED', 'SIGNED') as gone,
        coalesce(asn_at + interval '5 days', created_at + interval '2 days') as shipped_at from scale_orders o) o
cross join lateral (values
  (1, 'order:create', o.created_at, null, 'DRAFT', null, true),
  (2, 'order:delete', o.created_at + interval '1 hour', 'DRAFT', 'DELETED', null, o.status = 'DELETED'),
  (2, 'order:confirm', o.created_at + interval '20 minutes', 'DRAFT', 'CONFIRMED', null,
   o.status not in ('DRAFT', 'DELETED')),
  (3, 'order:submit', o.created_at + interval '40 minutes', 'CONFIRMED',
   case o.status when 'EXCEPTION' then 'EXCEPTION' else 'SUBMITTED' end, null,
   o.stock and (o.gone or o.status in ('SUBMITTED', 'EXCEPTION'))),
  (3, 'order:asn_confirm', o.asn_at + interval '2 hours', 'CONFIRMED', 'SUBMITTED', 'SYSTEM',
   not o.stock and (o.gone or o.status in ('SUBMITTED', 'PROCESSING'))),
  (4, 'order:asn_arrive', o.asn_at + interval '78 hours', 'SUBMITTED', 'PROCESSING', 'SYSTEM',
   not o.stock and (o.gone or o.status = 'PROCESSING')),
  (5, 'order:ship', o.shipped_at, case when o.stock then 'SUBMITTED' else 'PROCESSING' end, 'SHIPPED', 'WAREHOUSE', o.gone),
  (6, 'order:sign', o.shipped_at + interval '9 days', 'SHIPPED', 'SIGNED', 'SYSTEM', o.status = 'SIGNED')
) as e (version, action, at, state_before, state_after, role, happened) where e.happened
"""

# Whole histories of some documents rather than scraps of all; more than there were are edits of products.
LOGS = """
insert into operation_logs (id, merchant_id, product_id, asn_id, order_id, action, at, actor_kind, actor_id, actor_role,
                            actor_name, state_before, state_after, version, changes)
select uuidv7(e.at - now()), e.merchant_id, e.product_id, e.asn_id, e.order_id, e.action, e.at,
       case e.role when 'SYSTEM' then 'SYSTEM' when 'CUSTOMS' then 'STAFF' when 'WAREHOUSE' then 'STAFF' else 'USER' end,
       case when e.role is null then u.id end,
       case when e.role is null then 'OWNER' when e.role <> 'SYSTEM' then e.role end,
       case e.role when 'SYSTEM' then 'system' when 'CUSTOMS' then '徐海明' when 'WAREHOUSE' then '吴建国'
                   else coalesce(u.name, '王经理') end,
       e.state_before, e.state_after, e.version, e.changes
from (
  select *, '[]'::jsonb as changes from (
    select least(at, now()) as at, merchant_id, product_id, asn_id, order_id, version, action, state_before,
           state_after, role
    from scale_events order by hashtextextended(coalesce(product_id, asn_id, order_id)::text, 0) limit $1) kept
  union all
  select least(p.created_at + number * interval '3 hours', now()), p.merchant_id, p.id, null, null, 4 + number::int,
         'product:update', p.status, p.status, null,
         jsonb_build_array(jsonb_build_object('field', 'remarks', 'old', null, 'new', '备注 ' || number))
  from (select *, row_number() over (order by merchant_no, place) - 1 as at_place, count(*) over () as total
        from scale_products where status in ('FILED', 'DISABLED')) p
  cross join lateral generate_series(1, ($2::bigint + p.total - 1 - p.at_place) / p.total) as number) e
left join users u on u.merchant_id = e.merchant_id and u.role = 'OWNER'
"""

EDITED = """
update products p set version = l.version
from (select product_id, max(version) as version from operation_logs where action = 'product:update' group by 1) l
where l.product_id = p.id and p.id in (select id from scale_products) and p.version < l.version
"""


async def move(owner: asyncpg.Connection) -> None:
    """Write the movements of all documents, and the balances."""
    await owner.execute(_MOVED.format(steps=_INBOUND))
    await owner.execute(_MOVED.format(steps=_OUTBOUND))
    await owner.execute(BALANCES)


async def log(owner: asyncpg.Connection, count: int) -> None:
    """Write exactly so many rows of the operation log."""
    await owner.execute(EVENTS)
    known: int = await owner.fetchval("select count(*) from scale_events")
    await owner.execute(LOGS, count, max(count - known, 0))
    await owner.execute(EDITED)
