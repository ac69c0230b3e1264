//! The part of a playing video that a canvas shows, cut out on a thread of its own. Without a graphics processor a browser
//! needs about 20 ms to turn a frame of 1080p into pixels, however little is drawn of it: the page would do nothing else.

use crate::domain::time::Micros;
use js_sys::Array;
use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlVideoElement, ImageBitmap, MessageEvent, Worker};

/// What the thread runs: a file, because pages allow no script that is made on the way.
const SCRIPT: &str = "/cutter.js";

#[wasm_bindgen]
extern "C" {
    /// Not yet among what `web_sys` calls stable.
    type VideoFrame;

    #[wasm_bindgen(constructor, catch)]
    fn new(video: &HtmlVideoElement) -> Result<VideoFrame, JsValue>;

    /// Microseconds on the clock of the video.
    #[wasm_bindgen(method, getter)]
    fn timestamp(this: &VideoFrame) -> f64;

    #[wasm_bindgen(method)]
    fn close(this: &VideoFrame);
}

/// What was cut out.
pub type Picture = ImageBitmap;

/// How a frame is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    /// As `setTransform` takes it: from pixels of the recording to those that are wanted.
    pub matrix: [f64; 6],
    /// Width and height of the recording, whatever the size of what plays.
    pub recorded: (u32, u32),
    /// The pixels that are wanted.
    pub size: (u32, u32),
}

/// A frame that waits, and its source time.
struct Order(VideoFrame, Cut, Micros);

impl Drop for Order {
    fn drop(&mut self) {
        // The thread has one of its own.
        self.0.close();
    }
}

/// Cuts one frame after the other; of those that come meanwhile the last one waits.
pub struct Cutter {
    /// Begun with the first frame; none where it cannot be.
    thread: OnceCell<Option<Thread>>,
    table: Rc<Table>,
}

type OnCut = Box<dyn Fn(&Picture, Micros)>;

struct Table {
    on_cut: OnCut,
    /// The source time of the frame that is being cut.
    busy: Cell<Option<Micros>>,
    next: RefCell<Option<Order>>,
    /// The thread cannot do it.
    failed: Cell<bool>,
}

struct Thread {
    worker: Worker,
    _on_heard: Closure<dyn FnMut(MessageEvent)>,
    _on_failed: Closure<dyn FnMut()>,
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Cutter {
    /// `on_cut` gets each picture, and the source time of its frame.
    pub fn new(on_cut: impl Fn(&Picture, Micros) + 'static) -> Self {
        let table = Table {
            on_cut: Box::new(on_cut),
            busy: Cell::default(),
            next: RefCell::default(),
            failed: Cell::default(),
        };
        Self { thread: OnceCell::new(), table: Rc::new(table) }
    }

    /// Has the frame that `video` shows cut; `how` gets its media time (seconds) and answers with its source time, too. False
    /// where this browser cannot, or may not: it is to be drawn directly.
    pub fn cut(&self, video: &HtmlVideoElement, how: impl FnOnce(f64) -> (Micros, Cut)) -> bool {
        if self.table.failed.get() {
            return false;
        }
        // What comes from elsewhere may be shown and not read, and some browsers have no frames.
        let Ok(frame) = VideoFrame::new(video) else { return false };
        // Not the frame that was told of: the video may have gone on since.
        let (at, cut) = how(frame.timestamp() / 1e6);
        let order = Order(frame, cut, at);
        let Some(thread) = self.thread.get_or_init(|| Thread::new(&self.table)) else { return false };
        if self.table.busy.get().is_some() {
            self.table.next.replace(Some(order));
            return true;
        }
        self.table.send(&thread.worker, &order)
    }
}

impl Table {
    fn send(&self, worker: &Worker, Order(frame, cut, at): &Order) -> bool {
        let message = Array::of1(frame);
        let whole = [cut.recorded.0, cut.recorded.1, cut.size.0, cut.size.1].map(f64::from);
        for number in cut.matrix.into_iter().chain(whole) {
            message.push(&number.into());
        }
        let is_sent = worker.post_message_with_transfer(&message, &Array::of1(frame)).is_ok();
        if is_sent {
            self.busy.set(Some(*at));
        }
        is_sent
    }

    /// From now on frames are drawn directly.
    fn give_up(&self) {
        self.failed.set(true);
        self.next.take();
    }

    fn heard(&self, worker: &Worker, picture: &JsValue) {
        let at = self.busy.take();
        if picture.is_null() {
            self.give_up();
            return;
        }
        if let Some(next) = self.next.take() {
            self.send(worker, &next);
        }
        if let Some(at) = at {
            let picture: &Picture = picture.unchecked_ref();
            (self.on_cut)(picture, at);
            // Pixels outside the heap: the collector would not hurry.
            picture.close();
        }
    }
}

impl Thread {
    fn new(table: &Rc<Table>) -> Option<Self> {
        let worker = Worker::new(SCRIPT).ok()?;
        let (own, answering) = (Rc::clone(table), worker.clone());
        let on_heard: Closure<dyn FnMut(MessageEvent)> =
            Closure::new(move |event: MessageEvent| own.heard(&answering, &event.data()));
        let own = Rc::clone(table);
        let on_failed: Closure<dyn FnMut()> = Closure::new(move || own.give_up());
        worker.set_onmessage(Some(on_heard.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_failed.as_ref().unchecked_ref()));
        Some(Self { worker, _on_heard: on_heard, _on_failed: on_failed })
    }
}
