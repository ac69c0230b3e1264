//! What an upload does next: a state machine without clock, network or chance of its own. The browser's engine feeds it
//! with what happened and carries out what it orders.

mod rate;
#[cfg(test)]
mod tests;
mod width;

pub use rate::Rate;
pub use width::{MOST, MOST_SHARED};

use super::parts;
use serde::{Deserialize, Serialize};
use width::Width;

/// Parts signed by one call.
const BATCH: usize = 8;
/// How many parts more than fly are summed and signed, so that no connection waits.
const AHEAD: usize = 2;
/// A part that moves no byte for so long is sent again.
pub const STALL_MS: f64 = 45_000.0;
/// After a sleep a connection that has been still for so long is taken for dead.
const ASLEEP_MS: f64 = 5_000.0;
const FIRST_DELAY_MS: f64 = 500.0;
const LONGEST_DELAY_MS: f64 = 60_000.0;
/// Direct attempts that never reached the store before the way through the server is tried.
const DEAD_ENDS: u32 = 2;
/// Refusals of one part that say the same thing before it is given up.
const REFUSALS: u32 = 5;

/// What the engine is to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Read this part and tell its checksum with [`Transfer::summed`].
    Sum(i32),
    /// Ask for the addresses of these parts; with the checksum that each must have.
    Sign(Vec<(i32, Option<String>)>),
    Put(Put),
    /// Ask whether our server answers though the store does not.
    AskHealth,
    /// Ask the server which parts it has.
    TakeStock,
    /// All parts are there.
    Complete,
    /// It cannot go on by itself.
    Fail(Failure),
}

/// One part to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Put {
    pub number: i32,
    /// First byte in the file, and how many.
    pub offset: i64,
    pub length: i64,
    /// Base64, where the store wants one.
    pub checksum: Option<String>,
    pub way: Way,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    Direct(Address),
    /// Through our server, which hands it on.
    Server,
}

/// A signed address of the store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Address {
    pub url: String,
    /// What the sender must add, exactly so: they are signed.
    pub headers: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The store refuses a part again and again, with this status.
    Refused(u16),
    DiskFull,
    /// The server knows of no such upload.
    Gone,
    /// The file is not what it was when its first parts were read.
    Changed,
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
            Self::Changed => {
                "The file changed on this computer while it was sent. Cancel, then upload the file as it is now."
                    .to_owned()
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    /// Its checksum is not known, or in doubt.
    Todo,
    Summing,
    Summed,
    Signing,
    Signed(Address),
    Flying {
        loaded: i64,
        moved_at: f64,
    },
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
#[derive(Debug)]
pub struct Transfer {
    bytes: i64,
    part_size: i64,
    /// Whether the store wants a checksum of each part.
    wants_sums: bool,
    parts: Vec<Part>,
    sums: Vec<Option<String>>,
    refusals: Vec<u32>,
    through_server: bool,
    dead_ends: u32,
    asking: Asking,
    ended: bool,
    width: Width,
    /// Failures in a row, and when the next attempt may begin.
    failures: u32,
    rest_until: f64,
    highest: i64,
}

impl Transfer {
    /// A file of so many bytes, of which the store has the parts `received` (rising, from 1).
    pub fn new(bytes: i64, part_size: i64, received: &[i32], wants_sums: bool, most_at_once: usize) -> Self {
        let part_size = part_size.max(1);
        let count = usize::try_from(parts::count(bytes, part_size)).unwrap_or(0);
        let mut transfer = Self {
            bytes,
            part_size,
            wants_sums,
            parts: vec![if wants_sums { Part::Todo } else { Part::Summed }; count],
            sums: vec![None; count],
            refusals: vec![0; count],
            through_server: false,
            dead_ends: 0,
            asking: Asking::Nothing,
            ended: false,
            width: Width::new(most_at_once),
            failures: 0,
            rest_until: 0.0,
            highest: 0,
        };
        transfer.stock(received);
        transfer
    }

    /// What to do now. Call it after every event, and at [`Transfer::rest_until`].
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
        orders.extend(self.next_sum());
        let busy = self.flying() >= self.width.get();
        let sent = self.sent();
        self.width.sample(now, sent, busy);
        orders
    }

    fn puts(&mut self, now: f64) -> Vec<Order> {
        let mut free = self.width.get().saturating_sub(self.flying());
        let mut orders = Vec::new();
        for index in 0..self.parts.len() {
            if free == 0 {
                break;
            }
            let way = match &self.parts[index] {
                Part::Signed(address) if !self.through_server => Way::Direct(address.clone()),
                Part::Summed | Part::Signed(_) if self.through_server => Way::Server,
                _ => continue,
            };
            if let Some((offset, length)) = parts::range(self.bytes, self.part_size, number(index)) {
                self.parts[index] = Part::Flying { loaded: 0, moved_at: now };
                let checksum = self.sums[index].clone();
                orders.push(Order::Put(Put { number: number(index), offset, length, checksum, way }));
                free -= 1;
            }
        }
        orders
    }

    /// Signs ahead, so that no connection waits for an address.
    fn signatures(&mut self) -> Option<Order> {
        let ready = self.count(|part| matches!(part, Part::Signed(_)));
        if self.through_server || self.parts.contains(&Part::Signing) || ready >= self.width.get() {
            return None;
        }
        let wanted: Vec<usize> =
            (0..self.parts.len()).filter(|index| self.parts[*index] == Part::Summed).take(BATCH).collect();
        for index in &wanted {
            self.parts[*index] = Part::Signing;
        }
        (!wanted.is_empty())
            .then(|| Order::Sign(wanted.into_iter().map(|index| (number(index), self.sums[index].clone())).collect()))
    }

    /// One part is read at a time: the page stays free, and the disk too.
    fn next_sum(&mut self) -> Option<Order> {
        let ahead = self.count(|part| matches!(part, Part::Summed | Part::Signing | Part::Signed(_)));
        if self.parts.contains(&Part::Summing) || ahead >= self.width.get() + AHEAD {
            return None;
        }
        let index = self.parts.iter().position(|part| *part == Part::Todo)?;
        self.parts[index] = Part::Summing;
        Some(Order::Sum(number(index)))
    }

    fn count(&self, is: impl Fn(&Part) -> bool) -> usize {
        self.parts.iter().filter(|part| is(part)).count()
    }

    fn flying(&self) -> usize {
        self.count(|part| matches!(part, Part::Flying { .. }))
    }

    pub fn is_flying(&self, number: i32) -> bool {
        index(number).and_then(|index| self.parts.get(index)).is_some_and(|part| matches!(part, Part::Flying { .. }))
    }

    /// The checksum of a part, as the file has it now.
    pub fn summed(&mut self, number: i32, checksum: String) -> Option<Order> {
        let index = index(number).filter(|index| self.parts.get(*index) == Some(&Part::Summing))?;
        if self.sums[index].as_ref().is_some_and(|before| *before != checksum) {
            return Some(self.fail(Failure::Changed));
        }
        self.sums[index] = Some(checksum);
        self.parts[index] = Part::Summed;
        None
    }

    pub fn signed(&mut self, signed: impl IntoIterator<Item = (i32, Address)>) {
        for (number, address) in signed {
            if let Some(part) = index(number).and_then(|index| self.parts.get_mut(index))
                && *part == Part::Signing
            {
                *part = Part::Signed(address);
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
                *part = Part::Summed;
            }
        }
    }

    pub fn progressed(&mut self, number: i32, bytes: i64, now: f64) {
        if let Some(Part::Flying { loaded, moved_at }) = index(number).and_then(|index| self.parts.get_mut(index)) {
            *loaded = bytes;
            *moved_at = now;
        }
    }

    /// Parts that have not moved for too long. The engine aborts them and says so with [`Transfer::ended_with`] 408.
    pub fn stalled(&self, now: f64) -> Vec<i32> {
        self.still_for(STALL_MS, now)
    }

    fn still_for(&self, milliseconds: f64, now: f64) -> Vec<i32> {
        let is_still = |part: &Part| matches!(part, Part::Flying { moved_at, .. } if now - moved_at >= milliseconds);
        (0..self.parts.len()).filter(|index| is_still(&self.parts[*index])).map(number).collect()
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
        let index = index(number).filter(|_| self.is_flying(number))?;
        if (200..300).contains(&status) {
            self.parts[index] = Part::Landed;
            (self.failures, self.dead_ends) = (0, 0);
            return None;
        }
        self.parts[index] = Part::Summed;
        match status {
            // The upload has ended, in one way or the other.
            404 | 409 | 410 => {
                self.asking = Asking::Stock;
                return Some(Order::TakeStock);
            }
            507 => return Some(self.fail(Failure::DiskFull)),
            0 if !self.through_server => {
                self.dead_ends += 1;
                self.back_off(now, chance, retry_after);
                if self.dead_ends >= DEAD_ENDS && self.asking == Asking::Nothing {
                    self.asking = Asking::Health;
                    return Some(Order::AskHealth);
                }
            }
            0 | 408 | 429 | 500..=599 => self.back_off(now, chance, retry_after),
            _ => return self.refused(index, status, retry_after, now, chance),
        }
        None
    }

    /// 400: what arrived has another checksum, so it is read again. 403: the address has expired, and is signed again.
    fn refused(&mut self, index: usize, status: u16, retry_after: Option<f64>, now: f64, chance: f64) -> Option<Order> {
        if matches!(status, 400 | 422) && self.wants_sums {
            self.parts[index] = Part::Todo;
        }
        self.refusals[index] += 1;
        if self.refusals[index] >= REFUSALS {
            return Some(self.fail(Failure::Refused(status)));
        }
        if self.refusals[index] > 1 {
            self.back_off(now, chance, retry_after);
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

    /// The store has connections of its own: so many parts may fly.
    pub fn widen(&mut self, most: usize) {
        self.width.widen(most);
    }

    /// Offset and length of a part.
    pub fn range(&self, number: i32) -> Option<(i64, i64)> {
        parts::range(self.bytes, self.part_size, number)
    }

    /// What the server says it has; everything else is to be sent.
    pub fn stock(&mut self, received: &[i32]) {
        self.asking = Asking::Nothing;
        for index in 0..self.parts.len() {
            let has = received.binary_search(&number(index)).is_ok();
            if has {
                self.parts[index] = Part::Landed;
            } else if self.parts[index] == Part::Landed {
                self.parts[index] = self.unsent(index);
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

    /// What a part is that has not been sent.
    fn unsent(&self, index: usize) -> Part {
        if self.wants_sums && self.sums[index].is_none() { Part::Todo } else { Part::Summed }
    }

    /// Full jitter: anything up to a bound that doubles.
    fn back_off(&mut self, now: f64, chance: f64, retry_after: Option<f64>) {
        let bound = (FIRST_DELAY_MS * f64::from(1_u32 << self.failures.min(16))).min(LONGEST_DELAY_MS);
        self.failures += 1;
        self.width.failed();
        let delay = retry_after.unwrap_or(0.0).max(bound * chance.clamp(0.0, 1.0));
        self.rest_until = self.rest_until.max(now + delay);
    }

    /// There is hope again: the connection is back, the tab is looked at, the machine awakes. What stood still meanwhile
    /// is given up ([`Transfer::is_flying`] no more), and the server is asked what arrived.
    pub fn wake(&mut self, now: f64) -> Option<Order> {
        self.rest_until = 0.0;
        let still = self.still_for(ASLEEP_MS, now);
        for part in &still {
            self.ground_part(*part);
        }
        (!still.is_empty() && self.asking == Asking::Nothing && !self.ended).then(|| {
            self.asking = Asking::Stock;
            Order::TakeStock
        })
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
        for index in 0..self.parts.len() {
            self.ground_part(number(index));
        }
    }

    fn ground_part(&mut self, number: i32) {
        if self.is_flying(number)
            && let Some(index) = index(number)
        {
            self.parts[index] = self.unsent(index);
        }
    }

    pub fn is_through_server(&self) -> bool {
        self.through_server
    }

    /// Bytes confirmed and in flight; never falls.
    pub fn sent(&mut self) -> i64 {
        let sent: i64 = (0..self.parts.len())
            .map(|index| match &self.parts[index] {
                Part::Landed => parts::range(self.bytes, self.part_size, number(index)).map_or(0, |(_, length)| length),
                Part::Flying { loaded, .. } => *loaded,
                _ => 0,
            })
            .sum();
        self.highest = self.highest.max(sent.min(self.bytes));
        self.highest
    }
}

/// A part's number, from 1.
fn number(index: usize) -> i32 {
    i32::try_from(index + 1).unwrap_or(i32::MAX)
}

fn index(number: i32) -> Option<usize> {
    usize::try_from(number).ok()?.checked_sub(1)
}
