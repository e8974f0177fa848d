//! Async code without a promise where nothing is waited for.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_futures::future_to_promise;

/// What a future comes to, if it comes to it without waiting; else a promise of it. A promise costs more than the model
/// does.
///
/// The first time nobody is woken: the promise asks again at once, and what the future waits for must then wake the
/// new asker. Promises of JavaScript do.
pub(crate) fn at_once(future: impl Future<Output = JsValue> + 'static) -> JsValue {
    let mut future: Pin<Box<dyn Future<Output = JsValue>>> = Box::pin(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => future_to_promise(async move { Ok(future.await) }).into(),
    }
}
