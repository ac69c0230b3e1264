//! The design system. It knows no slice.

pub mod button;
pub mod choice;
pub mod dialog;
pub mod field;
pub mod growing;
pub mod icon;
pub mod labels;
pub mod menu;
pub mod moment;
pub mod notice;
pub mod progress;
pub mod rating_picker;
pub mod segmented;
pub mod tabs;
pub mod theme;
pub mod toast;
pub mod video_file;
