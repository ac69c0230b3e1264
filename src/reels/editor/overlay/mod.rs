//! The overlay step: what is drawn over the reel's clips. Highlights at the left, the result with the spotlight's handles in
//! the middle, the chosen highlight at the right, time below.

mod inspector;
mod keys;
mod lanes;
mod list;
mod spot_box;
mod spot_path;
mod stage;

use self::{
    inspector::Inspector,
    keys::{SECTIONS, listen},
    lanes::OverlayTimeline,
    list::HighlightList,
    stage::OverlayStage,
};
use super::{desk::Desk, draft::Draft, session::Session, trim};
use crate::{
    domain::{
        framing::{Ease, Framing, Span},
        highlights::{Highlight, key_of},
        ids::ReelClipId,
        overlay::{Card, Ellipse, SpotKey, Spotlight, TextCard},
        time::Micros,
    },
    editor::{key_help::KeyHelp, transport::Transport},
    reels::{
        api::follow_player,
        types::{Follow, LONGEST_FOLLOW},
    },
    ui::toast::Toasts,
};
use futures::future::{AbortHandle, abortable};
use leptos::{prelude::*, task::spawn_local};

/// A highlight as it was when it was picked or last changed here: undo and other tabs may put others in front of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Picked {
    clip: ReelClipId,
    highlight: Highlight,
    count: usize,
    stretch: (Micros, Micros),
}

/// What the parts of the step share: the clip on the desk, and which of its highlights is chosen.
#[derive(Clone, Copy)]
pub struct Lights {
    pub desk: Desk,
    picked: RwSignal<Option<Picked>>,
    pub safe_area: RwSignal<bool>,
    /// Ends the following that goes on right now.
    following: RwSignal<Option<AbortHandle>>,
    toasts: Toasts,
}

impl Lights {
    fn new(session: Session) -> Self {
        Self {
            desk: Desk::new(session),
            picked: RwSignal::new(None),
            safe_area: RwSignal::new(false),
            following: RwSignal::new(None),
            toasts: Toasts::expect(),
        }
    }

    /// The chosen highlight of the clip on the desk, while there is one.
    pub fn chosen(self) -> Option<Highlight> {
        let Picked { clip, highlight, count, stretch } = self.picked.get()?;
        self.desk.subject.with(|it| {
            let it = it.as_ref().filter(|it| it.id == clip)?;
            it.framing.found_again(highlight, count, stretch)
        })
    }

    /// Remembers what is chosen as it is now.
    fn keep_chosen(self, clip: &ReelClipId, highlight: Highlight) {
        let picked = self.framing(|framing| {
            let (count, stretch) = (framing.count_of(highlight), framing.stretch_of(highlight)?);
            Some(Picked { clip: clip.clone(), highlight, count, stretch })
        });
        self.picked.set(picked.flatten());
    }

    pub fn pick(self, clip: ReelClipId, highlight: Highlight) {
        self.desk.session.current.set(Some(clip.clone()));
        self.keep_chosen(&clip, highlight);
        // Into it, where it is not seen.
        let stretch = untrack(|| self.framing(|framing| framing.stretch_of(highlight)));
        let now = untrack(|| self.desk.at());
        if let Some((start, end)) = stretch.flatten()
            && !(start..end).contains(&now)
        {
            self.desk.playback.seek(start);
        }
    }

    pub fn pick_none(self) {
        self.picked.set(None);
    }

    /// The chosen spotlight with its place among them.
    pub fn spot(self) -> Option<(usize, Spotlight)> {
        let Some(Highlight::Spot(at)) = self.chosen() else { return None };
        self.desk.subject.with(|it| Some((at, it.as_ref()?.framing.spotlights.get(at)?.clone())))
    }

    pub fn card(self) -> Option<(usize, TextCard)> {
        let Some(Highlight::Card(at)) = self.chosen() else { return None };
        self.desk.subject.with(|it| Some((at, it.as_ref()?.framing.cards.get(at)?.clone())))
    }

    /// The chosen spotlight's ellipse under the playhead, in source pixels; none while it is not seen.
    pub fn ellipse(self) -> Option<Ellipse> {
        let at = self.desk.at();
        self.spot()?.1.ellipse_at(at)
    }

    /// What of the clip plays.
    pub fn span(self) -> Option<Span> {
        self.desk.with_subject(|it| {
            let (start, end) = trim::bounds(&it.framing, it.span);
            Span { start, end, ..it.span }
        })
    }

    fn framing<T>(self, of: impl FnOnce(&Framing) -> T) -> Option<T> {
        self.desk.with_subject(|it| of(&it.framing))
    }

    /// Shown at once and saved; changes of one `gesture` in a row are one step of undo.
    pub fn change(self, gesture: Option<&str>, change: impl FnOnce(&Framing, Span) -> Framing) {
        let span = self.span();
        let Some(framing) = span.and_then(|span| self.framing(|framing| change(framing, span))) else { return };
        let chosen = self.clip_and_chosen();
        let named = |(clip, highlight): &(ReelClipId, Highlight)| format!("{clip} {highlight:?}");
        let gesture = gesture.zip(chosen.as_ref()).map(|(kind, chosen)| format!("{kind} {}", named(chosen)));
        self.desk.session.set_framing(gesture, framing);
        self.follow_chosen(chosen);
    }

    /// The same while a drag goes on: shown, not yet saved.
    pub fn show(self, change: impl FnOnce(&Framing, Span) -> Framing) {
        let span = self.span();
        if let Some(framing) = span.and_then(|span| self.framing(|framing| change(framing, span))) {
            let chosen = self.clip_and_chosen();
            self.desk.session.show_framing(framing);
            self.follow_chosen(chosen);
        }
    }

    fn clip_and_chosen(self) -> Option<(ReelClipId, Highlight)> {
        self.desk.session.current.get_untracked().zip(untrack(|| self.chosen()))
    }

    /// What is changed here stays chosen.
    fn follow_chosen(self, chosen: Option<(ReelClipId, Highlight)>) {
        if let Some((clip, highlight)) = chosen {
            self.keep_chosen(&clip, highlight);
        }
    }

    pub fn commit(self, before: Draft) {
        self.desk.session.commit(before, None);
    }

    fn add(self, add: impl FnOnce(&Framing, Span, Micros) -> Option<(Framing, Highlight)>) {
        self.desk.playback.pause();
        let at = untrack(|| self.desk.at());
        let (Some(span), Some(clip)) = (self.span(), self.desk.session.current.get_untracked()) else { return };
        match self.framing(|framing| add(framing, span, at)).flatten() {
            Some((framing, highlight)) => {
                self.desk.session.set_framing(None, framing);
                self.pick(clip, highlight);
            }
            None => {
                self.toasts
                    .say("There is one here already: move the playhead to where there is room for half a second");
            }
        }
    }

    pub fn add_spotlight(self) {
        let Some(crop) = untrack(|| self.desk.rect()) else { return };
        self.add(|framing, span, at| framing.with_spotlight(span, at, crop));
    }

    pub fn add_card(self, card: Card) {
        self.add(|framing, span, at| framing.with_card(span, at, card));
    }

    pub fn change_spot(self, gesture: Option<&str>, change: impl FnOnce(&mut Spotlight)) {
        let Some((at, _)) = untrack(|| self.spot()) else { return };
        self.change(gesture, |framing, _| {
            let mut framing = framing.clone();
            if let Some(spot) = framing.spotlights.get_mut(at) {
                change(spot);
            }
            framing
        });
    }

    pub fn change_card(self, gesture: Option<&str>, change: impl FnOnce(&mut TextCard)) {
        let Some((at, _)) = untrack(|| self.card()) else { return };
        self.change(gesture, |framing, _| {
            let mut framing = framing.clone();
            if let Some(card) = framing.cards.get_mut(at) {
                change(card);
            }
            framing
        });
    }

    /// The ellipse under the playhead: a keyframe.
    pub fn write_ellipse(self, gesture: &str, ellipse: Ellipse) {
        let Some((spot, _)) = untrack(|| self.spot()) else { return };
        let at = untrack(|| self.desk.at());
        self.desk.playback.pause();
        self.change(Some(&format!("{gesture} {}", at.0)), |framing, span| {
            framing.with_ellipse_at(spot, span, at, ellipse)
        });
    }

    /// The spotlight follows who is under it, from the playhead to its end, or to where they are lost.
    fn follow(self) {
        let (Some((spot, known)), Some(ellipse)) = untrack(|| (self.spot(), self.ellipse())) else {
            self.toasts.say("Choose a spotlight, and move the playhead to where it is on the player");
            return;
        };
        let Some(id) = self.desk.session.current.get_untracked() else { return };
        let at = untrack(|| self.desk.at());
        let SpotKey { x, y, rx, ry, angle, .. } = key_of(at, ellipse, Ease::Linear);
        // A long one in parts.
        let until = known.end.min(at + LONGEST_FOLLOW);
        self.desk.playback.pause();
        // Given up, the request is cancelled, and the server looks no further.
        let (answer, stop) = abortable(follow_player(Follow { id, at, until, x, y, rx, ry, angle }));
        self.following.set(Some(stop));
        spawn_local(async move {
            let answer = answer.await;
            if self.following.try_set(None).is_some() {
                return;
            }
            let Ok(answer) = answer else { return };
            match answer {
                // Nobody's correction is overwritten.
                Ok(_) if untrack(|| self.spot()) != Some((spot, known)) => {
                    self.toasts.say("The spotlight was changed meanwhile, and is left as it is. Follow once more");
                }
                Ok(followed) => {
                    if followed.keys.len() > 1 {
                        self.change(None, |framing, _| framing.with_way(spot, &followed.keys));
                    }
                    let lost = followed.lost;
                    self.desk.playback.seek(lost.or(followed.keys.last().map(|key| key.at)).unwrap_or(at));
                    if lost.is_some() {
                        self.toasts.say("The player was lost here: drag the spotlight onto them where they are seen again, and follow on");
                    }
                }
                Err(error) => self.toasts.error(error.message),
            }
        });
    }

    pub fn is_following(self) -> bool {
        self.following.with(Option::is_some)
    }

    pub fn toggle_following(self) {
        if !self.stop_following() {
            self.follow();
        }
    }

    /// The spotlight stays as it was before; false when none follows.
    fn stop_following(self) -> bool {
        let stop = self.following.try_get_untracked().flatten();
        stop.map(|stop| stop.abort()).is_some()
    }

    /// The crop goes where the chosen spotlight goes.
    pub fn keep_in_frame(self) {
        let Some((spot, _)) = untrack(|| self.spot()) else { return };
        let Some(space) = self.desk.with_subject(|it| it.space) else { return };
        self.change(None, |framing, span| framing.with_crop_along(space, span, spot));
        self.toasts.say("The crop follows the player. Framing shows its keyframes; Ctrl+Z takes them back");
    }

    pub fn remove_chosen(self) {
        if let Some(highlight) = untrack(|| self.chosen()) {
            self.change(None, |framing, _| framing.without(highlight));
            self.pick_none();
        }
    }
}

#[component]
pub fn OverlayStep(session: Session) -> impl IntoView {
    let lights = Lights::new(session);
    lights.desk.drive_player();
    on_cleanup(move || {
        lights.stop_following();
    });
    let help = RwSignal::new(false);
    Effect::new(move |_| listen(lights, help));
    view! {
        <main class="workspace workspace--framing" id="main">
            <HighlightList lights />
            <section class="stage-column" aria-label="Result">
                <OverlayStage lights />
                <Transport playback=lights.desk.playback />
            </section>
            <Inspector lights />
        </main>
        <OverlayTimeline lights />
        <KeyHelp open=help sections=SECTIONS />
    }
}

/// What a style is called.
pub const fn style_name(style: crate::domain::overlay::SpotStyle) -> &'static str {
    use crate::domain::overlay::SpotStyle;
    match style {
        SpotStyle::Brighten => "Brighten",
        SpotStyle::Fill => "Colour fill",
        SpotStyle::Dim => "Dim outside",
        SpotStyle::Ring => "Ground ring",
    }
}
