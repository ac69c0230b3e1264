//! Version signals in context. A resource reads one in its source; whoever changes something bumps it; the resource
//! refetches. Signals of the request or the tab, never static: the server renders many users in one process.

use super::types::{Event, Topic};
use crate::exports::types::Export;
use leptos::prelude::*;

#[derive(Debug, Clone, Copy)]
pub struct Versions {
    pub games: RwSignal<u64>,
    pub clips: RwSignal<u64>,
    pub reels: RwSignal<u64>,
    pub exports: RwSignal<u64>,
    /// Running and just ended exports as the socket tells them, newest state only.
    pub progress: RwSignal<Vec<Export>>,
}

impl Versions {
    /// Fresh signals, provided to everything below.
    pub fn provide() -> Self {
        let versions = Self {
            games: RwSignal::new(0),
            clips: RwSignal::new(0),
            reels: RwSignal::new(0),
            exports: RwSignal::new(0),
            progress: RwSignal::new(Vec::new()),
        };
        provide_context(versions);
        versions
    }

    /// Those of the context; every component stands below `App`, which provides them.
    pub fn expect() -> Self {
        expect_context()
    }

    pub fn bump(self, topic: &Topic) {
        let signal = match topic {
            Topic::Games => self.games,
            Topic::Clips(_) => self.clips,
            Topic::Reels(_) => self.reels,
            Topic::Exports => self.exports,
        };
        signal.update(|version| *version += 1);
        // A game's card counts its clips; a reel's card says whether it is being exported.
        match topic {
            Topic::Clips(_) => self.games.update(|version| *version += 1),
            Topic::Exports => self.reels.update(|version| *version += 1),
            Topic::Games | Topic::Reels(_) => {}
        }
    }

    pub fn bump_all(self) {
        for signal in [self.games, self.clips, self.reels, self.exports] {
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
