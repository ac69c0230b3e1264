//! The design system. It knows no slice.

pub mod icon;
pub mod not_found;
pub mod shell;
pub mod toast;
