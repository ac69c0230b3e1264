//! Rules of preferences.

use super::{
    store,
    types::{OwnPalette, Preferences},
};
use crate::{
    domain::{
        roster::{self, MOST_PLAYERS},
        tags::Sport,
    },
    error::ApiError,
    live::types::Topic,
    server::door::Caller,
};

pub async fn get(caller: &Caller) -> Result<Preferences, ApiError> {
    Ok(store::get(&caller.app.db, caller.owner()).await?)
}

pub async fn put(caller: &Caller, new: Preferences) -> Result<Preferences, ApiError> {
    let new = checked(new)?;
    if !store::put(&caller.app.db, caller.owner(), &new).await? {
        return Err(ApiError::conflict());
    }
    caller.changed(Topic::Preferences);
    Ok(Preferences { version: new.version + 1, ..new })
}

fn checked(new: Preferences) -> Result<Preferences, ApiError> {
    if !(0..i64::MAX).contains(&new.version) {
        return Err(ApiError::invalid("version", "Load the preferences again; there is no such version."));
    }
    if new.roster.len() > MOST_PLAYERS {
        return Err(ApiError::invalid("roster", format!("A roster has at most {MOST_PLAYERS} players.")));
    }
    if new.palettes.len() > Sport::ALL.len() {
        return Err(ApiError::invalid("palettes", "Each sport has one palette."));
    }
    let mut clean =
        Preferences { version: new.version, palettes: Vec::new(), roster: roster::read(&new.roster.join("\n")) };
    for OwnPalette { sport, palette } in new.palettes {
        if clean.own(sport).is_some() {
            return Err(ApiError::invalid("palettes", "Each sport has one palette."));
        }
        clean.set_palette(sport, palette.checked().map_err(|why| ApiError::invalid("palettes", why))?);
    }
    Ok(clean)
}
