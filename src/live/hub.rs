//! Hands events to every open tab of an owner, in this process and, by the bus, in the others.

use super::types::Event;
use crate::{
    domain::ids::AccountId,
    server::{
        bus::{News, Teller},
        db::now_ms,
    },
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::broadcast;

/// How far a slow tab may fall behind before it is told to ask for everything again.
const CAPACITY: usize = 512;
/// How long, in milliseconds, is remembered what was said: a page's ear opens some time after the page was made.
const MEMORY_MS: i64 = 60_000;

/// An event on its way to the tabs.
#[derive(Debug, Clone)]
struct Said {
    /// None: for everybody.
    owner: Option<AccountId>,
    /// The tab that did it itself and does not hear of it.
    from: Option<String>,
    event: Event,
}

#[derive(Debug, Clone)]
pub struct Hub {
    sender: broadcast::Sender<Said>,
    recent: Arc<Mutex<Recent>>,
    others: Teller,
}

/// What was said lately, and since when all of it is here.
#[derive(Debug)]
struct Recent {
    from_ms: i64,
    said: VecDeque<(i64, Said)>,
}

impl Recent {
    fn keep(&mut self, now: i64, said: Said) {
        self.said.push_back((now, said));
        while let Some((at, _)) = self.said.front()
            && (self.said.len() > CAPACITY || *at < now - MEMORY_MS)
        {
            self.from_ms = at + 1;
            self.said.pop_front();
        }
    }

    /// The events that `owner` has to hear who knows all up to `since`; each once.
    fn missed(&self, owner: &AccountId, since: i64) -> Vec<Event> {
        if since < self.from_ms {
            return vec![Event::Resync];
        }
        let mut missed = Vec::new();
        for (_, said) in self.said.iter().filter(|(at, _)| *at >= since) {
            if said.owner.as_ref().is_none_or(|it| it == owner) && !missed.contains(&said.event) {
                missed.push(said.event.clone());
            }
        }
        missed
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new(Teller::default())
    }
}

impl Hub {
    pub fn new(others: Teller) -> Self {
        let recent = Recent { from_ms: now_ms(), said: VecDeque::new() };
        Self { sender: broadcast::channel(CAPACITY).0, recent: Arc::new(Mutex::new(recent)), others }
    }

    /// Nobody listening is fine.
    pub fn send(&self, owner: &AccountId, event: Event) {
        self.send_from(owner, event, None);
    }

    /// To all tabs but the one that did it.
    pub fn send_from(&self, owner: &AccountId, event: Event, from: Option<String>) {
        self.others.tell(News::Event { owner: owner.clone(), event: event.clone(), from: from.clone() });
        self.deliver(owner, event, from);
    }

    /// To the tabs of this process only: what another process told.
    pub fn deliver(&self, owner: &AccountId, event: Event, from: Option<String>) {
        self.say(Said { owner: Some(owner.clone()), from, event });
    }

    pub fn deliver_to_all(&self, event: Event) {
        self.say(Said { owner: None, from: None, event });
    }

    fn say(&self, said: Said) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.keep(now_ms(), said.clone());
        // Under the lock: who subscribes meanwhile finds it there or hears it, and not neither.
        let _ = self.sender.send(said);
    }

    /// An ear; `since` (milliseconds) is when the tab learned what it shows, and what was said from then on comes first.
    pub fn subscribe(&self, owner: AccountId, tab: Option<String>, since: Option<i64>) -> Subscription {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let missed = since.map_or_else(Vec::new, |since| recent.missed(&owner, since)).into();
        Subscription { owner, tab, missed, receiver: self.sender.subscribe() }
    }
}

/// One tab's ear. It hears its owner's events only, and not of what it did itself.
pub struct Subscription {
    owner: AccountId,
    tab: Option<String>,
    missed: VecDeque<Event>,
    receiver: broadcast::Receiver<Said>,
}

impl Subscription {
    /// The next event; `None` when the hub is gone.
    pub async fn next(&mut self) -> Option<Event> {
        if let Some(event) = self.missed.pop_front() {
            return Some(event);
        }
        loop {
            match self.receiver.recv().await {
                Ok(Said { owner, from, event }) => {
                    let is_ours = owner.as_ref().is_none_or(|owner| *owner == self.owner);
                    let is_echo = from.is_some() && from == self.tab;
                    if is_ours && !is_echo {
                        return Some(event);
                    }
                }
                Err(broadcast::error::RecvError::Lagged(_)) => return Some(Event::Resync),
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::types::Topic;

    #[tokio::test]
    async fn owners_hear_their_own_and_the_slow_are_told_to_resync() {
        let (hub, mine, other) = (Hub::default(), AccountId::generate(), AccountId::generate());
        let mut ear = hub.subscribe(mine.clone(), Some("a".to_owned()), None);
        hub.send(&other, Event::Changed { topic: Topic::Exports });
        hub.send_from(&mine, Event::Changed { topic: Topic::Exports }, Some("a".to_owned()));
        hub.send_from(&mine, Event::Changed { topic: Topic::Games }, Some("b".to_owned()));
        assert_eq!(ear.next().await, Some(Event::Changed { topic: Topic::Games }));
        for _ in 0..=CAPACITY {
            hub.send(&mine, Event::Changed { topic: Topic::Games });
        }
        assert_eq!(ear.next().await, Some(Event::Resync));
    }

    #[tokio::test]
    async fn what_was_said_before_the_ear_opened_comes_first() {
        let (hub, mine, other) = (Hub::default(), AccountId::generate(), AccountId::generate());
        let changed = |topic| Event::Changed { topic };
        let rendered = now_ms();
        hub.send(&other, changed(Topic::Exports));
        for _ in 0..3 {
            hub.send(&mine, changed(Topic::Games));
        }
        let mut ear = hub.subscribe(mine.clone(), None, Some(rendered));
        hub.send(&mine, changed(Topic::Exports));
        assert_eq!(ear.next().await, Some(changed(Topic::Games)), "once");
        assert_eq!(ear.next().await, Some(changed(Topic::Exports)), "then what comes");
        let mut early = hub.subscribe(mine.clone(), None, Some(rendered - 3_600_000));
        assert_eq!(early.next().await, Some(Event::Resync), "nobody remembers so far");
        for _ in 0..=CAPACITY {
            hub.send(&mine, changed(Topic::Games));
        }
        let mut late = hub.subscribe(mine, None, Some(rendered));
        assert_eq!(late.next().await, Some(Event::Resync), "too much was said");
    }
}
