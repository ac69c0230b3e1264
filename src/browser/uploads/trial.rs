//! Whether this browser reaches the store: what an upload would do, with a few bytes.

use crate::{
    error::ApiError,
    uploads::{
        api::{begin_trial, end_trial},
        types::{TRIAL_BYTES, Trial, TrialSent},
    },
};
use gloo_net::http::Request;

/// What the trial came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Files go straight to the store.
    Reached,
    /// Something stands between: what, and the bucket rule that may mend it.
    Blocked { what: String, rule: String },
    /// The server could not say.
    Unknown(ApiError),
}

pub async fn try_store() -> Verdict {
    let trial = match begin_trial().await {
        Ok(trial) => trial,
        Err(error) => return Verdict::Unknown(error),
    };
    let problem = match send(&trial).await {
        None => read(&trial).await,
        problem => problem,
    };
    let _ = end_trial(TrialSent { key: trial.key }).await;
    match problem {
        None => Verdict::Reached,
        Some(what) => Verdict::Blocked { what, rule: trial.rule },
    }
}

async fn send(trial: &Trial) -> Option<String> {
    let mut request = Request::put(&trial.put.url);
    for (name, value) in &trial.put.headers {
        request = request.header(name, value);
    }
    // A Blob without a type, as a part of a file is: a text would bring a content type that nobody signed.
    let bytes = js_sys::Uint8Array::from(TRIAL_BYTES);
    let sent = match request.body(bytes) {
        Ok(request) => request.send().await,
        Err(error) => Err(error),
    };
    match sent {
        Err(_) => Some(
            "The browser was not let through: the store does not answer there, or its rule for other sites forbids it."
                .to_owned(),
        ),
        Ok(answer) if !answer.ok() => Some(format!("The store refused a signed upload ({}).", answer.status())),
        Ok(answer) if answer.headers().get("etag").is_none() => {
            Some("The store hides the ETag of what arrives.".to_owned())
        }
        Ok(_) => None,
    }
}

async fn read(trial: &Trial) -> Option<String> {
    let got = Request::get(&trial.get).header("range", "bytes=10-18").send().await;
    match got {
        Err(_) => Some("What was sent cannot be read back from this site.".to_owned()),
        Ok(answer) if answer.status() != 206 => {
            Some(format!("The store does not serve parts of a file ({}): players seek by them.", answer.status()))
        }
        Ok(answer) => {
            let is_same = answer.binary().await.is_ok_and(|bytes| TRIAL_BYTES.get(10..19) == Some(&bytes));
            (!is_same).then(|| "What came back is not what was sent.".to_owned())
        }
    }
}
