//! The design system, and the frame of every page. Its controls know no slice; the frame knows what stands in it.

pub mod button;
pub mod dialog;
pub mod field;
pub mod icon;
pub mod labels;
pub mod menu;
pub mod moment;
pub mod not_found;
pub mod notice;
pub mod progress;
pub mod rating_picker;
pub mod segmented;
pub mod shell;
pub mod tabs;
pub mod theme;
pub mod toast;
