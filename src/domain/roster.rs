//! A roster: the players of a team, as they stand on a clip ("#10 Ilse"), one to a line where they are written.

/// Bounds on what a user may write.
pub const MOST_PLAYERS: usize = 200;
pub const MAX_PLAYER_LENGTH: usize = 60;
/// What parts the players of one clip.
const BETWEEN: [char; 3] = [',', ';', '/'];

/// The players of a clip, as they were typed: "#10 Ilse, #7 Bo".
pub fn players_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(BETWEEN).map(str::trim).filter(|player| !player.is_empty())
}

/// A line of a roster: "10 Ilse", "#10 Ilse", "Ilse", and two cells of a spreadsheet. The number comes first, with its sign.
pub fn player(line: &str) -> Option<String> {
    let line: String = line.chars().map(|c| if c.is_control() || BETWEEN.contains(&c) { ' ' } else { c }).collect();
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_number = |word: &&str| {
        let digits = word.trim_start_matches('#').trim_end_matches('.');
        (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let at = words.iter().position(is_number);
    let names = words.iter().enumerate().filter(|(n, _)| Some(*n) != at).map(|(_, word)| *word);
    let mut all = Vec::new();
    let number = at.map(|at| format!("#{}", words[at].trim_start_matches('#').trim_end_matches('.')));
    all.extend(number.as_deref());
    all.extend(names);
    let player: String = all.join(" ").chars().take(MAX_PLAYER_LENGTH).collect();
    (!player.is_empty()).then_some(player)
}

/// Every line that names somebody, each player once.
pub fn read(text: &str) -> Vec<String> {
    let mut roster: Vec<String> = Vec::new();
    for player in text.lines().filter_map(player) {
        if !roster.contains(&player) {
            roster.push(player);
        }
    }
    roster.truncate(MOST_PLAYERS);
    roster
}

/// Who may be on a clip, who is on more clips first: the roster, and whoever was named without standing there. `named` are the
/// players of every clip.
pub fn ranked<'a>(roster: &[String], named: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut all: Vec<(String, usize)> = roster.iter().map(|player| (player.clone(), 0)).collect();
    for player in named {
        match all.iter_mut().find(|(known, _)| known == player) {
            Some((_, times)) => *times += 1,
            None => all.push((player.to_owned(), 1)),
        }
    }
    all.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    all.into_iter().map(|(player, _)| player).collect()
}

/// The players that are there, and what is being typed behind them. A name that is one of `known` is there: nothing is typed.
fn parted<'a>(known: &[String], text: &'a str) -> (Vec<&'a str>, &'a str) {
    let (before, typed) = text.rfind(BETWEEN).map_or(("", text), |at| (&text[..at], &text[at + 1..]));
    let (mut there, typed) = (players_of(before).collect::<Vec<_>>(), typed.trim());
    if known.iter().any(|player| player == typed) {
        there.push(typed);
        return (there, "");
    }
    (there, typed)
}

/// Who may be meant by what is typed, at most `most` of `known` in their order: who is not there yet and has a word that
/// begins so, by number or name. Somebody with just this number comes first.
pub fn suggestions(known: &[String], text: &str, most: usize) -> Vec<String> {
    let (there, typed) = parted(known, text);
    let typed = typed.trim_start_matches('#').to_lowercase();
    let words = |player: &str| -> Vec<String> {
        player.to_lowercase().split_whitespace().map(|word| word.trim_start_matches('#').to_owned()).collect()
    };
    let begins = |player: &str| {
        let words = words(player);
        (0..words.len()).any(|from| words[from..].join(" ").starts_with(&typed))
    };
    let mut found: Vec<&String> =
        known.iter().filter(|player| !there.contains(&player.as_str()) && begins(player)).collect();
    found.sort_by_key(|player| !words(player).contains(&typed));
    found.into_iter().take(most).cloned().collect()
}

/// Whether something is typed that is not yet one of `known`.
pub fn is_typing(known: &[String], text: &str) -> bool {
    !parted(known, text).1.is_empty()
}

/// The text with this player in place of what is typed.
pub fn completed(known: &[String], text: &str, player: &str) -> String {
    let mut there = parted(known, text).0;
    there.retain(|known| *known != player);
    there.push(player);
    there.join(", ")
}

/// A roster that was changed from `base` to `mine`, put onto what others made of it meanwhile.
pub fn merged(base: &[String], mine: &[String], theirs: &[String]) -> Vec<String> {
    if theirs == base {
        return mine.to_vec();
    }
    let gone = |player: &String| base.contains(player) && !mine.contains(player);
    let mut all: Vec<String> = theirs.iter().filter(|player| !gone(player)).cloned().collect();
    let new = |player: &&String| !base.contains(player) && !theirs.contains(player);
    all.extend(mine.iter().filter(new).cloned());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_players() {
        let text = "10 Ilse\n#7\tBo K\nMaya, 23\n\n  Noor  \n10 Ilse\n4. Sam/Lee\n,;\n";
        assert_eq!(read(text), ["#10 Ilse", "#7 Bo K", "#23 Maya", "Noor", "#4 Sam Lee"]);
        assert_eq!(player("2026 Squad").as_deref(), Some("2026 Squad"), "a year is no number");
        assert_eq!(player("7").as_deref(), Some("#7"));
        assert_eq!(player(&"x".repeat(100)).map(|player| player.len()), Some(MAX_PLAYER_LENGTH));
        assert_eq!(read(&(0..300).map(|n| n.to_string()).collect::<Vec<_>>().join("\n")).len(), MOST_PLAYERS);
    }

    #[test]
    fn a_number_or_a_beginning_finds_a_player() {
        let known = ranked(&read("10 Ilse\n1 Bo\n12 Maya Ilves\n7 Noor"), ["#7 Noor", "Guest", "#7 Noor"].into_iter());
        assert_eq!(known, ["#7 Noor", "Guest", "#10 Ilse", "#1 Bo", "#12 Maya Ilves"]);
        let found = |text: &str| suggestions(&known, text, 3);
        assert_eq!(found("1"), ["#1 Bo", "#10 Ilse", "#12 Maya Ilves"]);
        assert_eq!(found("il"), ["#10 Ilse", "#12 Maya Ilves"]);
        assert_eq!(found("#10 Ilse, il"), ["#12 Maya Ilves"]);
        assert_eq!(found("maya il"), ["#12 Maya Ilves"]);
        assert_eq!(found(""), ["#7 Noor", "Guest", "#10 Ilse"]);
        assert_eq!(found("#7 Noor"), ["Guest", "#10 Ilse", "#1 Bo"], "a whole name is there");
        assert_eq!(found("x"), Vec::<String>::new());
        assert!(is_typing(&known, "#7 Noor, m") && !is_typing(&known, "#7 Noor"));
    }

    #[test]
    fn what_is_typed_becomes_a_player() {
        let known = read("10 Ilse\n1 Bo");
        assert_eq!(completed(&known, "#10 Ilse, bo", "#1 Bo"), "#10 Ilse, #1 Bo");
        assert_eq!(completed(&known, "#10 Ilse", "#1 Bo"), "#10 Ilse, #1 Bo");
        assert_eq!(completed(&known, "", "#1 Bo"), "#1 Bo");
        assert_eq!(completed(&known, "#1 Bo; 1", "#1 Bo"), "#1 Bo");
    }

    #[test]
    fn two_who_write_one_roster_lose_nothing() {
        let names = |text: &str| read(text);
        let base = names("1 A\n2 B\n3 C");
        assert_eq!(merged(&base, &names("2 B\n1 A"), &base), names("2 B\n1 A"));
        assert_eq!(merged(&base, &names("1 A\n3 C\n4 D"), &names("1 A\n2 B\n3 C\n5 E")), names("1 A\n3 C\n5 E\n4 D"));
    }
}
