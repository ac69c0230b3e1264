//! Version signals in context. A resource reads one in its source; whoever changes something bumps it; the resource
//! refetches. Signals of the request or the tab, never static: the server renders many users in one process.

use super::types::{Event, Topic};
use crate::exports::types::Export;
use leptos::prelude::*;
use std::collections::HashMap;

#[derive(Debug, Clone, Copy)]
pub struct Versions {
    /// Any game, its videos or its upload.
    pub games: RwSignal<u64>,
    /// The same, and what a game's card counts: its clips.
    pub game_cards: RwSignal<u64>,
    /// The clips of any game.
    pub clips: RwSignal<u64>,
    /// Any reel's card: the reel, and whether it is being exported.
    pub reel_cards: RwSignal<u64>,
    pub exports: RwSignal<u64>,
    /// Running and just ended exports as the socket tells them, newest state only.
    pub progress: RwSignal<Vec<Export>>,
    /// One game's clips, one reel, the preferences.
    scoped: RwSignal<HashMap<Topic, u64>>,
    /// Moves with everything.
    all: RwSignal<u64>,
}

impl Versions {
    /// Fresh signals, provided to everything below.
    pub fn provide() -> Self {
        let versions = Self {
            games: RwSignal::new(0),
            game_cards: RwSignal::new(0),
            clips: RwSignal::new(0),
            reel_cards: RwSignal::new(0),
            exports: RwSignal::new(0),
            progress: RwSignal::new(Vec::new()),
            scoped: RwSignal::new(HashMap::new()),
            all: RwSignal::new(0),
        };
        provide_context(versions);
        versions
    }

    /// Those of the context; every component stands below `App`, which provides them.
    pub fn expect() -> Self {
        expect_context()
    }

    /// The version of one game's clips, of one reel, of the preferences: what happens to others does not move it. Tracked.
    pub fn of(self, topic: &Topic) -> u64 {
        self.all.get() + self.scoped.with(|scoped| scoped.get(topic).copied().unwrap_or_default())
    }

    pub fn bump(self, topic: &Topic) {
        let moved: &[RwSignal<u64>] = match topic {
            Topic::Games => &[self.games, self.game_cards],
            Topic::Clips(_) => &[self.clips, self.game_cards],
            Topic::Reels(_) => &[self.reel_cards],
            Topic::Exports => &[self.exports, self.reel_cards],
            Topic::Preferences => &[],
        };
        self.scoped.update(|scoped| *scoped.entry(topic.clone()).or_default() += 1);
        for signal in moved {
            signal.update(|version| *version += 1);
        }
    }

    pub fn bump_all(self) {
        for signal in [self.games, self.game_cards, self.clips, self.reel_cards, self.exports, self.all] {
            signal.update(|version| *version += 1);
        }
    }

    /// Takes in one message of the socket.
    pub fn apply(self, event: Event) {
        match event {
            Event::Changed { topic } => self.bump(&topic),
            Event::Export { export } => self.apply_export(export),
            Event::Resync => self.bump_all(),
        }
    }

    /// Keeps the newest state of an export; an older one that comes late is dropped.
    pub fn apply_export(self, export: Export) {
        let ended = !export.state.is_running();
        let changed = self.progress.try_update(|all| match all.iter_mut().find(|known| known.id == export.id) {
            Some(known) if known.version >= export.version => false,
            Some(known) => {
                *known = export;
                true
            }
            None => {
                all.push(export);
                true
            }
        });
        if ended && changed == Some(true) {
            self.bump(&Topic::Exports);
        }
    }
}
