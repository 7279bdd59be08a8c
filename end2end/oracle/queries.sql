-- Plain columns, aliases and literals
SELECT id, name, email FROM customers;
SELECT * FROM customers;
SELECT c.* FROM customers AS c;
SELECT * EXCEPT (ssn, email) FROM customers;
SELECT * REPLACE (UPPER(name) AS name, 'x' AS ssn) FROM customers;
SELECT c.* EXCEPT (phones) REPLACE (LENGTH(ssn) AS ssn), o.total FROM customers c JOIN orders o ON o.customer_id = c.id;
SELECT ssn AS country, country AS ssn FROM customers;
SELECT 1, 'a', ssn, 2, UPPER(country) FROM customers;
SELECT NULL AS nothing, TRUE AS yes, 0x1F AS hexadecimal, 1e3 AS thousand, .5 AS half, -3 AS minus, B'\xff' AS bytes FROM customers;
SELECT DATE '2024-01-01' AS d, TIMESTAMP '2024-01-01 00:00:00+00' AS t, DATETIME '2024-01-01T00:00:00' AS dt, TIME '10:00:00' AS tm, NUMERIC '1.5' AS n, BIGNUMERIC '2' AS bn, JSON '{"a": 1}' AS j, INTERVAL 3 DAY AS i, INTERVAL '1-2' YEAR TO MONTH AS ym;
SELECT ALL country FROM customers;
SELECT DISTINCT country, active FROM customers;
SELECT `name` AS `full name`, `address`.`city` FROM `customers`;
SELECT customers.name FROM customers;
SELECT sales.customers.name FROM sales.customers;
SELECT id FROM `shop-prod.sales.customers`;
SELECT id, email FROM shop-prod.sales.customers;
SELECT id, email FROM `shop-prod`.sales.customers;
SELECT id, email FROM `shop-prod`.`sales.customers` AS c;
SELECT id, email FROM `sales.customers`;
SELECT email, company FROM partner-data.crm.contacts;
SELECT email, company FROM `partner-data.crm`.contacts;
SELECT e.name, m.name AS manager FROM hr.employees e LEFT JOIN hr.employees m ON m.id = e.manager_id;
select Id, NAME, Email from customers where COUNTRY = 'de' order by NAME;
SELECT customers FROM customers;
SELECT country FROM customers AS country;
SELECT customers.address.geo.lat FROM customers;
SELECT address.city, address.street, address FROM customers;
SELECT address.* FROM customers;
SELECT address.geo.* FROM customers;
SELECT address.* EXCEPT (street) FROM customers;
SELECT c.address.geo FROM customers c;
SELECT DISTINCT AS STRUCT name, country FROM customers;
SELECT AS VALUE STRUCT(name AS a, id AS b) FROM customers;
SELECT AS STRUCT id, email FROM customers;
SELECT AS VALUE name FROM customers;
SELECT AS VALUE c FROM customers c;
SELECT STRUCT(name, country) AS pair FROM customers;
SELECT STRUCT<a STRING, b INT64>(email, id) AS pair FROM customers;
SELECT (name, country) AS pair FROM customers;
SELECT STRUCT(ssn AS a, country AS b).b FROM customers;
SELECT (SELECT AS STRUCT ssn, country).country FROM customers;

-- Operators and predicates
SELECT id + 1 AS a, id * 2 - 3 AS b, total / 2 AS c, -total AS d, MOD(id, 7) AS e FROM orders;
SELECT name || ' ' || country AS k FROM customers;
SELECT id & 1 AS a, id | 2 AS b, id ^ 3 AS c, ~id AS d, id << 1 AS e, id >> 1 AS f FROM orders;
SELECT name = 'x' AS a, name != 'x' AS b, name <> 'x' AS c, id < 1 AS d, id >= 2 AS e, NOT active AS f FROM customers;
SELECT name IS NULL AS a, name IS NOT NULL AS b, active IS TRUE AS c, active IS NOT FALSE AS d, name IS DISTINCT FROM email AS e FROM customers;
SELECT score BETWEEN 1 AND 2 AS a, country IN ('de', 'at') AS b, country NOT IN ('us') AS c, name LIKE 'A%' AS d, name NOT LIKE '%z' AS e FROM customers;
SELECT name LIKE ANY ('A%', 'B%') AS a, name LIKE ALL ('A%', '%z') AS b, name NOT LIKE ANY ('x', 'y') AS c FROM customers;
SELECT 'x' IN UNNEST(tags) AS a, name IN (SELECT label FROM staging.imported) AS b FROM customers;
SELECT (id, country) IN ((1, 'de'), (2, 'at')) AS pair FROM customers;
SELECT CASE country WHEN 'de' THEN name WHEN 'at' THEN email ELSE 'other' END AS who FROM customers;
SELECT CASE WHEN score > 1 THEN ssn WHEN active THEN country END AS who FROM customers;
SELECT IF(active, name, email) AS a, IFNULL(name, 'x') AS b, COALESCE(name, email, ssn) AS c, NULLIF(name, '') AS d FROM customers;
SELECT CAST(id AS STRING) AS a, SAFE_CAST(ssn AS INT64) AS b, CAST(birth_date AS STRING FORMAT 'YYYY') AS c, CAST(score AS NUMERIC) AS d FROM customers;
SELECT CAST(total AS FLOAT64) AS a, CAST(total AS BIGNUMERIC) AS b, CAST(items AS ARRAY<STRUCT<sku STRING, quantity INT64, price NUMERIC, discounts ARRAY<STRUCT<code STRING, amount NUMERIC>>>>) AS c FROM orders;
SELECT EXTRACT(YEAR FROM birth_date) AS y, EXTRACT(ISOWEEK FROM birth_date) AS w, EXTRACT(DAYOFWEEK FROM birth_date) AS d, EXTRACT(WEEK(MONDAY) FROM birth_date) AS m FROM customers;
SELECT EXTRACT(HOUR FROM ordered_at AT TIME ZONE 'Europe/Berlin') AS h, EXTRACT(DATE FROM ordered_at) AS d FROM orders;
SELECT tags[OFFSET(0)] AS a, tags[ORDINAL(1)] AS b, tags[SAFE_OFFSET(9)] AS c, tags[SAFE_ORDINAL(id)] AS d, phones[0] AS e FROM customers;
SELECT items[OFFSET(0)].sku, items[SAFE_OFFSET(1)].discounts[SAFE_OFFSET(0)].code FROM orders;
SELECT attributes.color AS a, attributes.sizes[0] AS b, attributes['weight'] AS c, STRING(attributes.name) AS d FROM products;
SELECT ARRAY<STRING>['a', name] AS a, [email, ssn] AS b, ARRAY[1, 2] AS c, ARRAY<STRUCT<x INT64, y STRING>>[(1, name)] AS d FROM customers;

-- Functions
SELECT CONCAT(name, email) AS a, SUBSTR(ssn, 1, 3) AS b, REPLACE(email, '@', ' ') AS c, SPLIT(email, '@')[OFFSET(1)] AS d, FORMAT('%s-%d', name, id) AS e FROM customers;
SELECT LOWER(TRIM(name)) AS a, LTRIM(name, 'x') AS b, LEFT(ssn, 2) AS c, RIGHT(ssn, 2) AS d, LPAD(ssn, 9, '0') AS e, REVERSE(ssn) AS f, INITCAP(name) AS g FROM customers;
SELECT REGEXP_EXTRACT(email, r'@(.+)$') AS a, REGEXP_CONTAINS(email, r'gmail') AS b, REGEXP_REPLACE(ssn, r'\d', 'x') AS c, REGEXP_EXTRACT_ALL(ssn, r'\d') AS d FROM customers;
SELECT SHA256(email) AS a, TO_HEX(MD5(ssn)) AS b, FARM_FINGERPRINT(email) AS c, TO_BASE64(CAST(ssn AS BYTES)) AS d, SAFE_CONVERT_BYTES_TO_STRING(CAST(name AS BYTES)) AS e FROM customers;
SELECT DATE_DIFF(CURRENT_DATE(), birth_date, YEAR) AS a, DATE_TRUNC(birth_date, MONTH) AS b, DATE_ADD(birth_date, INTERVAL 1 YEAR) AS c, FORMAT_DATE('%Y', birth_date) AS d, DATE_TRUNC(birth_date, WEEK(MONDAY)) AS e FROM customers;
SELECT TIMESTAMP_TRUNC(ordered_at, HOUR) AS a, TIMESTAMP_DIFF(CURRENT_TIMESTAMP(), ordered_at, MINUTE) AS b, DATE(ordered_at, 'UTC') AS c, DATETIME(ordered_at) AS d, TIMESTAMP_SUB(ordered_at, INTERVAL id HOUR) AS e, ordered_at - INTERVAL 1 DAY AS f FROM orders;
SELECT CURRENT_DATE AS a, CURRENT_TIMESTAMP AS b, CURRENT_DATETIME('UTC') AS c, GENERATE_UUID() AS d, RAND() AS e, SESSION_USER() AS f;
SELECT SAFE_DIVIDE(total, 0) AS a, ROUND(total, 2) AS b, GREATEST(total, 1, 2) AS c, LEAST(total, 3) AS d, SAFE.SUBSTR(status, -1) AS e, ABS(total) AS f, POW(2, 3) AS g FROM orders;
SELECT JSON_VALUE(attributes, '$.a') AS a, JSON_QUERY(attributes, '$.b') AS b, JSON_EXTRACT_SCALAR(attributes, '$.c') AS c, JSON_VALUE_ARRAY(attributes, '$.d') AS d, JSON_QUERY_ARRAY(attributes) AS e, TO_JSON_STRING(attributes) AS f FROM products;
SELECT TO_JSON_STRING(c) AS a, TO_JSON(STRUCT(c.ssn, c.country)) AS b, JSON_OBJECT('name', name, 'id', id) AS c, JSON_ARRAY(ssn, 1) AS d, PARSE_JSON('{}') AS e FROM customers c;
SELECT ARRAY_LENGTH(tags) AS a, ARRAY_TO_STRING(phones, ',') AS b, ARRAY_CONCAT(tags, phones) AS c, ARRAY_REVERSE(phones) AS d, GENERATE_ARRAY(1, id) AS e FROM customers;
SELECT ARRAY(SELECT x FROM UNNEST(phones) AS x WHERE x LIKE '+49%') AS a, ARRAY(SELECT AS STRUCT t, id FROM UNNEST(tags) AS t) AS b FROM customers;
SELECT ERROR(name) AS a FROM customers;
SELECT PARSE_DATE('%F', ssn) AS a, PARSE_TIMESTAMP('%F', email) AS b, SAFE.PARSE_DATE('%F', name) AS c FROM customers;
SELECT ST_GEOGPOINT(address.geo.lon, address.geo.lat) AS p, ST_DISTANCE(ST_GEOGPOINT(0, 0), ST_GEOGPOINT(address.geo.lon, address.geo.lat)) AS d FROM customers;
SELECT NET.HOST(name) AS a, NET.REG_DOMAIN(email) AS b, NET.IP_FROM_STRING('1.2.3.4') AS c FROM customers;
SELECT RANGE(birth_date, CURRENT_DATE()) AS r, RANGE_START(RANGE(birth_date, NULL)) AS s FROM customers;
SELECT ARRAY_FIRST(tags) AS a, ARRAY_LAST(phones) AS b, ARRAY_SLICE(tags, 0, 1) AS c FROM customers;
SELECT STRING_AGG(DISTINCT country, ', ' ORDER BY country LIMIT 3) AS a, ARRAY_AGG(name IGNORE NULLS ORDER BY score DESC LIMIT 5) AS b, ANY_VALUE(email HAVING MAX score) AS c FROM customers;
SELECT NORMALIZE(name, NFKC) AS a, NORMALIZE_AND_CASEFOLD(email) AS b, COLLATE(name, 'und:ci') AS c, SOUNDEX(name) AS d, EDIT_DISTANCE(name, email) AS e FROM customers;
SELECT CHR(65) AS a, ASCII(ssn) AS b, TO_CODE_POINTS(ssn) AS c, CODE_POINTS_TO_STRING(TO_CODE_POINTS(ssn)) AS d, UNICODE(ssn) AS e, TRANSLATE(ssn, '01', 'ab') AS f FROM customers;
SELECT MIN_BY(name, score) AS a, MAX_BY(email, score) AS b FROM customers;
SELECT TYPEOF(ssn) AS t, BIT_COUNT(id) AS b, DIV(id, 2) AS d, SAFE_ADD(id, 1) AS s, IEEE_DIVIDE(score, 0) AS i, IS_NAN(score) AS n FROM customers;

-- Aggregates and groups
SELECT country, COUNT(*) FROM customers GROUP BY country;
SELECT country, COUNT(*) AS n, COUNT(DISTINCT ssn) AS d, COUNTIF(active) AS a, AVG(score) AS s FROM customers GROUP BY country HAVING COUNT(*) > 10 ORDER BY n DESC LIMIT 10 OFFSET 5;
SELECT country AS land, MAX(name) AS m FROM customers GROUP BY land;
SELECT country, active, COUNT(*) AS n FROM customers GROUP BY 1, 2 ORDER BY 3 DESC;
SELECT country, active, COUNT(*) AS n FROM customers GROUP BY ALL;
SELECT country, active, SUM(score) AS s, GROUPING(country) AS g FROM customers GROUP BY ROLLUP (country, active);
SELECT country, active, SUM(score) AS s FROM customers GROUP BY CUBE (country, active);
SELECT country, active, SUM(score) AS s FROM customers GROUP BY GROUPING SETS (country, (country, active), ());
SELECT COUNT(*) AS n FROM customers WHERE email LIKE '%@example.com';
SELECT UPPER(country) AS u, COUNT(*) AS n FROM customers GROUP BY UPPER(country);
SELECT SUBSTR(ssn, 1, 3) AS area, COUNT(*) AS n FROM customers GROUP BY area HAVING n > 1;
SELECT MIN(birth_date) AS a, MAX(birth_date) AS b, APPROX_COUNT_DISTINCT(email) AS c, APPROX_QUANTILES(score, 4) AS d, APPROX_TOP_COUNT(name, 3) AS e FROM customers;
SELECT STDDEV(score) AS a, VARIANCE(score) AS b, CORR(score, id) AS c, LOGICAL_AND(active) AS d, BIT_OR(id) AS e FROM customers;
SELECT ARRAY_AGG(STRUCT(name, email)) AS people, ARRAY_CONCAT_AGG(phones) AS phones FROM customers;
SELECT country, ARRAY_AGG(STRUCT(name, ssn) ORDER BY score DESC LIMIT 1)[OFFSET(0)].name AS best FROM customers GROUP BY country;
SELECT country, ARRAY_AGG(c ORDER BY c.score LIMIT 1)[OFFSET(0)].* FROM customers c GROUP BY country;
SELECT country, ANY_VALUE(c).email AS e FROM customers c GROUP BY country;
SELECT SUM(total) AS s, AVG(IF(status = 'paid', total, NULL)) AS paid FROM orders;
SELECT day, SUM(total) AS total FROM orders WHERE day BETWEEN '2024-01-01' AND '2024-12-31' GROUP BY day HAVING SUM(total) > 100 ORDER BY day;
SELECT COUNT(DISTINCT IF(active, email, NULL)) AS n FROM customers;
SELECT country, COUNT(*) / SUM(COUNT(*)) OVER () AS share FROM customers GROUP BY country;
SELECT HLL_COUNT.EXTRACT(HLL_COUNT.INIT(email)) AS n FROM customers;

-- Window functions
SELECT id, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ordered_at DESC) AS n FROM orders;
SELECT id, SUM(total) OVER (PARTITION BY customer_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS running FROM orders;
SELECT id, LAG(total, 1, 0) OVER w AS before, LEAD(total) OVER w AS after, FIRST_VALUE(status IGNORE NULLS) OVER w AS first FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY day);
SELECT name, RANK() OVER (ORDER BY salary DESC) AS r, NTILE(4) OVER (ORDER BY salary) AS q, PERCENT_RANK() OVER (PARTITION BY department ORDER BY hired) AS p FROM hr.employees;
SELECT id, PERCENTILE_CONT(score, 0.5) OVER (PARTITION BY country) AS median, PERCENTILE_DISC(name, 0.5) OVER () AS d FROM customers;
SELECT id, AVG(total) OVER (ORDER BY UNIX_DATE(day) RANGE BETWEEN 6 PRECEDING AND CURRENT ROW) AS week FROM orders;
SELECT * FROM orders QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ordered_at DESC) = 1;
SELECT id, name, COUNT(*) OVER (PARTITION BY ssn) AS same FROM customers QUALIFY same > 1;
SELECT id, MAX(total) OVER a AS x, MIN(total) OVER (a ORDER BY day) AS y FROM orders WINDOW a AS (PARTITION BY customer_id), b AS (a ORDER BY id);
SELECT country, SUM(SUM(score)) OVER (ORDER BY country) AS running FROM customers GROUP BY country;
SELECT id, LAST_VALUE(email) OVER (PARTITION BY country ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS e FROM customers;
SELECT id, STRING_AGG(name, ',') OVER (PARTITION BY country) AS names, ARRAY_AGG(ssn) OVER (ORDER BY id) AS s FROM customers;

-- Joins
SELECT c.name, o.total FROM customers c JOIN orders o ON c.id = o.customer_id;
SELECT c.name, o.total FROM customers c, orders o WHERE c.id = o.customer_id;
SELECT name, total FROM customers CROSS JOIN orders;
SELECT c.name, o.total FROM customers c LEFT OUTER JOIN orders o ON c.id = o.customer_id AND o.total > 10;
SELECT c.name, o.total FROM customers c RIGHT JOIN orders o ON c.id = o.customer_id;
SELECT c.name, p.company FROM customers c FULL OUTER JOIN partner-data.crm.contacts p ON p.email = c.email;
SELECT id, c.name, p.company FROM customers c JOIN partner-data.crm.contacts p USING (id);
SELECT id, email, company FROM customers FULL JOIN partner-data.crm.contacts USING (id, email);
SELECT * FROM customers JOIN partner-data.crm.contacts USING (id, email);
SELECT * FROM orders o LEFT JOIN (SELECT order_id AS id, amount FROM payments) USING (id);
SELECT a.name FROM customers a JOIN customers b ON a.email = b.email AND a.id < b.id;
SELECT o.id, p.card_number FROM orders o INNER JOIN payments p ON p.order_id = o.id INNER JOIN customers c ON c.id = o.customer_id WHERE c.country = 'de';
SELECT c.name FROM customers c JOIN (orders o JOIN payments p ON p.order_id = o.id) ON o.customer_id = c.id;
SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id JOIN payments p ON p.order_id = o.id AND p.note LIKE '%late%';
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > 100);
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'late');
SELECT id FROM customers c WHERE NOT EXISTS (SELECT * FROM payments p JOIN orders o ON o.id = p.order_id WHERE o.customer_id = c.id AND p.card_number IS NOT NULL);
SELECT total FROM orders o JOIN customers c ON o.customer_id = c.id AND c.ssn = '1';

-- Subqueries and WITH
SELECT (SELECT MAX(total) FROM orders) AS most;
SELECT name, (SELECT COUNT(*) FROM orders o WHERE o.customer_id = c.id) AS n FROM customers c;
SELECT name, (SELECT AS STRUCT o.id, o.total FROM orders o WHERE o.customer_id = c.id LIMIT 1).total FROM customers c;
SELECT x.a FROM (SELECT ssn AS a, country AS b FROM customers) AS x WHERE x.b = 'de';
SELECT EXISTS (SELECT 1 FROM customers WHERE ssn = '1') AS found;
SELECT o.id, (SELECT email FROM customers WHERE id = o.customer_id) AS e FROM orders o;
SELECT id, (SELECT ARRAY_AGG(i.sku) FROM UNNEST(items) i WHERE i.quantity > 1) AS skus FROM orders;
SELECT id, ARRAY(SELECT AS STRUCT i.sku, (SELECT SUM(d.amount) FROM UNNEST(i.discounts) d) AS off FROM UNNEST(items) i) AS lines FROM orders;
WITH a AS (SELECT id, ssn FROM customers) SELECT * FROM a;
WITH a AS (SELECT id, ssn AS s FROM customers), b AS (SELECT s, COUNT(*) AS n FROM a GROUP BY s) SELECT b.n, a.id FROM a JOIN b USING (s);
WITH customers AS (SELECT 1 AS id, 'x' AS ssn) SELECT ssn FROM customers;
WITH orders AS (SELECT id, email AS total FROM customers) SELECT o.total FROM orders o;
WITH a AS (WITH b AS (SELECT name AS n FROM customers) SELECT n FROM b) SELECT n FROM a;
WITH a AS (SELECT name FROM customers) SELECT (SELECT MAX(name) FROM a) AS m, (WITH a AS (SELECT country AS name FROM customers) SELECT MIN(name) FROM a) AS k;
WITH a AS (SELECT * FROM b), b AS (SELECT 1 AS x) SELECT * FROM b;
WITH RECURSIVE chain AS (SELECT id, manager_id, name, 1 AS depth FROM hr.employees WHERE manager_id IS NULL UNION ALL SELECT e.id, e.manager_id, e.name, depth + 1 FROM hr.employees e JOIN chain ON e.manager_id = chain.id) SELECT name, depth FROM chain;
WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n;
WITH RECURSIVE a AS (SELECT '' AS x, name AS y, 0 AS i FROM customers UNION ALL SELECT y, x, i + 1 FROM a WHERE i < 3) SELECT x FROM a;
WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT name FROM customers) SELECT * FROM a;
WITH latest AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ordered_at DESC) AS rank_ FROM orders) SELECT * EXCEPT (rank_) FROM latest WHERE rank_ = 1;
SELECT * FROM (WITH a AS (SELECT email FROM customers) SELECT email FROM a);
SELECT name FROM (SELECT * FROM (SELECT * FROM customers));
SELECT a.b.c FROM (SELECT STRUCT(STRUCT(ssn AS c) AS b) AS a FROM customers);
(SELECT name FROM customers);
((SELECT name FROM customers) UNION ALL (SELECT label FROM staging.imported)) ORDER BY 1 LIMIT 3;

-- Set operations
SELECT name FROM customers UNION ALL SELECT country FROM customers;
SELECT name AS a, id AS b FROM customers UNION DISTINCT SELECT email, id FROM partner-data.crm.contacts;
SELECT id FROM customers INTERSECT DISTINCT SELECT customer_id FROM orders;
SELECT name, country FROM customers EXCEPT DISTINCT SELECT email, country FROM customers;
SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 3 ORDER BY x DESC;
SELECT name AS n, id FROM customers UNION ALL BY NAME SELECT customer_id AS id, status AS n FROM orders;
SELECT name, id FROM customers FULL UNION ALL BY NAME SELECT id, status FROM orders;
SELECT name, id FROM customers LEFT UNION ALL BY NAME SELECT id, status FROM orders;
SELECT name, id FROM customers INNER UNION ALL BY NAME SELECT id, status FROM orders;
SELECT id, name FROM customers UNION ALL BY NAME ON (id) SELECT id, status FROM orders;
SELECT name, id FROM customers UNION ALL CORRESPONDING SELECT id, ssn AS name FROM customers;
SELECT id FROM customers UNION ALL SELECT order_id FROM payments EXCEPT DISTINCT SELECT id FROM staging.imported;
(SELECT id FROM customers UNION ALL SELECT order_id FROM payments) EXCEPT DISTINCT SELECT id FROM staging.imported;
SELECT STRUCT(name AS a, id AS b) AS s FROM customers UNION ALL SELECT STRUCT(status, id) FROM orders;
SELECT s.a FROM (SELECT STRUCT(name AS a, country AS b) AS s FROM customers UNION ALL SELECT STRUCT(country, ssn) FROM customers);

-- Arrays in FROM
SELECT o.id, i.sku FROM orders o, UNNEST(o.items) AS i;
SELECT o.id, i.sku FROM orders o, o.items AS i;
SELECT o.id, i.sku FROM orders o CROSS JOIN UNNEST(items) i WITH OFFSET AS position WHERE position = 0;
SELECT o.id, i.sku, d.code FROM orders o LEFT JOIN UNNEST(o.items) i LEFT JOIN UNNEST(i.discounts) d;
SELECT o.id, i.sku FROM orders o INNER JOIN o.items i ON i.quantity > 1;
SELECT id, sku, quantity FROM orders, orders.items;
SELECT id, phone FROM customers, customers.phones AS phone;
SELECT phone, offset FROM customers, UNNEST(phones) AS phone WITH OFFSET;
SELECT * FROM UNNEST([1, 2, 3]) AS n;
SELECT n.a FROM UNNEST([STRUCT(1 AS a, 'x' AS b), (2, 'y')]) AS n;
SELECT * FROM UNNEST(ARRAY<STRUCT<a INT64, b STRING>>[(1, 'x')]);
SELECT d FROM UNNEST(GENERATE_DATE_ARRAY('2024-01-01', '2024-12-31', INTERVAL 1 MONTH)) AS d LEFT JOIN orders o ON o.day = d;
SELECT x FROM customers c, UNNEST([c.name, c.ssn, c.country]) AS x;
SELECT x FROM customers c CROSS JOIN UNNEST(SPLIT(c.ssn, '-')) AS x WITH OFFSET o WHERE o = 2;
SELECT id FROM customers WHERE 'vip' IN UNNEST(tags) AND EXISTS (SELECT 1 FROM UNNEST(phones) p WHERE p LIKE '+1%');
SELECT items FROM orders, UNNEST(items) AS items;
SELECT i FROM orders, UNNEST(items) AS i;
SELECT ARRAY(SELECT i.price * i.quantity FROM UNNEST(items) AS i ORDER BY i.sku) AS lines FROM orders;

-- PIVOT, UNPIVOT and samples
SELECT * FROM (SELECT country, active, score FROM customers) PIVOT (SUM(score) FOR active IN (TRUE, FALSE));
SELECT * FROM (SELECT status, day, total FROM orders) PIVOT (SUM(total) AS s, COUNT(*) AS n FOR status IN ('paid' AS paid, 'late'));
SELECT country, de_name FROM (SELECT country, name FROM customers) PIVOT (MAX(name) AS name FOR country IN ('de' AS de));
SELECT * FROM (SELECT id, name, email FROM customers) UNPIVOT (v FOR k IN (name, email));
SELECT v, k FROM (SELECT id, name, email FROM customers) UNPIVOT INCLUDE NULLS (v FOR k IN (name AS 'n', email AS 'e'));
SELECT * FROM (SELECT id, name, email, country, ssn FROM customers) UNPIVOT ((a, b) FOR k IN ((name, email), (country, ssn)));
SELECT name FROM customers TABLESAMPLE SYSTEM (10 PERCENT);
SELECT name FROM customers AS c TABLESAMPLE SYSTEM (10 PERCENT) WHERE c.active;

-- Time travel, pseudo-columns and wildcards
SELECT name FROM customers FOR SYSTEM_TIME AS OF TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 HOUR);
SELECT c.name FROM customers AS c FOR SYSTEM_TIME AS OF TIMESTAMP '2024-01-01 00:00:00+00';
SELECT c.name FROM customers FOR SYSTEM_TIME AS OF TIMESTAMP '2024-01-01 00:00:00+00' AS c;
SELECT ip, path FROM `logs.requests_*`;
SELECT ip, _TABLE_SUFFIX AS suffix FROM `shop-prod.logs.requests_*` WHERE _TABLE_SUFFIX BETWEEN '20250101' AND '20250102';
SELECT COUNT(*) AS n FROM `logs.requests_2025*` AS r WHERE r.status >= 500;
SELECT r.ip, r.at FROM `shop-prod`.logs.`requests_2025*` AS r;
SELECT status, COUNT(DISTINCT ip) AS n FROM `logs.requests_*` GROUP BY status;
SELECT id, _PARTITIONTIME AS pt FROM orders WHERE _PARTITIONTIME >= TIMESTAMP '2024-01-01 00:00:00+00';
SELECT email FROM customers WHERE _PARTITIONDATE = '2024-01-01';

-- Views
SELECT * FROM customer_overview;
SELECT name FROM german_customers;
SELECT v.email, v.pieces, v.total FROM order_facts v WHERE v.total > 100;
SELECT day, orders FROM order_days ORDER BY total DESC;
SELECT e.ssn, e.address.city FROM everybody AS e;
SELECT COUNT(*) AS n FROM order_facts WHERE email LIKE 'a%';
SELECT c.name, f.total FROM `shop-prod.sales.customer_overview` c JOIN sales.order_facts f ON f.customer_id = c.id;
SELECT e FROM everybody e;

-- Parameters, variables, ordering and limits
SELECT name, @label AS label FROM customers WHERE id = @id AND country IN UNNEST(@countries);
SELECT name FROM customers WHERE id = ? AND country = ?;
SELECT name FROM customers ORDER BY score DESC NULLS LAST, 1 ASC LIMIT @many OFFSET 10;
SELECT name FROM customers ORDER BY ssn LIMIT 1;
SELECT id FROM customers ORDER BY (SELECT MAX(total) FROM orders o WHERE o.customer_id = customers.id);
SELECT id AS x FROM orders ORDER BY x, total;
SELECT id, name AS total FROM customers ORDER BY total COLLATE 'und:ci';
SELECT id FROM customers WHERE score > 1 AND (country = 'de' OR email IS NULL) LIMIT 100;

-- Pipes
FROM customers;
FROM customers |> SELECT name, country |> WHERE country = 'de' |> LIMIT 10;
FROM customers |> WHERE active |> AGGREGATE COUNT(*) AS n, MAX(email) AS m GROUP BY country;
FROM customers |> EXTEND UPPER(name) AS u |> DROP ssn, email, phones, address |> RENAME u AS loud;
FROM customers |> SET name = ssn |> SELECT id, name;
FROM orders |> AS o |> JOIN customers AS c ON c.id = o.customer_id |> SELECT c.email, o.total;
FROM orders |> LEFT JOIN payments p ON p.order_id = orders.id |> SELECT orders.id, card_number;
FROM customers |> SELECT country, name |> ORDER BY name DESC |> LIMIT 3 OFFSET 1;
FROM customers |> SELECT DISTINCT country;
FROM customers |> DISTINCT;
FROM customers |> SELECT id |> UNION ALL (SELECT customer_id FROM orders);
FROM customers |> SELECT id |> EXCEPT DISTINCT (SELECT customer_id FROM orders);
FROM customers |> AGGREGATE COUNT(*) GROUP BY country, active;
FROM customers |> AGGREGATE SUM(score) AS s GROUP AND ORDER BY country;
FROM orders |> EXTEND SUM(total) OVER (PARTITION BY customer_id) AS whole |> WHERE total > whole / 2 |> SELECT id;
FROM orders |> WINDOW ROW_NUMBER() OVER (ORDER BY day) AS n |> SELECT id, n;
FROM customers |> TABLESAMPLE SYSTEM (1 PERCENT) |> SELECT email;
FROM (SELECT country, active, score FROM customers) |> PIVOT (SUM(score) FOR active IN (TRUE AS yes, FALSE AS no));
FROM (SELECT id, name, email FROM customers) |> UNPIVOT (v FOR k IN (name, email));
FROM orders, UNNEST(items) AS i |> SELECT i.sku, i.quantity;
FROM customers |> SELECT * EXCEPT (ssn) |> SELECT * REPLACE ('x' AS email);
SELECT id, email FROM customers |> WHERE email IS NOT NULL |> SELECT id;
WITH a AS (FROM customers |> SELECT name) FROM a |> SELECT name AS n;
FROM customers |> ASSERT score >= 0, 'bad score' |> SELECT id;
FROM customers |> SELECT id, ssn |> AS t |> SELECT t.ssn;
FROM customers |> WITH big AS (SELECT customer_id FROM orders WHERE total > 9) |> WHERE id IN (SELECT customer_id FROM big) |> SELECT name;
FROM customers |> SELECT name, score QUALIFY RANK() OVER (ORDER BY score) = 1;
FROM customers |> SELECT id, name |> WHERE ROW_NUMBER() OVER (ORDER BY id) = 1;

-- Text that must be read as GoogleSQL reads it
SELECT 'it\'s' AS a, "say \"hi\"" AS b, '''three ' quotes''' AS c, r'raw \d' AS d, """multi
line""" AS e, ssn FROM customers;
SELECT name -- , ssn
FROM customers # , email
/* , birth_date */ WHERE TRUE;
SELECT name, /* a comment; with a semicolon */ country FROM customers;
SELECT '--' AS a, '/*' AS b, ssn AS c, '*/' AS d FROM customers;
SELECT `na\x6de` FROM customers;
SELECT r"\" , ssn AS "" FROM customers -- " AS x FROM customers;
SELECT rb'\'' AS a, br"x" AS b, ssn FROM customers;
SELECT name FROM customers WHERE country = 'a' 'b';
SELECT@x AS x,id FROM customers;
SELECT 1AS x;
SELECT x.select FROM (SELECT ssn AS `select` FROM customers) AS x;
SELECT name FROM customers WHERE id=1OR id=2;
SELECT id FROM customers WHERE name='x'AND(active)OR(score)>1;
SELECT +-+id AS a, - - id AS b, !TRUE AS c FROM customers;
SELECT 1.AS a, 1.e5 AS b, id FROM customers;
SELECT date, timestamp FROM (SELECT birth_date AS date, name AS timestamp FROM customers);
SELECT value, key, offset, first, last FROM (SELECT ssn AS value, name AS key, email AS offset, id AS first, score AS last FROM customers);

-- More functions over collections, and constructs met in real work
SELECT ARRAY_FILTER(phones, p -> p LIKE '+49%') AS a, ARRAY_TRANSFORM(tags, t -> CONCAT(t, name)) AS b FROM customers;
SELECT ARRAY_INCLUDES(tags, 'vip') AS a, ARRAY_IS_DISTINCT(phones) AS b, ARRAY_MAX([1, id]) AS c, ARRAY_SUM([1, 2]) AS d FROM customers;
SELECT WITH(a AS SUBSTR(ssn, 1, 3), b AS UPPER(a), CONCAT(a, b, country)) AS w FROM customers;
SELECT country, COUNT(*) AS n, ROUND(100 * COUNT(*) / (SELECT COUNT(*) FROM customers), 1) AS percent FROM customers GROUP BY country;
SELECT DATE_TRUNC(day, MONTH) AS month, status, SUM(total) AS revenue, COUNT(DISTINCT customer_id) AS buyers FROM orders WHERE day >= DATE_SUB(CURRENT_DATE(), INTERVAL 12 MONTH) GROUP BY month, status ORDER BY month, revenue DESC;
SELECT c.country, APPROX_QUANTILES(o.total, 100)[OFFSET(50)] AS median FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY 1;
WITH firsts AS (SELECT customer_id, MIN(day) AS first FROM orders GROUP BY customer_id) SELECT DATE_TRUNC(f.first, MONTH) AS cohort, DATE_DIFF(o.day, f.first, MONTH) AS age, COUNT(DISTINCT o.customer_id) AS n FROM orders o JOIN firsts f USING (customer_id) GROUP BY cohort, age;
SELECT i.sku, p.title, SUM(i.quantity * i.price) AS revenue FROM orders o, UNNEST(o.items) i JOIN products p ON p.sku = i.sku GROUP BY i.sku, p.title ORDER BY revenue DESC LIMIT 20;
SELECT * FROM orders WHERE customer_id = (SELECT id FROM customers WHERE email = 'ann@example.com');
SELECT customer_id, ARRAY_AGG(STRUCT(id, total) ORDER BY day DESC) AS history FROM orders GROUP BY customer_id;
SELECT h.id FROM (SELECT ARRAY_AGG(STRUCT(id, total)) AS history FROM orders), UNNEST(history) AS h;
SELECT c.id, MAX(IF(o.status = 'paid', o.day, NULL)) AS paid, COUNTIF(o.status = 'late') > 0 AS late FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id;
SELECT FORMAT_TIMESTAMP('%F', ordered_at) AS d, TIMESTAMP_SECONDS(id) AS t, UNIX_MILLIS(ordered_at) AS m, DATETIME_DIFF(DATETIME(ordered_at), DATETIME '2024-01-01T00:00:00', DAY) AS n FROM orders;
SELECT paid_at, at_time, DATETIME_TRUNC(paid_at, DAY) AS d, TIME_TRUNC(at_time, HOUR) AS h, FORMAT_DATETIME('%F', paid_at) AS f, LAST_DAY(DATE(paid_at), QUARTER) AS q FROM payments;
SELECT note, REGEXP_CONTAINS(note, r'(?i)refund') AS refund FROM payments WHERE note IS NOT NULL;
SELECT CONTAINS_SUBSTR(c, 'ann') AS found FROM customers c;
SELECT SEARCH(c, 'ann') AS found FROM customers c;
SELECT JSON_VALUE(TO_JSON(c), '$.ssn') AS s FROM customers c;
SELECT TO_JSON_STRING(ARRAY(SELECT AS STRUCT ssn, country FROM customers)) AS all_;
SELECT AVG(salary) AS a, department FROM hr.employees GROUP BY department HAVING COUNT(*) >= 5;
SELECT MAX(salary) - MIN(salary) AS spread FROM hr.employees;
SELECT weight, LENGTH(image) AS n, attributes FROM products WHERE price > 10;
SELECT INT64(attributes.count) AS n, BOOL(attributes.ok) AS o, FLOAT64(attributes.x) AS x, LAX_STRING(attributes.y) AS y, JSON_TYPE(attributes) AS t, JSON_KEYS(attributes) AS k, JSON_SET(attributes, '$.a', 1) AS s FROM products;
SELECT @@project_id AS p;
SELECT BIT_XOR(id) AS x, FARM_FINGERPRINT(TO_JSON_STRING(ANY_VALUE(o))) AS f FROM orders o;

-- Found by generated queries
FROM orders, UNNEST(items) AS i;
FROM orders, UNNEST(items) AS i |> WHERE i.quantity > 1;
FROM orders, UNNEST(items) AS i |> EXTEND 1 AS x |> SELECT *;
SELECT * FROM orders, UNNEST(items) AS i;
FROM UNNEST([STRUCT(1 AS a, 2 AS b)]) AS i |> EXTEND 3 AS c;
FROM UNNEST([STRUCT(1 AS a, 2 AS b)]) AS i;
FROM (SELECT AS VALUE STRUCT(ssn AS a, id AS b) FROM customers) AS v |> WHERE TRUE;
SELECT c.* REPLACE (o.id AS score) FROM customers c JOIN orders o ON o.customer_id = c.id ORDER BY id;
SELECT c.*, o.total FROM customers c JOIN orders o USING (id) ORDER BY country, name;
SELECT id FROM orders WHERE id IN ((SELECT MAX(id) FROM customers), 3);
SELECT * FROM (SELECT total AS a, status, id AS b FROM orders) PIVOT (SUM(b) FOR status IN ('x'));
SELECT r.*, _TABLE_SUFFIX AS s FROM `logs.requests_*` AS r;
SELECT *, _TABLE_SUFFIX AS s FROM `logs.requests_*`;

-- What must not be, or is no query
SELECT unknown FROM customers;
SELECT name FROM nowhere;
SELECT name FROM Customers;
SELECT id FROM customers, orders;
SELECT name, COUNT(*) FROM customers;
SELECT * FROM customers c, (SELECT c.ssn AS x);
SELECT STRUCT(c.*) FROM customers c;
SELECT name FROM customers GROUP BY country;
SELECT a.id FROM customers;
SELECT UNKNOWN_FUNCTION(ssn) FROM customers;
SELECT ssn FROM customers; SELECT 1;
INSERT INTO staging.imported (id, label, amount) SELECT id, email, total FROM orders JOIN customers USING (id);
INSERT staging.imported SELECT id, status, total FROM orders;
INSERT INTO staging.imported (id, label) VALUES (1, 'x'), (2, (SELECT MAX(name) FROM customers));
UPDATE staging.imported SET label = 'x', amount = amount + 1 WHERE id = 1;
UPDATE staging.imported i SET label = c.email FROM customers c WHERE c.id = i.id;
UPDATE staging.imported SET label = (SELECT MAX(ssn) FROM customers) WHERE id IN (SELECT id FROM customers);
UPDATE customers SET country = 'de' WHERE id = 1;
DELETE FROM staging.imported WHERE id < 10;
DELETE staging.imported AS i WHERE EXISTS (SELECT 1 FROM customers c WHERE c.id = i.id AND c.ssn = '1');
MERGE staging.imported t USING (SELECT id, name FROM customers) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET label = s.name WHEN NOT MATCHED THEN INSERT (id, label) VALUES (s.id, s.name) WHEN NOT MATCHED BY SOURCE AND t.id > 10 THEN DELETE;
MERGE INTO staging.imported t USING orders s ON t.id = s.id WHEN MATCHED AND s.total > 5 THEN DELETE WHEN NOT MATCHED BY TARGET THEN INSERT (id, amount) VALUES (s.id, s.total);
CREATE TABLE staging.fresh AS SELECT id, email FROM customers;
CREATE OR REPLACE TABLE `shop-prod.staging.fresh` PARTITION BY day CLUSTER BY status OPTIONS (description = 'x') AS SELECT * FROM orders;
CREATE TEMP TABLE t AS SELECT ssn FROM customers;
CREATE VIEW staging.v AS SELECT ssn FROM customers;
TRUNCATE TABLE staging.imported;
DROP TABLE staging.imported;
ALTER TABLE staging.imported ADD COLUMN x STRING;
EXPORT DATA OPTIONS (uri = 'gs://b/*', format = 'CSV') AS SELECT ssn FROM customers;
CREATE TABLE staging.copy CLONE customers;
CREATE SNAPSHOT TABLE staging.copy CLONE customers;
CREATE TABLE staging.copy LIKE customers;
CREATE TABLE staging.copy COPY customers;
GRANT `roles/bigquery.dataViewer` ON TABLE customers TO 'user:x@example.com';
CREATE FUNCTION staging.f(x STRING) AS (x);
ASSERT (SELECT COUNT(*) FROM customers) > 0;
