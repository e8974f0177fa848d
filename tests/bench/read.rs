//! How long reading a large file takes, beside what the `csv` crate takes merely to split it.
//!
//! `make bench` runs it. The file is made once, in `target/bench/`.
#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use trainer::read::{Block, ReadOptions, Source};
use trainer::table::Table;
use trainer::unusable::Unusable;

const N_ROWS: usize = 1_000_000;
const N_COLUMNS: usize = 18;
const N_RUNS: usize = 5;

/// Reads a file to its end, and gives the number of cells and what holds them, to be dropped off the clock.
type Reader = fn(&Path) -> (usize, Option<Table>);

/// Asks this program, started again, for its own peak memory.
const TYPED: &str = "--typed";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, path] = arguments.as_slice()
        && flag == TYPED
    {
        return print_own_peak(path);
    }
    let path = table();
    let mib = fs::metadata(&path).expect("it was made").len() as f64 / f64::from(1 << 20);
    println!("{N_ROWS} rows x {N_COLUMNS} columns, {mib:.0} MiB, median of {N_RUNS} runs");
    let readers: [(&str, Reader); 3] =
        [("csv crate, split only", split), ("Source::fill", fill), ("Table::read, typed", typed)];
    let mut seconds = [const { Vec::new() }; 3];
    // In turns, so that a change of the machine's pace meets all alike.
    for _ in 0..N_RUNS {
        for ((_, read), seconds) in readers.iter().zip(&mut seconds) {
            let start = Instant::now();
            let (n_cells, table) = read(&path);
            seconds.push(start.elapsed().as_secs_f64());
            assert_eq!(n_cells, N_ROWS * N_COLUMNS);
            drop(table);
        }
    }
    let medians = seconds.map(|mut runs| {
        runs.sort_by(f64::total_cmp);
        runs[N_RUNS / 2]
    });
    for ((name, _), median) in readers.iter().zip(medians) {
        println!(
            "{name:26} {median:.3} s  {:5.0} MiB/s  {:.2}x",
            mib / median,
            median / medians[0]
        );
    }
    print_memory(&path);
}

/// The yardstick: every row into one reused record, no cell looked at.
fn split(path: &Path) -> (usize, Option<Table>) {
    let mut reader = csv::Reader::from_path(path).expect("it opens");
    let mut record = csv::ByteRecord::new();
    let mut n_cells = 0;
    while reader.read_byte_record(&mut record).expect("it is CSV") {
        n_cells += record.len();
    }
    (n_cells, None)
}

fn fill(path: &Path) -> (usize, Option<Table>) {
    let mut source = Source::open(path, &ReadOptions::default()).expect("it opens");
    let mut block = Block::new();
    let mut n_cells = 0;
    while source.fill(&mut block).expect("it is a table") {
        n_cells += block.rows().map(|row| row.n_cells()).sum::<usize>();
    }
    (n_cells, None)
}

/// As `trainer fit` and `trainer check` read: every cell a number, a word or missing, column by column.
fn typed(path: &Path) -> (usize, Option<Table>) {
    let table = Table::read(path, &ReadOptions::default(), &mut Unusable::default());
    let table = table.expect("it is a table");
    (table.n_rows() * table.header().len(), Some(table))
}

/// The most memory that a process of its own takes to read and type the file, beside what the prepared matrix
/// will take; where the system tells.
fn print_memory(path: &Path) {
    let program = std::env::current_exe().expect("this program has a name");
    let child = Command::new(program).arg(TYPED).arg(path).output().expect("it starts again");
    let Ok(peak) = String::from_utf8_lossy(&child.stdout).trim().parse::<f64>() else { return };
    let matrix = (N_ROWS * (N_COLUMNS - 1) * size_of::<f64>()) as f64 / f64::from(1 << 20);
    println!(
        "peak memory, read and typed  {peak:.0} MiB  {:.2}x the prepared matrix",
        peak / matrix
    );
}

/// What the child prints: its peak resident memory in MiB, as Linux counts it.
fn print_own_peak(path: &str) {
    assert_eq!(typed(Path::new(path)).0, N_ROWS * N_COLUMNS);
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<f64>().ok());
    if let Some(kib) = kib {
        println!("{}", kib / 1024.0);
    }
}

/// A table like those of shops: an id, amounts of two to six digits behind the point, counts, gaps.
fn table() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"));
    let folder = target.join("bench");
    let path = folder.join(format!("customers_{N_ROWS}x{N_COLUMNS}.csv"));
    if path.exists() {
        return path;
    }
    fs::create_dir_all(&folder).expect("a folder for the table");
    let whole = folder.join("unfinished.csv");
    write_table(&whole).expect("the table is written");
    fs::rename(&whole, &path).expect("the table gets its name");
    path
}

fn write_table(path: &Path) -> std::io::Result<()> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut file = BufWriter::new(File::create(path)?);
    write!(file, "customer_id")?;
    for column in 1..N_COLUMNS {
        write!(file, ",measure_{column}")?;
    }
    writeln!(file)?;
    for row in 0..N_ROWS {
        write!(file, "C{:07}", 10_000 + row)?;
        for column in 1..N_COLUMNS {
            let amount = random.r#gen::<f64>().powi(3) * 10_000.0;
            match column {
                _ if random.gen_ratio(1, 50) => write!(file, ",")?,
                1..=4 => write!(file, ",{}", random.gen_range(0..40))?,
                5..=8 => write!(file, ",{amount:.2}")?,
                9 => write!(file, ",{}", ["north", "south", "east"][random.gen_range(0..3)])?,
                _ => write!(file, ",{amount:.*}", random.gen_range(4..=6))?,
            }
        }
        writeln!(file)?;
    }
    file.flush()
}
