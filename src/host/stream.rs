//! The callbacks of one request.

use super::abi::{self, Level};
use super::gate::Gate;
use super::held::{Body, Request};
use super::read;
use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::Action;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A stream of the host.
pub(super) struct Stream {
    id: u32,
    gate: Rc<Gate>,
    request: Option<Rc<Request>>,
}

impl Stream {
    /// A stream that is judged by this gate.
    pub(super) fn new(id: u32, gate: Rc<Gate>) -> Self {
        Self {
            id,
            gate,
            request: None,
        }
    }

    /// What every request callback returns. Held headers go upstream with the first callback that
    /// continues, so nothing continues before the verdict.
    fn flow(&self) -> Action {
        match &self.request {
            Some(request) if request.is_released.get() => Action::Continue,
            Some(_) | None => Action::Pause,
        }
    }

    /// Notes what the host shows of the body, and goes on if that is what the request waits for.
    fn show(&self, body: Body) {
        let Some(request) = &self.request else {
            return;
        };
        request.body.set(body);
        request.in_callback.set(true);
        self.gate.shown(self.id, body);
        request.in_callback.set(false);
    }
}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _lines: usize, end_of_stream: bool) -> Action {
        let lines = read::lines();
        let moment = read::moment();
        let traceparent = match &lines {
            Ok(lines) if self.gate.asks() => read::traceparent(lines),
            Ok(_) | Err(_) => None,
        };
        let request = Rc::new(Request {
            stream: self.id,
            deadline: self.gate.deadline(moment),
            traceparent,
            is_released: Cell::new(false),
            in_callback: Cell::new(true),
            consumed: RefCell::default(),
            minted: RefCell::default(),
            response: RefCell::default(),
            body: Cell::new(if end_of_stream {
                Body::Whole(0)
            } else {
                Body::Unseen
            }),
        });
        self.request = Some(Rc::clone(&request));
        let step = self.gate.judge(moment, lines, end_of_stream);
        self.gate.perform(&request, step);
        request.in_callback.set(false);
        self.flow()
    }

    fn on_http_request_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        self.show(if end_of_stream {
            Body::Whole(size)
        } else {
            Body::Part(size)
        });
        self.flow()
    }

    fn on_http_request_trailers(&mut self, _lines: usize) -> Action {
        if read::drop_trailers().is_err() {
            abi::log(
                Level::Error,
                "trailers could not be removed; the request waits for the proxy's timeouts",
            );
            return Action::Pause;
        }
        if let Some(request) = &self.request {
            let size = match request.body.get() {
                Body::Unseen => 0,
                Body::Part(size) | Body::Whole(size) => size,
            };
            self.show(Body::Whole(size));
        }
        self.flow()
    }

    /// A header that cannot be set is no reason to withhold what the upstream has done.
    fn on_http_response_headers(&mut self, _lines: usize, _end_of_stream: bool) -> Action {
        let set = self.request.as_ref().map(|it| it.response.take());
        for (name, value) in set.into_iter().flatten() {
            if abi::set_response_header(name, &value).is_err() {
                abi::log(Level::Error, "a response header could not be set");
            }
        }
        Action::Continue
    }

    fn on_log(&mut self) {
        if let Some(request) = &self.request {
            self.gate.answered(request);
        }
        self.gate.forget(self.id);
        self.gate.stream_ended(self.id);
    }
}

impl Context for Stream {
    /// The answer to a call that this stream's callback made. One that the root made for it comes
    /// to the root.
    fn on_http_call_response(&mut self, call: u32, headers: usize, body: usize, _trailers: usize) {
        self.gate.called_back(call, headers, body);
    }

    fn on_grpc_call_response(&mut self, call: u32, status: u32, size: usize) {
        self.gate.checked_back(call, status, size);
    }
}

impl Drop for Stream {
    /// For hosts that do not log.
    fn drop(&mut self) {
        self.gate.forget(self.id);
        self.gate.stream_ended(self.id);
    }
}
