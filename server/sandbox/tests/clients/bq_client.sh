#!/usr/bin/env bash
# Uses the sandbox through the real `bq` and checks what it prints.
#
#   bq_client.sh http://127.0.0.1:9050 ACCESS_TOKEN
#
# `bq` is part of the Google Cloud CLI (Debian package google-cloud-cli, from Google's own archive).
set -euo pipefail

address=$1 token=$2
command -v bq >/dev/null || { echo "bq is not installed" >&2; exit 1; }
HOME=$(mktemp -d)
export HOME CLOUDSDK_CORE_DISABLE_PROMPTS=1
trap 'rm -rf "$HOME"' EXIT

# expect WHAT FRAGMENT ARGUMENTS...: the output, of success or failure, contains the fragment.
expect() {
  local what=$1 fragment=$2 output
  shift 2
  output=$(bq --api "$address" --project_id demo --oauth_access_token="$token" "$@" 2>&1 | tr -s ' \n' ' ' || true)
  case $output in
    *"$fragment"*) echo "ok  $what" ;;
    *) echo "$what: expected '$fragment' in: $output" >&2; exit 1 ;;
  esac
}

expect "datasets" "scratch shop" ls
expect "tables" "customer_revenue VIEW" ls demo:shop
expect "a schema" "|- ssn: string" show shop.customers
expect "a query" "| US | 1537 |" query --use_legacy_sql=false \
  'SELECT country, COUNT(*) AS n FROM shop.customers GROUP BY country ORDER BY n DESC LIMIT 1'
expect "a parameter" "| 254 |" query --use_legacy_sql=false --parameter=x:INT64:5 \
  'SELECT customer_id FROM shop.orders WHERE id = @x'
expect "a dry run" "will process 960000 bytes" query --use_legacy_sql=false --dry_run 'SELECT id FROM shop.orders'
expect "a cap" "10485760 or higher required" query --use_legacy_sql=false --maximum_bytes_billed=5 \
  'SELECT id FROM shop.orders'
expect "legacy SQL" "GoogleSQL only" query 'SELECT 1'
expect "an unknown column" "Unrecognized name: nope at [1:8]" query --use_legacy_sql=false 'SELECT nope FROM shop.orders'
expect "rows of a table" "| SKU-0001 |" head -n 1 shop.products
expect "a list of jobs" "SUCCESS" ls -j
