//! Pieces that are rendered elsewhere, on Modal or any runner that speaks its protocol: this very program renders there
//! (`touchline render-segment`), so pictures are the same. Whatever goes wrong there, the piece is rendered here.
//!
//! `call`: our end of one call. `routes`: where its messages arrive. `calls`: its row. `render`: the other end.

pub mod call;
pub mod calls;
pub mod message;
pub mod render;
pub mod routes;
