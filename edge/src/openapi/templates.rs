//! The words of the document, as JSON text with holes.

/// Where keys are asked for.
pub(super) const KEYS: &str = r#""securitySchemes":{"key":{"type":"http","scheme":"bearer","bearerFormat":"wk_<id>_<secret>","description":"A key of whoever runs this service, with the scopes `predict`, `explain`, `batch`. A key for pages is bound to their origins and has `predict` alone."}},"#;

pub(super) const PATH: &str = r#""@path@":{@parameters@@methods@}"#;

pub(super) const OPERATION: &str = r#""@method@":{"operationId":"@before@@id@","tags":["@tag@"],"summary":"@summary@@note@","description":"@description@","parameters":[@parameters@]@security@@body@,"responses":{@responses@}}"#;

/// Whatever stands in the place of the path's braces, the methods are the same.
pub(super) const OPTIONS: &str = r##""options":{"operationId":"options-@id@","tags":["@tag@"],"summary":"The methods of this path","parameters":[@argument@],"responses":{"204":{"description":"They are in the header `Allow`","headers":{"X-Request-Id":{"$ref":"#/components/headers/X-Request-Id"},"Allow":{"$ref":"#/components/headers/Allow"}}}}}"##;

pub(super) const ARGUMENT: &str =
    r#"{"name":"@name@","in":"path","required":true,"schema":{"type":"string"}}"#;

/// Of one customer.
pub(super) const CUSTOMER: &str = r##","requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Customer"},"examples":{"columns":{"value":@example@}@orders@}}}}"##;

/// Of many. Whatever a row is, it is answered in its row; lines are described as the list that they are.
pub(super) const CUSTOMERS: &str = r#","requestBody":{"required":true,"content":{"application/json":@list@,"application/x-ndjson":@list@}}"#;

pub(super) const LIST: &str = r##"{"schema":{"type":"array","maxItems":@rows@,"items":{"anyOf":[{"$ref":"#/components/schemas/Customer"},true]}},"example":[@example@,{}]}"##;

pub(super) const RESPONSE: &str =
    r#""@status@":{"description":"@description@","headers":{@headers@}@content@@links@}"#;

pub(super) const PROBLEM: &str = r##""application/problem+json":{"schema":{"allOf":[{"$ref":"#/components/schemas/Problem"},{"properties":{"type":{"enum":[@types@]}}}]}}"##;

/// What can be asked once this has been answered.
pub(super) const CARD: &str =
    r#","links":{"card":{"operationId":"model","description":"What answered"}}"#;
pub(super) const AGAIN: &str = r#","links":{"again":{"operationId":"@id@","parameters":{"header.If-None-Match":"$response.header.ETag"},"description":"Whether it still holds"}}"#;
