//! What every request passes through, outermost first: identity of the request, security headers, the gate (Host, Origin,
//! content type), who it is.

pub mod gate;
pub mod headers;
pub mod server_fn_errors;
pub mod session;
