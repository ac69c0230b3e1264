//! The design system. It knows no slice.

pub mod icon;
pub mod moment;
pub mod not_found;
pub mod notice;
pub mod shell;
pub mod toast;
