//! A file as an answer, sent piece by piece.

use std::fs::File;
use std::io::Read as _;

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

/// Read and sent at once.
const PIECE: usize = 64 * 1024;

/// A file that was made for this answer. It is never held in memory as a whole.
#[derive(Debug)]
pub struct Download {
    file: File,
    name: String,
    kind: &'static str,
}

impl Download {
    /// An Excel file.
    #[must_use]
    pub fn excel(file: File, name: String) -> Self {
        Self { file, name, kind: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" }
    }
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let length = self.file.metadata().map(|about| about.len()).ok();
        let pieces = futures_util::stream::try_unfold(self.file, |mut file| async move {
            // A file on this machine's disk: read beside the connections, not between them.
            let read = tokio::task::spawn_blocking(move || {
                let mut piece = vec![0; PIECE];
                let length = file.read(&mut piece)?;
                piece.truncate(length);
                Ok::<_, std::io::Error>((piece, file))
            });
            let (piece, file) = read.await.map_err(std::io::Error::other)??;
            Ok::<_, std::io::Error>((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
        });
        let mut response = Body::from_stream(pieces).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        if let Some(length) = length {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        // Names are ours, of plain letters.
        if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{}\"", self.name)) {
            headers.insert(CONTENT_DISPOSITION, value);
        }
        response
    }
}
