//! HTTP/2 with prior knowledge, frame by frame.

use crate::wire::Answer;
use bytes::Bytes;
use h2::client;
use hyper::http::{HeaderMap, Request};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A request: header lines, the data frames, and trailers.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) data: Vec<Vec<u8>>,
    pub(crate) trailers: bool,
}

/// Sends one request and reads its answer. None where the stream ends without one.
pub(crate) fn exchange(address: SocketAddr, message: Message) -> Option<Answer> {
    let uri = format!("http://api.example.com{}", message.path);
    let mut request = Request::builder().method(message.method).uri(uri);
    for (name, value) in &message.headers {
        request = request.header(*name, value);
    }
    let request = request.body(()).unwrap();
    exchange_request(address, request, message.data, message.trailers)
}

/// The same for a request of any header bytes.
pub(crate) fn exchange_request(
    address: SocketAddr,
    request: Request<()>,
    data: Vec<Vec<u8>>,
    trailers: bool,
) -> Option<Answer> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async {
            let sending = send(address, request, data, trailers);
            timeout(Duration::from_secs(20), sending).await.ok()?
        })
}

async fn send(
    address: SocketAddr,
    request: Request<()>,
    data: Vec<Vec<u8>>,
    trailers: bool,
) -> Option<Answer> {
    let stream = TcpStream::connect(address).await.ok()?;
    let (mut requests, connection) = client::handshake(stream).await.ok()?;
    tokio::spawn(connection);
    let ends = data.is_empty() && !trailers;
    let (response, mut body) = requests.send_request(request, ends).ok()?;
    // The other side may answer before it has read everything, and then refuse the rest.
    let last = data.len().saturating_sub(1);
    for (place, data) in data.into_iter().enumerate() {
        if !pour(&mut body, data, place == last && !trailers).await {
            break;
        }
    }
    if trailers {
        let mut lines = HeaderMap::new();
        lines.insert("x-trailer", "t".parse().unwrap());
        let _ = body.send_trailers(lines);
    }
    let response = response.await.ok()?;
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let mut body = Vec::new();
    let mut stream = response.into_body();
    while let Some(chunk) = stream.data().await {
        let chunk = chunk.ok()?;
        let _ = stream.flow_control().release_capacity(chunk.len());
        body.extend_from_slice(&chunk);
    }
    Some(Answer {
        status,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// Sends all of `data` as the window lets it.
async fn pour(body: &mut h2::SendStream<Bytes>, data: Vec<u8>, ends: bool) -> bool {
    let mut data = Bytes::from(data);
    while !data.is_empty() {
        body.reserve_capacity(data.len());
        let Some(Ok(room)) = std::future::poll_fn(|context| body.poll_capacity(context)).await
        else {
            return false;
        };
        let part = data.split_to(room.min(data.len()));
        if body.send_data(part, false).is_err() {
            return false;
        }
    }
    !ends || body.send_data(Bytes::new(), true).is_ok()
}
