//! The fields that describe a game, of the form that adds one and of the dialog that edits one.

use super::types::{GameDetails, MAX_OPPONENT};
use crate::{
    browser::{clock, storage},
    domain::{calendar::Day, naming::Venue, tags::Sport},
    error::ApiError,
    ui::{choice::Choice, field::Field, segmented::Segmented},
};
use leptos::prelude::*;
use std::collections::HashMap;

/// Where the browser keeps the sport of the last game.
pub const LAST_SPORT: &str = "sport";
const FIELDS: [&str; 3] = ["opponent", "played_on", "tournament"];

/// What is typed so far, and what is wrong with it.
#[derive(Clone, Copy)]
pub struct DetailsDraft {
    opponent: RwSignal<String>,
    played_on: RwSignal<String>,
    venue: RwSignal<Venue>,
    tournament: RwSignal<String>,
    sport: RwSignal<Sport>,
    /// By field: what is wrong, and the text that it is wrong of.
    errors: RwSignal<HashMap<&'static str, (String, String)>>,
}

impl DetailsDraft {
    /// Empty, but for the day, which is today, and the sport, which is the last one's: once the browser knows them.
    pub fn empty() -> Self {
        let draft = Self {
            opponent: RwSignal::new(String::new()),
            played_on: RwSignal::new(String::new()),
            venue: RwSignal::new(Venue::default()),
            tournament: RwSignal::new(String::new()),
            sport: RwSignal::new(Sport::default()),
            errors: RwSignal::new(HashMap::new()),
        };
        Effect::new(move |_| {
            if draft.played_on.with_untracked(String::is_empty) {
                draft.played_on.set(clock::today());
            }
            if let Some(sport) = storage::get(LAST_SPORT).and_then(|code| code.parse().ok()) {
                draft.sport.set(sport);
            }
        });
        draft
    }

    pub fn of(details: &GameDetails) -> Self {
        Self {
            opponent: RwSignal::new(details.opponent.clone()),
            played_on: RwSignal::new(details.played_on.to_string()),
            venue: RwSignal::new(details.venue),
            tournament: RwSignal::new(details.tournament.clone()),
            sport: RwSignal::new(details.sport.unwrap_or_default()),
            errors: RwSignal::new(HashMap::new()),
        }
    }

    /// The details when they are complete; otherwise the fields say what is missing.
    pub fn read(self) -> Option<GameDetails> {
        self.errors.set(HashMap::new());
        let opponent = self.opponent.get_untracked().trim().to_owned();
        if opponent.is_empty() {
            self.blame("opponent", "Name the other team.");
        }
        let day = self.played_on.get_untracked().parse::<Day>();
        if day.is_err() {
            self.blame("played_on", "Choose the day of the match.");
        }
        let venue = self.venue.get_untracked();
        let tournament = match venue {
            Venue::Tournament => self.tournament.get_untracked().trim().to_owned(),
            Venue::Home | Venue::Away => String::new(),
        };
        match day {
            Ok(played_on) if self.errors.with_untracked(HashMap::is_empty) => {
                let sport = self.sport.get_untracked();
                storage::set(LAST_SPORT, sport.code());
                Some(GameDetails { opponent, played_on, venue, tournament, sport: Some(sport) })
            }
            _ => None,
        }
    }

    /// Shows an answer of the server at its field; whether it is about one of ours.
    pub fn refuse(self, error: &ApiError) -> bool {
        let field = FIELDS.into_iter().find(|field| error.field.as_deref() == Some(field));
        if let Some(field) = field {
            self.blame(field, &error.message);
        }
        field.is_some()
    }

    fn value(self, field: &str) -> RwSignal<String> {
        match field {
            "opponent" => self.opponent,
            "played_on" => self.played_on,
            _ => self.tournament,
        }
    }

    fn blame(self, field: &'static str, message: &str) {
        let text = self.value(field).get_untracked();
        self.errors.update(|errors| drop(errors.insert(field, (message.to_owned(), text))));
    }

    /// What is wrong with a field, until its text changes.
    fn error(self, field: &'static str) -> Signal<Option<String>> {
        let value = self.value(field);
        Signal::derive(move || {
            let blamed = self.errors.with(|errors| errors.get(field).cloned());
            blamed.filter(|(_, text)| value.with(|value| value == text)).map(|(message, _)| message)
        })
    }
}

#[component]
pub fn DetailsFields(draft: DetailsDraft) -> impl IntoView {
    let is_tournament = Memo::new(move |_| draft.venue.get() == Venue::Tournament);
    view! {
        <Field
            id="opponent"
            label="Opponent"
            value=draft.opponent
            placeholder="Rovers"
            autocomplete="off"
            max_length=MAX_OPPONENT
            required=true
            autofocus=true
            error=draft.error("opponent")
        />
        <Field id="played_on" label="Date" kind="date" value=draft.played_on required=true error=draft.error("played_on") />
        <div class="field">
            <span class="field__label">"Type"</span>
            <Segmented
                label="Type"
                items=Venue::ALL.map(|venue| (venue, venue.label())).to_vec()
                value=draft.venue
                on_choose=move |venue| draft.venue.set(venue)
            />
        </div>
        <Show when=move || is_tournament.get()>
            <Field
                id="tournament"
                label="Tournament"
                value=draft.tournament
                placeholder="Spring Cup"
                autocomplete="off"
                max_length=MAX_OPPONENT
                error=draft.error("tournament")
            />
        </Show>
        <Choice label="Sport" items=Signal::stored(Sport::ALL.map(|sport| (sport, sport.to_string())).to_vec()) value=draft.sport.into()
            on_choose=Callback::new(move |sport| draft.sport.set(sport)) />
    }
}
