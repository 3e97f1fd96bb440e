//! Streams that go on for as long as they are let: by a library that knows web sockets, as server-sent
//! events, and as calls of gRPC. Each has an upstream that says something again and again.

use bytes::Bytes;
use h2::{client, server};
use hyper::http::{HeaderMap, Request, Response};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;
use tungstenite::Message;
use tungstenite::client::IntoClientRequest;

/// How often an upstream says something.
const OFTEN: Duration = Duration::from_millis(50);
/// A message of gRPC with two bytes in it.
const MESSAGE: &[u8] = b"\0\0\0\0\x02hi";

/// A kind of stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    WebSocket,
    Events,
    Grpc,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::WebSocket, Self::Events, Self::Grpc];

    pub(crate) fn method(self) -> &'static str {
        match self {
            Self::WebSocket | Self::Events => "GET",
            Self::Grpc => "POST",
        }
    }

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::WebSocket => "/chat/7",
            Self::Events => "/events/7",
            Self::Grpc => "/jobs.Jobs/Watch",
        }
    }
}

/// The upstreams, each at its port.
pub(crate) fn upstreams() -> [u16; 3] {
    [listen(chat), listen(events), listen(calls)]
}

fn listen(serve: fn(TcpStream)) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });
    port
}

fn chat(stream: TcpStream) {
    if let Ok(mut socket) = tungstenite::accept(stream) {
        while socket.send(Message::text("hi")).is_ok() {
            thread::sleep(OFTEN);
        }
    }
}

fn events(mut stream: TcpStream) {
    let mut read = [0; 16 * 1024];
    if !stream.read(&mut read).is_ok_and(|count| count > 0) {
        return;
    }
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
                transfer-encoding: chunked\r\n\r\n";
    let mut next = head.to_owned();
    while stream.write_all(next.as_bytes()).is_ok() {
        "a\r\ndata: hi\n\n\r\n".clone_into(&mut next);
        thread::sleep(OFTEN);
    }
}

fn calls(stream: TcpStream) {
    block_on(async {
        stream.set_nonblocking(true).unwrap();
        let stream = tokio::net::TcpStream::from_std(stream).unwrap();
        let Ok(mut connection) = server::handshake(stream).await else {
            return;
        };
        while let Some(Ok((_, mut respond))) = connection.accept().await {
            tokio::spawn(async move {
                let head = Response::builder().header("content-type", "application/grpc");
                let mut body = respond
                    .send_response(head.body(()).unwrap(), false)
                    .unwrap();
                while body.send_data(Bytes::from_static(MESSAGE), false).is_ok() {
                    tokio::time::sleep(OFTEN).await;
                }
            });
        }
    });
}

fn block_on<T>(run: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(run)
}

/// A stream as its client has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Live {
    heard: Arc<AtomicUsize>,
    has_ended: Arc<AtomicBool>,
}

impl Live {
    /// Opens one with these header lines.
    pub(crate) fn open(kind: Kind, address: SocketAddr, fields: Vec<(String, String)>) -> Self {
        let live = Self::default();
        let own = live.clone();
        thread::spawn(move || {
            match kind {
                Kind::WebSocket => own.talk(address, &fields),
                Kind::Events => own.listen(address, &fields),
                Kind::Grpc => block_on(own.call(address, &fields)),
            };
            own.has_ended.store(true, Ordering::SeqCst);
        });
        live
    }

    /// How much it has heard.
    pub(crate) fn heard(&self) -> usize {
        self.heard.load(Ordering::SeqCst)
    }

    /// Whether it has ended, for its client.
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::SeqCst)
    }

    fn hear(&self, count: usize) {
        self.heard.fetch_add(count, Ordering::SeqCst);
    }

    fn talk(&self, address: SocketAddr, fields: &[(String, String)]) -> Option<()> {
        let path = Kind::WebSocket.path();
        let uri = format!("ws://api.example.com{path}");
        let mut request = uri.into_client_request().unwrap();
        for (name, value) in fields {
            let name: hyper::http::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(address).ok()?;
        let (mut socket, _) = tungstenite::client(request, stream).ok()?;
        loop {
            socket.read().ok()?;
            self.hear(1);
        }
    }

    fn listen(&self, address: SocketAddr, fields: &[(String, String)]) -> Option<()> {
        let mut stream = TcpStream::connect(address).ok()?;
        let path = Kind::Events.path();
        let mut head = format!("GET {path} HTTP/1.1\r\nhost: api.example.com\r\n");
        for (name, value) in fields {
            head.extend([name, ": ", value, "\r\n"]);
        }
        stream.write_all((head + "\r\n").as_bytes()).ok()?;
        let mut buffer = [0; 4096];
        loop {
            let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
            let text = String::from_utf8_lossy(&buffer[..count]).into_owned();
            self.hear(text.matches("data: hi").count());
        }
    }

    async fn call(&self, address: SocketAddr, fields: &[(String, String)]) -> Option<()> {
        let stream = tokio::net::TcpStream::connect(address).await.ok()?;
        let (mut requests, connection) = client::handshake(stream).await.ok()?;
        tokio::spawn(connection);
        let uri = format!("http://api.example.com{}", Kind::Grpc.path());
        let mut request = Request::builder().method("POST").uri(uri);
        for (name, value) in fields {
            request = request.header(name, value);
        }
        let request = request.header("content-type", "application/grpc");
        let request = request.header("te", "trailers").body(()).unwrap();
        let (response, mut body) = requests.send_request(request, false).ok()?;
        body.send_data(Bytes::from_static(MESSAGE), false).ok()?;
        let mut answer = response.await.ok()?.into_body();
        while let Some(Ok(data)) = answer.data().await {
            let _ = answer.flow_control().release_capacity(data.len());
            self.hear(data.len() / MESSAGE.len());
        }
        let _ = body.send_trailers(HeaderMap::new());
        Some(())
    }
}
