use super::*;

fn side(shares: &[f64], rows: u32, least: u32) -> Side {
    let largest = shares.iter().position(|s| *s == shares.iter().copied().fold(0.0, f64::max));
    Side {
        rows,
        shares: shares.into(),
        largest: largest.unwrap(),
        allowance: f64::from(least) / f64::from(rows),
    }
}

#[test]
fn as_many_as_training_may_have_had_of_a_hidden_bin_are_no_difference() {
    let side = side(&[0.5, 0.5, 0.0], 1000, 20);
    assert_eq!(side.allowed(&[500, 490, 10]), [510.0, 490.0, 0.0]);
    assert_eq!(side.allowed(&[400, 500, 100]), [420.0, 500.0, 80.0]);
}

#[test]
fn the_same_shares_are_no_drift_and_a_new_kind_of_customer_is() {
    let side = side(&[0.5, 0.5, 0.0], 1000, 20);
    let p = |counts: &[u32]| Chance::simulate(&side, counts, 2, 0.01, (0, 0)).p;
    assert!(p(&[250, 250, 0]).iter().all(|p| *p > 0.9));
    assert!(p(&[245, 247, 8]).iter().all(|p| *p > 0.3));
    assert!(p(&[215, 225, 60]).iter().all(|p| *p < 0.001));
}

#[test]
fn drift_can_be_called_however_many_columns_it_is_sought_in() {
    let side = side(&[0.5, 0.5, 0.0], 1000, 20);
    for (n_comparisons, alpha) in [(400, 0.01), (20, 0.001)] {
        let p = Chance::simulate(&side, &[100, 100, 300], n_comparisons, alpha, (0, 0)).p;
        assert!(p.iter().all(|p| p * n_comparisons as f64 <= alpha), "{n_comparisons}: {p:?}");
    }
}

/// What makes a p-value one: under no change it is at most 5 % in about 5 % of all samples.
#[test]
fn p_values_are_uniform_where_there_is_no_drift() {
    use crate::random::{Purpose, Stream};
    let side = side(&[0.1, 0.2, 0.3, 0.4], 400, 20);
    let mut stream = Stream::new(3, Purpose::Resample, 0);
    let sample = |stream: &mut Stream, n: usize| {
        let mut counts = [0_u32; 4];
        for _ in 0..n {
            let u = stream.unit();
            counts[[0.1, 0.3, 0.6, 1.0].iter().position(|&end| u < end).unwrap()] += 1;
        }
        counts
    };
    let n_low = (0..300)
        .filter(|&i| {
            let trained = sample(&mut stream, 400);
            let shares = trained.map(|count| f64::from(count) / 400.0);
            let estimated = Side { shares: shares.into(), ..self::side(&side.shares, 400, 20) };
            let counts = sample(&mut stream, 250);
            Chance::simulate(&estimated, &counts, 1, 0.9, (0, i)).p[0] <= 0.05
        })
        .count();
    assert!((5..=27).contains(&n_low), "{n_low} of 300");
}

#[test]
fn verdicts_need_both_certainty_and_size() {
    assert_eq!(Verdict::of(0.02, 9.0, 0.01), Verdict::NoDrift);
    assert_eq!(Verdict::of(0.001, 0.005, 0.01), Verdict::Negligible);
    assert_eq!(Verdict::of(0.01, 0.05, 0.01), Verdict::Small);
    assert_eq!(Verdict::of(0.001, 0.1, 0.01), Verdict::Moderate);
    assert_eq!(Verdict::of(0.001, 0.25, 0.01), Verdict::Large);
    assert!(!Verdict::Negligible.is_drift() && Verdict::Small.is_drift());
}

#[test]
fn figures_of_few_customers_are_not_given() {
    assert_eq!(shown_share(0, 100), Some(0.0));
    assert_eq!(shown_share(19, 100), None);
    assert_eq!(shown_share(20, 100), Some(0.2));
}

#[test]
fn the_largest_shift_is_named() {
    use shared::ColumnKind;
    use shared::number::Finite;
    let cut = |x| Finite::new(x).unwrap();
    let bins = Bins { cuts: vec![cut(10.0), cut(300.0)], shares: vec![3000, 4900, 2100, 0] };
    let shift = largest_shift(&ColumnKind::ANY_NUMBER, &bins, &[50, 70, 80, 0], 200).unwrap();
    assert_eq!(shift.said(), "over 300: 40 %, not 21 %");
    let gone = largest_shift(&ColumnKind::ANY_NUMBER, &bins, &[60, 38, 2, 100], 200).unwrap();
    assert_eq!(gone.said(), "missing: 50 %, not 0 %");
    let kind = ColumnKind::YesNo { no: "No".into(), yes: "Yes".into() };
    let bins = Bins { cuts: vec![], shares: vec![9000, 1000, 0] };
    let shift = largest_shift(&kind, &bins, &[185, 15, 0], 200).unwrap();
    assert_eq!((shift.of.as_str(), shift.now), ("No", Some(0.925)));
    let same = largest_shift(&kind, &bins, &[180, 20, 0], 200);
    assert_eq!(same, None);
}
