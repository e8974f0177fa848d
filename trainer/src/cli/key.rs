//! The words of a Worker's keys and secrets.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use shared::secret::{Scopes, is_tenant};

/// `trainer key`
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:
  export KEY_SECRET=$(trainer key secret)
  trainer key new --scopes predict,explain,batch --tenant shop >> api-keys.txt
  trainer key check api-keys.txt
  trainer key customer 4711 --tenant shop"
)]
pub struct KeyArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: KeyCommand,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make an API key, and the line by which a Worker knows it
    New(KeyNewArgs),
    /// Make a secret for `KEY_SECRET` or `CACHE_SECRET`: 32 random bytes in hexadecimal
    Secret(KeySecretArgs),
    /// Say what the lines of `API_KEYS` allow, and whether a Worker reads them
    Check(KeyCheckArgs),
    /// Print under which keys a Worker's store keeps customers, to look at them or take them out
    Customer(KeyCustomerArgs),
}

/// `trainer key new`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer key new --scopes predict,explain,batch --tenant shop >> api-keys.txt
  trainer key new --origin https://shop.example --tenant shop >> api-keys.txt
  trainer key new --tenant shop --signed --json > key.json && jq -r .line key.json >> api-keys.txt
  KEY=$(trainer key new --tenant shop -q 2>&1 >> api-keys.txt)     the key in a variable
  npx wrangler@4.86.0 secret put API_KEYS --env staging < api-keys.txt

Reads KEY_SECRET, the Worker's own, from the environment. Standard output gets the line for
API_KEYS, from which nobody can tell the key; standard error the key itself, and the signing
key of --signed: shown this once, kept nowhere. With --json standard output gets all of it.
Whose line is taken out of API_KEYS is no longer known; a new KEY_SECRET ends all keys at once.
A Worker's secret holds 5 kB: some 40 keys. `trainer key check` reads the lines as it does.")]
pub struct KeyNewArgs {
    /// What it may ask for: predict, explain and batch, with commas between
    #[arg(long, value_name = "SCOPES", default_value = "predict", value_parser = scopes)]
    pub scopes: Scopes,
    /// Whose kept replies it shares [default: nobody's, its own id]
    #[arg(long, value_name = "NAME", value_parser = tenant)]
    pub tenant: Option<String>,
    /// Make a key for browsers, that works from pages of this origin (repeatable)
    #[arg(long, value_name = "URL")]
    pub origin: Vec<String>,
    /// Ask for a signature with each request, and make the key that signs
    #[arg(long)]
    pub signed: bool,
    /// Print id, key, line and signing key as JSON
    #[arg(long)]
    pub json: bool,
}

/// `trainer key secret`
#[derive(Debug, Args)]
#[command(after_help = "Example:
  export KEY_SECRET=$(trainer key secret)
  printf %s \"$KEY_SECRET\" | npx wrangler@4.86.0 secret put KEY_SECRET --env staging

Keep it where you keep passwords: `trainer key new` needs KEY_SECRET again, and `trainer predict
--kv` and `trainer key customer` CACHE_SECRET. Give the two different secrets.")]
pub struct KeySecretArgs {
    /// Print it as JSON
    #[arg(long)]
    pub json: bool,
}

/// `trainer key check`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer key check api-keys.txt
  trainer key check api-keys.txt --json | jq -r '.keys[] | select(.signed) | .id'

Lines are read as the Worker reads them; one that it cannot read lets nobody in, so it is named,
and the exit code is 65. Blank lines are allowed, and comments: what follows a # at a word's
beginning. Of a key nothing is shown that is a secret.")]
pub struct KeyCheckArgs {
    /// The lines that `trainer key new` printed; `-` is standard input
    #[arg(value_name = "FILE")]
    pub lines: PathBuf,
    /// Print the keys as JSON
    #[arg(long)]
    pub json: bool,
}

/// `trainer key customer`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trainer key customer 4711 --tenant shop
  trainer key customer - --tenant shop < ids.txt
  npx wrangler@4.86.0 kv key delete \"$(trainer key customer 4711 --tenant shop)\" \\
    --binding CUSTOMERS --env staging --remote

Reads CACHE_SECRET, the Worker's own, from the environment: with another one, or another tenant
than `trainer predict --kv` was given, the keys are others. Prints 64 hexadecimal digits for each
customer, in the order given; nobody can tell the customer from them. Spaces around an id do not
matter. Other users of the machine can see a command line: `-` keeps ids out of it.")]
pub struct KeyCustomerArgs {
    /// The customer's id, as the column of `predict --id` has it; `-` reads standard input, an id a line
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,
    /// The tenant of the key that asks for these customers: what its line says after `tenant=`, or its id
    #[arg(long, value_name = "NAME", value_parser = tenant)]
    pub tenant: Option<String>,
    /// Print the keys as JSON
    #[arg(long)]
    pub json: bool,
}

fn scopes(text: &str) -> Result<Scopes, String> {
    Scopes::parse(text)
        .ok_or("expected predict, explain and batch, or some of them, with commas".into())
}

/// The name of a tenant.
pub(super) fn tenant(text: &str) -> Result<String, String> {
    if is_tenant(text) {
        return Ok(text.to_owned());
    }
    Err("expected up to 64 letters, digits, `-`, `_` and `.`".into())
}
