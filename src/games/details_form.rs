//! The fields that describe a game, of the form that adds one and of the dialog that edits one.

use super::types::{GameDetails, MAX_OPPONENT};
use crate::{
    browser::clock,
    domain::{calendar::Day, naming::Venue},
    error::ApiError,
    ui::{field::Field, segmented::Segmented},
};
use leptos::prelude::*;
use std::collections::HashMap;

const FIELDS: [&str; 3] = ["opponent", "played_on", "tournament"];

/// What is typed so far, and what is wrong with it.
#[derive(Clone, Copy)]
pub struct DetailsDraft {
    opponent: RwSignal<String>,
    played_on: RwSignal<String>,
    venue: RwSignal<Venue>,
    tournament: RwSignal<String>,
    errors: RwSignal<HashMap<String, String>>,
}

impl DetailsDraft {
    /// Empty, but for the day: today, once the browser knows it.
    pub fn empty() -> Self {
        let draft = Self {
            opponent: RwSignal::new(String::new()),
            played_on: RwSignal::new(String::new()),
            venue: RwSignal::new(Venue::default()),
            tournament: RwSignal::new(String::new()),
            errors: RwSignal::new(HashMap::new()),
        };
        Effect::new(move |_| {
            if draft.played_on.with_untracked(String::is_empty) {
                draft.played_on.set(clock::today());
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
            errors: RwSignal::new(HashMap::new()),
        }
    }

    /// The details when they are complete; otherwise the fields say what is missing.
    pub fn read(self) -> Option<GameDetails> {
        let mut errors = HashMap::new();
        let opponent = self.opponent.get_untracked().trim().to_owned();
        if opponent.is_empty() {
            errors.insert("opponent".to_owned(), "Name the other team.".to_owned());
        }
        let day = self.played_on.get_untracked().parse::<Day>();
        if day.is_err() {
            errors.insert("played_on".to_owned(), "Choose the day of the match.".to_owned());
        }
        let venue = self.venue.get_untracked();
        let tournament = match venue {
            Venue::Tournament => self.tournament.get_untracked().trim().to_owned(),
            Venue::Home | Venue::Away => String::new(),
        };
        let is_complete = errors.is_empty();
        self.errors.set(errors);
        match day {
            Ok(played_on) if is_complete => Some(GameDetails { opponent, played_on, venue, tournament }),
            _ => None,
        }
    }

    /// Shows an answer of the server at its field; whether it is about one of ours.
    pub fn refuse(self, error: &ApiError) -> bool {
        let field = error.field.as_deref().filter(|field| FIELDS.contains(field));
        if let Some(field) = field {
            self.errors.update(|errors| drop(errors.insert(field.to_owned(), error.message.clone())));
        }
        field.is_some()
    }

    fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.errors.with(|errors| errors.get(field).cloned()))
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
    }
}
