//! Text with separators: commas, semicolons, tabs or bars.

use base::Result;

use super::gather::Gather;
use super::limits::damaged;

pub(super) fn read(text: &str, gather: &mut Gather<'_>) -> Result<()> {
    gather.begin("Trang 1", false)?;
    // Excel's own way of saying it: a first line `sep=;`.
    let said = text.strip_prefix("sep=").and_then(|rest| rest.chars().next()).filter(char::is_ascii);
    let (separator, text) = match said {
        Some(separator) => (separator, text.split_once('\n').map_or("", |(_, rest)| rest)),
        None => (separator_of(text), text),
    };
    let mut rest = text;
    let mut field = String::new();
    let mut row = 0u32;
    while !rest.is_empty() {
        let mut column = 0u32;
        loop {
            field.clear();
            let ended;
            let before = rest;
            (ended, rest) = take_field(rest, separator, &mut field)?;
            match number_of(before, &field) {
                Some(value) => gather.number_shown(row, column, value, &field)?,
                None => gather.text(row, column, plain(&field))?,
            }
            column = column.saturating_add(1);
            if ended {
                break;
            }
        }
        row = row.saturating_add(1);
    }
    Ok(())
}

/// The separator that parts the first lines into the most columns, most evenly.
fn separator_of(text: &str) -> char {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(50).collect();
    let evenness = |separator: char| {
        let mut counts: Vec<usize> = lines.iter().map(|line| outside_quotes(line, separator)).collect();
        counts.sort_unstable();
        // The middle line: titles above the table have none, an address may have more.
        let middle = counts.get(counts.len() / 2).copied().unwrap_or(0);
        let same = counts.iter().filter(|count| **count == middle).count();
        if middle == 0 { 0 } else { same * 1_000 + middle }
    };
    // Of two that do as well, the first: a comma also stands in numbers and addresses.
    ['\t', ';', ',', '|'].into_iter().rev().max_by_key(|separator| evenness(*separator)).unwrap_or(',')
}

fn outside_quotes(line: &str, separator: char) -> usize {
    let mut quoted = false;
    line.chars()
        .filter(|c| {
            quoted ^= *c == '"';
            !quoted && *c == separator
        })
        .count()
}

/// Takes a field off the text: whether its line ended with it, and what is left.
fn take_field<'t>(text: &'t str, separator: char, field: &mut String) -> Result<(bool, &'t str)> {
    let mut rest = text;
    if let Some(quoted) = text.trim_start_matches(' ').strip_prefix('"') {
        rest = quoted;
        loop {
            let Some((before, after)) = rest.split_once('"') else {
                return Err(damaged("một ô mở ngoặc kép mà không đóng"));
            };
            field.push_str(before);
            rest = after;
            match rest.strip_prefix('"') {
                Some(after) => {
                    field.push('"');
                    rest = after;
                }
                None => break,
            }
        }
    }
    let end = rest.find([separator, '\n', '\r']).unwrap_or(rest.len());
    let (before, after) = rest.split_at(end);
    field.push_str(before);
    let mut after_letters = after.chars();
    Ok(match after_letters.next() {
        Some('\r') => (true, after_letters.as_str().strip_prefix('\n').unwrap_or(after_letters.as_str())),
        Some('\n') | None => (true, after_letters.as_str()),
        Some(_) if after_letters.as_str().is_empty() => (true, ""),
        Some(_) => (false, after_letters.as_str()),
    })
}

/// A whole number that stands bare, without a zero in front: Excel wrote it as one, and dropped its zeros if it had any.
fn number_of(text: &str, field: &str) -> Option<f64> {
    let bare = !text.starts_with(['"', ' ']) && (1..=15).contains(&field.len()) && !field.starts_with('0');
    (bare && field.bytes().all(|b| b.is_ascii_digit())).then(|| field.parse().ok()).flatten()
}

/// `="001234"` is how programs keep Excel from dropping zeros; the text inside is meant.
fn plain(field: &str) -> &str {
    field
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|inside| !inside.contains('"'))
        .unwrap_or(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_found() {
        assert_eq!(separator_of("STT;Họ tên;Địa chỉ\n1;An;12, Lê Lợi\n2;Bình;\"3; Hùng Vương, Q.1\"\n"), ';');
        assert_eq!(separator_of("DANH SÁCH LỚP 6A1\nSTT,Họ tên\n1,An\n2,Bình\n"), ',');
        assert_eq!(separator_of("STT\tHọ tên\n1\tAn\n"), '\t');
        assert_eq!(separator_of("Họ tên\nAn\n"), '\t');
    }

    #[test]
    fn what_excel_must_not_change_is_what_is_meant() {
        assert_eq!(plain("=\"001234\""), "001234");
        assert_eq!(plain("=1+1"), "=1+1");
        assert_eq!(plain("=\"a\"&\"b\""), "=\"a\"&\"b\"");
    }
}
