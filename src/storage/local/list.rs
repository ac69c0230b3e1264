//! Listing objects and open uploads.

use super::{
    LocalStore, failure,
    objects::timestamp,
    store::{self, ObjectRow},
};
use s3s::{
    S3Response, S3Result,
    dto::{
        CommonPrefix, ETag, EncodingType, ListMultipartUploadsInput, ListMultipartUploadsOutput, ListObjectsV2Input,
        ListObjectsV2Output, MultipartUpload, Object,
    },
};
use std::fmt::Write as _;

const MAX_PAGE: i32 = 1000;

impl LocalStore {
    pub(super) async fn list_objects(&self, input: ListObjectsV2Input) -> S3Result<S3Response<ListObjectsV2Output>> {
        let prefix = input.prefix.clone().unwrap_or_default();
        let page = input.max_keys.unwrap_or(MAX_PAGE).clamp(0, MAX_PAGE);
        let start_after = input.start_after.as_deref().map(store::key_hex).unwrap_or_default();
        let mut walk = Walk {
            prefix_hex: store::key_hex(&prefix),
            // The token is the place where the page before ended.
            after: input.continuation_token.clone().unwrap_or(start_after),
            delimiter: input.delimiter.clone().filter(|delimiter| !delimiter.is_empty()),
            room: usize::try_from(page).unwrap_or_default(),
            objects: Vec::new(),
            folders: Vec::new(),
        };
        let more = walk.run(self).await?;
        let url = input.encoding_type.as_ref().is_some_and(|kind| kind.as_str() == EncodingType::URL);
        let key = |key: &str| if url { encoded(key) } else { key.to_owned() };
        let contents: Vec<Object> = walk.objects.iter().map(|row| listed(row, &key)).collect();
        let folders: Vec<CommonPrefix> =
            walk.folders.iter().map(|folder| CommonPrefix { prefix: Some(key(folder)) }).collect();
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: Some(key(&prefix)),
            max_keys: Some(page),
            key_count: i32::try_from(contents.len() + folders.len()).ok(),
            is_truncated: Some(more),
            next_continuation_token: more.then_some(walk.after),
            continuation_token: input.continuation_token,
            start_after: input.start_after.as_deref().map(key),
            delimiter: input.delimiter.as_deref().map(key),
            encoding_type: input.encoding_type,
            contents: Some(contents),
            common_prefixes: Some(folders),
            ..Default::default()
        }))
    }

    pub(super) async fn list_uploads(
        &self,
        input: ListMultipartUploadsInput,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        let page = input.max_uploads.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
        let prefix_hex = store::key_hex(input.prefix.as_deref().unwrap_or_default());
        let after = store::key_hex(input.key_marker.as_deref().unwrap_or_default());
        // Without a marker for the upload, all of the marked key's uploads are past.
        let after_id = input.upload_id_marker.clone().unwrap_or_else(|| "g".to_owned());
        let limit = i64::from(page) + 1;
        let rows = store::uploads(&self.inner.db, &prefix_hex, &after, &after_id, limit).await.map_err(failure)?;
        let page_length = usize::try_from(page).unwrap_or_default();
        let more = rows.len() > page_length;
        let last = rows.get(page_length.saturating_sub(1)).filter(|_| more);
        Ok(S3Response::new(ListMultipartUploadsOutput {
            bucket: Some(input.bucket),
            prefix: input.prefix,
            key_marker: input.key_marker,
            upload_id_marker: input.upload_id_marker,
            max_uploads: Some(page),
            is_truncated: Some(more),
            next_key_marker: last.map(|row| store::key_of(&row.key_hex)),
            next_upload_id_marker: last.map(|row| row.id.clone()),
            uploads: Some(
                rows.iter()
                    .take(page_length)
                    .map(|row| MultipartUpload {
                        key: Some(store::key_of(&row.key_hex)),
                        upload_id: Some(row.id.clone()),
                        initiated: Some(timestamp(row.created_at)),
                        ..Default::default()
                    })
                    .collect(),
            ),
            ..Default::default()
        }))
    }
}

/// A walk over the keys, in which every folder (up to the delimiter) is one step.
struct Walk {
    prefix_hex: String,
    after: String,
    delimiter: Option<String>,
    room: usize,
    objects: Vec<ObjectRow>,
    folders: Vec<String>,
}

impl Walk {
    /// Fills the page; answers whether more follows `after`.
    async fn run(&mut self, local: &LocalStore) -> S3Result<bool> {
        let prefix_length = self.prefix_hex.len() / 2;
        loop {
            let left = self.room.saturating_sub(self.objects.len() + self.folders.len());
            let limit = i64::try_from(left + 1).unwrap_or(i64::MAX);
            let db = &local.inner.db;
            let rows = store::objects(db, &self.prefix_hex, &self.after, limit).await.map_err(failure)?;
            let exhausted = rows.len() <= left;
            let mut jumped = false;
            for row in rows.into_iter().take(left) {
                let key = store::key_of(&row.key_hex);
                if let Some(folder) = self.folder_of(&key, prefix_length) {
                    self.after = store::end_of_prefix(&store::key_hex(&folder));
                    self.folders.push(folder);
                    // The rest of this batch may lie in the same folder: ask anew from behind it.
                    jumped = true;
                    break;
                }
                self.after.clone_from(&row.key_hex);
                self.objects.push(row);
            }
            if !jumped {
                return Ok(!exhausted && self.room > 0);
            }
        }
    }

    fn folder_of(&self, key: &str, prefix_length: usize) -> Option<String> {
        let delimiter = self.delimiter.as_deref()?;
        let rest = key.get(prefix_length..)?;
        let at = rest.find(delimiter)?;
        key.get(..prefix_length + at + delimiter.len()).map(str::to_owned)
    }
}

fn listed(row: &ObjectRow, key: &impl Fn(&str) -> String) -> Object {
    Object {
        key: Some(key(&store::key_of(&row.key_hex))),
        size: Some(row.bytes),
        e_tag: Some(ETag::Strong(row.etag.clone())),
        last_modified: Some(timestamp(row.modified_at)),
        ..Default::default()
    }
}

/// Percent-encoded, as `encoding-type=url` asks for.
fn encoded(key: &str) -> String {
    let mut text = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
