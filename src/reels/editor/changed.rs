//! A clip that was moved in Annotate after it was worked on here: a person says what counts.

use super::session::Session;
use crate::{
    domain::{framing::Framing, geometry::CropSpace, ids::ReelClipId, time::Micros},
    reels::types::{Reel, ReelClip},
    ui::{
        button::{Button, Look, Size},
        icon::Icon,
    },
};
use leptos::prelude::*;

/// Of the chosen clip, else of the first that was moved; one after the other until all are decided.
#[component]
pub fn ChangedClip(session: Session) -> impl IntoView {
    let moved = Memo::new(move |_| {
        let current = session.current.get();
        session.reel.with(|reel| {
            let waits = |clip: &&ReelClip| clip.is_overtaken() && facts_known(reel, clip);
            let chosen = reel.clips.iter().filter(waits).find(|clip| Some(&clip.id) == current.as_ref());
            chosen.or_else(|| reel.clips.iter().find(waits)).map(|clip| (clip.id.clone(), words(clip)))
        })
    });
    let text = move || moved.with(|moved| moved.as_ref().map(|(_, text)| text.clone()).unwrap_or_default());
    let decide = move |how: fn(&Reel, &ReelClip) -> Option<Framing>| {
        if let Some((id, _)) = moved.get_untracked() {
            session.change(None, |reel| set(reel, &id, how));
        }
    };
    view! {
        <Show when=move || moved.with(Option::is_some)>
            <div class="banner" role="status">
                <Icon name="warn" />
                <span>{text}</span>
                <div class="banner__actions">
                    <Button size=Size::Small on_press=move || decide(|_, clip| Some(clip.framing.kept(clip.marks())))>"Keep"</Button>
                    <Button look=Look::Primary size=Size::Small on_press=move || decide(renewed)>"Use new"</Button>
                </div>
            </div>
        </Show>
    }
}

fn facts_known(reel: &Reel, clip: &ReelClip) -> bool {
    reel.video_of(clip).is_some_and(|video| video.facts.is_some())
}

fn renewed(reel: &Reel, clip: &ReelClip) -> Option<Framing> {
    let facts = reel.video_of(clip)?.facts.as_ref()?;
    let space = CropSpace::new(facts.width, facts.height, reel.aspect);
    Some(clip.framing.with_new_stretch(space, facts.rate, clip.marks()))
}

fn set(reel: &mut Reel, id: &ReelClipId, how: fn(&Reel, &ReelClip) -> Option<Framing>) {
    let Some(at) = reel.clips.iter().position(|clip| clip.id == *id) else { return };
    if let Some(framing) = how(reel, &reel.clips[at]) {
        reel.clips[at].framing = framing;
    }
}

fn words(clip: &ReelClip) -> String {
    let said = |(start, end): (Micros, Micros)| format!("{} to {}", start.precise(), end.precise());
    let (here, there) = (said(clip.stretch()), said(clip.marks()));
    format!("“{}” was changed in Annotate: it is {there} now. This reel still plays {here}.", clip.clip.title())
}
