//! "Continue where you left off": the game that was opened last, and the reels that were changed last.

use super::{games_tab::counted, poster::PosterPicture};
use crate::{
    domain::rating::Rating,
    games::types::GameCard,
    reels::{
        reel_tile::next_step,
        types::{ReelCard, ReelStatus},
    },
    ui::icon::Icon,
};
use leptos::prelude::*;

const REELS: usize = 2;

/// Nothing when no game was opened yet.
#[component]
pub fn Resume(games: Signal<Vec<GameCard>>, reels: Signal<Vec<ReelCard>>) -> impl IntoView {
    let opened = Memo::new(move |_| {
        let was_opened = |card: &&GameCard| card.last_opened_at.is_some();
        games.with(|games| games.iter().filter(was_opened).max_by_key(|card| card.last_opened_at).cloned())
    });
    let reels = Memo::new(move |_| reels.with(|reels| reels.iter().take(REELS).cloned().collect::<Vec<_>>()));
    let is_alone = move || reels.with(Vec::is_empty);
    move || {
        opened.get().map(|card| {
            view! {
                <section class="resume-section" aria-labelledby="resume-title">
                    <div class="section__head"><h2 class="section__title" id="resume-title">"Continue where you left off"</h2></div>
                    <div class="resume" class:resume--alone=is_alone>
                        <Lead card />
                        {move || view! { <Side reels=reels.get() /> }}
                    </div>
                </section>
            }
        })
    }
}

/// "You stopped at 23:41 with 15 clips, 3 of them brilliant."
fn story(card: &GameCard) -> String {
    let (clips, brilliants) = (card.tally.clips(), card.tally.of(Rating::Brilliant));
    let with = match (clips, brilliants) {
        (0, _) => "no clips yet".to_owned(),
        (_, 0) => counted(clips, "clip"),
        (_, some) => format!("{}, {some} of them brilliant", counted(clips, "clip")),
    };
    format!("You stopped at {} with {with}.", card.last_position)
}

#[component]
fn Lead(card: GameCard) -> impl IntoView {
    let href = format!("/games/{}", card.id);
    let story = story(&card);
    let seen = card
        .duration
        .filter(|duration| duration.0 > 0)
        .map(|duration| (card.last_position.0.max(0) * 100 / duration.0).min(100));
    view! {
        <article class="resume__lead">
            <div class="poster">
                <PosterPicture url=card.poster_url.clone() />
                {seen.map(|percent| view! { <div class="poster__progress"><span style=format!("--value: {percent}%")></span></div> })}
            </div>
            <div class="resume__text">
                <span class="eyebrow">"Annotate"</span>
                <h3 class="resume__title">{card.details.name()}</h3>
                <p class="muted">{story}</p>
                <a class="button button--primary button--lg" href=href>
                    <span class="button__text">"Continue annotating"</span>
                </a>
            </div>
        </article>
    }
}

#[component]
fn Side(reels: Vec<ReelCard>) -> impl IntoView {
    (!reels.is_empty()).then(|| {
        view! {
            <div class="resume__side">
                {reels.into_iter().map(|card| view! { <MiniReel card /> }).collect_view()}
            </div>
        }
    })
}

#[component]
fn MiniReel(card: ReelCard) -> impl IntoView {
    let is_complete = card.status == ReelStatus::Complete;
    let framed = card.framed.iter().filter(|framed| **framed).count();
    let (eyebrow, href, meta) = if is_complete {
        ("Ready in the gallery".to_owned(), "/gallery".to_owned(), card.length.to_string())
    } else {
        let (word, step) = next_step(card.status);
        let meta = format!("{framed} of {} framed", counted(card.framed.len(), "clip"));
        (format!("{word} · {}", card.aspect.label()), format!("/reels/{}?step={step}", card.id), meta)
    };
    view! {
        <article class="mini card">
            <div class="poster"><PosterPicture url=card.poster_url /></div>
            <div class="mini__text">
                <span class="eyebrow">{eyebrow}</span>
                <h3 class="card__title"><a href=href>{card.name}</a></h3>
                <p class="card__meta"><span>{meta}</span></p>
            </div>
            <Icon name="chevron" class="faint" />
        </article>
    }
}
