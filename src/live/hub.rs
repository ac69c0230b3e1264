//! Hands events to every open tab of an owner, in this process and, by the bus, in the others.

use super::types::Event;
use crate::{
    domain::ids::AccountId,
    server::bus::{News, Teller},
};
use tokio::sync::broadcast;

/// How far a slow tab may fall behind before it is told to ask for everything again.
const CAPACITY: usize = 512;

#[derive(Debug, Clone)]
pub struct Hub {
    /// Without an owner: for everybody.
    sender: broadcast::Sender<(Option<AccountId>, Event)>,
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
        self.others.tell(News::Event { owner: owner.clone(), event: event.clone() });
        self.deliver(owner, event);
    }

    /// To the tabs of this process only: what another process told.
    pub fn deliver(&self, owner: &AccountId, event: Event) {
        let _ = self.sender.send((Some(owner.clone()), event));
    }

    pub fn deliver_to_all(&self, event: Event) {
        let _ = self.sender.send((None, event));
    }

    pub fn subscribe(&self, owner: AccountId) -> Subscription {
        Subscription { owner, receiver: self.sender.subscribe() }
    }
}

/// One tab's ear. It hears its owner's events only.
pub struct Subscription {
    owner: AccountId,
    receiver: broadcast::Receiver<(Option<AccountId>, Event)>,
}

impl Subscription {
    /// The next event; `None` when the hub is gone.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            match self.receiver.recv().await {
                Ok((owner, event)) if owner.as_ref().is_none_or(|owner| *owner == self.owner) => return Some(event),
                Ok(_) => {}
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
        let mut ear = hub.subscribe(mine.clone());
        hub.send(&other, Event::Changed { topic: Topic::Exports });
        hub.send(&mine, Event::Changed { topic: Topic::Games });
        assert_eq!(ear.next().await, Some(Event::Changed { topic: Topic::Games }));
        for _ in 0..=CAPACITY {
            hub.send(&mine, Event::Changed { topic: Topic::Games });
        }
        assert_eq!(ear.next().await, Some(Event::Resync));
    }
}
