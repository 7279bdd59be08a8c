SELECT id, name, email FROM `proj.ds.customers` WHERE country = 'PL' ORDER BY id LIMIT 5;
SELECT COUNT(*) AS orders FROM proj.ds.orders;
SELECT COUNT(*) AS orders FROM `proj`.ds.orders;
SELECT country, COUNT(*) AS customers FROM ds.customers GROUP BY country ORDER BY customers DESC;
SELECT DATE_TRUNC(DATE(created_at), MONTH) AS month, SUM(amount) AS revenue FROM `proj.ds.orders` GROUP BY month ORDER BY month;
SELECT COUNT(*) AS recent FROM ds.orders WHERE created_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 30 DAY);
SELECT COUNT(*) AS spring FROM ds.orders WHERE DATE(created_at) BETWEEN DATE '2025-03-01' AND DATE '2025-05-31';
SELECT EXTRACT(YEAR FROM created_at) AS year, EXTRACT(DAYOFWEEK FROM created_at) AS weekday, COUNT(*) AS orders FROM orders GROUP BY 1, 2;
SELECT COUNTIF(amount > 100) AS large, COUNT(*) AS orders FROM orders;
SELECT SAFE_DIVIDE(SUM(amount), COUNT(DISTINCT customer_id)) AS per_customer FROM orders;
SELECT SAFE_CAST('abc' AS INT64) AS none, CAST('12' AS INT64) AS twelve, CAST(1 AS STRING) AS text, CAST('1.5' AS FLOAT64) AS number;
SELECT * EXCEPT (email, ssn, card_number) FROM customers LIMIT 3;
SELECT * REPLACE (UPPER(name) AS name) FROM customers LIMIT 3;
SELECT customer_id, id, amount FROM orders WHERE TRUE QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY amount DESC) = 1;
SELECT id, SUM(amount) OVER (PARTITION BY customer_id ORDER BY created_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS running FROM orders;
WITH spent AS (SELECT customer_id, SUM(amount) AS total FROM orders GROUP BY customer_id) SELECT c.country, AVG(s.total) AS average FROM spent AS s JOIN customers AS c ON c.id = s.customer_id GROUP BY c.country;
SELECT country, COUNT(DISTINCT o.id) AS orders FROM orders AS o JOIN (SELECT id AS customer_id, country FROM customers) USING (customer_id) GROUP BY country;
SELECT customer_id, ARRAY_AGG(STRUCT(id, amount) ORDER BY amount DESC LIMIT 2) AS best FROM orders GROUP BY customer_id;
SELECT n * 2 AS double FROM UNNEST(GENERATE_ARRAY(1, 5)) AS n;
SELECT letter, position FROM UNNEST(['a', 'b', 'c']) AS letter WITH OFFSET AS position;
SELECT e.event_id, p.key, p.value.string_value FROM events AS e, UNNEST(e.params) AS p WHERE p.key = 'page';
SELECT e.event_id, e.user.address.city FROM events AS e LIMIT 3;
SELECT event_id, ARRAY_LENGTH(params) AS n, params[SAFE_OFFSET(0)].key AS first_key FROM events LIMIT 3;
SELECT IF(amount > 50, 'large', 'small') AS size, IFNULL(CAST(customer_id AS STRING), 'none') AS customer, COUNT(*) AS n FROM orders GROUP BY 1, 2;
SELECT name FROM customers WHERE REGEXP_CONTAINS(name, r'^A\w+') LIMIT 10;
SELECT FORMAT_DATE('%Y-%m', DATE(created_at)) AS month, COUNT(*) AS n FROM orders GROUP BY month;
SELECT FORMAT_TIMESTAMP('%F %T', created_at, 'Europe/Warsaw') AS local_time FROM orders LIMIT 5;
SELECT PARSE_DATE('%d.%m.%Y', '24.12.2025') AS christmas_eve;
SELECT APPROX_COUNT_DISTINCT(customer_id) AS buyers FROM orders;
SELECT APPROX_QUANTILES(amount, 4)[OFFSET(2)] AS median FROM orders;
SELECT STRING_AGG(name, ', ' ORDER BY name LIMIT 3) AS names FROM customers;
SELECT STARTS_WITH(name, 'A') AS a, CONCAT(name, '-', country) AS b, SPLIT(email, '@')[SAFE_OFFSET(1)] AS domain FROM customers LIMIT 3;
SELECT TO_HEX(SHA256(email)) AS pseudonym FROM customers LIMIT 2;
SELECT * FROM (SELECT country, id FROM customers) PIVOT (COUNT(id) FOR country IN ('PL', 'DE'));
SELECT c.country, o.customer_id, COUNT(*) AS n FROM orders AS o JOIN customers AS c ON c.id = o.customer_id GROUP BY ROLLUP (country, customer_id);
SELECT JSON_VALUE('{"a":{"b":"x"}}', '$.a.b') AS inner_value;
SELECT day FROM UNNEST(GENERATE_DATE_ARRAY('2025-01-01', '2025-01-05')) AS day;
SELECT COUNT(*) AS sampled FROM orders TABLESAMPLE SYSTEM (10 PERCENT);
SELECT COUNT(*) AS n FROM orders WHERE amount > @smallest;
SELECT COUNT(*) AS n FROM customers AS c WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id AND o.amount > 90);
SELECT country, COUNT(*) AS n FROM customers GROUP BY ALL ORDER BY 2 DESC;
INSERT INTO orders (id, customer_id, amount) VALUES (1, 2, 9.5);
UPDATE orders SET amount = amount * 1.1 WHERE id = 1;
DELETE FROM orders WHERE id = 1;
MERGE orders AS t USING (SELECT 1 AS id, NUMERIC '5' AS amount) AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET amount = s.amount WHEN NOT MATCHED THEN INSERT (id, amount) VALUES (s.id, s.amount);
CREATE TABLE ds.per_country AS SELECT country, COUNT(*) AS n FROM customers GROUP BY country;
SELECT * FROM customers;
SELECT c.*, o.amount FROM customers AS c JOIN orders AS o ON o.customer_id = c.id WHERE o.amount > 500;
SELECT name, email, ssn, card_number, birth_date FROM customers WHERE country IN ('PL', 'DE', 'FR', 'IT', 'ES', 'NL', 'BE', 'AT', 'CZ', 'SK') ORDER BY name LIMIT 100;
SELECT device.os, COUNT(*) AS events, COUNT(DISTINCT user_id) AS people FROM events WHERE ts >= TIMESTAMP '2025-06-01' GROUP BY device.os ORDER BY events DESC;
SELECT user.email, user.phone, user.address.city, device.ip FROM events WHERE DATE(ts) = CURRENT_DATE();
SELECT user.address.city AS city, COUNT(DISTINCT user_id) AS people, COUNTIF(device.os = 'android') AS android, COUNTIF(device.os = 'ios') AS ios, SAFE_DIVIDE(COUNTIF(device.os = 'ios'), COUNT(*)) AS ios_share
FROM events
WHERE ts BETWEEN TIMESTAMP '2025-01-01' AND TIMESTAMP '2025-02-01' AND user.address.city IS NOT NULL
GROUP BY city
HAVING people > 20
ORDER BY people DESC, city
LIMIT 50;
WITH first_order AS (
  SELECT customer_id, MIN(created_at) AS first_at
  FROM orders
  GROUP BY customer_id
),
cohorts AS (
  SELECT f.customer_id, DATE_TRUNC(DATE(f.first_at), MONTH) AS cohort
  FROM first_order AS f
),
activity AS (
  SELECT o.customer_id, DATE_TRUNC(DATE(o.created_at), MONTH) AS month, SUM(o.amount) AS spent
  FROM orders AS o
  GROUP BY 1, 2
)
SELECT c.cohort, DATE_DIFF(a.month, c.cohort, MONTH) AS months_later, COUNT(DISTINCT a.customer_id) AS customers, SUM(a.spent) AS revenue
FROM cohorts AS c
JOIN activity AS a ON a.customer_id = c.customer_id
WHERE c.cohort >= DATE '2024-01-01'
GROUP BY 1, 2
ORDER BY 1, 2;
-- Sessions: a new one begins after thirty minutes without an event.
WITH gaps AS (
  SELECT user_id, event_id, ts,
    TIMESTAMP_DIFF(ts, LAG(ts) OVER (PARTITION BY user_id ORDER BY ts), MINUTE) AS gap
  FROM events
  WHERE DATE(ts) BETWEEN DATE_SUB(CURRENT_DATE(), INTERVAL 7 DAY) AND CURRENT_DATE()
),
marked AS (
  SELECT *, IF(gap IS NULL OR gap > 30, 1, 0) AS begins FROM gaps
),
numbered AS (
  SELECT *, SUM(begins) OVER (PARTITION BY user_id ORDER BY ts ROWS UNBOUNDED PRECEDING) AS session FROM marked
)
SELECT user_id, session, MIN(ts) AS started, MAX(ts) AS ended, COUNT(*) AS events
FROM numbered
GROUP BY user_id, session
HAVING COUNT(*) > 1
ORDER BY started DESC
LIMIT 1000;
/* Customers by how recently, how often and for how much they bought. */
WITH facts AS (
  SELECT customer_id, DATE_DIFF(CURRENT_DATE(), DATE(MAX(created_at)), DAY) AS recency, COUNT(*) AS frequency, SUM(amount) AS monetary
  FROM `proj.ds.orders`
  WHERE created_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 365 DAY)
  GROUP BY customer_id
),
scored AS (
  SELECT *, NTILE(5) OVER (ORDER BY recency DESC) AS r, NTILE(5) OVER (ORDER BY frequency) AS f, NTILE(5) OVER (ORDER BY monetary) AS m
  FROM facts
)
SELECT s.customer_id, c.name, c.email, c.country, s.r, s.f, s.m,
  CASE
    WHEN s.r >= 4 AND s.f >= 4 THEN 'loyal'
    WHEN s.r >= 4 AND s.f <= 2 THEN 'new'
    WHEN s.r <= 2 AND s.f >= 4 THEN 'leaving'
    ELSE 'other'
  END AS segment
FROM scored AS s
JOIN `proj.ds.customers` AS c ON c.id = s.customer_id
WHERE c.country = 'PL'
ORDER BY s.monetary DESC
LIMIT 200;
SELECT c.country, c.name, o.id, o.amount, RANK() OVER (PARTITION BY c.country ORDER BY o.amount DESC) AS place
FROM customers AS c
INNER JOIN orders AS o ON o.customer_id = c.id
WHERE o.created_at >= TIMESTAMP '2025-01-01 00:00:00+00'
QUALIFY place <= 10
ORDER BY c.country, place;
SELECT country FROM customers UNION ALL SELECT user.address.city FROM events UNION ALL SELECT CAST(amount AS STRING) FROM orders;
SELECT id FROM customers EXCEPT DISTINCT SELECT customer_id FROM orders;
WITH RECURSIVE days AS (SELECT DATE '2025-01-01' AS day UNION ALL SELECT DATE_ADD(day, INTERVAL 1 DAY) FROM days WHERE day < DATE '2025-01-31') SELECT d.day, COUNT(o.id) AS orders FROM days AS d LEFT JOIN orders AS o ON DATE(o.created_at) = d.day GROUP BY d.day ORDER BY d.day;
FROM orders |> WHERE amount > 10 |> AGGREGATE SUM(amount) AS total, COUNT(*) AS n GROUP BY customer_id |> ORDER BY total DESC |> LIMIT 10;
FROM customers |> AS c |> JOIN orders AS o ON o.customer_id = c.id |> EXTEND o.amount * 1.23 AS gross |> SELECT c.name, c.email, gross |> LIMIT 100;
SELECT customer_id, amount, AVG(amount) OVER near AS moving_average, MAX(amount) OVER whole AS largest
FROM orders
WINDOW whole AS (PARTITION BY customer_id), near AS (whole ORDER BY created_at ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING);
SELECT o.id, (SELECT c.name FROM customers AS c WHERE c.id = o.customer_id) AS customer, (SELECT COUNT(*) FROM events AS e WHERE e.user_id = o.customer_id) AS events FROM orders AS o WHERE o.amount > (SELECT AVG(amount) FROM orders);
SELECT event_id, (SELECT value.string_value FROM UNNEST(params) WHERE key = 'page_title') AS title, (SELECT value.int_value FROM UNNEST(params) WHERE key = 'engagement') AS engagement, (SELECT value.string_value FROM UNNEST(params) WHERE key = 'campaign') AS campaign FROM events WHERE ts >= TIMESTAMP '2025-06-01';
SELECT ARRAY(SELECT AS STRUCT p.key, p.value.string_value AS text FROM UNNEST(e.params) AS p ORDER BY p.key) AS tidy FROM events AS e LIMIT 20;
SELECT TO_JSON_STRING(STRUCT(c.id, c.country, ARRAY_AGG(STRUCT(o.id AS order_id, o.amount) ORDER BY o.amount DESC) AS orders)) AS document FROM customers AS c JOIN orders AS o ON o.customer_id = c.id GROUP BY c.id, c.country;
SELECT CASE WHEN DATE_DIFF(CURRENT_DATE(), birth_date, YEAR) < 18 THEN 'minor' WHEN DATE_DIFF(CURRENT_DATE(), birth_date, YEAR) < 65 THEN 'adult' ELSE 'senior' END AS age, COUNT(*) AS n FROM customers GROUP BY age;
SELECT email FROM customers FOR SYSTEM_TIME AS OF TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 HOUR) WHERE country = 'DE';
SELECT name, _TABLE_SUFFIX AS year FROM `proj.ds.customers_*` WHERE _TABLE_SUFFIX BETWEEN '2023' AND '2025';
SELECT customer_id, MAX(IF(place = 1, amount, NULL)) AS first_amount, MAX(IF(place = 2, amount, NULL)) AS second_amount, MAX(IF(place = 3, amount, NULL)) AS third_amount
FROM (
  SELECT customer_id, amount, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY created_at) AS place
  FROM orders
)
WHERE place <= 3
GROUP BY customer_id;
SELECT
  DATE(o.created_at) AS day,
  c.country,
  COUNT(*) AS orders,
  COUNT(DISTINCT o.customer_id) AS customers,
  SUM(o.amount) AS revenue,
  SUM(IF(o.amount > 100, o.amount, 0)) AS large_revenue,
  AVG(o.amount) AS average_amount,
  MIN(o.amount) AS smallest,
  MAX(o.amount) AS largest,
  STDDEV(o.amount) AS spread,
  APPROX_QUANTILES(o.amount, 100)[OFFSET(95)] AS p95
FROM `proj.ds.orders` AS o
LEFT JOIN `proj.ds.customers` AS c ON o.customer_id = c.id
WHERE o.created_at >= TIMESTAMP('2025-01-01') AND o.created_at < TIMESTAMP('2025-07-01') AND c.country NOT IN ('XX', 'ZZ')
GROUP BY day, country
ORDER BY day DESC, revenue DESC;
SELECT s.os, s.people, s.events, ROUND(100 * s.people / SUM(s.people) OVER (), 2) AS share FROM (SELECT device.os AS os, COUNT(DISTINCT user_id) AS people, COUNT(*) AS events FROM events GROUP BY device.os) AS s ORDER BY share DESC;
SELECT COALESCE(c.id, o.customer_id) AS customer, c.id IS NULL AS unknown_customer, o.id IS NULL AS without_order FROM customers AS c FULL OUTER JOIN orders AS o ON o.customer_id = c.id WHERE c.id IS NULL OR o.id IS NULL;
SELECT DISTINCT c.country, CONCAT(SUBSTR(c.name, 1, 1), '.') AS initial, LOWER(TRIM(c.email)) AS address FROM customers AS c WHERE c.name LIKE 'A%' AND NOT ENDS_WITH(c.email, '.test');
SELECT amount_class, COUNT(*) AS n FROM (SELECT CASE WHEN amount < 10 THEN '0-10' WHEN amount < 50 THEN '10-50' WHEN amount < 100 THEN '50-100' WHEN amount < 500 THEN '100-500' ELSE '500+' END AS amount_class FROM orders) GROUP BY amount_class ORDER BY amount_class;
SELECT a.customer_id, b.customer_id AS twin, COUNT(*) AS common FROM orders AS a JOIN orders AS b ON a.amount = b.amount AND a.customer_id < b.customer_id GROUP BY 1, 2 HAVING COUNT(*) >= 3 ORDER BY common DESC LIMIT 25;
WITH ranked AS (SELECT o.*, ROW_NUMBER() OVER (PARTITION BY o.id ORDER BY o.created_at DESC) AS version FROM orders AS o) SELECT * EXCEPT (version) FROM ranked WHERE version = 1;
WITH funnel AS (
  SELECT user_id,
    MIN(IF(p.value.string_value = 'home', e.ts, NULL)) AS home,
    MIN(IF(p.value.string_value = 'product', e.ts, NULL)) AS product,
    MIN(IF(p.value.string_value = 'basket', e.ts, NULL)) AS basket,
    MIN(IF(p.value.string_value = 'paid', e.ts, NULL)) AS paid
  FROM events AS e, UNNEST(e.params) AS p
  WHERE p.key = 'step' AND e.ts >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 14 DAY)
  GROUP BY user_id
)
SELECT COUNT(home) AS home, COUNTIF(product > home) AS product, COUNTIF(basket > product) AS basket, COUNTIF(paid > basket) AS paid,
  SAFE_DIVIDE(COUNTIF(paid > basket), COUNT(home)) AS conversion
FROM funnel;
SELECT value, name_of FROM (SELECT id, CAST(amount AS STRING) AS amount, CAST(customer_id AS STRING) AS customer_id FROM orders) UNPIVOT (value FOR name_of IN (amount, customer_id));
SELECT NET.HOST('https://example.com/path') AS host, SAFE.PARSE_JSON('{') AS nothing, GENERATE_UUID() AS id, [1, 2, 3][ORDINAL(1)] AS first_of_three, STRUCT(1 AS a, 'x' AS b).b AS text;
