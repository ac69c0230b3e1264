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
    // From the first letter until it is saved as it is: only then the field shows what others wrote.
    let (is_writing, is_saving) = (RwSignal::new(false), RwSignal::new(false));
    let said = RwSignal::new(String::new());
    let show = move |roster: Vec<String>| {
        text.set(roster.join("\n"));
        base.set_value(roster);
        is_writing.set(false);
    };
    Effect::new(move |_| {
        let kept = kept.get();
        if !is_writing.get_untracked() {
            show(kept);
        }
    });
    let save = move || {
        let (mine, before) = (text.with_untracked(|text| roster::read(text)), base.get_value());
        if mine == before {
            return show(kept.get_untracked());
        }
        is_saving.set(true);
        said.set("Saving…".to_owned());
        let sent = mine.clone();
        setup.change(
            move |now| {
                now.roster = roster::merged(&before, &mine, &now.roster);
                Ok(())
            },
            move |answer| {
                // The page may be gone.
                let Some(is_same) = text.try_with_untracked(|text| roster::read(text) == sent) else { return };
                is_saving.set(false);
                match answer {
                    Ok(kept) if is_same => {
                        show(kept.roster);
                        said.set("Saved".to_owned());
                    }
                    // It was written on meanwhile: that stands on what was sent.
                    Ok(_) => {
                        base.set_value(sent);
                        said.set("Saved; what you wrote since is saved when you leave the field".to_owned());
                    }
                    Err(why) => said.set(format!("Not saved: {why}")),
                }
            },
        );
    };
    let save_if_needed = move || {
        if is_writing.get_untracked() && !is_saving.get_untracked() {
            save();
        }
    };
    // Who leaves the page by a key leaves the field, too.
    on_cleanup(save_if_needed);
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
                    on:blur=move |_| save_if_needed()>{text.get_untracked()}</textarea>
                <span class="field__hint" id="roster-hint">"In a clip, type a number or the beginning of a name. "<span role="status">{move || said.get()}</span></span>
            </div>
        </section>
    }
}
