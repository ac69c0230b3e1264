//! One file of the gallery.

use super::{share::ShareButton, types::Rendition};
use crate::{domain::size::size, exports::types::ExportKind, ui::icon::Icon};
use leptos::prelude::*;

/// The shape's name when it is one of ours, else its pixels: `9:16`, `1280 × 534`.
pub fn shape(width: i64, height: i64) -> String {
    let (of, to) = (width.max(1), height.max(1));
    [(9, 16), (4, 5), (1, 1), (16, 9)]
        .into_iter()
        .find(|(w, h)| of * h == to * w)
        .map_or_else(|| format!("{width} × {height}"), |(w, h)| format!("{w}:{h}"))
}

/// What a card does that its page knows how to.
#[derive(Clone, Copy)]
pub struct Acts {
    pub delete: Callback<Rendition>,
    /// Plays, or makes, its reel before and after it was framed.
    pub compare: Callback<Rendition>,
}

/// Poster, name, facts, and what can be done with the file. The poster is a link that opens the player.
#[component]
pub fn RenditionCard(rendition: Rendition, acts: Acts) -> impl IntoView {
    let file = StoredValue::new(rendition.clone());
    let Rendition { id, name, kind, bytes, width, height, duration, url, download_url, poster_url, reel, .. } =
        rendition;
    let of_reel = kind == ExportKind::Reel && reel.is_some();
    let compared = name.clone();
    let compare = move || {
        view! {
            <button class="icon-button icon-button--sm" type="button" aria-label=format!("Before and after of {compared}") title="Before and after"
                on:click=move |_| acts.compare.run(file.get_value())>
                <Icon name="compare" />
            </button>
        }
    };
    let edit = reel.map(|reel| {
        view! {
            <a class="icon-button icon-button--sm" href=format!("/reels/{reel}?step=framing") aria-label=format!("Open the reel of {name}") title="Open its reel">
                <Icon name="film" />
            </a>
        }
    });
    view! {
        <article class="rendition rendition--shape" style=format!("--w: {}; --h: {}", width.max(1), height.max(1))>
            <a class="poster" href=format!("/gallery?play={id}")>
                <span class="visually-hidden">{format!("Play {name}, ")}</span>
                {poster_url.map(|url| view! { <img class="scene" src=url alt="" loading="lazy" /> })}
                <span class="poster__label">{duration.to_string()}</span>
            </a>
            <div class="card__body">
                <h3 class="card__title" title=name.clone()>{name.clone()}</h3>
                <p class="card__meta">{(kind != ExportKind::Reel).then(|| view! { <span>{kind.label()}</span> })}<span>{shape(width, height)}</span><span>{size(bytes)}</span></p>
                <div class="card__actions">
                    <a class="icon-button icon-button--sm" href=download_url download=name.clone()
                        aria-label=format!("Download {name}") title="Download">
                        <Icon name="download" />
                    </a>
                    <ShareButton name=name.clone() url small=true />
                    {of_reel.then(compare)}
                    {edit}
                    <button class="icon-button icon-button--sm" type="button" aria-label=format!("Delete {name}") title="Delete"
                        on:click=move |_| acts.delete.run(file.get_value())>
                        <Icon name="trash" />
                    </button>
                </div>
            </div>
        </article>
    }
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn shapes_have_names() {
        assert_eq!(shape(1080, 1920), "9:16");
        assert_eq!(shape(1920, 1080), "16:9");
        assert_eq!(shape(1080, 1350), "4:5");
        assert_eq!(shape(1280, 534), "1280 × 534");
        assert_eq!(shape(0, 0), "1:1");
    }
}
