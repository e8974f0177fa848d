//! Tables of customers whose groups are known, because they were drawn.

use std::f64::consts::TAU;
use std::fmt::Write as _;

use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Text of a table, and each row's group.
pub(crate) struct Drawn {
    pub(crate) csv: String,
    pub(crate) groups: Vec<usize>,
}

struct Random(Xoshiro256PlusPlus);

impl Random {
    fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    fn unit(&mut self) -> f64 {
        self.0.r#gen()
    }

    /// Box and Muller 1958.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (TAU * self.unit()).cos()
    }
}

/// `sizes[g]` rows of group g; `draw` gives the cells of one.
fn drawn(
    header: &str,
    sizes: &[usize],
    seed: u64,
    draw: impl Fn(usize, &mut Random) -> Vec<String>,
) -> Drawn {
    let mut random = Random::new(seed);
    let (mut csv, mut groups) = (format!("{header}\n"), Vec::new());
    for (group, &size) in sizes.iter().enumerate() {
        for _ in 0..size {
            writeln!(csv, "{}", draw(group, &mut random).join(",")).unwrap();
            groups.push(group);
        }
    }
    Drawn { csv, groups }
}

const FOUR: &str = "spend,visits,basket,returns";

/// Figures around 100 with a unit of 10.
fn cells(values: &[f64]) -> Vec<String> {
    values.iter().map(|value| format!("{:.3}", 100.0 + 10.0 * value)).collect()
}

fn around(centre: [f64; 4], random: &mut Random) -> Vec<String> {
    cells(&centre.map(|mean| mean + random.normal()))
}

/// Spherical groups of 150, whose centres are 8 or more standard deviations apart.
pub(crate) fn separated(n_groups: usize, seed: u64) -> Drawn {
    const CENTRES: [[f64; 4]; 5] = [
        [0.0, 0.0, 0.0, 0.0],
        [8.0, 6.0, -2.0, 3.0],
        [-3.0, 8.0, 6.0, -4.0],
        [7.0, -5.0, 8.0, 2.0],
        [-6.0, -4.0, 1.0, 9.0],
    ];
    drawn(FOUR, &vec![150; n_groups], seed, |group, random| around(CENTRES[group], random))
}

/// Three spherical groups of 250 whose centres are about 4.5 standard deviations apart: neighbours mix.
pub(crate) fn overlapping(seed: u64) -> Drawn {
    const CENTRES: [[f64; 4]; 3] =
        [[0.0, 0.0, 0.0, 0.0], [3.2, 3.2, 0.0, 0.0], [0.0, 3.2, 3.2, 0.0]];
    drawn(FOUR, &[250; 3], seed, |group, random| around(CENTRES[group], random))
}

/// Three groups, the sizes far apart.
pub(crate) fn unbalanced(sizes: [usize; 3], seed: u64) -> Drawn {
    const CENTRES: [[f64; 4]; 3] =
        [[0.0, 0.0, 0.0, 0.0], [6.0, 6.0, 4.0, 0.0], [-4.0, 7.0, -7.0, 5.0]];
    drawn(FOUR, &sizes, seed, |group, random| around(CENTRES[group], random))
}

/// Three parallel groups of 250, four times as long as wide.
pub(crate) fn elongated(seed: u64) -> Drawn {
    drawn(FOUR, &[250; 3], seed, |group, random| {
        let along = 4.0 * random.normal();
        let across = 12.0 * (group as f64 - 1.0);
        let mut centre = [along + across, along - across, 0.0, 0.0];
        if group == 1 {
            centre[2] = 12.0;
        }
        around(centre, random)
    })
}

/// One group: normal with correlated figures, or uniform.
pub(crate) fn noise(uniform: bool, seed: u64) -> Drawn {
    drawn(FOUR, &[300], seed, |_, random| {
        if uniform {
            return cells(&[(); 4].map(|()| 4.0 * random.unit()));
        }
        let common = random.normal();
        cells(&[1.0, 0.5, 0.0, -0.5].map(|share| share * common + random.normal()))
    })
}

/// Three groups of 200, which differ in two numbers and two columns of words.
pub(crate) fn mixed(seed: u64) -> Drawn {
    const CENTRES: [[f64; 2]; 3] = [[0.0, 0.0], [7.0, 0.0], [3.5, 7.0]];
    const CHANNELS: [&str; 3] = ["store", "web", "phone"];
    const PLANS: [&str; 3] = ["basic", "family", "business"];
    drawn("spend,visits,channel,plan", &[200; 3], seed, |group, random| {
        let mut row = cells(&CENTRES[group].map(|mean| mean + random.normal()));
        for words in [CHANNELS, PLANS] {
            let any = random.0.gen_range(0..3);
            let own = random.unit() < 0.9;
            row.push(words[if own { group } else { any }].to_owned());
        }
        row
    })
}

/// Three groups of 250: one buys in shops only, one online only, one both; amounts are lognormal.
pub(crate) fn zero_inflated(seed: u64) -> Drawn {
    drawn("shop_spend,online_spend,visits", &[250; 3], seed, |group, random| {
        let mut amount = |buys: bool| if buys { (4.0 + 0.4 * random.normal()).exp() } else { 0.0 };
        let (shop, online) = (amount(group != 1), amount(group != 0));
        let visits = 20.0 + 10.0 * group as f64 + 3.0 * random.normal();
        [shop, online, visits].map(|value| format!("{value:.2}")).to_vec()
    })
}
