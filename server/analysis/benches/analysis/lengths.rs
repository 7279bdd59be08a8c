//! Texts of growing length: time grows with the length, whatever the shape.

use analysis::{Catalog, analyse};

use crate::{
    measure::{median, time},
    parse,
};

/// Lengths, in KiB.
const LENGTHS: [usize; 5] = [12, 25, 50, 100, 200];
/// How often each text is timed.
const ROUNDS: usize = 7;

/// A way to write a long query: a piece that is repeated between a beginning and an end.
pub struct Shape {
    pub name: &'static str,
    before: &'static str,
    /// `{n}` stands for the number of the piece.
    piece: &'static str,
    between: &'static str,
    after: &'static str,
}

/// The shapes that are measured.
pub const SHAPES: &[Shape] = &[
    Shape {
        name: "select list",
        before: "SELECT ",
        piece: "CONCAT(ssn, '-', country) AS c{n}",
        between: ", ",
        after: " FROM customers",
    },
    Shape {
        name: "IN list",
        before: "SELECT name FROM customers WHERE id IN (",
        piece: "{n}",
        between: ", ",
        after: ")",
    },
    Shape {
        name: "WITH",
        before: "WITH ",
        piece: "expression_of_a_long_name_{n} AS (SELECT customers.id, customers.ssn, customers.email, \
                customers.country, customers.birth_date FROM customers WHERE customers.id = {n} \
                AND customers.country IN ('PL', 'DE', 'FR') ORDER BY customers.country LIMIT 10)",
        between: ", ",
        after: " SELECT 1",
    },
    Shape {
        name: "joins",
        before: "SELECT 1 FROM orders",
        piece: " JOIN (SELECT id FROM customers WHERE country = 'PL' OR country = 'DE') AS c{n} \
                ON c{n}.id = {n} AND orders.amount BETWEEN 10 AND 100000 AND orders.created_at > \
                TIMESTAMP '2025-01-01' AND orders.customer_id IS NOT NULL",
        between: "",
        after: "",
    },
    Shape {
        name: "unions",
        before: "",
        piece: "SELECT {n} AS number, ssn, email, country, card_number, CASE WHEN country = 'PL' \
                THEN 'home' WHEN country IN ('DE', 'CZ', 'SK') THEN 'near' ELSE 'far' END AS place, \
                CAST(id AS STRING) AS id, UPPER(name) AS name FROM customers WHERE id > {n}",
        between: " UNION ALL ",
        after: "",
    },
    Shape {
        name: "nesting",
        before: "SELECT ",
        piece: "((((((((((((((((((((SELECT MAX(ssn) FROM customers WHERE ((((((id = {n}))))))\
                ))))))))))))))))))))",
        between: ", ",
        after: "",
    },
    Shape {
        name: "one string",
        before: "SELECT name, '",
        piece: "All work and no play makes a dull boy, {n} times. ",
        between: "",
        after: "' AS text FROM customers",
    },
    Shape {
        name: "comments",
        before: "SELECT name ",
        piece: "-- line {n} of a long explanation\n/* and another one */ ",
        between: "",
        after: " FROM customers",
    },
];

impl Shape {
    /// A text of this shape, of about so many KiB.
    pub fn text(&self, kibibytes: usize) -> String {
        let mut text = self.before.to_owned();
        let mut number = 0_usize;
        while text.len() + self.after.len() + self.piece.len() < kibibytes * 1024 {
            if number > 0 {
                text.push_str(self.between);
            }
            text.push_str(&self.piece.replace("{n}", &number.to_string()));
            number += 1;
        }
        text.push_str(self.after);
        text
    }
}

/// Measures and prints every shape at every length.
pub fn table(catalog: &Catalog) {
    println!("\nµs per KiB: analyse (bare parse)");
    print!("{:<12}", "shape");
    for length in LENGTHS {
        print!(" {:>18}", format!("{length} KiB"));
    }
    println!();
    for shape in SHAPES {
        print!("{:<12}", shape.name);
        for length in LENGTHS {
            print!(" {:>18}", cell(&shape.text(length), catalog));
        }
        println!();
    }
    println!();
}

fn cell(text: &str, catalog: &Catalog) -> String {
    #[expect(clippy::cast_precision_loss, reason = "at most 200 KiB")]
    let kibibytes = text.len() as f64 / 1024.0;
    let parses: Vec<_> = (0..ROUNDS).map(|_| time(|| parse(text))).collect();
    let analyses: Vec<_> = (0..ROUNDS)
        .map(|_| time(|| analyse(text, catalog)))
        .collect();
    let refused = if analyse(text, catalog).understood {
        ""
    } else {
        " refused"
    };
    format!(
        "{:.1} ({:.1}){refused}",
        median(&analyses) / kibibytes,
        median(&parses) / kibibytes
    )
}
