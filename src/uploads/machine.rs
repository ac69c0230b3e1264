//! What an upload does next: a state machine without clock, network or chance of its own. The browser's engine feeds it
//! with what happened and carries out what it orders. Tests stand below.

use super::types::{SignedPart, parts};
use crate::domain::ids::UploadId;

/// Parts on the way at once: a browser opens six connections to a host, and the page needs some.
const CONCURRENCY: usize = 3;
/// Parts signed by one call.
const BATCH: usize = 8;
/// A part that moves no byte for so long is sent again.
pub const STALL_MS: f64 = 45_000.0;
const FIRST_DELAY_MS: f64 = 500.0;
const LONGEST_DELAY_MS: f64 = 60_000.0;
/// Direct attempts that never reached the store before the way through the server is tried.
const DEAD_ENDS: u32 = 2;
/// Refusals of one part that say the same thing before it is given up.
const REFUSALS: u32 = 5;

/// What the engine is to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    Sign(Vec<i32>),
    Put {
        part: SignedPart,
        through_server: bool,
    },
    /// Ask whether our server answers though the store does not.
    AskHealth,
    /// Ask the server which parts it has.
    TakeStock,
    /// All parts are there.
    Complete,
    /// It cannot go on by itself.
    Fail(Failure),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The store refuses a part again and again, with this status.
    Refused(u16),
    DiskFull,
    /// The server knows of no such upload.
    Gone,
}

impl Failure {
    /// What a person reads.
    pub fn sentence(self) -> String {
        match self {
            Self::Refused(status) => {
                format!("The store refused a part ({status}). Retry; run `touchline doctor` on the server if it stays.")
            }
            Self::DiskFull => "The server's disk is full. Delete files in Gallery, then retry.".to_owned(),
            Self::Gone => "The server no longer knows this upload. Retry to begin again.".to_owned(),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Todo,
    Signing,
    Signed(String),
    Flying { loaded: i64, moved_at: f64 },
    Landed,
}

/// The one question that is open; nothing else is ordered meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asking {
    Nothing,
    Health,
    Stock,
    Completion,
}

/// One upload.
pub struct Machine {
    upload: UploadId,
    bytes: i64,
    part_size: i64,
    parts: Vec<Part>,
    refusals: Vec<u32>,
    through_server: bool,
    dead_ends: u32,
    asking: Asking,
    ended: bool,
    /// Failures in a row, and when the next attempt may begin.
    failures: u32,
    rest_until: f64,
    highest: i64,
}

impl Machine {
    pub fn new(upload: UploadId, bytes: i64, part_size: i64, received: &[i32]) -> Self {
        let count = usize::try_from(parts::count(bytes, part_size.max(1))).unwrap_or(0);
        let mut machine = Self {
            upload,
            bytes,
            part_size: part_size.max(1),
            parts: vec![Part::Todo; count],
            refusals: vec![0; count],
            through_server: false,
            dead_ends: 0,
            asking: Asking::Nothing,
            ended: false,
            failures: 0,
            rest_until: 0.0,
            highest: 0,
        };
        machine.stock(received);
        machine
    }

    /// What to do now. Call it after every event, and at [`Machine::rest_until`].
    pub fn orders(&mut self, now: f64) -> Vec<Order> {
        if self.ended || self.asking != Asking::Nothing || now < self.rest_until {
            return Vec::new();
        }
        if self.parts.iter().all(|part| *part == Part::Landed) {
            self.asking = Asking::Completion;
            return vec![Order::Complete];
        }
        let mut orders = self.puts(now);
        orders.extend(self.signatures());
        orders
    }

    fn puts(&mut self, now: f64) -> Vec<Order> {
        let mut free = CONCURRENCY.saturating_sub(self.flying());
        let mut orders = Vec::new();
        for index in 0..self.parts.len() {
            if free == 0 {
                break;
            }
            let url = match &self.parts[index] {
                Part::Signed(url) if !self.through_server => url.clone(),
                Part::Todo | Part::Signed(_) if self.through_server => {
                    format!("/api/uploads/{}/parts/{}", self.upload, number(index))
                }
                _ => continue,
            };
            if let Some((offset, length)) = parts::range(self.bytes, self.part_size, number(index)) {
                self.parts[index] = Part::Flying { loaded: 0, moved_at: now };
                let part = SignedPart { number: number(index), offset, length, url };
                orders.push(Order::Put { part, through_server: self.through_server });
                free -= 1;
            }
        }
        orders
    }

    /// Signs ahead, so that no connection waits for an address.
    fn signatures(&mut self) -> Option<Order> {
        let ready = self.parts.iter().filter(|part| matches!(part, Part::Signed(_))).count();
        let asking = self.parts.contains(&Part::Signing);
        if self.through_server || asking || ready >= CONCURRENCY {
            return None;
        }
        let wanted: Vec<usize> =
            (0..self.parts.len()).filter(|index| self.parts[*index] == Part::Todo).take(BATCH).collect();
        for index in &wanted {
            self.parts[*index] = Part::Signing;
        }
        (!wanted.is_empty()).then(|| Order::Sign(wanted.into_iter().map(number).collect()))
    }

    fn flying(&self) -> usize {
        self.parts.iter().filter(|part| matches!(part, Part::Flying { .. })).count()
    }

    fn part(&mut self, number: i32) -> Option<&mut Part> {
        self.parts.get_mut(usize::try_from(number - 1).ok()?)
    }

    pub fn signed(&mut self, signed: Vec<SignedPart>) {
        for part in signed {
            if let Some(known) = self.part(part.number)
                && *known == Part::Signing
            {
                *known = Part::Signed(part.url);
            }
        }
        self.unsign();
    }

    /// The call for addresses failed; it can be made again.
    pub fn not_signed(&mut self, now: f64, chance: f64) {
        self.unsign();
        self.back_off(now, chance, None);
    }

    fn unsign(&mut self) {
        for part in &mut self.parts {
            if *part == Part::Signing {
                *part = Part::Todo;
            }
        }
    }

    pub fn progressed(&mut self, number: i32, bytes: i64, now: f64) {
        if let Some(Part::Flying { loaded, moved_at }) = self.part(number) {
            *loaded = bytes;
            *moved_at = now;
        }
    }

    /// Parts that have not moved for too long. The engine aborts them and says so with [`Machine::ended_with`] 0.
    pub fn stalled(&self, now: f64) -> Vec<i32> {
        let is_stalled = |part: &Part| matches!(part, Part::Flying { moved_at, .. } if now - moved_at >= STALL_MS);
        (0..self.parts.len()).filter(|index| is_stalled(&self.parts[*index])).map(number).collect()
    }

    /// A PUT ended with this HTTP status; 0 when there was none.
    pub fn ended_with(
        &mut self,
        number: i32,
        status: u16,
        retry_after: Option<f64>,
        now: f64,
        chance: f64,
    ) -> Option<Order> {
        let through_server = self.through_server;
        let part = self.part(number)?;
        if !matches!(part, Part::Flying { .. }) {
            return None;
        }
        if (200..300).contains(&status) {
            *part = Part::Landed;
            (self.failures, self.dead_ends) = (0, 0);
            return None;
        }
        *part = Part::Todo;
        match status {
            404 => {
                self.asking = Asking::Stock;
                return Some(Order::TakeStock);
            }
            507 => return Some(self.fail(Failure::DiskFull)),
            0 if !through_server => {
                self.dead_ends += 1;
                self.back_off(now, chance, retry_after);
                if self.dead_ends >= DEAD_ENDS && self.asking == Asking::Nothing {
                    self.asking = Asking::Health;
                    return Some(Order::AskHealth);
                }
            }
            0 | 408 | 429 | 500..=599 => self.back_off(now, chance, retry_after),
            _ => {
                // 403: the address has expired; it is signed again at once, and then after a rest.
                let refusals = self.refusals.get_mut(usize::try_from(number - 1).ok()?)?;
                *refusals += 1;
                if *refusals >= REFUSALS {
                    return Some(self.fail(Failure::Refused(status)));
                }
                if *refusals > 1 {
                    self.back_off(now, chance, retry_after);
                }
            }
        }
        None
    }

    fn fail(&mut self, failure: Failure) -> Order {
        self.ended = true;
        Order::Fail(failure)
    }

    /// Whether our own server answers.
    pub fn health(&mut self, answers: bool) {
        self.asking = Asking::Nothing;
        self.dead_ends = 0;
        if answers {
            self.through_server = true;
            self.rest_until = 0.0;
        }
    }

    /// What the server says it has; everything else is to be sent.
    pub fn stock(&mut self, received: &[i32]) {
        self.asking = Asking::Nothing;
        for index in 0..self.parts.len() {
            let has = received.binary_search(&number(index)).is_ok();
            if has {
                self.parts[index] = Part::Landed;
            } else if self.parts[index] == Part::Landed {
                self.parts[index] = Part::Todo;
            }
        }
    }

    /// The stock could not be taken.
    pub fn no_stock(&mut self, gone: bool, now: f64, chance: f64) -> Option<Order> {
        self.asking = Asking::Nothing;
        if gone {
            return Some(self.fail(Failure::Gone));
        }
        self.back_off(now, chance, None);
        None
    }

    /// Full jitter: anything up to a bound that doubles.
    fn back_off(&mut self, now: f64, chance: f64, retry_after: Option<f64>) {
        let bound = (FIRST_DELAY_MS * f64::from(1_u32 << self.failures.min(16))).min(LONGEST_DELAY_MS);
        self.failures += 1;
        let delay = retry_after.unwrap_or(0.0).max(bound * chance.clamp(0.0, 1.0));
        self.rest_until = self.rest_until.max(now + delay);
    }

    /// There is hope again (the connection is back): no more resting.
    pub fn wake(&mut self) {
        self.rest_until = 0.0;
    }

    pub fn rest_until(&self) -> f64 {
        self.rest_until
    }

    /// Whether it waits for better times.
    pub fn is_resting(&self, now: f64) -> bool {
        now < self.rest_until && self.flying() == 0
    }

    /// What was in flight comes to nothing (paused).
    pub fn ground(&mut self) {
        for part in &mut self.parts {
            if matches!(part, Part::Flying { .. }) {
                *part = Part::Todo;
            }
        }
    }

    pub fn is_through_server(&self) -> bool {
        self.through_server
    }

    /// Confirmed and in flight; never less than before.
    pub fn sent(&mut self) -> i64 {
        let sent: i64 = (0..self.parts.len())
            .map(|index| match &self.parts[index] {
                Part::Landed => parts::range(self.bytes, self.part_size, number(index)).map_or(0, |(_, length)| length),
                Part::Flying { loaded, .. } => *loaded,
                Part::Todo | Part::Signing | Part::Signed(_) => 0,
            })
            .sum();
        self.highest = self.highest.max(sent.min(self.bytes));
        self.highest
    }
}

fn number(index: usize) -> i32 {
    i32::try_from(index + 1).unwrap_or(i32::MAX)
}

/// Bytes a second, smoothed so that a person can read it.
#[derive(Debug, Default)]
pub struct Rate {
    last: Option<(f64, i64)>,
    smoothed: Option<f64>,
}

impl Rate {
    /// How much of a new second counts.
    const WEIGHT: f64 = 0.25;

    /// `sent` bytes in all at `now` (milliseconds).
    #[allow(clippy::cast_precision_loss)] // Bytes of a few seconds.
    pub fn sample(&mut self, now: f64, sent: i64) -> Option<f64> {
        match self.last {
            None => self.last = Some((now, sent)),
            Some((then, before)) if now - then >= 1000.0 => {
                let fresh = (sent - before).max(0) as f64 / (now - then) * 1000.0;
                self.smoothed = Some(match self.smoothed {
                    None if fresh <= 0.0 => return None,
                    None => fresh,
                    Some(old) => old + (fresh - old) * Self::WEIGHT,
                });
                self.last = Some((now, sent));
            }
            Some(_) => {}
        }
        self.smoothed
    }

    /// After a pause the time in between does not count.
    pub fn restart(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MIB: i64 = 1024 * 1024;

    fn machine(parts: i64, received: &[i32]) -> Machine {
        let id = "0192f0c1-2345-7abc-8def-0123456789ab".parse().expect("an id");
        Machine::new(id, parts * 16 * MIB - 5, 16 * MIB, received)
    }

    fn sign(machine: &mut Machine, numbers: &[i32]) {
        let signed = |number: &i32| SignedPart { number: *number, offset: 0, length: 0, url: format!("u{number}") };
        machine.signed(numbers.iter().map(signed).collect());
    }

    fn flying(orders: &[Order]) -> Vec<i32> {
        let number = |order: &Order| if let Order::Put { part, .. } = order { Some(part.number) } else { None };
        orders.iter().filter_map(number).collect()
    }

    #[test]
    fn signs_ahead_sends_three_at_once_and_completes() {
        let mut upload = machine(4, &[2]);
        assert_eq!(upload.orders(0.0), [Order::Sign(vec![1, 3, 4])]);
        sign(&mut upload, &[1, 3, 4]);
        assert_eq!(flying(&upload.orders(0.0)), [1, 3, 4]);
        for number in [3, 1, 4] {
            assert_eq!(upload.ended_with(number, 200, None, 1.0, 0.5), None);
        }
        assert_eq!(upload.orders(2.0), [Order::Complete]);
        assert_eq!(upload.orders(3.0), []);
        assert_eq!(upload.sent(), 4 * 16 * MIB - 5);
    }

    #[test]
    fn a_failing_store_is_left_alone_longer_and_longer() {
        let mut upload = machine(1, &[]);
        let mut rests = Vec::new();
        let mut now = 0.0;
        for _ in 0..10 {
            let _ = upload.orders(now);
            sign(&mut upload, &[1]);
            assert_eq!(flying(&upload.orders(now)), [1]);
            assert_eq!(upload.ended_with(1, 503, None, now, 1.0), None);
            assert_eq!(upload.orders(now), []);
            rests.push(upload.rest_until() - now);
            now = upload.rest_until();
        }
        assert_eq!(rests[..4], [500.0, 1000.0, 2000.0, 4000.0]);
        assert!((rests[9] - 60_000.0).abs() < 1e-9);
        upload.ended_with(1, 429, Some(90_000.0), now, 0.1);
    }

    #[test]
    fn an_unreachable_store_is_reached_through_the_server() {
        let mut upload = machine(3, &[]);
        let _ = upload.orders(0.0);
        sign(&mut upload, &[1, 2, 3]);
        let _ = upload.orders(0.0);
        assert_eq!(upload.ended_with(1, 0, None, 0.0, 1.0), None);
        assert_eq!(upload.ended_with(2, 0, None, 0.0, 1.0), Some(Order::AskHealth));
        assert_eq!(upload.ended_with(3, 0, None, 0.0, 1.0), None);
        upload.health(true);
        let orders = upload.orders(1.0);
        assert_eq!(flying(&orders), [1, 2, 3]);
        assert!(matches!(&orders[0], Order::Put { part, through_server: true } if part.url.ends_with("/parts/1")));
    }

    #[test]
    fn no_connection_at_all_changes_nothing() {
        let mut upload = machine(3, &[]);
        let _ = upload.orders(0.0);
        sign(&mut upload, &[1, 2, 3]);
        let _ = upload.orders(0.0);
        upload.ended_with(1, 0, None, 0.0, 1.0);
        upload.ended_with(2, 0, None, 0.0, 1.0);
        upload.health(false);
        assert!(!upload.is_through_server());
        upload.wake();
        assert_eq!(upload.orders(0.0), [Order::Sign(vec![1, 2])]);
    }

    #[test]
    fn an_expired_address_is_signed_again_at_once_and_refusals_end() {
        let mut upload = machine(1, &[]);
        for attempt in 1..=REFUSALS {
            assert_eq!(upload.orders(1e9 * f64::from(attempt)), [Order::Sign(vec![1])]);
            sign(&mut upload, &[1]);
            let _ = upload.orders(1e9 * f64::from(attempt));
            let end = upload.ended_with(1, 403, None, 1e9 * f64::from(attempt), 0.5);
            assert_eq!(end, (attempt == REFUSALS).then_some(Order::Fail(Failure::Refused(403))));
        }
        assert_eq!(upload.orders(1e12), []);
    }

    #[test]
    fn a_part_that_stands_still_is_found() {
        let mut upload = machine(2, &[]);
        let _ = upload.orders(0.0);
        sign(&mut upload, &[1, 2]);
        let _ = upload.orders(0.0);
        upload.progressed(1, 10, 10_000.0);
        assert_eq!(upload.stalled(STALL_MS), [2]);
        assert_eq!(upload.stalled(STALL_MS + 10_000.0), [1, 2]);
    }

    #[test]
    fn stock_brings_back_what_is_missing() {
        let mut upload = machine(2, &[1, 2]);
        assert_eq!(upload.orders(0.0), [Order::Complete]);
        upload.stock(&[2]);
        assert_eq!(upload.orders(0.0), [Order::Sign(vec![1])]);
        assert_eq!(upload.no_stock(true, 0.0, 0.0), Some(Order::Fail(Failure::Gone)));
    }

    #[test]
    fn rate_is_smooth_and_none_until_bytes_move() {
        let mut rate = Rate::default();
        assert_eq!(rate.sample(0.0, 0), None);
        assert_eq!(rate.sample(1000.0, 0), None);
        assert_eq!(rate.sample(2000.0, 1000).map(|rate| rate > 0.0), Some(true));
        let before = rate.sample(2500.0, 2000);
        assert_eq!(rate.sample(2600.0, 9000), before);
    }

    proptest! {
        #[test]
        fn progress_never_falls_and_every_part_is_sent(steps in prop::collection::vec((0_u8..6, 1_i32..6), 1..200)) {
            let mut upload = machine(5, &[]);
            let (mut now, mut last) = (0.0, 0);
            for (what, number) in steps {
                now += 30_000.0;
                for order in upload.orders(now) {
                    if let Order::Sign(numbers) = order {
                        sign(&mut upload, &numbers);
                    }
                }
                prop_assert!(upload.flying() <= CONCURRENCY);
                match what {
                    0 => upload.progressed(number, 1000, now),
                    1 => { upload.ended_with(number, 0, None, now, 0.3); }
                    2 => { upload.ended_with(number, 500, None, now, 0.3); }
                    3 => upload.health(false),
                    4 => upload.ground(),
                    _ => { upload.ended_with(number, 200, None, now, 0.3); }
                }
                let sent = upload.sent();
                prop_assert!(sent >= last);
                last = sent;
            }
            upload.health(false);
            for _ in 0..20 {
                now += 120_000.0;
                for order in upload.orders(now) {
                    match order {
                        Order::Sign(numbers) => sign(&mut upload, &numbers),
                        Order::Complete => return Ok(()),
                        _ => {}
                    }
                }
                for number in 1..=5 {
                    upload.ended_with(number, 200, None, now, 0.3);
                }
            }
            prop_assert!(upload.asking == Asking::Completion);
        }
    }
}
