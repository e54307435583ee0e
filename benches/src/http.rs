//! HTTP/1.1 over blocking sockets, as little of it as the functions and the services speak with each other.

use std::io::{self, ErrorKind, Read, Write};

const HEADERS_MAX: usize = 64;
const READ_BYTES: usize = 64 * 1024;

/// A connection, at either end.
pub struct Connection<S> {
    stream: S,
    /// What was read and not yet consumed.
    buffer: Vec<u8>,
}

/// A request.
#[derive(Debug)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Headers and body.
    pub message: Message,
}

/// An answer.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Headers and body.
    pub message: Message,
}

/// What requests and answers have in common.
#[derive(Debug)]
pub struct Message {
    /// Names in lower case.
    headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Message {
    /// The value of the header `name`, which is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

impl<S: Read + Write> Connection<S> {
    /// A connection over `stream`.
    #[must_use]
    pub const fn new(stream: S) -> Connection<S> {
        Connection { stream, buffer: Vec::new() }
    }

    /// Writes `bytes` in one go.
    ///
    /// # Errors
    /// If the other end is gone.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    /// Reads a request; `None` if the other end has closed the connection between two of them.
    ///
    /// # Errors
    /// If the connection breaks, or what comes is no HTTP that this module knows.
    pub fn read_request(&mut self) -> io::Result<Option<Request>> {
        let Some(end) = self.read_head()? else { return Ok(None) };
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut headers);
        request.parse(&self.buffer[..end]).map_err(invalid)?;
        let method = request.method.unwrap_or_default().to_owned();
        let path = request.path.unwrap_or_default().to_owned();
        let headers = owned(request.headers);
        Ok(Some(Request { method, path, message: self.read_body(end, headers)? }))
    }

    /// Reads an answer.
    ///
    /// # Errors
    /// If the connection breaks, or what comes is no HTTP that this module knows.
    pub fn read_response(&mut self) -> io::Result<Response> {
        let end = self.read_head()?.ok_or(ErrorKind::UnexpectedEof)?;
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut response = httparse::Response::new(&mut headers);
        response.parse(&self.buffer[..end]).map_err(invalid)?;
        let status = response.code.unwrap_or_default();
        let headers = owned(response.headers);
        Ok(Response { status, message: self.read_body(end, headers)? })
    }

    /// Reads until a head is complete and gives its length.
    fn read_head(&mut self) -> io::Result<Option<usize>> {
        let mut searched = 0_usize;
        loop {
            let from = searched.saturating_sub(3);
            if let Some(at) = self.buffer[from..].windows(4).position(|window| window == b"\r\n\r\n") {
                return Ok(Some(from + at + 4));
            }
            searched = self.buffer.len();
            if self.read_more()? == 0 {
                return if self.buffer.is_empty() { Ok(None) } else { Err(ErrorKind::UnexpectedEof.into()) };
            }
        }
    }

    fn read_body(&mut self, head: usize, headers: Vec<(String, String)>) -> io::Result<Message> {
        let mut message = Message { headers, body: Vec::new() };
        if message.header("transfer-encoding").is_some() {
            self.buffer.drain(..head);
            self.go_on(&message)?;
            message.body = self.read_chunks()?;
            return Ok(message);
        }
        let length = message.header("content-length").map_or(Ok(0), str::parse).map_err(invalid)?;
        self.go_on(&message)?;
        let end = head + length;
        self.buffer.reserve(end.saturating_sub(self.buffer.len()));
        while self.buffer.len() < end {
            if self.read_more()? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        message.body = self.buffer[head..end].to_vec();
        self.buffer.drain(..end);
        Ok(message)
    }

    /// Lets a client that waits for leave send its body.
    fn go_on(&mut self, message: &Message) -> io::Result<()> {
        if message.header("expect").is_some() { self.write(b"HTTP/1.1 100 Continue\r\n\r\n") } else { Ok(()) }
    }

    fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some((body, end)) = unchunk(&self.buffer)? {
                self.buffer.drain(..end);
                return Ok(body);
            }
            if self.read_more()? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn read_more(&mut self) -> io::Result<usize> {
        let filled = self.buffer.len();
        self.buffer.resize(filled + READ_BYTES, 0);
        let read = self.stream.read(&mut self.buffer[filled..]);
        self.buffer.truncate(filled + *read.as_ref().unwrap_or(&0));
        read
    }
}

/// Joins a body that was sent in chunks, with or without trailers, and gives its length in chunks too; `None` if there is
/// more to come.
///
/// # Errors
/// If it is not in chunks.
pub fn unchunk(bytes: &[u8]) -> io::Result<Option<(Vec<u8>, usize)>> {
    let (mut body, mut at) = (Vec::new(), 0);
    let line = |from: usize| bytes[from..].windows(2).position(|window| window == b"\r\n").map(|length| from + length);
    loop {
        let Some(end) = line(at) else { return Ok(None) };
        let size = std::str::from_utf8(&bytes[at..end]).map_err(invalid)?.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size, 16).map_err(invalid)?;
        at = end + 2;
        if size == 0 {
            break;
        }
        let Some(chunk) = bytes.get(at..at + size + 2) else { return Ok(None) };
        body.extend_from_slice(&chunk[..size]);
        at += size + 2;
    }
    loop {
        let Some(end) = line(at) else { return Ok(None) };
        let is_last = end == at;
        at = end + 2;
        if is_last {
            return Ok(Some((body, at)));
        }
    }
}

fn owned(headers: &[httparse::Header<'_>]) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    headers.iter().map(|header| (header.name.to_ascii_lowercase(), text(header.value))).collect()
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn messages_on_one_connection_are_told_apart() {
        let text = "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n";
        let mut connection = Connection::new(Cursor::new(text.as_bytes().to_vec()));
        let first = connection.read_request().unwrap().unwrap();
        assert_eq!((first.method.as_str(), first.path.as_str(), &first.message.body[..]), ("POST", "/a", &b"abc"[..]));
        assert_eq!(connection.read_request().unwrap().unwrap().path, "/b");
        assert!(connection.read_request().unwrap().is_none());
    }

    #[test]
    fn chunks_are_joined() {
        let text = "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nsum:1\r\n\r\nrest";
        let mut connection = Connection::new(Cursor::new(text.as_bytes().to_vec()));
        assert_eq!(connection.read_request().unwrap().unwrap().message.body, b"abc0123456789");
        assert_eq!(connection.buffer, b"rest");
    }

    #[test]
    fn what_breaks_off_is_an_error() {
        for text in [
            "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc",
            "GET / HT",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
        ] {
            assert!(Connection::new(Cursor::new(text.as_bytes().to_vec())).read_request().is_err(), "{text}");
        }
    }
}
