//! Settings: the players of the team, one to a line, as they come from a list or a spreadsheet.

use super::editing::Setup;
use crate::domain::roster::{self, MOST_PLAYERS};
use leptos::prelude::*;

#[component]
pub fn RosterSettings(setup: Setup) -> impl IntoView {
    let kept = Memo::new(move |_| setup.now.with(|now| now.roster.clone()));
    let text = RwSignal::new(kept.with_untracked(|kept| kept.join("\n")));
    // What the text was written from: what others do meanwhile is not lost.
    let base = StoredValue::new(kept.get_untracked());
    let (is_writing, said) = (RwSignal::new(false), RwSignal::new(String::new()));
    let show = move || {
        let kept = kept.get_untracked();
        text.set(kept.join("\n"));
        base.set_value(kept);
    };
    Effect::new(move |_| {
        kept.track();
        if !is_writing.get_untracked() {
            show();
        }
    });
    let save = move || {
        let (mine, before) = (text.with_untracked(|text| roster::read(text)), base.get_value());
        is_writing.set(false);
        if mine == before {
            return show();
        }
        said.set("Saving…".to_owned());
        setup.change(
            move |now| {
                now.roster = roster::merged(&before, &mine, &now.roster);
                Ok(())
            },
            move |why| {
                said.try_set(why.unwrap_or_else(|| "Saved".to_owned()));
            },
        );
    };
    let count = move || match text.with(|text| roster::read(text).len()) {
        1 => "1 player".to_owned(),
        count => format!("{count} players"),
    };
    view! {
        <section class="settings__group" aria-labelledby="roster-title">
            <h2 class="section__title" id="roster-title">"Players"</h2>
            <div class="field">
                <label class="field__label" for="roster">"One player a line, the number first"<output class="num">{count}</output></label>
                <textarea class="field__input" id="roster" rows="8" placeholder="10 Ilse\n7 Bo" spellcheck="false" maxlength=MOST_PLAYERS * 80
                    aria-describedby="roster-hint" prop:value=move || text.get()
                    on:input:target=move |event| {
                        is_writing.set(true);
                        text.set(event.target().value());
                    }
                    on:blur=move |_| if is_writing.get_untracked() { save() }>{text.get_untracked()}</textarea>
                <span class="field__hint" id="roster-hint">"In a clip, type a number or the beginning of a name. "<span role="status">{move || said.get()}</span></span>
            </div>
        </section>
    }
}
