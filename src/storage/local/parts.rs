//! Multipart uploads: create, send a part, list, complete, abort.

use super::{
    LocalStore,
    assemble::{Assembled, assemble, offset},
    checks::Promised,
    failure,
    folder::NewFile,
    objects::{MAX_PUT_BYTES, length, metadata_text, timestamp},
    receive::{Received, receive},
    store::{self, ObjectRow, PartRow, UploadRow},
    turns::Sending,
};
use crate::{
    server::db::now_ms,
    storage::{keys::random_name, multipart::PART_SIZE_METADATA},
};
use md5::{Digest as _, Md5};
use s3s::{
    S3Request, S3Response, S3Result,
    dto::{
        AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
        CompleteMultipartUploadOutput, CompletedPart, CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag,
        ETagCondition, ListPartsInput, ListPartsOutput, Part, UploadPartInput, UploadPartOutput,
    },
    s3_error,
};
use std::fs::File;

/// S3's limits.
const MAX_PART_NUMBER: i64 = 10_000;
const MAX_PAGE: i32 = 1000;

impl LocalStore {
    pub(super) async fn create_upload(
        &self,
        input: CreateMultipartUploadInput,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let metadata = input.metadata.unwrap_or_default();
        // Clients that are not ours do not say it; what they say wrongly, their parts will show.
        let part_size = metadata.get(PART_SIZE_METADATA).and_then(|text| text.parse().ok());
        let part_size = part_size.filter(|size: &i64| (1..=MAX_PUT_BYTES.cast_signed()).contains(size)).unwrap_or(0);
        let (_, new) = self.with_folder(super::folder::Folder::create).await.map_err(failure)?;
        let row = UploadRow {
            id: random_name(),
            key_hex: store::key_hex(&input.key),
            file: new.name().to_owned(),
            part_size,
            content_type: input.content_type.unwrap_or_default(),
            metadata: metadata_text(Some(&metadata)),
            created_at: now_ms(),
        };
        new.keep();
        store::create_upload(&self.inner.db, &row).await.map_err(failure)?;
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(row.id),
            ..Default::default()
        }))
    }

    pub(super) async fn send_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let promised = Promised::for_part(&request.input, &request.headers, request.trailing_headers);
        let input = request.input;
        let number = i64::from(input.part_number);
        if !(1..=MAX_PART_NUMBER).contains(&number) {
            return Err(s3_error!(InvalidArgument, "Part number must be between 1 and 10000"));
        }
        let expected = length(input.content_length, MAX_PUT_BYTES)?;
        let mut sending = self.inner.turns.send(&input.upload_id).await;
        let upload = self.upload(&input.upload_id, &input.key).await?;
        if upload.part_size > 0 && expected > upload.part_size.cast_unsigned() {
            return Err(s3_error!(EntityTooLarge, "The part is larger than the upload's parts"));
        }
        // The place first, the row second: whoever wrote there before us has left his row before he left his place.
        let free = upload.part_size > 0 && sending.take_place(number);
        let earlier = store::part(&self.inner.db, &upload.id, number).await.map_err(failure)?;
        let in_place = free && earlier.is_none();
        if !in_place {
            sending.leave_place();
        }
        let (file, own) = self.part_file(&upload, in_place).await?;
        let at = if in_place { offset(upload.part_size, number) } else { 0 };
        let stop = sending.stop();
        let Received { bytes, md5, crc32, held: (own, sending) } =
            receive(input.body, expected, promised, (file, at), (own, sending), &stop).await?;
        let row = PartRow {
            number,
            bytes: bytes.cast_signed(),
            etag: hex::encode(md5),
            crc32,
            file: own.as_ref().map(|own| own.name().to_owned()),
            created_at: now_ms(),
        };
        let same = earlier.is_some_and(|earlier| (earlier.bytes, earlier.etag) == (row.bytes, row.etag.clone()));
        if !same {
            self.commit_part(&upload, &row, own, sending).await?;
        }
        Ok(S3Response::new(UploadPartOutput {
            e_tag: Some(ETag::Strong(row.etag)),
            checksum_crc32: input.checksum_crc32,
            ..Default::default()
        }))
    }

    /// The upload's file for a part at its place, a new one for any other.
    async fn part_file(&self, upload: &UploadRow, in_place: bool) -> S3Result<(File, Option<NewFile>)> {
        let name = upload.file.clone();
        let opened = self.with_folder(move |folder| {
            if in_place {
                Ok((File::options().write(true).open(folder.incoming_path(&name))?, None))
            } else {
                folder.create().map(|(file, new)| (file, Some(new)))
            }
        });
        opened.await.map_err(failure)
    }

    async fn commit_part(
        &self,
        upload: &UploadRow,
        row: &PartRow,
        own: Option<NewFile>,
        sending: Sending,
    ) -> S3Result<()> {
        let mut tx = self.inner.db.begin_write().await.map_err(failure)?;
        let litter = store::put_part(&mut tx, &upload.id, row).await.map_err(failure)?;
        if let Some(own) = own {
            own.keep();
        }
        tx.commit().await.map_err(failure)?;
        drop(sending);
        self.remove(litter).await;
        Ok(())
    }

    pub(super) async fn list_upload_parts(&self, input: ListPartsInput) -> S3Result<S3Response<ListPartsOutput>> {
        let upload = self.upload(&input.upload_id, &input.key).await?;
        let page = input.max_parts.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
        let after = i64::from(input.part_number_marker.unwrap_or(0));
        let rows = store::parts(&self.inner.db, &upload.id, after, i64::from(page) + 1).await.map_err(failure)?;
        let page_length = usize::try_from(page).unwrap_or_default();
        let more = rows.len() > page_length;
        let parts: Vec<Part> = rows.into_iter().take(page_length).map(listed).collect();
        Ok(S3Response::new(ListPartsOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(upload.id),
            is_truncated: Some(more),
            max_parts: Some(page),
            part_number_marker: input.part_number_marker,
            next_part_number_marker: parts.last().and_then(|part| part.part_number).filter(|_| more),
            parts: Some(parts),
            ..Default::default()
        }))
    }

    pub(super) async fn abort(
        &self,
        input: AbortMultipartUploadInput,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let alone = self.inner.turns.alone(&input.upload_id).await;
        let upload = self.upload(&input.upload_id, &input.key).await?;
        let mut tx = self.inner.db.begin_write().await.map_err(failure)?;
        let litter = store::delete_upload(&mut tx, &upload, None).await.map_err(failure)?;
        tx.commit().await.map_err(failure)?;
        drop(alone);
        self.remove(litter).await;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }

    pub(super) async fn complete(
        self,
        input: CompleteMultipartUploadInput,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let _alone = self.inner.turns.alone(&input.upload_id).await;
        let key_hex = store::key_hex(&input.key);
        let upload = store::upload(&self.inner.db, &input.upload_id, &key_hex).await.map_err(failure)?;
        let Some(upload) = upload else {
            let object = store::object(&self.inner.db, &key_hex).await.map_err(failure)?;
            let made = object.filter(|object| object.upload.as_ref() == Some(&input.upload_id));
            let made = made.ok_or_else(|| s3_error!(NoSuchUpload))?;
            return Ok(completed(input, made.etag));
        };
        let rows = store::parts(&self.inner.db, &upload.id, 0, MAX_PART_NUMBER).await.map_err(failure)?;
        let asked = input.multipart_upload.as_ref().and_then(|asked| asked.parts.as_deref()).unwrap_or_default();
        let parts = verified(asked, &rows)?;
        let bytes = parts.iter().map(|part| part.bytes).sum();
        if input.mpu_object_size.is_some_and(|size| size != bytes) {
            return Err(s3_error!(InvalidRequest, "The parts do not make up the announced size"));
        }
        let etag = joined_etag(&parts);
        let all = parts.len() == rows.len();
        let (of, plan) = (upload.clone(), parts);
        let assembled = self.with_folder(move |folder| assemble(folder, &of, &plan, all)).await.map_err(failure)?;
        let joined = match assembled {
            Assembled::InPlace => None,
            Assembled::Joined(new) => Some(new),
        };
        let row = ObjectRow {
            key_hex,
            file: joined.as_ref().map_or(&*upload.file, |joined| joined.name()).to_owned(),
            bytes,
            etag: etag.clone(),
            content_type: upload.content_type.clone(),
            metadata: upload.metadata.clone(),
            upload: Some(upload.id.clone()),
            modified_at: now_ms(),
        };
        let only_new = matches!(input.if_none_match, Some(ETagCondition::Any));
        let mut tx = self.inner.db.begin_write().await.map_err(failure)?;
        let replaced = store::put_object(&mut tx, &row, only_new).await.map_err(failure)?;
        let mut litter = replaced.ok_or_else(|| s3_error!(PreconditionFailed))?;
        let freed = store::delete_upload(&mut tx, &upload, Some(&row.file)).await.map_err(failure)?;
        litter.0.extend(freed.0);
        if let Some(joined) = joined {
            joined.keep();
        }
        tx.commit().await.map_err(failure)?;
        self.after_commit(row.file, litter).await;
        Ok(completed(input, etag))
    }

    async fn upload(&self, id: &str, key: &str) -> S3Result<UploadRow> {
        let upload = store::upload(&self.inner.db, id, &store::key_hex(key)).await.map_err(failure)?;
        upload.ok_or_else(|| s3_error!(NoSuchUpload))
    }
}

fn listed(row: PartRow) -> Part {
    Part {
        part_number: i32::try_from(row.number).ok(),
        size: Some(row.bytes),
        e_tag: Some(ETag::Strong(row.etag)),
        checksum_crc32: Some(row.crc32),
        last_modified: Some(timestamp(row.created_at)),
        ..Default::default()
    }
}

/// The rows of the parts asked for, if each has arrived with the `ETag` asked for.
fn verified(asked: &[CompletedPart], rows: &[PartRow]) -> S3Result<Vec<PartRow>> {
    if asked.is_empty() {
        return Err(s3_error!(MalformedXML, "At least one part is wanted"));
    }
    if !asked.is_sorted_by(|before, after| before.part_number < after.part_number) {
        return Err(s3_error!(InvalidPartOrder));
    }
    asked
        .iter()
        .map(|part| {
            let number = part.part_number.map(i64::from).ok_or_else(|| s3_error!(MalformedXML))?;
            let row = rows.binary_search_by_key(&number, |row| row.number).ok().and_then(|at| rows.get(at));
            let row = row.filter(|row| part.e_tag.as_ref().is_some_and(|etag| etag.value() == row.etag));
            let row = row.filter(|row| part.checksum_crc32.as_ref().is_none_or(|crc32| *crc32 == row.crc32));
            row.cloned().ok_or_else(|| s3_error!(InvalidPart))
        })
        .collect()
}

/// As S3 makes it: the MD5 of the parts' MD5s, and their number.
fn joined_etag(parts: &[PartRow]) -> String {
    let mut md5 = Md5::new();
    for part in parts {
        md5.update(hex::decode(&part.etag).unwrap_or_default());
    }
    format!("{}-{}", hex::encode(md5.finalize()), parts.len())
}

fn completed(input: CompleteMultipartUploadInput, etag: String) -> S3Response<CompleteMultipartUploadOutput> {
    S3Response::new(CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(ETag::Strong(etag)),
        ..Default::default()
    })
}
