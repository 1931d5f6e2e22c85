//! Tables of words that are compiled in: comment lines, a line of column names, rows.
//!
//! Tests see to it that they are well-formed. Lists that people give are read by
//! `gazetteer::compile::list`, which says what is wrong with them.

/// The first `N` columns of the rows; a column that a row lacks is empty.
pub(crate) fn rows<const N: usize>(table: &str) -> impl Iterator<Item = [&str; N]> {
    let rows = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).skip(1);
    rows.map(|row| {
        let mut fields = row.split('\t');
        std::array::from_fn(|_| fields.next().unwrap_or(""))
    })
}

/// The words of a table whose rows are a class and its words, separated by blanks.
pub(crate) fn classes(table: &str) -> impl Iterator<Item = (&str, &str)> {
    rows(table).flat_map(|[class, words]| words.split(' ').map(move |word| (class, word)))
}
