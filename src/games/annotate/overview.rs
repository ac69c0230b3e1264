//! The game at a glance, along its timeline: pictures and sound of all its videos on one clock.

use super::annotation::Annotation;
use crate::{
    browser,
    domain::{clock::GameClock, ids::VideoId, overview::loudest, time::Micros},
    editor::{film::Picture, sound_lane::SoundLane},
    videos::types::Video,
};
use leptos::{prelude::*, task::spawn_local};
use std::{collections::HashMap, sync::Arc};

/// The small picture of the game at a time of its clock.
pub fn picture(page: Annotation) -> Callback<Micros, Option<Picture>> {
    Callback::new(move |at: Micros| {
        let (id, start) = page.videos.clock.with(|clock| placed_at(clock, at))?;
        page.game.with(|game| game.videos.iter().find(|video| video.id == id)?.picture(at - start))
    })
}

/// The video that plays then, and where it begins on the clock.
fn placed_at(clock: &GameClock, at: Micros) -> Option<(VideoId, Micros)> {
    clock.at(at).filter(|placed| placed.holds(at)).map(|placed| (placed.video.clone(), placed.start))
}

/// The lane of sound; there is none before any of it was measured.
#[component]
pub fn GameSound(page: Annotation) -> impl IntoView {
    let peaks = RwSignal::new(HashMap::<VideoId, Arc<Vec<u8>>>::new());
    let asked = StoredValue::new(Vec::<VideoId>::new());
    Effect::new(move |_| {
        let measured: Vec<(VideoId, String)> = page.game.with(|game| {
            let url = |video: &Video| Some((video.id.clone(), video.waveform_url.clone()?));
            game.videos.iter().filter_map(url).collect()
        });
        for (id, url) in measured {
            if asked.with_value(|asked| asked.contains(&id)) {
                continue;
            }
            asked.update_value(|asked| asked.push(id.clone()));
            spawn_local(async move {
                match browser::page::bytes_of(&url).await {
                    Some(bytes) => drop(peaks.try_update(|peaks| peaks.insert(id, Arc::new(bytes)))),
                    // Asked again when the game changes.
                    None => drop(asked.try_update_value(|asked| asked.retain(|known| *known != id))),
                }
            });
        }
    });
    let level = Callback::new(move |(from, to): (Micros, Micros)| {
        let (id, start) = page.videos.clock.with(|clock| placed_at(clock, from))?;
        peaks.with(|peaks| loudest(peaks.get(&id)?, from - start, to - start))
    });
    // A mute recording has no peaks.
    let has_sound = Memo::new(move |_| peaks.with(|peaks| peaks.values().any(|peaks| !peaks.is_empty())));
    let scale = page.scale;
    view! {
        <Show when=move || has_sound.get()>
            <SoundLane scale level />
        </Show>
    }
}
