//! What Annotate and Framing share: player, transport, timeline, keys.
