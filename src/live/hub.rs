//! Hands events to every open tab of an owner, in this process and, by the bus, in the others.

use super::types::Event;
use crate::{
    domain::ids::AccountId,
    server::bus::{News, Teller},
};
use tokio::sync::broadcast;

/// How far a slow tab may fall behind before it is told to ask for everything again.
const CAPACITY: usize = 512;

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
    others: Teller,
}

impl Default for Hub {
    fn default() -> Self {
        Self::new(Teller::default())
    }
}

impl Hub {
    pub fn new(others: Teller) -> Self {
        Self { sender: broadcast::channel(CAPACITY).0, others }
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
        let _ = self.sender.send(Said { owner: Some(owner.clone()), from, event });
    }

    pub fn deliver_to_all(&self, event: Event) {
        let _ = self.sender.send(Said { owner: None, from: None, event });
    }

    pub fn subscribe(&self, owner: AccountId, tab: Option<String>) -> Subscription {
        Subscription { owner, tab, receiver: self.sender.subscribe() }
    }
}

/// One tab's ear. It hears its owner's events only, and not of what it did itself.
pub struct Subscription {
    owner: AccountId,
    tab: Option<String>,
    receiver: broadcast::Receiver<Said>,
}

impl Subscription {
    /// The next event; `None` when the hub is gone.
    pub async fn next(&mut self) -> Option<Event> {
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
        let mut ear = hub.subscribe(mine.clone(), Some("a".to_owned()));
        hub.send(&other, Event::Changed { topic: Topic::Exports });
        hub.send_from(&mine, Event::Changed { topic: Topic::Exports }, Some("a".to_owned()));
        hub.send_from(&mine, Event::Changed { topic: Topic::Games }, Some("b".to_owned()));
        assert_eq!(ear.next().await, Some(Event::Changed { topic: Topic::Games }));
        for _ in 0..=CAPACITY {
            hub.send(&mine, Event::Changed { topic: Topic::Games });
        }
        assert_eq!(ear.next().await, Some(Event::Resync));
    }
}
