//! HTTP/1.1 over a socket, byte for byte: requests that no library would send.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// The values of a header, joined.
    pub(crate) fn header(&self, name: &str) -> String {
        let found = self.headers.iter().filter(|(other, _)| other == name);
        let values: Vec<&str> = found.map(|(_, value)| value.as_str()).collect();
        values.join(", ")
    }

    /// `code` of a problem document.
    pub(crate) fn code(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            read: Vec::new(),
        }
    }

    /// Waits no longer than this for an answer.
    pub(crate) fn patience(&self, patience: Duration) {
        self.stream.set_read_timeout(Some(patience)).unwrap();
    }

    /// Sends bytes.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// Sends bytes that the other side may no longer want.
    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    /// Ends the connection with a reset.
    pub(crate) fn reset(self) {
        let Self { stream, .. } = self;
        // Unread bytes in the receive buffer, or a shutdown of both ways, reset a connection.
        let _ = stream.shutdown(std::net::Shutdown::Both);
    }

    /// Reads one response. None where the connection ends, or nothing comes.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        let end = loop {
            if let Some(end) = find(&self.read, b"\r\n\r\n") {
                break end;
            }
            self.more()?;
        };
        let head = String::from_utf8_lossy(&self.read[..end]).into_owned();
        self.read.drain(..end + 4);
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let of = |name: &str| headers.iter().find(|(other, _)| other == name);
        let body = if of("transfer-encoding").is_some() {
            self.chunks()?
        } else {
            let length = of("content-length").map_or(0, |(_, value)| value.parse().unwrap());
            self.exactly(length)?
        };
        Some(Answer {
            status,
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    fn chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(end) = find(&self.read, b"\r\n") {
                    break end;
                }
                self.more()?;
            };
            let size = String::from_utf8_lossy(&self.read[..end]).into_owned();
            self.read.drain(..end + 2);
            let size = usize::from_str_radix(&size, 16).ok()?;
            let chunk = self.exactly(size + 2)?;
            if size == 0 {
                return Some(body);
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }

    fn exactly(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.read.len() < length {
            self.more()?;
        }
        Some(self.read.drain(..length).collect())
    }

    fn more(&mut self) -> Option<()> {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) | Err(_) => None,
            Ok(count) => {
                self.read.extend_from_slice(&buffer[..count]);
                Some(())
            }
        }
    }
}

/// One request on a connection of its own.
pub(crate) fn exchange(address: SocketAddr, request: impl AsRef<[u8]>) -> Answer {
    let mut connection = Connection::to(address);
    connection.send(request);
    connection.answer().expect("an answer")
}

/// `GET` from the proxy's administration.
pub(crate) fn get(address: SocketAddr, path: &str) -> Option<Answer> {
    ask(address, "GET", path)
}

/// A request without a body to the proxy's administration.
pub(crate) fn ask(address: SocketAddr, method: &str, path: &str) -> Option<Answer> {
    TcpStream::connect(address).ok()?;
    let mut connection = Connection::to(address);
    let head = format!("{method} {path} HTTP/1.1\r\nhost: admin\r\n\r\n");
    connection.try_send(head).then(|| connection.answer())?
}

/// Where `needle` begins.
pub(crate) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes
        .windows(needle.len())
        .position(|window| window == needle)
}
