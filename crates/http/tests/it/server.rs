use std::time::Duration;

use super::*;
use http::server::{Listen, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

async fn send(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.expect("sends");
}

/// What comes until the text is there, or the connection ends.
async fn until(stream: &mut TcpStream, wanted: &str) -> String {
    let mut text = String::new();
    let mut part = [0u8; 4096];
    while !text.contains(wanted) {
        match tokio::time::timeout(Duration::from_secs(5), stream.read(&mut part)).await {
            Ok(Ok(n)) if n > 0 => text.push_str(&String::from_utf8_lossy(&part[..n])),
            _ => break,
        }
    }
    text
}

testkit::both! {
    async fn a_server_that_stops_finishes_what_it_began_and_ends_streams(w: World) {
        let school = unit(&w, "school", None).await;
        let (_, token) = somebody(&w, "head", school).await;
        let listeners = Listen::Loopback(0).open().await.expect("listens");
        let at = listeners[0].local_addr().expect("an address");
        assert!(at.ip().is_loopback());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve(app(&w, Settings::default()), listeners, None, async {
            let _asked = stopped.await;
        }));

        let mut idle = TcpStream::connect(at).await.expect("connects");
        send(&mut idle, "GET /healthz HTTP/1.1\r\nhost: khue\r\n\r\n").await;
        assert!(until(&mut idle, "ok\n").await.starts_with("HTTP/1.1 200"));
        let mut live = TcpStream::connect(at).await.expect("connects");
        send(&mut live, &format!("GET /api/v1/events HTTP/1.1\r\nhost: khue\r\ncookie: khue={}\r\n\r\n", token.as_str())).await;
        assert!(until(&mut live, "retry").await.contains("text/event-stream"));
        // A request whose body has not come whole.
        let mut slow = TcpStream::connect(at).await.expect("connects");
        let body = "{\"kind\":\"school\"}";
        send(
            &mut slow,
            &format!(
                "POST /api/v1/test/units HTTP/1.1\r\nhost: khue\r\ncookie: khue={}\r\ncontent-type: application/json\r\n\
                 content-length: {}\r\n\r\n{}",
                token.as_str(),
                body.len(),
                &body[..5]
            ),
        )
        .await;
        tokio::time::sleep(Duration::from_millis(200)).await;

        stop.send(()).expect("asks");
        let begun = tokio::time::Instant::now();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(TcpStream::connect(at).await.is_err(), "takes nobody more");
        send(&mut slow, &body[5..]).await;
        assert!(until(&mut slow, "\r\n\r\n").await.starts_with("HTTP/1.1 201"), "what was begun is finished");
        serving.await.expect("ends").expect("well");
        assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
        assert!(until(&mut live, "never").await.ends_with("0\r\n\r\n"), "the stream ended properly");
        let ctx = w.system();
        let refused = w.db.read(&ctx, |tx| {
            tx.public("a test looks");
            db::journal::read::head(tx)
        });
        assert!(refused.await.expect_err("closed").is(&db::STOPPING));
    }
}
