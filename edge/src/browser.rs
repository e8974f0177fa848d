//! The browser and npm package: converts JavaScript values and decides nothing.

use std::borrow::Cow;

use js_sys::{ArrayBuffer, Uint8Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use shared::number::Finite;
use shared::{Artifact, JsonError, RawCell, RawRecord};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{JsError, JsValue, wasm_bindgen};

use crate::customer::{Customer, UnknownFields};
use crate::problem::Problem;
use crate::segment::reply;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("browser.d.ts");

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Array, js_name = isArray)]
    fn is_array(value: &JsValue) -> bool;

    /// The own enumerable properties; caught, because a proxy runs the caller's code.
    #[wasm_bindgen(catch, js_namespace = Object, js_name = keys)]
    fn keys(object: &JsValue) -> Result<Vec<String>, JsValue>;

    /// In the order of [`keys`]; caught, because reading a property may run the caller's code.
    #[wasm_bindgen(catch, js_namespace = Object, js_name = values)]
    fn values(object: &JsValue) -> Result<Vec<JsValue>, JsValue>;

    #[wasm_bindgen(js_name = Error)]
    type PredictorError;

    #[wasm_bindgen(constructor, js_class = "Error")]
    fn new(message: &str) -> PredictorError;

    #[wasm_bindgen(method, setter)]
    fn set_problem(this: &PredictorError, problem: &JsValue);
}

/// A model that answers where the customer is.
#[wasm_bindgen]
pub struct Predictor {
    artifact: Artifact,
}

#[wasm_bindgen]
impl Predictor {
    /// Reads a model from an artifact's bytes; throws an `Error` that says why they are none.
    pub fn load(
        #[wasm_bindgen(unchecked_param_type = "Uint8Array | ArrayBuffer")] bytes: &JsValue,
    ) -> Result<Predictor, JsError> {
        // What `fetch` gives and what Node reads; of anything else JavaScript would make an empty array.
        if !bytes.is_instance_of::<Uint8Array>() && !bytes.is_instance_of::<ArrayBuffer>() {
            return Err(JsError::new(
                "give the artifact's bytes as a Uint8Array or an ArrayBuffer",
            ));
        }
        let bytes = Uint8Array::new(bytes).to_vec();
        Ok(Self { artifact: Artifact::decode(&bytes)? })
    }

    /// The answer for a customer; throws a `PredictorError`.
    #[wasm_bindgen(unchecked_return_type = "Reply")]
    pub fn recommend(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Customer")] customer: &JsValue,
    ) -> Result<JsValue, JsValue> {
        object(&self.artifact.recommend(&self.checked(customer)?.record))
    }

    /// The fields in which a customer has a word that the model does not know, which counts as "(other)"; throws
    /// a `PredictorError`.
    #[wasm_bindgen(js_name = unknownWords, unchecked_return_type = "string[]")]
    pub fn unknown_words(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Customer")] customer: &JsValue,
    ) -> Result<JsValue, JsValue> {
        object(&self.checked(customer)?.others(&self.artifact))
    }

    /// The answer for a customer as JSON text, equal to the byte to the Worker's with
    /// `?explain=true`; throws a
    /// `PredictorError`.
    #[wasm_bindgen(js_name = recommendJson)]
    pub fn recommend_json(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] text: &JsValue,
    ) -> Result<String, JsValue> {
        let Some(text) = text.as_string() else {
            return Err(JsError::new("give JSON text, or call `recommend` with an object").into());
        };
        reply(&self.artifact, UnknownFields::Ignore, true, text.as_bytes())
            .map_err(|problem| thrown(&problem))
    }

    /// The JSON Schema of a customer.
    #[wasm_bindgen(getter, unchecked_return_type = "Record<string, any>")]
    pub fn schema(&self) -> Result<JsValue, JsValue> {
        js_sys::JSON::parse(&self.artifact.json_schema())
    }

    /// The model card.
    #[wasm_bindgen(getter, unchecked_return_type = "ModelCard")]
    pub fn model(&self) -> Result<JsValue, JsValue> {
        // Not as an object at once, which would refuse a seed beyond 2^53.
        js_sys::JSON::parse(&self.artifact.card().to_json())
    }
}

impl Predictor {
    fn checked(&self, customer: &JsValue) -> Result<Customer, JsValue> {
        let raw = raw_record(customer)?;
        Customer::check(&self.artifact, UnknownFields::Ignore, &raw)
            .map_err(|problem| thrown(&problem))
    }
}

fn raw_record(customer: &JsValue) -> Result<RawRecord<'static>, JsValue> {
    if !customer.is_object() || is_array(customer) {
        return Err(thrown(&Problem::from(JsonError::NotAnObject)));
    }
    let (names, values) = (keys(customer)?, values(customer)?);
    let fields = names.into_iter().map(Cow::Owned).zip(values.iter().map(cell));
    Ok(RawRecord::new(fields.collect()))
}

fn cell(value: &JsValue) -> RawCell<'static> {
    if value.is_null() || value.is_undefined() {
        RawCell::Missing
    } else if let Some(number) = value.as_f64() {
        Finite::new(number).map_or(RawCell::NotFinite, RawCell::Number)
    } else if let Some(boolean) = value.as_bool() {
        RawCell::Boolean(boolean)
    } else {
        match value.as_string() {
            Some(text) => RawCell::Text(Cow::Owned(text)),
            // What JSON cannot hold, such as a function or a circle, is of no use as orders either.
            None => RawCell::Nested(stringified(value).into()),
        }
    }
}

fn stringified(value: &JsValue) -> String {
    js_sys::JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// A plain JavaScript object, as `JSON.parse` would make it of the same value's JSON text.
fn object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    Ok(value.serialize(&Serializer::json_compatible())?)
}

fn thrown(problem: &Problem) -> JsValue {
    let message = format!("{}: {}", problem.kind().title(), problem.detail());
    let error = PredictorError::new(&message);
    error.set_problem(&object(problem).unwrap_or_default());
    error.into()
}
