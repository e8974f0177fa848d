//! Draws the artifact's canaries: customers who do not exist, made of what the artifact shows anyway.

use rand::{Rng as _, RngCore as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use shared::column::{MAX_NUMBER, means_missing};
use shared::number::Finite;
use shared::transform::ColumnStep;
use shared::{Column, ColumnKind, ModelParts, RawCell, Record, Schema};

/// How many are drawn.
const CANARIES: usize = 32;

/// Draws canaries from the bounds, imputed values and level lists of a model, never from rows.
pub fn draw(parts: &ModelParts) -> Vec<Record> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(parts.training.seed);
    (0..CANARIES).filter_map(|_| draw_one(parts, &mut random)).collect()
}

/// One canary; none where a column takes no value at all, which no customer can have either.
fn draw_one(parts: &ModelParts, random: &mut Xoshiro256PlusPlus) -> Option<Record> {
    let columns = parts.schema.columns().iter().zip(parts.transform.steps());
    let cells: Option<Vec<RawCell>> = columns
        .map(|(column, step)| {
            if column.optional && random.next_u64().is_multiple_of(8) {
                return Some(RawCell::Missing);
            }
            match step {
                ColumnStep::Number { impute, lower, upper, .. } => {
                    let reach = impute.get().abs() + 1.0;
                    let low = lower.map_or(impute.get() - reach, Finite::get);
                    let high = upper.map_or(impute.get() + reach, Finite::get);
                    figure(column, &parts.schema, low + random.r#gen::<f64>() * (high - low))
                }
                ColumnStep::Rank { .. } | ColumnStep::OneHot { .. } => {
                    // For words without order one more than there are: any that the column does not know.
                    let drawn = random.gen_range(0..column.kind.n_ids());
                    let told = |word: &str| means_missing(&column.missing, Some(word), None);
                    // "(other)" may be a word for "missing" too; those that the column knows are not.
                    let word = column.kind.level(drawn).filter(|word| !told(word));
                    word.or_else(|| column.kind.level(0)).map(|word| RawCell::Text(word.into()))
                }
            }
        })
        .collect();
    let canary = parts.schema.validate_cells(&cells?, None);
    Some(canary.expect("a canary has a value that each column takes"))
}

/// A number inside what the column takes, or the day so many days ago.
fn figure<'a>(column: &Column, schema: &Schema, drawn: f64) -> Option<RawCell<'a>> {
    if let (ColumnKind::Date { .. }, Some(as_of)) = (&column.kind, schema.as_of()) {
        #[expect(clippy::cast_possible_truncation, reason = "days are whole, and saturate")]
        return Some(RawCell::Day(as_of.before(drawn as i32).unwrap_or(as_of)));
    }
    let (lower, upper) = match column.kind {
        ColumnKind::Numeric { lower, upper } => (lower, upper),
        _ => (None, None),
    };
    let low = lower.map_or(-MAX_NUMBER, Finite::get);
    let high = upper.map_or(MAX_NUMBER, Finite::get);
    let drawn = drawn.max(low).min(high);
    // The draw may hit a number that means "missing" where something must be. Of one place more than there are
    // such numbers, one is free.
    let n_told = column.missing.len();
    let others = (0..=n_told).map(|i| low + (high - low) * (i as f64 / n_told as f64));
    let is_taken =
        |number: &Finite| column.optional || !means_missing(&column.missing, None, Some(*number));
    let free = std::iter::once(drawn).chain(others).filter_map(Finite::new).find(is_taken);
    free.map(RawCell::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(column: &Column, number: f64) -> Option<RawCell<'static>> {
        let schema = Schema::new(vec![column.clone()], None).unwrap();
        figure(column, &schema, number)
    }

    #[test]
    fn a_draw_that_means_missing_moves_to_a_number_that_does_not() {
        let bound = |number| Finite::new(number);
        let kind = ColumnKind::Numeric { lower: bound(0.0), upper: bound(4.0) };
        let missing = ["0", "2", "4"].map(str::to_owned).to_vec();
        let column = Column { missing, ..Column::new("visits", kind) };
        let is = |number| Finite::new(number).map(RawCell::Number);
        assert_eq!(drawn(&column, 3.5), is(3.5));
        assert_eq!(drawn(&column, 2.0), is(4.0 / 3.0));
        let only = ColumnKind::Numeric { lower: bound(0.0), upper: bound(0.0) };
        assert_eq!(drawn(&Column { kind: only, ..column.clone() }, 0.0), None);
        assert_eq!(drawn(&Column { optional: true, ..column }, 2.0), is(2.0));
    }
}
