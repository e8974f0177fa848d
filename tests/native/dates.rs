//! Dates from file to answer: whatever their spelling, they are the same days.
#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::fs;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use shared::date::Day;
use tests::{stderr_of, stdout_of, temporary, trainer};

/// Customers of two sorts: their newest day is 2012-09-30, and all days are in all months.
fn customers() -> Vec<(Day, f64)> {
    let newest = Day::parse("2012-09-30").unwrap();
    let one = |i: i32| {
        let (ago, spend) = if i % 2 == 0 { (i * 3 % 200, 20) } else { (900 + i * 7 % 300, 500) };
        (newest.before(ago).unwrap(), f64::from(spend + i % 17))
    };
    (0..200).map(one).collect()
}

/// A way to write a day.
type Spelling = (&'static str, fn(u32, u32, u32) -> String);

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const SPELLINGS: [Spelling; 7] = [
    ("iso", |y, m, d| format!("{y}-{m:02}-{d:02}")),
    ("dmy", |y, m, d| format!("{d}/{m:02}/{y}")),
    ("dmy with dots", |y, m, d| format!("{d:02}.{m:02}.{:02}", y % 100)),
    ("mdy", |y, m, d| format!("{m}/{d}/{y} 8:05 PM")),
    ("time and zone", |y, m, d| format!("{y}-{m:02}-{d:02}T23:30:00.25+02:00")),
    ("compact", |y, m, d| format!("{y}{m:02}{d:02}")),
    ("month's name", |y, m, d| format!("{d} {} {y}", MONTHS[m as usize - 1])),
];

fn spelt(day: Day, spelling: fn(u32, u32, u32) -> String) -> String {
    let text = day.to_string();
    let parts: Vec<u32> = text.split('-').map(|part| part.parse().unwrap()).collect();
    spelling(parts[0], parts[1], parts[2])
}

fn write_csv(path: &Path, rows: &[(Day, f64)], spelling: fn(u32, u32, u32) -> String) {
    let rows = rows.iter().map(|(day, spend)| format!("{},{spend}\n", spelt(*day, spelling)));
    fs::write(path, format!("joined,spend\n{}", rows.collect::<String>())).unwrap();
}

fn write_ndjson(path: &Path, rows: &[(Day, f64)]) {
    let row = |(day, spend): &(Day, f64)| format!("{{\"joined\":\"{day}\",\"spend\":{spend}}}\n");
    fs::write(path, rows.iter().map(row).collect::<String>()).unwrap();
}

fn write_xlsx(path: &Path, rows: &[(Day, f64)]) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let date = Format::new().set_num_format("dd/mm/yyyy");
    sheet.write_row(0, 0, ["joined", "spend"]).unwrap();
    for (row, (day, spend)) in (1..).zip(rows) {
        let day = ExcelDateTime::parse_from_str(&day.to_string()).unwrap();
        sheet.write_datetime_with_format(row, 0, &day, &date).unwrap();
        sheet.write_number(row, 1, *spend).unwrap();
    }
    book.save(path).unwrap();
}

/// Fits a file of `folder` and gives the model's place.
fn fit(folder: &Path, file: &str, more: &[&str]) -> PathBuf {
    let model = folder.join(format!("model of {file}"));
    let mut command = trainer();
    command.current_dir(folder).arg("fit").arg(file).arg("--out").arg(&model);
    stdout_of(command.args(["--segments", "2", "--max-segments", "2"]).args(more));
    model.join("model.postcard")
}

/// Segment and distance of each row of a file.
fn answers(folder: &Path, model: &Path, file: &str, more: &[&str]) -> Vec<(String, String)> {
    let mut command = trainer();
    command.current_dir(folder).arg("predict").arg(model).arg(file).args(more);
    let text = stdout_of(&mut command);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let (segment, distance) = (at("segment"), at("distance"));
    let answer = |row: csv::StringRecord| (row[segment].to_owned(), row[distance].to_owned());
    reader.records().map(|row| answer(row.unwrap())).collect()
}

#[test]
fn a_day_gives_the_same_answer_whatever_its_spelling() {
    let folder = temporary();
    let rows = customers();
    let newest = rows.iter().map(|(day, _)| *day).max().unwrap();
    let mut files = Vec::new();
    for (name, spelling) in SPELLINGS {
        let file = format!("{name}.csv");
        write_csv(&folder.path().join(&file), &rows, spelling);
        write_csv(&folder.path().join("one"), &[(newest.before(10).unwrap(), 30.0)], spelling);
        fs::rename(folder.path().join("one"), folder.path().join(format!("one {file}"))).unwrap();
        files.push(file);
    }
    let one = [(newest.before(10).unwrap(), 30.0)];
    write_ndjson(&folder.path().join("c.ndjson"), &rows);
    write_ndjson(&folder.path().join("one c.ndjson"), &one);
    write_xlsx(&folder.path().join("c.xlsx"), &rows);
    write_xlsx(&folder.path().join("one c.xlsx"), &one);
    files.extend(["c.ndjson".to_owned(), "c.xlsx".to_owned()]);
    let mut expected = None;
    for file in &files {
        let model = fit(folder.path(), file, &[]);
        let single = answers(folder.path(), &model, &format!("one {file}"), &[]);
        let found = (answers(folder.path(), &model, file, &[]), single);
        assert_eq!((found.0.len(), found.1.len()), (200, 1), "{file}");
        assert_eq!(*expected.get_or_insert_with(|| found.clone()), found, "{file}");
        let card = stdout_of(trainer().arg("inspect").arg(&model));
        assert!(card.contains("dates are counted back from 2012-09-30"), "{file}: {card}");
        // A model reads the days of JSON as it reads those of its own table.
        assert_eq!(found.0, answers(folder.path(), &model, "c.ndjson", &[]), "{file}");
    }
    let (all, one) = expected.unwrap();
    assert!(all.contains(&one[0]) || all.iter().any(|(segment, _)| *segment == one[0].0));
}

#[test]
fn the_order_of_rows_changes_no_byte_of_a_model_with_dates() {
    let folder = temporary();
    let mut rows = customers();
    write_csv(&folder.path().join("a.csv"), &rows, SPELLINGS[1].1);
    rows.reverse();
    rows.rotate_left(77);
    write_csv(&folder.path().join("b.csv"), &rows, SPELLINGS[1].1);
    let models = ["a.csv", "b.csv"].map(|file| fit(folder.path(), file, &[]));
    assert!(fs::read(&models[0]).unwrap() == fs::read(&models[1]).unwrap());
}

#[test]
fn a_later_day_to_count_from_shifts_every_date() {
    let folder = temporary();
    let rows = customers();
    write_csv(&folder.path().join("a.csv"), &rows, SPELLINGS[1].1);
    let later: Vec<_> =
        rows.iter().map(|(day, spend)| (day.before(-31).unwrap(), *spend)).collect();
    write_csv(&folder.path().join("later.csv"), &later, SPELLINGS[1].1);
    let model = fit(folder.path(), "a.csv", &[]);
    let as_of = ["--as-of", "2012-10-31"];
    let today = answers(folder.path(), &model, "a.csv", &[]);
    assert_eq!(today, answers(folder.path(), &model, "later.csv", &as_of));
    assert_ne!(today, answers(folder.path(), &model, "a.csv", &as_of));
    assert_eq!(today, answers(folder.path(), &model, "a.csv", &["--as-of", "2012-09-30"]));
    // Told so in training, the day is the model's own.
    let told = fit(folder.path(), "later.csv", &as_of);
    assert_eq!(today, answers(folder.path(), &told, "later.csv", &[]));
}

#[test]
fn decisions_that_were_written_down_give_the_same_model() {
    let folder = temporary();
    let rows = customers();
    for (name, spelling) in SPELLINGS {
        let file = format!("{name}.csv");
        write_csv(&folder.path().join(&file), &rows, spelling);
        let direct = fs::read(fit(folder.path(), &file, &[])).unwrap();
        let mut init = trainer();
        init.current_dir(folder.path()).arg("init").arg(&file).args(["--out", "w.toml", "--force"]);
        stdout_of(&mut init);
        let told = fs::read(fit(folder.path(), &file, &["--config", "w.toml"])).unwrap();
        assert!(direct == told, "{file}");
    }
}

#[test]
fn a_date_that_cannot_be_read_is_told_with_the_order_that_the_model_knows() {
    let folder = temporary();
    write_csv(&folder.path().join("a.csv"), &customers(), SPELLINGS[1].1);
    let model = fit(folder.path(), "a.csv", &[]);
    fs::write(folder.path().join("new.csv"), "joined,spend\n12/31/2012,5\n").unwrap();
    let mut command = trainer();
    command.current_dir(folder.path()).arg("predict").arg(&model).arg("new.csv");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    let said = stderr_of(&output);
    let expected = "`joined`, line 2: expected a date as day/month/year (or YYYY-MM-DD)";
    assert!(said.contains(expected), "{said}");
}
