//! Whether an answer tells of groups alone, as an approver may want it.

use analysis::{Analysis, OutputColumn, Share, shares};

/// Why not every column of the answer is an aggregate or groups by what carries no tag; none
/// when each is.
pub(super) fn not_aggregates(sql: &str, analysis: &Analysis) -> Option<String> {
    let shares = shares(sql);
    let answer = analysis.answer();
    let (Some(shares), Some(answer)) = (shares, answer) else {
        return Some(
            "only aggregates are not told apart here: the query is not one SELECT whose columns \
             are all written out"
                .to_owned(),
        );
    };
    if shares.len() != answer.len() {
        return Some("the columns of the answer cannot be told apart".to_owned());
    }
    let whys: Vec<_> = shares.into_iter().zip(answer).filter_map(why).collect();
    (!whys.is_empty()).then(|| whys.join("; "))
}

fn why((share, column): (Share, &OutputColumn)) -> Option<String> {
    match share {
        Share::Aggregate => None,
        Share::Key if column.tags.is_empty() => None,
        Share::Key => Some(format!("`{}` groups by a tagged column", column.name)),
        Share::Row => Some(format!("`{}` carries values of single rows", column.name)),
    }
}

#[cfg(test)]
mod tests {
    use analysis::{Catalog, analyse};

    use super::*;

    fn why_not(sql: &str) -> Option<String> {
        let catalog: Catalog = serde_json::from_str(
            r#"{"default_project":"p","default_dataset":"d","tables":{"p.d.t":{"columns":[
                {"name":"country","type":"STRING"},
                {"name":"email","type":"STRING","tag":"pii.email"}]}}}"#,
        )
        .expect("a catalog");
        not_aggregates(sql, &analyse(sql, &catalog))
    }

    #[test]
    fn every_column_is_an_aggregate_or_an_untagged_key() {
        let groups = "SELECT country, COUNT(DISTINCT email) FROM d.t GROUP BY country";
        assert_eq!(why_not(groups), None);
        for (sql, column) in [
            ("SELECT country FROM d.t", "country"),
            ("SELECT email, COUNT(*) FROM d.t GROUP BY email", "email"),
            (
                "SELECT country, ANY_VALUE(email) AS e FROM d.t GROUP BY country",
                "e",
            ),
        ] {
            let why = why_not(sql).expect(sql);
            assert!(why.contains(&format!("`{column}`")), "{why}");
        }
        assert!(why_not("SELECT * FROM d.t").is_some());
    }
}
