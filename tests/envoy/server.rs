//! What stands behind the proxy: upstream, issuer and decision service. It writes down every
//! request to the byte, and answers as it is told to.

use crate::wire::find;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Request line and header lines.
    pub(crate) head: String,
    /// The body, without its framing.
    pub(crate) body: Vec<u8>,
    /// Trailer lines.
    pub(crate) trailers: Vec<String>,
}

impl Seen {
    /// The values of a header, one for each line.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .filter(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }
}

/// What to do with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Status 200 with this content type and body.
    Ok(&'static str, String),
    /// These bytes.
    Bytes(Vec<u8>),
    /// End the connection.
    Reset,
    /// Say nothing.
    Never,
}

impl Reply {
    /// Status 200 with JSON.
    pub(crate) fn json(value: &serde_json::Value) -> Self {
        Self::Ok("application/json", value.to_string())
    }
}

type Script = Arc<Mutex<dyn FnMut(&Seen) -> Reply + Send>>;

/// A server on a free loopback port. Its threads end with the test's process.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    bytes: Arc<AtomicUsize>,
    script: Arc<Mutex<Script>>,
}

impl Server {
    /// Starts one that answers so.
    pub(crate) fn start(script: impl FnMut(&Seen) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let script: Script = Arc::new(Mutex::new(script));
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            seen: Arc::default(),
            bytes: Arc::default(),
            script: Arc::new(Mutex::new(script)),
        };
        let accepting = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = accepting.clone();
                thread::spawn(move || server.serve(stream));
            }
        });
        server
    }

    /// Starts one that answers every request with `200`.
    pub(crate) fn upstream() -> Self {
        Self::start(|_| Reply::Ok("text/plain", "upstream".to_owned()))
    }

    /// Answers so from now on.
    pub(crate) fn now_answers(&self, script: impl FnMut(&Seen) -> Reply + Send + 'static) {
        *self.script.lock().unwrap() = Arc::new(Mutex::new(script));
    }

    /// What arrived so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// How many requests arrived so far.
    pub(crate) fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// How many bytes arrived so far, those of half a request too.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::SeqCst)
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut read = Vec::new();
        let mut incoming = Incoming {
            stream: stream.try_clone().unwrap(),
            bytes: Arc::clone(&self.bytes),
        };
        while let Some(seen) = request(&mut incoming, &mut read) {
            self.seen.lock().unwrap().push(seen.clone());
            let script = Arc::clone(&self.script.lock().unwrap());
            let reply = (script.lock().unwrap())(&seen);
            let sent = match reply {
                Reply::Ok(kind, body) => {
                    let id = seen.header("x-request-id");
                    let id = id.first().map(|id| format!("x-request-id: {id}\r\n"));
                    let length = body.len();
                    let head = format!(
                        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{}content-length: {length}\r\n\r\n",
                        id.unwrap_or_default()
                    );
                    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat())
                }
                Reply::Bytes(bytes) => stream.write_all(&bytes),
                Reply::Reset => stream.shutdown(Shutdown::Both),
                Reply::Never => {
                    thread::sleep(Duration::from_secs(30));
                    return;
                }
            };
            if sent.is_err() {
                return;
            }
        }
    }
}

/// What arrives on a connection, counted.
struct Incoming {
    stream: TcpStream,
    bytes: Arc<AtomicUsize>,
}

/// Reads one request.
fn request(stream: &mut Incoming, read: &mut Vec<u8>) -> Option<Seen> {
    let end = until(stream, read, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    read.drain(..end + 4);
    let mut seen = Seen {
        head,
        body: Vec::new(),
        trailers: Vec::new(),
    };
    if seen.header("transfer-encoding") == ["chunked"] {
        loop {
            let end = until(stream, read, b"\r\n")?;
            let size = usize::from_str_radix(std::str::from_utf8(&read[..end]).ok()?, 16).ok()?;
            read.drain(..end + 2);
            if size == 0 {
                // Trailers, if any, up to an empty line.
                while until(stream, read, b"\r\n")? > 0 {
                    let end = until(stream, read, b"\r\n")?;
                    let line = String::from_utf8_lossy(&read[..end]).into_owned();
                    seen.trailers.push(line);
                    read.drain(..end + 2);
                }
                read.drain(..2);
                break;
            }
            seen.body
                .extend(exactly(stream, read, size + 2)?.iter().take(size));
        }
    } else {
        let length = seen
            .header("content-length")
            .first()
            .map_or(0, |text| text.parse().unwrap());
        seen.body = exactly(stream, read, length)?;
    }
    Some(seen)
}

fn until(stream: &mut Incoming, read: &mut Vec<u8>, needle: &[u8]) -> Option<usize> {
    loop {
        if let Some(end) = find(read, needle) {
            return Some(end);
        }
        more(stream, read)?;
    }
}

fn exactly(stream: &mut Incoming, read: &mut Vec<u8>, length: usize) -> Option<Vec<u8>> {
    while read.len() < length {
        more(stream, read)?;
    }
    Some(read.drain(..length).collect())
}

fn more(stream: &mut Incoming, read: &mut Vec<u8>) -> Option<()> {
    let mut buffer = [0; 16 * 1024];
    let count = stream.stream.read(&mut buffer).ok();
    let count = count.filter(|count| *count > 0)?;
    stream.bytes.fetch_add(count, Ordering::SeqCst);
    read.extend_from_slice(&buffer[..count]);
    Some(())
}
