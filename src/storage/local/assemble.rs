//! Making one file of an upload's parts. As a rule there is nothing to do: they lie where they belong.

use super::{
    folder::{Folder, NewFile},
    store::{PartRow, UploadRow},
};
use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
};

pub(super) enum Assembled {
    /// The upload's own file is the object.
    InPlace,
    Joined(NewFile),
}

/// Makes one synced file of `parts`, which are in order. `all`: the upload has no other parts. Nothing is lost if this
/// is broken off: every part's row still names where its bytes lie.
pub(super) fn assemble(folder: &Folder, upload: &UploadRow, parts: &[PartRow], all: bool) -> io::Result<Assembled> {
    if all && lie_in_order(upload.part_size, parts) {
        fill_in(folder, upload, parts).map(|()| Assembled::InPlace)
    } else {
        join(folder, upload, parts).map(Assembled::Joined)
    }
}

/// Whether each part's place in the upload's file is its place in the object.
fn lie_in_order(part_size: i64, parts: &[PartRow]) -> bool {
    let last = parts.len();
    part_size > 0
        && parts.iter().zip(1..).all(|(part, number)| {
            part.number == number && (part.bytes == part_size || i64::try_from(last) == Ok(number))
        })
}

/// Copies the parts that have files of their own (sent twice, with different bytes) to their places.
fn fill_in(folder: &Folder, upload: &UploadRow, parts: &[PartRow]) -> io::Result<()> {
    let mut whole = File::options().write(true).open(folder.incoming_path(&upload.file))?;
    for part in parts {
        if let Some(own) = &part.file {
            whole.seek(SeekFrom::Start(offset(upload.part_size, part.number)))?;
            copy(File::open(folder.incoming_path(own))?, &mut whole, part.bytes)?;
        }
    }
    let total: i64 = parts.iter().map(|part| part.bytes).sum();
    if whole.metadata()?.len() < total.cast_unsigned() {
        return Err(io::Error::other("the upload's file is shorter than its parts"));
    }
    // A longer attempt at the last part may have left bytes behind it.
    whole.set_len(total.cast_unsigned())?;
    whole.sync_all()
}

fn join(folder: &Folder, upload: &UploadRow, parts: &[PartRow]) -> io::Result<NewFile> {
    let (mut whole, new) = folder.create()?;
    for part in parts {
        let source = if let Some(own) = &part.file {
            File::open(folder.incoming_path(own))?
        } else {
            let mut shared = File::open(folder.incoming_path(&upload.file))?;
            shared.seek(SeekFrom::Start(offset(upload.part_size, part.number)))?;
            shared
        };
        copy(source, &mut whole, part.bytes)?;
    }
    whole.sync_all()?;
    Ok(new)
}

/// Where a part belongs in the upload's file. Numbers are 1 to 10,000 and sizes at most 5 GiB: this cannot overflow.
pub(super) fn offset(part_size: i64, number: i64) -> u64 {
    (part_size * (number - 1)).cast_unsigned()
}

fn copy(source: File, target: &mut File, bytes: i64) -> io::Result<()> {
    let bytes = bytes.cast_unsigned();
    if io::copy(&mut source.take(bytes), target)? == bytes {
        Ok(())
    } else {
        Err(io::Error::other("a part's file is shorter than the part"))
    }
}
