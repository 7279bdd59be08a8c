//! Rows: whole, in order, and typed.

use anyhow::{Context as _, ensure};
use countersign::warehouse::{Parameter, Warehouse as _};
use serde_json::{Value, json};

use super::stage::{Stage, plain, query, with_parameters};

pub async fn pages(stage: &Stage) -> anyhow::Result<()> {
    let sql = "SELECT n FROM UNNEST(GENERATE_ARRAY(1, 25)) AS n ORDER BY n";
    let id = stage.run(query(sql)).await?;
    let (mut sizes, mut numbers) = (Vec::new(), Vec::new());
    let mut page = stage.first_rows(&id, 10).await?;
    loop {
        ensure!(page.total_rows == 25, "{} in all", page.total_rows);
        let rows = plain(&page)?;
        let rows = rows.as_array().context("no rows")?;
        sizes.push(rows.len());
        numbers.extend(rows.iter().filter_map(|row| row[0].as_i64()));
        let Some(next) = &page.next else {
            break;
        };
        page = stage.warehouse.rows(&id, next, 10).await?;
    }
    ensure!(sizes == [10, 10, 5], "{sizes:?}");
    ensure!(numbers == (1..=25).collect::<Vec<_>>(), "{numbers:?}");
    Ok(())
}

/// Each value as SQL writes it, its type, and as a client gets it.
const SCALARS: [(&str, &str, &str); 9] = [
    ("-9007199254740993", "INT64", r#""-9007199254740993""#),
    ("1.5", "FLOAT64", "1.5"),
    ("TRUE", "BOOL", "true"),
    ("'plain ü text'", "STRING", r#""plain ü text""#),
    ("b'abc'", "BYTES", r#""YWJj""#),
    ("DATE '2024-02-29'", "DATE", r#""2024-02-29""#),
    ("TIME '10:30:00'", "TIME", r#""10:30:00""#),
    (
        "DATETIME '2024-02-29 10:30:00'",
        "DATETIME",
        r#""2024-02-29T10:30:00""#,
    ),
    ("CAST(NULL AS STRING)", "STRING", "null"),
];

pub async fn scalars(stage: &Stage) -> anyhow::Result<()> {
    let columns: Vec<_> = SCALARS
        .iter()
        .enumerate()
        .map(|(position, (sql, _, _))| format!("{sql} AS c{position}"))
        .collect();
    let (page, rows) = stage
        .rows(query(&format!("SELECT {}", columns.join(", "))))
        .await?;
    for (position, (sql, data_type, value)) in SCALARS.iter().enumerate() {
        let column = &page.schema[position].data_type;
        ensure!(column == data_type, "{sql} is {column}");
        let expected: Value = serde_json::from_str(value)?;
        let given = &rows[0][position];
        ensure!(*given == expected, "{sql} comes as {given}");
    }
    Ok(())
}

pub async fn numerics(stage: &Stage) -> anyhow::Result<()> {
    let sql = "SELECT NUMERIC '123456789012345678.25' AS n";
    let (page, rows) = stage.rows(query(sql)).await?;
    ensure!(page.schema[0].data_type == "NUMERIC", "{:?}", page.schema);
    ensure!(rows == json!([["123456789012345678.25"]]), "{rows}");
    Ok(())
}

pub async fn nested(stage: &Stage) -> anyhow::Result<()> {
    let sql = "SELECT STRUCT('Ana' AS name, STRUCT(DATE '2024-02-01' AS since) AS member) AS person, \
               ['x', 'y'] AS labels, [STRUCT(1 AS id, 'a' AS code)] AS lines, \
               ARRAY<STRING>[] AS none";
    let (_, rows) = stage.rows(query(sql)).await?;
    let expected = json!([[
        {"name": "Ana", "member": {"since": "2024-02-01"}}, ["x", "y"], [{"id": 1, "code": "a"}], [],
    ]]);
    ensure!(rows == expected, "{rows}");
    Ok(())
}

pub async fn timestamps(stage: &Stage) -> anyhow::Result<()> {
    let sql = "SELECT TIMESTAMP '2025-01-01 00:21:36.316333+00' AS at";
    let (page, rows) = stage.rows(query(sql)).await?;
    ensure!(page.schema[0].data_type == "TIMESTAMP", "{:?}", page.schema);
    ensure!(rows == json!([["2025-01-01T00:21:36.316333Z"]]), "{rows}");
    Ok(())
}

pub async fn of_a_change(stage: &Stage) -> anyhow::Result<()> {
    let change = query("INSERT INTO shop.notes (id, body) VALUES (3, 'no rows')");
    let (page, rows) = stage.rows(change).await?;
    ensure!(page.total_rows == 0 && rows == json!([]), "{rows}");
    Ok(())
}

pub async fn named_parameters(stage: &Stage) -> anyhow::Result<()> {
    let sql = "SELECT @number + 1 AS n, @day AS d, @wanted IN UNNEST(@words) AS found, @nothing IS NULL AS none";
    let parameters = [
        ("number", "INT64", json!(41)),
        ("day", "DATE", json!("2024-02-29")),
        ("wanted", "STRING", json!("it's")),
        ("words", "ARRAY<STRING>", json!(["it's", "x"])),
        ("nothing", "STRING", Value::Null),
    ];
    let parameters =
        parameters.map(|(name, data_type, value)| parameter(Some(name), data_type, value));
    let (page, rows) = stage.rows(with_parameters(sql, parameters.into())).await?;
    let types: Vec<_> = page
        .schema
        .iter()
        .map(|column| column.data_type.as_str())
        .collect();
    ensure!(types == ["INT64", "DATE", "BOOL", "BOOL"], "{types:?}");
    ensure!(rows == json!([[42, "2024-02-29", true, true]]), "{rows}");
    Ok(())
}

pub async fn positional_parameters(stage: &Stage) -> anyhow::Result<()> {
    let parameters = vec![
        parameter(None, "INT64", json!(41)),
        parameter(None, "FLOAT64", json!(0.5)),
    ];
    let query = with_parameters("SELECT ? + 1 AS n, ? AS f", parameters);
    let (_, rows) = stage.rows(query).await?;
    ensure!(rows == json!([[42, 0.5]]), "{rows}");
    Ok(())
}

fn parameter(name: Option<&str>, data_type: &str, value: Value) -> Parameter {
    Parameter {
        name: name.map(str::to_owned),
        data_type: data_type.to_owned(),
        value,
    }
}
