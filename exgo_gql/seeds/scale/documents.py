"""Orders and ASNs in bulk, with what hangs on them, as ``plans`` laid them out."""

from __future__ import annotations

import asyncpg

from exgo_gql.domain.numbers import ALPHABET


def _system_number(day: str, n: str) -> str:
    """SQL of a system number: the head of its day, six characters of a scrambled ``n``, the check character."""
    digits = [f"(({n} >> {5 * place}) & 31)::int" for place in range(6)]
    body = " || ".join(f"substr('{ALPHABET}', {digit} + 1, 1)" for digit in reversed(digits))
    # Luhn's sum over 32 characters: every second one counts double, its two digits added up.
    parts = [
        f"{digit} * 2 - case when {digit} < 16 then 0 else 31 end" if place % 2 == 0 else digit
        for place, digit in enumerate(digits)
    ]
    check = f"substr('{ALPHABET}', (32 - ({day}.total + {' + '.join(parts)}) % 32) % 32 + 1, 1)"
    return f"{day}.head || '-' || {body} || {check}"


_SCRAMBLED = "(row_number() over () * 48271 + 12345) & 1073741823"
"""Odd times anything, within 30 bits: no two rows get the same, and neighbours are far apart."""
_DAY = "(x.created_at at time zone 'Asia/Shanghai')::date"
_GONE = "('IN_TRANSIT', 'RECEIVING', 'RECEIVED')"
_CAME = "('RECEIVING', 'RECEIVED')"

VEHICLES = f"""
insert into vehicles (id, merchant_id, version, warehouse_code, plate, driver, phone, expected_arrival_date,
                      arrived_at, created_at, updated_at)
select a.vehicle_id, a.merchant_id, 1, m.warehouse, '浙B' || lpad((a.number % 100000)::text, 5, '0'), '马师傅',
       '138 0000 4127', (a.created_at + interval '3 days')::date,
       case when a.status in {_CAME} then a.created_at + interval '3 days' end,
       least(a.created_at + interval '1 day', now()), least(a.created_at + interval '3 days', now())
from scale_asns a join scale_merchants m on m.no = a.merchant_no where a.status in {_GONE}
"""  # noqa: S608  # here and below: texts of ours, no values

ASNS = f"""
insert into asns (id, merchant_id, receiving_no, reference_no, mode, type, status, version, warehouse_code,
  currency_code, expected_arrival_date, packages, gross_weight_kg, volume_cbm, wrapping, carrier, contact, phone,
  vehicle_id, confirmed_at, approved_at, dispatched_at, arrived_at, received_at, created_at, updated_at)
select x.id, x.merchant_id, {_system_number("d", "x.n")}, 'IN-' || lpad(x.number::text, 6, '0'), x.mode,
       (array['PURCHASE', 'PURCHASE', 'PURCHASE', 'TRANSFER', 'RETURN'])[1 + x.number % 5], x.status,
       case x.status when 'DELETED' then 2 else x.step + 1 end, m.warehouse, m.currency,
       (x.created_at + interval '3 days')::date, 1 + (x.number % 40)::int,
       round((20 + 900 * random())::numeric, 3), round((0.2 + 12 * random())::numeric, 3), '纸箱', '甬通物流', '林小川',
       '0574-5550 1188', case when x.step >= 4 then x.vehicle_id end,
       case when x.step >= 1 then least(x.created_at + interval '2 hours', now()) end,
       case when x.step >= 3 then least(x.created_at + interval '1 day', now()) end,
       case when x.step >= 4 then x.created_at + interval '2 days' end,
       case when x.step >= 5 then x.created_at + interval '3 days' end,
       case when x.step >= 6 then x.created_at + interval '5 days' end,
       x.created_at, least(x.created_at + x.step * interval '20 hours', now())
from (
  select a.*, {_SCRAMBLED} as n,
    coalesce(array_position(array['CONFIRMED', 'PENDING_REVIEW', 'APPROVED', 'IN_TRANSIT', 'RECEIVING', 'RECEIVED'],
                            a.status), 0) as step
  from scale_asns a) x
join scale_merchants m on m.no = x.merchant_no
join scale_days d on d.kind = 'A' and d.day = {_DAY}
"""  # noqa: S608

ASN_LINES = """
insert into asn_lines (id, merchant_id, asn_id, product_id, position, qty, unit_price, amount, good_qty, damaged_qty)
select l.id, l.merchant_id, l.asn_id, l.product_id, l.position, l.qty, l.price,
       round(l.qty * coalesce(l.price, 1), 2),
       case when l.status = 'RECEIVED' or l.price is null and l.status = 'RECEIVING' then l.qty - l.damaged
            when l.status = 'RECEIVING' then l.qty / 2 else 0 end,
       case when l.status = 'RECEIVED' then l.damaged else 0 end
from scale_asn_lines l
"""

LINKS = """
insert into asn_orders (merchant_id, asn_id, order_id, warehouse_code, currency_code, mode, linked_at, ended_at)
select o.merchant_id, o.asn_id, o.id, case when o.asn_status <> 'DELETED' then m.warehouse end,
       case when o.asn_status <> 'DELETED' then m.currency end, 'CONSOLIDATION', o.asn_at,
       case when o.asn_status = 'DELETED' then least(o.asn_at + interval '6 hours', now()) end
from scale_orders o join scale_merchants m on m.no = o.merchant_no where o.asn_id is not null
"""

BATCHES = f"""
insert into receipt_batches (id, merchant_id, asn_id, number, batch_no, at)
select s.batch_id, s.merchant_id, s.id, 1, a.receiving_no || '-01', s.created_at + interval '78 hours'
from scale_asns s join asns a on a.id = s.id where s.status in {_CAME}
"""  # noqa: S608

RECEIPT_LINES = f"""
insert into receipt_lines (merchant_id, batch_id, asn_line_id, product_id, order_id, position, good_qty, damaged_qty,
                           excess_qty, put_away_qty, location, lot)
select l.merchant_id, a.batch_id, l.id, l.product_id, null, l.position,
       case l.status when 'RECEIVED' then l.qty - l.damaged else l.qty / 2 end,
       case l.status when 'RECEIVED' then l.damaged else 0 end, 0,
       case l.status when 'RECEIVED' then l.qty - l.damaged else 0 end, '收货区 R1', 'L' || a.number
from scale_asn_lines l join scale_asns a on a.id = l.asn_id
where l.status in {_CAME} and a.mode = 'STOCK'
union all
select o.merchant_id, a.batch_id, l.id, l.product_id, o.id,
       row_number() over (partition by a.batch_id order by o.id, ol.position), ol.qty, 0, 0, 0, '收货区 R2', null
from scale_orders o
join scale_asns a on a.id = o.asn_id and a.status in {_CAME}
join scale_order_lines ol on ol.order_id = o.id
join scale_asn_lines l on l.asn_id = a.id and l.product_id = ol.product_id
"""  # noqa: S608

PUT_AWAYS = """
insert into put_aways (merchant_id, receipt_line_id, qty, location, at)
select r.merchant_id, r.id, r.good_qty, 'A-' || lpad((a.number % 40)::text, 2, '0'), a.created_at + interval '4 days'
from receipt_lines r join scale_asns a on a.batch_id = r.batch_id and a.mode = 'STOCK'
where r.put_away_qty > 0
"""

ORDERS = f"""
insert into orders (id, merchant_id, order_no, reference_no, mode, type, status, version, warehouse_code,
  currency_code, transport_method_code, inbound_tracking_no, relabel, new_label_no, platform, recipient_name,
  recipient_country_code, recipient_province, recipient_city, recipient_address1, recipient_postcode,
  recipient_phone, gross_weight_kg, payment_no, exception, exception_at, confirmed_at, submitted_at, reviewed_at,
  picked_at, released_at, carrier, tracking_no, shipped_weight_kg, shipped_at, signed_at, created_at, updated_at)
select x.id, x.merchant_id, {_system_number("d", "x.n")}, 'R-' || lpad(x.number::text, 8, '0'), x.mode,
       (array['STANDARD', 'STANDARD', 'STANDARD', 'STANDARD', 'TRANSFER', 'RETURN'])[1 + x.number % 6], x.status,
       case x.status when 'DRAFT' then 1 when 'DELETED' then 2 when 'CONFIRMED' then 2 when 'PROCESSING' then 4
         when 'SHIPPED' then 5 when 'SIGNED' then 6 else 3 end,
       m.warehouse, m.currency,
       (array['EXPRESS', 'EXPRESS', 'AIR', 'AIR', 'POST', 'SEA', 'RAIL', 'ROAD'])[1 + x.number % 8],
       case when parcel then 'SF' || 100000000000 + x.number end, parcel and x.number % 12 = 0,
       case when parcel and x.number % 12 = 0 and x.gone then 'NL' || x.number end, r.platform, r.name, r.country,
       r.province, r.city, r.address, r.postcode, r.phone, round((0.2 + 15 * random())::numeric, 3),
       'PAY' || x.n, case when x.status = 'EXCEPTION' then jsonb_build_array(jsonb_build_object(
         'code', 'STOCK', 'sku', e.sku, 'requested', e.qty, 'available', e.sellable)) end,
       case when x.status = 'EXCEPTION' then x.t1 end,
       case when x.status not in ('DRAFT', 'DELETED') then least(x.created_at + interval '20 minutes', now()) end,
       case when x.status in ('SUBMITTED', 'PROCESSING', 'SHIPPED', 'SIGNED') then x.t1 end,
       case when not parcel and (x.gone or x.status = 'SUBMITTED' and x.number % 3 > 0)
            then least(x.t1 + interval '3 hours', now()) end,
       case when not parcel and (x.gone or x.status = 'SUBMITTED' and x.number % 3 > 1)
            then least(x.t1 + interval '1 day', now()) end,
       case when parcel and x.gone then x.shipped_at - interval '1 day' end,
       case when x.gone then '云程国际 CloudWay' end, case when x.gone then 'CW' || x.n end,
       case when x.gone then round((0.2 + 15 * random())::numeric, 3) end, case when x.gone then x.shipped_at end,
       case when x.status = 'SIGNED' then x.shipped_at + interval '9 days' end, x.created_at,
       case when x.status = 'SIGNED' then x.shipped_at + interval '9 days' when x.gone then x.shipped_at
            when x.status in ('DRAFT', 'CONFIRMED', 'DELETED') then least(x.created_at + interval '1 hour', now())
            else x.t1 end
from (
  select o.*, {_SCRAMBLED} as n, o.mode = 'CONSOLIDATION' as parcel, o.status in ('SHIPPED', 'SIGNED') as gone,
         least(coalesce(o.asn_at + interval '2 hours', o.created_at + interval '40 minutes'), now()) as t1,
         coalesce(o.asn_at + interval '5 days', o.created_at + interval '2 days') as shipped_at
  from scale_orders o) x
join scale_merchants m on m.no = x.merchant_no
join scale_days d on d.kind = 'O' and d.day = {_DAY}
join scale_recipients r on r.no = x.number * 7 % (select count(*) from scale_recipients)
left join lateral (
  select p.sku, l.qty, coalesce(i.sellable_qty, 0) as sellable
  from scale_order_lines l
  join scale_products s on s.id = l.product_id
  join products p on p.id = s.id
  left join inventory i on i.product_id = l.product_id and i.merchant_id = l.merchant_id and i.mode = 'STOCK'
  where l.order_id = x.id and l.position = 1) e on x.status = 'EXCEPTION'
"""  # noqa: S608

ORDER_LINES = """
insert into order_lines (merchant_id, order_id, product_id, position, qty, unit_price, amount)
select l.merchant_id, l.order_id, l.product_id, l.position, l.qty, round(l.sales_price * 1.3, 2),
       l.qty * round(l.sales_price * 1.3, 2)
from scale_order_lines l
"""

PARCELS = """
insert into parcels (merchant_id, order_id, position, weight_kg, length_cm, width_cm, height_cm)
select merchant_id, id, 1, shipped_weight_kg, 30, 22, 15 from orders
where shipped_at is not null and id in (select id from scale_orders)
"""

TRACKING = """
insert into tracking_events (merchant_id, order_id, at, status, place, text, source, created_at)
select o.merchant_id, o.id, e.at, e.status, e.place, e.text, 'CARRIER', e.at
from orders o
cross join lateral (values
  (o.shipped_at + interval '5 hours', 'ACCEPTED', '宁波', '承运商已揽收 / Accepted by the carrier'),
  (o.signed_at, 'DELIVERED', o.recipient_city, '已签收 / Delivered, signed for')) as e (at, status, place, text)
where o.shipped_at is not null and e.at < now() and o.id in (select id from scale_orders)
"""

# Whatever customs were asked, and have answered or not.
FILINGS = """
insert into customs_filings (merchant_id, asn_id, order_id, number, status, snapshot, answer, queued_at, sent_at,
                             decided_at)
select merchant_id, asn_id, order_id, number, case when decided_at is null then 'SENT' else 'APPROVED' end,
       jsonb_build_object('reference_no', number),
       case when decided_at is not null then '{"approved": true, "by": "SYSTEM"}'::jsonb end, at, at, decided_at
from (
  select merchant_id, id as asn_id, null::uuid as order_id, reference_no as number, confirmed_at as at,
         approved_at as decided_at
  from asns where status in ('PENDING_REVIEW', 'APPROVED', 'IN_TRANSIT', 'RECEIVING', 'RECEIVED')
    and id in (select id from scale_asns)
  union all
  select merchant_id, null, id, reference_no, submitted_at, reviewed_at
  from orders where mode = 'STOCK' and submitted_at is not null and id in (select id from scale_orders)) asked
"""


async def fill_inbound(owner: asyncpg.Connection) -> None:
    """Write the ASNs."""
    for statement in (VEHICLES, ASNS, ASN_LINES, LINKS, BATCHES, RECEIPT_LINES, PUT_AWAYS):
        await owner.execute(statement)


async def fill_outbound(owner: asyncpg.Connection) -> None:
    """Write the orders; those in EXCEPTION tell the stock that was counted by then."""
    for statement in (ORDERS, ORDER_LINES, PARCELS, TRACKING, FILINGS):
        await owner.execute(statement)
