//! What every bench shares: the figures as `target/bench/NAME.json` and as a table.

use serde::Serialize;
use std::{fs, path::Path, time::Duration};

/// One figure. A ratio is this run's value to this run's floor; a goal that is not met is said, never hidden.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub name: String,
    pub value: f64,
    pub unit: &'static str,
    pub floor: Option<f64>,
    pub ratio: Option<f64>,
    pub goal: Option<f64>,
    pub met: Option<bool>,
}

#[derive(Debug)]
pub struct Report {
    name: &'static str,
    rows: Vec<Row>,
}

impl Report {
    pub fn new(name: &'static str) -> Self {
        Self { name, rows: Vec::new() }
    }

    /// A figure with the most that it should be.
    pub fn at_most(&mut self, name: &str, value: f64, unit: &'static str, goal: f64) {
        let met = Some(value <= goal);
        self.rows.push(Row { name: name.to_owned(), value, unit, floor: None, ratio: None, goal: Some(goal), met });
    }

    /// A figure of which more is better, beside its floor; the goal is the least that their ratio should be.
    #[allow(dead_code)]
    pub fn at_least(&mut self, name: &str, value: f64, unit: &'static str, floor: f64, goal: f64) {
        let ratio = value / floor;
        let (floor, ratio, met) = (Some(floor), Some(ratio), Some(ratio >= goal));
        self.rows.push(Row { name: name.to_owned(), value, unit, floor, ratio, goal: Some(goal), met });
    }

    /// A figure with the most that it should be, and its floor of the same run beside it.
    #[allow(dead_code)]
    pub fn at_most_beside(&mut self, name: &str, value: f64, unit: &'static str, floor: f64, goal: f64) {
        self.at_most(name, value, unit, goal);
        if let Some(row) = self.rows.last_mut() {
            (row.floor, row.ratio) = (Some(floor), Some(value / floor));
        }
    }

    /// A figure beside its floor, measured in the same run; the goal is for their ratio.
    #[allow(dead_code)]
    pub fn against(&mut self, name: &str, value: f64, unit: &'static str, floor: f64, goal: Option<f64>) {
        let ratio = value / floor;
        let met = goal.map(|goal| ratio <= goal);
        self.rows.push(Row { name: name.to_owned(), value, unit, floor: Some(floor), ratio: Some(ratio), goal, met });
    }

    /// Writes the file and prints the table.
    pub fn finish(self) {
        let folder = Path::new("target/bench");
        let file = folder.join(format!("{}.json", self.name));
        let json = serde_json::to_string_pretty(&self.rows).expect("rows are plain");
        fs::create_dir_all(folder).and_then(|()| fs::write(&file, json)).expect("target/bench can be written");
        let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
        println!("{:<44} {:>12} {:<10} {:>12} {:>8} {:>8} met", self.name, "value", "unit", "floor", "ratio", "goal");
        for row in &self.rows {
            println!(
                "{:<44} {:>12} {:<10} {:>12} {:>8} {:>8} {}",
                row.name,
                number(Some(row.value)),
                row.unit,
                number(row.floor),
                number(row.ratio),
                number(row.goal),
                row.met.map_or("-", |met| if met { "yes" } else { "NO" })
            );
        }
    }
}

/// The middle one.
#[allow(dead_code)]
pub fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The value at that part (0 to 1) of the sorted times, in milliseconds.
#[allow(dead_code, clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn percentile_ms(times: &mut [Duration], part: f64) -> f64 {
    times.sort();
    let at = ((times.len() - 1) as f64 * part).round() as usize;
    times[at].as_secs_f64() * 1000.0
}
