//! How examples and tests write marks.

use base::Score;
use grading::gradebook::{Entry, Marks, Outcome, Standing, Work};
use rules::assessment::Assessment;

pub fn pack(code: &str) -> &'static Assessment {
    rules::assessment::find(code).expect("reads").unwrap_or_else(|| panic!("{code} is a pack"))
}

/// Words apart by spaces; `3*5` stands for three of them.
pub fn list(text: &str) -> Vec<String> {
    text.split_whitespace()
        .flat_map(|word| match word.split_once('*') {
            Some((times, word)) => vec![word.to_owned(); times.parse().expect("a number of times")],
            None => vec![word.to_owned()],
        })
        .collect()
}

pub fn entry(text: &str) -> Entry {
    match text {
        "-" => Entry::Nothing,
        "KP" => Entry::Unexcused,
        "M" => Entry::Exempt,
        "Đ" => Entry::Pass,
        "CĐ" => Entry::Fail,
        mark => Entry::Score(Score::parse(mark).unwrap_or_else(|| panic!("{mark} is a mark"))),
    }
}

/// `7 8 9 8 | 7,5 | 8`
pub fn marks(text: &str) -> Marks {
    let parts: Vec<&str> = text.split('|').collect();
    let mut marks = Marks::default();
    for (place, word) in list(parts[0]).iter().enumerate() {
        marks.regular[place] = entry(word);
    }
    [marks.midterm, marks.endterm] = [1, 2].map(|place| entry(parts[place].trim()));
    marks
}

pub fn outcome(text: &str) -> Option<Outcome> {
    match entry(text) {
        Entry::Score(score) => Some(Outcome::Score(score)),
        Entry::Pass => Some(Outcome::Pass),
        Entry::Fail => Some(Outcome::Fail),
        _ => None,
    }
}

/// Marks, a result alone, or `M`.
pub fn work(text: &str) -> Work {
    match text {
        "M" => Work::Exempt,
        // A semester in which nothing was entered.
        "-" => Work::Marks(Marks::default()),
        marked if marked.contains('|') => Work::Marks(marks(marked)),
        given => Work::Given(outcome(given).unwrap_or_else(|| panic!("{given} is a result"))),
    }
}

pub fn standing(of: Standing) -> String {
    match of {
        Standing::Missing => "missing".to_owned(),
        Standing::Exempt => "exempt".to_owned(),
        Standing::Result(Outcome::Score(score)) => score.one_decimal(),
        Standing::Result(Outcome::Pass) => "Đ".to_owned(),
        Standing::Result(Outcome::Fail) => "CĐ".to_owned(),
    }
}
