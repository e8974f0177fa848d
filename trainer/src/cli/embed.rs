//! The words of how a model gets into a release of the Worker.

use std::path::PathBuf;

use clap::Args;

/// `trainer embed`
#[derive(Debug, Args)]
#[command(
    allow_missing_positional = true,
    after_help = "Examples:
  trainer embed model/model.postcard worker/
  trainer embed worker/ --challenger model-2/model.postcard     answers part of the customers
  trainer embed worker/challenger.postcard worker/ --no-challenger     it answers all of them now
  trainer embed worker/ --rollback
  trainer embed worker/ --challenger worker/previous-challenger.postcard     the one before
  trainer embed model/model.postcard worker/ --json | jq .columns

`make release`, in a checkout of Wedge, makes a release in dist/worker/; one that somebody built
is as good. It is a folder with entry.js, index.js, index_bg.wasm, model.postcard and
challenger.postcard (an empty file where there is none). What model.postcard and
challenger.postcard held before stays beside them as previous.postcard and
previous-challenger.postcard; these are not uploaded, as nothing imports them. `--rollback` swaps
model.postcard and previous.postcard, so a second one undoes it; the challenger stays.
Nothing is uploaded before, inside the folder, `npx wrangler@4.86.0 deploy --env staging`."
)]
pub struct EmbedArgs {
    /// A model.postcard; the one that is there stays where only the challenger is named
    #[arg(required_unless_present_any = ["challenger", "no_challenger", "rollback"])]
    pub model: Option<PathBuf>,
    /// A release of the Worker
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
    /// The model.postcard of a challenger
    #[arg(long, value_name = "MODEL", conflicts_with = "no_challenger")]
    pub challenger: Option<PathBuf>,
    /// Take the challenger out
    #[arg(long)]
    pub no_challenger: bool,
    /// Go back to the model that was there before
    #[arg(long, conflicts_with_all = ["model", "challenger", "no_challenger"])]
    pub rollback: bool,
    /// Print what is in the release as JSON
    #[arg(long)]
    pub json: bool,
}
