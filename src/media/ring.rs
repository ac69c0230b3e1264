//! Buffers that go round between two threads: memory stays what it is, whatever is slow.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Pictures between decoder and compositor, and between compositor and encoder.
const BUFFERS: usize = 4;

/// One end of a ring of buffers: filled ones go one way, empty ones come back.
pub struct Passing<T> {
    pub give: SyncSender<T>,
    pub empty: Receiver<Vec<u8>>,
}

pub struct Taking<T> {
    pub take: Receiver<T>,
    pub back: SyncSender<Vec<u8>>,
}

impl<T> Passing<T> {
    pub fn new(bytes: usize) -> (Self, Taking<T>) {
        let (give, take) = sync_channel(BUFFERS);
        let (back, empty) = sync_channel(BUFFERS);
        for _ in 0..BUFFERS {
            // The channel holds as many as are sent.
            let _ = back.try_send(vec![0; bytes]);
        }
        (Self { give, empty }, Taking { take, back })
    }
}

/// A source frame and its number.
pub type Numbered = (i64, Vec<u8>);
/// An output picture and how often it is shown in a row.
pub type Repeated = (u32, Vec<u8>);
