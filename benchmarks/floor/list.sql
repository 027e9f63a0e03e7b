-- $1: the merchant's uuid; $2, $3: from and to, as instants.
select row_to_json(list)::text
from (
  select
    (select count(*) from orders o
     where o.merchant_id = $1 and o.mode = 'STOCK' and o.created_at >= $2 and o.created_at < $3) as "totalCount",
    info as "pageInfo", coalesce(a.nodes, '[]') as nodes
  from (
    select
      json_agg(node order by o.n) filter (where o.n <= 50) as nodes, count(*) > 50 as more,
      max(o.created_at) filter (where o.n = 1) as first_at,
      min(o.created_at) filter (where o.n <= 50) as last_at,
      array_agg(o.id order by o.n) filter (where o.n <= 50) as ids
    from (
      select o.*, row_number() over (order by o.created_at desc, o.id desc) as n
      from orders o
      where o.merchant_id = $1 and o.mode = 'STOCK' and o.created_at >= $2 and o.created_at < $3
      order by o.created_at desc, o.id desc limit 51) o
    join (select code, name_zh as "nameZh" from warehouses) warehouse on warehouse.code = o.warehouse_code
    join (select code, places from currencies) currency on currency.code = o.currency_code
    left join (select code, name_zh as "nameZh" from transport_methods) method
      on method.code = o.transport_method_code
    left join (select code, name_zh as "nameZh" from countries) country on country.code = o.recipient_country_code
    cross join lateral (
      select
        encode('Order:'::bytea || uuid_send(o.id), 'base64') as id, o.order_no as "orderNo",
        o.reference_no as "referenceNo", o.type, o.status, o.version, o.platform,
        o.recipient_name as "recipientName", trim_scale(o.gross_weight_kg)::text as "grossWeightKg", o.carrier,
        o.tracking_no as "trackingNo", o.created_at as "createdAt", o.submitted_at as "submittedAt",
        o.shipped_at as "shippedAt", warehouse, currency, method as "transportMethod",
        country as "recipientCountry") node) a
  cross join lateral (
    select
      a.more as "hasNextPage", false as "hasPreviousPage",
      case when a.nodes is not null then translate(
        encode(convert_to(json_build_array(a.first_at, a.ids[1])::text, 'UTF8'), 'base64'), E'\n', '')
      end as "startCursor",
      case when a.nodes is not null then translate(
        encode(convert_to(json_build_array(a.last_at, a.ids[cardinality(a.ids)])::text, 'UTF8'), 'base64'), E'\n', '')
      end as "endCursor") info) list
