//! Draws the artifact's canaries: customers who do not exist, made of what the artifact shows anyway.

use std::borrow::Cow;

use rand::{Rng as _, RngCore as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use shared::column::MAX_NUMBER;
use shared::number::Finite;
use shared::transform::ColumnStep;
use shared::{ModelParts, RawCell, RawRecord, Record};

/// How many are drawn.
const CANARIES: usize = 32;

/// Draws canaries from the clip bounds, imputed values and level lists of a model, never from rows.
pub fn draw(parts: &ModelParts) -> Vec<Record> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(parts.training.seed);
    (0..CANARIES).map(|_| draw_one(parts, &mut random)).collect()
}

fn draw_one(parts: &ModelParts, random: &mut Xoshiro256PlusPlus) -> Record {
    let columns = parts.schema.columns().iter().zip(parts.transform.steps());
    let fields = columns
        .map(|(column, step)| {
            let missing = column.optional && random.next_u64().is_multiple_of(8);
            let cell = match step {
                _ if missing => RawCell::Missing,
                ColumnStep::Number { impute, lower, upper, .. } => {
                    let reach = impute.get().abs() + 1.0;
                    let low = lower.map_or(impute.get() - reach, Finite::get);
                    let high = upper.map_or(impute.get() + reach, Finite::get);
                    let drawn = low + random.r#gen::<f64>() * (high - low);
                    let drawn = drawn.clamp(-MAX_NUMBER, MAX_NUMBER);
                    RawCell::Number(Finite::new(drawn).unwrap_or(*impute))
                }
                ColumnStep::Rank { .. } | ColumnStep::OneHot { .. } => {
                    let drawn = random.gen_range(0..column.kind.n_levels());
                    // "(other)" is no word of its own: it stands for any that the column does not know.
                    let word = column.kind.level(drawn).unwrap_or_default();
                    RawCell::Text(Cow::Owned(word.to_owned()))
                }
            };
            (Cow::Borrowed(column.name.as_str()), cell)
        })
        .collect();
    parts.schema.validate(&RawRecord::new(fields)).expect("it was drawn from the schema")
}
