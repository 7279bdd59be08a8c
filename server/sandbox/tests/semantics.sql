-- Where BigQuery differs from the engine, and the forms in which columns are masked. The format is
-- that of queries.sql; what is expected follows from GoogleSQL's reference.

-- whole numbers divide to a fraction
SELECT 7 / 2, DIV(-7, 2), MOD(-7, 3), 0.1 + 0.2
-- => [["3.5", "-3", "-1", "0.30000000000000004"]]

-- division by zero
SELECT 1 / 0
-- error => division by zero: 1 / 0

-- safe division, safe casts
SELECT SAFE_DIVIDE(1, 0), SAFE_CAST('1.5' AS INT64), SAFE_CAST(' 12 ' AS INT64), SAFE.PARSE_DATE('%Y%m%d', 'x')
-- => [[null, null, "12", null]]

-- casts round halves away from zero and drop an empty fraction
SELECT CAST(2.5 AS INT64), CAST(-2.5 AS INT64), CAST(1.0 AS STRING), CAST(NUMERIC '1.50' AS STRING), CAST(b'abc' AS STRING)
-- => [["3", "-3", "1", "1.5", "abc"]]

-- a malformed number
SELECT CAST('x' AS INT64)
-- error => Bad int64 value: x

-- NULL in CONCAT, GREATEST, comparison
SELECT CONCAT('a', CAST(NULL AS STRING)), GREATEST(1, NULL, 3), NULL = NULL, COALESCE(NULL, 'x')
-- => [[null, null, null, "x"]]

-- places in text
SELECT SUBSTR('hello', -3, 2), SUBSTR('hello', 0, 2), SUBSTR('hello', -9, 2), STRPOS('hello', 'l'), LENGTH('é'), BYTE_LENGTH('é')
-- => [["ll", "he", "he", "3", "1", "2"]]

-- REGEXP_REPLACE replaces all, REGEXP_EXTRACT gives NULL without a match
SELECT REGEXP_REPLACE('a1b2', r'\d', '#'), REGEXP_EXTRACT('abc', r'x(.)'), REGEXP_EXTRACT('abc', 'b.'), REGEXP_EXTRACT('abc', 'b(.)')
-- => [["a#b#", null, "bc", "c"]]

-- literals
SELECT 'a\tb', "it's", 'it\'s', r'\d', 'back\\slash', '''x''', b'abc'
-- => [["a\tb", "it's", "it's", "\\d", "back\\slash", "x", "YWJj"]]

-- an escape that is not resolved is refused
SELECT '\x41'
-- error => Unsupported by this server: the escape sequence \x

-- arrays
SELECT [1, 2][OFFSET(1)], [1, 2][SAFE_OFFSET(2)], [1, 2][ORDINAL(1)], ARRAY<STRING>[], ARRAY_CONCAT([1], [2], [3]), 2 IN UNNEST([1, 2])
-- => [["2", null, "1", [], ["1", "2", "3"], "true"]]

-- an array's end
SELECT [1, 2][OFFSET(2)]
-- error => Array index 2 is out of bounds

-- structs in an array take their names from the first
SELECT x.a, x.b FROM UNNEST([STRUCT(1 AS a, 'x' AS b), STRUCT(2, 'y')]) AS x ORDER BY x.a
-- => [["1", "x"], ["2", "y"]]

-- a star over unnested structs shows their fields
SELECT * FROM (SELECT id, items FROM shop.orders WHERE id = 2) AS o, UNNEST([STRUCT(1 AS a, 'x' AS b)]) AS s
-- => [["2", [["SKU-0052", "3", "28.5"]], "1", "x"]]

-- a join with an array column
SELECT o.id, i.sku FROM shop.orders AS o JOIN o.items AS i WHERE o.id <= 2 ORDER BY o.id, i.sku
-- => [["1", "SKU-0113"], ["1", "SKU-0130"], ["2", "SKU-0052"]]

-- a left join keeps rows whose array is empty
SELECT e.event_id, p.key FROM shop.events AS e LEFT JOIN UNNEST(e.params) AS p WITH OFFSET AS o WHERE e.event_id IN ('evt-000010', 'evt-000011') ORDER BY e.event_id, o
-- => [["evt-000010", "page"], ["evt-000010", "campaign"], ["evt-000011", null]]

-- dates: types stay, weeks begin on Sunday
SELECT DATE_TRUNC(DATE '2024-01-10', WEEK), DATE_TRUNC(DATE '2024-01-10', WEEK(MONDAY)), DATE_ADD(DATE '2024-01-31', INTERVAL 1 MONTH), DATE_DIFF(DATE '2024-01-07', DATE '2024-01-06', WEEK), EXTRACT(DAYOFWEEK FROM DATE '2024-01-07')
-- => [["2024-01-07", "2024-01-08", "2024-02-29", "1", "1"]]

-- differences count boundaries for dates and whole units for timestamps
SELECT DATE_DIFF(DATE '2024-01-01', DATE '2023-12-31', YEAR), TIMESTAMP_DIFF(TIMESTAMP '2024-01-01 01:30:00+00', TIMESTAMP '2024-01-01 00:45:00+00', HOUR)
-- => [["1", "0"]]

-- times on the wire
SELECT DATETIME '2024-01-01 10:00:00', TIME '10:00:00.5', TIMESTAMP '2024-01-01 00:00:00+00', TIMESTAMP('2024-01-01 00:00:00', 'America/New_York'), NUMERIC '1.50'
-- => [["2024-01-01T10:00:00", "10:00:00.500000", "1.7040672E9", "1.7040852E9", "1.5"]]

-- a key of GROUP BY means the output column before that of the table
SELECT DATE_TRUNC(order_date, YEAR) AS order_date, COUNT(*) AS n FROM shop.orders GROUP BY order_date ORDER BY order_date
-- => [["2023-01-01", "39985"], ["2024-01-01", "40111"], ["2025-01-01", "39904"]]

-- a key of GROUP BY that is a subquery over the row's own array
SELECT (SELECT value FROM UNNEST(params) WHERE key = 'page') AS page, COUNT(*) AS n FROM shop.events WHERE event_id <= 'evt-000003' GROUP BY page ORDER BY page
-- => [["/cart", "2"], ["/help", "1"]]

-- NULL sorts first
SELECT x FROM UNNEST([2, NULL, 1]) AS x ORDER BY x
-- => [[null], ["1"], ["2"]]

-- a wildcard table and its suffix
SELECT _TABLE_SUFFIX AS day, COUNT(*) AS n FROM `demo.shop.sessions_*` WHERE _TABLE_SUFFIX BETWEEN '20250102' AND '20250103' GROUP BY day ORDER BY day
-- => [["20250102", "500"], ["20250103", "500"]]

-- a column whose name the engine reserves
SELECT (SELECT user.email) AS e FROM shop.events WHERE event_id = 'evt-000001'
-- => [["ken.silva3014@example.com"]]

-- a column that does not exist, though the engine knows the word
SELECT user FROM shop.orders
-- error => Unrecognized name: user at [1:8]

-- JSON
SELECT JSON_VALUE(payload, '$.page'), JSON_VALUE(payload, '$.cart'), JSON_QUERY(payload, '$.cart'), TO_JSON_STRING(device) FROM shop.events WHERE event_id = 'evt-000001'
-- => [["/cart", null, "{\"items\":2,\"currency\":\"USD\"}", "{\"os\":\"windows\",\"ip\":\"203.0.113.112\"}"]]

-- an array with NULL cannot leave
SELECT ARRAY_AGG(x) AS a FROM UNNEST([1, NULL]) AS x
-- error => Array cannot have a null element; error in writing field a

-- columns without a name
SELECT id, 1, 'a' FROM shop.products WHERE id = 1
-- => [["1", "1", "a"]]

-- two columns of one name
SELECT id, id FROM shop.orders
-- error => Duplicate column names in the result are not supported. Found duplicate(s): id

-- masks of scalars, read through a subquery
SELECT c.id, c.name, c.email, c.phone, c.ssn, c.card_number, c.birth_date FROM (SELECT * REPLACE (IF(name IS NULL, NULL, CONCAT(SUBSTR(name, 1, 1), REPEAT('*', LENGTH(name) - 1))) AS name, IF(email IS NULL, NULL, CONCAT(SUBSTR(email, 1, 1), '***@', SPLIT(email, '@')[SAFE_OFFSET(1)])) AS email, IF(phone IS NULL, NULL, REGEXP_REPLACE(phone, r'[0-9]', '#')) AS phone, IF(ssn IS NULL, NULL, '***-**-****') AS ssn, IF(card_number IS NULL, NULL, CONCAT(REPEAT('*', LENGTH(card_number) - 4), SUBSTR(card_number, -4))) AS card_number, DATE_TRUNC(birth_date, YEAR) AS birth_date) FROM `demo.shop.customers`) AS c WHERE c.id IN (1, 23) ORDER BY c.id
-- => [["1", "A********", "a***@example.com", "+#-###-###-####", "***-**-****", "***********0005", "2000-01-01"], ["23", "A********", "a***@example.com", null, "***-**-****", "************5100", "1984-01-01"]]

-- a mask inside a struct, written out and by REPLACE
SELECT c.address, c.b FROM (SELECT *, IF(address IS NULL, NULL, (SELECT AS STRUCT address.* REPLACE (CAST(NULL AS STRING) AS street))) AS b FROM (SELECT * REPLACE (IF(address IS NULL, NULL, STRUCT('***' AS street, address.city AS city, address.postcode AS postcode)) AS address) FROM demo.shop.customers)) AS c WHERE id = 1
-- => [[["***", "Leeds", "75778"], [null, "Leeds", "75778"]]]

-- masks inside repeated structs keep the order
SELECT e.params, e.again FROM (SELECT * REPLACE (ARRAY(SELECT STRUCT(p.key AS key, IF(p.value IS NULL, NULL, '***') AS value) FROM UNNEST(params) AS p WITH OFFSET AS o ORDER BY o) AS params), ARRAY(SELECT AS STRUCT p.* REPLACE (TO_HEX(SHA256(CONCAT('salt', p.value))) AS value) FROM UNNEST(params) AS p WITH OFFSET AS o ORDER BY o DESC) AS again FROM `demo.shop.events`) AS e WHERE event_id = 'evt-000001'
-- => [[[["page", "***"], ["campaign", "***"]], [["campaign", "50d273251f2a8bddec979f977cadd2f88ad11fb265423d08afa1d580a21851c0"], ["page", "7ff7ebaa6bb32122eafc8b35e8675bf5810d2f94d2980c55805bb5bab9c00b2f"]]]]

-- a hash with a salt
SELECT TO_HEX(SHA256(CONCAT('salt', 'value')))
-- => [["d430a1da30afe1a9d07b3b36042151ebaf53c4882af1609733c04930de318e33"]]

-- a common table that hides a table's name
WITH customers AS (SELECT * REPLACE ('x' AS email) FROM `demo.shop.customers`) SELECT email, COUNT(*) AS n FROM customers GROUP BY email
-- => [["x", "5000"]]

-- an unknown function
SELECT getenv('HOME')
-- error => Function not found: GETENV; at [1:8]

-- a table function
SELECT * FROM read_csv('/etc/passwd')
-- error => Unsupported by this server: read_csv('/etc/passwd') in FROM

-- pipes
FROM shop.orders |> WHERE id = 1
-- error => Unsupported by this server: pipe syntax (|>)

-- a script
SELECT 1; SELECT 2
-- error => Unsupported by this server: a script of several statements

-- a system variable
SELECT @@project_id
-- error => Unsupported by this server: the system variable @@project_id

-- a change without a condition
UPDATE shop.notes SET body = 'x'
-- error => UPDATE must have a WHERE clause

-- a table that exists
CREATE TABLE shop.orders AS SELECT 1 AS x
-- error => Already Exists: Table demo:shop.orders

-- a table without its dataset
SELECT 1 FROM orders
-- error => Table "orders" must be qualified with a dataset (e.g. dataset.table).

-- a struct with a field more, computed by a function
SELECT (SELECT AS STRUCT device.*, UPPER(device.os) AS loud) AS d FROM shop.events WHERE event_id = 'evt-000001'
-- => [[["windows", "203.0.113.112", "WINDOWS"]]]

-- tests of truth and membership
SELECT (1 > 2) IS NOT TRUE, NULL IS NULL, 2 NOT IN (1, 3), 'a_c' LIKE 'a\\_c', 'abc' LIKE 'a\\_c', 5 NOT BETWEEN 1 AND 3, NULL IS NOT DISTINCT FROM NULL
-- => [["true", "true", "true", "true", "false", "true", "true"]]

-- whole and broken parts
SELECT FLOOR(1.5), CEIL(1.5), TRIM('  x '), TRIM('xxax', 'x'), ROUND(2.5), ABS(-3)
-- => [["1.0", "2.0", "x", "a", "3.0", "3"]]
