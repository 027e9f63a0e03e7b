-- $1: the product's uuid.
select row_to_json(product)::text
from (
  select
    encode('Product:'::bytea || uuid_send(p.id), 'base64') as id, p.kind, p.status, p.version, p.sku,
    p.name_zh as "nameZh", p.name_en as "nameEn", p.brand, p.model, p.specification, p.barcode,
    trim_scale(p.net_weight_kg)::text as "netWeightKg", trim_scale(p.gross_weight_kg)::text as "grossWeightKg",
    trim_scale(p.length_cm)::text as "lengthCm", trim_scale(p.width_cm)::text as "widthCm",
    trim_scale(p.height_cm)::text as "heightCm", trim_scale(p.declared_value)::text as "declaredValue",
    trim_scale(p.vat_invoice_price)::text as "vatInvoicePrice", trim_scale(p.sales_price)::text as "salesPrice",
    trim_scale(p.contract_price)::text as "contractPrice", p.picture_url as "pictureUrl", p.remarks,
    p.customs_name as "customsName", trim_scale(p.legal_qty)::text as "legalQty",
    trim_scale(p.second_qty)::text as "secondQty", p.filing_no as "filingNo", p.filed_at as "filedAt",
    p.rejection_reason as "rejectionReason", p.created_at as "createdAt", p.updated_at as "updatedAt",
    category, unit, country as "countryOfOrigin", currency, hs as "hsCode",
    array(
      select row_to_json(x)
      from (
        select e.position, e.value, asked as element
        from product_elements e
        join (select id, position, name, required from hs_elements) d on d.id = e.element_id
        cross join lateral (select d.position, d.name, d.required) asked
        where e.merchant_id = p.merchant_id and e.product_id = p.id
        order by e.position, e.id) x
    ) as elements,
    (
      select row_to_json(c)
      from (
        select array(
          select row_to_json(x)
          from (
            select
              encode('Inventory:'::bytea || uuid_send(i.id), 'base64') as id, i.mode,
              i.on_the_way_qty as "onTheWayQty", i.pending_qty as "pendingQty", i.sellable_qty as "sellableQty",
              i.unsellable_qty as "unsellableQty", i.reserved_qty as "reservedQty",
              i.shipped_qty as "shippedQty", i.updated_at as "updatedAt", warehouse
            from inventory i
            join (select code, name_zh as "nameZh", name_en as "nameEn" from warehouses) warehouse
              on warehouse.code = i.warehouse_code
            where i.merchant_id = p.merchant_id and i.product_id = p.id
            order by i.updated_at desc, i.id desc limit 10) x
        ) as nodes) c
    ) as inventory,
    (
      select row_to_json(c)
      from (
        select coalesce(a.nodes, '[]') as nodes, info as "pageInfo"
        from (
          select
            json_agg(node order by o.n) filter (where o.n <= 20) as nodes, count(*) > 20 as more,
            min(o.created_at) filter (where o.n <= 20) as at,
            array_agg(o.id order by o.n) filter (where o.n <= 20) as ids
          from (
            select o.*, row_number() over (order by o.created_at desc, o.id desc) as n
            from orders o
            where (o.merchant_id, o.id) in (
              select l.merchant_id, l.order_id from order_lines l
              where l.merchant_id = p.merchant_id and l.product_id = p.id)
            order by o.created_at desc, o.id desc limit 21) o
          join (select code, name_zh as "nameZh" from warehouses) warehouse on warehouse.code = o.warehouse_code
          left join (select code, name_zh as "nameZh" from countries) country
            on country.code = o.recipient_country_code
          cross join lateral (
            select
              encode('Order:'::bytea || uuid_send(o.id), 'base64') as id, o.order_no as "orderNo",
              o.reference_no as "referenceNo", o.mode, o.type, o.status, o.recipient_name as "recipientName",
              o.tracking_no as "trackingNo", o.created_at as "createdAt", o.shipped_at as "shippedAt", warehouse,
              country as "recipientCountry") node) a
        cross join lateral (
          select
            a.more as "hasNextPage",
            case when a.nodes is not null then translate(
              encode(convert_to(json_build_array(a.at, a.ids[cardinality(a.ids)])::text, 'UTF8'), 'base64'), E'
', '')
            end as "endCursor") info) c
    ) as orders,
    (
      select row_to_json(c)
      from (
        select coalesce(a.nodes, '[]') as nodes, info as "pageInfo"
        from (
          select
            json_agg(node order by s.n) filter (where s.n <= 20) as nodes, count(*) > 20 as more,
            min(s.created_at) filter (where s.n <= 20) as at,
            array_agg(s.id order by s.n) filter (where s.n <= 20) as ids
          from (
            select s.*, row_number() over (order by s.created_at desc, s.id desc) as n
            from asns s
            where (s.merchant_id, s.id) in (
              select l.merchant_id, l.asn_id from asn_lines l
              where l.merchant_id = p.merchant_id and l.product_id = p.id)
            order by s.created_at desc, s.id desc limit 21) s
          join (select code, name_zh as "nameZh" from warehouses) warehouse on warehouse.code = s.warehouse_code
          cross join lateral (
            select
              encode('Asn:'::bytea || uuid_send(s.id), 'base64') as id, s.receiving_no as "receivingNo",
              s.reference_no as "referenceNo", s.mode, s.type, s.status,
              s.expected_arrival_date as "expectedArrivalDate", s.packages,
              trim_scale(s.gross_weight_kg)::text as "grossWeightKg", s.created_at as "createdAt", warehouse) node) a
        cross join lateral (
          select
            a.more as "hasNextPage",
            case when a.nodes is not null then translate(
              encode(convert_to(json_build_array(a.at, a.ids[cardinality(a.ids)])::text, 'UTF8'), 'base64'), E'
', '')
            end as "endCursor") info) c
    ) as asns,
    (
      select row_to_json(c)
      from (
        select array(
          select row_to_json(x)
          from (
            select
              encode('CustomsFiling:'::bytea || uuid_send(f.id), 'base64') as id, f.number, f.status, f.reason,
              f.queued_at as "queuedAt", f.sent_at as "sentAt", f.decided_at as "decidedAt"
            from customs_filings f
            where f.merchant_id = p.merchant_id and f.product_id = p.id
            order by f.queued_at desc, f.id desc limit 10) x
        ) as nodes) c
    ) as filings,
    (
      select row_to_json(c)
      from (
        select coalesce(a.nodes, '[]') as nodes, info as "pageInfo"
        from (
          select
            json_agg(node order by g.n) filter (where g.n <= 20) as nodes, count(*) > 20 as more,
            min(g.at) filter (where g.n <= 20) as at,
            array_agg(g.id order by g.n) filter (where g.n <= 20) as ids
          from (
            select g.*, row_number() over (order by g.at desc, g.id desc) as n
            from operation_logs g
            where g.merchant_id = p.merchant_id and g.product_id = p.id
            order by g.at desc, g.id desc limit 21) g
          cross join lateral (
            select g.actor_kind as kind, g.actor_role as role, g.actor_name as name, g.address) actor
          cross join lateral (
            select
              encode('LogEntry:'::bytea || uuid_send(g.id), 'base64') as id, g.action, g.at,
              g.state_before as "stateBefore", g.state_after as "stateAfter", g.version, g.reason, actor,
              g.changes) node) a
        cross join lateral (
          select
            a.more as "hasNextPage",
            case when a.nodes is not null then translate(
              encode(convert_to(json_build_array(a.at, a.ids[cardinality(a.ids)])::text, 'UTF8'), 'base64'), E'
', '')
            end as "endCursor") info) c
    ) as log
  from products p
  left join (select code, name_zh as "nameZh", name_en as "nameEn", path from categories) category
    on category.code = p.category_code
  left join (select code, name_zh as "nameZh", name_en as "nameEn" from units) unit on unit.code = p.unit_code
  left join (select code, name_zh as "nameZh", name_en as "nameEn" from countries) country
    on country.code = p.country_code
  join (select code, name_zh as "nameZh", places from currencies) currency on currency.code = p.currency_code
  left join lateral (
    select
      encode('HsCode:'::bytea || uuid_send(h.id), 'base64') as id, h.code, h.edition, h.name_zh as "nameZh",
      h.valid_from as "validFrom", h.valid_to as "validTo", trim_scale(h.vat_rate)::text as "vatRate",
      trim_scale(h.rebate_rate)::text as "rebateRate", first as "firstUnit", second as "secondUnit",
      array(
        select row_to_json(x)
        from (
          select e.position, e.name, e.kind, e.required from hs_elements e
          where e.hs_code_id = h.id order by e.position, e.id) x
      ) as elements
    from hs_codes h
    join (select code, name_zh as "nameZh" from units) first on first.code = h.first_unit_code
    left join (select code, name_zh as "nameZh" from units) second on second.code = h.second_unit_code
    where h.id = p.hs_code_id) hs on true
  where p.id = $1) product
