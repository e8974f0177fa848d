//! What became of the rows of a file that was predicted.

use super::tables::{align_right, keep_whole, short_name, table, width_of};
use super::{manner, note, say};

/// A segment's customers.
pub(crate) struct SegmentCounts<'s> {
    /// Its id.
    pub(crate) id: u16,
    /// Its name.
    pub(crate) name: &'s str,
    /// How many there are.
    pub(crate) rows: u64,
    /// How many are as far from it as one in a hundred.
    pub(crate) far: u64,
}

/// Says on standard error what became of the rows: in a table, or in one note for scripts.
pub(crate) fn print_counts(put_aside: usize, segments: &[SegmentCounts]) {
    if manner().quiet {
        return;
    }
    let sum = |count: fn(&SegmentCounts) -> u64| segments.iter().map(count).sum::<u64>();
    let (rows, far) = (sum(|s| s.rows), sum(|s| s.far));
    let read = rows + put_aside as u64;
    let s = if read == 1 { "" } else { "s" };
    let text = format!(
        "{read} row{s} read: {rows} predicted, {put_aside} put aside; {far} unusually far from their segment \
         (p < 0.01)"
    );
    if manner().json {
        return note(&text);
    }
    let mut counts = table(&["id", "segment", "rows", "share", "p < 0.01"]);
    for segment in segments {
        let share = 100.0 * segment.rows as f64 / rows.max(1) as f64;
        counts.add_row([
            segment.id.to_string(),
            short_name(segment.name, 2 * width_of(&counts)),
            segment.rows.to_string(),
            format!("{share:.1} %"),
            segment.far.to_string(),
        ]);
    }
    align_right(&mut counts, &[0, 2, 3, 4]);
    keep_whole(&mut counts, &[0, 2, 3, 4]);
    say(format!("{text}\n{counts}"));
}
