//! The picture along a timeline: small pictures side by side, cut from each recording's sheet.

use super::scale::Scale;
use crate::domain::{overview::Sprites, time::Micros};
use leptos::prelude::*;

/// About as wide as a picture is in the lane.
const CELL_PIXELS: f64 = 84.0;

/// One small picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub sheet: Sprites,
    /// Of the sheet.
    pub url: String,
    /// Source time.
    pub at: Micros,
}

impl Picture {
    /// The part of the sheet, in parts of the element whatever its size.
    fn style(&self) -> String {
        let Self { sheet, url, at } = self;
        let (column, row) = sheet.place(*at);
        let place = |at: i64, count: i64| decimal(at * 100, count - 1);
        format!(
            "--ratio: {}; background-image: url({url}); background-size: {}% {}%; background-position: {}% {}%",
            decimal(sheet.width.into(), sheet.height.into()),
            sheet.columns * 100,
            sheet.rows() * 100,
            place(column, sheet.columns),
            place(row, sheet.rows()),
        )
    }
}

/// A quotient with four digits, 0 of nothing. In whole numbers: what writes floats would be kilobytes more for the library.
fn decimal(part: i64, whole: i64) -> String {
    let digits = if whole > 0 { part * 10_000 / whole } else { 0 };
    format!("{}.{:04}", digits / 10_000, digits % 10_000)
}

/// One picture that fills what it stands in.
#[component]
pub fn Still(picture: Picture) -> impl IntoView {
    view! { <span class="film__still" aria-hidden="true"><span class="film__picture" style=picture.style()></span></span> }
}

#[derive(Debug, Clone, PartialEq)]
struct Cell {
    start: Micros,
    end: Micros,
    picture: Picture,
}

/// Pictures over the whole lane. They stand where their time is, so that they move with it.
#[component]
pub fn Film(
    scale: Scale,
    /// What the timeline shows at a time of its own.
    picture: Callback<Micros, Option<Picture>>,
) -> impl IntoView {
    // How many there are depends on the lane's width, which only the browser knows.
    let is_shown = RwSignal::new(false);
    Effect::new(move |_| is_shown.set(true));
    let cells = Memo::new(move |_| {
        let (window, is_shown) = (scale.window(), is_shown.get());
        let Some(seconds) = scale.per_pixel().filter(|_| is_shown) else { return Vec::new() };
        let step = step(seconds * CELL_PIXELS);
        let (first, last) = (window.start.0.div_euclid(step.0), window.end.0.div_euclid(step.0));
        (first..=last)
            .filter_map(|n| {
                let (start, end) = (Micros(n * step.0), Micros((n + 1) * step.0));
                let picture = picture.run(Micros(start.0 + step.0 / 2))?;
                Some(Cell { start, end, picture })
            })
            .collect::<Vec<_>>()
    });
    view! {
        <div class="film" aria-hidden="true">
            <For each=move || cells.get() key=|cell| (cell.start, cell.end, cell.picture.style()) let:cell>
                <span class="film__cell" style=move || scale.bar_style(cell.start, cell.end)>
                    <span class="film__picture" style=cell.picture.style()></span>
                </span>
            </For>
        </div>
    }
}

/// The least of 1, 1.5, 2, 3, 4, 6, … seconds (and below: 0.75, 0.5, …) that is at least so long: so few that pictures stay where
/// they are while a timeline zooms.
fn step(seconds: f64) -> Micros {
    let seconds = seconds.clamp(0.01, 100_000.0);
    let power = libm::exp2(libm::ceil(libm::log2(seconds)));
    let step = if power * 0.75 >= seconds { power * 0.75 } else { power };
    Micros::from_seconds_f64(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_few() {
        let seconds = [(1.0, 1.0), (1.1, 1.5), (1.6, 2.0), (2.9, 3.0), (3.1, 4.0), (0.6, 0.75), (0.0, 0.011_719)];
        for (wanted, found) in seconds {
            assert!((step(wanted).seconds() - found).abs() < 1e-6, "{wanted}: {:?}", step(wanted));
        }
    }

    #[test]
    fn a_picture_is_a_part_of_its_sheet() {
        let sheet = Sprites { interval: Micros::SECOND, count: 30, columns: 10, width: 128, height: 72 };
        let picture = Picture { sheet, url: "/s".to_owned(), at: Micros(14_500_000) };
        let style = picture.style();
        assert!(style.contains("background-size: 1000% 300%"), "{style}");
        assert!(style.contains("background-position: 44.4444% 50.0000%"), "{style}");
        let single = Sprites { count: 1, columns: 1, ..sheet };
        let picture = Picture { sheet: single, url: String::new(), at: Micros::ZERO };
        assert!(picture.style().contains("background-position: 0.0000% 0.0000%"));
    }
}
