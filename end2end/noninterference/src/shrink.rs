//! A shorter query that shows the same.

/// Leaves out words for as long as `still` holds of what remains.
pub fn shrink(sql: &str, mut still: impl FnMut(&str) -> bool) -> String {
    let mut words: Vec<&str> = sql.split_inclusive([' ', '(', ')', ',']).collect();
    let mut size = words.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < words.len() {
            let end = (at + size).min(words.len());
            let shorter: Vec<&str> = words[..at].iter().chain(&words[end..]).copied().collect();
            if still(&shorter.concat()) {
                words = shorter;
            } else {
                at += 1;
            }
        }
        size /= 2;
    }
    words.concat()
}

#[cfg(test)]
mod tests {
    use super::shrink;

    #[test]
    fn what_matters_stays() {
        let short = shrink("SELECT a, b, f(c) FROM t WHERE x", |sql| sql.contains("f("));
        assert_eq!(short, "f(");
    }
}
