//! `trainer playbook check`: whom the recipes of a playbook would reach.

use shared::model::ModelParts;
use shared::{Model, Playbook};

use super::{Sink, output_failed};
use crate::cli::{PlaybookArgs, PlaybookCheckArgs, PlaybookCommand};
use crate::config::Config;
use crate::customers::Customers;
use crate::error::{Error, suggestion};
use crate::files;
use crate::inputs::Inputs;
use crate::playbook::{Known, Tally, compile, refused};
use crate::screen::{is_quiet, print_reach, warn};
use crate::settings::Settings;
use crate::unusable::Unusable;

pub(super) fn run(args: &PlaybookArgs) -> Result<(), Error> {
    match &args.command {
        PlaybookCommand::Check(args) => check(args),
    }
}

fn check(args: &PlaybookCheckArgs) -> Result<(), Error> {
    let inputs = Inputs::of(&args.data, &args.read).and(&args.model).and(&args.playbook);
    inputs.spare(&[], Some(&args.rows))?;
    let artifact = files::read_artifact(&args.model)?;
    let parts = artifact.model().parts();
    let Some(config) = Config::read(&args.playbook)?.playbook else {
        return Err(Error::Unfit {
            path: args.playbook.clone(),
            what: "there is no [playbook] in it".into(),
            hint: "`trainer init` writes a file with an example of one".into(),
        });
    };
    let recipes = compile(&config, &Known::of(parts)).map_err(|faults| refused(&config, faults))?;
    let holdout = args.holdout.unwrap_or(recipes.holdout);
    let recipes = shared::playbook::Recipes { holdout, ..recipes };
    let playbook = Playbook::Recipes(recipes.clone());
    let model = Model::new(ModelParts { playbook, ..parts.clone() })
        .expect("recipes that were compiled against a model fit it");

    let options = Settings::reading_with(&args.read, &args.playbook)?;
    let customers = Customers::open(&args.data, &options, &parts.schema, args.as_of)?;
    let names = customers.header().to_vec();
    let id = args.id.as_ref().map(|name| position(name, &names)).transpose()?;
    let mut unusable = Unusable::new(&args.rows);
    let mut tally = Tally::new(&model, &recipes);
    customers.for_each(&mut unusable, |record, row| {
        tally.add(record, id.map(|id| row.cell(id)));
        Ok(())
    })?;
    unusable.settle(&args.data, &names)?;
    if tally.customers() == 0 {
        return Err(Error::Unfit {
            path: args.data.clone(),
            what: "there is no customer to try the playbook on".into(),
            hint: "give one row for each customer".into(),
        });
    }
    let reach = tally.report();
    let mut out = Sink::standard();
    if args.json {
        out.write_json(&reach)?;
    } else if !is_quiet() {
        for warning in &reach.warnings {
            warn(warning);
        }
        print_reach(&mut out, &reach).map_err(output_failed)?;
    }
    out.finish()
}

fn position(name: &str, header: &[String]) -> Result<usize, Error> {
    header.iter().position(|known| known == name).ok_or_else(|| Error::Usage {
        what: format!("the file has no column `{name}`"),
        hint: suggestion(name, header.iter().map(String::as_str)),
    })
}
