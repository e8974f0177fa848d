use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};

use super::*;

/// Two sheets: the first is empty, the second begins in B3, as exports with a margin do.
fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Notes").unwrap();
    let sheet = book.add_worksheet().set_name("Kunden").unwrap();
    for (column, name) in ["id", "amount", "since", "vip", "region"].into_iter().enumerate() {
        sheet.write(2, u16::try_from(column).unwrap() + 1, name).unwrap();
    }
    let date = CellFormat::new().set_num_format("yyyy-mm-dd");
    let day = ExcelDateTime::from_ymd(2024, 2, 29).unwrap();
    let noon = ExcelDateTime::from_ymd(2024, 3, 1).unwrap().and_hms(12, 30, 0).unwrap();
    sheet.write(3, 1, 1001).unwrap();
    sheet.write(3, 2, 0.1 + 0.2).unwrap();
    sheet.write_with_format(3, 3, &day, &date).unwrap();
    sheet.write(3, 4, true).unwrap();
    sheet.write(3, 5, "Süd").unwrap();
    sheet.write(5, 1, 1002).unwrap();
    sheet.write_with_format(5, 3, &noon, &date).unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn the_sheet_with_cells_is_read() {
    let outcome = plain("f.xlsx", &workbook());
    assert_eq!(outcome.header, ["id", "amount", "since", "vip", "region"]);
    let expected = [
        ["1001", "0.30000000000000004", "2024-02-29", "true", "Süd"],
        ["1002", "", "2024-03-01T12:30:00", "", ""],
    ];
    assert_eq!(outcome.cells(), expected);
    assert_eq!(outcome.lines(), [4, 6]);
    assert_eq!(outcome.announced, "Excel, sheet `Kunden`");
    let from_pipe = piped(std::io::Cursor::new(workbook()), &ReadOptions::default()).unwrap();
    assert_eq!(from_pipe, outcome);
}

#[test]
fn a_sheet_is_chosen_by_name() {
    let choose = |name: &str| ReadOptions { sheet: Some(name.into()), ..ReadOptions::default() };
    assert_eq!(read("f.xlsx", &workbook(), &choose("Kunden")).unwrap().rows.len(), 2);
    let message = read("f.xlsx", &workbook(), &choose("Orders")).unwrap_err();
    assert!(message.contains("there is no sheet `Orders`"), "{message}");
    assert!(message.contains("the sheets are: `Notes`, `Kunden`"), "{message}");
    assert!(read("f.xlsx", &workbook(), &choose("Notes")).unwrap_err().contains("is empty"));
}

#[test]
fn a_sheet_may_have_no_header() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, 1).unwrap();
    sheet.write(1, 0, 2).unwrap();
    sheet.write(1, 2, "x").unwrap();
    let content = book.save_to_buffer().unwrap();
    assert!(refused("f.xlsx", &content).contains("--no-header"));
    let options = ReadOptions { header: false, ..ReadOptions::default() };
    let outcome = read("f.xlsx", &content, &options).unwrap();
    assert_eq!(outcome.header, ["column_1", "column_2", "column_3"]);
    assert_eq!(outcome.cells(), [["1", "", ""], ["2", "", "x"]]);
}

#[test]
fn a_workbook_that_is_cut_short_is_an_error() {
    let content = workbook();
    for len in (5..content.len()).step_by(7) {
        assert!(read("f.xlsx", &content[..len], &ReadOptions::default()).is_err());
    }
}

#[test]
fn a_damaged_byte_of_a_workbook_gives_an_error_or_rows() {
    let content = workbook();
    for at in (4..content.len()).step_by(11) {
        let mut damaged = content.clone();
        damaged[at] ^= 0x41;
        let _ = read("f.xlsx", &damaged, &ReadOptions::default());
    }
}

#[test]
fn other_zip_files_and_bombs_are_refused() {
    let pack = |name: &str, zeros: usize| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("xl/workbook.xml", options).unwrap();
        zip.start_file(name, options.compression_level(Some(1))).unwrap();
        for _ in 0..zeros {
            zip.write_all(&vec![b' '; 1 << 20]).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let bomb = pack("xl/sharedStrings.xml", 257);
    assert!(bomb.len() < 4 << 20);
    assert!(refused("f.xlsx", &bomb).contains("too large"));
    assert!(refused("f.xlsx", &pack("x", 0)).contains("damaged"));
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("table.csv", zip::write::SimpleFileOptions::default()).unwrap();
    let other = zip.finish().unwrap().into_inner();
    assert!(refused("f.zip", &other).contains("no Excel workbook"));
}

#[test]
fn the_largest_sheet_is_the_table_and_the_others_are_named() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Data Dict").unwrap();
    sheet.write_row(0, 0, ["field", "meaning"]).unwrap();
    let sheet = book.add_worksheet().set_name("E Comm").unwrap();
    sheet.write_row(0, 0, ["id", "visits"]).unwrap();
    sheet.write_row(1, 0, [7, 3]).unwrap();
    let book = book.save_to_buffer().unwrap();
    let outcome = plain("f.xlsx", &book);
    assert_eq!(outcome.header, ["id", "visits"]);
    assert_eq!(outcome.announced, "Excel, sheet `E Comm` (also: `Data Dict`)");
}
