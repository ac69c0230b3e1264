//! What the process says of itself in figures: `/metrics` for Prometheus, on an address of its own, and a line in the log for
//! every request that took long.

use super::state::AppState;
use crate::jobs;
use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderValue, StatusCode};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::{io, net::SocketAddr, time::Instant};
use tokio::net::TcpListener;
use tracing::Instrument;
use uuid::Uuid;

/// A route that takes longer is named in the log.
const SLOW_MS: u128 = 200;
const SECONDS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0];

/// Names of what is counted.
pub mod names {
    /// Seconds by route, method and status.
    pub const HTTP: &str = "touchline_http_request_seconds";
    /// Seconds from claim to end by kind and ending.
    pub const JOB: &str = "touchline_job_seconds";
    pub const RETRIES: &str = "touchline_job_retries_total";
    pub const LOST_LEASES: &str = "touchline_job_lost_leases_total";
    /// Bytes of recordings that were confirmed.
    pub const UPLOADED: &str = "touchline_uploaded_bytes_total";
    /// Due jobs that wait, and the age of the oldest in seconds.
    pub const DEPTH: &str = "touchline_jobs_waiting";
    pub const AGE: &str = "touchline_jobs_oldest_seconds";
}

/// Begins to count, and answers on `address` until the process stops.
pub async fn serve(app: AppState, address: SocketAddr) -> io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("seconds".to_owned()), &SECONDS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(io::Error::other)?;
    let stop = app.stop.clone();
    let router = Router::new().route("/metrics", get(scrape)).with_state((app, handle));
    tokio::spawn(async move {
        let server = axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await });
        if let Err(error) = server.await {
            tracing::error!(error = %error, "metrics.failed");
        }
    });
    Ok(())
}

async fn scrape(State((app, handle)): State<(AppState, PrometheusHandle)>) -> Response {
    match jobs::store::queue(&app.db).await {
        Ok(queue) => {
            #[allow(clippy::cast_precision_loss)] // Far below 2^53.
            metrics::gauge!(names::DEPTH).set(queue.due as f64);
            #[allow(clippy::cast_precision_loss)]
            metrics::gauge!(names::AGE).set(queue.oldest_ms as f64 / 1000.0);
            handle.render().into_response()
        }
        Err(error) => {
            tracing::error!(error = %error, "metrics.queue_unknown");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Gives every request an identifier of its own, in each line of the log and in the answer's `x-request-id`. One that a
/// client sends is not believed.
pub async fn named(request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().simple().to_string();
    let span = tracing::info_span!("request", id, method = %request.method());
    let mut response = next.run(request).instrument(span).await;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

/// Measures every request by its route.
pub async fn time(request: Request, next: Next) -> Response {
    // Pages are served by a fallback of their own and have no path here; never the path itself, which holds identifiers.
    let route = request.extensions().get::<MatchedPath>().map_or("page", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let began = Instant::now();
    let response = next.run(request).await;
    let took = began.elapsed();
    let status = response.status().as_u16().to_string();
    metrics::histogram!(names::HTTP, "route" => route.clone(), "method" => method.clone(), "status" => status.clone())
        .record(took.as_secs_f64());
    // An open socket is not a slow answer.
    if took.as_millis() > SLOW_MS && route != "/ws" {
        tracing::warn!(
            http.route = route,
            http.method = method,
            http.status = status,
            ms = took.as_millis(),
            "http.slow"
        );
    }
    response
}
