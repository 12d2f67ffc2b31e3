//! Searching, lists and class pages, one after the other as one person asks, over HTTP.

use std::time::Instant;

use super::country::Samples;
use super::{SignIn, Times, below};
use crate::load::{self, Wire};
use crate::program::Fact;

/// How often each sort of question is asked.
const TIMES: usize = 300;

/// Asks each path once and answers how long it took. Everything must be answered with 200; with what is `found`, the share
/// of questions with an answer is told.
async fn ask(port: u16, cookie: &str, paths: &[String]) -> (Times, usize) {
    let mut wire = Wire::to(port).await.expect("connects");
    let mut found = 0;
    let mut times = Vec::with_capacity(paths.len());
    for (n, path) in paths.iter().enumerate() {
        let request = load::get(path, cookie);
        let began = Instant::now();
        let answer = wire.ask(&request).await.expect("an answer");
        let took = began.elapsed();
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        // The first few fill the caches of statements.
        if n >= paths.len() / 20 {
            times.push(took);
        }
        let body: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        found += usize::from(body["items"].as_array().is_none_or(|items| !items.is_empty()));
    }
    (Times::of(times), found)
}

/// Text for an address.
fn quoted(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Questions as people ask them: of ten, six with two words or more, two with a code or a telephone, two with one word.
fn questions(samples: &Samples, at: Option<base::UnitId>) -> Vec<String> {
    let here: Vec<_> = samples.pupils.iter().filter(|one| at.is_none_or(|school| one.school == school)).collect();
    assert!(here.len() > 20, "pupils to ask for");
    // Steps that share no factor with the length, so that neighbours are not asked one after the other.
    let step = (here.len() / 3..).find(|step| gcd(*step, here.len()) == 1).unwrap_or(1);
    (0..TIMES)
        .map(|n| {
            let one = here[n * step % here.len()];
            let folded = base::vi::fold(&one.name);
            let words: Vec<&str> = folded.split(' ').collect();
            let (first, last) = (words[0], words[words.len() - 1]);
            let q = match n % 10 {
                // Family and given name, the given name with its middle name, the whole, the last begun.
                0 | 4 => format!("{first} {last}"),
                1 | 5 => words[words.len().saturating_sub(2)..].join(" "),
                2 => folded.clone(),
                3 => format!("{first} {}", last.chars().take(2).collect::<String>()),
                6 => one.code.clone().or_else(|| one.phone.clone()).unwrap_or_else(|| folded.clone()),
                7 => one.phone.clone().or_else(|| one.code.clone()).unwrap_or_else(|| folded.clone()),
                8 => last.to_owned(),
                _ => first.to_owned(),
            };
            format!("/api/v1/people?q={}", quoted(&q))
        })
        .collect()
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Measures as the head of a school, and as whoever sees the whole country's pupils.
pub fn measure(port: u16, head: &SignIn, country: &SignIn, samples: &Samples) -> Vec<Fact> {
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    rt.block_on(async {
        let school = head.unit;
        let (at_school, everywhere) = (head.cookie(port).await, country.cookie(port).await);
        let told = |what: &str, (times, found): (Times, usize), of: usize| {
            println!("{}; {found} of {of} found somebody", times.line(what));
            times
        };

        let asked = questions(samples, Some(school));
        let inside = told("search inside a school", ask(port, &at_school, &asked).await, asked.len());
        let asked = questions(samples, None);
        let national = told("search in the whole country", ask(port, &everywhere, &asked).await, asked.len());

        let mut wire = Wire::to(port).await.expect("connects");
        let classes =
            wire.ask(&load::get(&format!("/api/v1/schools/{school}/classes"), &at_school)).await.expect("classes");
        let classes: serde_json::Value = serde_json::from_slice(&classes.body).expect("JSON");
        let classes: Vec<String> = classes["items"]
            .as_array()
            .expect("classes")
            .iter()
            .filter_map(|class| class["id"].as_str())
            .map(|class| format!("/api/v1/schools/{school}/classes/{class}"))
            .collect();
        let pages: Vec<String> = classes.iter().cycle().take(TIMES).cloned().collect();
        let class = told("a class with its pupils", ask(port, &at_school, &pages).await, pages.len());

        let lists = [
            format!("/api/v1/schools/{school}/classes"),
            format!("/api/v1/schools/{school}/pupils?limit=40"),
            format!("/api/v1/schools/{school}/pupils?limit=40&sort=-birth"),
            format!("/api/v1/schools/{school}/pupils?limit=40&q=an"),
            format!("/api/v1/schools/{school}/pupils?limit=40&sex=1"),
            format!("/api/v1/schools/{school}/staff?limit=40"),
            "/api/v1/units?kind=school&limit=40".to_owned(),
        ];
        let pages: Vec<String> = lists.iter().cycle().take(TIMES).cloned().collect();
        let list = told("lists of a school", ask(port, &at_school, &pages).await, pages.len());
        let lists = [
            "/api/v1/units?kind=school&limit=40".to_owned(),
            "/api/v1/units?kind=school&limit=40&q=tran".to_owned(),
            "/api/v1/units?kind=school&limit=40&sort=-name".to_owned(),
        ];
        let pages: Vec<String> = lists.iter().cycle().take(TIMES / 3).cloned().collect();
        let units = told("lists of the country's schools", ask(port, &everywhere, &pages).await, pages.len());
        let longest = if units.p95 > list.p95 { units } else { list };
        vec![
            below("search inside a school, p95", inside.p95, 30.0),
            below("search in the whole country, p95", national.p95, 150.0),
            below("a class with its pupils, p95", class.p95, 15.0),
            below("the slower of the lists, p95", longest.p95, 50.0),
        ]
    })
}
