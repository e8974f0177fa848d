//! `trainer drift`: whether a table's customers are like those that a model was trained on.

use super::{Sink, output_failed};
use crate::cli::DriftArgs;
use crate::customers::Customers;
use crate::drift::{Counts, FEW};
use crate::error::Error;
use crate::files;
use crate::inputs::Inputs;
use crate::screen::{is_quiet, note, print_drift, warn};
use crate::settings::Settings;
use crate::unusable::Unusable;

pub(super) fn run(args: &DriftArgs) -> Result<(), Error> {
    Inputs::of(&args.data, &args.read).and(&args.model).spare(&[], Some(&args.rows))?;
    let artifact = files::read_artifact(&args.model)?;
    let schema = &artifact.model().parts().schema;
    let options = Settings::reading(&args.read)?;
    let customers = Customers::open(&args.data, &options, schema, args.as_of)?;
    let names = customers.header().to_vec();
    let mut unusable = Unusable::new(&args.rows);
    let mut counts = Counts::new(&artifact);
    customers.for_each(&mut unusable, |record, _| {
        counts.add(record);
        Ok(())
    })?;
    unusable.settle(&args.data, &names)?;
    if counts.rows() == 0 {
        return Err(Error::Unfit {
            path: args.data.clone(),
            what: "there is no customer to compare".into(),
            hint: "give one row for each customer".into(),
        });
    }
    if let (Some(day), None) = (schema.as_of(), args.as_of) {
        note(&format!(
            "days are counted back from {day}, as in training: `--as-of` says on which day the table is looked at"
        ));
    }
    if counts.rows() < FEW {
        warn(&format!("fewer than {FEW} customers show only large changes"));
    }
    let report = counts.report(args.alpha);
    let mut out = Sink::standard();
    if args.json {
        out.write_json(&report)?;
    } else if !is_quiet() {
        print_drift(&mut out, &report).map_err(output_failed)?;
    }
    out.finish()?;
    if report.drifted { Err(Error::Drifted) } else { Ok(()) }
}
