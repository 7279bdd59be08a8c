//! One stylesheet out of several: `@import "name.css";` lines are replaced by what they name,
//! so that the browser asks once.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// How deep files may import files.
const DEPTH: usize = 8;

/// The stylesheet with everything it imports in its place.
pub fn inline(file: &Path) -> Result<String> {
    inline_at(file, DEPTH)
}

fn inline_at(file: &Path, depth: usize) -> Result<String> {
    ensure!(
        depth > 0,
        "{} imports itself, or files import files too deeply",
        file.display()
    );
    let text =
        fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    let mut whole = String::with_capacity(text.len());
    for line in text.lines() {
        match imported(line) {
            Some(name) => whole += &inline_at(&file.with_file_name(name), depth - 1)?,
            None => whole += line,
        }
        whole.push('\n');
    }
    Ok(whole)
}

/// The file that an import line names; layers and media queries stay the browser's business.
fn imported(line: &str) -> Option<&str> {
    let name = line
        .trim()
        .strip_prefix("@import")?
        .trim()
        .strip_suffix(';')?
        .trim();
    let name = name
        .strip_prefix("url(")
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or(name);
    let quote = name
        .chars()
        .next()
        .filter(|first| ['"', '\''].contains(first))?;
    name.strip_prefix(quote)?.strip_suffix(quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_recognised_as_people_write_them() {
        assert_eq!(imported("@import \"tokens.css\";"), Some("tokens.css"));
        assert_eq!(
            imported("  @import url('parts/table.css') ;"),
            Some("parts/table.css")
        );
        assert_eq!(imported("@import \"print.css\" print;"), None);
        assert_eq!(imported("a { color: red; }"), None);
    }

    #[test]
    fn imported_files_take_the_place_of_the_line() {
        let folder = std::env::temp_dir().join(format!("countersign-style-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("main.css"), "@import \"first.css\";\nb {}\n").unwrap();
        fs::write(folder.join("first.css"), "a {}\n").unwrap();
        fs::write(folder.join("round.css"), "@import \"round.css\";\n").unwrap();

        assert_eq!(inline(&folder.join("main.css")).unwrap(), "a {}\n\nb {}\n");
        assert!(inline(&folder.join("round.css")).is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
