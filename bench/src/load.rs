//! Load over HTTP/1.1: so many connections that each ask again as soon as they are answered.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

/// Connections that ask at once.
pub const CONNECTIONS: usize = 64;

/// One answer.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, as sent.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find_map(|(known, value)| known.eq_ignore_ascii_case(name).then_some(value))
    }
}

/// One connection.
pub struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Wire {
    /// Connects.
    pub async fn to(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and waits for its answer: the status, and where head and body end in the buffer.
    async fn turn(&mut self, request: &[u8]) -> std::io::Result<(u16, usize, usize)> {
        let cut = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(cut());
            }
            let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&self.buffer[..end]).map_err(|_| cut())?;
            let status = head.get(9..12).and_then(|text| text.parse().ok()).ok_or_else(cut)?;
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, value)| value.trim().parse::<usize>().ok())
                .unwrap_or(0);
            let whole = end + 4 + length;
            while self.buffer.len() < whole {
                if self.stream.read_buf(&mut self.buffer).await? == 0 {
                    return Err(cut());
                }
            }
            return Ok((status, end, whole));
        }
    }

    /// Asks once and keeps the answer.
    pub async fn ask(&mut self, request: &[u8]) -> std::io::Result<Answer> {
        let (status, end, whole) = self.turn(request).await?;
        Ok(Answer {
            status,
            head: String::from_utf8_lossy(&self.buffer[..end]).into_owned(),
            body: self.buffer[end + 4..whole].to_vec(),
        })
    }
}

/// A GET with a session's cookie, as a program would send it.
pub fn get(path: &str, cookie: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\ncookie: {cookie}\r\n\r\n")
        .into_bytes()
}

/// A POST of JSON from the page itself.
pub fn post(path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// What a load came to.
#[derive(Clone, Copy, Debug)]
pub struct Came {
    /// Answers a second.
    pub rate: f64,
    /// Of a hundred answers, 99 came within this time.
    pub p99: Duration,
}

/// Asks the same thing over all connections until the time is over. Every answer must be 200.
pub fn run(rt: &Runtime, port: u16, request: &[u8], seconds: f64) -> Came {
    rt.block_on(async {
        let began = Instant::now();
        let asking: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let request = request.to_vec();
                tokio::spawn(async move {
                    let mut wire = Wire::to(port).await.expect("connects");
                    let mut times = Vec::with_capacity(65_536);
                    while began.elapsed().as_secs_f64() < seconds {
                        let asked = Instant::now();
                        let (status, ..) = wire.turn(&request).await.expect("an answer");
                        assert_eq!(status, 200, "under load");
                        times.push(asked.elapsed());
                    }
                    times
                })
            })
            .collect();
        let mut times = Vec::new();
        for one in asking {
            times.extend(one.await.expect("asks"));
        }
        let rate = crate::measure::per_second(times.len() as u64, began);
        times.sort_unstable();
        Came { rate, p99: times.get(times.len() * 99 / 100).copied().unwrap_or_default() }
    })
}
