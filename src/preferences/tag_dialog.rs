//! The dialog of one tag of a palette.

use super::editing::Setup;
use crate::{
    domain::{
        palette::{LONGEST_REACH, Palette, Tag, TagColour, can_be_key},
        tags::{MAX_TAG_LENGTH, Sport},
    },
    ui::{
        button::{Button, IconButton, Look},
        choice::Choice,
        dialog::{Dialog, open_while},
        field::Field,
    },
};
use leptos::prelude::*;

/// The tag that the dialog is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    New,
    Known(String),
}

impl Edited {
    fn name(self) -> Option<String> {
        match self {
            Self::New => None,
            Self::Known(name) => Some(name),
        }
    }
}

/// What is written of a tag so far.
#[derive(Clone, Copy)]
struct Draft {
    name: RwSignal<String>,
    group: RwSignal<String>,
    key: RwSignal<Option<char>>,
    lead: RwSignal<String>,
    lag: RwSignal<String>,
    colour: RwSignal<Option<TagColour>>,
}

impl Draft {
    /// Of the tag with that name; of a new one it is in the palette's first group.
    fn of(palette: &Palette, name: Option<&str>) -> Self {
        let tag = name.and_then(|name| palette.tag(name)).cloned().unwrap_or_else(|| Tag::named(""));
        let first = palette.groups.first().map(|group| group.name.as_str());
        let own = name.and_then(|name| palette.place_of(name)).map(|(group, _)| group);
        let group = own.or(first).unwrap_or_default();
        Self {
            name: RwSignal::new(tag.name),
            group: RwSignal::new(group.to_owned()),
            key: RwSignal::new(tag.key),
            lead: RwSignal::new(tag.lead.to_string()),
            lag: RwSignal::new(tag.lag.to_string()),
            colour: RwSignal::new(tag.colour),
        }
    }

    fn read(self) -> Result<(String, Tag), String> {
        let seconds = |text: RwSignal<String>| {
            let text = text.get_untracked();
            text.trim().parse::<i64>().map_err(|_| format!("Write whole seconds, 0 to {LONGEST_REACH}."))
        };
        let tag = Tag {
            name: self.name.get_untracked(),
            key: self.key.get_untracked(),
            lead: seconds(self.lead)?,
            lag: seconds(self.lag)?,
            colour: self.colour.get_untracked(),
        };
        Ok((self.group.get_untracked(), tag.checked()?))
    }
}

#[component]
pub fn TagDialog(
    setup: Setup,
    #[prop(into)] sport: Signal<Sport>,
    palette: Memo<Palette>,
    /// None: closed.
    editing: RwSignal<Option<Edited>>,
) -> impl IntoView {
    let open = open_while(editing);
    let title = move || match editing.get() {
        Some(Edited::Known(name)) => name,
        _ => "New tag".to_owned(),
    };
    view! {
        <Dialog open title=Signal::derive(title)>
            {move || editing.get_untracked().map(|tag| view! { <TagForm setup sport palette name=tag.name() open /> })}
        </Dialog>
    }
}

#[component]
fn TagForm(
    setup: Setup,
    sport: Signal<Sport>,
    palette: Memo<Palette>,
    name: Option<String>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let draft = palette.with_untracked(|palette| Draft::of(palette, name.as_deref()));
    let (error, saving) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let name = StoredValue::new(name);
    let is_new = name.with_value(Option::is_none);
    let sport = sport.get_untracked();
    let save = move || {
        let (group, tag) = match draft.read() {
            Ok(read) => read,
            Err(why) => return error.set(Some(why)),
        };
        saving.set(true);
        let was = name.get_value();
        setup.change(
            move |now| now.change_palette(sport, |palette| palette.put(was.as_deref(), &group, tag.clone())),
            move |answer| {
                saving.try_set(false);
                if answer.is_ok() {
                    open.try_set(false);
                }
                error.try_set(answer.err());
            },
        );
    };
    let delete = move |()| {
        let Some(name) = name.get_value() else { return };
        let was = palette.with_untracked(|palette| {
            let (group, place) = palette.place_of(&name)?;
            Some((group.to_owned(), place, palette.tag(&name)?.clone()))
        });
        let Some((group, place, tag)) = was else { return };
        open.set(false);
        setup.press(
            format!("{name} is no longer among the tags"),
            move |now| {
                now.change_palette(sport, |palette| {
                    palette.remove(&name);
                    Ok(())
                })
            },
            // What was done since stays.
            move |now| {
                now.change_palette(sport, |palette| {
                    palette.put_back(&group, place, tag.clone());
                    Ok(())
                })
            },
        );
    };
    let shift = move |later: bool| {
        let Some(name) = name.get_value() else { return };
        setup.change(
            move |now| {
                now.change_palette(sport, |palette| {
                    palette.shift(&name, later);
                    Ok(())
                })
            },
            move |answer| drop(error.try_set(answer.err())),
        );
    };
    view! {
        <form class="dialog__form" on:submit=move |event| { event.prevent_default(); save() }>
            <div class="dialog__body tag-form">
                <div class="field-row">
                    <Field id="tag-name" label="Name" value=draft.name max_length=MAX_TAG_LENGTH autofocus=true autocomplete="off" />
                    <GroupField draft palette />
                </div>
                <div class="field-row">
                    <KeyChoice draft palette name />
                    <Field id="tag-lead" label="Seconds before" value=draft.lead autocomplete="off" />
                    <Field id="tag-lag" label="Seconds after" value=draft.lag autocomplete="off" />
                </div>
                <Colours draft />
                {move || error.get().map(|why| view! { <p class="field__error" role="alert">{why}</p> })}
            </div>
            <div class="dialog__foot">
                <Show when=move || !is_new>
                    <div class="dialog__foot-start">
                        <IconButton icon="trash" label="Remove this tag" on_press=delete />
                        <IconButton icon="up" label="One place earlier" on_press=move |()| shift(false) />
                        <IconButton icon="down" label="One place later" on_press=move |()| shift(true) />
                    </div>
                </Show>
                <Button look=Look::Quiet on_press=move |()| open.set(false)>"Cancel"</Button>
                <Button look=Look::Primary submit=true loading=saving>{if is_new { "Add tag" } else { "Save tag" }}</Button>
            </div>
        </form>
    }
}

/// A group that is there, or the name of a new one.
#[component]
fn GroupField(draft: Draft, palette: Memo<Palette>) -> impl IntoView {
    let groups =
        move || palette.with(|palette| palette.groups.iter().map(|group| group.name.clone()).collect::<Vec<_>>());
    view! {
        <div class="field">
            <label class="field__label" for="tag-group">"Group"</label>
            <input class="field__input" id="tag-group" list="tag-groups" autocomplete="off" maxlength=MAX_TAG_LENGTH
                prop:value=move || draft.group.get() value=draft.group.get_untracked()
                on:input:target=move |event| draft.group.set(event.target().value()) />
            <datalist id="tag-groups"><For each=groups key=Clone::clone let:name><option value=name></option></For></datalist>
        </div>
    }
}

/// Letters that are free, and those of other tags, which lose theirs.
#[component]
fn KeyChoice(draft: Draft, palette: Memo<Palette>, name: StoredValue<Option<String>>) -> impl IntoView {
    let items = move || {
        let of = |letter: char| {
            let other = palette.with(|palette| {
                let holder = palette.tags().find(|tag| tag.key == Some(letter)).map(|tag| tag.name.clone());
                holder.filter(|holder| name.with_value(|name| name.as_ref() != Some(holder)))
            });
            let words = other.map_or_else(|| letter.to_string(), |other| format!("{letter} (now {other})"));
            (Some(letter), words)
        };
        let none = (None, "No key".to_owned());
        std::iter::once(none).chain(('A'..='Z').filter(|letter| can_be_key(*letter)).map(of)).collect::<Vec<_>>()
    };
    view! {
        <Choice label="Key" items=Signal::derive(items) value=draft.key.into() on_choose=Callback::new(move |key| draft.key.set(key)) />
    }
}

#[component]
fn Colours(draft: Draft) -> impl IntoView {
    let choices = std::iter::once(None).chain(TagColour::ALL.map(Some));
    let swatch = move |colour: Option<TagColour>| {
        let (name, class) = colour.map_or(("No colour", ""), |colour| (colour.name(), colour.class()));
        view! {
            <label class=format!("tag-swatch {class}") title=name>
                <input type="radio" name="tag-colour" aria-label=name prop:checked=move || draft.colour.get() == colour
                    on:change=move |_| draft.colour.set(colour) />
            </label>
        }
    };
    view! {
        <fieldset class="field tag-swatches">
            <legend class="field__label">"Colour"</legend>
            <div class="button-row">{choices.map(swatch).collect_view()}</div>
        </fieldset>
    }
}
