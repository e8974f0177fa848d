use super::*;

/// Written by pyarrow 22 with Snappy, in row groups of two: every flat type with a gap, and two NaN or empty.
const TYPED: &[u8] = include_bytes!("../../../../tests/data/files/typed.parquet");
/// Written by pyarrow 22: a column `id`, and a column `tags` of lists.
const NESTED: &[u8] = include_bytes!("../../../../tests/data/files/nested.parquet");

#[test]
fn every_flat_type_becomes_text() {
    let outcome = plain("f.parquet", TYPED);
    let expected = [
        ("id", ["1", "2", ""]),
        ("small", ["0.1", "", "3"]),
        ("amount", ["1e300", "", "2.5"]),
        ("name", ["Süd", "", ""]),
        ("vip", ["true", "false", ""]),
        ("since", ["2024-02-29", "", "1969-12-31"]),
        ("seen", ["2024-03-01", "2024-03-01T12:30:00.5", ""]),
        ("at", ["09:05:00", "", ""]),
        ("price", ["-0.05", "12.30", ""]),
        ("visits", ["4294967295", "0", ""]),
        ("region", ["n", "s", "n"]),
        ("half", ["1.5", "", "-2"]),
    ];
    let cells = outcome.cells();
    for (column, (name, values)) in expected.into_iter().enumerate() {
        assert_eq!(outcome.header[column], name);
        let read: Vec<&str> = cells.iter().map(|row| row[column]).collect();
        assert_eq!(read, values, "{name}");
    }
    assert_eq!((outcome.header.len(), outcome.lines()), (12, vec![1, 2, 3]));
    assert_eq!(outcome.announced, "Parquet");
}

#[test]
fn a_pipe_and_a_packed_file_are_read_too() {
    let expected = plain("f.parquet", TYPED);
    assert_eq!(piped(TYPED, &ReadOptions::default()).unwrap(), expected);
    assert_eq!(plain("f.parquet.gz", &gzip(TYPED)).rows, expected.rows);
}

#[test]
fn a_nested_column_is_refused_by_name() {
    let message = refused("f.parquet", NESTED);
    assert!(message.contains("the column `tags.list.element` is nested"), "{message}");
}

#[test]
fn the_bound_on_rows_holds() {
    let options = ReadOptions { max_rows: 2, ..ReadOptions::default() };
    assert!(read("f.parquet", TYPED, &options).unwrap_err().contains("line 3: more than 2 rows"));
}

#[test]
fn a_parquet_file_that_is_cut_short_is_an_error() {
    // What the file is stands at its end.
    let end = TYPED.len() - 200;
    for len in (4..end).step_by(7).chain(end..TYPED.len()) {
        let message = refused("f.parquet", &TYPED[..len]);
        assert!(message.contains("damaged or cut short"), "{len}: {message}");
    }
}

#[test]
fn a_damaged_byte_of_a_parquet_file_gives_an_error_or_rows() {
    for at in (4..TYPED.len()).step_by(5) {
        let mut damaged = TYPED.to_vec();
        damaged[at] ^= 0x55;
        let _ = read("f.parquet", &damaged, &ReadOptions::default());
    }
}
