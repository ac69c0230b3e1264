//! The browser's calendar.

use wasm_bindgen::JsValue;

/// `Nov 22, 11:40` where the browser is.
#[allow(clippy::cast_precision_loss)]
pub fn local_moment(at: i64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(at as f64));
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = month.get(date.get_month() as usize).copied().unwrap_or_default();
    format!("{month} {}, {}:{:02}", date.get_date(), date.get_hours(), date.get_minutes())
}

/// The day where the browser is, `2026-12-06`.
pub fn today() -> String {
    let date = js_sys::Date::new_0();
    format!("{:04}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}
