"""Uses the sandbox through the real google-cloud-bigquery client and checks what comes back.

    python python_client.py http://127.0.0.1:9050 [ACCESS_TOKEN]

Exits with 1 and the reason when something is not as BigQuery would answer.
"""

import datetime
import sys

from google.api_core.exceptions import BadRequest, Conflict, NotFound
from google.cloud import bigquery
from google.oauth2.credentials import Credentials


def check(what, actual, expected):
    if actual != expected:
        sys.exit(f"{what}: expected {expected!r}, got {actual!r}")
    print(f"ok  {what}")


def refused(what, kind, fragment, call):
    try:
        call()
    except kind as error:
        if fragment not in str(error):
            sys.exit(f"{what}: expected {fragment!r} in {error}")
        print(f"ok  {what}")
        return
    sys.exit(f"{what}: was not refused")


def metadata(client):
    check("datasets", sorted(item.dataset_id for item in client.list_datasets()), ["scratch", "shop"])
    tables = {item.table_id: item.table_type for item in client.list_tables("shop")}
    check("a table", tables["orders"], "TABLE")
    check("a view", tables["customer_revenue"], "VIEW")
    customers = client.get_table("shop.customers")
    check("rows of a table", customers.num_rows, 5000)
    tag = next(field for field in customers.schema if field.name == "ssn").policy_tags.names[0]
    check("a policy tag", tag.rsplit("/", 1)[1], "pii.ssn")


def queries(client):
    rows = list(client.query("SELECT id, items, order_date FROM shop.orders ORDER BY id LIMIT 1").result())
    check("a date", rows[0].order_date, datetime.date(2024, 11, 10))
    check("nested rows", rows[0]["items"][0], {"sku": "SKU-0113", "qty": 3, "price": 56.25})
    event = next(iter(client.query("SELECT ts, device, payload FROM shop.events ORDER BY event_id LIMIT 1").result()))
    check("a timestamp", event.ts, datetime.datetime(2025, 1, 1, 0, 21, 36, 316333, datetime.timezone.utc))
    check("a struct", event.device["os"], "windows")
    check("JSON", event.payload["page"], "/cart")
    check("query_and_wait", next(iter(client.query_and_wait("SELECT COUNT(*) AS n FROM shop.orders"))).n, 120000)

    pages = client.query("SELECT id FROM shop.orders ORDER BY id").result(page_size=50000)
    sizes = [page.num_items for page in pages.pages]
    check("rows over all pages", sum(sizes), 120000)
    check("more than one page", len(sizes) > 1, True)

    listed = list(client.list_rows("shop.products", max_results=3))
    check("listed rows", [row.sku for row in listed], ["SKU-0001", "SKU-0002", "SKU-0003"])


def parameters(client):
    config = bigquery.QueryJobConfig(
        query_parameters=[
            bigquery.ScalarQueryParameter("least", "FLOAT64", 500.0),
            bigquery.ArrayQueryParameter("states", "STRING", ["shipped", "pending"]),
        ]
    )
    sql = "SELECT COUNT(*) AS n FROM shop.orders WHERE total >= @least AND status IN UNNEST(@states)"
    check("named parameters", next(iter(client.query(sql, job_config=config).result())).n > 0, True)


def jobs(client):
    dry = client.query(
        "SELECT email FROM `demo.shop.customers`",
        job_config=bigquery.QueryJobConfig(dry_run=True, use_query_cache=False),
    )
    check("bytes of a dry run", dry.total_bytes_processed > 100_000, True)
    check("statement type", dry.statement_type, "SELECT")
    check("referenced tables", [table.table_id for table in dry.referenced_tables], ["customers"])
    check("schema of a dry run", [field.name for field in dry.schema], ["email"])

    labelled = client.query("SELECT 1 AS one", job_config=bigquery.QueryJobConfig(labels={"run": "r1"}))
    labelled.result()
    check("labels", client.get_job(labelled.job_id).labels, {"run": "r1"})
    refused("a taken job id", Conflict, "Already Exists", lambda: client.query("SELECT 1", job_id=labelled.job_id, job_retry=None))

    written = client.query("INSERT INTO shop.notes (id, body) VALUES (900, 'x')")
    written.result()
    check("changed rows", written.num_dml_affected_rows, 1)
    client.query("DELETE FROM shop.notes WHERE id = 900").result()


def failures(client):
    refused("an unknown table", NotFound, "Table demo:shop.nowhere", lambda: client.query("SELECT 1 FROM shop.nowhere").result())
    refused("an unknown column", BadRequest, "Unrecognized name: nope at [1:8]", lambda: client.query("SELECT nope FROM shop.orders").result())
    refused("an unknown function", BadRequest, "Function not found: NOPE; at [1:8]", lambda: client.query("SELECT NOPE(1)").result())
    refused("a syntax error", BadRequest, "Syntax error", lambda: client.query("SELEC 1").result())


def main():
    address = sys.argv[1]
    token = sys.argv[2] if len(sys.argv) > 2 else "any"
    client = bigquery.Client(
        project="demo", credentials=Credentials(token=token), client_options={"api_endpoint": address}
    )
    for part in (metadata, queries, parameters, jobs, failures):
        part(client)


if __name__ == "__main__":
    main()
