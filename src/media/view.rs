//! The pictures of a chunk, one by one: each shot cut out, scaled and drawn over, two of them mixed where they dissolve, light
//! taken away where it fades.

use super::{
    compose::{Compositor, Size},
    decode::{MOST_MISSING, frame_bytes},
    error::MediaError,
    paint,
    ring::{Numbered, Passing, Repeated, Taking},
    text::Layer,
    window::Window,
};
use crate::domain::{
    geometry::Rect,
    overlay::TextCard,
    plan::{ChunkSpec, Shot},
    time_map::Shown,
};
use tokio_util::sync::CancellationToken;

/// One shot on its way to output pictures.
struct View<'a> {
    shot: &'a Shot,
    spec: &'a ChunkSpec,
    window: Window,
    wanted: Taking<Numbered>,
    /// The newest picture, and where pictures are mixed the one before it.
    held: Option<Numbered>,
    before: Option<Numbered>,
    mixes: bool,
    mixed: Vec<u8>,
    compositor: Compositor,
    /// The whole picture, before it has its black beside it.
    fitted: Vec<u8>,
    cards: Vec<(&'a TextCard, Layer)>,
}

impl<'a> View<'a> {
    fn new(shot: &'a Shot, spec: &'a ChunkSpec, window: Window, wanted: Taking<Numbered>) -> Self {
        let size = (spec.width, spec.height);
        Self {
            shot,
            spec,
            window,
            wanted,
            held: None,
            before: None,
            mixes: shot.runs.iter().any(|run| run.blend),
            mixed: Vec::new(),
            compositor: Compositor::new(
                (window.width, window.height),
                if shot.whole { fitting(shot, size) } else { size },
            ),
            fitted: Vec::new(),
            cards: shot.cards.iter().map(|card| (card, Layer::of(&card.card, size))).collect(),
        }
    }

    /// Goes on until frame `number` is held; false when there is none, for a reason that the decoder says.
    fn reach(&mut self, number: i64) -> bool {
        while self.held.as_ref().is_none_or(|(held, _)| *held < number) {
            match (self.wanted.take.recv(), &self.held) {
                (Ok(next), _) => {
                    let mut old = self.held.replace(next);
                    if self.mixes {
                        old = std::mem::replace(&mut self.before, old);
                    }
                    if let Some((_, buffer)) = old {
                        let _ = self.wanted.back.send(buffer);
                    }
                }
                // At a recording's end a frame may be missing: the last one stays.
                (Err(_), Some((held, _))) if number - held <= MOST_MISSING => return true,
                (Err(_), _) => return false,
            }
        }
        true
    }

    /// Composes what `shown` says into `output`; false when it cannot be had.
    fn compose(&mut self, shown: Shown, output: &mut [u8]) -> Result<bool, MediaError> {
        if !self.reach(shown.frame + i64::from(shown.next > 0)) {
            return Ok(false);
        }
        let before = self.before.as_ref().filter(|(number, _)| *number == shown.frame);
        let picture = match (&self.held, before) {
            (Some((number, held)), Some((_, before))) if shown.next > 0 && *number == shown.frame + 1 => {
                self.mixed.clone_from(before);
                paint::mix(&mut self.mixed, held, shown.next.into());
                &self.mixed
            }
            (Some((_, held)), _) => held,
            (None, _) => return Ok(false),
        };
        let (facts, size) = (&self.shot.facts, (self.spec.width, self.spec.height));
        let at = facts.rate.frame_start(shown.frame);
        let crop = self.shot.space(self.spec.aspect).rect_at(&self.shot.crop, at);
        if self.shot.whole {
            let inner = fitting(self.shot, size);
            self.fitted.resize(frame_bytes(inner.0, inner.1), 0);
            let all = Rect { x: 0.0, y: 0.0, w: f64::from(facts.width), h: f64::from(facts.height) };
            self.compositor.compose(picture, all, &mut self.fitted)?;
            paint::centre(output, size, &self.fitted, inner);
        } else if self.shot.straighten.is_none() {
            self.compositor.compose(picture, self.window.inside(crop), output)?;
        } else {
            let turn = self.shot.straighten.turn(facts.width, facts.height);
            let corner = (f64::from(self.window.x), f64::from(self.window.y));
            self.compositor.compose_turned(picture, corner, &turn, crop, output)?;
        }
        paint::spotlights(output, size, crop, at, &self.shot.spotlights);
        for (card, layer) in &self.cards {
            let opacity = card.opacity_at(at);
            if opacity > 0.0 {
                layer.lay(output, size, opacity);
            }
        }
        Ok(true)
    }
}

/// How large a whole picture is in an output of this size: both sides in whole samples of colour.
fn fitting(shot: &Shot, (width, height): Size) -> Size {
    let (across, down) = (u64::from(shot.facts.width.max(1)), u64::from(shot.facts.height.max(1)));
    let even = |length: u64| (u32::try_from(length).unwrap_or(2) / 4 * 4).max(4);
    let by_width = even(u64::from(width) * down / across);
    if by_width <= height { (width, by_width) } else { (even(u64::from(height) * across / down).min(width), height) }
}

/// All that decides one output picture of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    shown: Shown,
    /// What comes up over it, and how much of 256 that is.
    over: Option<(Shown, u16)>,
    /// Of 256.
    light: u16,
}

fn moments(spec: &ChunkSpec) -> impl Iterator<Item = Moment> + '_ {
    let share = |part: i64, length: i64| u16::try_from((part * 256 / (length + 1).max(1)).clamp(0, 256)).unwrap_or(256);
    let over = spec.over.iter().flat_map(move |over| {
        (over.at + 1..).zip(over.shot.shown(spec.rate)).map(move |(part, shown)| (shown, share(part, over.length)))
    });
    let over = over.map(Some).chain(std::iter::repeat(None));
    (0_i64..).zip(spec.shot.shown(spec.rate)).zip(over).map(move |((j, shown), over)| {
        let coming = spec.coming.map_or(256, |ramp| share(ramp.at + j + 1, ramp.length));
        let going = spec.going.map_or(256, |ramp| share(ramp.at - j, ramp.length));
        Moment { shown, over, light: coming.min(going) }
    })
}

/// Composes all of a chunk; when there is nothing more to take or to give, whoever ended says why.
pub fn compose(
    spec: &ChunkSpec,
    views: Vec<(Window, Taking<Numbered>)>,
    composed: &Passing<Repeated>,
    cancel: &CancellationToken,
) -> Result<(), MediaError> {
    let size = (spec.width, spec.height);
    let mut views = spec.shots().zip(views).map(|(shot, (window, wanted))| View::new(shot, spec, window, wanted));
    let (Some(mut under), mut over) = (views.next(), views.next()) else { return Ok(()) };
    let mut second = Vec::new();
    for (moment, times) in repeats(moments(spec)) {
        if cancel.is_cancelled() {
            return Ok(());
        }
        let Ok(mut buffer) = composed.empty.recv() else { return Ok(()) };
        if !under.compose(moment.shown, &mut buffer)? {
            return Ok(());
        }
        if let (Some(view), Some((shown, part))) = (&mut over, moment.over) {
            second.resize(buffer.len(), 0);
            if !view.compose(shown, &mut second)? {
                return Ok(());
            }
            paint::mix(&mut buffer, &second, part);
        }
        if moment.light < 256 {
            paint::darken(&mut buffer, size, moment.light);
        }
        if composed.give.send((times, buffer)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Equal neighbours counted: `[3, 3, 4]` becomes `(3, 2), (4, 1)`.
fn repeats<T: Copy + PartialEq>(frames: impl Iterator<Item = T>) -> impl Iterator<Item = (T, u32)> {
    let mut frames = frames.peekable();
    std::iter::from_fn(move || {
        let frame = frames.next()?;
        let mut times = 1;
        while frames.next_if_eq(&frame).is_some() {
            times += 1;
        }
        Some((frame, times))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_are_counted() {
        assert_eq!(repeats([3, 3, 4, 3].into_iter()).collect::<Vec<_>>(), [(3, 2), (4, 1), (3, 1)]);
        assert_eq!(repeats(std::iter::empty::<i64>()).count(), 0);
    }
}
