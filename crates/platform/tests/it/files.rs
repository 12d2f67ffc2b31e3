//! Files: in and out, limits, tampering, the end of their time.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base::{Clock as _, UnitId, Uuid};
use platform::files::{self, Disk, FileId, Incoming, Media, Purpose, Store, UPLOAD};
use platform::jobs::Runner;
use testkit::World;

const SCHOOL: UnitId = UnitId(Uuid::from_u128(77));

static SMALL: Purpose = Purpose { name: "test", most: 1_000, accepts: &[Media::Text], days: None };

fn disk(w: &World) -> Disk {
    Disk::beside(w.db.data())
}

async fn upload(w: &World, name: &str, bytes: &[u8]) -> FileId {
    let mut incoming = Incoming::begin(&disk(w), &UPLOAD, SCHOOL, name, w.clock.now()).expect("begins");
    for piece in bytes.chunks(10_007) {
        incoming.write(piece).expect("takes");
    }
    let kept = incoming.finish(w.db.keys()).expect("finishes");
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        files::keep(tx, &kept)
    })
    .await
    .expect("keeps")
}

async fn opening(w: &World, unit: UnitId, id: FileId) -> base::Result<files::Opening> {
    w.db.read(&w.system(), move |tx| {
        tx.public("test");
        files::opening(tx, unit, id)
    })
    .await
}

/// Every file under a folder.
fn on_disk(w: &World) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![disk(w).root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found
}

fn pdf(length: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((0..length).map(|i| u8::try_from(i * 31 % 251).expect("fits")));
    bytes
}

testkit::both! {
    async fn a_file_comes_back_as_it_went_in_and_lies_encrypted(w: World) {
        // Around the borders of a piece, and none at all.
        for length in [0, 1, 65_527, 65_528, 131_063, 400_000] {
            let bytes = pdf(length);
            let id = upload(&w, "bảng điểm.pdf", &bytes).await;
            let read = opening(&w, SCHOOL, id).await.expect("opens").read_all(&disk(&w)).expect("reads");
            assert!(read == bytes, "{length}");
        }
        for path in on_disk(&w) {
            let stored = std::fs::read(&path).expect("reads");
            assert!(!stored.windows(8).any(|window| window == b"%PDF-1.7"));
        }
        // Equal contents lie at two addresses: each is erased by itself.
        let (one, two) = (upload(&w, "a.pdf", &pdf(50)).await, upload(&w, "a.pdf", &pdf(50)).await);
        assert_ne!(one, two);
        assert_eq!(on_disk(&w).len(), 8);
        let refused = opening(&w, UnitId(Uuid::from_u128(78)), one).await.expect_err("another unit's");
        assert_eq!(refused.code(), "file.not_found");
    }

    async fn what_is_too_large_or_of_another_sort_leaves_nothing(w: World) {
        let mut incoming = Incoming::begin(&disk(&w), &SMALL, SCHOOL, "a.txt", w.clock.now()).expect("begins");
        incoming.write(&[b'a'; 900]).expect("takes");
        assert_eq!(incoming.write(&[b'a'; 101]).expect_err("too large").code(), "file.too_large");
        drop(incoming);
        let mut incoming = Incoming::begin(&disk(&w), &SMALL, SCHOOL, "a.txt", w.clock.now()).expect("begins");
        incoming.write(b"%PDF-1.7 is no text").expect("takes");
        assert_eq!(incoming.finish(w.db.keys()).expect_err("another sort").code(), "file.not_accepted");
        assert!(on_disk(&w).is_empty());
    }

    async fn a_tampered_or_cut_file_is_refused(w: World) {
        let bytes = pdf(200_000);
        let id = upload(&w, "a.pdf", &bytes).await;
        let path = on_disk(&w).pop().expect("one file");
        let whole = std::fs::read(&path).expect("reads");
        let opening = opening(&w, SCHOOL, id).await.expect("opens");
        let mut wrong: Vec<Vec<u8>> = [0, 8, 5_000, 65_560, whole.len() - 1].iter().map(|at| {
            let mut bytes = whole.clone();
            bytes[*at] ^= 1;
            bytes
        }).collect();
        let piece = 65_552;
        wrong.push(whole[..8 + piece].to_vec());
        wrong.push(whole[..whole.len() - 1].to_vec());
        wrong.push(whole[..8].to_vec());
        wrong.push([&whole[..8], &whole[8 + piece..8 + 2 * piece], &whole[8..8 + piece], &whole[8 + 2 * piece..]].concat());
        for (n, bytes) in wrong.iter().enumerate() {
            std::fs::write(&path, bytes).expect("writes");
            assert_eq!(opening.read_all(&disk(&w)).expect_err("altered").code(), "file.altered", "{n}");
        }
        std::fs::write(&path, &whole).expect("writes");
        // Memory stays flat: bytes come piece by piece.
        let mut reader = opening.read(&disk(&w)).expect("opens");
        let mut first = [0; 9];
        reader.read_exact(&mut first).expect("reads");
        assert_eq!(&first, b"%PDF-1.7\n");
        std::fs::remove_file(&path).expect("removes");
        assert_eq!(opening.read_all(&disk(&w)).expect_err("gone").code(), "file.altered");
    }

    async fn a_file_is_erased_when_its_time_has_ended(w: World) {
        let (ends, stays) = (upload(&w, "a.pdf", &pdf(10)).await, upload(&w, "b.pdf", &pdf(20)).await);
        w.db.write(&w.system(), move |tx| { tx.public("test"); files::end_at(tx, SCHOOL, stays, None) }).await.expect("keeps it");
        let runner = Runner::new(w.db.clone(), Arc::new(w.clock.clone()), files::handlers(Arc::new(disk(&w))), 2);
        runner.turn().await.expect("begins its calendar");
        w.clock.advance_seconds(29 * 86_400);
        runner.turn().await.expect("looks");
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(on_disk(&w).len(), 2, "29 days");
        w.clock.advance_seconds(86_401);
        for _ in 0..200 {
            runner.turn().await.expect("looks");
            if on_disk(&w).len() == 1 { break }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(on_disk(&w).len(), 1);
        assert_eq!(opening(&w, SCHOOL, ends).await.expect_err("erased").code(), "file.not_found");
        assert!(opening(&w, SCHOOL, stays).await.is_ok());
        let row = w.db.read(&w.system(), move |tx| { tx.public("test"); files::get(tx, SCHOOL, ends) }).await.expect("its row stays");
        assert!(row.erased_at.is_some());
    }

    async fn drafts_are_invisible_and_forgotten(w: World) {
        let store = disk(&w);
        let mut draft = store.draft().expect("begins");
        draft.write_all(b"half").expect("writes");
        let address = "ab".repeat(32);
        assert!(store.open(&address).expect("looks").is_none());
        // A crash: the draft is never dropped.
        std::mem::forget(draft);
        assert_eq!(on_disk(&w).len(), 1);
        let late = base::Instant(i64::MAX);
        assert!(store.addresses("ab", late).expect("lists").is_empty());
        assert!(on_disk(&w).is_empty());
        store.draft().expect("begins").keep(&address).expect("keeps");
        assert_eq!(store.addresses("ab", late).expect("lists"), std::slice::from_ref(&address));
        store.remove(&address).expect("removes");
        store.remove(&address).expect("twice is no fault");
        assert!(store.open("../../etc/passwd").is_err());
    }
}
