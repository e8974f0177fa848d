//! Segments of real tables, named.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use expect_test::{Expect, expect};

use super::groups::groups;
use super::profile::{ProfileInput, SegmentProfile, profiles, unknown_ids};
use crate::dataset::Dataset;
use crate::infer::{Plan, understand};
use crate::kmeans::KMeansParams;
use crate::prepare::{self, ImputeOptions};
use crate::read::ReadOptions;
use crate::table::Table;
use crate::told::{SegmentTold, Told};
use crate::unusable::Unusable;

/// A table's customers in segments.
struct Fitted {
    plan: Plan,
    dataset: Dataset,
    transform: shared::Transform,
    x: ndarray::Array2<f64>,
    labels: Vec<u16>,
    ids: Vec<u16>,
}

fn fit(path: &Path, n_segments: usize, target: Option<&str>) -> Fitted {
    let mut unusable = Unusable::default();
    let table = Table::read(path, &ReadOptions::default(), &mut unusable).unwrap();
    let told = Told {
        min_level: 20,
        targets: target.map(str::to_owned).into_iter().collect(),
        ..Told::default()
    };
    let plan = understand(&table, &told).unwrap().plan.unwrap();
    let dataset = Dataset::build(&table, &plan, 0, &mut unusable);
    let transform = prepare::estimate(&dataset, &plan.schema, &ImputeOptions::default(), 20);
    let x = dataset.prepare(&transform);
    let params = KMeansParams::new(n_segments).restarts(8).check().unwrap();
    let labels = params.fit(x.view()).unwrap().labels;
    let ids = (0..n_segments).map(|id| u16::try_from(id).unwrap()).collect();
    Fitted { plan, dataset, transform, x, labels, ids }
}

impl Fitted {
    fn profiles(
        &self,
        told: &BTreeMap<u16, SegmentTold>,
        kept_names: &[Option<(String, String)>],
    ) -> Vec<SegmentProfile> {
        profiles(&ProfileInput {
            schema: &self.plan.schema,
            transform: &self.transform,
            dataset: &self.dataset,
            x: self.x.view(),
            labels: &self.labels,
            ids: &self.ids,
            jaccard: &[],
            silhouette: &[],
            min_customers: 20,
            told,
            kept_names,
        })
    }

    fn read(&self) -> String {
        let mut text = String::new();
        for profile in self.profiles(&BTreeMap::new(), &[]) {
            writeln!(text, "{}\n  {}", profile.name, profile.description).unwrap();
        }
        text
    }
}

/// The names and descriptions of a file's segments; of the reference data only where it lies beside the project.
fn reads(path: &str, n_segments: usize, target: Option<&str>, expected: &Expect) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = std::env::var_os("WEDGE_DATA").map(std::path::PathBuf::from);
    let data = data.unwrap_or_else(|| root.join("../../shared/data"));
    let is_ours = path.starts_with("samples");
    let path = if is_ours { root.join(path) } else { data.join(path) };
    if !is_ours && !path.exists() {
        println!("skipped: needs {} (set WEDGE_DATA to its folder)", path.display());
        return;
    }
    expected.assert_eq(&fit(&path, n_segments, target).read());
}

#[test]
fn buyers_are_named_by_how_often_how_much_and_how_lately_they_buy() {
    reads(
        "samples/cdnow_customers.csv",
        5,
        Some("future_spend"),
        &expect![[r#"
            Occasional large-basket buyers
              They buy 2.5 items at a time (all customers: 1.67), were last active 230 days ago (all: 209) and spend 41.3 (all: 36.1). The segment holds 28 % of all customers.
            Frequent high-spending buyers
              They buy 3 times (all customers: 1), spend 145 (all: 36.1) and buy 2.67 items at a time (all: 1.67). The segment holds 19 % of all customers.
            New low-spending buyers
              They spend 14.4 (all customers: 36.1), buy 1 items at a time (all: 1.67) and have been customers for 208 days (all: 229). The segment holds 19 % of all customers.
            Frequent small-basket buyers
              They buy 2 times (all customers: 1), buy 1.33 items at a time (all: 1.67) and spend 47.7 (all: 36.1). The segment holds 17 % of all customers.
            Lapsed low-spending customers
              They spend 14.8 (all customers: 36.1), buy 1 items at a time (all: 1.67) and were last active 248 days ago (all: 209). The segment holds 17 % of all customers.
        "#]],
    );
}

#[test]
fn card_holders_are_named_by_what_they_use_their_cards_for() {
    reads(
        "credit_card.csv",
        5,
        None,
        &expect![[r#"
            Occasional low-spending cash-advance users
              They have a balance of 1610 (all customers: 873). 19 % spend anything (all customers: 77 %), 4 % buy in instalments (all: 56 %) and 99 % take cash advances (all: 48 %); the segment holds 26 % of all customers.
            Frequent high-spending one-off buyers
              They have a one-off purchases frequency of 0.583 (all customers: 0.0833), buy 26 times (all: 7) and have instalment purchases of 494 (all: 89). 10 % take cash advances (all customers: 48 %) and 46 % pay in full at times (all: 34 %); the segment holds 20 % of all customers.
            Instalment buyers with low balances, paying in full
              They have a purchases instalment frequency of 0.833 (all customers: 0.167), have a balance of 87.9 (all: 873) and buy 12 times (all: 7). 7 % take cash advances (all customers: 48 %), 16 % make one-off purchases (all: 52 %) and 59 % pay in full at times (all: 34 %); the segment holds 20 % of all customers.
            Seldom-active low-balance buyers
              They have a balance frequency of 0.571 (all customers: 1), have a balance of 69.9 (all: 873) and pay 376 (all: 857). 36 % buy in instalments (all customers: 56 %) and 20 % take cash advances (all: 48 %); the segment holds 18 % of all customers.
            High-spending cash-advance users with high balances
              They have a balance of 2560 (all customers: 873), spend 884 (all: 361) and have one-off purchases of 448 (all: 38). 99 % take cash advances (all customers: 48 %) and 21 % pay in full at times (all: 34 %); the segment holds 15 % of all customers.
        "#]],
    );
}

#[test]
fn people_are_named_by_what_is_not_protected() {
    reads(
        "janatahack_train.csv",
        5,
        Some("Segmentation"),
        &expect![[r#"
            Graduates with high spending scores
              They are 50 years old (all customers: 40). 100 % are male (all customers: 55 %), 99 % are married (all: 59 %) and 100 % are graduated (all: 62 %); the segment holds 24 % of all customers.
            Graduates with small families and low spending scores
              They live in families of 1 (all customers: 3) and are 37 years old (all: 40). 100 % are not married (all customers: 41 %), 100 % have spending score Low (all: 60 %) and 89 % are graduated (all: 62 %); the segment holds 21 % of all customers.
            Non-graduates in healthcare with large families
              They are 25 years old (all customers: 40) and live in families of 4 (all: 3). 98 % are not married (all customers: 41 %), 88 % are not graduated (all: 38 %) and 55 % are in healthcare (all: 17 %); the segment holds 20 % of all customers.
            Graduates working as artists with high spending scores
              They are 49 years old (all customers: 40). 100 % are female (all customers: 45 %), 99 % are married (all: 59 %) and 100 % are graduated (all: 62 %); the segment holds 17 % of all customers.
            Non-graduates with high spending scores
              They are 49 years old (all customers: 40). 100 % are not graduated (all customers: 38 %), 99 % are married (all: 59 %) and 30 % have spending score High (all: 15 %); the segment holds 17 % of all customers.
        "#]],
    );
}

/// Customers who are sure to be two segments: those who come often, and old ones who seldom come.
fn shop() -> Fitted {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.csv");
    let mut text = "Age,visits,spend,refunds,Gender\n".to_owned();
    for row in 0..120 {
        let (age, visits, spend) = if row < 80 {
            (20 + row * 7 % 40, 30 + row % 7, 900 + row)
        } else {
            (50 + row % 9, 1 + row % 4, row)
        };
        // Ten of the seldom ones gave something back.
        let refunds = if row % 4 == 0 { 1 + row % 3 } else { 0 };
        writeln!(text, "{age},{visits},{spend},{refunds},{}", ["F", "M", "M"][row % 3]).unwrap();
    }
    std::fs::write(&path, text).unwrap();
    fit(&path, 2, None)
}

#[test]
fn a_name_holds_no_protected_attribute_and_a_description_may() {
    for profile in shop().profiles(&BTreeMap::new(), &[]) {
        let name = profile.name.to_lowercase();
        assert!(!["old", "young", "age"].iter().any(|word| name.contains(word)), "{name}");
        assert!(profile.description.contains("years old"), "{}", profile.description);
        assert!(profile.traits.iter().any(|told| told.column == "Age"));
    }
}

#[test]
fn told_words_beat_kept_ones_and_kept_names_beat_made_ones() {
    let shop = shop();
    let made = shop.profiles(&BTreeMap::new(), &[]);
    let kept = vec![Some(("Old name".to_owned(), "Old words.".to_owned())), None];
    let kept_only = shop.profiles(&BTreeMap::new(), &kept);
    assert_eq!(kept_only[0].name, "Old name");
    assert_eq!(kept_only[0].description, made[0].description);
    assert_eq!(kept_only[1].name, made[1].name);
    let said = SegmentTold { name: Some("Regulars".into()), description: Some("Ours.".into()) };
    let told = BTreeMap::from([(0, said)]);
    let both = shop.profiles(&told, &kept);
    assert_eq!((both[0].name.as_str(), both[0].description.as_str()), ("Regulars", "Ours."));
}

#[test]
fn a_made_name_is_no_name_that_was_given() {
    let shop = shop();
    let made = shop.profiles(&BTreeMap::new(), &[]);
    let said = SegmentTold { name: Some(made[1].name.clone()), description: None };
    let again = shop.profiles(&BTreeMap::from([(0, said)]), &[]);
    assert_eq!(again[0].name, made[1].name);
    assert_ne!(again[1].name, made[1].name);
}

#[test]
fn an_id_that_no_segment_has_is_named_with_those_there_are() {
    let told = BTreeMap::from([(1, SegmentTold::default()), (7, SegmentTold::default())]);
    assert_eq!(
        unknown_ids(&told, &[4, 1]).unwrap(),
        "no segment has the id 7, of which the configuration tells: there are 1, 4"
    );
    assert_eq!(unknown_ids(&told, &[7, 1, 2]), None);
}

#[test]
fn no_figure_is_of_fewer_than_twenty_customers() {
    let shop = shop();
    let profiles = shop.profiles(&BTreeMap::new(), &[]);
    let few = profiles.iter().find(|profile| profile.size == 40).unwrap();
    // Ten of them gave something back, and fourteen at most are women.
    for told in &few.traits {
        assert!(told.column != "refunds" || told.segment == 0.0, "{told:?}");
        assert!(told.level.as_deref() != Some("F"), "{told:?}");
    }
}

#[test]
fn the_mix_of_a_group_sums_to_one_and_small_groups_stand_together() {
    let shop = shop();
    let of = |min: usize| groups(&shop.plan.schema, &shop.dataset, &shop.labels, 2, min);
    let mixes = of(20);
    let names = |mix: &super::profile::GroupMix| {
        mix.groups.iter().map(|group| group.name.clone()).collect::<Vec<_>>()
    };
    // Ten are under 25, which are too few to be told of,
    assert_eq!(mixes[0].attribute, "age");
    assert_eq!(names(&mixes[0]), ["25 to 34", "35 to 44", "45 to 54", "55 to 64"]);
    // but not together with others who are too few.
    assert_eq!(names(&of(25)[0]), ["45 to 54", "55 to 64", "(other)"]);
    assert_eq!((mixes[1].attribute, names(&mixes[1])), ("gender", vec!["F".into(), "M".into()]));
    for group in mixes.iter().flat_map(|mix| &mix.groups) {
        let told: Vec<f64> =
            group.shares.iter().copied().filter(|share| share.is_finite()).collect();
        assert!(told.is_empty() || (told.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{group:?}");
        assert!(group.size >= 20);
    }
    // Women are 40 and men 80: of one group alone nothing is told.
    assert_eq!(of(41).iter().filter(|mix| mix.column == "Gender").count(), 0);
}
