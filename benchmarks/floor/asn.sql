-- $1: the ASN's uuid.
select row_to_json(asn)::text
from (
  select
    encode('Asn:'::bytea || uuid_send(s.id), 'base64') as id, s.receiving_no as "receivingNo",
    s.reference_no as "referenceNo", s.mode, s.type, s.status, s.version,
    s.expected_arrival_date as "expectedArrivalDate", s.packages,
    trim_scale(s.gross_weight_kg)::text as "grossWeightKg", trim_scale(s.volume_cbm)::text as "volumeCbm",
    s.wrapping, s.carrier, s.carrier_tracking_no as "carrierTrackingNo", s.bill_of_lading as "billOfLading",
    s.contact, s.phone, s.remarks, s.rejection_reason as "rejectionReason", s.confirmed_at as "confirmedAt",
    s.approved_at as "approvedAt", s.dispatched_at as "dispatchedAt", s.arrived_at as "arrivedAt",
    s.received_at as "receivedAt", s.created_at as "createdAt", s.updated_at as "updatedAt",
    warehouse, currency, vehicle,
    (
      select row_to_json(c)
      from (
        select
          (select count(*) from asn_lines l where l.merchant_id = s.merchant_id and l.asn_id = s.id) as "totalCount",
          coalesce(a.nodes, '[]') as nodes, info as "pageInfo"
        from (
          select
            json_agg(node order by l.n) filter (where l.n <= 50) as nodes, count(*) > 50 as more,
            max(l.position) filter (where l.n <= 50) as position,
            array_agg(l.id order by l.n) filter (where l.n <= 50) as ids
          from (
            select l.*, row_number() over (order by l.position, l.id) as n
            from asn_lines l
            where l.merchant_id = s.merchant_id and l.asn_id = s.id
            order by l.position, l.id limit 51) l
          join products p on p.merchant_id = l.merchant_id and p.id = l.product_id
          left join (select code, name_zh as "nameZh" from units) unit on unit.code = p.unit_code
          cross join lateral (
            select
              encode('Product:'::bytea || uuid_send(p.id), 'base64') as id, p.sku, p.name_zh as "nameZh",
              p.name_en as "nameEn", p.customs_name as "customsName", unit) product
          cross join lateral (
            select
              encode('AsnLine:'::bytea || uuid_send(l.id), 'base64') as id, l.position, l.qty,
              l.carton_no as "cartonNo", trim_scale(l.unit_price)::text as "unitPrice",
              trim_scale(l.amount)::text as amount, l.good_qty as "goodQty", l.damaged_qty as "damagedQty",
              l.excess_qty as "excessQty", l.good_qty + l.damaged_qty as "receivedQty",
              l.good_qty + l.damaged_qty + l.excess_qty - l.qty as "differenceQty", product) node) a
        cross join lateral (
          select
            a.more as "hasNextPage",
            case when a.nodes is not null then translate(
              encode(convert_to(json_build_array(a.position, a.ids[cardinality(a.ids)])::text, 'UTF8'), 'base64'), E'\n', '')
            end as "endCursor") info) c
    ) as lines,
    (
      select row_to_json(c)
      from (
        select
          (select count(*) from asn_orders l
           where l.merchant_id = s.merchant_id and l.asn_id = s.id and l.ended_at is null) as "totalCount",
          coalesce(a.nodes, '[]') as nodes, info as "pageInfo"
        from (
          select
            json_agg(node order by o.n) filter (where o.n <= 20) as nodes, count(*) > 20 as more,
            min(o.created_at) filter (where o.n <= 20) as at,
            array_agg(o.id order by o.n) filter (where o.n <= 20) as ids
          from (
            select o.*, row_number() over (order by o.created_at desc, o.id desc) as n
            from orders o
            where (o.merchant_id, o.id) in (
              select l.merchant_id, l.order_id from asn_orders l
              where l.merchant_id = s.merchant_id and l.asn_id = s.id and l.ended_at is null)
            order by o.created_at desc, o.id desc limit 21) o
          left join (select code, name_zh as "nameZh" from countries) country
            on country.code = o.recipient_country_code
          cross join lateral (
            select
              encode('Order:'::bytea || uuid_send(o.id), 'base64') as id, o.order_no as "orderNo",
              o.reference_no as "referenceNo", o.status, o.inbound_tracking_no as "inboundTrackingNo",
              o.recipient_name as "recipientName", country as "recipientCountry",
              o.created_at as "createdAt") node) a
        cross join lateral (
          select
            a.more as "hasNextPage",
            case when a.nodes is not null then translate(
              encode(convert_to(json_build_array(a.at, a.ids[cardinality(a.ids)])::text, 'UTF8'), 'base64'), E'\n', '')
            end as "endCursor") info) c
    ) as orders,
    (
      select row_to_json(c)
      from (
        select array(
          select row_to_json(x)
          from (
            select
              encode('ReceiptBatch:'::bytea || uuid_send(b.id), 'base64') as id, b.number,
              b.batch_no as "batchNo", b.at, b.note,
              (
                select row_to_json(c)
                from (
                  select array(
                    select row_to_json(y)
                    from (
                      select
                        encode('ReceiptLine:'::bytea || uuid_send(r.id), 'base64') as id, r.position,
                        r.good_qty as "goodQty", r.damaged_qty as "damagedQty", r.excess_qty as "excessQty",
                        r.put_away_qty as "putAwayQty", r.location, r.lot, r.expiry_date as "expiryDate", product
                      from receipt_lines r
                      join products p on p.merchant_id = r.merchant_id and p.id = r.product_id
                      cross join lateral (
                        select
                          encode('Product:'::bytea || uuid_send(p.id), 'base64') as id, p.sku,
                          p.name_zh as "nameZh") product
                      where r.merchant_id = b.merchant_id and r.batch_id = b.id
                      order by r.position, r.id limit 50) y
                  ) as nodes) c
              ) as lines
            from receipt_batches b
            where b.merchant_id = s.merchant_id and b.asn_id = s.id
            order by b.at desc, b.id desc limit 10) x
        ) as nodes) c
    ) as batches,
    (
      select row_to_json(c)
      from (
        select array(
          select row_to_json(x)
          from (
            select
              encode('CustomsFiling:'::bytea || uuid_send(f.id), 'base64') as id, f.number, f.status, f.reason,
              f.queued_at as "queuedAt", f.decided_at as "decidedAt"
            from customs_filings f
            where f.merchant_id = s.merchant_id and f.asn_id = s.id
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
            where g.merchant_id = s.merchant_id and g.asn_id = s.id
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
              encode(convert_to(json_build_array(a.at, a.ids[cardinality(a.ids)])::text, 'UTF8'), 'base64'), E'\n', '')
            end as "endCursor") info) c
    ) as log
  from asns s
  join (select code, name_zh as "nameZh", name_en as "nameEn", address from warehouses) warehouse
    on warehouse.code = s.warehouse_code
  join (select code, name_zh as "nameZh", places from currencies) currency on currency.code = s.currency_code
  left join lateral (
    select
      encode('Vehicle:'::bytea || uuid_send(v.id), 'base64') as id, v.plate, v.driver, v.phone,
      v.expected_arrival_date as "expectedArrivalDate", v.arrived_at as "arrivedAt"
    from vehicles v where v.merchant_id = s.merchant_id and v.id = s.vehicle_id) vehicle on true
  where s.id = $1) asn
