//! A customer's orders give the answer of the row that `trainer rfm` makes of them, to the byte.

#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::collections::BTreeMap;
use std::fs;

use edge::customer::{Customer, UnknownFields};
use shared::Artifact;
use tests::{root, sample};

/// A table's rows as maps from its header.
fn rows(name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(sample(name)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn every_customers_orders_give_the_reply_of_their_row() {
    let artifact = fs::read(root().join("edge/model.postcard")).unwrap();
    let artifact = Artifact::decode(&artifact).unwrap();
    let reply = |body: &str| {
        let customer = Customer::read(&artifact, UnknownFields::Reject, body.as_bytes()).unwrap();
        artifact.recommend(&customer.record).to_json()
    };
    let mut orders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows("cdnow_transactions.csv") {
        let (date, quantity, amount) = (&row["date"], &row["quantity"], &row["amount"]);
        orders.entry(row["customer_id"].clone()).or_default().push(format!(
            "{{\"amount\":{amount},\"date\":\"{date}\",\"quantity\":{quantity},\"shop\":\"north\"}}"
        ));
    }
    let customers = rows("cdnow_customers.csv");
    assert!(customers.len() > 2000);
    for mut row in customers {
        let orders = orders.get_mut(&row.remove("customer_id").unwrap()).unwrap();
        row.remove("future_spend");
        let fields: Vec<_> = row.iter().map(|(name, cell)| format!("\"{name}\":{cell}")).collect();
        let expected = reply(&format!("{{{}}}", fields.join(",")));
        for _ in 0..2 {
            let body = format!("{{\"as_of\":\"1997-09-30\",\"orders\":[{}]}}", orders.join(","));
            assert_eq!(reply(&body), expected, "{body}");
            orders.reverse();
        }
    }
}
