"""Products in bulk: their rows, the pieces of their names, elements, parts of combos, filings."""

from __future__ import annotations

import asyncpg

PRODUCTS = """
create temp table scale_products on commit drop as
select m.no as merchant_no, m.id as merchant_id, m.currency, place, uuidv7(at - now()) as id, at as created_at,
       kind, (place::bigint * 7919 + m.no * 104729) % (select count(*) from scale_names) as name_no,
       case when kind = 'COMBO' then 'FILED'
            when place * 37 % 100 < 5 then 'DRAFT'
            when place * 37 % 100 < 7 then 'FILING'
            when place * 37 % 100 < 10 then 'REJECTED'
            when place * 37 % 100 < 13 then 'DISABLED'
            when place * 37 % 100 < 16 then 'DELETED'
            else 'FILED' end as status,
       round((0.5 + 120 * power(random(), 3))::numeric, 2) as invoice_price,
       round((0.05 + 12 * power(random(), 2))::numeric, 3) as net_weight_kg
from scale_merchants m
cross join lateral generate_series(1, m.products) as place
cross join lateral (
  select now() - interval '1095 days' + interval '1065 days' * ((place - random()) / m.products) as at,
         case when place > 12 and place % 33 = 0 then 'COMBO' else 'ORDINARY' end as kind) as made
"""

FILED = """
create temp table scale_filed on commit drop as
select merchant_no, merchant_id, id as product_id, created_at + interval '1 day' as created_at,
       round(invoice_price * 1.35, 2) as sales_price,
       row_number() over (partition by merchant_no order by created_at) as rank
from scale_products where status = 'FILED' and kind = 'ORDINARY'
"""

INSERT_PRODUCTS = """
insert into products (id, merchant_id, kind, status, version, sku, name_zh, name_en, category_code, unit_code, brand,
  model, country_code, barcode, net_weight_kg, gross_weight_kg, length_cm, width_cm, height_cm, declared_value,
  vat_invoice_price, sales_price, contract_price, currency_code, hs_code_id, customs_name, legal_qty, second_qty,
  filing_no, filed_at, rejection_reason, created_at, updated_at)
select p.id, p.merchant_id, p.kind, p.status,
       case when p.status = 'DRAFT' then 1 when p.kind = 'COMBO' or p.status in ('FILING', 'DELETED') then 2
            when p.status = 'DISABLED' then 4 else 3 end,
       case p.kind when 'COMBO' then 'SET-' else 'SC-' end || lpad(p.place::text, 6, '0'),
       case p.kind when 'COMBO' then '套装 ' else '' end || n.name_zh, n.name_en, n.category,
       case p.kind when 'COMBO' then '006' else '011' end, '海远 HAIYUAN', n.model, 'CN',
       '6970' || lpad((p.place::bigint * 7919 % 1000000000)::text, 9, '0'), p.net_weight_kg,
       round(p.net_weight_kg * 1.15, 3), 10 + p.place % 50, 8 + p.place % 40, 5 + p.place % 30, p.invoice_price,
       p.invoice_price, round(p.invoice_price * 1.35, 2),
       case when p.place % 4 = 0 then round(p.invoice_price * 1.35, 2) end, p.currency,
       case p.kind when 'ORDINARY' then n.hs_code_id end,
       case p.kind when 'ORDINARY' then split_part(n.name_zh, ' ', 1) end,
       case p.kind when 'ORDINARY' then case when n.by_weight then p.net_weight_kg else 1 end end,
       case when p.kind = 'ORDINARY' and n.second_by_weight is not null
            then case when n.second_by_weight then p.net_weight_kg else 1 end end,
       case when p.kind = 'ORDINARY' and p.status in ('FILED', 'DISABLED')
            then 'SB-' || upper(right(p.id::text, 12)) end,
       case when p.status in ('FILED', 'DISABLED') then p.created_at + interval '1 day' end,
       case p.status when 'REJECTED' then '归类要素不完整，请补充后重新申报。' end,
       p.created_at, least(p.created_at + interval '1 day', now())
from scale_products p join scale_names n on n.no = p.name_no
"""

# The trigger that keeps them is off meanwhile. A combo's name begins with 套装, so its pieces are cut anew.
GRAMS = """
insert into product_grams (merchant_id, gram, product_id)
select p.merchant_id, unnest(n.grams), p.id from scale_products p join scale_names n on n.no = p.name_no
where p.kind = 'ORDINARY'
union all
select p.merchant_id, unnest(name_grams(p.name_zh || chr(10) || p.name_en)), p.id
from products p join scale_products s on s.id = p.id where s.kind = 'COMBO'
"""

ELEMENTS = """
insert into product_elements (merchant_id, product_id, element_id, position, value)
select p.merchant_id, p.id, e.id, e.position,
       case when e.kind = 'CHOICE' then '1' when e.name = '型号' then n.model
            when e.name = '品牌（中文或外文名称）' then '海远 HAIYUAN' else split_part(n.name_zh, ' ', 1) || '用' end
from scale_products p
join scale_names n on n.no = p.name_no
join hs_elements e on e.hs_code_id = n.hs_code_id and e.required
where p.kind = 'ORDINARY' and p.status <> 'DRAFT'
"""

PARTS = """
insert into combo_parts (merchant_id, combo_id, part_id, position, qty)
select c.merchant_id, c.id, f.product_id, position, 1 + c.place % 2
from (
  select p.*, count(*) filter (where status = 'FILED' and kind = 'ORDINARY')
    over (partition by merchant_no order by place) as before from scale_products p) c
cross join generate_series(1, 2) as position
join scale_filed f on f.merchant_no = c.merchant_no and f.rank = 1 + (c.place + position) % c.before
where c.kind = 'COMBO'
"""

FILINGS = """
insert into customs_filings (merchant_id, product_id, number, status, snapshot, answer, reason, queued_at, sent_at,
                             decided_at)
select p.merchant_id, p.id, r.sku, f.status, jsonb_build_object('sku', r.sku),
       case when f.status <> 'SENT' then jsonb_build_object('approved', f.status = 'APPROVED', 'by', 'SYSTEM') end,
       r.rejection_reason, p.created_at + interval '1 hour', p.created_at + interval '1 hour',
       case when f.status <> 'SENT' then p.created_at + interval '1 day' end
from scale_products p
join products r on r.id = p.id
cross join lateral (
  select case p.status when 'FILING' then 'SENT' when 'REJECTED' then 'REJECTED' else 'APPROVED' end as status) f
where p.kind = 'ORDINARY' and p.status not in ('DRAFT', 'DELETED')
"""


async def fill(owner: asyncpg.Connection) -> None:
    """Write all products and what hangs on them; leaves ``scale_products`` and ``scale_filed`` for the documents."""
    await owner.execute(PRODUCTS)
    await owner.execute(FILED)
    await owner.execute("create index on scale_filed (merchant_no, rank)")
    await owner.execute("analyze scale_products, scale_filed, scale_names")
    for statement in (INSERT_PRODUCTS, GRAMS, ELEMENTS, PARTS, FILINGS):
        await owner.execute(statement)
