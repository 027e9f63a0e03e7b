-- $1: the order's uuid.
select row_to_json(made)::text
from (
  select
    encode('Order:'::bytea || uuid_send(o.id), 'base64') as id, o.order_no as "orderNo",
    o.reference_no as "referenceNo", o.mode, o.type, o.status, o.version,
    o.inbound_tracking_no as "inboundTrackingNo", o.relabel, o.new_label_no as "newLabelNo", o.platform,
    o.recipient_name as "recipientName", o.recipient_company as "recipientCompany",
    o.recipient_province as "recipientProvince", o.recipient_city as "recipientCity",
    o.recipient_district as "recipientDistrict", o.recipient_address1 as "recipientAddress1",
    o.recipient_address2 as "recipientAddress2", o.recipient_postcode as "recipientPostcode",
    o.recipient_phone as "recipientPhone", o.recipient_email as "recipientEmail",
    o.recipient_identity_no as "recipientIdentityNo", trim_scale(o.gross_weight_kg)::text as "grossWeightKg",
    o.payment_no as "paymentNo", trim_scale(o.insurance)::text as insurance, o.remarks,
    o.rejection_reason as "rejectionReason", o.confirmed_at as "confirmedAt", o.submitted_at as "submittedAt",
    o.reviewed_at as "reviewedAt", o.picked_at as "pickedAt", o.released_at as "releasedAt",
    o.release_refusal as "releaseRefusal", o.carrier, o.tracking_no as "trackingNo",
    trim_scale(o.shipped_weight_kg)::text as "shippedWeightKg", o.shipped_at as "shippedAt",
    o.signed_at as "signedAt", o.created_at as "createdAt", o.updated_at as "updatedAt",
    o.exception as exceptions, warehouse, currency, method as "transportMethod", country as "recipientCountry",
    asn,
    array(
      select row_to_json(x)
      from (
        select
          encode('OrderLine:'::bytea || uuid_send(l.id), 'base64') as id, l.position, l.qty,
          trim_scale(l.unit_price)::text as "unitPrice", trim_scale(l.amount)::text as amount, product
        from order_lines l
        join products p on p.merchant_id = l.merchant_id and p.id = l.product_id
        left join (select code, name_zh as "nameZh" from units) unit on unit.code = p.unit_code
        cross join lateral (
          select
            encode('Product:'::bytea || uuid_send(p.id), 'base64') as id, p.sku, p.name_zh as "nameZh",
            p.name_en as "nameEn", p.brand, p.model, p.status,
            trim_scale(p.net_weight_kg)::text as "netWeightKg", unit) product
        where l.merchant_id = o.merchant_id and l.order_id = o.id
        order by l.position, l.id) x
    ) as lines,
    array(
      select row_to_json(x)
      from (
        select
          b.position, trim_scale(b.weight_kg)::text as "weightKg", trim_scale(b.length_cm)::text as "lengthCm",
          trim_scale(b.width_cm)::text as "widthCm", trim_scale(b.height_cm)::text as "heightCm"
        from parcels b
        where b.merchant_id = o.merchant_id and b.order_id = o.id
        order by b.position, b.id) x
    ) as parcels,
    (
      select row_to_json(c)
      from (
        select array(
          select row_to_json(x)
          from (
            select
              encode('TrackingEvent:'::bytea || uuid_send(t.id), 'base64') as id, t.at, t.status, t.place,
              t.text, t.source
            from tracking_events t
            where t.merchant_id = o.merchant_id and t.order_id = o.id
            order by t.at, t.id limit 50) x
        ) as nodes) c
    ) as tracking,
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
            where f.merchant_id = o.merchant_id and f.order_id = o.id
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
            where g.merchant_id = o.merchant_id and g.order_id = o.id
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
  from orders o
  join (select code, name_zh as "nameZh", name_en as "nameEn", address from warehouses) warehouse
    on warehouse.code = o.warehouse_code
  join (select code, name_zh as "nameZh", places from currencies) currency on currency.code = o.currency_code
  left join (select code, name_zh as "nameZh" from transport_methods) method
    on method.code = o.transport_method_code
  left join (select code, name_zh as "nameZh", name_en as "nameEn" from countries) country
    on country.code = o.recipient_country_code
  left join lateral (
    select
      encode('Asn:'::bytea || uuid_send(s.id), 'base64') as id, s.receiving_no as "receivingNo",
      s.reference_no as "referenceNo", s.status, s.expected_arrival_date as "expectedArrivalDate", vehicle
    from asn_orders l
    join asns s on s.merchant_id = l.merchant_id and s.id = l.asn_id
    left join lateral (
      select encode('Vehicle:'::bytea || uuid_send(v.id), 'base64') as id, v.plate
      from vehicles v where v.merchant_id = s.merchant_id and v.id = s.vehicle_id) vehicle on true
    where l.merchant_id = o.merchant_id and l.order_id = o.id and l.ended_at is null) asn on true
  where o.id = $1) made
