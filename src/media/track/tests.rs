//! Generated players with shirts of their own, who run, cross and are hidden.

use super::*;
use std::time::Instant;

const WIDTH: usize = 640;
const HEIGHT: usize = 360;

/// The same numbers in every run, 0 to 1.
struct Dice(u32);

impl Dice {
    #[allow(clippy::cast_precision_loss)]
    fn roll(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }
}

/// What a player wears: blocks of light and dark.
struct Player {
    texture: Vec<f32>,
    path: Box<dyn Fn(f32) -> Place>,
}

const SHIRT: (usize, usize) = (16, 34);

impl Player {
    fn new(dice: &mut Dice, path: impl Fn(f32) -> Place + 'static) -> Self {
        let blocks: Vec<f32> = (0..4 * 8).map(|_| 20.0 + 215.0 * dice.roll()).collect();
        let (width, height) = SHIRT;
        let texture =
            (0..width * height).map(|at| blocks[(at / width) * 8 / height * 4 + (at % width) * 4 / width]).collect();
        Self { texture, path: Box::new(path) }
    }

    /// Draws it at its place, between pixels, as an ellipse.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap
    )]
    fn draw(&self, frame: &mut [f32], time: f32) {
        let at = (self.path)(time);
        let (width, height) = SHIRT;
        for y in (at.y as i32 - 20)..(at.y as i32 + 20) {
            for x in (at.x as i32 - 12)..(at.x as i32 + 12) {
                let (u, v) = (x as f32 - at.x + width as f32 / 2.0, y as f32 - at.y + height as f32 / 2.0);
                let (across, down) = (2.0 * u / width as f32 - 1.0, 2.0 * v / height as f32 - 1.0);
                let inside = x >= 0 && y >= 0 && (x as usize) < WIDTH && (y as usize) < HEIGHT;
                if !inside || across * across + down * down > 1.0 {
                    continue;
                }
                let sample = |u: i32, v: i32| {
                    self.texture[v.clamp(0, height as i32 - 1) as usize * width + u.clamp(0, width as i32 - 1) as usize]
                };
                let (u, v) = (u - 0.5, v - 0.5);
                let (left, top) = (u.floor(), v.floor());
                let (part_u, part_v) = (u - left, v - top);
                let (left, top) = (left as i32, top as i32);
                let above = sample(left, top) * (1.0 - part_u) + sample(left + 1, top) * part_u;
                let below = sample(left, top + 1) * (1.0 - part_u) + sample(left + 1, top + 1) * part_u;
                frame[y as usize * WIDTH + x as usize] = above * (1.0 - part_v) + below * part_v;
            }
        }
    }
}

/// Grass with stripes, the players one over the other, a post that hides what is behind it, and noise.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn frame(players: &[Player], time: f32, post: Option<(usize, usize)>, dice: &mut Dice) -> Vec<u8> {
    let grass =
        |x: usize, y: usize| 90.0 + 12.0 * ((x / 64 % 2) as f32) + 6.0 * ((x as f32 * 0.7 + y as f32 * 1.3).sin());
    let mut picture: Vec<f32> = (0..WIDTH * HEIGHT).map(|at| grass(at % WIDTH, at / WIDTH)).collect();
    for player in players {
        player.draw(&mut picture, time);
    }
    if let Some((from, to)) = post {
        for row in picture.chunks_exact_mut(WIDTH) {
            row[from..to].fill(235.0);
        }
    }
    picture.into_iter().map(|light| (light + 8.0 * (dice.roll() - 0.5)).clamp(0.0, 255.0) as u8).collect()
}

fn grey(samples: &[u8]) -> Grey<'_> {
    Grey { width: WIDTH, height: HEIGHT, samples }
}

fn far(one: Place, two: Place) -> f32 {
    (one.x - two.x).hypot(one.y - two.y)
}

#[test]
fn a_player_is_followed_past_others_and_behind_a_post() {
    let mut errors = Vec::new();
    let (mut spent, mut steps) = (0.0, 0.0);
    let seeds = if std::env::var_os("TOUCHLINE_LONG").is_some() { 12 } else { 4 };
    for seed in 1..=seeds {
        let mut dice = Dice(seed * 7_919);
        let sway = 10.0 + 30.0 * dice.roll();
        let own = move |t: f32| Place { x: 60.0 + 2.6 * t, y: 180.0 + sway * (t / 35.0).sin() };
        // Two who cross the way, one who goes along beside it.
        let mut players = vec![
            Player::new(&mut dice, move |t| Place { x: 420.0 - 2.2 * t, y: 172.0 + 0.1 * t }),
            Player::new(&mut dice, move |t| Place { x: 200.0 + 0.6 * t, y: 40.0 + 2.1 * t }),
            Player::new(&mut dice, move |t| Place { x: 100.0 + 2.6 * t, y: 215.0 + sway * (t / 35.0).sin() }),
        ];
        let followed = Player::new(&mut dice, own);
        // In front of the others, or behind them: then they hide it for a while.
        players.insert(if seed % 2 == 0 { players.len() } else { 0 }, followed);
        // It is hidden in ten pictures: the post is as wide as that.
        let hidden = 120..130_usize;
        let mut tracker = None;
        let mut low = 0;
        for n in 0..200_usize {
            #[allow(clippy::cast_precision_loss)]
            let time = n as f32;
            // A post that passes in front of the player for ten pictures.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let post = hidden.contains(&n).then(|| {
                let middle = own(time).x;
                ((middle - 22.0) as usize, (middle + 22.0) as usize)
            });
            let picture = frame(&players, time, post, &mut dice);
            let Some(known) = tracker.as_mut() else {
                tracker = Tracker::new(grey(&picture), own(time), (9.0, 17.0));
                continue;
            };
            let began = Instant::now();
            let found = Tracker::step(known, grey(&picture));
            spent += began.elapsed().as_secs_f64();
            steps += 1.0;
            if hidden.contains(&n) {
                low += usize::from(!found.is_seen);
            } else {
                errors.push(far(found.at, own(time)));
            }
        }
        assert!(low >= 8, "seed {seed}: said to be seen while hidden ({low} of 10 were low)");
    }
    errors.sort_by(f32::total_cmp);
    let part = |share: usize| errors[errors.len() * share / 100];
    println!(
        "tracker: median {:.2} px, p95 {:.2} px, largest {:.2} px, {:.2} ms for each picture",
        part(50),
        part(95),
        errors[errors.len() - 1],
        spent / steps * 1e3
    );
    assert!(part(50) <= 1.0 && part(95) <= 4.0, "median {} p95 {}", part(50), part(95));
}

#[test]
fn nothing_to_tell_by_is_said_at_once() {
    let plain = vec![90; WIDTH * HEIGHT];
    assert!(Tracker::new(grey(&plain), Place { x: 100.0, y: 100.0 }, (9.0, 17.0)).is_none());
    let mut dice = Dice(3);
    let players = [Player::new(&mut dice, |_| Place { x: 100.0, y: 100.0 })];
    let picture = frame(&players, 0.0, None, &mut dice);
    assert!(Tracker::new(grey(&picture), Place { x: -50.0, y: 100.0 }, (9.0, 17.0)).is_none());
    // Who leaves the picture is not seen any more.
    let mut tracker = Tracker::new(grey(&picture), Place { x: 100.0, y: 100.0 }, (9.0, 17.0)).expect("a player");
    assert!(tracker.step(grey(&picture)).is_seen);
    for n in 1..=5 {
        assert!(!tracker.step(grey(&plain)).is_seen);
        assert_eq!(tracker.unseen(), n);
    }
}
