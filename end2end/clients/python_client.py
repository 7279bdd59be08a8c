"""Uses Countersign through the real google-cloud-bigquery client, as an application does that was
written for BigQuery: where to go and who it is stands in the environment alone.

    GOOGLE_APPLICATION_CREDENTIALS=… BIGQUERY_EMULATOR_HOST=… GOOGLE_CLOUD_PROJECT=demo \
        python python_client.py PART…

Exits with 1 and the reason when something is not as BigQuery would answer.
"""

import datetime
import sys
import time

from google.api_core.exceptions import BadRequest, Conflict, Forbidden, NotFound
from google.cloud import bigquery
from google.cloud.bigquery import dbapi

STATES = "SELECT status, COUNT(*) AS n FROM shop.orders GROUP BY status ORDER BY n DESC"
CUSTOMER = "SELECT id, email, ssn FROM shop.customers WHERE id = 1"


def check(what, actual, expected):
    if actual != expected:
        sys.exit(f"{what}: expected {expected!r}, got {actual!r}")
    print(f"ok  {what}", flush=True)


def refused(what, kind, fragments, call):
    try:
        call()
    except kind as error:
        missing = [fragment for fragment in fragments if fragment not in str(error)]
        if missing:
            sys.exit(f"{what}: expected {missing!r} in {error}")
        print(f"ok  {what}", flush=True)
        return
    sys.exit(f"{what}: was not refused")


def metadata(client):
    check("projects", [project.project_id for project in client.list_projects()], ["demo"])
    check("datasets", [dataset.dataset_id for dataset in client.list_datasets()], ["shop"])
    check("a dataset", client.get_dataset("shop").location, "US")
    tables = {table.table_id: table.table_type for table in client.list_tables("shop")}
    check("a table", tables["orders"], "TABLE")
    check("a view", tables["customer_revenue"], "VIEW")
    columns = {field.name: field for field in client.get_table("shop.customers").schema}
    check("a tag", columns["ssn"].description, "tagged pii.ssn; what leaves is masked")
    refused("a table that is not there", NotFound, ["table"], lambda: client.get_table("shop.nowhere"))


def queries(client):
    rows = list(client.query(STATES).result())
    check("a query", (rows[0].status, rows[0].n), ("shipped", 60012))
    check("query_and_wait", next(iter(client.query_and_wait("SELECT COUNT(*) AS n FROM shop.orders"))).n, 120000)
    order = next(iter(client.query("SELECT order_date, items FROM shop.orders ORDER BY id LIMIT 1").result()))
    check("a date", order.order_date, datetime.date(2024, 11, 10))
    check("nested rows", order["items"][0], {"sku": "SKU-0113", "qty": 3, "price": 56.25})
    moment = "SELECT TIMESTAMP '2025-01-01 00:21:36.316333+00' AS ts, JSON '{\"page\": \"/cart\"}' AS payload"
    event = next(iter(client.query(moment).result()))
    utc = datetime.timezone.utc
    check("a timestamp", event.ts, datetime.datetime(2025, 1, 1, 0, 21, 36, 316333, utc))
    check("JSON", event.payload["page"], "/cart")
    table = client.query(STATES).to_arrow()
    check("to_arrow", table.column("n").to_pylist()[0], 60012)
    listed = [row.sku for row in client.list_rows("shop.products", max_results=3)]
    check("listed rows", sorted(listed), ["SKU-0001", "SKU-0002", "SKU-0003"])
    pages = client.list_rows("shop.products", page_size=80).pages
    check("pages of a listing", [page.num_items for page in pages], [80, 80, 40])
    sku = [bigquery.SchemaField("sku", "STRING")]
    chosen = next(iter(client.list_rows("shop.products", selected_fields=sku, max_results=1)))
    check("a chosen column", tuple(chosen.keys()), ("sku",))
    in_shop = bigquery.QueryJobConfig(default_dataset="demo.shop")
    check("short names", next(iter(client.query("SELECT COUNT(*) AS n FROM products", in_shop).result())).n, 200)


def parameters(client):
    config = bigquery.QueryJobConfig(
        query_parameters=[
            bigquery.ScalarQueryParameter("least", "FLOAT64", 500.0),
            bigquery.ScalarQueryParameter("day", "DATE", datetime.date(2024, 11, 10)),
            bigquery.ArrayQueryParameter("states", "STRING", ["shipped", "pending"]),
        ]
    )
    sql = """SELECT COUNT(*) AS n FROM shop.orders
             WHERE total >= @least AND order_date >= @day AND status IN UNNEST(@states)"""
    check("named parameters", next(iter(client.query(sql, job_config=config).result())).n > 0, True)
    by_position = bigquery.QueryJobConfig(query_parameters=[bigquery.ScalarQueryParameter(None, "INT64", 5)])
    rows = list(client.query("SELECT customer_id FROM shop.orders WHERE id = ?", job_config=by_position).result())
    check("parameters by position", rows[0].customer_id, 254)
    cursor = dbapi.connect(client).cursor()
    cursor.execute("SELECT customer_id FROM shop.orders WHERE id = %(id)s", {"id": 5})
    check("DB-API", tuple(cursor.fetchone()), (254,))
    check("DB-API's columns", [column[0] for column in cursor.description], ["customer_id"])


def jobs(client):
    dry = client.query("SELECT id FROM shop.orders", job_config=bigquery.QueryJobConfig(dry_run=True))
    check("bytes of a dry run, in steps", dry.total_bytes_processed, 10_000_000)
    check("statement type", dry.statement_type, "SELECT")
    check("referenced tables", [table.table_id for table in dry.referenced_tables], ["orders"])
    job = client.query(STATES, job_id="states-1", job_retry=None)
    job.result()
    check("a finished job", (client.get_job("states-1").state, job.total_bytes_processed > 0), ("DONE", True))
    done = [job.job_id for job in client.list_jobs(state_filter="done", max_results=1)]
    check("the last job that is done", done, ["states-1"])
    check("a list of jobs", "states-1" in [job.job_id for job in client.list_jobs()], True)
    refused("a taken job id", Conflict, ["countersign: "], lambda: client.query("SELECT 1", job_id="states-1", job_retry=None))


def failures(client):
    run = lambda sql, **options: client.query(sql, bigquery.QueryJobConfig(**options)).result()
    refused("an unknown table", BadRequest, ["unknown_table"], lambda: run("SELECT 1 FROM shop.nowhere"))
    refused("a syntax error", BadRequest, ["countersign: "], lambda: run("SELEC 1"))
    refused("legacy SQL", BadRequest, ["only GoogleSQL runs here"], lambda: run("SELECT 1", use_legacy_sql=True))
    elsewhere = lambda: run("SELECT COUNT(*) AS n FROM products", default_dataset="demo.scratch")
    refused("a short name in another dataset", BadRequest, ["unknown_table"], elsewhere)
    destination = bigquery.TableReference.from_string("demo.shop.copy")
    refused("a destination", BadRequest, ["`configuration.query.destinationTable`"], lambda: run("SELECT 1", destination=destination))
    load = lambda: client.load_table_from_uri("gs://bucket/object", destination).result()
    refused("a load", BadRequest, ["`configuration.load` is not offered"], load)
    copy = lambda: client.copy_table("demo.shop.orders", destination).result()
    refused("a copy", BadRequest, ["`configuration.copy` is not offered"], copy)
    extract = lambda: client.extract_table("demo.shop.orders", "gs://bucket/object").result()
    refused("an extract", BadRequest, ["`configuration.extract` is not offered"], extract)
    refused("inserted rows", NotFound, ["not_offered"], lambda: client.insert_rows_json(destination, [{"id": 1}]))


def paging(client, rows=120_000):
    """As many rows as asked for, page by page as BigQuery's clients do by themselves."""
    least, started = -(-rows // 120_000), time.monotonic()
    sql = f"SELECT o.id, o.order_date, o.total, n FROM shop.orders AS o, UNNEST(GENERATE_ARRAY(1, {least})) AS n ORDER BY n, o.id LIMIT {rows}"
    pages = client.query(sql).result().pages
    sizes = [page.num_items for page in pages]
    check("rows over all pages", sum(sizes), rows)
    check("more than one page", len(sizes) > 1, True)
    print(f"    {rows} rows in {len(sizes)} pages, {time.monotonic() - started:.1f} s", flush=True)


def waiting(client):
    """A query that people decide on: the client waits for them by itself."""
    job = client.query(CUSTOMER)
    message = client.get_job(job.job_id)._properties["status"]["errors"][0]["message"]
    print("waits:", message.rsplit(" ", 1)[1], flush=True)
    row = next(iter(job.result(timeout=60)))
    check("an approved query's masked rows", (row.id, row.email.startswith("XXX")), (1, True))


def denied(client):
    """A query that people refuse: the client raises what they said."""
    job = client.query(CUSTOMER)
    message = client.get_job(job.job_id)._properties["status"]["errors"][0]["message"]
    page = message.rsplit(" ", 1)[1]
    print("waits:", page, flush=True)
    refused("a denied query", Forbidden, ["Not without a ticket", page, "countersign: denied"], lambda: job.result(timeout=60))


def over(client):
    """The run has ended: what its file is worth is nothing."""
    refused("a run that is over", Exception, ["run_revoked"], lambda: client.query("SELECT 1", job_retry=None).result())


def main():
    client = bigquery.Client()
    for name in sys.argv[1:]:
        part, _, rows = name.partition("=")
        globals()[part](client, **({"rows": int(rows)} if rows else {}))


if __name__ == "__main__":
    main()
