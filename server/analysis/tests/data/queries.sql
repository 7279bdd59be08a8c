--# run select
SELECT id, name, email FROM `demo.shop.customers` WHERE country = 'US' ORDER BY id LIMIT 5

--# run select
SELECT COUNT(*) AS n FROM demo.shop.orders

--# run select
SELECT COUNT(*) AS n FROM `demo`.shop.orders

--# run select
SELECT status, COUNT(*) AS n FROM shop.orders GROUP BY status ORDER BY n DESC

--# run select
SELECT DATE_TRUNC(order_date, MONTH) AS month, SUM(total) AS revenue FROM `demo.shop.orders` GROUP BY month ORDER BY month

--# run select
SELECT COUNT(*) AS n FROM shop.orders WHERE order_date >= DATE_SUB(DATE '2024-12-31', INTERVAL 30 DAY)

--# run select
SELECT COUNT(*) AS n FROM shop.orders WHERE order_date BETWEEN DATE '2024-01-01' AND DATE '2024-03-31'

--# run select
SELECT EXTRACT(YEAR FROM order_date) AS y, EXTRACT(DAYOFWEEK FROM order_date) AS dow, COUNT(*) AS n FROM shop.orders GROUP BY 1, 2

--# run select
SELECT COUNTIF(status = 'shipped') AS shipped, COUNT(*) AS n FROM shop.orders

--# run select
SELECT SAFE_DIVIDE(SUM(total), COUNT(*)) AS aov FROM shop.orders

--# run select
SELECT SAFE_CAST('abc' AS INT64) AS x, CAST('12' AS INT64) AS y, CAST(1 AS STRING) AS s, CAST('1.5' AS FLOAT64) AS f

--# run select
SELECT * EXCEPT (email, ssn) FROM shop.customers LIMIT 3

--# run select
SELECT * REPLACE (UPPER(name) AS name) FROM shop.customers LIMIT 3

--# run select
SELECT customer_id, id, total FROM shop.orders WHERE TRUE QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY total DESC) = 1

--# run select
SELECT id, SUM(total) OVER (PARTITION BY customer_id ORDER BY order_date ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS running FROM shop.orders

--# run select
WITH t AS (SELECT customer_id, SUM(total) AS s FROM shop.orders GROUP BY customer_id) SELECT c.country, AVG(t.s) AS a FROM t JOIN shop.customers AS c ON c.id = t.customer_id GROUP BY c.country

--# run select
SELECT country, COUNT(DISTINCT o.id) AS n FROM shop.orders AS o JOIN (SELECT id AS customer_id, country FROM shop.customers) USING (customer_id) GROUP BY country

--# run select
SELECT customer_id, ARRAY_AGG(STRUCT(id, total) ORDER BY total DESC LIMIT 2) AS top FROM shop.orders GROUP BY customer_id

--# run select
SELECT n * 2 AS d FROM UNNEST(GENERATE_ARRAY(1, 5)) AS n

--# run select
SELECT x, off FROM UNNEST(['a', 'b', 'c']) AS x WITH OFFSET AS off

--# run select
SELECT o.id, i.sku, i.qty FROM shop.orders AS o, UNNEST(o.items) AS i WHERE i.qty > 1

--# run select
SELECT c.id, c.address.city FROM shop.customers AS c LIMIT 3

--# run select
SELECT id, ARRAY_LENGTH(items) AS n, items[OFFSET(0)].sku AS first_sku FROM shop.orders LIMIT 3

--# run select
SELECT IF(total > 50, 'big', 'small') AS size, IFNULL(coupon, 'none') AS c, COUNT(*) AS n FROM shop.orders GROUP BY 1, 2

--# approve select
SELECT COUNT(*) AS n FROM shop.customers WHERE REGEXP_CONTAINS(email, r'@example\.com$')

--# run select
SELECT REGEXP_EXTRACT(email, r'@(.+)$') AS domain, COUNT(*) AS n FROM shop.customers GROUP BY domain

--# run select
SELECT TIMESTAMP_DIFF(TIMESTAMP '2024-01-02 00:00:00+00', TIMESTAMP '2024-01-01 00:00:00+00', HOUR) AS h, CURRENT_DATE() AS d

--# run select
SELECT FORMAT_DATE('%Y-%m', order_date) AS ym, COUNT(*) AS n FROM shop.orders GROUP BY ym ORDER BY ym

--# run select
SELECT APPROX_COUNT_DISTINCT(customer_id) AS n FROM shop.orders

--# run select
SELECT APPROX_QUANTILES(total, 4)[OFFSET(2)] AS median FROM shop.orders

--# run select
SELECT STRING_AGG(name, ', ' ORDER BY name LIMIT 3) AS names FROM shop.customers

--# run select
SELECT STARTS_WITH(name, 'A') AS a, CONCAT(name, '-', country) AS b, SPLIT(email, '@')[SAFE_OFFSET(1)] AS dom FROM shop.customers LIMIT 3

--# run select
SELECT TO_HEX(SHA256(email)) AS h FROM shop.customers LIMIT 2

--# run select
SELECT * FROM (SELECT status, total FROM shop.orders) PIVOT (SUM(total) FOR status IN ('shipped', 'pending'))

--# run select
SELECT country, status, COUNT(*) AS n FROM shop.orders AS o JOIN shop.customers AS c ON c.id = o.customer_id GROUP BY ROLLUP (country, status)

--# run select
SELECT JSON_VALUE('{"a":{"b":"x"}}', '$.a.b') AS v

--# unread select
SELECT table_name FROM shop.INFORMATION_SCHEMA.TABLES

--# run select
SELECT d FROM UNNEST(GENERATE_DATE_ARRAY('2024-01-01', '2024-01-05')) AS d

--# run select
SELECT COUNT(*) AS n FROM shop.orders TABLESAMPLE SYSTEM (100 PERCENT)

--# run select
SELECT COUNT(*) AS n FROM shop.orders WHERE total > @min_total

--# run select
SELECT COUNT(*) AS n FROM shop.customers AS c WHERE EXISTS (SELECT 1 FROM shop.orders AS o WHERE o.customer_id = c.id AND o.total > 90)

--# run select
SELECT country, COUNT(*) AS n FROM shop.customers GROUP BY ALL ORDER BY 2 DESC

--# run select
SELECT COUNT(*) AS n FROM my-proj.shop.orders

--# approve insert
INSERT INTO shop.notes (id, body) VALUES (1, 'x')

--# approve update
UPDATE shop.notes SET body = 'y' WHERE id = 1

--# approve delete
DELETE FROM shop.notes WHERE id = 1

--# approve merge
MERGE shop.notes AS t USING (SELECT 1 AS id, 'z' AS body) AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET body = s.body WHEN NOT MATCHED THEN INSERT (id, body) VALUES (s.id, s.body)

--# approve create_table_as
CREATE OR REPLACE TABLE shop.tmp AS SELECT country, COUNT(*) AS n FROM shop.customers GROUP BY country

--# run select
SELECT 1

--# run select
SELECT 'O\'Reilly' AS name, r'\d+' AS pattern, b'\x00\xff' AS bytes, """a "quoted" text""" AS text

--# run select
SELECT TRUE AND NOT FALSE OR NULL IS NULL AS b, 0xFF AS hex, 1e10 AS big, .5 AS half, -3 AS minus

--# run select
SELECT DATE '2024-02-29' AS d, TIMESTAMP '2024-01-01 00:00:00 Europe/Berlin' AS t, NUMERIC '1.5' AS n, BIGNUMERIC '2' AS bn, JSON '{"a": 1}' AS j, INTERVAL 3 DAY AS i

--# run select
SELECT INTERVAL '1-2 3 4:5:6' YEAR TO SECOND AS i, MAKE_INTERVAL(1, 2, 3) AS m

--# run select
SELECT * FROM shop.orders WHERE order_date = CURRENT_DATE('Europe/Berlin')

--# run select
# how many a day
SELECT order_date, COUNT(*) -- rows
FROM `demo.shop.orders` /* the
raw table */ WHERE order_date BETWEEN '2024-01-01' AND '2024-01-31'
GROUP BY 1
ORDER BY 1;

--# run select
SELECT status, total, RANK() OVER w AS r, LAG(total) OVER (w ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING) AS before
FROM shop.orders
WINDOW w AS (PARTITION BY status ORDER BY total DESC)

--# run select
SELECT DISTINCT country FROM shop.customers ORDER BY country

--# run select
SELECT ALL country FROM shop.customers

--# run select
SELECT c.* EXCEPT (email, ssn, phones), o.total FROM shop.customers c JOIN shop.orders o ON o.customer_id = c.id ORDER BY total DESC LIMIT 10

--# run select
SELECT c.*, o.total FROM customers c JOIN orders o ON o.customer_id = c.id ORDER BY name

--# run select
SELECT c.name, o.total FROM shop.customers AS c LEFT OUTER JOIN shop.orders AS o ON o.customer_id = c.id AND o.status != 'cancelled'

--# run select
SELECT * FROM shop.products RIGHT JOIN shop.fx_rates ON TRUE

--# run select
SELECT p.sku, f.rate FROM shop.products p CROSS JOIN shop.fx_rates f

--# run select
SELECT p.sku, f.rate FROM shop.products p, shop.fx_rates f WHERE f.currency = 'EUR'

--# run select
SELECT sku, a.name, b.price FROM shop.products a FULL JOIN shop.products b USING (sku)

--# run select
SELECT COUNT(*) FROM (shop.orders o JOIN shop.customers c ON o.customer_id = c.id) LEFT JOIN shop.notes n ON n.id = o.id

--# run select
SELECT o.id, i.sku, d.code FROM shop.orders o LEFT JOIN UNNEST(o.items) i LEFT JOIN UNNEST(i.discounts) d

--# run select
SELECT o.id, i.sku, pos FROM shop.orders o, o.items i WITH OFFSET pos

--# run select
SELECT o.id, offset FROM shop.orders AS o CROSS JOIN UNNEST(items) AS i WITH OFFSET ORDER BY offset

--# run select
SELECT id, (SELECT SUM(i.qty * i.price) FROM UNNEST(items) AS i) AS total FROM shop.orders

--# run select
SELECT id, ARRAY(SELECT AS STRUCT sku, qty FROM UNNEST(items) WHERE qty > 1 ORDER BY qty) AS lines FROM shop.orders

--# run select
SELECT id FROM shop.orders WHERE EXISTS (SELECT * FROM UNNEST(items) AS i WHERE i.sku IN ('a', 'b'))

--# run select
SELECT id FROM shop.orders WHERE 'SAVE10' IN (SELECT d.code FROM UNNEST(items) i, UNNEST(i.discounts) d)

--# run select
SELECT id FROM shop.products p, shop.orders WHERE 'new' IN UNNEST(p.tags)

--# run select
SELECT sku, tag FROM shop.products, UNNEST(tags) AS tag WHERE tag LIKE 'sea%'

--# run select
SELECT items[OFFSET(0)].sku, items[SAFE_OFFSET(1)].discounts[ORDINAL(1)].amount, items[0].qty FROM shop.orders

--# run select
SELECT STRUCT(1 AS a, 'x' AS b) AS s, STRUCT<INT64, STRING>(1, 'x') AS t, STRUCT<a INT64, b DATE>(5, DATE '2024-01-01').b AS d, (1, 2, 3) AS tuple

--# run select
SELECT [1, 2, 3] AS a, ARRAY<INT64>[] AS b, ARRAY<STRUCT<a INT64, b STRING>>[(1, 'x'), (2, 'y')] AS c

--# run select
SELECT * FROM UNNEST(ARRAY<STRUCT<a INT64, b STRING>>[(1, 'x'), (2, 'y')])

--# run select
SELECT * FROM UNNEST([STRUCT(1 AS a, 'x' AS b), STRUCT(2, 'y')]) AS s

--# run select
SELECT s.a FROM UNNEST([STRUCT(1 AS a, 'x' AS b)]) AS s WITH OFFSET AS o WHERE o = 0

--# run select
SELECT AS STRUCT id, total FROM shop.orders

--# run select
SELECT AS VALUE STRUCT(id, total) FROM shop.orders

--# run select
SELECT ARRAY_CONCAT(tags, ['sale']) AS tags, ARRAY_TO_STRING(tags, ',') AS text, ARRAY_LENGTH(tags) AS n, ARRAY_REVERSE(tags)[SAFE_OFFSET(0)] AS last FROM shop.products

--# run select
SELECT ARRAY_FILTER(tags, t -> t LIKE 's%') AS filtered, ARRAY_TRANSFORM(tags, (t, i) -> CONCAT(t, CAST(i AS STRING))) AS changed FROM shop.products

--# run select
SELECT sku FROM shop.products WHERE ARRAY_INCLUDES(tags, 'sale') OR ARRAY_INCLUDES(tags, t -> LENGTH(t) > 10)

--# run select
SELECT ARRAY_FIRST(tags), ARRAY_LAST(tags), ARRAY_SLICE(tags, 0, 2), ARRAY_IS_DISTINCT(tags), ARRAY_MAX([1, 2]), ARRAY_SUM([1, 2]), ARRAY_AVG([1, 2]) FROM shop.products

--# run select
SELECT WITH(a AS UPPER(name), b AS CONCAT(a, '!'), CONCAT(a, b)) AS shout FROM shop.products

--# run select
WITH big AS (SELECT * FROM shop.orders WHERE total > 100), small AS (SELECT * FROM shop.orders WHERE total < 10)
SELECT 'big' AS size, COUNT(*) AS n FROM big UNION ALL SELECT 'small', COUNT(*) FROM small

--# run select
WITH RECURSIVE chain AS (
  SELECT id, manager_id, 0 AS depth FROM hr.employees WHERE manager_id IS NULL
  UNION ALL
  SELECT e.id, e.manager_id, chain.depth + 1 FROM hr.employees e JOIN chain ON e.manager_id = chain.id
) SELECT depth, COUNT(*) FROM chain GROUP BY depth

--# run select
WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n

--# run select
WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT name FROM shop.products) SELECT * FROM a

--# run select
SELECT * FROM (WITH t AS (SELECT sku FROM shop.products) SELECT * FROM t)

--# run select
WITH t AS (WITH u AS (SELECT 1 AS x) SELECT x FROM u) SELECT x FROM t

--# run select
SELECT id FROM shop.orders EXCEPT DISTINCT SELECT order_id FROM shop.order_lines

--# run select
SELECT sku FROM shop.products INTERSECT DISTINCT SELECT sku FROM shop.order_lines

--# run select
(SELECT id FROM shop.orders ORDER BY total LIMIT 5) UNION ALL (SELECT id FROM shop.orders ORDER BY total DESC LIMIT 5) ORDER BY id

--# run select
SELECT 1 AS a, 2 AS b UNION ALL BY NAME SELECT 3 AS b, 4 AS a

--# run select
SELECT 1 AS a, 2 AS b FULL OUTER UNION ALL BY NAME SELECT 3 AS b, 4 AS c

--# run select
SELECT sku, name FROM shop.products LEFT UNION ALL BY NAME SELECT name, country FROM shop.customers

--# run select
SELECT id, name FROM shop.customers INNER UNION ALL BY NAME SELECT name, category FROM shop.products

--# run select
SELECT 1 AS a, 2 AS b UNION ALL CORRESPONDING SELECT 3 AS a

--# unread select
SELECT 1 AS a, 2 AS b UNION ALL BY NAME ON (a) SELECT 3 AS a

--# run select
SELECT country, status, SUM(total) FROM shop.orders o JOIN shop.customers c ON c.id = o.customer_id GROUP BY GROUPING SETS ((country), (status), ())

--# run select
SELECT country, status, GROUPING(country) AS g FROM shop.orders o JOIN shop.customers c ON c.id = o.customer_id GROUP BY CUBE (country, status)

--# run select
SELECT status, SUM(total) AS s FROM shop.orders GROUP BY status HAVING SUM(total) > 1000 AND COUNT(*) > 10 ORDER BY s DESC NULLS LAST LIMIT 3 OFFSET 1

--# run select
SELECT EXTRACT(MONTH FROM order_date) AS month, EXTRACT(WEEK(MONDAY) FROM order_date) AS week, EXTRACT(ISOWEEK FROM order_date) AS iso, EXTRACT(HOUR FROM created_at AT TIME ZONE 'America/New_York') AS hour FROM shop.orders

--# run select
SELECT DATE_TRUNC(order_date, WEEK(MONDAY)) AS week, TIMESTAMP_TRUNC(created_at, DAY, 'UTC') AS day, DATE_DIFF(CURRENT_DATE(), order_date, DAY) AS age FROM shop.orders

--# run select
SELECT DATE_ADD(order_date, INTERVAL 1 MONTH), order_date + 1, order_date - INTERVAL 1 DAY, LAST_DAY(order_date, QUARTER), DATE(created_at), DATE(2024, 1, 1), DATETIME(created_at, 'UTC') FROM shop.orders

--# run select
SELECT PARSE_DATE('%Y%m%d', event_date), TIMESTAMP_MICROS(event_timestamp), FORMAT_TIMESTAMP('%F %T', TIMESTAMP_MICROS(event_timestamp), 'UTC') FROM `demo.analytics.events_20240101`

--# run select
SELECT UNIX_SECONDS(created_at), TIMESTAMP_SECONDS(0), TIMESTAMP_ADD(created_at, INTERVAL 90 MINUTE), STRING(created_at, 'UTC') FROM shop.orders

--# run select
SELECT CASE status WHEN 'shipped' THEN 1 WHEN 'open' THEN 2 ELSE 0 END AS s, CASE WHEN total > 10 THEN 'big' END AS size FROM shop.orders

--# run select
SELECT IF(total > 10, 'a', 'b'), IFNULL(coupon, ''), NULLIF(coupon, ''), COALESCE(coupon, status, 'x'), GREATEST(1, 2), LEAST(total, 5) FROM shop.orders

--# run select
SELECT CAST(total AS STRING), SAFE_CAST(coupon AS INT64), CAST(order_date AS STRING FORMAT 'YYYY-MM'), CAST('2024' AS DATE FORMAT 'YYYY'), CAST(id AS BIGNUMERIC), CAST(1 AS NUMERIC(10, 2)) FROM shop.orders

--# run select
SELECT SAFE.SUBSTR(coupon, 0, -2), SAFE.PARSE_DATE('%F', coupon), SAFE_DIVIDE(total, 0), SAFE.LOG(total) FROM shop.orders

--# run select
SELECT LOWER(name), UPPER(name), INITCAP(name), TRIM(name), LTRIM(name, 'a'), SUBSTR(name, 2, 3), SUBSTRING(name, 2), LEFT(name, 3), RIGHT(name, 3), REPLACE(name, 'a', 'b'), REVERSE(name), REPEAT('x', 3), LPAD(name, 20, '.'), LENGTH(name), STRPOS(name, 'a'), INSTR(name, 'a') FROM shop.products

--# run select
SELECT name || ' (' || category || ')' AS label, name LIKE '%shoe%', name NOT LIKE 'a_', CONTAINS_SUBSTR(name, 'boot'), ENDS_WITH(name, 's') FROM shop.products

--# run select
SELECT sku FROM shop.products WHERE name LIKE ANY ('%a%', '%b%') AND name NOT LIKE ANY ('c%') AND name LIKE ALL ('%d%', '%e%')

--# run select
SELECT sku FROM shop.products WHERE name LIKE ANY UNNEST(['a%', 'b%'])

--# run select
SELECT REGEXP_REPLACE(name, r'(\w+) (\w+)', r'\2 \1'), REGEXP_EXTRACT_ALL(name, r'\w+'), REGEXP_INSTR(name, 'a'), REGEXP_SUBSTR(name, 'b+') FROM shop.products

--# run select
SELECT FORMAT('%s: %.2f (%t)', name, CAST(price AS FLOAT64), tags), FORMAT('%T', [1, 2]) FROM shop.products

--# run select
SELECT MD5('a'), SHA1('a'), SHA512('a'), TO_BASE64(SHA256('a')), FROM_BASE64('YQ=='), TO_HEX(b'a'), FARM_FINGERPRINT(name), CODE_POINTS_TO_STRING([65, 66]), TO_CODE_POINTS(name), NORMALIZE(name, NFKC), SOUNDEX(name) FROM shop.products

--# run select
SELECT ROUND(price, 2), CEIL(price), FLOOR(price), TRUNC(price), MOD(5, 3), DIV(5, 2), POW(2, 10), SQRT(2), ABS(-1), SIGN(-1), EXP(1), LN(2), LOG(8, 2), RAND(), IEEE_DIVIDE(1, 0), IS_NAN(0.5), RANGE_BUCKET(price, [1, 10, 100]) FROM shop.products

--# run select
SELECT 5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 3, 256 >> 2, -(-1), +1, 7 / 2

--# run select
SELECT id << 1 AS twice, id >> 1 AS half FROM shop.orders

--# run select
SELECT id FROM shop.orders WHERE total BETWEEN 1 AND 2 AND status NOT IN ('a', 'b') AND coupon IS NOT NULL AND (total > 5) IS NOT TRUE AND status IS DISTINCT FROM 'x' AND coupon IS NOT DISTINCT FROM 'y'

--# run select
SELECT id FROM shop.orders WHERE (status, currency) IN (('a', 'EUR'), ('b', 'USD')) AND id IN ((SELECT MAX(id) FROM shop.orders), 3)

--# run select
SELECT id FROM shop.orders WHERE total = (SELECT MAX(total) FROM shop.orders) AND customer_id NOT IN (SELECT id FROM shop.customers WHERE NOT active)

--# run select
SELECT id, total / SUM(total) OVER () AS share, NTILE(4) OVER (ORDER BY total) AS q, PERCENT_RANK() OVER (ORDER BY total) AS p, CUME_DIST() OVER (ORDER BY total) AS c FROM shop.orders

--# run select
SELECT id, FIRST_VALUE(total IGNORE NULLS) OVER (PARTITION BY customer_id ORDER BY order_date), LAST_VALUE(total) OVER (PARTITION BY customer_id ORDER BY order_date ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), NTH_VALUE(total, 2) OVER w, PERCENTILE_CONT(total, 0.5) OVER (PARTITION BY status), LEAD(total, 1, 0) OVER w FROM shop.orders WINDOW w AS (PARTITION BY customer_id ORDER BY order_date)

--# run select
SELECT id, AVG(total) OVER (ORDER BY UNIX_DATE(order_date) RANGE BETWEEN 6 PRECEDING AND CURRENT ROW) AS weekly FROM shop.orders

--# run select
SELECT * FROM shop.orders WHERE TRUE QUALIFY RANK() OVER (PARTITION BY customer_id ORDER BY order_date DESC) = 1

--# run select
SELECT customer_id, COUNT(*) AS n FROM shop.orders GROUP BY customer_id QUALIFY ROW_NUMBER() OVER (ORDER BY COUNT(*) DESC) <= 10

--# run select
SELECT ANY_VALUE(name HAVING MAX price), ARRAY_AGG(DISTINCT category IGNORE NULLS ORDER BY category LIMIT 5), STRING_AGG(DISTINCT name, '|'), COUNTIF(price > 10), LOGICAL_OR(price > 10), LOGICAL_AND(TRUE), BIT_AND(1), MAX_BY(name, price), MIN_BY(name, price), CORR(price, cost), STDDEV(price), VAR_SAMP(price), APPROX_TOP_COUNT(category, 3), APPROX_TOP_SUM(category, price, 3) FROM shop.products

--# run select
SELECT HLL_COUNT.EXTRACT(HLL_COUNT.MERGE(s)) FROM (SELECT HLL_COUNT.INIT(customer_id) AS s FROM shop.orders GROUP BY status)

--# run select
SELECT HLL_COUNT.MERGE(s) FROM (SELECT HLL_COUNT.INIT(customer_id, 12) AS s FROM shop.orders GROUP BY status)

--# run select
SELECT KLL_QUANTILES.EXTRACT_FLOAT64(KLL_QUANTILES.INIT_FLOAT64(temperature), 4) FROM iot.readings

--# run select
SELECT JSON_VALUE(attributes, '$.color') AS color, JSON_QUERY(attributes, '$.sizes'), JSON_EXTRACT_SCALAR(attributes, '$.a'), attributes.color AS c, attributes['sizes'][0] AS s, LAX_STRING(attributes.color), INT64(attributes.weight), JSON_VALUE_ARRAY(attributes, '$.tags'), JSON_QUERY_ARRAY(attributes.list) FROM shop.products

--# run select
SELECT TO_JSON(STRUCT(sku, price)) AS j, TO_JSON_STRING(p) AS row, PARSE_JSON('{"a": 1}').a, JSON_OBJECT('sku', sku, 'price', price), JSON_ARRAY(sku, price), JSON_TYPE(attributes), JSON_SET(attributes, '$.x', 1), JSON_KEYS(attributes) FROM shop.products AS p

--# run select
SELECT ST_DISTANCE(a.location, b.location) AS metres, ST_DWITHIN(a.location, ST_GEOGPOINT(13.4, 52.5), 1000), ST_ASTEXT(a.location), ST_GEOGFROMTEXT('POINT(1 2)') FROM shop.stores a JOIN shop.stores b ON a.id < b.id

--# run select
SELECT NET.HOST('https://a.example.com/x'), NET.REG_DOMAIN('https://a.example.com/x'), NET.IP_TO_STRING(NET.IP_FROM_STRING('10.0.0.1')), NET.SAFE_IP_FROM_STRING('x')

--# run select
SELECT GENERATE_UUID() AS id, CURRENT_TIMESTAMP() AS now, CURRENT_TIMESTAMP AS also, CURRENT_DATE AS today, CURRENT_DATETIME('UTC') AS dt, CURRENT_TIME() AS t

--# run select
SELECT d, FORMAT_DATE('%a', d) FROM UNNEST(GENERATE_DATE_ARRAY(DATE '2024-01-01', CURRENT_DATE(), INTERVAL 1 WEEK)) AS d

--# run select
SELECT ts FROM UNNEST(GENERATE_TIMESTAMP_ARRAY(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-02', INTERVAL 1 HOUR)) AS ts

--# run select
SELECT RANGE(DATE '2024-01-01', DATE '2024-02-01') AS r, RANGE<DATE> '[2024-01-01, UNBOUNDED)' AS s, RANGE_CONTAINS(RANGE<DATE> '[2024-01-01, 2024-02-01)', DATE '2024-01-05') AS c

--# run select
SELECT @run_date AS d, @@time_zone AS zone, @ids AS ids FROM shop.orders WHERE id IN UNNEST(@ids) AND order_date = @run_date

--# run select
SELECT COUNT(*) FROM shop.orders WHERE total > ? AND status = ?

--# unread select
SELECT SESSION_USER() AS me

--# run select
SELECT * FROM shop.orders FOR SYSTEM_TIME AS OF TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 HOUR)

--# run select
SELECT o.id FROM shop.orders AS o FOR SYSTEM_TIME AS OF '2024-01-01 00:00:00 UTC' WHERE o.total > 1

--# run select
SELECT c.name, o.total FROM shop.customers c FOR SYSTEM_TIME AS OF TIMESTAMP '2024-01-01' JOIN shop.orders o FOR SYSTEM_TIME AS OF TIMESTAMP '2024-01-01' ON o.customer_id = c.id

--# run select
SELECT * FROM shop.orders TABLESAMPLE SYSTEM (1 PERCENT) WHERE total > 10

--# run select
SELECT * FROM (SELECT product, q1, q2, q3, q4 FROM shop.quarterly) UNPIVOT (sales FOR quarter IN (q1, q2, q3, q4))

--# run select
SELECT * FROM shop.quarterly UNPIVOT INCLUDE NULLS (sales FOR quarter IN (q1 AS 'first', q2 AS 'second')) AS u

--# run select
SELECT * FROM shop.quarterly UNPIVOT ((a, b) FOR half IN ((q1, q2) AS 'h1', (q3, q4) AS 'h2'))

--# run select
SELECT * FROM (SELECT currency, total, status FROM shop.orders) PIVOT (SUM(total) AS sum, COUNT(*) AS n FOR status IN ('open' AS o, 'shipped' AS s)) AS p WHERE p.sum_o > 1

--# run select
SELECT _TABLE_SUFFIX AS day, COUNT(*) FROM `demo.logs.requests_*` WHERE _TABLE_SUFFIX BETWEEN '20240101' AND '20240102' GROUP BY day

--# run select
SELECT *, _TABLE_SUFFIX AS day FROM `demo.logs.requests_*`

--# run select
SELECT r.*, _TABLE_SUFFIX AS day FROM `demo.logs.requests_2024*` AS r WHERE r.http.status >= 500

--# run select
SELECT (SELECT value.string_value FROM UNNEST(event_params) WHERE key = 'page_location') AS page, COUNT(*) AS views
FROM `demo.analytics.events_*`
WHERE event_name = 'page_view' AND _TABLE_SUFFIX = FORMAT_DATE('%Y%m%d', DATE_SUB(CURRENT_DATE(), INTERVAL 1 DAY))
GROUP BY page ORDER BY views DESC LIMIT 20

--# run select
SELECT event_date, traffic_source.medium, COUNT(DISTINCT user_pseudo_id) AS users, COUNTIF(event_name = 'purchase') AS purchases, SUM(ecommerce.purchase_revenue) AS revenue FROM `demo.analytics.events_2024*` GROUP BY 1, 2

--# run select
SELECT user_pseudo_id, (SELECT value.int_value FROM UNNEST(event_params) WHERE key = 'ga_session_id') AS session, MIN(event_timestamp) AS started, MAX(event_timestamp) - MIN(event_timestamp) AS lasted FROM `demo.analytics.events_20240101` GROUP BY user_pseudo_id, session

--# run select
SELECT ep.key, COUNT(*) FROM `demo.analytics.events_20240101`, UNNEST(event_params) AS ep GROUP BY ep.key

--# run select
SELECT i.item_name, SUM(i.quantity) AS sold FROM `demo.analytics.events_*` e, e.items i WHERE e.event_name = 'purchase' GROUP BY i.item_name

--# run select
SELECT user_id, COUNT(*) FROM `demo.analytics.events_20240101` GROUP BY user_id

--# run select
SELECT client_ip, COUNT(*) AS hits FROM logs.requests_20240101 GROUP BY client_ip ORDER BY hits DESC

--# run select
SELECT http.path, APPROX_QUANTILES(http.latency, 100)[OFFSET(95)] AS p95 FROM logs.requests_20240101 WHERE severity IN ('WARNING', 'ERROR') GROUP BY http.path

--# run select
SELECT (SELECT value FROM UNNEST(labels) WHERE key = 'team') AS team, service.description, ROUND(SUM(cost) + SUM(IFNULL((SELECT SUM(c.amount) FROM UNNEST(credits) c), 0)), 2) AS net FROM billing.export WHERE usage_start_time >= '2024-01-01' GROUP BY 1, 2 ORDER BY net DESC

--# run select
SELECT device_id, TIMESTAMP_BUCKET(ts, INTERVAL 5 MINUTE) AS bucket, AVG(temperature) FROM iot.readings GROUP BY 1, 2

--# run select
SELECT device_id, status.flags[SAFE_OFFSET(0)], f FROM iot.readings, UNNEST(status.flags) AS f WHERE status.code != 0

--# run select
SELECT department, AVG(salary) AS pay FROM hr.employees GROUP BY department

--# approve select
SELECT name, salary FROM hr.employees WHERE salary > 100000

--# run select
SELECT e.name, m.name AS manager FROM hr.employees e LEFT JOIN hr.employees m ON m.id = e.manager_id

--# run select
SELECT account, SUM(IF(amount > 0, amount, 0)) AS debit, SUM(IF(amount < 0, -amount, 0)) AS credit FROM finance.ledger WHERE booked_at >= DATETIME '2024-01-01T00:00:00' GROUP BY account

--# run select
SELECT account, booked_at, SUM(amount) OVER (PARTITION BY account ORDER BY booked_at, entry_id) AS balance FROM finance.ledger

--# run select
SELECT o.id, o.total * f.rate AS eur FROM shop.orders o JOIN shop.fx_rates f ON f.day = o.order_date AND f.currency = o.currency

--# run select
SELECT name, email, ssn FROM shop.customers WHERE id = 42

--# run select
SELECT * FROM shop.customers

--# run select
SELECT * FROM shop.active_customers LIMIT 100

--# run select
SELECT sku, SUM(qty * price) AS revenue FROM shop.order_lines WHERE order_date >= '2024-01-01' GROUP BY sku

--# approve select
SELECT id FROM shop.customers WHERE email = 'a@example.com'

--# approve select
SELECT name FROM shop.customers WHERE birth_date < '1980-01-01' ORDER BY birth_date

--# run select
SELECT c.address.street, c.address.city, c.phones[SAFE_OFFSET(0)] FROM shop.customers c

--# run select
SELECT address.* FROM shop.customers

--# run select
SELECT p FROM shop.customers, UNNEST(phones) AS p

--# run select
SELECT TO_JSON_STRING(c) FROM shop.customers AS c

--# run select
SELECT country FROM shop.customers AS country

--# run select
SELECT COUNT(DISTINCT email) FROM shop.customers

--# run select
SELECT REGEXP_EXTRACT(email, r'@(.*)') AS domain, COUNT(*) AS n FROM shop.customers GROUP BY domain HAVING n > 100

--# run select
FROM shop.orders |> WHERE total > 10 |> SELECT id, total |> ORDER BY total DESC |> LIMIT 10

--# run select
FROM shop.orders |> AGGREGATE SUM(total) AS revenue, COUNT(*) AS n GROUP BY status |> WHERE n > 10

--# run select
FROM shop.orders |> AGGREGATE COUNT(*) AS n GROUP AND ORDER BY status DESC

--# run select
FROM shop.orders AS o |> JOIN shop.customers AS c ON c.id = o.customer_id |> EXTEND o.total * 2 AS twice |> SET twice = twice + 1 |> DROP status |> RENAME coupon AS voucher |> SELECT c.country, twice, voucher

--# run select
FROM shop.products |> SELECT DISTINCT category

--# run select
FROM shop.products |> SELECT category |> DISTINCT

--# run select
FROM shop.products |> SELECT sku |> UNION ALL (SELECT 'x'), (SELECT 'y')

--# run select
FROM shop.products |> SELECT sku |> EXCEPT DISTINCT (SELECT sku FROM shop.order_lines)

--# run select
FROM shop.products |> SELECT sku |> INTERSECT DISTINCT (SELECT sku FROM shop.order_lines)

--# run select
FROM shop.products |> UNION ALL BY NAME (SELECT 'a' AS sku)

--# run select
FROM shop.orders |> WINDOW SUM(total) OVER (PARTITION BY status) AS s |> SELECT id, s

--# run select
FROM shop.orders |> TABLESAMPLE SYSTEM (10 PERCENT) |> AGGREGATE COUNT(*)

--# run select
FROM shop.orders |> SELECT status, total |> PIVOT (SUM(total) FOR status IN ('open', 'shipped'))

--# run select
FROM shop.quarterly |> UNPIVOT (sales FOR quarter IN (q1, q2))

--# run select
FROM shop.orders |> AS o |> WHERE o.total > 5 |> SELECT o.id

--# unread select
FROM shop.orders |> ASSERT total >= 0, 'negative total' |> AGGREGATE COUNT(*)

--# unread select
FROM shop.orders |> WITH big AS (SELECT id FROM shop.orders WHERE total > 100) |> WHERE id IN (SELECT id FROM big) |> AGGREGATE COUNT(*) AS n

--# run select
SELECT id, total FROM shop.orders |> WHERE total > 5 |> SELECT *

--# run select
FROM shop.orders, UNNEST(items) AS i |> WHERE i.qty > 1 |> SELECT id, i.sku

--# unread select
FROM shop.orders |> CALL demo.shop.top_rows(10)

--# run select
FROM shop.orders |> LEFT JOIN shop.notes USING (id) |> SELECT id, body

--# run select
FROM shop.customers |> SELECT name, email |> WHERE name LIKE 'A%'

--# unread select
FROM shop.orders |> IF TRUE THEN (|> WHERE total > 1)

--# unread select
SELECT * FROM ML.PREDICT(MODEL shop.churn, (SELECT id, country FROM shop.customers))

--# unread select
SELECT * FROM ML.FORECAST(MODEL shop.sales, STRUCT(30 AS horizon))

--# unread select
SELECT * FROM AI.FORECAST(TABLE shop.daily_sales, data_col => 'revenue', timestamp_col => 'day')

--# unread select
SELECT * FROM VECTOR_SEARCH(TABLE shop.products, 'embedding', (SELECT [0.1, 0.2] AS q), top_k => 5)

--# unread select
SELECT AI.GENERATE('Summarise: ' || body) FROM shop.notes

--# unread select
SELECT * FROM EXTERNAL_QUERY('demo.eu.pg', 'SELECT * FROM users')

--# unread select
SELECT * FROM APPENDS(TABLE shop.orders, NULL, NULL)

--# unread select
SELECT * FROM CHANGES(TABLE shop.orders, NULL, CURRENT_TIMESTAMP())

--# unread select
SELECT * FROM GAP_FILL(TABLE shop.daily_sales, ts_column => 'day', bucket_width => INTERVAL 1 DAY)

--# unread select
SELECT * FROM shop.top_customers(10)

--# unread select
SELECT shop.normalise(name) FROM shop.products

--# run select
SELECT SEARCH(p, 'shoe') FROM shop.products p

--# run select
SELECT * FROM shop.products WHERE SEARCH(name, 'shoe')

--# unread select
SELECT column_name, data_type FROM shop.INFORMATION_SCHEMA.COLUMNS WHERE table_name = 'orders'

--# unread select
SELECT user_email, query FROM `region-eu`.INFORMATION_SCHEMA.JOBS_BY_PROJECT

--# unread select
SELECT table_id, row_count FROM shop.__TABLES__

--# unread select
SELECT * FROM shop.orders MATCH_RECOGNIZE (PARTITION BY customer_id ORDER BY order_date MEASURES COUNT(*) AS n PATTERN (a b+) DEFINE a AS total > 1, b AS total < 1)

--# unread unknown
GRAPH shop.social MATCH (a)-[e]->(b) RETURN a.name

--# run select
SELECT WITH DIFFERENTIAL_PRIVACY OPTIONS (epsilon = 1, delta = 1e-5, privacy_unit_column = customer_id) status, SUM(total) FROM shop.orders GROUP BY status

--# run select
SELECT WITH AGGREGATION_THRESHOLD OPTIONS (threshold = 50, privacy_unit_column = customer_id) status, COUNT(*) FROM shop.orders GROUP BY status

--# unread select
SELECT [shop:orders.id] FROM [demo:shop.orders]

--# run select
SELECT sku COLLATE 'und:ci' FROM shop.products ORDER BY name COLLATE 'und:ci'

--# run select
SELECT COLLATE(name, 'und:ci') AS n FROM shop.products GROUP BY n

--# run select
SELECT id FROM shop.orders ORDER BY RAND() LIMIT 10

--# run select
SELECT o.customer_id, MIN(o.order_date) AS first, DATE_DIFF(MAX(o.order_date), MIN(o.order_date), DAY) AS span FROM shop.orders o GROUP BY o.customer_id

--# run select
WITH cohort AS (SELECT customer_id, DATE_TRUNC(MIN(order_date), MONTH) AS month FROM shop.orders GROUP BY customer_id)
SELECT c.month, DATE_DIFF(DATE_TRUNC(o.order_date, MONTH), c.month, MONTH) AS n, COUNT(DISTINCT o.customer_id) AS active
FROM shop.orders o JOIN cohort c USING (customer_id) GROUP BY 1, 2 ORDER BY 1, 2

--# run select
WITH s AS (SELECT user_pseudo_id, event_timestamp, IF(event_timestamp - LAG(event_timestamp) OVER (PARTITION BY user_pseudo_id ORDER BY event_timestamp) > 1800000000, 1, 0) AS starts FROM `demo.analytics.events_*`)
SELECT user_pseudo_id, SUM(starts) OVER (PARTITION BY user_pseudo_id ORDER BY event_timestamp) AS session FROM s

--# run select
SELECT
  name,
  (SELECT AS STRUCT COUNT(*) AS orders, SUM(o.total) AS spent FROM shop.orders o WHERE o.customer_id = c.id).*
FROM shop.customers c

--# run select
SELECT id, body FROM shop.notes WHERE id = (SELECT AS VALUE MAX(id) FROM shop.notes)

--# run select
SELECT ARRAY(SELECT id FROM shop.orders ORDER BY id LIMIT 3) AS ids, EXISTS(SELECT 1 FROM shop.orders) AS any_order

--# run select
SELECT order_date, total FROM shop.orders WHERE DATE_TRUNC(order_date, MONTH) IN UNNEST([DATE '2024-01-01', DATE '2024-02-01'])

--# run select
SELECT * EXCEPT (items) REPLACE (ROUND(total) AS total, UPPER(status) AS status) FROM shop.orders

--# run select
SELECT id AS `order id`, total AS `select` FROM `shop`.`orders` AS `the orders`

--# unread select
SELECT demo.shop.orders.id FROM demo.shop.orders

--# run select
SELECT orders.id, orders.items FROM shop.orders

--# run select
SELECT PERCENTILE_DISC(total, 0.9) OVER () FROM shop.orders LIMIT 1

--# run select
SELECT ERROR('no rows') FROM shop.orders WHERE FALSE

--# run select
SELECT IF(COUNT(*) = 0, ERROR('empty'), COUNT(*)) FROM shop.orders

--# approve select
SELECT * FROM shop.customers WHERE ssn = '123-45-6789'

--# run select
SELECT GROUPING(status), status FROM shop.orders GROUP BY ROLLUP(status)

--# run select
SELECT status, ARRAY_AGG(total ORDER BY total DESC)[OFFSET(0)] FROM shop.orders GROUP BY status

--# run select
SELECT LAST_DAY(order_date), DATETIME_TRUNC(DATETIME '2024-01-01 10:00:00', HOUR), TIME(10, 0, 0), EXTRACT(DATE FROM created_at), EXTRACT(TIME FROM created_at) FROM shop.orders

--# run select
SELECT CAST(NULL AS ARRAY<STRUCT<a INT64>>) AS a, CAST([1] AS ARRAY<STRING>) AS b, CAST(STRUCT(1) AS STRUCT<x FLOAT64>) AS c

--# approve insert
INSERT INTO shop.daily_sales (day, country, orders, revenue) SELECT o.order_date, c.country, COUNT(*), SUM(o.total) FROM shop.orders o JOIN shop.customers c ON c.id = o.customer_id WHERE o.order_date = CURRENT_DATE() GROUP BY 1, 2

--# approve insert
INSERT shop.notes VALUES (1, 'a'), (2, 'b'), (3, DEFAULT)

--# approve insert
INSERT INTO shop.notes (id, body) WITH n AS (SELECT 1 AS id) SELECT id, 'x' FROM n

--# approve insert
INSERT INTO shop.notes (id, body) SELECT id, email FROM shop.customers

--# approve insert
INSERT INTO shop.daily_sales (day, country) SELECT * FROM UNNEST([STRUCT(CURRENT_DATE(), 'DE')])

--# approve insert
INSERT INTO shop.notes (id) VALUES ((SELECT MAX(id) + 1 FROM shop.notes))

--# unread insert
INSERT INTO other.shop.notes (id) SELECT id FROM shop.notes

--# approve update
UPDATE shop.notes SET body = UPPER(body), id = id + 1 WHERE id IN (SELECT id FROM shop.orders)

--# approve update
UPDATE shop.notes n SET n.body = c.name FROM shop.customers c WHERE c.id = n.id

--# approve update
UPDATE shop.customers SET name = 'x', address.city = 'Berlin' WHERE id = 5

--# unread update
UPDATE shop.customers SET email = LOWER(email) WHERE id = 5

--# block update
UPDATE shop.notes SET body = NULL WHERE TRUE

--# approve update
UPDATE shop.orders SET items = ARRAY(SELECT AS STRUCT * REPLACE (0 AS qty) FROM UNNEST(items)) WHERE id = 3

--# approve delete
DELETE FROM shop.notes WHERE id IN (SELECT id FROM shop.orders WHERE order_date < DATE_SUB(CURRENT_DATE(), INTERVAL 2 YEAR))

--# approve delete
DELETE shop.notes AS n WHERE n.body IS NULL

--# block delete
DELETE FROM shop.notes WHERE TRUE

--# approve delete
DELETE FROM shop.notes n WHERE NOT EXISTS (SELECT 1 FROM shop.orders o WHERE o.id = n.id)

--# block truncate
TRUNCATE TABLE shop.notes

--# approve merge
MERGE INTO shop.notes t USING shop.orders s ON t.id = s.id WHEN MATCHED AND s.status = 'x' THEN DELETE WHEN MATCHED THEN UPDATE SET body = s.status WHEN NOT MATCHED BY TARGET THEN INSERT (id, body) VALUES (s.id, s.status) WHEN NOT MATCHED BY SOURCE THEN DELETE

--# approve merge
MERGE shop.customers c USING staging.customers_delta d ON c.id = d.id WHEN MATCHED AND d.op = 'D' THEN DELETE WHEN MATCHED THEN UPDATE SET name = d.name, country = d.country WHEN NOT MATCHED THEN INSERT (id, name, country) VALUES (id, name, country)

--# block merge
MERGE shop.notes t USING (SELECT 1 AS id, 'z' AS body) s ON FALSE WHEN NOT MATCHED THEN INSERT ROW WHEN NOT MATCHED BY SOURCE AND t.id < 10 THEN DELETE

--# approve merge
MERGE shop.notes t USING UNNEST([STRUCT(1 AS id)]) s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)

--# approve create_table_as
CREATE TABLE shop.orders_2024 PARTITION BY order_date CLUSTER BY status, customer_id OPTIONS (description = 'orders of 2024', expiration_timestamp = TIMESTAMP '2030-01-01') AS SELECT * FROM shop.orders WHERE EXTRACT(YEAR FROM order_date) = 2024

--# approve create_table_as
CREATE OR REPLACE TABLE staging.fresh PARTITION BY DATE_TRUNC(order_date, MONTH) AS SELECT id, order_date FROM shop.orders

--# approve create_table
CREATE TABLE IF NOT EXISTS staging.log (id INT64 NOT NULL, note STRING OPTIONS (description = 'free text'), at TIMESTAMP DEFAULT CURRENT_TIMESTAMP(), tags ARRAY<STRING>, s STRUCT<a INT64, b NUMERIC(10, 2)>, PRIMARY KEY (id) NOT ENFORCED) PARTITION BY DATE(at)

--# approve create_table
CREATE TABLE IF NOT EXISTS shop.notes (id INT64, body STRING)

--# approve create_table
CREATE TABLE staging.child (id INT64, parent INT64 REFERENCES shop.notes (id) NOT ENFORCED)

--# block create_table_as
CREATE OR REPLACE TABLE shop.orders AS SELECT * FROM shop.orders WHERE total > 0

--# approve create_table_as
CREATE TABLE staging.people AS SELECT id, email FROM shop.customers

--# block create_table_like
CREATE TABLE staging.copy LIKE shop.customers

--# block create_table_copy
CREATE TABLE staging.copy COPY shop.customers

--# block create_table_clone
CREATE TABLE staging.copy CLONE shop.customers FOR SYSTEM_TIME AS OF TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 DAY)

--# block create_snapshot_table
CREATE SNAPSHOT TABLE staging.snap CLONE shop.orders OPTIONS (expiration_timestamp = TIMESTAMP '2030-01-01')

--# unread create_external_table
CREATE EXTERNAL TABLE staging.ext OPTIONS (format = 'CSV', uris = ['gs://bucket/*.csv'])

--# approve create_table_as
CREATE TEMP TABLE t AS SELECT * FROM shop.orders

--# approve create_view
CREATE VIEW shop.recent AS SELECT id, total FROM shop.orders WHERE order_date > '2024-01-01'

--# unread create_view
CREATE OR REPLACE VIEW shop.contacts (who, mail) AS SELECT name, email FROM shop.customers

--# approve create_materialized_view
CREATE MATERIALIZED VIEW shop.by_day OPTIONS (enable_refresh = TRUE) AS SELECT order_date, SUM(total) AS total FROM shop.orders GROUP BY order_date

--# block create_schema
CREATE SCHEMA IF NOT EXISTS demo.sandbox OPTIONS (location = 'EU')

--# unread create_function
CREATE FUNCTION shop.half(x FLOAT64) AS (x / 2)

--# unread create_function
CREATE OR REPLACE FUNCTION shop.clean(s STRING) RETURNS STRING LANGUAGE js AS r"""return s.trim();"""

--# unread create_function
CREATE FUNCTION shop.remote(x STRING) RETURNS STRING REMOTE WITH CONNECTION eu.c OPTIONS (endpoint = 'https://example.com')

--# unread create_table_function
CREATE TABLE FUNCTION shop.of_status(s STRING) AS SELECT * FROM shop.orders WHERE status = s

--# unread create_procedure begin delete
CREATE PROCEDURE shop.clean_up(days INT64) BEGIN DELETE FROM shop.notes WHERE id < days; END

--# unread create_model
CREATE OR REPLACE MODEL shop.churn OPTIONS (model_type = 'logistic_reg', input_label_cols = ['active']) AS SELECT country, active FROM shop.customers

--# block create_row_access_policy
CREATE ROW ACCESS POLICY de ON shop.customers GRANT TO ('group:de@example.com') FILTER USING (country = 'DE')

--# block create_search_index
CREATE SEARCH INDEX idx ON shop.products (name)

--# block create_vector_index
CREATE VECTOR INDEX v ON shop.products (attributes) OPTIONS (index_type = 'IVF')

--# block create_capacity
CREATE CAPACITY `admin.region-eu.c` OPTIONS (slot_count = 100)

--# block drop_table
DROP TABLE IF EXISTS staging.copy

--# block drop_view
DROP VIEW shop.recent

--# block drop_materialized_view
DROP MATERIALIZED VIEW shop.by_day

--# block drop_function
DROP FUNCTION shop.half

--# block drop_procedure
DROP PROCEDURE shop.clean_up

--# block drop_schema
DROP SCHEMA demo.sandbox CASCADE

--# block drop_model
DROP MODEL shop.churn

--# block drop_row_access_policy
DROP ROW ACCESS POLICY de ON shop.customers

--# block drop_all_row_access_policies
DROP ALL ROW ACCESS POLICIES ON shop.customers

--# block drop_snapshot_table
DROP SNAPSHOT TABLE staging.snap

--# block drop_search_index
DROP SEARCH INDEX idx ON shop.products

--# block alter_table
ALTER TABLE shop.notes ADD COLUMN IF NOT EXISTS author STRING

--# block alter_table
ALTER TABLE shop.notes RENAME TO old_notes

--# block alter_table
ALTER TABLE shop.notes ALTER COLUMN body SET DATA TYPE STRING(10)

--# block alter_table
ALTER TABLE shop.customers ALTER COLUMN email SET OPTIONS (policy_tags = [])

--# block alter_table
ALTER TABLE shop.notes SET OPTIONS (expiration_timestamp = TIMESTAMP '2024-01-01')

--# block alter_view
ALTER VIEW shop.active_customers SET OPTIONS (description = 'x')

--# block alter_schema
ALTER SCHEMA shop SET OPTIONS (default_table_expiration_days = 1)

--# block alter_model
ALTER MODEL shop.churn SET OPTIONS (description = 'x')

--# block undrop_schema
UNDROP SCHEMA demo.sandbox

--# block grant
GRANT `roles/bigquery.dataViewer` ON TABLE shop.customers TO 'user:a@example.com'

--# block revoke
REVOKE `roles/bigquery.dataViewer` ON SCHEMA shop FROM 'allUsers'

--# block export_data
EXPORT DATA OPTIONS (uri = 'gs://bucket/x-*.csv', format = 'CSV') AS SELECT * FROM shop.orders

--# block export_model
EXPORT MODEL shop.churn OPTIONS (uri = 'gs://bucket/model')

--# unread load_data
LOAD DATA INTO staging.orders_load FROM FILES (format = 'PARQUET', uris = ['gs://bucket/*.parquet'])

--# unread load_data
LOAD DATA OVERWRITE staging.orders_load (id INT64) FROM FILES (format = 'CSV', uris = ['gs://bucket/*.csv'])

--# unread call
CALL shop.clean_up(30)

--# unread assert
ASSERT (SELECT COUNT(*) FROM shop.orders WHERE total < 0) = 0 AS 'no negative totals'

--# unread execute_immediate
EXECUTE IMMEDIATE 'SELECT 1'

--# unread execute_immediate
EXECUTE IMMEDIATE CONCAT('DROP TABLE ', @name) USING 1 AS x

--# unread explain
EXPLAIN SELECT 1

--# unread describe
SHOW TABLES

--# unread unknown
SELEC 1

--# unread select
SELECT FROM shop.orders

--# unread select
SELECT id FROM shop.orders WHERE

--# unread select
SELECT nope FROM shop.orders

--# unread select
SELECT id FROM shop.missing

--# unread select
SELECT name FROM shop.customers, shop.products

--# approve declare select
DECLARE yesterday DATE DEFAULT DATE_SUB(CURRENT_DATE(), INTERVAL 1 DAY);
SELECT COUNT(*) FROM shop.orders WHERE order_date = yesterday

--# approve declare set select
DECLARE a, b INT64 DEFAULT 1; SET (a, b) = (2, 3); SELECT a + b

--# approve declare set if select if select select
DECLARE total NUMERIC;
SET total = (SELECT SUM(total) FROM shop.orders);
IF total > 1000 THEN SELECT 'good'; ELSEIF total > 10 THEN SELECT 'fair'; ELSE SELECT 'poor'; END IF

--# approve create_table_as create_table_as select drop_table
CREATE TEMP TABLE recent AS SELECT * FROM shop.orders WHERE order_date > '2024-01-01';
CREATE TEMP TABLE best AS SELECT customer_id, SUM(total) AS spent FROM recent GROUP BY customer_id;
SELECT c.name, b.spent FROM best b JOIN shop.customers c ON c.id = b.customer_id ORDER BY spent DESC LIMIT 10;
DROP TABLE recent;

--# approve create_function select
CREATE TEMP FUNCTION percent(a FLOAT64, b FLOAT64) RETURNS FLOAT64 AS (SAFE_DIVIDE(a, b) * 100);
SELECT country, percent(COUNTIF(active), COUNT(*)) FROM shop.customers GROUP BY country

--# approve create_function select
CREATE TEMPORARY FUNCTION any_type(x ANY TYPE) AS ((SELECT AS STRUCT x AS value, FORMAT('%T', x) AS text));
SELECT any_type(sku).text FROM shop.products

--# unread create_function select
CREATE TEMP FUNCTION parse(s STRING) RETURNS STRING LANGUAGE js AS "return s;";
SELECT parse(name) FROM shop.products

--# approve create_function select
CREATE TEMP AGGREGATE FUNCTION weighted(x FLOAT64, w FLOAT64) AS (SUM(x * w) / SUM(w));
SELECT weighted(temperature, humidity) FROM iot.readings

--# approve declare loop set if break insert select
DECLARE i INT64 DEFAULT 0;
LOOP
  SET i = i + 1;
  IF i >= 10 THEN LEAVE; END IF;
  INSERT INTO shop.notes (id) VALUES (i);
END LOOP;
SELECT i

--# approve declare while set continue
DECLARE i INT64 DEFAULT 0;
WHILE i < 3 DO
  SET i = i + 1;
  CONTINUE;
END WHILE

--# approve declare repeat set repeat
DECLARE x INT64 DEFAULT 5;
REPEAT SET x = x - 1; UNTIL x = 0 END REPEAT

--# approve for select
FOR r IN (SELECT status, COUNT(*) AS n FROM shop.orders GROUP BY status)
DO
  SELECT r.status, r.n;
END FOR

--# approve begin begin_transaction delete insert commit_transaction rollback_transaction raise
BEGIN
  BEGIN TRANSACTION;
  DELETE FROM shop.notes WHERE id = 1;
  INSERT INTO shop.notes (id, body) VALUES (1, 'again');
  COMMIT TRANSACTION;
EXCEPTION WHEN ERROR THEN
  ROLLBACK TRANSACTION;
  RAISE USING MESSAGE = 'could not replace';
END

--# approve begin select select
BEGIN SELECT 1/0; EXCEPTION WHEN ERROR THEN SELECT @@error.message; END

--# approve case select select
CASE WHEN EXISTS (SELECT 1 FROM shop.orders) THEN SELECT 1; ELSE SELECT 2; END CASE

--# approve declare set select
DECLARE names ARRAY<STRING>;
SET names = (SELECT ARRAY_AGG(DISTINCT status) FROM shop.orders);
SELECT n FROM UNNEST(names) AS n

--# approve declare select
DECLARE s STRUCT<a INT64, b STRING> DEFAULT (1, 'x'); SELECT s.a, s.b

--# approve declare select
DECLARE mail STRING DEFAULT (SELECT MAX(email) FROM shop.customers);
SELECT mail

--# approve set select
SET @@time_zone = 'Europe/Berlin'; SELECT CURRENT_DATE()

--# unread set select
SET @@query_label = 'team:data'; SELECT 1

--# unread set select
SET @@dataset_project_id = 'other'; SELECT * FROM shop.orders

--# unread declare execute_immediate
DECLARE q STRING DEFAULT 'SELECT 1'; EXECUTE IMMEDIATE q

--# approve select select
SELECT 1; SELECT 2

--# block select drop_table
SELECT 1; DROP TABLE shop.orders

--# approve begin_transaction update commit_transaction
BEGIN TRANSACTION; UPDATE shop.notes SET body = 'x' WHERE id = 1; COMMIT

--# unread create_table_as drop_table select
CREATE TEMP TABLE customers AS SELECT 1 AS id; DROP TABLE customers; SELECT ssn FROM customers

--# unread if create_table_as select
IF FALSE THEN CREATE TEMP TABLE customers AS SELECT 'x' AS ssn; END IF; SELECT ssn FROM customers

--# approve create_table insert update delete merge select
CREATE OR REPLACE TEMP TABLE t (a INT64, b STRING); INSERT INTO t VALUES (1, 'x'); UPDATE t SET b = 'y' WHERE a = 1; DELETE FROM t WHERE a = 2; MERGE t USING (SELECT 3 AS a) s ON t.a = s.a WHEN NOT MATCHED THEN INSERT (a) VALUES (a); SELECT * FROM t

--# approve create_table_as select
CREATE TABLE staging.daily AS SELECT order_date, COUNT(*) AS n FROM shop.orders GROUP BY 1; SELECT * FROM staging.daily

--# unread call select
CALL shop.clean_up(1); SELECT 1

--# approve loop begin break
outer_loop: LOOP BEGIN BREAK outer_loop; END; END LOOP outer_loop

--# approve declare while if set insert return
DECLARE done BOOL DEFAULT FALSE; WHILE NOT done DO IF (SELECT COUNT(*) FROM shop.notes) > 10 THEN SET done = TRUE; ELSE INSERT INTO shop.notes (id) VALUES (1); END IF; END WHILE; RETURN
