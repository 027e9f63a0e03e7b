"""Which orders and ASNs there are, when, and how far each came: laid out before any is written.

The plan is in temporary tables.

Everything keeps to time: an ASN takes products that were filed before it, a stock order takes what was on the
shelf before it, a consolidation ASN the orders that were there. So no balance was ever below zero.

Chance is drawn into columns (``draw``, ``first``) before it is joined with: the planner may join first and would
draw again for every pair.
"""

from __future__ import annotations

import asyncpg

# Denser towards the end: business grows. Every fourth is a consolidation order.
ORDERS = """
create temp table scale_order_times on commit drop as
select m.no as merchant_no, m.id as merchant_id, number, uuidv7(at - now()) as id, at as created_at,
       case when number % 4 = 0 and m.together is not null then 'CONSOLIDATION' else 'STOCK' end as mode,
       random() as draw, power(random(), 2) as first
from scale_merchants m
cross join lateral generate_series(1, m.orders) as number
cross join lateral (
  select now() - interval '940 days'
         + (interval '940 days' - interval '20 minutes') * power((number - random()) / m.orders, 0.7) as at) made
"""

# Orders younger than three days wait for an ASN still; the others go together in the order they were made.
GROUPS = """
create temp table scale_groups on commit drop as
select o.id as order_id, o.merchant_no, o.created_at,
       (row_number() over (partition by o.merchant_no order by o.created_at, o.id) - 1) / m.together as together_no
from scale_order_times o join scale_merchants m on m.no = o.merchant_no
where o.mode = 'CONSOLIDATION' and o.created_at < now() - interval '3 days'
"""

ASNS = """
create temp table scale_asns on commit drop as
with parcels as (
  select merchant_no, together_no, max(created_at) + interval '2 hours' as created_at
  from scale_groups group by 1, 2),
stock as (
  select m.no as merchant_no,
         now() - interval '1000 days' + (interval '1000 days' - interval '6 hours')
           * power((number - random()) / greatest(m.asns - taken, 1), 0.8) as created_at
  from scale_merchants m
  cross join lateral (select count(*) as taken from parcels p where p.merchant_no = m.no) t
  cross join lateral generate_series(1, m.asns - taken) as number),
both_modes as (
  select merchant_no, created_at, 'STOCK' as mode, null::bigint as together_no from stock
  union all select merchant_no, created_at, 'CONSOLIDATION', together_no from parcels)
select b.*, random() as first, uuidv7(b.created_at - now()) as id, uuidv7(b.created_at - now()) as vehicle_id,
       uuidv7(b.created_at - now()) as batch_id, m.id as merchant_id,
       row_number() over (partition by b.merchant_no order by b.created_at) as number,
       case when age > 25 then case when r < 0.96 then 'RECEIVED' else 'DELETED' end
            when age > 10 then case when r < 0.6 then 'RECEIVED' when r < 0.85 then 'RECEIVING' else 'IN_TRANSIT' end
            when age > 4 then case when r < 0.25 then 'IN_TRANSIT' when r < 0.5 then 'APPROVED'
              when r < 0.75 then 'PENDING_REVIEW' when r < 0.9 then 'RECEIVING' else 'CONFIRMED' end
            else case when r < 0.35 then 'DRAFT' when r < 0.55 then 'CONFIRMED' when r < 0.75 then 'PENDING_REVIEW'
              when r < 0.9 then 'APPROVED' else 'DELETED' end end as status
from both_modes b
join scale_merchants m on m.no = b.merchant_no
cross join lateral (select extract(epoch from now() - b.created_at) / 86400 as age, random() as r) chance
"""

# How many filed products there were by the time of each stock ASN, and which of them it takes.
ASN_PICKS = """
create temp table scale_asn_picks on commit drop as
with known as (
  select id, merchant_no, greatest(count(*) filter (where id is null)
           over (partition by merchant_no order by at rows unbounded preceding), 1) as known
  from (select merchant_no, created_at as at, null::uuid as id from scale_filed
        union all select merchant_no, created_at, id from scale_asns where mode = 'STOCK') e)
select a.id as asn_id, a.merchant_no, a.merchant_id, a.status, a.created_at, position,
       1 + (floor(a.first * k.known)::int + position - 1) % k.known as rank
from scale_asns a join known k on k.id = a.id cross join lateral generate_series(1, least(2, k.known)) as position
"""

ASN_LINES = """
create temp table scale_asn_lines on commit drop as
select a.asn_id, a.merchant_no, a.merchant_id, a.status, a.created_at, a.position, f.product_id,
       uuidv7(a.created_at - now()) as id, round(f.sales_price / 1.35, 2) as price,
       (20 + 10 * floor(random() * 30))::int as qty,
       case when random() < 0.03 then 1 + floor(random() * 3)::int else 0 end as damaged
from scale_asn_picks a join scale_filed f using (merchant_no, rank)
"""

# What lies on shelves: each product from the moment that its first received line was put away.
SHELF = """
create temp table scale_shelf on commit drop as
select *, row_number() over (partition by merchant_no order by from_at, product_id) as rank
from (
  select distinct on (l.merchant_no, l.product_id) l.merchant_no, l.product_id, l.id as line_id,
         l.created_at + interval '4 days' as from_at, f.sales_price
  from scale_asn_lines l
  join scale_filed f on f.merchant_no = l.merchant_no and f.product_id = l.product_id
  where l.status = 'RECEIVED' order by l.merchant_no, l.product_id, l.created_at, l.position) first
"""

# With how many products it could choose from: from the shelf, or (parcels) of all that were filed.
CHOICES = """
create temp table scale_choices on commit drop as
with events as (
  select merchant_no, from_at as at, null::uuid as id, 'STOCK' as mode from scale_shelf
  union all select merchant_no, created_at, null, 'CONSOLIDATION' from scale_filed
  union all select merchant_no, created_at, id, mode from scale_order_times)
select id, choices from (
  select id, count(*) filter (where id is null)
    over (partition by merchant_no, mode order by at rows unbounded preceding) as choices from events) counted
where id is not null
"""

_AGE = "extract(epoch from now() - o.created_at) / 86400"
PLANS = f"""
create temp table scale_orders on commit drop as
select o.*, c.choices, g.asn_id, g.asn_status, g.asn_at,
  case
    when o.mode = 'CONSOLIDATION' then case
      when g.asn_id is null then case when r < 0.3 then 'DRAFT' when r < 0.35 then 'DELETED' else 'CONFIRMED' end
      when g.asn_status in ('DRAFT', 'DELETED') then 'CONFIRMED'
      when g.asn_status = 'RECEIVING' then 'PROCESSING'
      when g.asn_status <> 'RECEIVED' then 'SUBMITTED'
      when asn_age > 25 then case when r < 0.93 then 'SIGNED' else 'SHIPPED' end
      else case when r < 0.5 then 'PROCESSING' else 'SHIPPED' end end
    when c.choices = 0 then case when age > 5 or r < 0.2 then 'DELETED' when r < 0.5 then 'DRAFT' else 'CONFIRMED' end
    when age > 15 then case when r < 0.9 then 'SIGNED' when r < 0.94 then 'SHIPPED' else 'DELETED' end
    when age > 3 then case when r < 0.7 then 'SHIPPED' when r < 0.85 then 'SUBMITTED' when r < 0.9 then 'EXCEPTION'
                           when r < 0.95 then 'CONFIRMED' else 'DRAFT' end
    else case when r < 0.2 then 'DRAFT' when r < 0.4 then 'CONFIRMED' when r < 0.5 then 'EXCEPTION'
              else 'SUBMITTED' end end as status
from scale_order_times o
join scale_choices c on c.id = o.id
left join (
  select g.order_id, a.id as asn_id, a.status as asn_status, a.created_at as asn_at,
         extract(epoch from now() - a.created_at) / 86400 as asn_age
  from scale_groups g join scale_asns a on a.merchant_no = g.merchant_no and a.together_no = g.together_no) g
  on g.order_id = o.id
cross join lateral (select {_AGE} as age, random() as r) chance
"""  # noqa: S608  # ours

# About two lines an order; what was on the shelf first is ordered most.
ORDER_PICKS = """
create temp table scale_order_picks on commit drop as
select o.id as order_id, o.merchant_no, o.merchant_id, position,
       1 + (floor(o.first * known)::int + position - 1) % known as rank,
       case when o.choices = 0 then 'NONE' else o.mode end as mode,
       case o.status when 'EXCEPTION' then 400000 + 1000 * position
            else 1 + floor(3 * power(random(), 3))::int end as qty
from scale_orders o
cross join lateral (select greatest(o.choices, 1) as known) c
cross join lateral generate_series(
  1, least(case when o.draw < 0.3 then 1 when o.draw < 0.7 then 2 else 3 end, known)) as position
"""

ORDER_LINES = """
create temp table scale_order_lines on commit drop as
select o.order_id, o.merchant_no, o.merchant_id, o.position, p.product_id, p.sales_price, o.qty
from scale_order_picks o
join (
  select merchant_no, rank, product_id, sales_price, 'STOCK' as mode from scale_shelf
  union all select merchant_no, rank, product_id, sales_price, 'CONSOLIDATION' from scale_filed
  union all select merchant_no, rank, product_id, sales_price, 'NONE' from scale_filed where rank = 1) p
  using (merchant_no, rank, mode)
"""

# A shelf was filled with what was going to be ordered from it, and some more.
FILL_SHELVES = """
update scale_asn_lines l set qty = l.qty + d.qty
from (
  select s.line_id, sum(l.qty)::int as qty
  from scale_order_lines l
  join scale_orders o on o.id = l.order_id and o.mode = 'STOCK' and o.status in ('SUBMITTED', 'SHIPPED', 'SIGNED')
  join scale_shelf s on s.merchant_no = l.merchant_no and s.product_id = l.product_id
  group by s.line_id) d
where d.line_id = l.id
"""

PARCEL_LINES = """
insert into scale_asn_lines (asn_id, merchant_no, merchant_id, status, created_at, position, product_id, id, price,
                             qty, damaged)
select o.asn_id, o.merchant_no, o.merchant_id, o.asn_status, o.asn_at,
       row_number() over (partition by o.asn_id order by l.product_id), l.product_id, uuidv7(o.asn_at - now()), null,
       sum(l.qty), 0
from scale_orders o join scale_order_lines l on l.order_id = o.id
where o.asn_id is not null
group by o.asn_id, o.merchant_no, o.merchant_id, o.asn_status, o.asn_at, l.product_id
"""


# Each statement, and the tables that the next ones must know the sizes of.
_STEPS = (
    (ORDERS, "scale_order_times"),
    (GROUPS, "scale_groups"),
    (ASNS, "scale_asns"),
    (ASN_PICKS, "scale_asn_picks"),
    (ASN_LINES, "scale_asn_lines"),
    (SHELF, "scale_shelf"),
    (CHOICES, "scale_choices"),
    (PLANS, "scale_orders"),
    (ORDER_PICKS, "scale_order_picks"),
    (ORDER_LINES, "scale_order_lines"),
    (FILL_SHELVES, None),
    (PARCEL_LINES, "scale_asn_lines"),
)


async def lay_out(owner: asyncpg.Connection) -> None:
    """Make the temporary tables that documents and ledgers are written from."""
    for statement, table in _STEPS:
        await owner.execute(statement)
        if table is not None:
            await owner.execute(f"analyze {table}")
