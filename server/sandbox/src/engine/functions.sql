-- BigQuery's scalar functions as macros: `bq_NAME` is what `NAME` means. The translator calls a
-- function only when its macro is here; every other name is refused as unknown.
-- https://cloud.google.com/bigquery/docs/reference/standard-sql/functions-all

-- Conditions
CREATE MACRO bq_if(condition, yes, no) AS CASE WHEN condition THEN yes ELSE no END;
CREATE MACRO bq_ifnull(x, y) AS coalesce(x, y);
CREATE MACRO bq_nullif(x, y) AS nullif(x, y);
CREATE MACRO bq_error(message) AS error(message);

-- Numbers
CREATE MACRO bq_divide(x, y) AS CASE WHEN y = 0 THEN error('division by zero: ' || x || ' / ' || y) ELSE CAST(x AS DOUBLE) / y END;
CREATE MACRO bq_safe_divide(x, y) AS CASE WHEN y <> 0 THEN CAST(x AS DOUBLE) / y END;
CREATE MACRO bq_ieee_divide(x, y) AS CAST(x AS DOUBLE) / CAST(y AS DOUBLE);
CREATE MACRO bq_safe_add(x, y) AS TRY(x + y);
CREATE MACRO bq_safe_subtract(x, y) AS TRY(x - y);
CREATE MACRO bq_safe_multiply(x, y) AS TRY(x * y);
CREATE MACRO bq_safe_negate(x) AS TRY(-x);
CREATE MACRO bq_div(x, y) AS CASE WHEN y = 0 THEN error('division by zero: ' || x || ' / ' || y) ELSE x // y END;
CREATE MACRO bq_mod(x, y) AS CASE WHEN y = 0 THEN error('division by zero: MOD(' || x || ', ' || y || ')') ELSE x % y END;
CREATE MACRO bq_abs(x) AS abs(x);
CREATE MACRO bq_sign(x) AS cast_to_type(sign(x), x);
CREATE MACRO bq_round(x) AS round(x), (x, digits) AS round(x, CAST(digits AS INTEGER));
CREATE MACRO bq_trunc(x) AS trunc(x), (x, digits) AS trunc(x * pow(10, digits)) / pow(10, digits);
CREATE MACRO bq_floor(x) AS floor(x);
CREATE MACRO bq_ceil(x) AS ceil(x);
CREATE MACRO bq_ceiling(x) AS ceil(x);
CREATE MACRO bq_sqrt(x) AS sqrt(x);
CREATE MACRO bq_pow(x, y) AS pow(x, y);
CREATE MACRO bq_power(x, y) AS pow(x, y);
CREATE MACRO bq_exp(x) AS exp(x);
CREATE MACRO bq_ln(x) AS ln(x);
CREATE MACRO bq_log10(x) AS log10(x);
CREATE MACRO bq_log(x) AS ln(x), (x, base) AS ln(x) / ln(base);
CREATE MACRO bq_sin(x) AS sin(x);
CREATE MACRO bq_cos(x) AS cos(x);
CREATE MACRO bq_tan(x) AS tan(x);
CREATE MACRO bq_asin(x) AS asin(x);
CREATE MACRO bq_acos(x) AS acos(x);
CREATE MACRO bq_atan(x) AS atan(x);
CREATE MACRO bq_atan2(y, x) AS atan2(y, x);
CREATE MACRO bq_is_nan(x) AS isnan(CAST(x AS DOUBLE));
CREATE MACRO bq_is_inf(x) AS isinf(CAST(x AS DOUBLE));
CREATE MACRO bq_rand() AS random();
CREATE MACRO bq_bit_count(x) AS CAST(bit_count(x) AS BIGINT);

-- Conversion. CAST(1.0 AS STRING) is '1': BigQuery drops an empty fraction. CAST(2.5 AS INT64) is 3:
-- BigQuery rounds halves away from zero. The branch taken depends on the type alone.
CREATE MACRO bq_to_string(x) AS CASE
    WHEN typeof(x) = 'DOUBLE' THEN regexp_replace(replace(CAST(x AS VARCHAR), 'nan', 'NaN'), '\.0$', '')
    WHEN typeof(x) LIKE 'DECIMAL%' THEN regexp_replace(regexp_replace(CAST(x AS VARCHAR), '(\.\d*?)0+$', '\1'), '\.$', '')
    WHEN typeof(x) = 'BLOB' THEN decode(CAST(CAST(x AS VARCHAR) AS BLOB))
    ELSE CAST(x AS VARCHAR) END;
CREATE MACRO bq_to_int64(x) AS CASE
    WHEN typeof(x) = 'VARCHAR' AND NOT regexp_matches(CAST(x AS VARCHAR), '^\s*[+-]?(\d+|0[xX][0-9a-fA-F]+)\s*$')
        THEN error('Bad int64 value: ' || CAST(x AS VARCHAR))
    WHEN typeof(x) = 'DOUBLE' THEN CAST(round(TRY_CAST(x AS DOUBLE)) AS BIGINT)
    ELSE CAST(x AS BIGINT) END;
CREATE MACRO bq_safe_to_int64(x) AS CASE
    WHEN typeof(x) = 'VARCHAR' THEN CASE WHEN regexp_matches(CAST(x AS VARCHAR), '^\s*[+-]?(\d+|0[xX][0-9a-fA-F]+)\s*$') THEN TRY_CAST(x AS BIGINT) END
    WHEN typeof(x) = 'DOUBLE' THEN TRY_CAST(round(TRY_CAST(x AS DOUBLE)) AS BIGINT)
    ELSE TRY_CAST(x AS BIGINT) END;

-- Strings
CREATE MACRO bq_lower(s) AS lower(s);
CREATE MACRO bq_upper(s) AS upper(s);
CREATE MACRO bq_initcap(s) AS array_to_string(list_transform(regexp_extract_all(lower(s), '[[:alnum:]]+|[^[:alnum:]]+'), w -> upper(w[1]) || w[2:]), '');
CREATE MACRO bq_length(s) AS CASE WHEN typeof(s) = 'BLOB' THEN octet_length(CAST(CAST(s AS VARCHAR) AS BLOB)) ELSE length(CAST(s AS VARCHAR)) END;
CREATE MACRO bq_char_length(s) AS length(s);
CREATE MACRO bq_character_length(s) AS length(s);
CREATE MACRO bq_byte_length(s) AS CASE WHEN typeof(s) = 'BLOB' THEN octet_length(CAST(CAST(s AS VARCHAR) AS BLOB)) ELSE strlen(CAST(s AS VARCHAR)) END;
CREATE MACRO bq_octet_length(s) AS bq_byte_length(s);
CREATE MACRO bq_start_place(s, place) AS CASE WHEN place = 0 OR place < -length(s) THEN 1 ELSE place END;
CREATE MACRO bq_substr(s, place) AS substr(s, bq_start_place(s, place)),
    (s, place, size) AS CASE WHEN size < 0 THEN error('Third argument in SUBSTR() cannot be negative') ELSE substr(s, bq_start_place(s, place), size) END;
CREATE MACRO bq_substring(s, place) AS bq_substr(s, place), (s, place, size) AS bq_substr(s, place, size);
CREATE MACRO bq_left(s, size) AS CASE WHEN size < 0 THEN error('Second argument in LEFT() cannot be negative') ELSE left(s, size) END;
CREATE MACRO bq_right(s, size) AS CASE WHEN size < 0 THEN error('Second argument in RIGHT() cannot be negative') ELSE right(s, size) END;
CREATE MACRO bq_strpos(s, part) AS strpos(s, part);
CREATE MACRO bq_instr(s, part) AS strpos(s, part);
CREATE MACRO bq_repeat(s, times) AS CASE WHEN times < 0 THEN error('Second argument in REPEAT() cannot be negative') ELSE repeat(s, times) END;
CREATE MACRO bq_replace(s, part, other) AS CASE WHEN part = '' THEN s ELSE replace(s, part, other) END;
CREATE MACRO bq_reverse(s) AS reverse(s);
CREATE MACRO bq_starts_with(s, part) AS starts_with(s, part);
CREATE MACRO bq_ends_with(s, part) AS ends_with(s, part);
CREATE MACRO bq_trim(s) AS regexp_replace(s, '^\s+|\s+$', '', 'g'), (s, characters) AS trim(s, characters);
CREATE MACRO bq_ltrim(s) AS regexp_replace(s, '^\s+', ''), (s, characters) AS ltrim(s, characters);
CREATE MACRO bq_rtrim(s) AS regexp_replace(s, '\s+$', ''), (s, characters) AS rtrim(s, characters);
CREATE MACRO bq_lpad(s, size) AS lpad(s, CAST(size AS INTEGER), ' '), (s, size, fill) AS lpad(s, CAST(size AS INTEGER), fill);
CREATE MACRO bq_rpad(s, size) AS rpad(s, CAST(size AS INTEGER), ' '), (s, size, fill) AS rpad(s, CAST(size AS INTEGER), fill);
CREATE MACRO bq_split(s) AS string_split(s, ','), (s, delimiter) AS string_split(s, delimiter);
CREATE MACRO bq_translate(s, source, target) AS translate(s, source, target);
CREATE MACRO bq_ascii(s) AS CAST(ascii(s) AS BIGINT);
CREATE MACRO bq_chr(code) AS chr(CAST(code AS INTEGER));
CREATE MACRO bq_contains_substr(s, part) AS contains(lower(s), lower(part));
CREATE MACRO bq_regexp_contains(s, pattern) AS regexp_matches(s, pattern);
CREATE MACRO bq_regexp_replace(s, pattern, replacement) AS regexp_replace(s, pattern, replacement, 'g');
CREATE MACRO bq_generate_uuid() AS CAST(uuid() AS VARCHAR);

-- Bytes and digests
CREATE MACRO bq_to_hex(bytes) AS lower(hex(CAST(bytes AS BLOB)));
CREATE MACRO bq_from_hex(s) AS unhex(s);
CREATE MACRO bq_to_base64(bytes) AS to_base64(bytes);
CREATE MACRO bq_from_base64(s) AS from_base64(s);
CREATE MACRO bq_md5(x) AS unhex(md5(x));
CREATE MACRO bq_sha1(x) AS unhex(sha1(x));
CREATE MACRO bq_sha256(x) AS unhex(sha256(x));

-- Arrays
CREATE MACRO bq_array_length(list) AS CAST(len(list) AS BIGINT);
CREATE MACRO bq_array_reverse(list) AS list_reverse(list);
CREATE MACRO bq_array_to_string(list, delimiter) AS array_to_string(list, delimiter);
CREATE MACRO bq_array_first(list) AS list[1];
CREATE MACRO bq_array_last(list) AS list[-1];
CREATE MACRO bq_array_includes(list, x) AS list_contains(list, x);
CREATE MACRO bq_at_offset(list, place) AS CASE WHEN place < 0 OR place >= len(list) THEN error('Array index ' || place || ' is out of bounds') ELSE list_extract(list, place + 1) END;
CREATE MACRO bq_at_safe_offset(list, place) AS CASE WHEN place >= 0 THEN list_extract(list, place + 1) END;
CREATE MACRO bq_generate_array(first, last) AS generate_series(first, last), (first, last, step) AS generate_series(first, last, step);
CREATE MACRO bq_generate_date_array(first, last) AS CAST(generate_series(CAST(first AS DATE), CAST(last AS DATE), to_days(1)) AS DATE[]),
    (first, last, step) AS CAST(generate_series(CAST(first AS DATE), CAST(last AS DATE), step) AS DATE[]);
CREATE MACRO bq_generate_timestamp_array(first, last, step) AS generate_series(CAST(first AS TIMESTAMPTZ), CAST(last AS TIMESTAMPTZ), step);

-- Dates and times
CREATE MACRO bq_current_date() AS current_date, (zone) AS CAST(timezone(zone, current_timestamp) AS DATE);
CREATE MACRO bq_current_timestamp() AS current_timestamp;
CREATE MACRO bq_current_datetime() AS CAST(current_timestamp AS TIMESTAMP), (zone) AS timezone(zone, current_timestamp);
CREATE MACRO bq_current_time() AS CAST(CAST(current_timestamp AS TIMESTAMP) AS TIME);
CREATE MACRO bq_date(x) AS CAST(x AS DATE), (x, zone) AS CAST(timezone(zone, CAST(x AS TIMESTAMPTZ)) AS DATE),
    (year, month, day) AS make_date(year, month, day);
CREATE MACRO bq_datetime(x) AS CAST(x AS TIMESTAMP), (x, zone) AS timezone(zone, CAST(x AS TIMESTAMPTZ)),
    (year, month, day, hour, minute, second) AS make_timestamp(year, month, day, hour, minute, CAST(second AS DOUBLE));
CREATE MACRO bq_timestamp(x) AS CAST(x AS TIMESTAMPTZ), (x, zone) AS timezone(zone, CAST(x AS TIMESTAMP));
CREATE MACRO bq_time(x) AS CAST(CAST(x AS TIMESTAMP) AS TIME), (hour, minute, second) AS make_time(hour, minute, CAST(second AS DOUBLE));
CREATE MACRO bq_last_day(x) AS last_day(CAST(x AS DATE));
CREATE MACRO bq_unix_date(x) AS date_diff('day', DATE '1970-01-01', x);
CREATE MACRO bq_unix_seconds(x) AS epoch_ms(CAST(x AS TIMESTAMPTZ)) // 1000;
CREATE MACRO bq_unix_millis(x) AS epoch_ms(CAST(x AS TIMESTAMPTZ));
CREATE MACRO bq_unix_micros(x) AS epoch_us(CAST(x AS TIMESTAMPTZ));
CREATE MACRO bq_date_from_unix_date(x) AS DATE '1970-01-01' + CAST(x AS INTEGER);
CREATE MACRO bq_timestamp_seconds(x) AS TIMESTAMPTZ '1970-01-01 00:00:00+00' + to_seconds(x);
CREATE MACRO bq_timestamp_millis(x) AS TIMESTAMPTZ '1970-01-01 00:00:00+00' + to_microseconds(x * 1000);
CREATE MACRO bq_timestamp_micros(x) AS TIMESTAMPTZ '1970-01-01 00:00:00+00' + to_microseconds(x);
CREATE MACRO bq_format_date(format, x) AS strftime(CAST(x AS DATE), format);
CREATE MACRO bq_format_datetime(format, x) AS strftime(CAST(x AS TIMESTAMP), format);
CREATE MACRO bq_format_timestamp(format, x) AS strftime(CAST(x AS TIMESTAMPTZ), format);
CREATE MACRO bq_format_time(format, x) AS strftime(DATE '1970-01-01' + x, format);
CREATE MACRO bq_parse_date(format, s) AS CAST(strptime(s, format) AS DATE);
CREATE MACRO bq_parse_datetime(format, s) AS CAST(strptime(s, format) AS TIMESTAMP);
CREATE MACRO bq_parse_timestamp(format, s) AS CAST(strptime(s, format) AS TIMESTAMPTZ);
CREATE MACRO bq_parse_time(format, s) AS CAST(strptime(s, format) AS TIME);

-- JSON
CREATE MACRO bq_json_scalar(json, path) AS CASE WHEN json_type(json, path) NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN json_extract_string(json, path) END;
CREATE MACRO bq_json_value(json) AS bq_json_scalar(json, '$'), (json, path) AS bq_json_scalar(json, path);
CREATE MACRO bq_json_extract_scalar(json) AS bq_json_scalar(json, '$'), (json, path) AS bq_json_scalar(json, path);
CREATE MACRO bq_json_query(json) AS cast_to_type(json_extract(json, '$'), json), (json, path) AS cast_to_type(json_extract(json, path), json);
CREATE MACRO bq_json_extract(json) AS cast_to_type(json_extract(json, '$'), json), (json, path) AS cast_to_type(json_extract(json, path), json);
CREATE MACRO bq_json_value_array(json) AS json_extract_string(json, '$[*]'), (json, path) AS json_extract_string(json, path || '[*]');
CREATE MACRO bq_json_query_array(json) AS json_extract(json, '$[*]'), (json, path) AS json_extract(json, path || '[*]');
CREATE MACRO bq_json_type(json) AS CASE json_type(json) WHEN 'VARCHAR' THEN 'string' WHEN 'NULL' THEN 'null' WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'BOOLEAN' THEN 'boolean' ELSE 'number' END;
CREATE MACRO bq_to_json(x) AS to_json(x);
CREATE MACRO bq_to_json_string(x) AS CAST(to_json(x) AS VARCHAR);
CREATE MACRO bq_parse_json(s) AS CAST(s AS JSON);
