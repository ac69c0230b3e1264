//! What travels about preferences.

use crate::domain::{
    palette::{Palette, shipped},
    tags::Sport,
};
use serde::{Deserialize, Serialize};

/// All of it, as one row: it is small, and read and written whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Preferences {
    /// 0 while nothing was ever changed; a change names the version that it is based on.
    pub version: i64,
    /// Palettes that stand in place of those that we ship; each sport at most once.
    pub palettes: Vec<OwnPalette>,
    /// Players as they stand on a clip: "#10 Ilse".
    pub roster: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct OwnPalette {
    pub sport: Sport,
    pub palette: Palette,
}

impl Preferences {
    /// What a clip of this sport is tagged with.
    pub fn palette(&self, sport: Sport) -> &Palette {
        self.own(sport).unwrap_or_else(|| shipped(sport))
    }

    /// The palette of this sport, if it is not the one that we ship.
    pub fn own(&self, sport: Sport) -> Option<&Palette> {
        self.palettes.iter().find(|own| own.sport == sport).map(|own| &own.palette)
    }

    /// Another palette for this sport, made of the one that is there.
    ///
    /// # Errors
    /// Those of the change; then nothing is changed.
    pub fn change_palette(
        &mut self,
        sport: Sport,
        change: impl FnOnce(&mut Palette) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut palette = self.palette(sport).clone();
        change(&mut palette)?;
        if palette.groups.is_empty() {
            return Err("A palette has at least one tag.".to_owned());
        }
        self.set_palette(sport, palette);
        Ok(())
    }

    /// One that equals ours is ours again.
    pub fn set_palette(&mut self, sport: Sport, palette: Palette) {
        self.palettes.retain(|own| own.sport != sport);
        if palette != *shipped(sport) {
            self.palettes.push(OwnPalette { sport, palette });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_palette_that_is_ours_again_is_not_kept() {
        let mut preferences = Preferences::default();
        let mut own = preferences.palette(Sport::Hockey).clone();
        own.shift("Goal", true);
        preferences.set_palette(Sport::Hockey, own.clone());
        assert_eq!((preferences.own(Sport::Hockey), preferences.own(Sport::Soccer)), (Some(&own), None));
        preferences.set_palette(Sport::Hockey, shipped(Sport::Hockey).clone());
        assert_eq!(preferences, Preferences::default());
    }
}
