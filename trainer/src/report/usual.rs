//! How near customers are to what is usual, and how well the typical gap finds a hidden entry.

use super::html::{Html, count, maybe, number, percent};
use super::parts::Table;
use crate::usual::{GapQuality, UsualQuality};

/// What is usual: a sentence and a table. Figures are at `usual[i]`.
pub(super) fn usual(quality: &[UsualQuality]) -> Option<(String, Table)> {
    let mut table = Table::new(
        "Mean absolute error in the column's unit, on customers not seen",
        &[
            "Column",
            "Customers",
            "Median of all",
            "Median of the segment",
            "Usual value",
            "R\u{b2} of prepared values",
            "Segments' own models",
        ],
    );
    for (i, column) in quality.iter().enumerate() {
        let path = |field: &str| format!("usual[{i}].{field}");
        table.row([
            Html::name(&column.column),
            count(&path("rows"), column.rows),
            number(&path("mae_all"), column.mae_all),
            number(&path("mae_segment"), column.mae_segment),
            number(&path("mae_usual"), column.mae_usual),
            number(&path("r2_prepared"), column.r2_prepared),
            Html::from(if column.segments_help { "yes" } else { "no" }),
        ]);
    }
    let what = "What is usual of a column is expected from the customer's other columns, inside the segment. The \
                segments themselves were found once, from all values of all customers, so they know something of \
                the value.";
    (!table.rows.is_empty()).then(|| (what.to_owned(), table))
}

/// The typical gap: a sentence and a table. Figures are at `typical_gap`.
pub(super) fn gaps(gaps: &GapQuality) -> (String, Table) {
    let mut table = Table::new(
        "Finding what was hidden",
        &[
            "Recommendations",
            "Precision",
            "Customers whose hidden column is found",
            "Standard error",
            "By recommending what is most popular",
            "Lift",
            "Standard error",
        ],
    );
    for (i, at) in gaps.at.iter().enumerate() {
        let path = |field: &str| format!("typical_gap.at[{i}].{field}");
        table.row([
            count(&path("k"), at.k),
            percent(&path("precision"), at.precision),
            percent(&path("recall"), at.recall),
            percent(&path("recall_error"), at.recall_error),
            percent(&path("popular_recall"), at.popular_recall),
            maybe(&path("lift"), at.lift),
            maybe(&path("lift_error"), at.lift_error),
        ]);
    }
    let verdict = if gaps.beats_popularity() {
        "What is usual for similar customers finds it more often than what is most popular."
    } else {
        "What is usual for similar customers does not find it more often than what is most popular: these \
         recommendations are no better than the same ones for everybody."
    };
    let what = format!(
        "Without a playbook, what is recommended is the typical gap: where customers like this one do much more. It \
         describes, and says nothing of what an offer would change. To see whether it tells anything, one column in \
         which a customer is high was hidden before the customer was prepared and given a segment, and was then \
         looked for. {verdict} Columns that say nearly the same, such as an amount and how often, \
         give each other away, and preparation and segments are those of all customers: new customers may fare worse."
    );
    (what, table)
}

#[cfg(test)]
mod tests {
    use askama::Template as _;

    use super::*;
    use crate::usual::GapAt;

    #[test]
    fn a_typical_gap_that_is_no_better_is_said_to_be_none() {
        let said = |lift: f64| {
            let at = GapAt {
                k: 1,
                precision: 0.25,
                recall: 0.25,
                recall_error: 0.01,
                popular_precision: 0.25 / lift,
                popular_recall: 0.25 / lift,
                lift: Some(lift),
                lift_error: Some(0.1),
            };
            let columns = vec!["visits".to_owned()];
            gaps(&GapQuality { customers: 100, columns, candidates: 4.0, at: vec![at] })
        };
        assert!(said(2.0).0.contains("finds it more often"));
        assert!(said(1.1).0.contains("no better"));
        let html = said(2.0).1.render().unwrap();
        assert!(html.contains("typical_gap.at[0].lift_error"), "{html}");
    }

    #[test]
    fn every_column_has_a_row_with_its_figures() {
        let quality = UsualQuality {
            column: "visits".into(),
            rows: 1234,
            mae_all: 3.0,
            mae_segment: 2.0,
            mae_usual: 1.5,
            r2_prepared: 0.5,
            segments_help: true,
        };
        let html = usual(&[quality]).unwrap().1.render().unwrap();
        assert!(html.contains("visits") && html.contains("usual[0].mae_usual"), "{html}");
        assert!(usual(&[]).is_none());
    }
}
