-- The sample shop: deterministic (integer hashing only), and every personal value is reserved for
-- examples: example.com and example.net, telephone numbers 555-01xx, social security numbers that
-- start with 900 to 999, published test card numbers, documentation IP ranges (RFC 5737).
-- Prices are multiples of a quarter, so that sums of FLOAT64 are exact in any order.

CREATE SCHEMA demo.shop;
CREATE SCHEMA demo.scratch;

-- 32-bit integer hash; `draw` gives the same number for the same row and salt, always.
CREATE MACRO shop_mix(x) AS (xor(x & 4294967295, (x & 4294967295) >> 16) * 73244475) & 4294967295;
CREATE MACRO shop_draw(i, salt, bound) AS (shop_mix(shop_mix(i * 64 + salt)) >> 4) % bound;
CREATE MACRO shop_pick(options, i, salt) AS options[1 + shop_draw(i, salt, len(options))];
CREATE MACRO shop_first_name(i) AS shop_pick(['Ada', 'Alan', 'Barbara', 'Carlos', 'Dorothy', 'Edsger', 'Frances', 'Grace', 'Hedy', 'Ivan', 'Joan', 'Ken', 'Leslie', 'Margaret', 'Niklaus', 'Olga', 'Per', 'Radia', 'Sophie', 'Tony'], i, 1);
CREATE MACRO shop_last_name(i) AS shop_pick(['Adams', 'Baker', 'Chen', 'Dubois', 'Evans', 'Fischer', 'Garcia', 'Haddad', 'Ito', 'Jensen', 'Kowalski', 'Lopez', 'Moreau', 'Novak', 'Okafor', 'Petrov', 'Quinn', 'Rossi', 'Silva', 'Tanaka'], i, 2);
CREATE MACRO shop_email(i) AS lower(shop_first_name(i)) || '.' || lower(shop_last_name(i)) || i || CASE WHEN i % 3 = 0 THEN '@example.net' ELSE '@example.com' END;
CREATE MACRO shop_phone(i) AS '+1-' || (200 + shop_draw(i, 3, 700)) || '-555-01' || lpad(CAST(shop_draw(i, 4, 100) AS VARCHAR), 2, '0');
CREATE MACRO shop_ip(i) AS shop_pick(['192.0.2.', '198.51.100.', '203.0.113.'], i, 5) || (1 + shop_draw(i, 6, 254));
CREATE MACRO shop_sku(p) AS 'SKU-' || lpad(CAST(p AS VARCHAR), 4, '0');
CREATE MACRO shop_price(p) AS (4 + shop_draw(p, 7, 240)) * 0.25;

CREATE TABLE demo.shop.customers (
    id BIGINT NOT NULL, name VARCHAR, email VARCHAR, phone VARCHAR, ssn VARCHAR, card_number VARCHAR,
    birth_date DATE, country VARCHAR, city VARCHAR,
    address STRUCT(street VARCHAR, city VARCHAR, postcode VARCHAR), created_at TIMESTAMPTZ
);
INSERT INTO demo.shop.customers
SELECT i, shop_first_name(i) || ' ' || shop_last_name(i), shop_email(i),
    CASE WHEN i % 23 = 0 THEN NULL ELSE shop_phone(i) END,
    (900 + shop_draw(i, 8, 100)) || '-' || lpad(CAST(1 + shop_draw(i, 9, 99) AS VARCHAR), 2, '0') || '-' || lpad(CAST(shop_draw(i, 10, 10000) AS VARCHAR), 4, '0'),
    shop_pick(['4111111111111111', '4012888888881881', '5555555555554444', '5105105105105100', '378282246310005', '6011111111111117', '30569309025904', '3530111333300000'], i, 11),
    DATE '1945-01-01' + CAST(shop_draw(i, 12, 21900) AS INTEGER),
    place.country, place.city,
    {'street': (1 + shop_draw(i, 14, 199)) || ' Example Street', 'city': place.city, 'postcode': lpad(CAST(shop_draw(i, 15, 100000) AS VARCHAR), 5, '0')},
    TIMESTAMPTZ '2021-01-01 00:00:00+00' + to_seconds(shop_draw(i, 16, 63072000))
FROM (SELECT i, shop_pick([
        {'country': 'US', 'city': 'Springfield'}, {'country': 'US', 'city': 'Riverside'}, {'country': 'US', 'city': 'Fairview'},
        {'country': 'DE', 'city': 'Berlin'}, {'country': 'DE', 'city': 'Hamburg'}, {'country': 'FR', 'city': 'Lyon'},
        {'country': 'GB', 'city': 'Leeds'}, {'country': 'JP', 'city': 'Osaka'}, {'country': 'BR', 'city': 'Recife'},
        {'country': 'ES', 'city': 'Valencia'}], i, 13) AS place FROM range(1, 5001) AS r(i)) ORDER BY i;

CREATE TABLE demo.shop.products (id BIGINT NOT NULL, sku VARCHAR NOT NULL, name VARCHAR, category VARCHAR, price DECIMAL(38, 9));
INSERT INTO demo.shop.products
SELECT p, shop_sku(p),
    shop_pick(['Compact', 'Classic', 'Folding', 'Quiet', 'Sturdy', 'Travel'], p, 20) || ' ' || shop_pick(['kettle', 'lamp', 'backpack', 'notebook', 'chair', 'tent', 'mug', 'keyboard'], p, 21),
    shop_pick(['home', 'office', 'outdoor', 'kitchen'], p, 22), CAST(shop_price(p) AS DECIMAL(38, 9))
FROM range(1, 201) AS r(p) ORDER BY p;

CREATE TABLE demo.shop.order_items (order_id BIGINT NOT NULL, line BIGINT NOT NULL, sku VARCHAR, qty BIGINT, price DOUBLE);
INSERT INTO demo.shop.order_items
SELECT order_id, line, product.sku, 1 + shop_draw(order_id * 4 + line, 37, 3), CAST(product.price AS DOUBLE)
FROM (SELECT i AS order_id, unnest(range(1, 2 + shop_draw(i, 35, 3))) AS line FROM range(1, 120001) AS r(i))
JOIN demo.shop.products AS product ON product.id = 1 + shop_draw(order_id * 4 + line, 36, 200)
ORDER BY order_id, line;

CREATE TABLE demo.shop.orders (
    id BIGINT NOT NULL, customer_id BIGINT, order_date DATE, status VARCHAR, total DOUBLE, coupon VARCHAR,
    items STRUCT(sku VARCHAR, qty BIGINT, price DOUBLE)[]
);
INSERT INTO demo.shop.orders
SELECT i, 1 + shop_draw(i, 30, 4900), DATE '2023-01-01' + CAST(shop_draw(i, 31, 1096) AS INTEGER),
    shop_pick(['shipped', 'shipped', 'shipped', 'shipped', 'pending', 'pending', 'failed', 'returned'], i, 32), total,
    CASE WHEN shop_draw(i, 33, 5) = 0 THEN shop_pick(['WELCOME10', 'SPRING', 'FREESHIP'], i, 34) END, items
FROM (SELECT order_id AS i, sum(item.qty * item.price) AS total, list_slice([
        any_value(item) FILTER (WHERE line = 1), any_value(item) FILTER (WHERE line = 2), any_value(item) FILTER (WHERE line = 3)], 1, count(*)) AS items
    FROM (SELECT order_id, line, {'sku': sku, 'qty': qty, 'price': price} AS item FROM demo.shop.order_items) GROUP BY order_id) ORDER BY i;

CREATE TABLE demo.shop.events (
    event_id VARCHAR NOT NULL, user_id BIGINT, name VARCHAR, ts TIMESTAMPTZ, device STRUCT(os VARCHAR, ip VARCHAR),
    "user" STRUCT(email VARCHAR, phone VARCHAR), params STRUCT("key" VARCHAR, "value" VARCHAR)[], payload JSON
);
INSERT INTO demo.shop.events
SELECT 'evt-' || lpad(CAST(i AS VARCHAR), 6, '0'), user_id, name,
    TIMESTAMPTZ '2025-01-01 00:00:00+00' + to_microseconds(i * 1296000000 + shop_draw(i, 42, 1000000)),
    {'os': shop_pick(['ios', 'android', 'linux', 'macos', 'windows'], i, 43), 'ip': shop_ip(user_id)},
    {'email': shop_email(user_id), 'phone': shop_phone(user_id)},
    CASE WHEN i % 11 = 0 THEN [] ELSE [
        {'key': 'page', 'value': page}, {'key': 'campaign', 'value': shop_pick(['none', 'newsletter', 'partner'], i, 45)}] END,
    CAST(to_json({'page': page, 'milliseconds': 20 + shop_draw(i, 46, 900), 'cart': {'items': shop_draw(i, 47, 5), 'currency': 'USD'}}) AS JSON)
FROM (SELECT i, 1 + shop_draw(i, 40, 5000) AS user_id, shop_pick(['view', 'view', 'view', 'search', 'add_to_cart', 'purchase'], i, 41) AS name,
        shop_pick(['/', '/cart', '/checkout', '/help', '/products'], i, 44) AS page FROM range(1, 20001) AS r(i)) ORDER BY i;

CREATE TABLE demo.shop.notes (id BIGINT, body VARCHAR);
INSERT INTO demo.shop.notes VALUES
    (101, 'Prefers delivery in the morning'), (102, 'Asked for an invoice at ada.chen1@example.com'), (103, 'Call back on 202-555-0100');

-- A date-sharded family, queried as `shop.sessions_*`.
CREATE MACRO shop_sessions(day) AS TABLE
SELECT 'ses-' || strftime(day, '%Y%m%d') || '-' || lpad(CAST(i AS VARCHAR), 4, '0') AS session_id,
    1 + shop_draw(i, 50 + dayofmonth(day), 5000) AS user_id, CAST(day AS TIMESTAMPTZ) + to_seconds(i * 170) AS started_at,
    1 + shop_draw(i, 57 + dayofmonth(day), 30) AS page_views
FROM range(1, 501) AS r(i) ORDER BY i;
CREATE TABLE demo.shop.sessions_20250101 AS FROM shop_sessions(DATE '2025-01-01');
CREATE TABLE demo.shop.sessions_20250102 AS FROM shop_sessions(DATE '2025-01-02');
CREATE TABLE demo.shop.sessions_20250103 AS FROM shop_sessions(DATE '2025-01-03');
CREATE TABLE demo.shop.sessions_20250104 AS FROM shop_sessions(DATE '2025-01-04');
CREATE TABLE demo.shop.sessions_20250105 AS FROM shop_sessions(DATE '2025-01-05');
CREATE TABLE demo.shop.sessions_20250106 AS FROM shop_sessions(DATE '2025-01-06');
CREATE TABLE demo.shop.sessions_20250107 AS FROM shop_sessions(DATE '2025-01-07');
