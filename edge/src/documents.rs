//! What is the same for everybody: the form, the card, the description, health, version, and what problems mean.

use serde::Serialize;
use shared::Artifact;

use crate::config::{AccessConfig, Experiment};
use crate::handler::{Asked, Handler};
use crate::models::Models;
use crate::openapi;
use crate::problem::{Kind, Problem};
use crate::response::Response;
use crate::route::Route;
use crate::segment::{values, verify};

/// The version of this software.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The answer to a GET.
pub(crate) fn get(asked: Asked) -> Response {
    let Asked { head, route, argument, .. } = asked;
    let answer = match route {
        Route::Health => return health(asked),
        Route::Version => {
            let body = format!(
                r#"{{"version":"{VERSION}","reply_format":{}}}"#,
                shared::secret::REPLY_FORMAT
            );
            Ok(("application/json", body, None))
        }
        Route::Problem => page(argument),
        _ => of_model(asked),
    };
    let (media_type, body, etag) = match answer {
        Ok(answer) => answer,
        Err(problem) => return linked(Response::problem(&problem, head.request_id)),
    };
    // Whoever keeps it must ask whether it still holds, which is cheap.
    let response = match etag {
        None => Response::ok(media_type, body, head.request_id),
        Some(etag) if is_known(head.if_none_match, &etag) => {
            Response::empty(304, head.request_id).with("ETag", etag)
        }
        Some(etag) => Response::ok(media_type, body, head.request_id).with("ETag", etag),
    };
    let response = if route == Route::Problem {
        response.with("Content-Security-Policy", crate::pages::POLICY)
    } else {
        response
    };
    linked(response.set("Cache-Control", "no-cache"))
}

type Document = (&'static str, String, Option<String>);

fn of_model(asked: Asked) -> Result<Document, Problem> {
    let models = asked.handler.models.as_ref()?;
    let artifact = match asked.route {
        Route::Model => {
            let chosen = chosen(models, asked.head.query)?;
            verify(asked, &[])?;
            chosen
        }
        _ => &models.champion,
    };
    let id = artifact.id().to_hex();
    Ok(match asked.route {
        Route::Schema => {
            ("application/schema+json", artifact.json_schema(), Some(format!("\"{id}\"")))
        }
        Route::Model => ("application/json", artifact.card().to_json(), Some(format!("\"{id}\""))),
        _ => {
            let body = openapi::document(artifact, &asked.handler.config);
            let settings = openapi::settings(&asked.handler.config);
            let etag = format!("\"{id}-{VERSION}-{settings}\"");
            ("application/vnd.oai.openapi+json;version=3.1", body, Some(etag))
        }
    })
}

/// The model that `which` names.
fn chosen<'m>(models: &'m Models, query: &str) -> Result<&'m Artifact, Problem> {
    match values(query, "which").as_slice() {
        [] | ["champion"] => Ok(&models.champion),
        ["challenger"] => models.usable_challenger().ok_or_else(|| {
            Problem::new(Kind::NoChallenger, "This deployment has one model: ask without `which`.")
        }),
        _ => {
            Err(Problem::new(Kind::BadQuery, "Write `which=champion` or `which=challenger`, once."))
        }
    }
}

fn page(slug: &str) -> Result<Document, Problem> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.slug() == slug);
    let kind = kind.ok_or_else(|| {
        Problem::new(Kind::NotFound, "GET /openapi.json lists the kinds of problems.")
    })?;
    Ok(("text/html;charset=utf-8", crate::pages::page(kind), None))
}

#[derive(Serialize)]
struct Health<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenger: Option<String>,
    auth: &'static str,
    cache: &'static str,
    experiment: &'static str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    problems: &'a [String],
}

/// Whether answers can be had; with status 503 where they cannot.
fn health(asked: Asked) -> Response {
    let Asked { handler, head, .. } = asked;
    let Handler { models, config, .. } = handler;
    let mut problems = config.unreadable.clone();
    if matches!(config.access, AccessConfig::NotConfigured) && problems.is_empty() {
        problems.push("API_KEYS and KEY_SECRET: set both; `trainer key new` makes keys".into());
    }
    if let Err(error) = models {
        problems.push(format!("model.postcard: {error}"));
    }
    let is_well = problems.is_empty();
    let challenger = models.as_ref().ok().and_then(|models| models.challenger.as_ref());
    match challenger {
        Some(Err(error)) => problems.push(format!("challenger.postcard: {error}")),
        None if config.experiment.is_on() && models.is_ok() => problems.push(
            "CHALLENGER: set it to off, or deploy a second model; `trainer embed --challenger` does".into(),
        ),
        _ => {}
    }
    let health = Health {
        status: match (is_well, problems.is_empty()) {
            (false, _) => "unusable",
            (true, false) => "degraded",
            (true, true) => "ok",
        },
        model: models.as_ref().ok().map(|models| models.champion.id().to_hex()),
        challenger: challenger.and_then(|read| read.as_ref().ok()).map(|model| model.id().to_hex()),
        auth: match config.access {
            AccessConfig::Off => "off",
            AccessConfig::Keys { .. } => "on",
            AccessConfig::NotConfigured => "not configured",
        },
        cache: match (config.cache.memory, config.cache.kv) {
            (_, true) => "kv",
            (true, false) => "memory",
            (false, false) => "off",
        },
        experiment: match config.experiment {
            Experiment::Off => "off",
            Experiment::Split(_) => "split",
            Experiment::Shadow => "shadow",
        },
        problems: &problems,
    };
    // Fails only on maps whose keys are not text; there are none.
    let body = serde_json::to_string(&health).unwrap_or_default();
    let status = if is_well { 200 } else { 503 };
    linked(Response { status, ..Response::ok("application/json", body, head.request_id) })
}

/// Says where all this is described (RFC 8631).
pub(crate) fn linked(response: Response) -> Response {
    response.with("Link", "</openapi.json>; rel=\"service-desc\"")
}

/// Whether who asks has it already (RFC 9110, 13.1.2).
fn is_known(if_none_match: Option<&str>, etag: &str) -> bool {
    let known = if_none_match.unwrap_or_default().split(',').map(str::trim);
    known.map(|tag| tag.trim_start_matches("W/")).any(|tag| tag == "*" || tag == etag)
}
